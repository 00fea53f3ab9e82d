//! Both runs on one time axis.

use record::catalog as m;

use super::{both, change};
use crate::board::stalls::WHOLE;
use crate::expr::{Run, Selector, Window::RateInterval, of_run};
use crate::layout::{Section, line, section};
use crate::panel::{about, query, stacked, time_series};
use crate::wire::Panel;

pub fn load() -> Section {
    section(2, "Load", [line(8, [rate(), failed(), in_flight()])])
}

pub fn times() -> Section {
    section(
        3,
        "Response time",
        [line(
            8,
            [
                quantile(31, "p50 response time", 0.5),
                quantile(32, "p99 response time", 0.99),
                changes(),
            ],
        )],
    )
}

pub fn costs() -> Section {
    section(
        4,
        "What it cost the target",
        [line(8, [cpu(), memory(), allocations()])],
    )
}

pub fn causes() -> Section {
    section(
        5,
        "Where the time of a request went",
        [line(
            9,
            [
                causes_of(51, "A by cause", Run::A),
                causes_of(52, "B by cause", Run::B),
            ],
        )],
    )
}

fn rate() -> Panel {
    time_series(
        about(
            21,
            "QPS",
            &m::LOADTEST_REQUESTS,
            "Healthy: one line, where both runs offered the same.",
        ),
        &both(&m::LOADTEST_REQUESTS, |requests| {
            requests.rate(RateInterval).sum()
        }),
    )
}

fn failed() -> Panel {
    time_series(
        about(
            22,
            "Failed share",
            &m::LOADTEST_REQUESTS,
            "Healthy: zero in both.",
        ),
        &both(&m::LOADTEST_REQUESTS, |requests| {
            let all = requests.clone().rate(RateInterval).sum();
            requests
                .with("outcome", "failed")
                .rate(RateInterval)
                .sum()
                .share_of(&all)
        }),
    )
}

fn in_flight() -> Panel {
    time_series(
        about(
            23,
            "Transactions in flight",
            &m::LOADTEST_REQUESTS_IN_FLIGHT,
            "At the same rate, twice as many in flight took twice as long.",
        ),
        &both(&m::LOADTEST_REQUESTS_IN_FLIGHT, |now| now.value().sum()),
    )
}

fn quantile(id: u32, title: &'static str, q: f64) -> Panel {
    time_series(
        about(
            id,
            title,
            &m::LOADTEST_RESPONSE_TIME,
            "Interpolated between bucket bounds, ends at 10.49 s.",
        ),
        &both(&m::LOADTEST_RESPONSE_TIME, |times| {
            times.quantile(q, RateInterval, &[])
        }),
    )
}

fn changes() -> Panel {
    let of = |q| {
        let ask = move |times: Selector| times.quantile(q, RateInterval, &[]);
        change(&m::LOADTEST_RESPONSE_TIME, ask)
    };
    let mut panel = time_series(
        about(
            33,
            "B against A",
            &m::LOADTEST_RESPONSE_TIME,
            "By how much B is longer than A, second by second. Healthy: around zero; a line that stays on one side is a difference.",
        ),
        &[query("p50", of(0.5)), query("p99", of(0.99))],
    );
    if let Some(fields) = &mut panel.field_config {
        // Shorter is below zero.
        fields.defaults.min = None;
    }
    panel
}

fn cpu() -> Panel {
    time_series(
        about(
            41,
            "CPU",
            &m::LOADTEST_TARGET_CPU,
            "In cores, read by the generator from outside.",
        ),
        &both(&m::LOADTEST_TARGET_CPU, |cpu| cpu.rate(RateInterval).sum()),
    )
}

fn memory() -> Panel {
    time_series(
        about(
            42,
            "Resident memory",
            &m::LOADTEST_TARGET_MEMORY,
            "Healthy: the same slope in both.",
        ),
        &both(&m::LOADTEST_TARGET_MEMORY, |memory| memory.value().sum()),
    )
}

fn allocations() -> Panel {
    time_series(
        about(
            43,
            "Allocations",
            &m::RUNTIME_ALLOCATIONS,
            "Per second, of a target that embeds the probe.",
        ),
        &both(&m::RUNTIME_ALLOCATIONS, |allocations| {
            allocations.rate(RateInterval).sum()
        }),
    )
}

fn causes_of(id: u32, title: &'static str, run: Run) -> Panel {
    let stalls = of_run(run, &m::REQUEST_STALL).like("cause", WHOLE);
    stacked(
        about(
            id,
            title,
            &m::REQUEST_STALL,
            "Mean of a request, stacked, of a target that embeds the probe. What is higher on one side is where the time went.",
        ),
        &[query("{{cause}}", stalls.mean(RateInterval, &["cause"]))],
    )
}
