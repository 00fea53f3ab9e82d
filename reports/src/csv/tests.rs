#![expect(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]

use super::*;
use expect_test::expect;
use proptest::prelude::*;
use record::specimen;
use std::time::Duration;

/// Reads RFC 4180 strictly: a quote stands only around a field or doubled in one, and every record ends in CRLF.
fn read(text: &str) -> Vec<Vec<String>> {
    let (mut records, mut record, mut field) = (Vec::new(), Vec::new(), String::new());
    let mut rest = text.chars().peekable();
    while rest.peek().is_some() {
        if rest.next_if_eq(&'"').is_some() {
            loop {
                match rest.next().expect("a quoted field has an end") {
                    '"' if rest.next_if_eq(&'"').is_some() => field.push('"'),
                    '"' => break,
                    c => field.push(c),
                }
            }
        } else {
            while let Some(c) = rest.next_if(|c| !",\r\n\"".contains(*c)) {
                field.push(c);
            }
        }
        record.push(std::mem::take(&mut field));
        match rest.next() {
            Some(',') if rest.peek().is_some() => {}
            Some('\r') => {
                assert_eq!(rest.next(), Some('\n'), "CR without LF");
                records.push(std::mem::take(&mut record));
            }
            other => panic!("{other:?} after a field"),
        }
    }
    assert!(record.is_empty(), "the last record has no end");
    records
}

/// The rows turned on their side, one cell a line, which a reader can follow.
fn on_its_side(text: &str) -> String {
    let records = read(text);
    let (header, rows) = records.split_first().expect("a header");
    let of = |at: usize| {
        let cells: Vec<&str> = rows.iter().map(|row| row[at].as_str()).collect();
        let cells = cells.join(" | ").replace("\r\n", "\\r\\n");
        format!("{}: {}\n", header[at], cells.trim_end())
    };
    (0..header.len()).map(of).collect()
}

