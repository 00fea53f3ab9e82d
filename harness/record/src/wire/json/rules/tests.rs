use super::*;

fn rule(over: Option<u64>, abort: Option<u64>, metric: Metric) -> rule::Rule {
    rule::Rule {
        text: "a rule".into(),
        metric,
        step: None,
        term: Term::Quantile(0.99),
        operator: Operator::Less,
        limit: 20e6,
        over: over.map(Duration::from_secs),
        abort: abort.map(Duration::from_secs),
    }
}

fn read(text: &str) -> Result<rule::Rule, String> {
    let wire: Rule = serde_json::from_str(text).map_err(|error| error.to_string())?;
    wire.try_into()
        .map_err(|error: RecordError| error.to_string())
}

#[test]
fn every_rule_reads_back() {
    for (_, metric) in Metric::NAMES {
        for (over, abort) in [(None, None), (Some(10), Some(0)), (None, Some(5))] {
            let rule = rule(over, abort, metric.clone());
            let text = serde_json::to_string(&Rule::from(&rule)).expect("has no odd keys");
            assert_eq!(read(&text), Ok(rule), "{text}");
        }
    }
}

#[test]
fn a_rule_of_an_older_version_has_neither_stretch_nor_abort() {
    let old = r#"{"text":"a rule","metric":"response_time","step":null,"term":"quantile","share":0.99,"operator":"<","limit":2e7}"#;
    assert_eq!(read(old), Ok(rule(None, None, Metric::ResponseTime)));
    // And what has neither is written as before.
    let text = serde_json::to_string(&Rule::from(&rule(None, None, Metric::Tps)));
    assert!(text.is_ok_and(|text| !text.contains("over_ns") && !text.contains("abort")));
    let error = read(&old.replace("response_time", "speed")).expect_err("unknown");
    assert!(error.contains("unknown metric \"speed\""), "{error}");
}
