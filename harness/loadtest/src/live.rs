//! While a run is on: a view, a bar or lines for people, the generator's `/metrics` for Prometheus, and an archive of it for later.

mod archive;
mod discovery;
mod manner;
mod metrics;
mod palette;
mod progress;
mod terminal;
mod told;
mod windows;

pub(crate) use archive::{Archive, TargetScrapes};
pub(crate) use discovery::Discovery;
pub(crate) use manner::{Manner, Surface, Wish};
pub(crate) use metrics::{Labels, Live};
pub(crate) use palette::Palette;
pub(crate) use progress::Progress;
pub(crate) use terminal::Head;
pub(crate) use windows::Windows;

use driver::{Observer, WindowView};
use std::sync::Arc;

/// Tells all of them.
pub(crate) struct Watchers {
    pub(crate) live: Live,
    pub(crate) archive: Arc<Archive>,
    pub(crate) progress: Progress,
    pub(crate) windows: Windows,
}

impl Observer for Watchers {
    fn window(&self, view: &WindowView<'_>) {
        self.live.window(view);
        self.windows.window(view);
        self.archive.keep_own(&self.live.registry().render());
        self.progress.window(view);
    }
}
