//! Memory for the windows of a run, taken before it.

use record::phase::Phase;
use record::run::{Span, Window};

const EMPTY: Window = Window {
    span: Span {
        start: std::time::Duration::ZERO,
        end: std::time::Duration::ZERO,
    },
    phase: Phase::Warmup,
    due: 0,
    requests: 0,
    failed: 0,
    committed: 0,
    uncommitted: 0,
    in_flight: 0,
    backlog: 0,
    response: None,
    service: None,
    send_delay: None,
};

/// Room for so many windows, 336 bytes each. It is written to once, because memory that is only promised is taken as it is used: over an
/// hour that would be a megabyte.
pub(super) fn room(windows: usize) -> Vec<Window> {
    let mut all = vec![EMPTY; windows];
    all.clear();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_there_is_room_for_takes_no_memory_any_more() {
        let mut all = room(3600);
        assert!(size_of::<Window>() <= 336, "{}", size_of::<Window>());
        let before = (all.as_ptr(), all.capacity());
        all.extend((0..3600).map(|_| EMPTY));
        assert_eq!((all.as_ptr(), all.capacity()), before);
        assert!(room(0).is_empty());
    }
}
