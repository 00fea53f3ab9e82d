//! A parsed query flattened to what the rules ask about: which selectors, inside what, grouped by what.

use promql_parser::parser::{Expr, LabelModifier, VectorSelector, parse};

/// What stands around a selector or a call, outermost first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Around {
    Function(&'static str),
    Grouping(Vec<String>),
    Operator,
}

impl Around {
    /// The labels that an aggregation keeps.
    pub fn labels(&self) -> Option<&[String]> {
        match self {
            Self::Grouping(by) => Some(by),
            Self::Function(_) | Self::Operator => None,
        }
    }
}

/// One selector with everything around it.
#[derive(Debug, Clone)]
pub struct Use {
    pub name: String,
    /// `(label, operator and value)`, such as `("job", "=~JOB")`.
    pub matchers: Vec<(String, String)>,
    pub around: Vec<Around>,
}

impl Use {
    pub fn inside(&self, function: &str) -> bool {
        let is = |around: &Around| matches!(around, Around::Function(name) if *name == function);
        self.around.iter().any(is)
    }

    pub fn is_counted(&self) -> bool {
        ["rate", "increase", "irate"]
            .iter()
            .any(|function| self.inside(function))
    }

    /// The labels of every aggregation around the selector, outermost first.
    pub fn groupings(&self) -> impl Iterator<Item = &[String]> {
        self.around.iter().filter_map(Around::labels)
    }
}

/// Variables get values that the rules recognise; promql-parser takes no `$`.
pub fn interpolate(query: &str) -> String {
    [
        ("$__rate_interval", "4s"),
        ("$__range", "900s"),
        ("$job", "JOB"),
        ("$instance", "INSTANCE"),
        ("$run_id", "RUN"),
        ("$run_a", "RUN_A"),
        ("$run_b", "RUN_B"),
    ]
    .iter()
    .fold(query.to_owned(), |text, (name, value)| {
        text.replace(name, value)
    })
}

/// Every selector of a query, or why it does not parse.
pub fn uses(query: &str) -> Result<Vec<Use>, String> {
    let tree = parse(&interpolate(query))?;
    let mut found = Vec::new();
    walk(&tree, &[], &mut found);
    Ok(found)
}

fn walk(expr: &Expr, around: &[Around], found: &mut Vec<Use>) {
    let within = |next: Around| [around, &[next]].concat();
    match expr {
        Expr::Aggregate(inner) => {
            let by = match &inner.modifier {
                Some(LabelModifier::Include(labels)) => labels.labels.clone(),
                Some(LabelModifier::Exclude(labels)) => panic!("without ({labels}) names no label"),
                None => Vec::new(),
            };
            walk(&inner.expr, &within(Around::Grouping(by)), found);
        }
        Expr::Binary(inner) => {
            for side in [&inner.lhs, &inner.rhs] {
                walk(side, &within(Around::Operator), found);
            }
        }
        Expr::Call(inner) => {
            for argument in &inner.args.args {
                walk(argument, &within(Around::Function(inner.func.name)), found);
            }
        }
        Expr::Paren(inner) => walk(&inner.expr, around, found),
        Expr::Unary(inner) => walk(&inner.expr, around, found),
        Expr::Subquery(inner) => walk(&inner.expr, around, found),
        Expr::VectorSelector(selector) => found.push(used(selector, around)),
        Expr::MatrixSelector(matrix) => found.push(used(&matrix.vs, around)),
        Expr::NumberLiteral(_) | Expr::StringLiteral(_) | Expr::Extension(_) => {}
    }
}

fn used(selector: &VectorSelector, around: &[Around]) -> Use {
    let matchers = selector.matchers.matchers.iter();
    Use {
        name: selector.name.clone().unwrap_or_default(),
        matchers: matchers
            .map(|matcher| {
                (
                    matcher.name.clone(),
                    format!("{}{}", matcher.op, matcher.value),
                )
            })
            .collect(),
        around: around.to_vec(),
    }
}
