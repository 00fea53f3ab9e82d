//! Which runs the range holds, and how to read the board.

use crate::board::runs_in_range;
use crate::layout::{Section, line, section};
use crate::panel::text;
use crate::wire::Panel;

pub fn runs() -> Section {
    section(
        6,
        "Runs",
        [line(5, [runs_in_range(61)]), line(5, [how_to_read()])],
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
