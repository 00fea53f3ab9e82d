#![expect(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]

use super::*;
use expect_test::expect;
use proptest::prelude::*;
use record::catalog::{self, Kind, Values};
use record::specimen;
use std::collections::BTreeSet;

type Labels = Vec<(String, String)>;

#[derive(Debug)]
struct Sample {
    family: String,
    kind: String,
    name: String,
    labels: Labels,
    value: f64,
    timestamp: f64,
}

/// Reads the text strictly: every line has its place, and a sample belongs to the family above it.
fn read(text: &str) -> Vec<Sample> {
    let body = text.strip_suffix("# EOF\n").expect("the end mark");
    let (mut family, mut kind) = (String::new(), String::new());
    let (mut families, mut seen, mut samples) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
    for line in body.split_terminator('\n') {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, of) = rest.split_once(' ').expect("a kind");
            (family, kind) = (name.to_owned(), of.to_owned());
            assert!(families.insert(family.clone()), "{family} is there twice");
        } else if let Some(rest) = line.strip_prefix("# UNIT ") {
            let (name, unit) = rest.split_once(' ').expect("a unit");
            assert_eq!(name, family);
            assert!(family.ends_with(&format!("_{unit}")), "{line}");
        } else if let Some(rest) = line.strip_prefix("# HELP ") {
            assert!(rest.starts_with(&format!("{family} ")), "{line}");
        } else {
            let sample = sample(line, &family, &kind);
            let key = (sample.name.clone(), sample.labels.clone());
            assert!(seen.insert(key), "{line} is there twice");
            samples.push(sample);
        }
    }
    samples
}

fn sample(line: &str, family: &str, kind: &str) -> Sample {
    let (name, rest) = line.split_once('{').expect("labels");
    let suffix = name.strip_prefix(family).expect("the family's name");
    let suffixes: &[&str] = match kind {
        "counter" => &["_total"],
        "info" => &["_info"],
        "histogram" => &["_bucket", "_count", "_sum"],
        "gauge" => &[""],
        other => panic!("kind {other}"),
    };
    assert!(suffixes.contains(&suffix), "{line}");
    let (labels, rest) = labels(rest);
    let mut numbers = rest.strip_prefix(' ').expect("a blank").split(' ');
    let mut number = || numbers.next().expect("a number").parse().expect("a number");
    let (value, timestamp) = (number(), number());
    assert!(numbers.next().is_none() && value >= 0.0, "{line}");
    Sample {
        family: family.to_owned(),
        kind: kind.to_owned(),
        name: name.to_owned(),
        labels,
        value,
        timestamp,
    }
}

fn labels(mut rest: &str) -> (Labels, &str) {
    let mut labels = Labels::new();
    loop {
        let (key, quoted) = rest.split_once("=\"").expect("a key");
        assert!(
            key.chars().all(|c| c.is_ascii_lowercase() || c == '_'),
            "{key}"
        );
        let (mut value, mut chars) = (String::new(), quoted.char_indices());
        let end = loop {
            match chars.next().expect("the end of a value") {
                (at, '"') => break at,
                (_, '\\') => value.push(match chars.next() {
                    Some((_, 'n')) => '\n',
                    Some((_, c @ ('\\' | '"'))) => c,
                    other => panic!("escape {other:?}"),
                }),
                (_, c) => value.push(c),
            }
        };
        assert!(labels.iter().all(|(had, _)| had != key), "{key} twice");
        labels.push((key.to_owned(), value));
        rest = &quoted[end + 1..];
        match rest.split_at_checked(1) {
            Some((",", more)) => rest = more,
            Some(("}", more)) => return (labels, more),
            other => panic!("{other:?} after a label"),
        }
    }
}

