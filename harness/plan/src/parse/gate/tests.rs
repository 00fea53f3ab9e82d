use super::*;
use proptest::prelude::*;

fn read(text: &str) -> GatePlan {
    plan(text, "gate.toml").expect("a good plan")
}

fn refused(text: &str) -> String {
    plan(text, "gate.toml").expect_err("a bad plan").to_string()
}

#[test]
fn an_empty_plan_and_the_template_are_all_defaults() {
    assert_eq!(read("schema = 1"), GatePlan::default());
    assert_eq!(read(TEMPLATE), GatePlan::default());
}

#[test]
fn the_plan_in_force_reads_back_as_it_was() {
    let changed = read(
        "schema = 1\nworkload = \"a \\\"b\\\".toml\"\nseed = 7\nlooks = [40]\nspend = [1.0]\ntest = \"paired-t\"\n\
         [slot]\nopen = \"1500ms\"\n[metric.rss_peak]\ngated = false\n[metric.response_time_p95]\nmargin = 0.2\nfloor = \"1ms\"\n\
         [[slo]]\nrule = \"service_time: p99.9 <= 5ms\"\n[validity]\nsamples = 10\n",
    );
    assert_eq!(read(&text(&changed)), changed);
    assert_eq!(read(&text(&GatePlan::default())), GatePlan::default());
}

#[test]
fn a_metric_of_the_file_changes_the_usual_one_or_comes_after_it() {
    let plan = read(
        "schema = 1\n[metric.throughput]\nmargin = \"2%\"\n[metric.bytes_per_request]\nfloor = \"1KiB\"\n",
    );
    assert_eq!(plan.metrics.len(), 7);
    assert!((plan.metrics[0].margin - 0.02).abs() < 1e-12);
    let added = plan.metrics[6];
    assert_eq!(
        (added.metric, added.floor),
        (Metric::BytesPerRequest, Some(1024.0))
    );
    let plan = read("schema = 1\n[metric.response_time_p99]\nfloor = 0\n");
    assert_eq!(plan.metrics[3].floor, None);
}

#[test]
fn mistakes_are_one_line_with_their_place_and_a_hint() {
    for (text, expected) in [
        (
            "schema = 9",
            "gate.toml:1:10: schema: schema 9 is newer than this loadtest's 1",
        ),
        (
            "schema = 1\nalfa = 0.01",
            "gate.toml:2:1: unknown key `alfa`; did you mean \"alpha\"?",
        ),
        (
            "schema = 1\nalpha = 3.0",
            "gate.toml:2:9: alpha: 3 is not between 0.000001 and 0.5",
        ),
        (
            "schema = 1\ntest = \"welch\"",
            "gate.toml:2:8: test: \"welch\" is not known; write signed-rank or paired-t",
        ),
        (
            "schema = 1\n[metric.respons_time_p99]\nmargin = 0.1",
            "metric.respons_time_p99: \"respons_time_p99\" is not known; did you mean \"response_time_p99\"?",
        ),
        (
            "schema = 1\n[metric.rss_peak]\nfloor = \"1 apple\"",
            "\"1 apple\" is not a size; write it as \"1MiB\" or \"64KiB\"",
        ),
        (
            "schema = 1\n[metric.response_time_p99]\nfloor = 5",
            "gate.toml:3:9: metric.response_time_p99.floor: 5 has no unit",
        ),
        (
            "schema = 1\n[metric.rss_peak]\nmargin = 0",
            "gate.toml:3:10: metric.rss_peak.margin: 0 is not between",
        ),
        (
            "schema = 1\nlooks = [6, 4]",
            "a look at 4 rounds: 5 are the fewest that can pass at beta = 0.05",
        ),
        (
            "schema = 1\nlooks = [10, 6]\nspend = [0, 1]",
            "gate.toml:2:9: looks: [10, 6] does not ascend",
        ),
        ("schema = 1\nlooks = [6]", "spend: 3 shares for 1 looks"),
        (
            "schema = 1\nspend = [0.5, 0.5, 0.5]",
            "gate.toml:2:9: spend: [0.5, 0.5, 0.5] are no shares of alpha",
        ),
        (
            "schema = 1\n[slot]\nopen = \"1h\"",
            "gate.toml:3:8: slot.open: 3600s is not between",
        ),
        (
            "schema = 1\n[[slo]]\nrule = \"qps > 5\"",
            "gate.toml:3:8: slo[0].rule: a gate judges quantiles",
        ),
        (
            "schema = 1\n[validity]\ndropped = 1.0",
            "validity.dropped: a gate may not drop all",
        ),
    ] {
        let seen = refused(text);
        assert!(seen.contains(expected), "{seen}\nfor {expected}");
        assert!(!seen.contains('\n'));
    }
}

#[test]
fn what_is_judged_is_not_in_the_digest_and_what_is_measured_is() {
    let load = ["--plan".to_owned(), "transfers".to_owned()];
    let of = |text: &str| digest(&read(text), &load);
    let usual = of("schema = 1");
    assert_eq!(
        usual,
        of("schema = 1\nseed = 9\nlooks = [40]\nspend = [1.0]")
    );
    assert_ne!(usual, of("schema = 1\n[slot]\nopen = \"5s\""));
    assert_ne!(usual, digest(&GatePlan::default(), &[]));
}

#[test]
fn a_gate_of_nothing_is_refused() {
    let off = Metric::GATED.map(|metric| format!("[metric.{}]\ngated = false\n", metric.name()));
    let off = off.concat();
    assert!(refused(&format!("schema = 1\n{off}")).contains("nothing is gated"));
}

proptest! {
    #[test]
    fn a_changed_byte_is_an_error_or_a_plan_but_never_a_panic(at in 0..TEMPLATE.len(), byte in any::<u8>()) {
        let mut bytes = TEMPLATE.as_bytes().to_vec();
        bytes[at] = byte;
        if let Err(error) = plan(&String::from_utf8_lossy(&bytes), "gate.toml") {
            prop_assert!(!error.to_string().contains('\n'));
        }
    }
}
