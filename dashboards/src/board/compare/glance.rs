//! By how much B differs from A, in numbers.

use record::catalog::{self as m, Family};

use super::change;
use crate::expr::{Expr, Run, Selector, Window::Range, of_run};
use crate::layout::{Section, line, section};
use crate::panel::{Reading, about, query, stat, text};
use crate::wire::Panel;

pub fn glance() -> Section {
    section(
        1,
        "B against A over the whole range",
        [
            line(
                4,
                [
                    qps(),
                    quantile(12, "p50 response time", 0.5),
                    quantile(13, "p99 response time", 0.99),
                    service(),
                    cpu(),
                    failures(),
                ],
            ),
            line(3, [how_to_read()]),
        ],
    )
}

fn difference(
    id: u32,
    title: &'static str,
    family: &'static Family,
    advice: &str,
    ask: impl Fn(Selector) -> Expr,
) -> Panel {
    let mut panel = stat(
        about(id, title, family, advice),
        Reading::WholeRange,
        query("B against A", change(family, ask)),
        None,
    );
    if let Some(fields) = &mut panel.field_config {
        // Two runs differ by more than a tenth of a percent by chance.
        fields.defaults.decimals = Some(1);
    }
    panel
}

fn qps() -> Panel {
    difference(
        11,
        "Requests",
        &m::LOADTEST_REQUESTS,
        "By how much B finished more than A, warm-up included. In the open model both finish what is offered.",
        |requests| requests.increase(Range).sum(),
    )
}

fn quantile(id: u32, title: &'static str, q: f64) -> Panel {
    difference(
        id,
        title,
        &m::LOADTEST_RESPONSE_TIME,
        "By how much B is longer than A, warm-up included and interpolated between bucket bounds. `loadtest compare` says what chance \
         explains.",
        move |times| times.quantile(q, Range, &[]),
    )
}

fn service() -> Panel {
    difference(
        14,
        "Mean service time",
        &m::LOADTEST_SERVICE_TIME,
        "By how much B is longer than A. Exact, for means need no buckets.",
        |times| times.mean(Range, &[]),
    )
}

fn cpu() -> Panel {
    difference(
        15,
        "CPU of the target",
        &m::LOADTEST_TARGET_CPU,
        "By how much B used more than A.",
        |cpu| cpu.increase(Range).sum(),
    )
}

fn failures() -> Panel {
    let family = &m::LOADTEST_REQUESTS;
    let failed = |requests: Selector| {
        let all = requests.clone().increase(Range).sum();
        let failed = requests.with("outcome", "failed").increase(Range).sum();
        failed.share_of(&all)
    };
    let difference = failed(of_run(Run::B, family));
    let a = failed(of_run(Run::A, family));
    stat(
        about(
            16,
            "Failed share, B less A",
            family,
            "In points of the share, not relative: A often has none.",
        ),
        Reading::WholeRange,
        query("B less A", difference.minus(&a)),
        None,
    )
}

fn how_to_read() -> Panel {
    text(
        17,
        "How to read this board",
        "A plus sign is more or longer in **B**. This board describes; whether a difference is more than chance is what `loadtest compare` \
         and `loadtest gate` say. Runs get here by `loadtest dashboards backfill --align RUN RUN`, where their steady phases begin at \
         00:02:00.",
    )
}
