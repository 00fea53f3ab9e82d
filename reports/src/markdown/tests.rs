#![expect(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]

use super::*;
use expect_test::expect;
use record::specimen;

fn of(record: &RunRecord) -> String {
    summary(record, &stats::judge(record), &Percentiles::default())
}

#[test]
fn a_usual_run() {
    let times: Vec<u64> = (1..=2000).map(|n| 400_000 + n * 1_500).collect();
    expect![[r#"
        ## PASS: specimen

        open, Poisson, against http://127.0.0.1:8080. Run 20261124T110000Z-ab12.

        | offered | achieved | QPS | TPS | goodput | errors | never sent | audit |
        | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
        | 100/s | 100/s | 100 | 100 | 100 | 0.050 % | 0 | passed |

        |  | p50 | p90 | p95 | p99 | p99.9 | max | count |
        | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
        | response time | 1.90 ms | 3.10 ms | 3.25 ms | 3.37 ms | 3.40 ms\* | 3.40 ms | 2,000 |
        | service time | 1.90 ms | 3.10 ms | 3.25 ms | 3.37 ms | 3.40 ms\* | 3.40 ms | 2,000 |
        | send delay | 70.0 µs\* | 70.0 µs\* | 70.0 µs\* | 70.0 µs\* | 70.0 µs\* | 70.0 µs | 1 |

        \* fewer than 10 samples beyond it

        | threshold | observed | samples | result |
        | --- | ---: | ---: | ---: |
        | p99 &lt; 20ms | 3.37 ms | 2,000 | held |

        | question | answer |
        | --- | --- |
        | Why not double? | Nothing that was measured forbids it: most used is the target's CPU, to 12.5 %; waits for locks took less than 0.01 % of the requests' time; disk and network of the target are not measured. Try it: loadtest capacity. |
        | Did it break limits? | No: at 1.25 ms of CPU time a request the target's processors could serve 800.4/s, and served 100/s. |
        | Did it error? | Yes: 1 of 2,001 requests (0.05 %) failed, by status 1, all in the second 3 s after the start. |
        | Does it reproduce? | unknown: this is one run; repeat it, and look at both with loadtest compare |
        | Does it matter? | It does where the load is like this: open model, 100/s offered, transfer only. Goodput, committed within 20.0 ms: 100/s (100.0 % of what was offered). |
        | Did it even happen? | Yes: the target counted the same 2,001 requests; the audit passed (1 check). |

        - warning: one core only
    "#]]
    .assert_eq(&of(&specimen::record(&times)));
}

#[test]
fn a_run_with_little_to_tell() {
    let mut record = specimen::record(&[]);
    record.steps.clear();
    record.plan.thresholds.clear();
    record.plan.model = Model::Closed;
    record.plan.offered_rate = None;
    record.audit = None;
    record.warnings.clear();
    expect![[r#"
        ## INVALID: specimen

        open, Poisson, against http://127.0.0.1:8080. Run 20261124T110000Z-ab12.

        - no\_data: no request of the steady phase finished (1 arrivals were due) (is the phase long enough, and the target alive?)

        | achieved | QPS | TPS | goodput | errors | never sent | audit |
        | --- | ---: | ---: | ---: | ---: | ---: | ---: |
        | 0.05/s | 0.05 | 0 | unknown | no requests | 0 | none |

        |  | p50 | p90 | p95 | p99 | p99.9 | max | count |
        | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
        | response time | no data | no data | no data | no data | no data | no data | 0 |
        | service time | no data | no data | no data | no data | no data | no data | 0 |
        | send delay | 70.0 µs\* | 70.0 µs\* | 70.0 µs\* | 70.0 µs\* | 70.0 µs\* | 70.0 µs | 1 |

        \* fewer than 10 samples beyond it

        | question | answer |
        | --- | --- |
        | Why not double? | unknown: no request finished |
        | Did it break limits? | unknown: neither the target's CPU time nor what was in flight was measured, so there is nothing to check the rates against |
        | Did it error? | unknown: no request finished |
        | Does it reproduce? | unknown: this is one run; repeat it, and look at both with loadtest compare |
        | Does it matter? | Not before the run is valid. It does where the load is like this: closed model, 64 users (their times do not show a stall as callers would feel it), transfer only. Whether the times are good enough is unknown: the plan has neither slo nor a threshold on response time. |
        | Did it even happen? | Yes: the target counted the same 1 request. |
    "#]].assert_eq(&of(&record));
}

#[test]
fn text_from_outside_is_shown_and_not_rendered() {
    let mut record = specimen::record(&[1_000]);
    record.plan.name = "a | b\n# <b>c</b> [d](http://x) `e` *f*".into();
    let text = of(&record);
    let heading = text.lines().next().expect("a heading");
    assert!(
        heading.ends_with("a \\| b \\# &lt;b\\>c&lt;/b\\> \\[d\\](http://x) \\`e\\` \\*f\\*"),
        "{heading}"
    );
}

#[test]
fn every_row_of_a_table_has_its_headings_cells() {
    let mut record = specimen::record(&[1_000; 50]);
    record.unfinished.record(5_000_000_000);
    record.plan.thresholds[0].text = "p99 < 1ms | true".into();
    let text = of(&record);
    let mut width = None;
    for line in text.lines() {
        let cells = line.replace("\\|", "").matches('|').count();
        if cells == 0 {
            width = None;
        } else {
            assert_eq!(*width.get_or_insert(cells), cells, "{line}");
        }
    }
    assert!(!text.contains("NaN") && text.contains("≥ lower bound: 1 arrival"));
}

#[test]
fn the_percentiles_asked_for_are_the_columns() {
    let record = specimen::record(&[1_000]);
    let asked = "75,99.99".parse().expect("valid");
    let text = summary(&record, &stats::judge(&record), &asked);
    assert!(text.contains("|  | p75 | p99.99 | max | count |"), "{text}");
}
