//! Figures as text, in the width they have.

use record::quantity::format_nanoseconds;
use std::time::Duration;

/// `1,234,567`.
pub(super) fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Events of a stretch of time as a rate, `4,980/s`; a dash for a stretch without length.
pub(super) fn rate(per_second: Option<f64>) -> String {
    match per_second {
        None => "-".to_owned(),
        Some(rate) if rate > 0.0 && rate < 100.0 => format!("{rate:.1}/s"),
        Some(rate) => format!("{}/s", count(rate.round() as u64)),
    }
}

/// Nanoseconds with their unit, or a dash.
pub(super) fn time(nanoseconds: Option<u64>) -> String {
    nanoseconds.map_or_else(|| "-".to_owned(), format_nanoseconds)
}

/// Whole seconds as `48 s`, `12 min 30 s` or `2 h 05 min`.
pub(super) fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", seconds / 3600, seconds / 60 % 60),
    }
}

/// At most `width` characters; `…` stands for what was cut off.
pub(super) fn fit(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let kept = text.chars().take(width.saturating_sub(1));
    kept.chain((width > 0).then_some('…')).collect()
}

/// A horizontal bar of `width` cells, of which `share` (0 to 1) is filled, to an eighth of a cell.
pub(super) fn bar(share: f64, width: usize) -> String {
    const EIGHTHS: [char; 8] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
    // Not a number becomes an empty bar: the cast makes it 0.
    let eighths = (share.clamp(0.0, 1.0) * width as f64 * 8.0).round() as usize;
    let full = (eighths / 8).min(width);
    let mut text = "█".repeat(full);
    if full < width {
        text.push(EIGHTHS[eighths % 8]);
        text.extend(std::iter::repeat_n(' ', width - full - 1));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn figures_read_as_people_write_them() {
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(count(12), "12");
        assert_eq!(rate(Some(4_980.4)), "4,980/s");
        assert_eq!(rate(Some(0.5)), "0.5/s");
        assert_eq!(rate(Some(0.0)), "0/s");
        assert_eq!(rate(None), "-");
        assert_eq!(time(Some(1_500_000)), "1.50 ms");
        assert_eq!(clock(Duration::from_secs(59)), "59 s");
        assert_eq!(clock(Duration::from_secs(750)), "12 min 30 s");
        assert_eq!(clock(Duration::from_mins(125)), "2 h 05 min");
    }

    #[test]
    fn long_text_says_that_it_was_cut() {
        assert_eq!(fit("größer", 6), "größer");
        assert_eq!(fit("größer", 4), "grö…");
        assert_eq!(fit("größer", 1), "…");
        assert_eq!(fit("größer", 0), "");
    }

    #[test]
    fn bars_are_exact_to_an_eighth() {
        assert_eq!(bar(1.0, 3), "███");
        assert_eq!(bar(0.5, 3), "█▌ ");
        assert_eq!(bar(0.0, 3), "   ");
        assert_eq!(bar(f64::NAN, 2), "  ");
    }

    proptest! {
        #[test]
        fn a_bar_is_as_wide_as_asked(share in prop::num::f64::ANY, width in 0usize..300) {
            prop_assert_eq!(bar(share, width).chars().count(), width);
        }
    }
}
