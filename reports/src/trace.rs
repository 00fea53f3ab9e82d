//! The slowest requests of a run as a trace that Perfetto and Chrome's `about:tracing` open.
//!
//! Two processes, the generator and the target. A request is a slice of each; requests that overlap lie in different lanes, so that
//! every slice nests. Inside the target's slice lie the parts of its stall ledger. A target tells how long each part was in sum and not
//! when, so parts are laid one after the other, each says so, and together they are as long as the request. An arrow leads from the send
//! to the target's slice.
//!
//! Times are microseconds since T0, because a double of microseconds since 1970 would lose the nanoseconds; each event has its raw
//! time, and `event_ts` in nanoseconds of UTC, as text for the same reason.
//!
//! `trace_id` and `span_id` are those of the `traceparent` that a request carries where that is asked for.
//!
//! Format: "Trace Event Format", JSON Object Format, as Chrome's catapult project publishes it.

mod lanes;

use lanes::Lanes;
use record::served::Served;
use record::tail::{Band, ClockOffset, Exchanged, Slice, Slices};
use record::trace::RunTrace;
use serde_json::{Map, Value, json};
use std::time::Duration;

/// A request with both sides' account of it.
#[derive(Debug, Clone, Copy)]
pub struct Traced<'a> {
    /// `scenario/step`.
    pub endpoint: &'a str,
    /// How slow it was among its like.
    pub band: Band,
    /// What the client saw.
    pub client: &'a Exchanged,
    /// What the target said, and the parts that the response time falls into.
    pub target: Option<(&'a Served, Slices)>,
}

/// Where a trace comes from.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    /// The run.
    pub run_id: &'a str,
    /// T0 since 1970 by the generator's clock.
    pub t0_unix: Duration,
    /// How the target's clock stood; without it the target's side is left out.
    pub clock: Option<ClockOffset>,
    /// Requests of the traced seconds that are not among the traced ones.
    pub left_out: u64,
}

const GENERATOR: u8 = 1;
const TARGET: u8 = 2;
/// Parts that only the generator can tell from each other; they are not inside the target's slice.
const OUTSIDE_TARGET: [Slice; 2] = [Slice::SendDelay, Slice::Outside];

/// The trace as one JSON object. Requests are drawn in the order of their intended starts.
pub fn chrome(origin: &Origin<'_>, requests: &[Traced<'_>]) -> String {
    let mut requests: Vec<&Traced<'_>> = requests.iter().collect();
    requests.sort_by_key(|one| (one.client.intended, one.client.key));
    let mut events = Events {
        run: RunTrace::of(origin.run_id),
        t0_unix: i64::try_from(origin.t0_unix.as_nanos()).unwrap_or(i64::MAX),
        list: Vec::new(),
    };
    let (mut client_lanes, mut target_lanes) = (Lanes::default(), Lanes::default());
    for one in &requests {
        let lane = client_lanes.take(
            signed(one.client.intended),
            signed(one.client.done.max(one.client.intended)),
        );
        events.client(one, lane);
    }
    if let Some(clock) = origin.clock {
        let mut there: Vec<_> = requests
            .iter()
            .filter_map(|one| InTarget::of(one, clock))
            .collect();
        there.sort_by_key(|one| one.start);
        for one in &there {
            let lane = target_lanes.take(one.start, one.end);
            events.target(one, lane);
        }
    }
    events.name_tracks(GENERATOR, "generator: response time", client_lanes.count());
    events.name_tracks(TARGET, "target: time in the service", target_lanes.count());
    let clock = origin.clock.map(|clock| {
        json!({ "offset_ns": clock.offset_ns.to_string(), "error_ns": clock.error_ns.to_string() })
    });
    let whole = json!({
        "displayTimeUnit": "ns",
        "otherData": {
            "schema": "loadtest.trace/v1",
            "run_id": origin.run_id,
            "t0_unix_ns": events.t0_unix.to_string(),
            "target_clock": clock,
            "requests": requests.len(),
            "left_out": origin.left_out,
            "order": "an event of the generator and one of the target that are nearer than target_clock.error_ns have no known order; \
                      the parts inside a request of the target have sums and no places, and are laid one after the other",
        },
        "traceEvents": events.list,
    });
    format!("{whole}\n")
}

/// A request's slice of the target, on the generator's clock.
struct InTarget<'a> {
    request: &'a Traced<'a>,
    served: &'a Served,
    slices: Slices,
    start: i64,
    end: i64,
    error_ns: u64,
}

