//! The board of a load test: what was offered, what came back, how long it took, and whether the generator kept up.

use record::catalog as m;

use super::{Frame, dashboard};
use crate::expr::{Expr, Selector, Window, on_board};
use crate::layout::stack;
use crate::wire::Dashboard;

mod failures;
mod glance;
mod load;
mod resources;
mod response_time;
mod runs;

const FRAME: Frame = Frame {
    uid: "lt-run",
    title: "Load test",
    description: "One run as it goes: offered and achieved load, response time, failures, generator and target.",
    tag: "run",
    jobs_from: &[&m::LOADTEST_PHASE, &m::HTTP_IN_FLIGHT],
};

/// The board `run.json`. `artifacts` is where run folders are served.
pub fn board(artifacts: &str) -> Dashboard {
    let panels = stack([
        glance::glance(),
        load::load(),
        response_time::response_time(),
        failures::failures(),
        resources::resources(),
        runs::runs(),
    ]);
    dashboard(&FRAME, artifacts, panels)
}

fn failed_requests() -> Selector {
    on_board(&m::LOADTEST_REQUESTS).with("outcome", "failed")
}

fn good_transactions() -> Selector {
    on_board(&m::LOADTEST_TRANSACTIONS).with("outcome", "ok")
}

fn response_p(q: f64, window: Window) -> Expr {
    on_board(&m::LOADTEST_RESPONSE_TIME).quantile(q, window, &[])
}
