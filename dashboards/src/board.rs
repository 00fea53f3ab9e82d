//! What all boards share: variables, annotations, links and the frame around the panels.

use record::catalog::{self, Family};

use crate::expr::{Window, on_board};
use crate::wire::{
    Annotation, Choice, DATA_SOURCE, Dashboard, Link, List, Panel, QueryVariable, SCHEMA_VERSION,
    SourceVariable, TimeRange, Variable, VariableQuery,
};

pub mod engine;
pub mod run;

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

fn dashboard(frame: &Frame, panels: Vec<Panel>) -> Dashboard {
    Dashboard {
        annotations: List {
            list: vec![phases(), restarts()],
        },
        description: frame.description,
        editable: false,
        graph_tooltip: 1,
        id: None,
        links: vec![sisters()],
        panels,
        refresh: "5s",
        schema_version: SCHEMA_VERSION,
        tags: ["loadtest", frame.tag],
        templating: List {
            list: variables(frame),
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
        tags: ["loadtest"],
        as_dropdown: false,
        include_vars: true,
        keep_time: true,
    }
}

fn variables(frame: &Frame) -> Vec<Variable> {
    let names: Vec<_> = frame.jobs_from.iter().map(|family| family.name).collect();
    let names = names.join("|");
    vec![
        Variable::Source(SourceVariable {
            name: "datasource",
            label: "Data source",
            kind: "datasource",
            query: "prometheus",
            refresh: 1,
        }),
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
    ]
}

/// Asks an ordinary family and not `loadtest_run_info`, which carries `run_id` in every case: a run can be chosen only where
/// the scrape put the label on all series, and not where choosing it would empty the board.
fn run_variable() -> Variable {
    let family = catalog::LOADTEST_PHASE.name;
    Variable::Query(QueryVariable {
        description: "Runs whose series carry run_id, newest first. With a static scrape configuration there are none: \
                      choose a run by the time range.",
        all_value: ".*",
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
        all_value: ".+",
        refresh: 2,
        sort: 1,
        current: Choice {
            text: "All",
            value: "$__all",
        },
    }
}
