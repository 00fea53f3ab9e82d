//! Where panels stand: lines of equal shares on Grafana's 24 columns, under titled sections.

use crate::panel::{heading, with_legend_below};
use crate::wire::{GridPos, Panel};

const COLUMNS: u32 = 24;
/// A panel of fewer columns has no room for a legend beside its lines: on a screen of 1280 pixels it is less than 600 wide.
const WIDE: u32 = 12;

/// Panels side by side, all of one height.
pub struct Line {
    height: u32,
    panels: Vec<Panel>,
}

/// A line whose panels share the width equally; 1, 2, 3, 4, 6 or 8 of them.
pub fn line<const N: usize>(height: u32, panels: [Panel; N]) -> Line {
    let panels = Vec::from(panels);
    Line { height, panels }
}

/// Lines under a title.
pub struct Section {
    id: u32,
    title: &'static str,
    lines: Vec<Line>,
}

/// A section whose heading has the panel id `id`.
pub fn section<const N: usize>(id: u32, title: &'static str, lines: [Line; N]) -> Section {
    let lines = Vec::from(lines);
    Section { id, title, lines }
}

/// All panels of a board from top to bottom, each in its place.
pub fn stack<const N: usize>(sections: [Section; N]) -> Vec<Panel> {
    let mut y = 0;
    let mut placed = Vec::new();
    for section in sections {
        let head = line(1, [heading(section.id, section.title)]);
        for line in std::iter::once(head).chain(section.lines) {
            let height = line.height;
            placed.extend(place(line, y));
            y += height;
        }
    }
    placed
}

fn place(line: Line, y: u32) -> impl Iterator<Item = Panel> {
    let h = line.height;
    let count = line.panels.len() as u32;
    assert!(
        count > 0 && COLUMNS.is_multiple_of(count),
        "{count} panels do not share {COLUMNS} columns"
    );
    let w = COLUMNS / count;
    (0..).zip(line.panels).map(move |(i, mut panel)| {
        panel.grid_pos = GridPos { x: i * w, y, w, h };
        if w < WIDE {
            with_legend_below(&mut panel);
        }
        panel
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn positions(panels: &[Panel]) -> Vec<(u32, [u32; 4])> {
        let pos = |p: &Panel| {
            (
                p.id,
                [p.grid_pos.x, p.grid_pos.y, p.grid_pos.w, p.grid_pos.h],
            )
        };
        panels.iter().map(pos).collect()
    }

    #[test]
    fn lines_stack_under_headings() {
        let panels = stack([
            section(
                1,
                "one",
                [line(
                    4,
                    [heading(11, "a"), heading(12, "b"), heading(13, "c")],
                )],
            ),
            section(2, "two", [line(8, [heading(21, "d")])]),
        ]);
        assert_eq!(
            positions(&panels),
            [
                (1, [0, 0, 24, 1]),
                (11, [0, 1, 8, 4]),
                (12, [8, 1, 8, 4]),
                (13, [16, 1, 8, 4]),
                (2, [0, 5, 24, 1]),
                (21, [0, 6, 24, 8]),
            ]
        );
    }

    #[test]
    #[should_panic(expected = "5 panels do not share 24 columns")]
    fn five_panels_leave_a_gap() {
        stack([section(
            1,
            "one",
            [line(4, [11, 12, 13, 14, 15].map(|id| heading(id, "x")))],
        )]);
    }
}
