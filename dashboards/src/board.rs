//! What all boards share: variables, annotations, links and the frame around the panels.

use record::catalog::{self, Family};

use crate::expr::{Window, on_board};
use crate::panel;
use crate::wire::{
    Annotation, Choice, ConstantVariable, DATA_SOURCE, Dashboard, Link, List, Panel, QueryVariable,
    SCHEMA_VERSION, SourceVariable, TimeRange, Variable, VariableQuery,
};

pub mod compare;
pub mod engine;
pub mod run;
pub mod stalls;

/// The job that scrapes the generator. Process families are exposed by generator and target alike; the job tells them apart.
pub const GENERATOR_JOB: &str = "loadtest";

/// What is particular about one board.
struct Frame {
    uid: &'static str,
    title: &'static str,
    description: &'static str,
    tag: &'static str,
    /// One family for each kind of process whose job may be chosen.
    jobs_from: &'static [&'static Family],
}

/// A board over what was scraped. `artifacts` is where run folders are served.
fn dashboard(frame: &Frame, artifacts: &str, panels: Vec<Panel>) -> Dashboard {
    Dashboard {
        annotations: List {
            list: vec![phases(), restarts(), distrust(), verdict()],
        },
        description: frame.description,
        editable: false,
        graph_tooltip: 1,
        id: None,
        links: vec![sisters(), run_folders()],
        panels,
        refresh: "5s",
        schema_version: SCHEMA_VERSION,
        tags: ["loadtest", frame.tag],
        templating: List {
            list: variables(frame, artifacts),
        },
        time: TimeRange {
            from: "now-15m",
            to: "now",
        },
        timezone: "utc",
        title: frame.title,
        uid: frame.uid,
    }
}

fn phases() -> Annotation {
    let phase = on_board(&catalog::LOADTEST_PHASE).value().each();
    Annotation {
        name: "Phases",
        datasource: DATA_SOURCE,
        enable: true,
        icon_color: "orange",
        expr: phase.equals(1.0).to_string(),
        step: "1s",
        title_format: "{{phase}}",
    }
}

/// Why the numbers of a run are not to be trusted, from the moment it is known.
fn distrust() -> Annotation {
    let broken = on_board(&catalog::LOADTEST_HEALTH_BROKEN).value().each();
    Annotation {
        name: "Reasons for distrust",
        datasource: DATA_SOURCE,
        enable: true,
        icon_color: "red",
        expr: broken.equals(1.0).to_string(),
        step: "1s",
        title_format: "not to be trusted: {{reason}}",
    }
}

fn verdict() -> Annotation {
    let verdict = on_board(&catalog::LOADTEST_VERDICT).value().each();
    Annotation {
        name: "Verdict",
        datasource: DATA_SOURCE,
        enable: true,
        icon_color: "blue",
        expr: verdict.equals(1.0).to_string(),
        step: "1s",
        title_format: "verdict: {{verdict}}",
    }
}

/// The window must hold two scrapes or more, or no change is ever seen.
fn restarts() -> Annotation {
    let start = on_board(&catalog::PROCESS_START_TIME).changes(Window::RateInterval);
    Annotation {
        name: "Restarts",
        datasource: DATA_SOURCE,
        enable: true,
        icon_color: "red",
        expr: start.each().above(0.0).to_string(),
        step: "1s",
        title_format: "restart of {{job}}",
    }
}

fn sisters() -> Link {
    Link {
        title: "Load test boards",
        kind: "dashboards",
        url: None,
        target_blank: false,
        tags: vec!["loadtest"],
        as_dropdown: false,
        include_vars: true,
        keep_time: true,
    }
}

/// The list of run folders: reports, flamegraphs, records.
fn run_folders() -> Link {
    Link {
        title: "Reports and flamegraphs",
        kind: "link",
        url: Some("${artifacts}"),
        target_blank: true,
        tags: Vec::new(),
        as_dropdown: false,
        include_vars: false,
        keep_time: false,
    }
}

/// The runs that were scraped in the range, with links to what they left.
fn runs_in_range(id: u32) -> Panel {
    let seen = on_board(&catalog::LOADTEST_RUN_INFO).highest(Window::Range);
    panel::runs(
        panel::about(
            id,
            "Runs in range",
            &catalog::LOADTEST_RUN_INFO,
            "Every run that was scraped in the range. A click on one offers its report and flamegraphs, which `loadtest view` or \
             `loadtest dashboards up` serves, and this range with that run alone.",
        ),
        seen.max_by(&["run_id", "plan", "model", "revision", "build"]),
    )
}

fn artifacts_variable(url: &str) -> Variable {
    Variable::Constant(ConstantVariable {
        name: "artifacts",
        label: "Run folders",
        kind: "constant",
        query: url.to_owned(),
        hide: 2,
        skip_url_sync: true,
    })
}

fn source_variable(usual: Option<Choice>) -> Variable {
    Variable::Source(SourceVariable {
        name: "datasource",
        label: "Data source",
        kind: "datasource",
        query: "prometheus",
        refresh: 1,
        current: usual,
    })
}

fn variables(frame: &Frame, artifacts: &str) -> Vec<Variable> {
    let names: Vec<_> = frame.jobs_from.iter().map(|family| family.name).collect();
    let names = names.join("|");
    vec![
        source_variable(None),
        Variable::Query(QueryVariable {
            description: "Scrape jobs of generators and targets.",
            ..variable(
                "job",
                "Job",
                format!(r#"label_values({{__name__=~"{names}"}}, job)"#),
            )
        }),
        Variable::Query(QueryVariable {
            description: "Processes of the chosen jobs.",
            ..variable(
                "instance",
                "Instance",
                format!(r#"label_values({{__name__=~"{names}",job=~"$job"}}, instance)"#),
            )
        }),
        run_variable(),
        artifacts_variable(artifacts),
    ]
}

/// Asks an ordinary family and not `loadtest_run_info`, which carries `run_id` in every case: a run can be chosen only where
/// the scrape put the label on all series, and not where choosing it would empty the board.
fn run_variable() -> Variable {
    let family = catalog::LOADTEST_PHASE.name;
    Variable::Query(QueryVariable {
        description: "Runs whose series carry run_id, newest first. With a static scrape configuration there are none: \
                      choose a run by the time range.",
        all_value: Some(".*"),
        sort: 2,
        ..variable("run_id", "Run", format!("label_values({family}, run_id)"))
    })
}

fn variable(name: &'static str, label: &'static str, query: String) -> QueryVariable {
    QueryVariable {
        name,
        label,
        description: "",
        kind: "query",
        datasource: DATA_SOURCE,
        query: VariableQuery {
            query,
            ref_id: name,
        },
        multi: true,
        include_all: true,
        all_value: Some(".+"),
        refresh: 2,
        sort: 1,
        current: Some(Choice {
            text: "All",
            value: "$__all",
        }),
    }
}
