use super::*;
use crate::draw::Draw;
use record::profile::{Builder, Label, ValueType};

/// A stack, root first, and its CPU cost per request in both arms.
type Stack = (&'static str, f64, f64);

const REQUESTS: u64 = 1_000;

// Between rounds everything varies by 1 %; each stack has a thousand samples or so, with the noise of counting.
fn profile(stacks: &[Stack], arm: usize, draw: &mut Draw) -> Profile {
    let mut builder = Builder::new(vec![
        ValueType::new("samples", "count"),
        ValueType::new("cpu", "nanoseconds"),
    ]);
    let round = 1.0 + 0.01 * draw.normal();
    for (stack, baseline, candidate) in stacks {
        let cost = [baseline, candidate][arm] * round;
        let samples = cost + cost.sqrt() * draw.normal();
        if samples < 1.0 {
            continue;
        }
        let leaf_first: Vec<_> = stack.rsplit(';').map(|name| builder.named(name)).collect();
        let samples = samples as i64;
        builder.sample(leaf_first, &[samples, samples * 1_000]);
    }
    builder.finish()
}

fn attributed(stacks: &[Stack], rounds: usize, seed: u64) -> Attribution {
    let mut draw = Draw::new(seed);
    let profiles: Vec<[Profile; 2]> = (0..rounds)
        .map(|_| [0, 1].map(|arm| profile(stacks, arm, &mut draw)))
        .collect();
    let arm = |profile| ProfiledArm {
        profile,
        requests: REQUESTS,
        counted: None,
    };
    let rounds: Vec<_> = profiles
        .iter()
        .map(|[baseline, candidate]| ProfiledRound {
            baseline: arm(baseline),
            candidate: arm(candidate),
        })
        .collect();
    attribute(&rounds, Cost::Cpu, Band::All).expect("profiles are there")
}

const SERVER: [Stack; 3] = [
    ("main;tokio::run;api::read;store::find", 3_000.0, 3_000.0),
    (
        "main;tokio::run;api::write;journal::append",
        4_000.0,
        4_000.0,
    ),
    ("main;tokio::run;hyper::parse", 2_000.0, 2_000.0),
];

fn server(more: &[Stack]) -> Vec<Stack> {
    SERVER.into_iter().chain(more.iter().copied()).collect()
}

#[test]
fn the_function_that_became_dearer_is_named_with_its_share_and_caller() {
    let stacks = server(&[("main;tokio::run;api::write;ledger::apply", 1_000.0, 2_500.0)]);
    for seed in 1..=10 {
        let seen = attributed(&stacks, 10, seed);
        let named = seen.named.as_ref().expect("a clear regression");
        assert_eq!(named.function, "ledger::apply");
        assert_eq!(named.called_from.as_deref(), Some("api::write"));
        assert!((named.share - 1.0).abs() < 0.3 && named.share_interval.holds(named.share));
        assert!(seen.moved.is_empty());
        let sentence = seen.sentence().expect("named");
        assert!(
            sentence.contains("% of the extra CPU per request ["),
            "{sentence}"
        );
        assert!(sentence.ends_with("is in `ledger::apply`, called from `api::write`"));
    }
}

#[test]
fn the_innermost_function_that_keeps_most_is_named_and_not_the_plumbing_above_it() {
    let stacks = server(&[
        (
            "main;tokio::run;api::write;ledger::apply;json::escape",
            500.0,
            2_000.0,
        ),
        ("main;tokio::run;api::write;ledger::apply", 800.0, 900.0),
    ]);
    let seen = attributed(&stacks, 12, 3);
    assert_eq!(seen.named.expect("clear").function, "json::escape");
}

#[test]
fn a_rename_and_an_inlining_are_moved_and_not_named() {
    let renamed = server(&[
        ("main;tokio::run;api::write;ledger::apply", 1_500.0, 0.0),
        ("main;tokio::run;api::write;ledger::apply_all", 0.0, 1_500.0),
    ]);
    let inlined = server(&[
        ("main;tokio::run;api::write;codec::put", 1_500.0, 0.0),
        ("main;tokio::run;api::write", 500.0, 2_000.0),
    ]);
    for (stacks, function) in [(renamed, "ledger::apply"), (inlined, "codec::put")] {
        let seen = attributed(&stacks, 10, 5);
        assert_eq!(seen.named, None, "{:?}", seen.total);
        let moved = seen.moved.iter().find(|one| one.function == function);
        let moved = moved.unwrap_or_else(|| panic!("{function} moved: {:?}", seen.moved));
        assert!(moved.change.estimate < 0.0);
        assert!(seen.listed().iter().all(|one| one.function != function));
        assert!(!moved.within.told().is_empty());
    }
}

#[test]
fn identical_builds_name_nothing_beyond_the_stated_rate() {
    let stacks = server(&[("main;tokio::run;api::write;ledger::apply", 1_000.0, 1_000.0)]);
    let gates = 200;
    let seen: Vec<Attribution> = (0..gates)
        .map(|seed| attributed(&stacks, 10, seed))
        .collect();
    let with_a_list = seen
        .iter()
        .filter(|one| !one.listed().is_empty() || !one.moved.is_empty());
    let named = seen.iter().filter(|one| one.named.is_some()).count();
    // 5 % and three standard errors.
    assert!(with_a_list.count() <= 10 + 9);
    assert!(named <= 10 + 9, "{named}");
}

#[test]
fn fewer_than_ten_rounds_name_nothing_and_say_so() {
    let stacks = server(&[("main;tokio::run;api::write;ledger::apply", 1_000.0, 3_000.0)]);
    let seen = attributed(&stacks, 9, 1);
    assert!(seen.named.is_none() && seen.listed().is_empty());
    assert!(seen.notes[0].contains("9 rounds name no function"));
    assert!(seen.total.excludes_zero(), "the whole is still measured");
}

#[test]
fn a_function_with_few_samples_is_not_looked_at() {
    let stacks = server(&[("main;tokio::run;rare::thing", 1.2, 1.2)]);
    let seen = attributed(&stacks, 10, 2);
    assert!(
        seen.functions
            .iter()
            .all(|one| one.function != "rare::thing")
    );
    assert!(
        seen.notes
            .iter()
            .any(|note| note.contains("fewer than 30 samples"))
    );
}

#[test]
fn the_tail_is_attributed_from_its_own_samples_only() {
    let tail = |slow: i64| {
        let mut builder = Builder::new(vec![ValueType::new("cpu", "nanoseconds")]);
        let all = builder.named("store::find");
        builder.sample(vec![all], &[1_000_000]);
        for at in 0..40 {
            let name = builder.named("lock::wait");
            let label = Label::text("response_band", "gt_p99");
            let line = Label::text("thread", &at.to_string());
            builder.labelled(vec![name], vec![label, line], &[slow + at]);
        }
        builder.finish()
    };
    let profiles: Vec<[Profile; 2]> = (0..10).map(|i| [tail(100 + i), tail(300 - i)]).collect();
    let arm = |profile| ProfiledArm {
        profile,
        requests: 10,
        counted: None,
    };
    let rounds: Vec<_> = profiles
        .iter()
        .map(|[a, b]| ProfiledRound {
            baseline: arm(a),
            candidate: arm(b),
        })
        .collect();
    let seen = attribute(&rounds, Cost::Cpu, Band::Tail).expect("profiles");
    assert_eq!(seen.functions.len(), 1);
    assert_eq!(seen.named.expect("clear").function, "lock::wait");
    assert!(
        seen.notes
            .iter()
            .any(|note| note.contains("beyond P99 only"))
    );
    assert!(attribute(&rounds, Cost::Bytes, Band::All).is_none());
    assert!(attribute(&[], Cost::Cpu, Band::All).is_none());
}

// One allocation a request more, seen through a profile that shows a request's twenty in a few samples: the count says that the whole grew,
// and the samples only where.
#[test]
fn a_counted_whole_is_exact_where_samples_are_not() {
    let mut draw = Draw::new(7);
    let mut taken = |extra: f64| {
        let mut builder = Builder::new(vec![ValueType::new("alloc_objects", "count")]);
        for (name, below, each) in [
            ("api::read", "store::find", 19.0),
            ("inject::extend", "inject::extra", extra),
        ] {
            let samples = (10.0 * each + (10.0 * each).sqrt() * draw.normal()).max(0.0);
            let stack = ["main", "api::serve", name, below].map(|name| builder.named(name));
            builder.sample(
                stack.into_iter().rev().collect(),
                &[(samples * 100.0) as i64],
            );
        }
        builder.finish()
    };
    let profiles: Vec<[Profile; 2]> = (0..12).map(|_| [taken(0.0), taken(1.0)]).collect();
    let rounds = |counted: bool| -> Vec<ProfiledRound<'_>> {
        let arm = |profile, total: f64| ProfiledArm {
            profile,
            requests: REQUESTS,
            counted: counted.then_some(total),
        };
        let both = profiles.iter().map(|[a, b]| ProfiledRound {
            baseline: arm(a, 19.0),
            candidate: arm(b, 20.0),
        });
        both.collect()
    };
    let seen = attribute(&rounds(true), Cost::Allocations, Band::All).expect("profiles");
    assert!((seen.total.estimate - 1.0).abs() < 1e-9);
    let named = seen.named.expect("counted");
    assert_eq!(named.function, "inject::extra");
    assert!((named.share - 1.0).abs() < 0.3, "{}", named.share);
    let sampled = attribute(&rounds(false), Cost::Allocations, Band::All).expect("profiles");
    let interval = sampled.total.interval;
    assert!(interval.high - interval.low > 1.0, "{interval:?}");
}

