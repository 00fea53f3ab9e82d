use super::*;
use expect_test::expect;
use record::specimen;

#[test]
fn a_line_of_a_specimen() {
    let mut record = specimen::record(&[1_500_000, 2_500_000]);
    record.windows.truncate(1);
    expect![[r#"
        {"schema":"loadtest.window/v1","run_id":"20261124T110000Z-ab12","phase":"steady","start_unix_seconds":1795518003.1234567,"start_seconds":3.0,"end_seconds":4.0,"due":3,"finished":3,"committed":2,"uncommitted":1,"requests":3,"failed_requests":1,"in_flight":0,"backlog":0,"offered_per_second":3.0,"achieved_per_second":3.0,"committed_per_second":2.0,"requests_per_second":3.0,"response_time_count":2,"response_time_min_ns":1500000,"response_time_mean_ns":2000000,"response_time_p50_ns":1500159,"response_time_p90_ns":2500000,"response_time_p95_ns":2500000,"response_time_p99_ns":2500000,"response_time_p99_9_ns":2500000,"response_time_max_ns":2500000,"service_time_count":2,"service_time_min_ns":1500000,"service_time_mean_ns":2000000,"service_time_p50_ns":1500159,"service_time_p90_ns":2500000,"service_time_p95_ns":2500000,"service_time_p99_ns":2500000,"service_time_p99_9_ns":2500000,"service_time_max_ns":2500000,"send_delay_count":0,"send_delay_min_ns":null,"send_delay_mean_ns":null,"send_delay_p50_ns":null,"send_delay_p90_ns":null,"send_delay_p95_ns":null,"send_delay_p99_ns":null,"send_delay_p99_9_ns":null,"send_delay_max_ns":null}
    "#]].assert_eq(&windows(&record));
}

#[test]
fn a_line_has_the_columns_of_the_table_in_their_order() {
    let record = specimen::record(&[1_000]);
    let table = crate::csv::windows(&record);
    let header = table.lines().next().expect("a header");
    let text = windows(&record);
    assert_eq!(text.lines().count(), record.windows.len());
    for line in text.lines() {
        let mut rest = line;
        for name in header.split(',') {
            let at = rest.find(&format!("\"{name}\":"));
            rest = &rest[at.unwrap_or_else(|| panic!("{name} is not in order in {line}"))..];
        }
    }
}

#[test]
fn without_windows_there_is_no_line() {
    let mut record = specimen::record(&[]);
    record.windows.clear();
    assert_eq!(windows(&record), "");
}
