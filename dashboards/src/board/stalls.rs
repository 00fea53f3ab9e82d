//! The board that says why: where the time of requests went inside the target, what they waited for, and what stayed alive.
//!
//! It fits every target that embeds the probe.

use record::catalog as m;

use super::{Frame, dashboard};
use crate::expr::{Expr, Window, on_board};
use crate::layout::stack;
use crate::wire::Dashboard;

pub use causes::WHOLE;

mod causes;
mod glance;
mod locks;
mod memory;
mod probe;
mod scheduling;

const FRAME: Frame = Frame {
    uid: "lt-stalls",
    title: "Stalls",
    description: "Why requests took as long as they did: causes, scheduling, locks, memory, what stayed alive, and what the probe lost.",
    tag: "stalls",
    jobs_from: &[&m::HTTP_IN_FLIGHT],
};

/// The board `stalls.json`. `artifacts` is where run folders are served.
pub fn board(artifacts: &str) -> Dashboard {
    let panels = stack([
        glance::glance(),
        causes::causes(),
        scheduling::scheduling(),
        locks::locks(),
        memory::memory(),
        probe::probe(),
    ]);
    dashboard(&FRAME, artifacts, panels)
}

fn requests(window: Window) -> Expr {
    on_board(&m::HTTP_REQUESTS).rate(window).sum()
}
