use super::*;
use proptest::prelude::*;
use record::profile::{Builder, ValueType};
use record::served::{Detail, Served, WAITS};
use record::tail::{Slice, StallLedger};

const RUN: &str = "r-1";

fn names() -> Vec<String> {
    ["transfer/transfer", "read/balance"]
        .map(str::to_owned)
        .to_vec()
}

fn exchanged(arrival: u64, step: u16, response: u64) -> Exchanged {
    Exchanged {
        key: RequestKey { arrival, number: 0 },
        step,
        answered: true,
        intended: 1_000,
        sent: 1_000 + response / 10,
        done: 1_000 + response,
    }
}

/// A hundred of one endpoint that took 1 to 100, and ten of another that took a thousand times as long.
fn requests() -> Vec<Exchanged> {
    let quick = (1..=100).map(|time| exchanged(time, 0, time));
    let slow = (1..=10).map(|time| exchanged(1_000 + time, 1, 1_000 * time));
    quick.chain(slow).collect()
}

fn band(bands: &Bands, arrival: u64) -> Option<Band> {
    bands
        .find(RequestKey { arrival, number: 0 })
        .map(|(_, band)| band)
}

#[test]
fn requests_are_compared_with_their_like_only() {
    let bands = Bands::of(&requests(), &names());
    let [quick, slow] = bands.endpoints() else {
        panic!("{bands:?}");
    };
    assert_eq!(
        (quick.p50, quick.p90, quick.p99, quick.max),
        (50, 90, 99, 100)
    );
    assert_eq!(quick.requests, [50, 40, 9, 1]);
    // Ten requests have no slowest hundredth.
    assert_eq!(slow.requests, [5, 4, 1, 0]);
    let expected = [
        (50, Band::LeP50),
        (51, Band::P50P90),
        (99, Band::P90P99),
        (100, Band::GtP99),
        (1_001, Band::LeP50),
    ];
    for (arrival, expected) in expected {
        assert_eq!(band(&bands, arrival), Some(expected), "{arrival}");
    }
    assert_eq!(band(&bands, 5_000), None);
}

#[test]
fn what_has_no_answer_is_in_no_band_and_moves_no_quantile() {
    let mut requests = requests();
    let lost = Exchanged {
        answered: false,
        ..exchanged(7_000, 0, 1_000_000)
    };
    requests.push(lost);
    let bands = Bands::of(&requests, &names());
    assert_eq!(bands.endpoints()[0].max, 100);
    assert_eq!((band(&bands, 7_000), bands.unanswered()), (None, 1));
}

fn profile() -> Profile {
    let mut builder = Builder::new(vec![ValueType::new("cpu", "nanoseconds")]);
    let work = builder.named("work");
    for (request, value) in [
        ("r-1-7-0", 1),
        ("r-1-100-0", 20),
        ("r-1-9999-0", 300),
        ("(overwritten)", 4_000),
        ("probe-12", 50_000),
    ] {
        let labels = vec![Label::text("request", request), Label::text("thread", "w")];
        builder.labelled(vec![work], labels, &[value]);
    }
    builder.sample(vec![work], &[600_000]);
    builder.finish()
}

#[test]
fn samples_get_the_band_and_the_endpoint_of_their_request() {
    let bands = Bands::of(&requests(), &names());
    let banded = bands.relabelled(&profile(), "request", RUN);
    let total = |band: Band| {
        let only = banded.filtered(|sample| sample.label(BAND_LABEL) == Some(band.name()));
        only.total(0)
    };
    assert_eq!(Band::ALL.map(total), [1, 0, 0, 20, 4_300, 50_000, 600_000]);
    for sample in banded.samples() {
        assert_eq!(sample.label("request"), None);
        let of_a_request = sample.label(BAND_LABEL) != Some("untagged");
        assert_eq!(sample.label("thread").is_some(), of_a_request);
    }
    let slow = banded
        .samples()
        .iter()
        .find(|one| one.label(BAND_LABEL) == Some("gt_p99"));
    assert_eq!(
        slow.unwrap().label(ENDPOINT_LABEL),
        Some("transfer/transfer")
    );
}

