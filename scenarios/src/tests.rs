#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;

#[test]
fn every_built_in_plan_is_valid_and_names_known_scenarios() {
    for built_in in plans::ALL {
        let plan = plan::parse::plan(built_in.text, built_in.name).unwrap();
        assert_eq!(plan.name, built_in.name);
        let workload = workload(&plan, "/", "run", Path::new(".")).unwrap();
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
        workload(&plan, "/", "run", Path::new(".")),
        Err(ScenarioError::Mixed)
    ));
    plan.scenarios[0].name = "fly".into();
    assert!(
        matches!(workload(&plan, "/", "run", Path::new(".")), Err(ScenarioError::Unknown(name)) if name == "fly")
    );
}

/// A plan with these scenarios.
fn planned(scenarios: &str) -> Plan {
    let text = format!(
        "schema = 1\nname = \"test\"\ntarget = {{ url = \"http://127.0.0.1:1\" }}\n\
         [schedule]\nrate = \"10/s\"\n{scenarios}"
    );
    plan::parse::plan(&text, "test.toml").unwrap()
}

const JOURNEY: &str = "[[scenario]]\nname = \"visit\"\nweight = 2\n\
    [[scenario.step]]\nname = \"login\"\nrequest = { path = \"/login\" }\n\
    [[scenario.step]]\nname = \"me\"\nrequest = { path = \"/me\" }\n";
const ENGINE: &str = "[[scenario]]\nname = \"transfer\"\nweight = 3\n";
const GET: &str = "[[scenario]]\nname = \"http\"\nweight = 4\n";

fn made(scenarios: &str) -> Vec<(String, usize, Vec<String>)> {
    let plan = planned(scenarios);
    let workload = workload(&plan, "/", "run", Path::new(".")).unwrap();
    let journeys = workload.journeys().into_iter().map(|journey| {
        let scenario = journey.scenario;
        assert_eq!(scenario.transactions.len(), 1, "a visit is one transaction");
        (scenario.name.to_string(), scenario.weight, journey.steps)
    });
    let journeys: Vec<_> = journeys.collect();
    let steps: Vec<_> = journeys
        .iter()
        .flat_map(|(_, _, steps)| steps.clone())
        .collect();
    assert_eq!(steps, step_names(&plan));
    journeys
}

#[test]
fn journeys_stand_alone_or_beside_other_scenarios_in_the_order_of_the_plan() {
    let named = |name: &str, weight, steps: &[&str]| {
        let steps = steps.iter().map(|&step| step.to_owned()).collect();
        (name.to_owned(), weight, steps)
    };
    let visit = named("visit", 2, &["login", "me"]);
    let transfer = named("transfer", 3, &["transfer"]);
    assert_eq!(made(JOURNEY), std::slice::from_ref(&visit));
    assert_eq!(
        made(&format!("{ENGINE}{JOURNEY}")),
        [transfer, visit.clone()]
    );
    let get = named("http", 4, &["get"]);
    assert_eq!(made(&format!("{JOURNEY}{GET}")), [visit, get]);
}

#[test]
fn the_plain_get_and_the_reference_engine_stay_apart_beside_a_journey_too() {
    let plan = planned(&format!("{GET}{JOURNEY}{ENGINE}"));
    let refused = workload(&plan, "/", "run", Path::new("."));
    assert!(matches!(refused, Err(ScenarioError::Mixed)));
}

#[test]
fn the_plan_to_start_from_can_be_acted() {
    let plan = plan::parse::plan(plan::template(), "template").unwrap();
    workload(&plan, "/", "run", Path::new(".")).unwrap();
}
