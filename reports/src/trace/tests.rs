use super::*;
use proptest::prelude::*;
use record::served::{RequestKey, WAITS};

const OFFSET: i64 = 5_000_000_000;

fn exchanged(arrival: u64, intended: u64, delay: u64, service: u64) -> Exchanged {
    Exchanged {
        key: RequestKey { arrival, number: 0 },
        step: 0,
        answered: true,
        intended,
        sent: intended + delay,
        done: intended + delay + service,
    }
}

/// A target that took the middle half of the service time, a half of it polling, with a lock wait of a quarter.
fn served(client: &Exchanged) -> Served {
    let quarter = (client.done - client.sent) / 4;
    let started = client.sent + quarter + OFFSET as u64;
    let mut inside = [0; WAITS.len()];
    inside[0] = quarter / 2;
    Served {
        key: client.key,
        started,
        ended: started + 2 * quarter,
        poll: quarter,
        ready: quarter / 3,
        pending: 2 * quarter - quarter - quarter / 3,
        inside,
        between: [0; WAITS.len()],
        detail: None,
    }
}

fn trace(clients: &[Exchanged], clock: Option<ClockOffset>) -> Value {
    let both: Vec<(&Exchanged, Served)> = clients.iter().map(|one| (one, served(one))).collect();
    let requests: Vec<Traced<'_>> = both
        .iter()
        .map(|(client, served)| Traced {
            endpoint: "buy <now>/\"pay\"",
            band: Band::GtP99,
            client,
            target: Some((served, stats::bands::slices(client, served))),
        })
        .collect();
    let origin = Origin {
        run_id: "r-1",
        t0_unix: Duration::from_nanos(1_700_000_000_123_456_789),
        clock,
        left_out: 7,
    };
    serde_json::from_str(&chrome(&origin, &requests)).expect("JSON")
}

const CLOCK: Option<ClockOffset> = Some(ClockOffset {
    offset_ns: OFFSET,
    error_ns: 20_000,
});

fn events<'a>(trace: &'a Value, phase: &'a str, process: u8) -> impl Iterator<Item = &'a Value> {
    let list = trace["traceEvents"].as_array().expect("a list");
    list.iter()
        .filter(move |event| event["ph"] == phase && event["pid"] == process)
}

fn span(event: &Value) -> (i64, i64) {
    let nanos = |key: &str| (event[key].as_f64().expect("a number") * 1e3).round() as i64;
    (nanos("ts"), nanos("ts") + nanos("dur"))
}

#[test]
fn a_request_is_seen_from_both_sides_with_an_arrow_between() {
    let client = exchanged(17, 1_000_000, 8_000, 400_000);
    let trace = trace(&[client], CLOCK);
    let names = |process| {
        let slices = events(&trace, "X", process);
        slices
            .map(|event| event["name"].as_str().unwrap_or_default().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        names(1),
        ["buy <now>/\"pay\"", "send delay", "service time"]
    );
    assert_eq!(
        names(2),
        [
            "buy <now>/\"pay\"",
            "running",
            "lock",
            "ready, waiting for a worker",
            "waiting, cause unknown"
        ]
    );
    let whole = events(&trace, "X", 2).next().expect("the request");
    assert_eq!(
        span(whole),
        (1_108_000, 1_308_000),
        "on the generator's clock"
    );
    assert_eq!(whole["args"]["target_clock_ns"], "5001108000");
    assert_eq!(whole["args"]["event_ts"], "1700000000124564789");
    let context = RunTrace::of("r-1").request(client.key);
    assert_eq!(whole["args"]["trace_id"], context.trace_id());
    assert_eq!(whole["args"]["span_id"], context.span_id());
    let arrow =
        |phase, process| events(&trace, phase, process).next().expect("an end")["id"].clone();
    assert_eq!(arrow("s", 1), arrow("f", 2));
    assert_eq!(trace["otherData"]["target_clock"]["error_ns"], "20000");
    assert_eq!(trace["otherData"]["left_out"], 7);
}

#[test]
fn without_a_clock_the_target_is_left_out() {
    let trace = trace(&[exchanged(1, 0, 0, 400)], None);
    assert_eq!(events(&trace, "X", 2).count(), 0);
    assert_eq!(trace["otherData"]["target_clock"], Value::Null);
}

#[test]
fn an_effect_before_its_cause_is_marked_and_not_repaired() {
    let skewed = Some(ClockOffset {
        offset_ns: OFFSET + 1_000_000,
        error_ns: 20_000,
    });
    let marked = |clock| {
        let trace = trace(&[exchanged(1, 2_000_000, 0, 400_000)], clock);
        let whole = events(&trace, "X", 2).next().expect("the request");
        whole["args"].get("clock_contradiction").is_some()
    };
    assert!(marked(skewed));
    assert!(!marked(CLOCK));
}

proptest! {
    #[test]
    fn slices_of_a_lane_nest_and_the_parts_fill_their_request(
        starts in prop::collection::vec((0..1_000_000_u64, 0..10_000_u64, 8..300_000_u64), 1..40),
    ) {
        let clients: Vec<Exchanged> = starts
            .iter()
            .enumerate()
            .map(|(n, (start, delay, service))| exchanged(n as u64, *start, *delay, *service))
            .collect();
        let trace = trace(&clients, CLOCK);
        for process in [1, 2] {
            let mut open: Vec<(i64, i64)> = Vec::new();
            let mut all: Vec<(i64, (i64, i64))> = events(&trace, "X", process)
                .map(|event| (event["tid"].as_i64().expect("a lane"), span(event)))
                .collect();
            all.sort_by_key(|(lane, (start, end))| (*lane, *start, -*end));
            let mut lane = 0;
            for (of, (start, end)) in all {
                if of != lane {
                    (open, lane) = (Vec::new(), of);
                }
                while open.last().is_some_and(|outer| outer.1 <= start) {
                    open.pop();
                }
                prop_assert!(open.last().is_none_or(|outer| end <= outer.1), "{start} to {end} sticks out of {open:?}");
                open.push((start, end));
            }
        }
        let length = |event: &Value| span(event).1 - span(event).0;
        let is_part = |event: &&Value| event["args"].get("place_in_time").is_some();
        let parts: i64 = events(&trace, "X", 2).filter(is_part).map(length).sum();
        let wholes: i64 = events(&trace, "X", 2).filter(|event| !is_part(event)).map(length).sum();
        prop_assert_eq!(parts, wholes);
    }
}
