//! How a run is shown while it is on: decided once, from what was asked for and what the terminal can do.

use std::io::IsTerminal as _;

/// What was asked for, most first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Wish {
    /// The live view, a whole screen.
    View,
    /// One line that renews itself.
    Bar,
    /// Nothing before the result.
    Silence,
}

/// What there is to show it on, least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Surface {
    /// A file, a pipe, or a terminal that moves no cursor: lines, one after the other.
    Paper,
    /// A line of a terminal. The whole of it is not ours: standard output goes elsewhere, or the shell has put us into the background,
    /// where changing the terminal's mode would stop us.
    Line,
    /// A terminal that is ours.
    Screen,
}

/// How a run is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// Not at all.
    Quiet,
    /// As plain lines now and then.
    Lines,
    /// As a line that renews itself.
    Bar,
    /// As a screen with a chart.
    View,
}

impl Manner {
    /// As much as was asked for, as far as there is room for it.
    pub(crate) fn of(wish: Wish, surface: Surface) -> Self {
        match (wish, surface) {
            (Wish::Silence, _) => Self::Quiet,
            (_, Surface::Paper) => Self::Lines,
            (Wish::View, Surface::Screen) => Self::View,
            (Wish::View | Wish::Bar, _) => Self::Bar,
        }
    }
}

/// What can be seen of the two streams.
#[derive(Debug, Clone, Copy)]
struct Seen {
    stdout_is_terminal: bool,
    stderr_is_terminal: bool,
    foreground: bool,
}

impl Surface {
    /// The surface that this process has.
    pub(crate) fn here() -> Self {
        let foreground = rustix::termios::tcgetpgrp(std::io::stderr());
        let seen = Seen {
            stdout_is_terminal: std::io::stdout().is_terminal(),
            stderr_is_terminal: std::io::stderr().is_terminal(),
            foreground: foreground.is_ok_and(|group| group == rustix::process::getpgrp()),
        };
        Self::of(seen, std::env::var("TERM").ok().as_deref())
    }

    fn of(seen: Seen, term: Option<&str>) -> Self {
        if !seen.stderr_is_terminal || matches!(term, None | Some("" | "dumb")) {
            Self::Paper
        } else if seen.stdout_is_terminal && seen.foreground {
            Self::Screen
        } else {
            Self::Line
        }
    }
}

#[cfg(test)]
mod tests;
