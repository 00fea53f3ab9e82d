//! The kinds of panels we draw. A board says what to show; here stands how it looks, so that all boards look alike.

use record::catalog::Family;

use crate::expr::{Dimension, Expr};
use crate::wire::{
    Color, DATA_SOURCE, Defaults, FieldConfig, GridPos, Matcher, Options, Override, Panel,
    Property, Step, Target, TextOptions, Thresholds,
};

pub use heat_map::heat_map;
pub use stat::{Reading, names, stat};
pub use table::{column, facts, runs, table};
pub use time_series::{
    stacked, time_series, time_series_below, time_series_on_log_axis, with_legend_below,
};

mod heat_map;
mod stat;
mod table;
mod time_series;

/// What a panel is about: its stable id, title, and description.
pub struct About {
    id: u32,
    title: &'static str,
    description: String,
}

/// The description starts with the family's own sentence; `advice` adds the healthy value and what to do otherwise.
pub fn about(id: u32, title: &'static str, family: &Family, advice: &str) -> About {
    About {
        id,
        title,
        description: format!("{} {advice}", family.help),
    }
}

/// How a line is drawn; failures, limits and the second run are dashed as well, because colour is never the only cue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    Plain,
    Failure,
    Limit,
    Baseline,
    Candidate,
}

/// One query with its name in the legend.
pub struct Query {
    expr: Expr,
    legend: &'static str,
    style: Style,
}

/// A query drawn as a plain line. `{{label}}` in the legend stands for the label's value.
pub fn query(legend: &'static str, expr: Expr) -> Query {
    let style = Style::Plain;
    Query {
        expr,
        legend,
        style,
    }
}

impl Query {
    /// Draws it red and dashed: something went wrong.
    pub fn failure(mut self) -> Self {
        self.style = Style::Failure;
        self
    }

    /// Draws it grey and dashed: a bound, not a measurement.
    pub fn limit(mut self) -> Self {
        self.style = Style::Limit;
        self
    }

    /// Draws it as the run that another is laid over: blue and solid.
    pub fn baseline(mut self) -> Self {
        self.style = Style::Baseline;
        self
    }

    /// Draws it as the run that is laid over another: orange and dashed.
    pub fn candidate(mut self) -> Self {
        self.style = Style::Candidate;
        self
    }
}

/// The heading of a section.
pub fn heading(id: u32, title: &'static str) -> Panel {
    Panel {
        collapsed: Some(false),
        datasource: None,
        ..empty(id, "row", title)
    }
}

/// A panel of Markdown.
pub fn text(id: u32, title: &'static str, content: &'static str) -> Panel {
    let mode = "markdown";
    Panel {
        options: Some(Options::Text(TextOptions { mode, content })),
        datasource: None,
        ..empty(id, "text", title)
    }
}

/// Says `instead` where there is nothing to show and that is no fault.
pub fn or_say(instead: &'static str, mut panel: Panel) -> Panel {
    if let Some(fields) = &mut panel.field_config {
        fields.defaults.no_value = Some(instead);
    }
    panel
}

fn empty(id: u32, kind: &'static str, title: &'static str) -> Panel {
    Panel {
        id,
        kind,
        title,
        description: String::new(),
        datasource: Some(DATA_SOURCE),
        grid_pos: GridPos::default(),
        field_config: None,
        options: None,
        targets: Vec::new(),
        transformations: Vec::new(),
        collapsed: None,
    }
}

fn described(kind: &'static str, about: About) -> Panel {
    Panel {
        description: about.description,
        ..empty(about.id, kind, about.title)
    }
}

/// Whether a query asks for a line over time or for one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asks {
    Line,
    Number,
    Table,
    Buckets,
}

fn targets(queries: &[Query], asks: Asks) -> Vec<Target> {
    let instant = !matches!(asks, Asks::Line | Asks::Buckets);
    let target = |(letter, query): (char, &Query)| Target {
        ref_id: letter.to_string(),
        datasource: DATA_SOURCE,
        editor_mode: "code",
        expr: query.expr.to_string(),
        format: match asks {
            Asks::Table => "table",
            Asks::Buckets => "heatmap",
            Asks::Line | Asks::Number => "time_series",
        },
        instant,
        range: !instant,
        legend_format: query.legend,
    };
    ('A'..='Z').zip(queries).map(target).collect()
}

/// The one dimension of all queries.
fn dimension(about: &About, queries: &[Query]) -> Dimension {
    let mut dimensions = queries.iter().map(|query| query.expr.dimension());
    let first = dimensions.next().expect("a panel shows at least one query");
    dimensions.fold(first, |shared, next| {
        let title = about.title;
        let both = shared.combine(next);
        both.unwrap_or_else(|| panic!("{title}: {shared:?} and {next:?} on one axis"))
    })
}

fn field_config(dimension: Dimension, overrides: Vec<Override>) -> FieldConfig {
    FieldConfig {
        defaults: Defaults {
            unit: dimension.unit(),
            decimals: None,
            min: None,
            no_value: None,
            color: palette(),
            thresholds: thresholds(None),
            custom: None,
        },
        overrides,
    }
}

fn palette() -> Color {
    Color {
        mode: "palette-classic",
        fixed_color: None,
    }
}

fn thresholds(red_from: Option<f64>) -> Thresholds {
    let base = Step {
        color: "green",
        value: None,
    };
    let red = red_from.map(|value| Step {
        color: "red",
        value: Some(value),
    });
    Thresholds {
        mode: "absolute",
        steps: std::iter::once(base).chain(red).collect(),
    }
}

/// What is different for the values of one name. A legend with `{{label}}` in it names many: all that begin the same.
fn for_field(name: &'static str, properties: Vec<Property>) -> Override {
    let matcher = match name.split_once("{{") {
        None => Matcher {
            id: "byName",
            options: name.to_owned(),
        },
        Some((start, _)) => Matcher {
            id: "byRegexp",
            options: format!("/^{start}/"),
        },
    };
    Override {
        matcher,
        properties,
    }
}

#[cfg(test)]
mod tests;
