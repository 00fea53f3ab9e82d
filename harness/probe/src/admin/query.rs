//! What may stand behind the `?` of a profile's URL.

use std::collections::HashMap;
use std::time::Duration;

use crate::cpu::{DEFAULT_HZ, Labels, OWN_MAX_HZ};

/// Seconds of a CPU profile, if nothing legal is asked for.
const DEFAULT_SECONDS: u64 = 30;
/// The longest profile.
const MAX_SECONDS: u64 = 3600;

/// The parameters of one URL.
pub(super) type Parameters = HashMap<String, String>;

/// How long a CPU profile shall take. As in Go, what is missing, no whole number, or not positive means 30 seconds.
pub(super) fn profile_duration(parameters: &Parameters) -> Duration {
    let seconds = positive(parameters).unwrap_or(DEFAULT_SECONDS);
    Duration::from_secs(seconds.min(MAX_SECONDS))
}

/// How long a trace shall take: seconds with a fraction; what is missing, no number, or not positive means one.
pub(super) fn trace_duration(parameters: &Parameters) -> Duration {
    let seconds = parameters.get("seconds").and_then(|text| text.parse().ok());
    let seconds = seconds.filter(|seconds: &f64| *seconds > 0.0 && seconds.is_finite());
    Duration::from_secs_f64(seconds.unwrap_or(1.0).min(MAX_SECONDS as f64))
}

/// Samples per second of CPU time. Go knows no such parameter, and whoever does not either is served as there.
pub(super) fn hz(parameters: &Parameters) -> Result<u32, &'static str> {
    let Some(text) = parameters.get("hz") else {
        return Ok(DEFAULT_HZ);
    };
    let hz = text.parse().ok();
    let hz = hz.filter(|hz| (1..=OWN_MAX_HZ).contains(hz));
    hz.ok_or(r#"invalid value for "hz" - must be an integer from 1 to 1000"#)
}

/// Whether samples shall carry their request.
pub(super) fn labels(parameters: &Parameters) -> Labels {
    match parameters.get("labels").map(String::as_str) {
        Some("request") => Labels::Request,
        _ => Labels::Thread,
    }
}

fn positive(parameters: &Parameters) -> Option<u64> {
    let seconds: u64 = parameters.get("seconds")?.parse().ok()?;
    (seconds > 0).then_some(seconds)
}

/// What a cumulative profile shall be.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Sums since the start.
    Cumulative,
    /// The same as text.
    Text,
    /// What is added in this time.
    Delta(Duration),
}

/// Reads `debug` and `seconds` of a cumulative profile.
pub(super) fn wanted(parameters: &Parameters) -> Result<Wanted, &'static str> {
    let debug = parameters
        .get("debug")
        .and_then(|text| text.parse::<i64>().ok());
    let text = debug.is_some_and(|level| level > 0);
    match (parameters.contains_key("seconds"), text) {
        (false, false) => Ok(Wanted::Cumulative),
        (false, true) => Ok(Wanted::Text),
        (true, true) => Err("seconds and debug params are incompatible"),
        (true, false) => positive(parameters)
            .map(|seconds| Wanted::Delta(Duration::from_secs(seconds.min(MAX_SECONDS))))
            .ok_or(r#"invalid value for "seconds" - must be a positive integer"#),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(pairs: &[(&str, &str)]) -> Parameters {
        let owned = pairs
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        owned.collect()
    }

    #[test]
    fn a_cpu_profile_takes_thirty_seconds_unless_a_positive_integer_says_otherwise() {
        for (text, seconds) in [
            ("5", 5),
            ("0", 30),
            ("-1", 30),
            ("29.5", 30),
            ("x", 30),
            ("9999", 3600),
        ] {
            let duration = profile_duration(&parameters(&[("seconds", text)]));
            assert_eq!(duration.as_secs(), seconds, "{text}");
        }
        assert_eq!(profile_duration(&parameters(&[])).as_secs(), 30);
    }

    #[test]
    fn a_trace_takes_a_second_unless_a_positive_number_says_otherwise() {
        for (text, millis) in [
            ("0.25", 250),
            ("2", 2000),
            ("-1", 1000),
            ("x", 1000),
            ("NaN", 1000),
            ("1e9", 3_600_000),
        ] {
            let duration = trace_duration(&parameters(&[("seconds", text)]));
            assert_eq!(duration.as_millis(), millis, "{text}");
        }
    }

    #[test]
    fn a_cpu_profile_has_the_usual_rate_unless_a_positive_integer_says_otherwise() {
        assert_eq!(hz(&parameters(&[])), Ok(DEFAULT_HZ));
        assert_eq!(hz(&parameters(&[("hz", "199")])), Ok(199));
        for text in ["0", "-1", "1.5", "1001", "x", ""] {
            assert!(hz(&parameters(&[("hz", text)])).is_err(), "{text}");
        }
    }

    #[test]
    fn samples_carry_requests_only_if_asked() {
        assert_eq!(labels(&parameters(&[])), Labels::Thread);
        assert_eq!(
            labels(&parameters(&[("labels", "request")])),
            Labels::Request
        );
    }

    #[test]
    fn cumulative_profiles_know_text_and_delta_but_not_both() {
        assert_eq!(wanted(&parameters(&[])), Ok(Wanted::Cumulative));
        assert_eq!(
            wanted(&parameters(&[("debug", "0")])),
            Ok(Wanted::Cumulative)
        );
        assert_eq!(wanted(&parameters(&[("debug", "1")])), Ok(Wanted::Text));
        let delta = Wanted::Delta(Duration::from_secs(2));
        assert_eq!(wanted(&parameters(&[("seconds", "2")])), Ok(delta));
        assert!(wanted(&parameters(&[("seconds", "0")])).is_err());
        assert!(wanted(&parameters(&[("seconds", "2"), ("debug", "1")])).is_err());
    }
}