#[test]
fn plumbing_is_not_looked_at_and_takes_nobodys_place() {
    let wrappers: Vec<String> = (0..60).map(|at| format!("hyper::layer{at}")).collect();
    let below = |leaf: &str| format!("main;{};{leaf}", wrappers.join(";"));
    let (find, apply) = (below("store::find"), below("ledger::apply"));
    let stacks: [Stack; 2] = [
        (find.leak(), 9_000.0, 9_000.0),
        (apply.leak(), 500.0, 1_000.0),
    ];
    let seen = attributed(&stacks, 10, 4);
    assert_eq!(seen.functions.len(), 2);
    assert_eq!(seen.named.expect("clear").function, "ledger::apply");
}

#[test]
fn swapped_arms_mirror_the_changes() {
    let stacks = server(&[("main;tokio::run;api::write;ledger::apply", 1_000.0, 2_500.0)]);
    let mut draw = Draw::new(1);
    let profiles: Vec<[Profile; 2]> = (0..10)
        .map(|_| [0, 1].map(|arm| profile(&stacks, arm, &mut draw)))
        .collect();
    let of = |sides: [usize; 2]| {
        let arm = |profile| ProfiledArm {
            profile,
            requests: REQUESTS,
            counted: None,
        };
        let rounds: Vec<_> = profiles
            .iter()
            .map(|both| ProfiledRound {
                baseline: arm(&both[sides[0]]),
                candidate: arm(&both[sides[1]]),
            })
            .collect();
        attribute(&rounds, Cost::Cpu, Band::All).expect("profiles")
    };
    let (a, b) = (of([0, 1]), of([1, 0]));
    assert!((a.total.estimate + b.total.estimate).abs() < 1e-6);
    assert_eq!(a.functions.len(), b.functions.len());
    for (x, y) in a.functions.iter().zip(&b.functions) {
        assert_eq!(x.function, y.function);
        assert!((x.inclusive.estimate + y.inclusive.estimate).abs() < 1e-6);
        assert!((x.inclusive.p - y.inclusive.p).abs() < 1e-12);
    }
    assert!(b.named.is_none(), "nothing became dearer");
}

