//! The body of the page of a sweep.

use super::page;
use crate::scaling::{MeasuredLevel, Sweep, parameters, words};
use crate::{charts, show};
use maud::{Markup, PreEscaped, html};
use record::quantity::format_nanoseconds;

/// Heading, sentences, curve, parameters, levels.
pub(super) fn body(sweep: &Sweep) -> Markup {
    html! {
        header.top {
            p.over { "loadtest sweep" }
            h1 { (sweep.plan) }
            p { "Against " (sweep.target) ", sweep " code { (sweep.run_id) } ". Closed model: each user waits for its answer." }
        }
        (page::section("scalability", "What stops it from scaling", &html! {
            ul { @for sentence in words(sweep) { li { (sentence) } } }
            figure {
                (PreEscaped(charts::scaling(sweep)))
                figcaption { "X(N) = g N / (1 + s (N − 1) + k N (N − 1)), Gunther's Universal Scalability Law; drawn to 1.5 times the largest level at most." }
            }
            (law(sweep))
        }))
        (page::section("levels", "Levels", &levels(sweep)))
    }
}

fn law(sweep: &Sweep) -> Markup {
    let pairs: Vec<(&str, String)> = parameters(sweep);
    page::facts(&pairs)
}

fn levels(sweep: &Sweep) -> Markup {
    let headings = [
        "users",
        "throughput",
        "95 % interval",
        "service time p50",
        "service time p99",
        "errors",
        "in the fit",
    ];
    let body = html! { tbody { @for level in &sweep.levels { (row(level)) } } };
    page::table("One run a level", &headings, &body)
}

fn row(level: &MeasuredLevel) -> Markup {
    let told = |ns: Option<u64>| ns.map_or_else(|| "–".to_owned(), format_nanoseconds);
    let x = level.throughput();
    let mean = x.map_or_else(|| "–".to_owned(), |x| show::rate(x.point));
    let range = x.filter(|x| x.high.is_finite());
    let range = range.map_or_else(
        || "–".to_owned(),
        |x| format!("{}..{}", show::number(x.low), show::number(x.high)),
    );
    let used = if level.invalid.is_empty() {
        "yes".to_owned()
    } else {
        format!("no: {}", level.invalid.join("; "))
    };
    let errors = level
        .error_ratio
        .map_or_else(|| "–".to_owned(), show::percent);
    page::row(
        &show::count(u64::from(level.users)),
        [
            mean,
            range,
            told(level.p50_ns),
            told(level.p99_ns),
            errors,
            used,
        ],
    )
}

#[cfg(test)]
mod tests {
    use crate::html::sweep;
    use crate::scaling::tests::specimen;

    #[test]
    fn the_page_shows_curve_law_and_levels_and_loads_nothing() {
        let page = sweep(&specimen());
        for part in [
            "<svg",
            "s, contention",
            "throughput peaks at 44.3 users",
            "15,123",
            "default-src &#39;none&#39;",
        ] {
            let plain = part.replace("&#39;", "'");
            assert!(page.contains(part) || page.contains(&plain), "{part}");
        }
        assert!(!page.contains("src=\"http"), "nothing is loaded");
    }

    #[test]
    fn a_level_out_of_the_fit_says_why_and_is_escaped() {
        let mut specimen = specimen();
        specimen.levels[0].invalid = vec!["<b>".to_owned()];
        let page = sweep(&specimen);
        assert!(page.contains("no: &lt;b&gt;"));
    }
}