#[test]
fn windows_of_a_specimen() {
    let mut record = specimen::record(&[1_500_000, 2_500_000]);
    record.windows.truncate(2);
    record.windows[1].span.end = Duration::from_millis(4_250);
    record.windows[1].due = 3;
    expect![[r#"
        run_id: 20261124T110000Z-ab12 | 20261124T110000Z-ab12
        phase: steady | steady
        start_unix_seconds: 1795518003.1234567 | 1795518004.1234567
        start_seconds: 3 | 4
        end_seconds: 4 | 4.25
        due: 3 | 3
        finished: 3 | 0
        committed: 2 | 0
        uncommitted: 1 | 0
        requests: 3 | 0
        failed_requests: 1 | 0
        in_flight: 0 | 0
        backlog: 0 | 0
        offered_per_second: 3 | 12
        achieved_per_second: 3 | 0
        committed_per_second: 2 | 0
        requests_per_second: 3 | 0
        response_time_count: 2 | 0
        response_time_min_ns: 1500000 |
        response_time_mean_ns: 2000000 |
        response_time_p50_ns: 1500159 |
        response_time_p90_ns: 2500000 |
        response_time_p95_ns: 2500000 |
        response_time_p99_ns: 2500000 |
        response_time_p99_9_ns: 2500000 |
        response_time_max_ns: 2500000 |
        service_time_count: 2 | 0
        service_time_min_ns: 1500000 |
        service_time_mean_ns: 2000000 |
        service_time_p50_ns: 1500159 |
        service_time_p90_ns: 2500000 |
        service_time_p95_ns: 2500000 |
        service_time_p99_ns: 2500000 |
        service_time_p99_9_ns: 2500000 |
        service_time_max_ns: 2500000 |
        send_delay_count: 0 | 0
        send_delay_min_ns:  |
        send_delay_mean_ns:  |
        send_delay_p50_ns:  |
        send_delay_p90_ns:  |
        send_delay_p95_ns:  |
        send_delay_p99_ns:  |
        send_delay_p99_9_ns:  |
        send_delay_max_ns:  |
    "#]]
    .assert_eq(&on_its_side(&windows(&record)));
}

#[test]
fn steps_of_a_specimen() {
    let mut record = specimen::record(&[1_500_000, 2_500_000]);
    record.steps[0].step = "pay, \"twice\"\r\nor once".into();
    expect![[r#"
        run_id: 20261124T110000Z-ab12
        scenario: transfer
        step: pay, "twice"\r\nor once
        requests: 3
        failed_requests: 1
        error_ratio: 0.3333333333333333
        failed_connect: 0
        failed_timeout: 0
        failed_reset: 0
        failed_malformed: 0
        failed_status: 1
        failed_check: 0
        body_bytes: 77
        response_time_count: 2
        response_time_min_ns: 1500000
        response_time_mean_ns: 2000000
        response_time_p50_ns: 1500159
        response_time_p90_ns: 2500000
        response_time_p95_ns: 2500000
        response_time_p99_ns: 2500000
        response_time_p99_9_ns: 2500000
        response_time_max_ns: 2500000
        service_time_count: 2
        service_time_min_ns: 1500000
        service_time_mean_ns: 2000000
        service_time_p50_ns: 1500159
        service_time_p90_ns: 2500000
        service_time_p95_ns: 2500000
        service_time_p99_ns: 2500000
        service_time_p99_9_ns: 2500000
        service_time_max_ns: 2500000
        failed_response_time_count: 1
        failed_response_time_min_ns: 90000
        failed_response_time_mean_ns: 90000
        failed_response_time_p50_ns: 90000
        failed_response_time_p90_ns: 90000
        failed_response_time_p95_ns: 90000
        failed_response_time_p99_ns: 90000
        failed_response_time_p99_9_ns: 90000
        failed_response_time_max_ns: 90000
        failed_service_time_count: 1
        failed_service_time_min_ns: 80000
        failed_service_time_mean_ns: 80000
        failed_service_time_p50_ns: 80000
        failed_service_time_p90_ns: 80000
        failed_service_time_p95_ns: 80000
        failed_service_time_p99_ns: 80000
        failed_service_time_p99_9_ns: 80000
        failed_service_time_max_ns: 80000
    "#]]
    .assert_eq(&on_its_side(&steps(&record)));
}

#[test]
fn without_rows_the_header_stands_alone() {
    let mut record = specimen::record(&[]);
    record.windows.clear();
    record.steps.clear();
    for text in [windows(&record), steps(&record)] {
        let records = read(&text);
        assert_eq!(records.len(), 1);
        assert_eq!(records[0][0], "run_id");
    }
}

#[test]
fn a_window_without_length_has_no_rate() {
    let mut record = specimen::record(&[1_000]);
    record.windows.truncate(1);
    record.windows[0].span.end = record.windows[0].span.start;
    let sideways = on_its_side(&windows(&record));
    assert!(sideways.contains("offered_per_second: \n"), "{sideways}");
}

#[test]
fn names_are_unique_and_times_say_their_unit() {
    let record = specimen::record(&[1_000]);
    for text in [windows(&record), steps(&record)] {
        let header = read(&text).swap_remove(0);
        let unique: std::collections::BTreeSet<&String> = header.iter().collect();
        assert_eq!(unique.len(), header.len());
        for name in &header {
            let of_time = name.contains("_time_") || name.contains("_delay_");
            let unit = ["_ns", "_count"].iter().any(|end| name.ends_with(end));
            assert!(!of_time || unit, "{name}");
        }
    }
}

proptest! {
    #[test]
    fn every_row_has_the_headers_fields_and_text_comes_back(
        name in "\\PC*|[\",\r\n a]{0,12}",
        times in prop::collection::vec(1_u64..u64::MAX, 0..20),
        length_ms in 0_u64..1_000,
        due: u64,
    ) {
        let mut record = specimen::record(&times);
        record.steps[0].step.clone_from(&name);
        record.windows[0].due = due;
        record.windows[0].span.end = record.windows[0].span.start + Duration::from_millis(length_ms);
        for text in [windows(&record), steps(&record)] {
            let records = read(&text);
            let fields = records[0].len();
            prop_assert!(records.iter().all(|record| record.len() == fields));
        }
        let read_back = &read(&steps(&record))[1][2];
        prop_assert_eq!(read_back, &name);
        for bad in ["NaN", "inf"] {
            prop_assert!(!windows(&record).contains(bad));
        }
    }
}

#[test]
fn a_file_that_grows_window_by_window_is_the_file_of_the_whole_run() {
    let record = record::specimen::record(&[1_500_000]);
    let rows = record.windows.iter();
    let rows = rows.map(|one| window(&record.run_id, record.started_unix, one));
    let grown = windows_head() + &rows.collect::<String>();
    assert_eq!(grown, windows(&record));
}
