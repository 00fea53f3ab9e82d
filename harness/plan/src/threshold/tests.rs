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
fn a_step_can_be_selected_where_steps_are_known() {
    let (metric, step, term, ..) = read("error_ratio{step=a:b} < 1%");
    assert_eq!(
        (metric, step.as_deref(), term),
        (Metric::ErrorRatio, Some("a:b"), Term::Value)
    );
    let (_, step, term, ..) = read("service_time { step = \"x\" } : mean<1ms");
    assert_eq!((step.as_deref(), term), (Some("x"), Term::Mean));
}

#[test]
fn the_names_of_the_design_are_read_too() {
    for (text, metric) in [
        ("errors: rate<0.1%", Metric::ErrorRatio),
        ("dropped<1%", Metric::DroppedRatio),
        ("goodput: rate>=480", Metric::Goodput),
        ("pacing_delay: p99<1ms", Metric::PacingDelay),
    ] {
        assert_eq!(read(text).0, metric, "{text}");
    }
    assert_eq!(read("avg<5ms").2, Term::Mean);
    assert_eq!(
        parse("p99 < 1s", Model::PartlyOpen).map(|rule| rule.metric),
        Ok(Metric::ResponseTime)
    );
}

#[test]
fn a_rule_can_be_about_each_stretch() {
    let over = |text| parse(text, Model::Open).map(|rule| (rule.over, rule.limit));
    let ten = Some(Duration::from_secs(10));
    assert_eq!(over("p(99)<50ms over 10s"), Ok((ten, 50e6)));
    assert_eq!(over("error_ratio < 1% over 10s"), Ok((ten, 0.01)));
    assert_eq!(over("p99<50ms"), Ok((None, 50e6)));
    assert!(says("p99<50ms over 10", Model::Open).contains("no unit"));
    assert!(says("p99<50ms over 10ms", Model::Open).contains("10ms is not between 1s"));
    assert!(says("p99<50msover 10s", Model::Open).contains("50msover"));
}

#[test]
fn a_list_is_read_rule_by_rule() {
    let rules = list("p99<20ms, error_ratio{step=a,b}<0.001", Model::Open).expect("valid");
    let texts: Vec<_> = rules.iter().map(|rule| rule.text.as_str()).collect();
    assert_eq!(texts, ["p99<20ms", "error_ratio{step=a,b}<0.001"]);
    let error = list("p99<20ms,", Model::Open).expect_err("an empty rule");
    assert!(error.to_string().contains("no comparison"), "{error}");
}

#[test]
fn a_closed_plan_judges_service_time() {
    assert_eq!(
        parse("p99 < 20ms", Model::Closed).map(|rule| rule.metric),
        Ok(Metric::ServiceTime)
    );
    let refused = says("response_time: p99 < 20ms", Model::Closed);
    assert!(refused.contains("use service_time"), "{refused}");
}

#[test]
fn mistakes_are_named() {
    for (text, part) in [
        ("p99 20ms", "no comparison"),
        ("", "no comparison"),
        ("response_time{step=a}: p99 20ms", "no comparison"),
        ("dropped_ratio == 0", "\"==\" does not compare"),
        ("p99 =< 20ms", "\"=<\" does not compare"),
        ("p99 << 20ms", "\"<<\" does not compare"),
        ("p99 < 20", "no unit"),
        ("p99 < ", "not a duration"),
        ("p99 < 20 bananas", "not a duration"),
        ("p101 < 1s", "not a percentile"),
        ("p(99 < 1s", "not a percentile"),
        ("p-1 < 1s", "neither a figure nor a metric"),
        ("eror_ratio < 0.1", "did you mean \"error_ratio\""),
        ("respons_time: p99 < 1s", "did you mean \"response_time\""),
        ("response_time{path=/a}: p99 < 1s", "only step"),
        ("response_time{step=}: p99 < 1s", "needs {step=NAME}"),
        ("response_time{step=a} p99 < 1s", "needs a :"),
        ("response_time < 1s", "which figure"),
        ("response_time{step=a} < 1s", "which figure"),
        ("send_delay{step=a}: p99 < 1s", "whole run only"),
        ("qps{step=a} > 5", "whole run only"),
        ("error_ratio: p99 < 0.1", "one value"),
        ("error_ratio < 5", "not a ratio"),
        ("qps >= fast", "not a rate"),
    ] {
        let error = says(text, Model::Open);
        assert!(error.contains(part), "{text}: {error}");
        assert!(error.starts_with("threshold \""), "{error}");
    }
}

#[test]
fn rules_that_decide_nothing_are_refused() {
    for text in [
        "error_ratio <= 100%",
        "dropped_ratio >= 0",
        "max >= 0ms",
        "p50 > 0ms",
        "p99 < 2h",
        "p99 <= 1h",
    ] {
        assert!(says(text, Model::Open).contains("never fail"), "{text}");
    }
    for text in [
        "error_ratio < 0",
        "error_ratio > 1",
        "p99 < 0ms",
        "p99 <= 0ms",
        "p99 < 1ns",
        "max > 1h",
    ] {
        assert!(says(text, Model::Open).contains("never pass"), "{text}");
    }
    read("error_ratio <= 0");
    read("error_ratio < 100%");
    read("max < 1h");
}

proptest! {
    #[test]
    fn any_text_is_refused_in_one_line_or_read(text in "\\PC{0,60}", model in prop_oneof![Just(Model::Open), Just(Model::PartlyOpen), Just(Model::Closed)]) {
        if let Err(error) = parse(&text, model) {
            prop_assert!(!error.to_string().contains(char::is_control));
        }
    }

    // Texts that are nearly rules reach further than any text does.
    #[test]
    fn what_is_nearly_a_rule_is_refused_or_read(
        parts in proptest::collection::vec(
            prop_oneof![
                Just("response_time"), Just("qps"), Just("error_ratio"), Just("{"), Just("step="), Just("}"), Just(":"),
                Just("p"), Just("("), Just(")"), Just("99"), Just("max"), Just("<"), Just("="), Just(">"), Just("20ms"), Just("%"),
                Just(" over 5s"), Just("avg"), Just(","), Just("ß"), Just(" "), Just("\""),
            ],
            0..12,
        ),
    ) {
        let text = parts.concat();
        if let Ok(rule) = parse(&text, Model::Open) {
            prop_assert_eq!(parse(&rule.text, Model::Open), Ok(rule));
        }
    }
}
