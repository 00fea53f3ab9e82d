//! What the token ledger did.

use record::catalog as m;

use crate::expr::{Window::RateInterval, on_board};
use crate::layout::{Section, line, section};
use crate::panel::{about, query, time_series};
use crate::wire::Panel;

pub fn ledger() -> Section {
    section(
        3,
        "Ledger",
        [
            line(8, [transfers(), operations()]),
            line(7, [duplicates(), supply(), frozen(), holds()]),
        ],
    )
}

fn transfers() -> Panel {
    let by_status = on_board(&m::TOKEN_TRANSFER)
        .rate(RateInterval)
        .sum_by(&["status"]);
    time_series(
        about(
            31,
            "Transfers by status",
            &m::TOKEN_TRANSFER,
            "Per second. Healthy: success, and what the scenarios provoke on purpose.",
        ),
        &[query("{{status}}", by_status)],
    )
}

fn operations() -> Panel {
    let operations = on_board(&m::TOKEN_OPERATION).rate(RateInterval);
    time_series(
        about(
            32,
            "Other operations",
            &m::TOKEN_OPERATION,
            "Per second. Healthy: busy in set-up, quiet while transfers are measured.",
        ),
        &[query(
            "{{operation}} {{status}}",
            operations.sum_by(&["operation", "status"]),
        )],
    )
}

fn duplicates() -> Panel {
    let by_result = on_board(&m::TOKEN_DUPLICATE)
        .rate(RateInterval)
        .sum_by(&["source", "result"]);
    time_series(
        about(
            33,
            "Duplicates by result",
            &m::TOKEN_DUPLICATE,
            "Per second. replayed is a repeated command answered from memory; mismatch is one key used for two commands: a \
             fault of the caller.",
        ),
        &[query("{{source}} {{result}}", by_result)],
    )
}

fn supply() -> Panel {
    time_series(
        about(
            34,
            "Supply",
            &m::TOKEN_SUPPLY,
            "Healthy: rises with what is minted and never otherwise. For looking only; the audit after a run checks it exactly.",
        ),
        &[query(
            "{{chain}}",
            on_board(&m::TOKEN_SUPPLY).value().sum_by(&["chain"]),
        )],
    )
}

fn frozen() -> Panel {
    time_series(
        about(
            35,
            "Frozen",
            &m::TOKEN_FROZEN,
            "Part of the supply. Healthy: moves only when an operator freezes or thaws an account.",
        ),
        &[query(
            "{{chain}}",
            on_board(&m::TOKEN_FROZEN).value().sum_by(&["chain"]),
        )],
    )
}

fn holds() -> Panel {
    time_series(
        about(
            36,
            "Open holds",
            &m::TOKEN_OPEN_HOLDS,
            "Healthy: level under a steady load; one that only rises is holds that nobody posts, voids or lets expire.",
        ),
        &[query(
            "{{chain}}",
            on_board(&m::TOKEN_OPEN_HOLDS).value().sum_by(&["chain"]),
        )],
    )
}
