//! While a run is on: one progress line for people, and the generator's `/metrics` for Prometheus.

mod metrics;
mod progress;

pub(crate) use metrics::{Labels, Live};
pub(crate) use progress::Progress;

use driver::{Observer, WindowView};

/// Tells both.
pub(crate) struct Watchers {
    pub(crate) live: Live,
    pub(crate) progress: Progress,
}

impl Observer for Watchers {
    fn window(&self, view: &WindowView<'_>) {
        self.live.window(view);
        self.progress.window(view);
    }
}