impl<'a> InTarget<'a> {
    fn of(request: &'a Traced<'a>, clock: ClockOffset) -> Option<Self> {
        let (served, slices) = request.target?;
        let ours = |theirs: u64| signed(theirs).saturating_sub(clock.offset_ns);
        let start = ours(served.started);
        Some(Self {
            request,
            served,
            slices,
            start,
            end: ours(served.ended).max(start),
            error_ns: clock.error_ns,
        })
    }

    /// Whether it seems to begin before it was sent by more than the clocks' error: then one of the clocks is wrong.
    fn contradicts(&self) -> bool {
        let early = signed(self.request.client.sent).saturating_sub(self.start);
        early > signed(self.error_ns)
    }
}

struct Events {
    run: RunTrace,
    t0_unix: i64,
    list: Vec<Value>,
}

impl Events {
    fn client(&mut self, one: &Traced<'_>, lane: usize) {
        let client = one.client;
        let done = client.done.max(client.intended);
        let mut args = self.args(one, signed(client.intended));
        args.insert("answered".into(), client.answered.into());
        self.slice(
            GENERATOR,
            lane,
            one.endpoint,
            signed(client.intended),
            done - client.intended,
            &args,
        );
        let sent = client.sent.clamp(client.intended, done);
        for (name, start, length) in [
            ("send delay", client.intended, sent - client.intended),
            ("service time", sent, done - sent),
        ] {
            if length > 0 {
                self.slice(GENERATOR, lane, name, signed(start), length, &Map::new());
            }
        }
        if one.target.is_some() {
            self.flow("s", GENERATOR, lane, signed(sent), one);
        }
    }

    fn target(&mut self, one: &InTarget<'_>, lane: usize) {
        let length = one.end.abs_diff(one.start);
        let mut args = self.args(one.request, one.start);
        args.insert(
            "target_clock_ns".into(),
            one.served.started.to_string().into(),
        );
        args.insert("clock_error_ns".into(), one.error_ns.to_string().into());
        if one.contradicts() {
            args.insert("clock_contradiction".into(), true.into());
        }
        self.slice(TARGET, lane, one.request.endpoint, one.start, length, &args);
        self.flow("f", TARGET, lane, one.start, one.request);
        let mut at = one.start;
        for slice in Slice::ALL {
            let part = one.slices[slice as usize];
            if part == 0 || OUTSIDE_TARGET.contains(&slice) {
                continue;
            }
            // The slices of a request whose account was cut to what contains it may be shorter than the target's own two readings.
            let part = part.min(one.end.abs_diff(at));
            let args = Map::from_iter([("place_in_time".into(), "unknown".into())]);
            self.slice(TARGET, lane, slice.words(), at, part, &args);
            at = at.saturating_add(signed(part));
        }
    }

    fn args(&self, one: &Traced<'_>, at: i64) -> Map<String, Value> {
        let key = one.client.key;
        let context = self.run.request(key);
        Map::from_iter([
            ("trace_id".into(), context.trace_id().into()),
            ("span_id".into(), context.span_id().into()),
            (
                "request".into(),
                format!("{}-{}", key.arrival, key.number).into(),
            ),
            ("response_band".into(), one.band.name().into()),
            (
                "event_ts".into(),
                self.t0_unix.saturating_add(at).to_string().into(),
            ),
        ])
    }

    fn slice(
        &mut self,
        process: u8,
        lane: usize,
        name: &str,
        start: i64,
        length: u64,
        args: &Map<String, Value>,
    ) {
        self.list.push(json!({
            "ph": "X", "cat": "request", "name": name, "pid": process, "tid": lane + 1,
            "ts": micros(start), "dur": micros(signed(length)), "args": args,
        }));
    }

    /// One end of the arrow from the send to the target.
    fn flow(&mut self, phase: &str, process: u8, lane: usize, at: i64, one: &Traced<'_>) {
        let key = one.client.key;
        self.list.push(json!({
            "ph": phase, "cat": "request", "name": "sent", "id": format!("{}-{}", key.arrival, key.number),
            "pid": process, "tid": lane + 1, "ts": micros(at), "bp": "e",
        }));
    }

    fn name_tracks(&mut self, process: u8, name: &str, lanes: usize) {
        self.list.push(
            json!({ "ph": "M", "name": "process_name", "pid": process, "args": { "name": name } }),
        );
        for lane in 1..=lanes {
            let args = json!({ "name": format!("lane {lane}") });
            self.list.push(json!({ "ph": "M", "name": "thread_name", "pid": process, "tid": lane, "args": args }));
        }
    }
}

fn micros(nanoseconds: i64) -> f64 {
    nanoseconds as f64 / 1e3
}

fn signed(nanoseconds: u64) -> i64 {
    i64::try_from(nanoseconds).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
