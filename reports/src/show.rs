//! Figures as a reader wants them.

use crate::percentiles::Percentiles;
use record::histogram::Histogram;
use record::quantity::format_nanoseconds;
use std::time::Duration;

/// The quantiles every report shows: heading and share; `None` is the maximum.
pub(crate) const QUANTILES: [(&str, Option<f64>); 6] = [
    ("p50", Some(0.5)),
    ("p90", Some(0.9)),
    ("p95", Some(0.95)),
    ("p99", Some(0.99)),
    ("p99.9", Some(0.999)),
    ("max", None),
];

/// Fewest samples beyond a quantile for it to stand without a mark.
pub(crate) const ENOUGH_BEYOND: f64 = 10.0;

/// What a printed quantile stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Quantile {
    /// Nanoseconds.
    pub(crate) ns: u64,
    /// Fewer than [`ENOUGH_BEYOND`] samples lie beyond it.
    pub(crate) thin: bool,
    /// So many samples are lower bounds that the true value may be larger without limit.
    pub(crate) bound: bool,
}

impl Quantile {
    /// With its marks: `≥` before a lower bound, `*` after a thin one.
    pub(crate) fn text(self) -> String {
        let bound = if self.bound { "≥ " } else { "" };
        let thin = if self.thin { "*" } else { "" };
        format!("{bound}{}{thin}", format_nanoseconds(self.ns))
    }
}

/// [`QUANTILES`] of `times`, of which `unfinished` samples are lower bounds; `None` if nothing was recorded.
pub(crate) fn quantiles(times: &Histogram, unfinished: u64) -> Option<[Quantile; 6]> {
    times.max_ns()?;
    Some(QUANTILES.map(|(_, share)| quantile(times, unfinished, share)))
}

/// The columns of these percentiles: heading and share, the maximum last.
pub(crate) fn asked(percentiles: &Percentiles) -> Vec<(String, Option<f64>)> {
    let columns = percentiles.iter();
    let columns = columns.map(|one| (one.to_string(), Some(one.share())));
    columns.chain([("max".to_owned(), None)]).collect()
}

/// These columns of `times`, by the rules of [`quantiles`].
pub(crate) fn quantiles_of(
    times: &Histogram,
    unfinished: u64,
    columns: &[(String, Option<f64>)],
) -> Option<Vec<Quantile>> {
    times.max_ns()?;
    let shares = columns.iter().map(|(_, share)| *share);
    Some(
        shares
            .map(|share| quantile(times, unfinished, share))
            .collect(),
    )
}

fn quantile(times: &Histogram, unfinished: u64, share: Option<f64>) -> Quantile {
    let beyond = share.map_or(0.0, |q| times.count() as f64 * (1.0 - q));
    Quantile {
        ns: share
            .map_or_else(|| times.max_ns(), |q| times.quantile(q))
            .unwrap_or(0),
        // The maximum is a fact, not an estimate. A thousandth forgives rounding of 1 − q.
        thin: share.is_some() && beyond + 1e-3 < ENOUGH_BEYOND,
        bound: unfinished > 0 && unfinished as f64 + 1e-3 >= beyond,
    }
}

/// `1,234,567`.
pub(crate) fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number with four or more significant digits and no zeros at the end: `0.125`, `12.3`, `500`, `4,998.2`.
pub(crate) fn number(value: f64) -> String {
    let decimals = match value.abs() {
        v if !v.is_finite() => return "unknown".to_owned(),
        v if v < 1.0 => 3,
        v if v < 100.0 => 2,
        v if v < 10_000.0 => 1,
        _ => 0,
    };
    let text = format!("{:.decimals$}", value.abs());
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    let sign = if value < 0.0 { "-" } else { "" };
    format!(
        "{sign}{}{point}{fraction}",
        count(whole.parse().unwrap_or(u64::MAX))
    )
}

/// `4,998.2/s`.
pub(crate) fn rate(per_second: f64) -> String {
    format!("{}/s", number(per_second))
}

/// `0.12 %`; a ratio above zero never shows as zero.
pub(crate) fn percent(ratio: f64) -> String {
    match ratio * 100.0 {
        0.0 => "0 %".to_owned(),
        p if p < 0.001 => "< 0.001 %".to_owned(),
        p if p < 1.0 => format!("{p:.3} %"),
        p => format!("{p:.1} %"),
    }
}

/// `512 B`, `1.5 MiB`.
pub(crate) fn bytes(value: f64) -> String {
    let units = [("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10)]
        .map(|(unit, power)| (unit, 2_f64.powi(power)));
    let largest = units.into_iter().find(|(_, size)| value >= *size);
    let (unit, size) = largest.unwrap_or(("B", 1.0));
    format!("{} {unit}", number(value / size))
}

/// How many times one figure is another: `1.064`; a ratio above zero never shows as zero.
pub(crate) fn ratio(ratio: f64) -> String {
    if ratio > 0.0 && ratio < 0.001 {
        "< 0.001".to_owned()
    } else {
        format!("{ratio:.3}")
    }
}

/// A value in this unit, as `stats` names units.
pub(crate) fn value(value: f64, unit: &str) -> String {
    match unit {
        "ns" => format_nanoseconds(value.max(0.0).round() as u64),
        "bytes" => bytes(value),
        "ratio" => percent(value),
        "per second" => rate(value),
        "µs" => format_nanoseconds((value.max(0.0) * 1e3).round() as u64),
        _ => number(value),
    }
}

/// CPU nanoseconds per request; `None` if either is unknown.
pub(crate) fn per_request(cpu: Option<Duration>, requests: u64) -> Option<u64> {
    let cpu = cpu?.as_nanos();
    (requests > 0).then(|| u64::try_from(cpu / u128::from(requests)).unwrap_or(u64::MAX))
}

/// `2026-11-24 11:00:00 UTC`, from the time since the Unix epoch. Civil date from days by Howard Hinnant's algorithm
/// (chrono-compatible low-level date algorithms, `civil_from_days`), for the years that `u64` seconds can mean here.
pub(crate) fn utc(since_epoch: Duration) -> String {
    let (days, second) = (
        since_epoch.as_secs() / 86_400,
        since_epoch.as_secs() % 86_400,
    );
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!(
        "{year}-{month:02}-{day:02} {:02}:{:02}:{:02} UTC",
        second / 3600,
        second / 60 % 60,
        second % 60
    )
}

/// `1 check`, `2 checks`.
pub(crate) fn plural(n: usize, noun: &str) -> String {
    let ending = if n == 1 { "" } else { "s" };
    format!("{} {noun}{ending}", count(n as u64))
}

#[cfg(test)]
mod tests;
