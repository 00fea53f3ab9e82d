//! Which runs the range holds, and how to read the board.

use record::catalog as m;

use crate::expr::{Window::Range, on_board};
use crate::layout::{Section, line, section};
use crate::panel::{about, facts, text};
use crate::wire::Panel;

pub fn runs() -> Section {
    section(6, "Runs", [line(7, [runs_in_range(), how_to_read()])])
}

fn runs_in_range() -> Panel {
    let seen = on_board(&m::LOADTEST_RUN_INFO).highest(Range);
    facts(
        about(
            61,
            "Runs in range",
            &m::LOADTEST_RUN_INFO,
            "Every run that was scraped in the range; its folder under target/loadtest bears the same name.",
        ),
        seen.max_by(&["run_id", "plan", "model"]),
    )
}

fn how_to_read() -> Panel {
    text(
        62,
        "How to read this board",
        "From top to bottom: was the load what the plan says, how long did answers take, what failed, who was busy.\n\n\
         This board is for watching and finding. The numbers that count are in the run's own `summary.txt` and `report.html`: \
         they come from histograms of every request in the steady phase, while a board interpolates between bucket bounds and \
         extrapolates between scrapes.",
    )
}
