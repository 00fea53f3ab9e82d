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
    (
        "loadtest_scrapes_total",
        "tells the generator whether its last state was seen; a board would count its own looking",
    ),
    (
        "runtime_pool_total",
        "says whether a switch does anything, for the experiment about it",
    ),
    (
        "runtime_switch_info",
        "never changes while a process lives; the run's record has it",
    ),
];

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
    assert_eq!(uids, ["lt-compare", "lt-engine", "lt-run", "lt-stalls"]);
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
        17 stat       short       Verdict
        18 stat       short       Reasons for distrust
        19 stat       short       Thresholds broken
        20 stat       ops         Goodput
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
        24 timeseries ops         Transactions and goodput
        3 row                    Response time
        31 timeseries s           Response time
        34 heatmap    s           Response times
        32 timeseries s           Where the p99 comes from
        35 timeseries s           What the mean is made of
        33 table      short       Steps
        4 row                    Failures
        41 timeseries ops         Failures by kind
        42 timeseries ops         Dropped arrivals by reason
        43 table      short       Answers by status code
        5 row                    Target and generator
        51 timeseries none        CPU
        52 timeseries bytes       Resident memory
        53 timeseries short       Threads and open files of the target
        54 timeseries s           Generator's lateness
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
        15 stat       s           p99 commit
        16 stat       s           p99 sync
        17 stat       short       Shed
        18 stat       short       Most pending withdrawals
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
        35 timeseries short       Frozen
        36 timeseries short       Open holds
        6 row                    Commit path
        61 timeseries s           Commit and sync
        62 heatmap    short       Commands per group
        63 timeseries short       Commands waiting by queue
        64 timeseries s           p99 by part of the interface
        65 timeseries ops         Shed by reason
        7 row                    Chains and stores
        71 timeseries short       Pending withdrawals
        72 timeseries short       Not final yet
        73 timeseries ops         States entered
        74 table      short       Switches of endpoints
        75 table      short       Faults of stores
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

#[test]
fn panels_of_stalls() {
    expect![[r#"
        1 row                    At a glance
        11 stat       s           CPU per request
        12 stat       short       Allocations per request
        13 stat       s           p99 ready delay
        14 stat       s           Lock wait per request
        15 stat       short       Most alive at once
        16 stat       short       Samples lost
        2 row                    Where the time of a request goes
        21 timeseries s           Mean time of a request by cause
        24 timeseries s           What requests waited for
        22 timeseries s           p99 by cause
        23 timeseries s           Longest so far by cause
        25 timeseries s           Mean time by route and cause
        26 table      short       Routes by cause
        3 row                    Scheduling
        31 timeseries s           Waiting for a processor or a worker
        32 heatmap    s           Polls by length
        33 heatmap    s           Ready delays by length
        4 row                    Locks
        41 timeseries none        Threads waiting for a lock, by place
        42 table      short       Places that waited
        5 row                    Memory and what stays alive
        51 timeseries short       Allocations per request
        52 timeseries bytes       Bytes allocated per request
        53 timeseries bytes       Live heap
        54 timeseries short       Alive by kind and place of creation
        6 row                    The probe, and where to read on
        61 timeseries ops         Profiler samples
        62 timeseries ops         Samples lost
        63 table      short       Reasons for poor profiles
        64 table      short       Runs in range
    "#]]
    .assert_eq(&contents("lt-stalls"));
}

#[test]
fn panels_of_compare() {
    expect![[r#"
        1 row                    B against A over the whole range
        11 stat       percentunit Requests
        12 stat       percentunit p50 response time
        13 stat       percentunit p99 response time
        14 stat       percentunit Mean service time
        15 stat       percentunit CPU of the target
        16 stat       percentunit Failed share, B less A
        17 text                   How to read this board
        2 row                    Load
        21 timeseries reqps       QPS
        22 timeseries percentunit Failed share
        23 timeseries short       Transactions in flight
        3 row                    Response time
        31 timeseries s           p50 response time
        32 timeseries s           p99 response time
        33 timeseries percentunit B against A
        4 row                    What it cost the target
        41 timeseries none        CPU
        42 timeseries bytes       Resident memory
        43 timeseries ops         Allocations
        5 row                    Where the time of a request went
        51 timeseries s           A by cause
        52 timeseries s           B by cause
        6 row                    Step by step, and where to read on
        61 table      short       Steps
        62 table      short       The two runs
    "#]]
    .assert_eq(&contents("lt-compare"));
}
