//! What the shipped boards say: no findings, their panels, and that the whole catalog is on show.
#![expect(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]

use std::collections::BTreeSet;
use std::fmt::Write as _;

use expect_test::expect;
use record::catalog::CATALOG;
use serde_json::Value;

use crate::boards;
use crate::lint::{check, expressions, list, text};

/// Families that no board and no annotation uses, each with the reason.
const NOT_SHOWN: &[(&str, &str)] = &[
    ("request_poll_seconds", WAITING),
    ("request_ready_seconds", WAITING),
    ("request_stall_max_seconds", WAITING),
    ("request_stall_seconds", WAITING),
    ("runtime_live_objects", WAITING),
    ("token_chain_transition_total", AT_ZERO),
    ("token_commit_duration_seconds", NO_PANEL),
    ("token_frozen_tokens", NO_PANEL),
    ("token_journal_group_commands", NO_PANEL),
    ("token_journal_sync_duration_seconds", NO_PANEL),
    ("token_open_holds", NO_PANEL),
    ("token_pending_withdrawals", AT_ZERO),
    ("token_queue_commands", NO_PANEL),
    ("token_request_duration_seconds", NO_PANEL),
    ("token_rpc_failover_total", AT_ZERO),
    ("token_settlement_level_tokens", AT_ZERO),
    ("token_shed_total", NO_PANEL),
    ("token_store_fault_total", AT_ZERO),
];
const WAITING: &str = "shown with the run's own stall ledger in its report";

const AT_ZERO: &str =
    "stays at zero until the engine settles on chains or keeps its state in a store";
const NO_PANEL: &str = "exposed by the engine, and without a panel so far";

fn used_families(board: &Value) -> BTreeSet<&'static str> {
    let queries = expressions(board).into_iter();
    let selectors = queries.flat_map(|(_, _, query)| crate::lint::selectors(&query));
    selectors.collect()
}

#[test]
fn no_board_breaks_a_rule() {
    for (path, board) in boards() {
        assert_eq!(check(&board), [], "{path}");
    }
}

#[test]
fn every_family_is_shown_or_excused() {
    let shown: BTreeSet<_> = boards()
        .iter()
        .flat_map(|(_, board)| used_families(board))
        .collect();
    let excused: BTreeSet<_> = NOT_SHOWN.iter().map(|(name, _)| *name).collect();
    let all: BTreeSet<_> = CATALOG.iter().map(|family| family.name).collect();
    let known = &shown | &excused;
    let missing: Vec<_> = all.difference(&known).collect();
    assert!(
        missing.is_empty(),
        "neither shown nor in NOT_SHOWN: {missing:?}"
    );
    let both: Vec<_> = shown.intersection(&excused).collect();
    assert!(both.is_empty(), "shown and in NOT_SHOWN: {both:?}");
}

#[test]
fn uids_are_unique() {
    let boards = boards();
    let uids: Vec<_> = boards.iter().map(|(_, board)| text(board, "uid")).collect();
    assert_eq!(uids, ["lt-engine", "lt-run"]);
}

/// One line a panel: id, kind, unit, title.
fn contents(uid: &str) -> String {
    let boards = boards();
    let board = boards
        .iter()
        .map(|(_, board)| board)
        .find(|board| board["uid"] == uid);
    let mut lines = String::new();
    for panel in list(board.expect("a board"), "panels") {
        let (kind, title) = (text(panel, "type"), text(panel, "title"));
        let unit = text(&panel["fieldConfig"]["defaults"], "unit");
        writeln!(lines, "{:>2} {kind:<10} {unit:<11} {title}", panel["id"]).expect("a String");
    }
    lines
}

#[test]
fn panels_of_run() {
    expect![[r#"
        1 row                    At a glance
        11 stat       reqps       QPS
        12 stat       ops         TPS
        13 stat       percentunit Error ratio
        14 stat       s           p99 response time
        15 stat       percentunit Achieved ÷ due
        16 stat       short       Dropped arrivals
        2 row                    Load
        21 timeseries ops         Offered and achieved load
        22 timeseries short       Users and transactions in flight
        23 timeseries ops         Good transactions by scenario
        3 row                    Response time
        31 timeseries s           Response time
        32 timeseries s           Where the p99 comes from
        33 table      short       Steps
        4 row                    Failures
        41 timeseries ops         Failures by kind
        42 timeseries ops         Dropped arrivals by reason
        5 row                    Target and generator
        51 timeseries none        CPU
        52 timeseries bytes       Resident memory
        6 row                    Runs
        61 table      short       Runs in range
        62 text                   How to read this board
    "#]]
    .assert_eq(&contents("lt-run"));
}

#[test]
fn panels_of_engine() {
    expect![[r#"
        1 row                    At a glance
        11 stat       reqps       Requests
        12 stat       percentunit Server errors
        13 stat       s           p99 duration
        14 stat       ops         Transfers booked
        2 row                    Requests: rate, errors, duration by route
        21 timeseries reqps       Requests by route
        24 timeseries s           Duration p50
        25 timeseries s           Duration p95
        26 timeseries s           Duration p99
        22 timeseries percentunit Client errors (4xx) by route
        23 timeseries percentunit Server errors (5xx) by route
        3 row                    Ledger
        31 timeseries ops         Transfers by status
        32 timeseries ops         Other operations
        33 timeseries ops         Duplicates by result
        34 timeseries short       Supply
        4 row                    Memory
        41 timeseries short       Allocations per request
        42 timeseries bytes       Bytes allocated per request
        43 timeseries bytes       Live heap
        5 row                    Process
        51 timeseries none        CPU
        52 timeseries bytes       Resident memory
        53 timeseries short       Requests in flight
        54 timeseries short       Threads and open files
        55 timeseries ops         Profiler samples
        56 table      short       Builds in range
    "#]]
    .assert_eq(&contents("lt-engine"));
}