fn served(client: &Exchanged) -> Served {
    Served {
        key: client.key,
        started: 77,
        ended: 77 + client.response() / 2,
        poll: client.response() / 4,
        ready: 0,
        pending: client.response() / 4,
        inside: [0; WAITS.len()],
        between: [0; WAITS.len()],
        detail: None,
    }
}

fn ledger_of(requests: &[Exchanged], change: impl Fn(u64, &mut Served)) -> Option<StallLedger> {
    let served: Vec<Served> = requests
        .iter()
        .map(|client| {
            let mut one = served(client);
            change(client.key.arrival, &mut one);
            one
        })
        .collect();
    ledger(&Bands::of(requests, &names()), requests, &served)
}

#[test]
fn a_cause_of_the_tail_is_seen_in_the_tail_and_not_in_the_median() {
    let requests: Vec<_> = (1..=1_000)
        .map(|time| exchanged(time, 0, 1_000 * time))
        .collect();
    let ledger = ledger_of(&requests, |arrival, one| {
        if arrival > 900 {
            one.between[2] = one.pending;
        }
    });
    let ledger = ledger.unwrap();
    let fsync = Slice::Fsync as usize;
    assert_eq!(ledger.bands.map(|band| band.requests), [500, 400, 90, 10]);
    assert_eq!(ledger.bands[0].slices[fsync], 0);
    assert!(ledger.bands[3].slices[fsync] > 0);
    assert_eq!(ledger.spreads[fsync].p50, 0);
    assert_eq!(ledger.spreads[fsync].p99, 990_000 / 4);
    assert_eq!(ledger.spreads[fsync].max, 250_000);
    let p99 = ledger.around_p99;
    assert_eq!(p99.requests, 10);
    let share = p99.slices[fsync] as f64 / p99.slices.iter().sum::<u64>() as f64;
    assert!((share - 0.25).abs() < 0.001, "{share}");
}

#[test]
fn what_ran_is_taken_apart_where_the_target_looked_closely() {
    let requests = requests();
    let ledger = ledger_of(&requests, |arrival, one| {
        one.detail = (arrival == 100).then_some(Detail {
            cpu: 10,
            run_queue: 5,
            page_faults: 0,
        });
    });
    let running = ledger.unwrap().bands[3].running;
    assert_eq!(
        (
            running.requests,
            running.cpu,
            running.run_queue,
            running.unexplained
        ),
        (1, 10, 5, 10)
    );
}

#[test]
fn without_a_common_request_there_is_no_ledger() {
    let bands = Bands::of(&requests(), &names());
    assert_eq!(ledger(&bands, &requests(), &[]), None);
    assert_eq!(ledger_of(&[], |_, _| {}), None);
}

fn any_exchanged() -> impl Strategy<Value = Exchanged> {
    let times = (0..5_000_u64, 0..5_000_u64, 0..5_000_u64);
    (any::<u16>(), 0..3_u16, prop::bool::weighted(0.9), times).prop_map(
        |(arrival, step, answered, (intended, delay, service))| Exchanged {
            key: RequestKey {
                arrival: arrival.into(),
                number: 0,
            },
            step,
            answered,
            intended,
            sent: intended + delay,
            done: intended + delay + service,
        },
    )
}

fn any_served() -> impl Strategy<Value = Served> {
    let waits = || prop::array::uniform7(0..3_000_u64);
    (
        0..9_000_u64,
        0..9_000_u64,
        0..9_000_u64,
        0..9_000_u64,
        waits(),
        waits(),
    )
        .prop_map(|(wall, poll, ready, pending, inside, between)| Served {
            key: RequestKey {
                arrival: 0,
                number: 0,
            },
            started: 5,
            ended: 5 + wall,
            poll,
            ready,
            pending,
            inside,
            between,
            detail: None,
        })
}

