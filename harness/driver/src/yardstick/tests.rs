//! The truths against what can be worked out by hand, and the lines against themselves.

use super::facts::Said;
use super::*;
use plan::parse;
use proptest::prelude::*;
use std::net::SocketAddr;

const MS: u64 = 1_000_000;

#[test]
fn a_single_server_works_off_its_queue_in_order() {
    let done: Vec<u64> = single_server([0, 1, 2, 50], 10).collect();
    assert_eq!(done, [10, 20, 30, 60]);
}

#[test]
fn constant_arrivals_below_capacity_never_wait() {
    let arrivals = (0..1000).map(|n| n * 13);
    let waits = single_server(arrivals.clone(), 10).zip(arrivals);
    assert!(
        waits
            .into_iter()
            .all(|(done, arrival)| done - arrival == 10)
    );
}

#[test]
fn the_mean_wait_is_that_of_the_textbook() {
    let near = |u: f64, mean: f64| (md1_mean_wait(u) + 1.0 - mean).abs() < 1e-9;
    assert!(near(0.5, 1.5) && near(0.8, 3.0) && near(0.9, 5.5));
}

// A million Poisson arrivals of the product's own schedule, in virtual time (measurement.md, section 20 d).
#[test]
fn the_recursion_and_the_formula_agree_over_a_million_arrivals() {
    let plan = parse::plan(
        "schema = 1\nname = \"q\"\nseed = 7\nmodel = \"open\"\nphases = { warmup = \"0s\", duration = \"10000s\" }\n\
         [schedule]\narrivals = \"poisson\"\nrate = \"100/s\"\n[[scenario]]\nname = \"get\"\nweight = 1\n",
        "test",
    )
    .unwrap();
    for (u, service) in [(0.5, 5 * MS), (0.8, 8 * MS)] {
        let arrivals = || plan.steady_arrivals().map(|arrival| arrival.intended_ns);
        let waits = single_server(arrivals(), service).zip(arrivals());
        let (mut sum, mut count) = (0_u128, 0_u32);
        for (done, arrival) in waits {
            sum += u128::from(done - arrival - service);
            count += 1;
        }
        let mean = sum as f64 / f64::from(count) / service as f64;
        assert!((mean / md1_mean_wait(u) - 1.0).abs() < 0.05, "{u}: {mean}");
    }
}

#[test]
fn a_stall_has_the_quantiles_of_the_design() {
    // One second in sixty (measurement.md, section 20 b).
    let at = |q| after_a_stall(q, 1000 * MS, 60_000 * MS) / 1e6;
    assert!((at(0.99) - 400.0).abs() < 1e-6);
    assert!((at(0.999) - 940.0).abs() < 1e-6);
    assert!(at(0.9) < 1e-9, "outside of the stall");
}

proptest! {
    // The closed form against every single arrival, to within the distance of two of them.
    #[test]
    fn the_closed_form_is_what_counting_finds(stall in 100_u64..2000, length in 3000_u64..10_000, q in 0.9_f64..0.999) {
        let mut responses: Vec<u64> = (0..length).map(|at| stall.saturating_sub(at)).collect();
        responses.sort_unstable();
        let rank = (q * length as f64).ceil() as usize;
        let counted = responses[rank.clamp(1, responses.len()) - 1];
        prop_assert!((after_a_stall(q, stall, length) - counted as f64).abs() <= 1.5);
    }

    #[test]
    fn what_the_target_says_reads_back(numbers in prop::array::uniform5(any::<u64>())) {
        let [answered, service_p50_ns, service_p90_ns, service_mean_ns, longest_gap_ns] = numbers;
        let facts = Facts { answered, service_p50_ns, service_p90_ns, service_mean_ns, longest_gap_ns };
        prop_assert_eq!(Said::parse(&Said::Did(facts).line()), Some(Said::Did(facts)));
    }
}

#[test]
fn other_lines_are_not_ours() {
    let address = SocketAddr::from(([127, 0, 0, 1], 80));
    assert_eq!(
        Said::parse(&Said::Listens(address).line()),
        Some(Said::Listens(address))
    );
    for line in [
        "",
        "running 1 test",
        "yardstick",
        "yardstick did 1 2",
        "yardstick listens x",
    ] {
        assert_eq!(Said::parse(line), None, "{line}");
    }
}

#[test]
fn a_behaviour_reads_back_and_a_wrong_one_is_named() {
    let time = Duration::from_micros(4500);
    for behaviour in [
        Behaviour::Constant(time),
        Behaviour::Queue(time),
        Behaviour::SlowBody(time),
    ] {
        assert_eq!(Behaviour::parse(&behaviour.text()), Ok(behaviour));
    }
    for wrong in ["", "queue", "queue:x", "stack:5", "constant:-1"] {
        assert!(Behaviour::parse(wrong).unwrap_err().contains("nanoseconds"));
    }
}
