//! The stall ledger as a bar a band and a row a cause.

use crate::html::page;
use crate::show;
use maud::{Markup, html};
use record::quantity::format_nanoseconds;
use record::tail::{Account, Band, Running, Slice, StallLedger, Tail};

/// Colours of the parts, in the order of [`Slice::ALL`]: Okabe and Ito's, and greys for what is outside the target's code.
const COLOURS: [&str; Slice::ALL.len()] = [
    "#8a939d", "#c2c9d0", "#0072b2", "#d55e00", "#e69f00", "#cc79a7", "#f0e442", "#009e73",
    "#56b4e9", "#332288", "#882255", "#e4e7ea",
];
/// Parts of a bar below this are not drawn.
const LEAST_DRAWN: f64 = 0.002;
/// Causes that the sentence names.
const NAMED: usize = 3;

fn whole(account: &Account) -> u64 {
    account.slices.iter().sum()
}

fn share(account: &Account, slice: Slice) -> f64 {
    account.slices[slice as usize] as f64 / whole(account).max(1) as f64
}

/// What the time of requests around the 99th percentile was, largest first.
pub(super) fn sentence(around: &Account) -> String {
    let mut causes = Slice::ALL.map(|slice| (slice, share(around, slice)));
    causes.sort_by(|a, b| b.1.total_cmp(&a.1));
    let named = causes
        .iter()
        .take(NAMED)
        .filter(|(_, share)| *share >= 0.01);
    let named: Vec<String> = named
        .map(|(slice, share)| format!("{} {}", slice.words(), show::percent(*share)))
        .collect();
    format!(
        "The time of a request at the 99th percentile ({}): {}.",
        format_nanoseconds(whole(around) / around.requests.max(1)),
        named.join(", ")
    )
}

pub(super) fn content(tail: &Tail) -> Markup {
    match &tail.ledger {
        Ok(ledger) => html! {
            h3 { "Where the time of requests went" }
            (bars(ledger))
            (causes(ledger))
            (running(ledger))
        },
        Err(why) => {
            html! { p.muted { "Where the time of requests went is not known: " (why) "." } }
        }
    }
}

fn bars(ledger: &StallLedger) -> Markup {
    let used = |slice: &Slice| {
        let mut bands = ledger.bands.iter();
        bands.any(|account| share(account, *slice) >= LEAST_DRAWN)
    };
    html! {
        div.ledger {
            @for (band, account) in Band::ANSWERED.iter().zip(&ledger.bands) {
                @if account.requests > 0 {
                    div { (band.words()) span.muted { " " (format_nanoseconds(whole(account) / account.requests)) } }
                    div.bar role="img" aria-label={ "parts of the response time of requests " (band.words()) } { (bar(account)) }
                }
            }
        }
        p.legend { @for slice in Slice::ALL.iter().filter(|slice| used(slice)) { span { i style={ "background:" (COLOURS[*slice as usize]) } {} (slice.words()) } } }
    }
}

fn bar(account: &Account) -> Markup {
    let parts = Slice::ALL.map(|slice| (slice, share(account, slice)));
    html! {
        @for (slice, share) in parts.iter().filter(|(_, share)| *share >= LEAST_DRAWN) {
            span style={ "flex:" (format!("{share:.4}")) " 0 0;background:" (COLOURS[*slice as usize]) } title={ (slice.words()) ": " (show::percent(*share)) } {}
        }
    }
}

fn causes(ledger: &StallLedger) -> Markup {
    let row = |slice: Slice| {
        let spread = ledger.spreads[slice as usize];
        let [usual, slow] = [0, 3].map(|band| mean(&ledger.bands[band], slice));
        page::row(
            slice.words(),
            [
                format_nanoseconds(spread.p50),
                format_nanoseconds(spread.p99),
                format_nanoseconds(spread.max),
                usual,
                slow,
                show::percent(share(&ledger.around_p99, slice)),
            ],
        )
    };
    let happened = Slice::ALL.into_iter();
    let happened = happened.filter(|slice| ledger.spreads[*slice as usize].max > 0);
    let body = html! { tbody { @for slice in happened { (row(slice)) } } };
    let requests: u64 = ledger.bands.iter().map(|account| account.requests).sum();
    let caption = format!(
        "Over {} requests that client and target both know. P50, P99 and longest of each part by itself, so they do not add up; means do",
        show::count(requests)
    );
    page::table(
        &caption,
        &[
            "part of the response time",
            "P50",
            "P99",
            "longest",
            "mean up to P50",
            "mean above P99",
            "of the P99 request",
        ],
        &body,
    )
}

fn mean(account: &Account, slice: Slice) -> String {
    match account.requests {
        0 => "–".to_owned(),
        requests => format_nanoseconds(account.slices[slice as usize] / requests),
    }
}

/// What running was, as far as the target looked closely.
fn running(ledger: &StallLedger) -> Markup {
    let known = Band::ANSWERED.iter().zip(&ledger.bands);
    let known: Vec<_> = known
        .filter(|(_, account)| account.running.requests > 0)
        .collect();
    let row = |band: &Band, running: &Running| {
        let whole = running.cpu + running.run_queue + running.page_faults + running.unexplained;
        let part = |nanos: u64| show::percent(nanos as f64 / whole.max(1) as f64);
        page::row(
            band.words(),
            [
                show::count(running.requests),
                part(running.cpu),
                part(running.run_queue),
                part(running.page_faults),
                part(running.unexplained),
            ],
        )
    };
    let body = html! { tbody { @for (band, account) in &known { (row(band, &account.running)) } } };
    html! {
        @if !known.is_empty() {
            details {
                summary { "What “running” was" }
                (page::table("Of the requests that the target accounted for in detail, one in sixteen; the two middle ones are estimates", &["requests", "number", "on a processor", "waiting for one", "page faults", "unexplained"], &body))
            }
        }
    }
}
