use super::*;
use proptest::prelude::*;

fn read(text: &str) -> (Metric, Option<String>, Term, Operator, f64) {
    let rule = parse(text, Model::Open).unwrap_or_else(|e| panic!("{e}"));
    (rule.metric, rule.step, rule.term, rule.operator, rule.limit)
}

fn says(text: &str, model: Model) -> String {
    parse(text, model).expect_err(text).to_string()
}

#[test]
fn rules_read_as_people_write_them() {
    let p99 = (
        Metric::ResponseTime,
        None,
        Term::Quantile(0.99),
        Operator::Less,
        20e6,
    );
    for text in [
        "p99 < 20ms",
        "p99<20ms",
        "p(99) < 20 ms",
        " response_time: p(99)<0.02s ",
    ] {
        assert_eq!(read(text), p99, "{text}");
    }
    assert_eq!(
        read("service_time: p(99.9) <= 5ms"),
        (
            Metric::ServiceTime,
            None,
            Term::Quantile(0.999),
            Operator::LessOrEqual,
            5e6
        )
    );
    assert_eq!(
        read("response_time{step=transfer}: max<1s"),
        (
            Metric::ResponseTime,
            Some("transfer".into()),
            Term::Max,
            Operator::Less,
            1e9
        )
    );
    assert_eq!(
        read("error_ratio < 0.1%"),
        (Metric::ErrorRatio, None, Term::Value, Operator::Less, 0.001)
    );
    assert_eq!(
        read("qps >= 1.5k/s"),
        (
            Metric::Qps,
            None,
            Term::Value,
            Operator::GreaterOrEqual,
            1500.0
        )
    );
}

#[test]
fn a_closed_plan_judges_service_time() {
    assert_eq!(
        parse("p99 < 20ms", Model::Closed).map(|rule| rule.metric),
        Ok(Metric::ServiceTime)
    );
    assert!(
        says("response_time: p99 < 20ms", Model::Closed).contains("blind")
            || says("response_time: p99 < 20ms", Model::Closed).contains("no response time")
    );
}

#[test]
fn mistakes_are_named() {
    for (text, part) in [
        ("p99 20ms", "no comparison"),
        ("p99 < 20", "no unit"),
        ("p99 < 20 bananas", "not a duration"),
        ("p101 < 1s", "not a percentile"),
        ("eror_ratio < 0.1", "did you mean \"error_ratio\""),
        ("respons_time: p99 < 1s", "did you mean \"response_time\""),
        ("response_time{path=/a}: p99 < 1s", "only step"),
        ("response_time < 1s", "which figure"),
        ("error_ratio < 5", "not a ratio"),
        ("error_ratio <= 100%", "never fail"),
        ("p99 < 0ms", "never pass"),
        ("qps >= fast", "not a rate"),
    ] {
        let error = says(text, Model::Open);
        assert!(error.contains(part), "{text}: {error}");
        assert!(error.starts_with("threshold \""), "{error}");
    }
}

proptest! {
    #[test]
    fn any_text_is_refused_or_read(text in "\\PC{0,60}") {
        let _ = parse(&text, Model::Open);
    }
}
