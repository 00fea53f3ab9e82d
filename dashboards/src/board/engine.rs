//! The board of the reference engine: requests by route, the ledger, the way to the disk, the chains, memory, process.
//!
//! The HTTP, memory and process sections fit every target that embeds the probe.

use record::catalog as m;

use super::{Frame, dashboard};
use crate::expr::{Expr, Selector, Window::RateInterval, on_board};
use crate::layout::stack;
use crate::wire::Dashboard;

mod chains;
mod commit;
mod glance;
mod ledger;
mod memory;
mod process;
mod requests;

const FRAME: Frame = Frame {
    uid: "lt-engine",
    title: "Reference engine",
    description: "The system under test seen from inside: requests, ledger, memory, process.",
    tag: "engine",
    jobs_from: &[&m::HTTP_IN_FLIGHT],
};

/// The board `engine.json`. `artifacts` is where run folders are served.
pub fn board(artifacts: &str) -> Dashboard {
    let panels = stack([
        glance::glance(),
        requests::requests(),
        ledger::ledger(),
        commit::commit(),
        chains::chains(),
        memory::memory(),
        process::process(),
    ]);
    dashboard(&FRAME, artifacts, panels)
}

fn answers_with(code: &str) -> Selector {
    on_board(&m::HTTP_REQUESTS).like("code", code)
}

fn requests_per_second() -> Expr {
    on_board(&m::HTTP_REQUESTS).rate(RateInterval).sum()
}
