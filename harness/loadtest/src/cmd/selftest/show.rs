//! The result for people and for scripts.

use super::overall;
use super::truth::{Allowed, Figure, Held, Truth};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const COLUMNS: [&str; 7] = [
    "experiment",
    "what",
    "truth",
    "measured",
    "difference",
    "allowed",
    "verdict",
];

/// A table, what disturbed it, and the conclusion.
pub(super) fn table(truths: &[(&str, Truth)], folder: &str) -> String {
    let mut rows = vec![COLUMNS.map(str::to_owned)];
    rows.extend(
        truths
            .iter()
            .map(|(experiment, truth)| row(experiment, truth)),
    );
    let widths: Vec<usize> = (0..COLUMNS.len())
        .map(|at| {
            rows.iter()
                .map(|row| row[at].chars().count())
                .max()
                .unwrap_or(0)
        })
        .collect();
    let mut text = String::new();
    for row in &rows {
        text.push_str(line(row, &widths).trim_end());
        text.push('\n');
    }
    text.extend(disturbances(truths));
    text + &conclusion(truths, folder)
}

// Each once, however many figures it spoilt.
fn disturbances(truths: &[(&str, Truth)]) -> BTreeSet<String> {
    let spoilt = truths.iter().filter(|(_, one)| one.held == Held::Disturbed);
    let all = spoilt.flat_map(|(experiment, truth)| {
        let lines = truth.disturbances.iter();
        lines.map(move |why| format!("{experiment}: {why}\n"))
    });
    all.collect()
}

// Figures stand right, words left.
fn line(row: &[String; 7], widths: &[usize]) -> String {
    let cells = row
        .iter()
        .zip(widths)
        .zip(COLUMNS)
        .map(|((cell, &width), column)| match column {
            "truth" | "measured" | "difference" => format!("{cell:>width$}"),
            _ => format!("{cell:<width$}"),
        });
    cells.collect::<Vec<_>>().join("  ")
}

fn row(experiment: &str, truth: &Truth) -> [String; 7] {
    let verdict = match truth.held {
        Held::Wrong => "WRONG",
        held => held.name(),
    };
    [
        experiment.to_owned(),
        truth.what.clone(),
        truth.truth.show(),
        truth.measured.show(),
        difference(truth),
        truth.allowed.show(),
        verdict.to_owned(),
    ]
}

fn difference(truth: &Truth) -> String {
    let (Some(is), Some(says)) = (truth.truth.number(), truth.measured.number()) else {
        return if truth.truth == truth.measured {
            "none"
        } else {
            "other"
        }
        .to_owned();
    };
    match truth.truth {
        // How far below the most is no error.
        _ if truth.allowed == Allowed::AtMost && says <= is => "below".to_owned(),
        Figure::Count(_) => format!("{:+}", says - is),
        _ if is > 0.0 => format!("{:+.2} %", (says / is - 1.0) * 100.0),
        _ => "none".to_owned(),
    }
}

fn conclusion(truths: &[(&str, Truth)], folder: &str) -> String {
    let of = |held| truths.iter().filter(|(_, one)| one.held == held).count();
    let all = truths.len();
    let said = match overall(truths) {
        Held::Holds => format!("the instrument is right: all {all} truths hold"),
        Held::Wrong => format!(
            "the instrument is WRONG in {} of {all} truths; please report this",
            of(Held::Wrong)
        ),
        Held::Disturbed => format!(
            "the machine was too disturbed to judge {} of {all} truths; run it again when less goes on here",
            of(Held::Disturbed)
        ),
    };
    format!("{said}\nruns: {folder}\n")
}

/// One object on one line. Keys may be added; none changes its meaning without a new `schema`.
pub(super) fn json(truths: &[(&str, Truth)], folder: &str) -> String {
    let value = json!({
        "schema": "loadtest.selftest/v1",
        "verdict": overall(truths).name(),
        "run_dir": folder,
        "truths": truths.iter().map(|(experiment, truth)| one(experiment, truth)).collect::<Vec<_>>(),
    });
    value.to_string()
}

fn one(experiment: &str, truth: &Truth) -> Value {
    json!({
        "experiment": experiment,
        "what": truth.what,
        "unit": truth.truth.unit(),
        "truth": figure(&truth.truth),
        "measured": figure(&truth.measured),
        "allowed": truth.allowed.show(),
        "verdict": truth.held.name(),
        "disturbances": truth.disturbances,
    })
}

fn figure(figure: &Figure) -> Value {
    match figure {
        Figure::Nanoseconds(ns) => json!(ns.round()),
        Figure::Count(count) => json!(count),
        Figure::Word(word) => json!(word),
    }
}
