//! Settlement on chains, and faults of what the engine relies on.

use record::catalog as m;

use crate::expr::{
    Window::{Range, RateInterval},
    on_board,
};
use crate::layout::{Section, line, section};
use crate::panel::{about, column, query, table, time_series, time_series_below};
use crate::rules::MOST_PENDING;
use crate::wire::Panel;

pub fn chains() -> Section {
    section(
        7,
        "Chains and stores",
        [
            line(8, [pending(), level(), transitions()]),
            line(7, [failovers(), faults()]),
        ],
    )
}

fn pending() -> Panel {
    let by_chain = on_board(&m::TOKEN_PENDING_WITHDRAWALS)
        .value()
        .sum_by(&["chain"]);
    time_series_below(
        about(
            71,
            "Pending withdrawals",
            &m::TOKEN_PENDING_WITHDRAWALS,
            "Healthy: below the line, beyond which an alert is raised and endpoints are changed.",
        ),
        &[query("{{chain}}", by_chain)],
        MOST_PENDING,
    )
}

fn level() -> Panel {
    let level = on_board(&m::TOKEN_SETTLEMENT_LEVEL).value();
    time_series(
        about(
            72,
            "Not final yet",
            &m::TOKEN_SETTLEMENT_LEVEL,
            "For looking only; the audit checks settlement exactly.",
        ),
        &[query(
            "{{chain}} {{direction}}",
            level.sum_by(&["chain", "direction"]),
        )],
    )
}

fn transitions() -> Panel {
    let entered = on_board(&m::TOKEN_CHAIN_TRANSITION).rate(RateInterval);
    time_series(
        about(
            73,
            "States entered",
            &m::TOKEN_CHAIN_TRANSITION,
            "Per second. Healthy: pending, confirmed and finalized at one rate. reorganized is the chain's own doing, late and rejected ask \
             for a look.",
        ),
        &[query(
            "{{chain}} {{state}}",
            entered.sum_by(&["chain", "state"]),
        )],
    )
}

fn failovers() -> Panel {
    let by = &["chain", "reason"];
    table(
        about(
            74,
            "Switches of endpoints",
            &m::TOKEN_RPC_FAILOVER,
            "Over the whole range. return is the way back to the usual endpoint; many of both are an endpoint that flaps.",
        ),
        &[column(
            "switches",
            on_board(&m::TOKEN_RPC_FAILOVER)
                .increase(Range)
                .sum_by(by)
                .rounded(),
        )],
    )
}

fn faults() -> Panel {
    let by = &["store", "kind"];
    table(
        about(
            75,
            "Faults of stores",
            &m::TOKEN_STORE_FAULT,
            "Over the whole range, met and handled. Healthy: zero, and what the scenarios provoke on purpose.",
        ),
        &[column(
            "faults",
            on_board(&m::TOKEN_STORE_FAULT)
                .increase(Range)
                .sum_by(by)
                .rounded(),
        )],
    )
}
