//! Two past runs laid over each other: A solid, B dashed, and by how much B differs.
//!
//! It reads what `dashboards backfill --align` writes: each run once more with its steady phase moved to the same time, under the job
//! `aligned`.

use record::catalog::{self as m, Family};

use super::{Frame, artifacts_variable, run_folders, sisters, source_variable, variable};
use crate::expr::{ALIGNED_JOB, Expr, Run, Selector, of_run};
use crate::layout::stack;
use crate::panel::{Query, query};
use crate::wire::{
    Annotation, Choice, DATA_SOURCE, Dashboard, List, QueryVariable, SCHEMA_VERSION, TimeRange,
    Variable,
};

mod glance;
mod overlays;
mod tables;

const FRAME: Frame = Frame {
    uid: "lt-compare",
    title: "Compare two runs",
    description: "Two past runs on one time axis: A solid, B dashed, and by how much B differs from A.",
    tag: "compare",
    jobs_from: &[],
};
/// The data source of past runs, as the export provisions it.
const HISTORY: Choice = Choice {
    text: "loadtest-history",
    value: "loadtest-history",
};

/// The board `compare.json`. `artifacts` is where run folders are served.
pub fn board(artifacts: &str) -> Dashboard {
    let panels = stack([
        glance::glance(),
        overlays::load(),
        overlays::times(),
        overlays::costs(),
        overlays::causes(),
        tables::tables(),
    ]);
    Dashboard {
        annotations: List {
            list: vec![phases()],
        },
        description: FRAME.description,
        editable: false,
        graph_tooltip: 1,
        id: None,
        links: vec![sisters(), run_folders()],
        panels,
        refresh: "",
        schema_version: SCHEMA_VERSION,
        tags: ["loadtest", FRAME.tag],
        templating: List {
            list: vec![
                source_variable(Some(HISTORY)),
                run_variable(Run::A, "Run A, solid", 1),
                run_variable(Run::B, "Run B, dashed", 2),
                artifacts_variable(artifacts),
            ],
        },
        // The steady phase of an aligned run begins at 00:02:00. Longer runs ask for a longer range.
        time: TimeRange {
            from: "2020-01-01T00:01:50.000Z",
            to: "2020-01-01T00:02:50.000Z",
        },
        timezone: "utc",
        title: FRAME.title,
        uid: FRAME.uid,
    }
}

/// `sort` 1 offers the oldest run first, 2 the newest.
fn run_variable(run: Run, label: &'static str, sort: u8) -> Variable {
    let family = m::LOADTEST_PHASE.name;
    let query = format!(r#"label_values({family}{{job="{ALIGNED_JOB}"}}, run_id)"#);
    Variable::Query(QueryVariable {
        description: "Runs that `loadtest dashboards backfill --align` has put here.",
        multi: false,
        include_all: false,
        all_value: None,
        current: None,
        sort,
        ..variable(run.variable(), label, query)
    })
}

fn phases() -> Annotation {
    let phase = of_run(Run::A, &m::LOADTEST_PHASE).value().each();
    Annotation {
        name: "Phases of A",
        datasource: DATA_SOURCE,
        enable: true,
        icon_color: "orange",
        expr: phase.equals(1.0).to_string(),
        step: "1s",
        title_format: "{{phase}}",
    }
}

/// The same question about both runs.
fn both(family: &'static Family, ask: impl Fn(Selector) -> Expr) -> [Query; 2] {
    [
        query("A", ask(of_run(Run::A, family))).baseline(),
        query("B", ask(of_run(Run::B, family))).candidate(),
    ]
}

/// By how much B differs from A.
fn change(family: &'static Family, ask: impl Fn(Selector) -> Expr) -> Expr {
    let a = ask(of_run(Run::A, family));
    ask(of_run(Run::B, family)).change_from(&a)
}
