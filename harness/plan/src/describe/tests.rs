//! Whatever plan there is: written and read again it is the same.
#![allow(clippy::unwrap_used, reason = "tests")]
use crate::journey::{
    Check, Extract, Feeder, FeederPick, Journey, Place, RequestTemplate, Rows, Step, Template,
    Think,
};
use crate::shape::tests::any_shape;
use crate::{ClientChoice, OnFull, Overrides, Plan, ScenarioChoice, Spacing, Until, Warmup, parse};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use record::quantity::Rate;
use record::run::Model;
use std::time::Duration;

fn ns(most: u64) -> impl Strategy<Value = Duration> {
    (1..most).prop_map(Duration::from_nanos)
}

fn text() -> impl Strategy<Value = Template> {
    // `seen` is a variable of the plan, `rows` its feeder.
    let part = prop_oneof![
        "[a-z$\"'\\\\ \n\té{]{0,8}".prop_map(|text| text.replace('$', "$$")),
        Just("${seen}".to_owned()),
        Just("${rows.value}".to_owned()),
        Just("${uuid}${arrival}".to_owned()),
        (any::<i32>(), 0..1000_i64)
            .prop_map(|(from, more)| format!("${{random({from},{})}}", i64::from(from) + more)),
    ];
    vec(part, 0..4).prop_map(|parts| Template::parse(&parts.concat()).unwrap())
}

fn pointer() -> impl Strategy<Value = String> {
    "(/[a-z\"é]{0,3}(~[01])?){0,3}"
}

fn check() -> impl Strategy<Value = Check> {
    let pattern = || prop_oneof![Just("^a+\\d\"$".to_owned()), "[a-z ]{0,5}"];
    prop_oneof![
        vec(100..600_u16, 1..4).prop_map(Check::Status),
        (pointer(), text()).prop_map(|(pointer, equals)| Check::JsonEquals { pointer, equals }),
        (pointer(), pattern())
            .prop_map(|(pointer, pattern)| Check::JsonMatches { pointer, pattern }),
        text().prop_map(Check::BodyContains),
        ("[a-z][a-z-]{0,8}", text())
            .prop_map(|(name, contains)| Check::HeaderContains { name, contains }),
        ns(3_600_000_000_000).prop_map(Check::Within),
        (0..u64::from(u32::MAX)).prop_map(Check::MostBytes),
    ]
}

fn extracts() -> impl Strategy<Value = Vec<Extract>> {
    let place = prop_oneof![
        pointer().prop_map(Place::Pointer),
        "[a-z][a-z-]{0,8}".prop_map(Place::Header),
        Just(Place::Pattern("\"id\": *([^\"]+)".to_owned())),
    ];
    btree_map("x[a-z0-9_-]{0,6}", place, 0..3).prop_map(|all| {
        let all = all.into_iter();
        all.map(|(variable, from)| Extract { variable, from })
            .collect()
    })
}

fn request() -> impl Strategy<Value = RequestTemplate> {
    let headers = btree_map("[A-Za-z0-9.'-]{1,8}", text(), 0..3);
    let method = prop_oneof![Just("GET"), Just("POST"), Just("DELETE")];
    (method, text(), headers, option::of(text())).prop_map(|(method, path, headers, body)| {
        RequestTemplate {
            method: method.to_owned(),
            path: Template::parse(&format!("/{path}")).unwrap(),
            headers: headers.into_iter().collect(),
            body,
        }
    })
}

fn step() -> impl Strategy<Value = Step> {
    let think = (0..1_000_000_u64, 0..1_000_000_u64);
    (
        request(),
        vec(check(), 0..4),
        extracts(),
        option::of(ns(1_000_000_000)),
        think,
    )
        .prop_map(|(request, checks, extracts, expected, (a, b))| Step {
            name: String::new(),
            request,
            checks,
            extracts,
            expected,
            think: Think {
                least: Duration::from_nanos(a.min(b)),
                most: Duration::from_nanos(a.max(b)),
            },
        })
}

fn journey() -> impl Strategy<Value = Option<Journey>> {
    let journey = (vec(step(), 1..4), any::<bool>()).prop_map(|(mut steps, cookies)| {
        for (at, step) in steps.iter_mut().enumerate() {
            step.name = format!("step-{at}");
        }
        Journey { steps, cookies }
    });
    option::of(journey)
}

fn feeders() -> impl Strategy<Value = Vec<Feeder>> {
    let pick = prop_oneof![
        Just(FeederPick::Sequential),
        Just(FeederPick::Shuffle),
        Just(FeederPick::Unique),
        Just(FeederPick::Random),
        (0.01..10.0_f64).prop_map(FeederPick::Zipf),
    ];
    let rows = prop_oneof![
        "[a-z/ .\"]{1,9}".prop_map(Rows::File),
        (any::<i64>(), any::<i64>()).prop_map(|(a, b)| Rows::Numbers {
            from: a.min(b),
            to: a.max(b)
        }),
        vec("\\PC{0,5}", 1..4).prop_map(Rows::Values),
    ];
    vec((pick, rows), 0..3).prop_map(|all| {
        let numbered = all.into_iter().enumerate();
        let more = numbered.map(|(at, (pick, rows))| Feeder {
            name: format!("feeder{at}"),
            rows,
            pick,
        });
        let rows = Feeder {
            name: "rows".into(),
            rows: Rows::Values(vec![String::new()]),
            pick: FeederPick::Sequential,
        };
        std::iter::once(rows).chain(more).collect()
    })
}