/// Buckets rise to the count that `+Inf` and `_count` have.
fn check_histograms(samples: &[Sample]) {
    let mut last = (f64::NEG_INFINITY, 0.0);
    for sample in samples.iter().filter(|one| one.kind == "histogram") {
        let le = sample.labels.iter().find(|(key, _)| key == "le");
        match (le, sample.name.rsplit('_').next()) {
            (Some((_, bound)), Some("bucket")) => {
                let bound: f64 = bound.replace("+Inf", "inf").parse().expect("a bound");
                assert!(bound > last.0 && sample.value >= last.1, "{sample:?}");
                last = (bound, sample.value);
            }
            (None, Some("count")) => {
                assert_eq!(last, (f64::INFINITY, sample.value), "{sample:?}");
                last = (f64::NEG_INFINITY, 0.0);
            }
            (None, Some("sum")) => {}
            _ => panic!("{sample:?}"),
        }
    }
}

#[test]
fn a_specimen_without_its_buckets() {
    let mut record = specimen::record(&[1_500_000, 2_500_000]);
    record.steps[0].step = "pay \\ \"twice\"\n".into();
    record.unfinished.record(5_000_000_000);
    let text = text(&record);
    let lines = text.lines();
    // One series keeps the buckets around its values.
    let few = lines.filter(|line| {
        !line.contains("_bucket")
            || line.contains("unfinished") && line.contains("le=\"4.")
            || line.contains("+Inf")
    });
    expect![[r##"
        # TYPE loadtest_arrivals_dropped counter
        # HELP loadtest_arrivals_dropped Arrivals that were due and never sent, by reason.
        loadtest_arrivals_dropped_total{run_id="20261124T110000Z-ab12",reason="backlog_full"} 0 1795518023.123
        # TYPE loadtest_arrivals_due counter
        # HELP loadtest_arrivals_due Arrivals whose intended time has come: the offered load.
        loadtest_arrivals_due_total{run_id="20261124T110000Z-ab12"} 3 1795518023.123
        # TYPE loadtest_arrivals_released counter
        # HELP loadtest_arrivals_released Arrivals handed to a user to be sent: the achieved load.
        loadtest_arrivals_released_total{run_id="20261124T110000Z-ab12"} 3 1795518023.123
        # TYPE loadtest_failures counter
        # HELP loadtest_failures Failed requests by step and kind of failure.
        loadtest_failures_total{run_id="20261124T110000Z-ab12",step="pay \\ \"twice\"\n",kind="status"} 1 1795518023.123
        # TYPE loadtest_requests counter
        # HELP loadtest_requests Requests finished, by scenario, step and outcome: their rate is QPS.
        loadtest_requests_total{run_id="20261124T110000Z-ab12",scenario="transfer",step="pay \\ \"twice\"\n",outcome="ok"} 2 1795518023.123
        loadtest_requests_total{run_id="20261124T110000Z-ab12",scenario="transfer",step="pay \\ \"twice\"\n",outcome="failed"} 1 1795518023.123
        # TYPE loadtest_response_time_seconds histogram
        # UNIT loadtest_response_time_seconds seconds
        # HELP loadtest_response_time_seconds Response time: from the intended start to the last byte of the body.
        loadtest_response_time_seconds_bucket{run_id="20261124T110000Z-ab12",scenario="transfer",step="pay \\ \"twice\"\n",outcome="ok",le="+Inf"} 2 1795518023.123
        loadtest_response_time_seconds_count{run_id="20261124T110000Z-ab12",scenario="transfer",step="pay \\ \"twice\"\n",outcome="ok"} 2 1795518023.123
        loadtest_response_time_seconds_sum{run_id="20261124T110000Z-ab12",scenario="transfer",step="pay \\ \"twice\"\n",outcome="ok"} 0.004 1795518023.123
        loadtest_response_time_seconds_bucket{run_id="20261124T110000Z-ab12",scenario="transfer",step="pay \\ \"twice\"\n",outcome="failed",le="+Inf"} 1 1795518023.123
        loadtest_response_time_seconds_count{run_id="20261124T110000Z-ab12",scenario="transfer",step="pay \\ \"twice\"\n",outcome="failed"} 1 1795518023.123
        loadtest_response_time_seconds_sum{run_id="20261124T110000Z-ab12",scenario="transfer",step="pay \\ \"twice\"\n",outcome="failed"} 0.00009 1795518023.123
        loadtest_response_time_seconds_bucket{run_id="20261124T110000Z-ab12",scenario="",step="",outcome="unfinished",le="4.408718998"} 0 1795518023.123
        loadtest_response_time_seconds_bucket{run_id="20261124T110000Z-ab12",scenario="",step="",outcome="unfinished",le="+Inf"} 1 1795518023.123
        loadtest_response_time_seconds_count{run_id="20261124T110000Z-ab12",scenario="",step="",outcome="unfinished"} 1 1795518023.123
        loadtest_response_time_seconds_sum{run_id="20261124T110000Z-ab12",scenario="",step="",outcome="unfinished"} 5 1795518023.123
        # TYPE loadtest_send_delay_seconds histogram
        # UNIT loadtest_send_delay_seconds seconds
        # HELP loadtest_send_delay_seconds Send delay: from the intended start to the first byte sent; the generator's own lateness.
        loadtest_send_delay_seconds_bucket{run_id="20261124T110000Z-ab12",le="+Inf"} 1 1795518023.123
        loadtest_send_delay_seconds_count{run_id="20261124T110000Z-ab12"} 1 1795518023.123
        loadtest_send_delay_seconds_sum{run_id="20261124T110000Z-ab12"} 0.00007 1795518023.123
        # TYPE loadtest_service_time_seconds histogram
        # UNIT loadtest_service_time_seconds seconds
        # HELP loadtest_service_time_seconds Service time: from the first byte sent to the last byte of the body.
        loadtest_service_time_seconds_bucket{run_id="20261124T110000Z-ab12",scenario="transfer",step="pay \\ \"twice\"\n",outcome="ok",le="+Inf"} 2 1795518023.123
        loadtest_service_time_seconds_count{run_id="20261124T110000Z-ab12",scenario="transfer",step="pay \\ \"twice\"\n",outcome="ok"} 2 1795518023.123
        loadtest_service_time_seconds_sum{run_id="20261124T110000Z-ab12",scenario="transfer",step="pay \\ \"twice\"\n",outcome="ok"} 0.004 1795518023.123
        loadtest_service_time_seconds_bucket{run_id="20261124T110000Z-ab12",scenario="transfer",step="pay \\ \"twice\"\n",outcome="failed",le="+Inf"} 1 1795518023.123
        loadtest_service_time_seconds_count{run_id="20261124T110000Z-ab12",scenario="transfer",step="pay \\ \"twice\"\n",outcome="failed"} 1 1795518023.123
        loadtest_service_time_seconds_sum{run_id="20261124T110000Z-ab12",scenario="transfer",step="pay \\ \"twice\"\n",outcome="failed"} 0.00008 1795518023.123
        # TYPE loadtest_transactions counter
        # HELP loadtest_transactions Transactions finished, by scenario and outcome: the rate of the good ones is TPS.
        loadtest_transactions_total{run_id="20261124T110000Z-ab12",scenario="transfer",outcome="ok"} 2 1795518023.123
        loadtest_transactions_total{run_id="20261124T110000Z-ab12",scenario="transfer",outcome="failed"} 1 1795518023.123
        # TYPE loadtest_run info
        # HELP loadtest_run The run that is on, as labels.
        loadtest_run_info{run_id="20261124T110000Z-ab12",plan="specimen",model="open",revision="",build="release"} 1 1795518023.123
        # TYPE loadtest_in_flight_limit gauge
        # HELP loadtest_in_flight_limit The most transactions the generator may have under way at once.
        loadtest_in_flight_limit{run_id="20261124T110000Z-ab12"} 64 1795518023.123
        # TYPE loadtest_backlog_arrivals gauge
        # HELP loadtest_backlog_arrivals Arrivals that are due and wait for an idle user.
        loadtest_backlog_arrivals{run_id="20261124T110000Z-ab12"} 0 1795518023.123
        # TYPE loadtest_requests_in_flight gauge
        # HELP loadtest_requests_in_flight Transactions under way right now.
        loadtest_requests_in_flight{run_id="20261124T110000Z-ab12"} 0 1795518023.123
        # TYPE loadtest_target_cpu_seconds counter
        # UNIT loadtest_target_cpu_seconds seconds
        # HELP loadtest_target_cpu_seconds CPU time of a local target, read by the generator from outside.
        loadtest_target_cpu_seconds_total{run_id="20261124T110000Z-ab12"} 2.5 1795518023.123
        # EOF
    "##]].assert_eq(&(few.collect::<Vec<_>>().join("\n") + "\n"));
}

#[test]
fn families_and_labels_are_the_catalogs() {
    let mut record = specimen::record(&[1_500_000]);
    record.plan.model = record::run::Model::PartlyOpen;
    record.costs.target_memory_bytes = Some(1 << 30);
    let samples = read(&text(&record));
    for sample in &samples {
        let names = [sample.family.clone(), sample.name.clone()];
        let family = names.iter().find_map(|name| catalog::find(name));
        let family = family.unwrap_or_else(|| panic!("{} is not in the catalog", sample.name));
        let keys: BTreeSet<&str> = sample.labels.iter().map(|(key, _)| key.as_str()).collect();
        let mut known: BTreeSet<&str> = family.labels.iter().map(|label| label.key).collect();
        known.insert("run_id");
        if sample.name.ends_with("_bucket") {
            known.insert("le");
        }
        assert_eq!(keys, known, "{}", sample.name);
        for label in family.labels {
            let value = sample.labels.iter().find(|(key, _)| key == label.key);
            if let (Values::Closed(values), Some((_, value))) = (label.values, value) {
                assert!(values.contains(&value.as_str()), "{}: {value}", label.key);
            }
        }
        if let Kind::Histogram(grid) = family.kind {
            let buckets = samples
                .iter()
                .filter(|one| one.name == format!("{}_bucket", family.name));
            let series = samples
                .iter()
                .filter(|one| one.name == format!("{}_count", family.name));
            assert_eq!(
                buckets.count(),
                series.count() * (grid.bounds_ns().len() + 1)
            );
        }
    }
    check_histograms(&samples);
}

#[test]
fn every_sample_has_the_run_and_its_end() {
    let record = specimen::record(&[1_500_000]);
    // Started at 1795518000.123 s; the last window ends 23 s later.
    for sample in read(&text(&record)) {
        let run = ("run_id".to_owned(), record.run_id.clone());
        assert!(sample.labels.contains(&run), "{sample:?}");
        assert!(
            (sample.timestamp - 1_795_518_023.123).abs() < 1e-3,
            "{sample:?}"
        );
    }
}

#[test]
fn arrivals_that_did_not_finish_are_in_the_response_times() {
    let mut record = specimen::record(&[1_000_000; 10]);
    let counted = |record: &RunRecord| -> f64 {
        let samples = read(&text(record));
        let counts = samples
            .iter()
            .filter(|one| one.name == "loadtest_response_time_seconds_count");
        counts.map(|one| one.value).sum()
    };
    let before = counted(&record);
    (0..5).for_each(|_| record.unfinished.record(3_000_000_000));
    assert!((counted(&record) - before - 5.0).abs() < 1e-9);
}

#[test]
fn steps_of_one_name_in_two_scenarios_are_one_series_where_the_scenario_is_no_label() {
    let mut record = specimen::record(&[1_000]);
    let mut other = record.steps[0].clone();
    other.scenario = "other".into();
    record.steps.push(other);
    let samples = read(&text(&record));
    let failures = samples
        .iter()
        .filter(|one| one.family == "loadtest_failures");
    assert_eq!(failures.map(|one| one.value).collect::<Vec<_>>(), [2.0]);
}

proptest! {
    #[test]
    fn whatever_a_plan_says_the_text_is_readable(
        name in any::<String>(),
        times in prop::collection::vec(1_u64..u64::MAX, 0..20),
    ) {
        let mut record = specimen::record(&times);
        record.plan.name.clone_from(&name);
        record.run_id.clone_from(&name);
        record.steps[0].step.clone_from(&name);
        let samples = read(&text(&record));
        check_histograms(&samples);
        prop_assert!(samples.iter().all(|one| one.labels.contains(&("run_id".into(), name.clone()))));
    }
}
