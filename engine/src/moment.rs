//! Moments as people write them: RFC 3339 in UTC, to the nanosecond.

use std::fmt::Write as _;

const SECOND: u64 = 1_000_000_000;
const DAY: u64 = 86_400;

/// Days from 1970-01-01 to a day of the Gregorian calendar, from year 1970 on.
/// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `days_from_civil`.
fn days(year: u64, month: u64, day: u64) -> u64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year / 400;
    let of_era = year % 400;
    let shifted = (month + 9) % 12;
    let of_year = (153 * shifted + 2) / 5 + day - 1;
    let day_of_era = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    era * 146_097 + day_of_era - 719_468
}

/// The reverse: `civil_from_days` of the same source.
const fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let era = days / 146_097;
    let of_era = days % 146_097;
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = year + era * 400;
    (if month <= 2 { year + 1 } else { year }, month, day)
}

/// Nanoseconds of Unix time as `2026-11-29T07:16:56.123456789Z`.
pub fn text(time_ns: u64) -> String {
    let seconds = time_ns / SECOND;
    let (year, month, day) = civil(seconds / DAY);
    let of_day = seconds % DAY;
    let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
    let mut text = String::with_capacity(30);
    // A string takes every write.
    let _ = write!(
        text,
        "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:09}Z",
        time_ns % SECOND
    );
    text
}

/// Reads `2026-11-29`, `2026-11-29T07:16:56Z` with up to nine decimals, or nanoseconds of Unix time; `None` for all else, and for
/// moments before 1970 or after 2554, which nanoseconds in 64 bits do not reach.
pub fn parse(text: &str) -> Option<u64> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok();
    }
    let (date, time) = text.split_once('T').unwrap_or((text, "00:00:00Z"));
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let (clock, decimals) = match time.strip_suffix('Z')?.split_once('.') {
        Some((clock, decimals)) => (clock, nanoseconds(decimals)?),
        None => (time.strip_suffix('Z')?, 0),
    };
    let [hour, minute, second] = numbers(clock, ':', [2, 2, 2])?;
    let sound = (1970..=2554).contains(&year)
        && (1..=12).contains(&month)
        && hour < 24
        && minute < 60
        && second < 60;
    if !sound || day == 0 {
        return None;
    }
    let days = days(year, month, day);
    // A day that the month does not have is another day.
    if civil(days) != (year, month, day) {
        return None;
    }
    let seconds = days * DAY + hour * 3_600 + minute * 60 + second;
    seconds.checked_mul(SECOND)?.checked_add(decimals)
}

fn numbers(text: &str, between: char, digits: [usize; 3]) -> Option<[u64; 3]> {
    let mut parts = text.split(between);
    let mut found = [0; 3];
    for (number, digits) in found.iter_mut().zip(digits) {
        let part = parts.next()?;
        let plain = part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit());
        *number = plain.then(|| part.parse().ok()).flatten()?;
    }
    parts.next().is_none().then_some(found)
}

fn nanoseconds(decimals: &str) -> Option<u64> {
    let plain = decimals.bytes().all(|byte| byte.is_ascii_digit());
    if !plain || !(1..=9).contains(&decimals.len()) {
        return None;
    }
    format!("{decimals:0<9}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_moments() {
        for (nanoseconds, written) in [
            (0, "1970-01-01T00:00:00.000000000Z"),
            (951_782_400_000_000_000, "2000-02-29T00:00:00.000000000Z"),
            (1_614_265_330_000_000_001, "2021-02-25T15:02:10.000000001Z"),
        ] {
            assert_eq!(text(nanoseconds), written);
            assert_eq!(parse(written), Some(nanoseconds));
        }
        assert_eq!(parse("2021-02-25"), Some(1_614_211_200_000_000_000));
        assert_eq!(
            parse("2021-02-25T15:02:10.5Z"),
            Some(1_614_265_330_500_000_000)
        );
        assert_eq!(parse("17"), Some(17));
    }

    #[test]
    fn what_is_no_moment() {
        for text in [
            "",
            "T",
            "2021",
            "2021-02-29",
            "2021-13-01",
            "2021-00-01",
            "2021-01-00",
            "1969-12-31",
            "2555-01-01",
            "2021-02-25T15:02:10",
            "2021-02-25T24:00:00Z",
            "2021-02-25T15:02:10.Z",
            "2021-02-25T15:02:10.1234567890Z",
            "2021-02-25T15:02:10+01:00",
            "-1",
            "99999999999999999999",
        ] {
            // The year alone is a number of nanoseconds.
            assert!(parse(text).is_none() || text == "2021", "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_moment_comes_back(nanoseconds: u64) {
            prop_assert_eq!(parse(&text(nanoseconds)), Some(nanoseconds));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "[0-9TZ:.-]{0,32}") {
            let _ = parse(&text);
        }
    }
}
