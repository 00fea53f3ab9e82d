//! `loadtest list`: what a plan may name.

use crate::exit::Exit;
use crate::output;
use scenarios::Known;
use std::fmt::Write as _;

pub(super) fn list() -> Exit {
    output::result(&text());
    Exit::Pass
}

fn text() -> String {
    let mut text = String::from("Scenarios (steps in brackets are what thresholds may name):\n");
    for Known {
        name,
        summary,
        steps,
    } in scenarios::KNOWN.iter().chain([&scenarios::HTTP])
    {
        let _ = writeln!(text, "  {name:<16} {summary} [{}]", steps.join(", "));
    }
    text.push_str("\nBuilt-in plans, for --plan NAME:\n");
    for plan in scenarios::plans::ALL {
        let _ = writeln!(text, "  {:<16} {}", plan.name, plan.summary);
    }
    text.push_str("\nAgainst another service than the reference engine use --target URL; the scenario is then `http`.\n");
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn everything_known_is_listed() {
        let text = super::text();
        for name in scenarios::KNOWN.iter().map(|known| known.name) {
            assert!(text.contains(name), "{name}");
        }
        assert!(text.contains("canonical"));
    }
}
