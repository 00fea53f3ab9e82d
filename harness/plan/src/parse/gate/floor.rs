//! Floors: the smallest difference that matters, in the unit of its metric.

use super::wire::FloorText;
use record::comparison::Metric;
use record::quantity::parse_duration;

/// Suffixes of bytes; the longer before the shorter ones that end alike.
const BYTES: [(&str, f64); 6] = [
    ("KiB", 1024.0),
    ("MiB", 1_048_576.0),
    ("GiB", 1_073_741_824.0),
    ("kB", 1e3),
    ("MB", 1e6),
    ("GB", 1e9),
];

/// The floor, in the unit of the metric; `None` for 0, which is no floor.
pub(super) fn parse(given: &FloorText, metric: Metric) -> Result<Option<f64>, String> {
    let value = match (given, metric.unit()) {
        (FloorText::Text(text), "ns") => parse_duration(text)
            .map(|length| length.as_nanos() as f64)
            .map_err(|error| error.to_string())?,
        (FloorText::Number(number), "ns") if *number > 0.0 => {
            return Err(format!(
                "{number} has no unit; write a duration such as \"100us\""
            ));
        }
        (FloorText::Text(text), "bytes") => bytes(text)?,
        (FloorText::Text(text), unit) => {
            return Err(format!("\"{text}\" is not a number ({unit})"));
        }
        (FloorText::Number(number), _) => *number,
    };
    if !value.is_finite() || value < 0.0 {
        return Err(format!(
            "{value} is no difference; write 0 for no floor, or more"
        ));
    }
    Ok((value > 0.0).then_some(value))
}

fn bytes(text: &str) -> Result<f64, String> {
    let wrong = || format!("\"{text}\" is not a size; write it as \"1MiB\" or \"64KiB\"");
    let text = text.trim();
    let suffixed = BYTES
        .iter()
        .find_map(|(suffix, factor)| Some((text.strip_suffix(suffix)?, factor)));
    let (number, factor) = suffixed.ok_or_else(wrong)?;
    let number: f64 = number.trim().parse().map_err(|_| wrong())?;
    Ok(number * factor)
}
