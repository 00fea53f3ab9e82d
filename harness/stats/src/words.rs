//! Figures in sentences. `reports` has its own tables; a sentence wants one figure, short.

use record::quantity::format_nanoseconds;

/// `1,234.5`, with up to three digits behind the point where it is small.
pub(crate) fn number(value: f64) -> String {
    let decimals = match value.abs() {
        v if v.fract() < 1e-9 || v >= 1000.0 => 0,
        v if v >= 100.0 => 1,
        v if v >= 1.0 => 2,
        _ => 3,
    };
    let text = format!("{value:.decimals$}");
    let text = match text.split_once('.') {
        Some(_) => text.trim_end_matches('0').trim_end_matches('.'),
        None => &text,
    };
    grouped(text)
}

/// `1,234`.
pub(crate) fn count(value: u64) -> String {
    grouped(&value.to_string())
}

// Commas between thousands, in front of the point.
fn grouped(text: &str) -> String {
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let digits = whole.trim_start_matches('-');
    let mut out = whole[..whole.len() - digits.len()].to_owned();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out + rest
}

/// `12.3 %`.
pub(crate) fn share(value: f64) -> String {
    let percent = value * 100.0;
    match percent.abs() {
        p if p == 0.0 || p >= 100.0 => format!("{percent:.0} %"),
        p if p >= 1.0 => format!("{percent:.1} %"),
        p if p >= 0.01 => format!("{percent:.2} %"),
        _ => "less than 0.01 %".to_owned(),
    }
}

/// `1.25 ms`.
pub(crate) fn nanoseconds(value: f64) -> String {
    format_nanoseconds(value.max(0.0).round() as u64)
}

/// `1 arrival`, `2,000 arrivals`.
pub(crate) fn plural(n: u64, noun: &str) -> String {
    let ending = if n == 1 { "" } else { "s" };
    format!("{} {noun}{ending}", count(n))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_read_well() {
        let numbers = [0.0, 0.1234, 1.5, 123.45, 12_345.6, -1500.0].map(number);
        assert_eq!(numbers, ["0", "0.123", "1.5", "123.5", "12,346", "-1,500"]);
        let shares = [0.0, 0.000_01, 0.0042, 0.123, 1.5].map(share);
        assert_eq!(
            shares,
            ["0 %", "less than 0.01 %", "0.42 %", "12.3 %", "150 %"]
        );
        assert_eq!(
            [1, 2000].map(|n| plural(n, "arrival")),
            ["1 arrival", "2,000 arrivals"]
        );
    }
}
