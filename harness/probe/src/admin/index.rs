//! The index page: what there is, and what is wrong with it.

use std::fmt::Write as _;

use super::source::Source;
use crate::{VERSION, cpu, self_test};

/// What is not in [`Source`].
const OTHERS: [(&str, &str); 4] = [
    (
        "cmdline",
        "The command line of this process, secrets masked.",
    ),
    (
        "profile",
        "CPU profile; seconds gives its length, 30 by default; hz its samples per second of CPU time, 99 by default; labels=request tells which request a sample served.",
    ),
    (
        "symbol",
        "Maps addresses to names; GET with the addresses as query, or POST.",
    ),
    (
        "trace",
        "Requests and CPU samples of the next seconds as Chrome trace JSON (not Go's trace format).",
    ),
];

/// The page. Links are relative, so that it works below any prefix.
pub(super) fn page() -> String {
    let mut page = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>/debug/pprof/</title></head>\
         <body><h1>/debug/pprof/</h1><p>probe {VERSION}</p>"
    );
    for reason in [self_test().err(), cpu::known_degraded()]
        .into_iter()
        .flatten()
    {
        let _ = write!(page, "<p>degraded: {reason}</p>");
    }
    page.push_str("<table><thead><tr><td>Profile<td>Text<td>Description</thead>");
    let sources = Source::ALL.map(|source| (source.name(), source.about()));
    for (name, about) in sources {
        let text = format!("<a href=\"{name}?debug=1\">text</a>");
        row(&mut page, name, &text, about);
    }
    for (name, about) in OTHERS {
        row(&mut page, name, "", about);
    }
    page.push_str(
        "</table><p>With seconds=N, a whole number, the profiles with text give the difference over the next N seconds. \
         delta_heap, delta_block and delta_mutex give what was added since their last call.</p>\
         <p>Requests: <a href=\"../probe/requests\">records</a>, <a href=\"../probe/clock\">clock</a></p></body></html>\n",
    );
    page
}

fn row(page: &mut String, name: &str, text: &str, about: &str) {
    let _ = write!(
        page,
        "<tr><td><a href=\"{name}\">{name}</a><td>{text}<td>{about}"
    );
}
