#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;

#[test]
fn every_built_in_plan_is_valid_and_names_known_scenarios() {
    for built_in in plans::ALL {
        let plan = plan::parse::plan(built_in.text, built_in.name).unwrap();
        assert_eq!(plan.name, built_in.name);
        let workload = workload(&plan, "/", "run").unwrap();
        let journeys = workload.journeys();
        assert_eq!(journeys.len(), plan.scenarios.len());
        for (journey, choice) in journeys.iter().zip(&plan.scenarios) {
            assert_eq!(&*journey.scenario.name, choice.name);
            assert_eq!(journey.scenario.weight, choice.weight as usize);
        }
    }
}

#[test]
fn step_names_are_unique_among_known_scenarios() {
    let mut names = steps(&KNOWN.iter().map(|known| known.name).collect::<Vec<_>>());
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all);
}

#[test]
fn unknown_and_mixed_scenarios_are_refused() {
    let mut plan = plan::parse::plan(plans::CANONICAL.text, "canonical").unwrap();
    plan.scenarios[0].name = "http".into();
    assert!(matches!(
        workload(&plan, "/", "run"),
        Err(ScenarioError::Mixed)
    ));
    plan.scenarios[0].name = "fly".into();
    assert!(
        matches!(workload(&plan, "/", "run"), Err(ScenarioError::Unknown(name)) if name == "fly")
    );
}
