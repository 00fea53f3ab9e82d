use super::*;
use record::failure::FailureKind;
use record::phase::Phase;
use record::run::{Model, Span, Window};

fn plan(rules: &str) -> Plan {
    let text = format!(
        "schema = 1\nname = \"x\"\nmodel = \"open\"\ntarget = {{ url = \"http://127.0.0.1:1\" }}\nphases = {{ duration = \"60s\" }}\n[schedule]\nrate = 10\n{rules}"
    );
    plan::parse::plan(&text, "x.toml").expect("a plan")
}

fn window(second: u64) -> Window {
    Window {
        span: Span {
            start: Duration::from_secs(second),
            end: Duration::from_secs(second + 1),
        },
        phase: Phase::Steady,
        due: 200,
        requests: 120,
        failed: 20,
        committed: 90,
        uncommitted: 10,
        in_flight: 0,
        backlog: 0,
        response: None,
        service: None,
        send_delay: None,
    }
}

/// Two steps: 100 good requests of 1 ms of the first, 20 failed of the second.
fn set() -> PhaseSet {
    let mut set = PhaseSet::default();
    set.steps = vec![StepSet::default(); 2];
    set.steps[0].ok.response.record_many(1_000_000, 100);
    set.steps[1].failures[FailureKind::Status as usize] = 20;
    set
}

fn run(plan: &Plan, seconds: u64) -> (Rules, Option<String>) {
    let mut rules = Rules::of(plan, vec!["first".into(), "second".into()]);
    let (set, none) = (set(), PhaseSet::default());
    for second in 0..seconds {
        let window = window(second);
        let view = WindowView {
            window: &window,
            sets: [&none, &set],
            remaining: Duration::from_mins(1),
            dropped: 50 * (second + 1),
            dropped_before: 50 * second,
            users: 1,
        };
        if let Some(why) = rules.push(&view) {
            return (rules, Some(why));
        }
    }
    (rules, None)
}

fn figure(rule: &str) -> Option<f64> {
    let (rules, _) = run(
        &plan(&format!("[[threshold]]\nrule = \"{rule} over 2s\"")),
        3,
    );
    let facts = rules.facts();
    assert_eq!(facts[0].stretches.len(), 2);
    facts[0].stretches[1].low
}

#[test]
fn each_metric_is_taken_from_its_own_place() {
    assert_eq!(figure("error_ratio < 50%"), Some(40.0 / 240.0));
    assert_eq!(figure("dropped_ratio < 50%"), Some(0.25));
    assert_eq!(figure("qps > 5"), Some(120.0));
    assert_eq!(figure("tps > 5"), Some(90.0));
    assert_eq!(figure("max < 5ms"), Some(1e6));
}

#[test]
fn a_rule_about_a_step_sees_that_step_only() {
    let broken = "[[threshold]]\nrule = \"error_ratio{step=second} < 50% over 2s\"\nabort = true";
    let (_, why) = run(&plan(broken), 9);
    let why = why.expect("stops");
    assert!(
        why.contains("100.0000 %") && why.contains("after 2.0 s"),
        "{why}"
    );
    let fine = "[[threshold]]\nrule = \"error_ratio{step=first} < 50% over 2s\"\nabort = true";
    assert_eq!(run(&plan(fine), 9).1, None);
}

#[test]
fn rules_about_the_whole_run_are_watched_only_if_they_may_stop_it() {
    let plan = plan("[[threshold]]\nrule = \"p99 < 5ms\"");
    assert_eq!(plan.model, Model::Open);
    let rules = Rules::of(&plan, Vec::new());
    assert!(rules.watches.is_empty() && rules.facts().is_empty());
}
