//! Who decides, while a run is on, when warm-up is over, whether to go on, and whether to stop: the driver measures and does not judge,
//! so the decisions are handed in.

use crate::observer::WindowView;
use std::time::Duration;

/// A tenth of a second of the run.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Bin {
    /// Good requests that finished in it.
    pub completed: u64,
    /// Mean of their response times in nanoseconds; 0 without any.
    pub mean_response_ns: f64,
    /// Arrivals under way at its end.
    pub in_flight: u64,
    /// Arrivals that wait for a user at its end.
    pub backlog: u64,
}

/// What a judge says at the end of a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// As planned.
    Continue,
    /// The steady phase is to be longer by this.
    Extend(Duration),
    /// The run is to stop now, for this reason.
    Abort(String),
}

/// Called from the collector's thread; it must not block for long.
pub trait Judge: Send {
    /// The warm-up so far, a bin each tenth of a second: after how many of them had the target settled? `None` while it has not, or nobody can
    /// tell yet. Asked only where the plan wants it found out.
    fn settled(&mut self, bins: &[Bin]) -> Option<usize>;

    /// A window of the steady phase has closed.
    fn window(&mut self, view: &WindowView<'_>) -> Decision;
}

/// Lets every plan run as it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct AsPlanned;

impl Judge for AsPlanned {
    fn settled(&mut self, _bins: &[Bin]) -> Option<usize> {
        None
    }

    fn window(&mut self, _view: &WindowView<'_>) -> Decision {
        Decision::Continue
    }
}
