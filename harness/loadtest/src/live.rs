//! While a run is on: a view, a bar or lines for people, and the generator's `/metrics` for Prometheus.

mod manner;
mod metrics;
mod palette;
mod progress;
mod terminal;

pub(crate) use manner::{Manner, Surface, Wish};
pub(crate) use metrics::{Labels, Live};
pub(crate) use palette::Palette;
pub(crate) use progress::Progress;
pub(crate) use terminal::Head;

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
