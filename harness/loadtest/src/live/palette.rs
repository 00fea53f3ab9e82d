//! Colours, or none: what they say is always said without them as well.

use ratatui::style::{Color, Modifier, Style};

/// With which colours a run is shown. The sixteen of the terminal's own theme, so that they are readable on light and dark ground.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Palette {
    /// The terminal's.
    Colours,
    /// None: bold and dim only.
    Plain,
}

/// Names of figures, rules, what is only there to lead the eye.
pub(crate) const QUIET: Style = Style::new().add_modifier(Modifier::DIM);
/// Headings.
pub(crate) const HEADING: Style = Style::new().add_modifier(Modifier::BOLD);

impl Palette {
    /// The palette where `NO_COLOR` has this value: any but an empty one removes colours (no-color.org).
    pub(crate) fn of(no_color: Option<&std::ffi::OsStr>) -> Self {
        if no_color.is_some_and(|value| !value.is_empty()) {
            Self::Plain
        } else {
            Self::Colours
        }
    }

    /// The palette of this process's environment.
    pub(crate) fn here() -> Self {
        Self::of(std::env::var_os("NO_COLOR").as_deref())
    }

    fn coloured(self, colour: Color) -> Style {
        match self {
            Self::Colours => Style::new().fg(colour),
            Self::Plain => Style::new(),
        }
    }

    /// What was offered, and the progress towards the end.
    pub(crate) fn offered(self) -> Style {
        self.coloured(Color::Blue)
    }

    /// What was achieved.
    pub(crate) fn achieved(self) -> Style {
        self.coloured(Color::Green)
    }

    /// The median.
    pub(crate) fn median(self) -> Style {
        self.coloured(Color::Cyan)
    }

    /// The 99th percentile.
    pub(crate) fn tail(self) -> Style {
        self.coloured(Color::Yellow)
    }

    /// Failures, and anything else that should not be.
    pub(crate) fn bad(self) -> Style {
        self.coloured(Color::Red).add_modifier(Modifier::BOLD)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsStr;

    #[test]
    fn no_color_counts_only_when_it_says_something() {
        assert_eq!(Palette::of(None), Palette::Colours);
        assert_eq!(Palette::of(Some(OsStr::new(""))), Palette::Colours);
        assert_eq!(Palette::of(Some(OsStr::new("1"))), Palette::Plain);
    }

    #[test]
    fn the_plain_palette_has_no_colour() {
        let plain = Palette::Plain;
        let styles = [
            QUIET,
            HEADING,
            plain.offered(),
            plain.achieved(),
            plain.median(),
            plain.tail(),
            plain.bad(),
        ];
        for style in styles {
            assert_eq!((style.fg, style.bg), (None, None), "{style:?}");
        }
    }
}
