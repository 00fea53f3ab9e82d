//! Alerts about targets: the reference engine, and any service with the probe.

use record::catalog as m;

use super::{Alert, MOST_PENDING, SLOW_SYNC};
use crate::expr::{Window, in_rule};

/// Switches of endpoints in ten minutes that are one too many; an increase of three is estimated as up to 3.1.
const FLAPPING: f64 = 3.5;

pub fn alerts() -> [Alert; 6] {
    [
        pending(),
        failover(),
        flapping(),
        sheds(),
        slow_sync(),
        lost_samples(),
    ]
}

fn pending() -> Alert {
    let pending = in_rule(&m::TOKEN_PENDING_WITHDRAWALS).value();
    Alert {
        name: "PendingWithdrawalsHigh",
        expr: pending.max_by(&["chain"]).above(MOST_PENDING),
        hold: "1m",
        severity: "page",
        summary: r#"{{ $labels.chain }} has {{ $value | printf \"%.0f\" }} pending withdrawals"#,
    }
}

fn failover() -> Alert {
    let switches = in_rule(&m::TOKEN_RPC_FAILOVER).without("reason", "return");
    let switches = switches.increase(Window::Fixed("5m"));
    Alert {
        name: "RpcFailover",
        expr: switches.sum_by(&["chain", "reason"]).above(0.0),
        hold: "0s",
        severity: "ticket",
        summary: "{{ $labels.chain }} left its endpoint: {{ $labels.reason }}",
    }
}

fn flapping() -> Alert {
    let switches = in_rule(&m::TOKEN_RPC_FAILOVER).increase(Window::Fixed("10m"));
    Alert {
        name: "RpcFlapping",
        expr: switches.sum_by(&["chain"]).above(FLAPPING),
        hold: "0s",
        severity: "ticket",
        summary: r#"{{ $labels.chain }} changed its endpoint {{ $value | printf \"%.0f\" }} times in ten minutes"#,
    }
}

fn sheds() -> Alert {
    let shed = in_rule(&m::TOKEN_SHED).like("reason", "overloaded|late_in_queue|capacity");
    let shed = shed.increase(Window::Fixed("1m"));
    Alert {
        name: "EngineSheds",
        expr: shed.sum_by(&["run_id", "reason"]).above(0.0),
        hold: "10s",
        severity: "ticket",
        summary: "the engine refuses commands: {{ $labels.reason }}",
    }
}

fn slow_sync() -> Alert {
    let p99 = in_rule(&m::TOKEN_JOURNAL_SYNC).quantile(0.99, Window::Fixed("1m"), &["run_id"]);
    Alert {
        name: "JournalSyncSlow",
        expr: p99.above(SLOW_SYNC),
        hold: "1m",
        severity: "ticket",
        summary: "a sync of the journal takes {{ $value | humanizeDuration }} at the p99",
    }
}

fn lost_samples() -> Alert {
    let lost = in_rule(&m::RUNTIME_PROFILE_DROPPED).increase(Window::Fixed("1m"));
    Alert {
        name: "ProfileLosesSamples",
        expr: lost.sum_by(&["run_id", "profile"]).above(0.0),
        hold: "0s",
        severity: "ticket",
        summary: "the {{ $labels.profile }} profiler has no room for its samples: profiles miss what happened most",
    }
}