fn base() -> Plan {
    let text = "schema = 1\nname = \"a plan\"\n[vars]\nseen = \"\"\n[[scenario]]\nname = \"one\"\n[[scenario]]\nname = \"two\"\n[[threshold]]\nrule = \"error_ratio < 1% over 5s\"\n";
    parse::plan(text, "base").unwrap()
}

fn any_plan() -> impl Strategy<Value = Plan> {
    let model = prop_oneof![
        Just(Model::Open),
        Just(Model::PartlyOpen),
        Just(Model::Closed)
    ];
    let load = (
        model,
        option::of(any_shape()),
        0.001..100_000.0_f64,
        any::<bool>(),
        any::<bool>(),
    );
    let phases = (
        any::<bool>(),
        ns(3_600_000_000_000),
        option::of((1..100_000_u32, 1..100_000_u32)),
        ns(1_000_000_000),
    );
    let rest = (
        option::of(ns(1_000_000_000)),
        0..=99_999_u32,
        0..5_u32,
        option::of(ns(1_000_000_000)),
    );
    let journeys = (
        journey(),
        journey(),
        feeders(),
        btree_map("[a-z]{6}", "\\PC{0,9}", 0..3),
    );
    (load, phases, rest, journeys).prop_filter_map(
        "within bounds",
        |(load, phases, rest, journeys)| {
            let plan = loaded(base(), load);
            let plan = timed(plan, phases);
            let plan = acted(plan, journeys);
            let plan = Plan {
                slo: rest.0,
                health: vec![
                    ("generator_cpu".into(), f64::from(rest.1) / 99_999.7),
                    ("send_delay".into(), f64::from(rest.1)),
                    ("throttled_periods".into(), f64::from(rest.1)),
                ],
                target: crate::TargetPlan {
                    command: Some("serve \"{port}\"".into()),
                    ready: Some("/ok".into()),
                    start_within: rest.3.map(|after| {
                        after
                            .max(Duration::from_secs(1))
                            .min(Duration::from_mins(1))
                    }),
                    processors: crate::TargetProcessors::All,
                    client: ClientChoice::Reqwest,
                    redirects: rest.2,
                    profile_hz: rest.3.map(|_| 499),
                    ..crate::TargetPlan::default()
                },
                thresholds: base()
                    .thresholds
                    .into_iter()
                    .map(|rule| record::rule::Rule {
                        abort: rest.3,
                        ..rule
                    })
                    .collect(),
                ..plan
            };
            // The generators know nothing of bounds such as a shape that offers nothing.
            plan.with(Overrides::default()).ok()
        },
    )
}

fn loaded(plan: Plan, load: (Model, Option<crate::Shape>, f64, bool, bool)) -> Plan {
    let (model, shape, rate, constant, drops) = load;
    let scheduled = model.is_scheduled();
    let constant = constant && scheduled;
    let users = match (&shape, scheduled) {
        (Some(shape), false) => shape.most().round() as u32,
        _ => 17,
    };
    Plan {
        model,
        duration: shape.as_ref().map_or(plan.duration, crate::Shape::length),
        rate: (scheduled && shape.is_none())
            .then(|| Rate::per_second(rate))
            .flatten(),
        shape,
        users,
        spacing: if constant {
            Spacing::Constant
        } else {
            Spacing::Poisson
        },
        on_full: if drops && scheduled {
            OnFull::Drop
        } else {
            OnFull::Wait
        },
        think: if model == Model::Open {
            Duration::ZERO
        } else {
            Duration::from_nanos(7)
        },
        ..plan
    }
}

fn timed(plan: Plan, phases: (bool, Duration, Option<(u32, u32)>, Duration)) -> Plan {
    let (auto, warmup, until, drain) = phases;
    let share = |n: u32| f64::from(n) / 100_000.0;
    Plan {
        warmup: if auto {
            Warmup::Auto { most: warmup }
        } else {
            Warmup::Fixed(warmup)
        },
        until: until.map(|(quantile, relative)| Until {
            quantile: share(quantile),
            relative: share(relative),
            budget: plan.duration + warmup,
        }),
        drain,
        ..plan
    }
}

fn acted(
    mut plan: Plan,
    journeys: (
        Option<Journey>,
        Option<Journey>,
        Vec<Feeder>,
        std::collections::BTreeMap<String, String>,
    ),
) -> Plan {
    let (one, two, feeders, vars) = journeys;
    let both = ["one", "two"].into_iter().zip([one, two]);
    plan.scenarios = both
        .map(|(name, journey)| ScenarioChoice {
            name: name.to_owned(),
            weight: 3,
            journey,
        })
        .collect();
    plan.feeders = feeders;
    plan.vars.extend(vars);
    plan
}

proptest! {
    #[test]
    fn a_plan_that_is_written_is_the_plan_that_is_read(plan in any_plan()) {
        let text = plan.to_toml();
        let back = parse::plan(&text, "again").map_err(|error| format!("{error}\n{text}"));
        prop_assert_eq!(back.as_ref(), Ok(&plan));
        prop_assert_eq!(back.unwrap().digest(), plan.digest());
        // Whatever it is, it can be told, and offered.
        prop_assert!(!plan.explain().is_empty() && !plan.words().contains(char::is_control));
        prop_assert!(plan.steady_arrivals().take(50).zip(0..).all(|(arrival, n)| arrival.n == n));
    }
}
