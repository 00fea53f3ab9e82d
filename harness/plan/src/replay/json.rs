//! An arrival as a JSON object.

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    t: f64,
    scenario: Option<String>,
}

/// Seconds since the start, and the scenario if it is named.
pub(super) fn arrival(line: &str) -> Result<(f64, Option<String>), String> {
    let read: Result<Line, _> = serde_json::from_str(line);
    let line = read.map_err(|error| {
        let why = error.to_string();
        // The line within the line is always 1.
        format!(
            "{}; write it as in {{\"t\": 0.25, \"scenario\": \"pay\"}}",
            why.replace("line 1 ", "")
        )
    })?;
    Ok((line.t, line.scenario))
}