proptest! {
    #[test]
    fn each_answered_request_is_in_one_band_and_bands_have_their_shares(
        requests in prop::collection::vec(any_exchanged(), 0..300),
    ) {
        let mut requests = requests;
        requests.sort_by_key(|one| one.key);
        requests.dedup_by_key(|one| one.key);
        // The third step has no name: such requests cannot be told apart and are in no band.
        let bands = Bands::of(&requests, &names());
        for endpoint in bands.endpoints() {
            let n: u64 = endpoint.requests.iter().sum();
            prop_assert!(endpoint.requests[0] * 2 >= n);
            prop_assert!(endpoint.requests[3] * 100 <= n);
            prop_assert!((endpoint.requests[2] + endpoint.requests[3]) * 10 <= n);
        }
        let banded: u64 = bands.endpoints().iter().flat_map(|one| one.requests).sum();
        prop_assert_eq!(banded + bands.unanswered(), requests.len() as u64);
        let known = requests.iter().filter(|one| bands.find(one.key).is_some()).count();
        prop_assert_eq!(known as u64, banded);
        for one in requests.iter().filter(|one| bands.find(one.key).is_some_and(|(_, band)| band == Band::GtP99)) {
            let slower = requests.iter().filter(|other| other.answered && other.step == one.step && other.response() >= one.response());
            let like = requests.iter().filter(|other| other.answered && other.step == one.step);
            prop_assert!(slower.count() * 100 <= like.count());
        }
    }

    #[test]
    fn the_order_of_requests_does_not_matter(
        requests in prop::collection::vec(any_exchanged(), 0..100).prop_shuffle(),
    ) {
        let mut sorted = requests.clone();
        sorted.sort_by_key(|one| one.key);
        sorted.dedup_by_key(|one| one.key);
        let mut reversed = sorted.clone();
        reversed.reverse();
        prop_assert_eq!(Bands::of(&sorted, &names()), Bands::of(&reversed, &names()));
    }

    #[test]
    fn parts_sum_to_the_response_time_whatever_the_target_says(client in any_exchanged(), target in any_served()) {
        let parts = slices(&client, &target);
        prop_assert_eq!(parts.iter().sum::<u64>(), client.response());
    }

    #[test]
    fn relabelling_loses_and_makes_nothing(
        requests in prop::collection::vec(any_exchanged(), 0..50),
        samples in prop::collection::vec((prop::option::of("r-1-[0-9]{1,5}-0|probe-[0-9]"), 1..1_000_i64), 0..50),
    ) {
        let mut builder = Builder::new(vec![ValueType::new("cpu", "nanoseconds")]);
        let work = builder.named("work");
        for (request, value) in &samples {
            let labels = request.iter().map(|name| Label::text("request", name)).collect();
            builder.labelled(vec![work], labels, &[*value]);
        }
        let profile = builder.finish();
        let banded = Bands::of(&requests, &names()).relabelled(&profile, "request", RUN);
        prop_assert_eq!(banded.total(0), profile.total(0));
        let labelled = banded.samples().iter().all(|one| one.label(BAND_LABEL).and_then(Band::named).is_some());
        prop_assert!(labelled);
        let untagged: i64 = samples.iter().filter(|(name, _)| name.is_none()).map(|(_, value)| value).sum();
        let found = banded.filtered(|one| one.label(BAND_LABEL) == Some("untagged"));
        prop_assert_eq!(found.total(0), untagged);
    }
}

#[test]
fn exemplars_are_the_slowest_and_some_of_the_others() {
    let requests = requests();
    let bands = Bands::of(&requests, &names());
    let shown = bands.exemplars(&requests, 3, 10);
    let arrivals = |list: &[(&Exchanged, &str, Band)]| -> Vec<u64> {
        list.iter().map(|(one, ..)| one.key.arrival).collect()
    };
    assert_eq!(arrivals(&shown[..3]), [1_010, 1_009, 1_008]);
    assert_eq!(shown[0].1, "read/balance");
    assert_eq!(
        arrivals(&shown[3..]),
        [1, 12, 23, 34, 45, 56, 67, 78, 89, 100]
    );
    assert_eq!(bands.exemplars(&requests, 1_000, 0).len(), requests.len());
    assert!(bands.exemplars(&[], 3, 3).is_empty());
}
