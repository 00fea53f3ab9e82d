use super::*;

fn stacks(pairs: &[(&str, i64)]) -> Stacks {
    pairs
        .iter()
        .map(|(stack, value)| ((*stack).to_owned(), *value))
        .collect()
}

fn cpu(stacks: &Stacks) -> String {
    let svg = svg(stacks, &Options::of(ProfileKind::Cpu, "run 1")).expect("drawn");
    String::from_utf8(svg).expect("text")
}

fn differs(widths: Widths) -> String {
    let before = stacks(&[("main;gone", 4_000), ("main;kept", 6_000)]);
    let after = stacks(&[("main;kept", 24_000), ("main;new", 8_000)]);
    let baseline = Side {
        stacks: &before,
        requests: 1_000,
    };
    let candidate = Side {
        stacks: &after,
        requests: 2_000,
    };
    let options = Options::of_difference(ProfileKind::Cpu, "a against b");
    let svg = difference(baseline, candidate, widths, &options).expect("drawn");
    String::from_utf8(svg).expect("text")
}

#[test]
fn frames_carry_name_value_and_share() {
    let svg = cpu(&stacks(&[
        ("main;work", 3_000_000),
        ("main;rest", 1_000_000),
    ]));
    assert!(svg.contains("<title>work (3 ms, 75.00%)</title>"));
    assert!(svg.contains("<title>all (4 ms, 100%)</title>"));
    assert!(svg.contains("CPU time by stack") && svg.contains("run 1"));
}

#[test]
fn the_same_stacks_give_the_same_bytes() {
    let some = stacks(&[("main;std::a", 3), ("main;b::c", 5), ("main", 1)]);
    assert_eq!(cpu(&some), cpu(&some));
}

#[test]
fn a_function_and_its_closure_stay_one_box_each() {
    let svg = cpu(&stacks(&[
        ("f", 1_000_000),
        ("f::{closure}", 2_000_000),
        ("f;g", 3_000_000),
    ]));
    assert_eq!(svg.matches("<title>f (4 ms").count(), 1, "{svg}");
}

#[test]
fn names_are_escaped_and_never_read_as_numbers() {
    let svg = cpu(&stacks(&[
        ("<script>alert(\"1\")</script>", 2_000_000),
        ("main;operator 42", 1_000_000),
        ("# comment", 1_000_000),
        ("bell\u{7}", 1_000_000),
        ("", 1_000_000),
    ]));
    assert!(!svg.contains("<script>alert"));
    assert!(svg.contains("operator\u{a0}42 (1 ms"), "{svg}");
    assert!(svg.contains("all (6 ms"));
    assert!(!svg.contains('\u{7}'));
}

#[test]
fn nothing_to_draw_is_an_error_with_advice() {
    let error = svg(
        &stacks(&[("idle", 0)]),
        &Options::of(ProfileKind::Alloc, ""),
    )
    .expect_err("empty");
    assert!(error.to_string().contains("no samples"));
}

#[test]
fn a_difference_is_per_request_of_its_own_side() {
    let svg = differs(Widths::Candidate);
    // 24,000 ÷ 2,000 requests = 12,000 per 1,000; before it was 6,000: dearer, so red.
    assert!(
        svg.contains("kept (12,000 ns per 1,000 requests, 75.00%; +37.50%)"),
        "{svg}"
    );
    assert!(svg.contains("new (4,000") && !svg.contains("gone (4"));
    assert!(svg.contains("what grew"));
}

#[test]
fn the_other_direction_shows_what_vanished_with_the_same_signs() {
    let svg = differs(Widths::Baseline);
    assert!(
        svg.contains("gone (4,000 ns per 1,000 requests, 40.00%; -40.00%)"),
        "{svg}"
    );
    assert!(
        svg.contains("kept (6,000 ns per 1,000 requests, 60.00%; +60.00%)"),
        "{svg}"
    );
    assert!(svg.contains("what shrank"));
}

#[test]
fn a_side_without_requests_is_refused() {
    let some = stacks(&[("main", 1)]);
    let side = |requests| Side {
        stacks: &some,
        requests,
    };
    let options = Options::of_difference(ProfileKind::Cpu, "");
    let error = difference(side(1), side(0), Widths::Candidate, &options).expect_err("no requests");
    assert!(error.to_string().contains("candidate"));
}
