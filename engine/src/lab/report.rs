//! What an experiment found, with the article's figures beside ours.

mod wire;

use std::fmt;

/// One number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figure {
    /// What it is, with its unit.
    pub name: &'static str,
    /// What was measured here.
    pub ours: f64,
    /// What the article prints, where it prints one.
    pub article: Option<f64>,
}

impl Figure {
    /// A figure that the article does not have.
    pub const fn new(name: &'static str, ours: f64) -> Self {
        Self {
            name,
            ours,
            article: None,
        }
    }

    /// A figure beside the article's.
    pub const fn beside(name: &'static str, ours: f64, article: f64) -> Self {
        Self {
            name,
            ours,
            article: Some(article),
        }
    }
}

/// One way of doing it.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Which way.
    pub what: String,
    /// What came out.
    pub figures: Vec<Figure>,
}

/// What an experiment found.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Its name.
    pub lab: &'static str,
    /// The claim it is about.
    pub claim: &'static str,
    settings: Vec<(&'static str, String)>,
    rows: Vec<Row>,
    notes: Vec<&'static str>,
}

impl Report {
    /// A report without rows.
    pub const fn new(lab: &'static str, claim: &'static str) -> Self {
        Self {
            lab,
            claim,
            settings: Vec::new(),
            rows: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Says under which setting it was.
    pub fn set(&mut self, name: &'static str, value: impl fmt::Display) {
        self.settings.push((name, value.to_string()));
    }

    /// Adds a row.
    pub fn row(&mut self, what: impl Into<String>, figures: Vec<Figure>) {
        let what = what.into();
        self.rows.push(Row { what, figures });
    }

    /// Says how to read it.
    pub fn note(&mut self, note: &'static str) {
        self.notes.push(note);
    }

    /// The rows.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// As JSON, one object.
    pub fn json(&self) -> String {
        wire::json(self)
    }
}

/// As many digits as a reader needs.
fn shown(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 || size.fract() == 0.0 => format!("{value:.0}"),
        size if size >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.4}"),
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "lab {}: {}", self.lab, self.claim)?;
        for (name, value) in &self.settings {
            writeln!(f, "  {name} = {value}")?;
        }
        let widest = self.rows.iter().map(|row| row.what.chars().count()).max();
        for row in &self.rows {
            write!(f, "{:<width$}", row.what, width = widest.unwrap_or(0))?;
            for figure in &row.figures {
                write!(f, "   {} {}", shown(figure.ours), figure.name)?;
                if let Some(article) = figure.article {
                    write!(f, " (article {})", shown(article))?;
                }
            }
            writeln!(f)?;
        }
        for note in &self.notes {
            writeln!(f, "note: {note}")?;
        }
        Ok(())
    }
}