#[test]
fn five_percent_more_cpu_is_named_in_nine_of_ten_gates() {
    // 5 % of 11 000 in all.
    let stacks = server(&[("main;tokio::run;api::write;ledger::apply", 1_000.0, 1_550.0)]);
    let is_right = |seed: &u64| {
        let named = attributed(&stacks, 10, *seed).named;
        named.is_some_and(|named| named.function == "ledger::apply")
    };
    let right = (100..150_u64).filter(is_right).count();
    assert!(right >= 45, "{right} of 50");
}

#[test]
fn a_caller_with_much_other_work_does_not_take_the_place_of_what_it_calls() {
    let stacks = server(&[
        ("main;tokio::run;api::write", 20_000.0, 20_000.0),
        ("main;tokio::run;api::write;fault::spin", 0.0, 500.0),
    ]);
    let named: Vec<Named> = (0..100)
        .filter_map(|seed| attributed(&stacks, 12, seed).named)
        .collect();
    let wrong = named.iter().filter(|one| one.function != "fault::spin");
    assert!(named.len() >= 50, "{} of 100", named.len());
    assert!(wrong.count() <= 2);
}

#[test]
fn where_no_function_has_most_of_it_the_largest_part_is_named() {
    let stacks = server(&[
        ("main;tokio::run;a::one", 1_000.0, 1_400.0),
        ("main;tokio::run;b::two;b::inner", 1_000.0, 1_600.0),
        ("main;tokio::run;c::three", 1_000.0, 1_500.0),
    ]);
    let seen = attributed(&stacks, 16, 2);
    let named = seen.named.expect("clear");
    assert_eq!(named.function, "b::inner");
    assert!((0.2..0.5).contains(&named.share), "{}", named.share);
}
