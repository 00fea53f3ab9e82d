//! What a window saw of a rule's metric; windows add up to stretches.

use crate::rule::{bounds, is_lower_limit};
use record::histogram::Histogram;
use record::rule::Rule;
use record::run::{Span, Stretch};

/// What was seen of one rule's metric in some stretch of time.
#[derive(Debug, Clone)]
pub enum Seen {
    /// Durations.
    Times {
        /// Of what finished.
        finished: Histogram,
        /// Lower bounds of what did not; boxed because it is rare, and histograms are large.
        unfinished: Option<Box<Histogram>>,
    },
    /// A share.
    Ratio {
        /// Those the metric counts.
        part: u64,
        /// All of them.
        whole: u64,
    },
    /// Events per second.
    Rate {
        /// Those the metric counts.
        events: u64,
        /// Requests that finished: what it stands on.
        requests: u64,
    },
}

impl Seen {
    /// Durations, with lower bounds of what did not finish.
    pub fn times(finished: Histogram, unfinished: &Histogram) -> Self {
        let unfinished = (!unfinished.is_empty()).then(|| Box::new(unfinished.clone()));
        Self::Times {
            finished,
            unfinished,
        }
    }

    /// Adds what another window saw of the same metric; what is of another kind is not added.
    pub fn add(&mut self, other: &Self) {
        match (self, other) {
            (
                Self::Times {
                    finished,
                    unfinished,
                },
                Self::Times {
                    finished: more,
                    unfinished: more_unfinished,
                },
            ) => {
                finished.add(more);
                if let Some(more) = more_unfinished {
                    unfinished.get_or_insert_default().add(more);
                }
            }
            (
                Self::Ratio { part, whole },
                Self::Ratio {
                    part: more,
                    whole: of,
                },
            ) => {
                *part += more;
                *whole += of;
            }
            (
                Self::Rate { events, requests },
                Self::Rate {
                    events: more,
                    requests: of,
                },
            ) => {
                *events += more;
                *requests += of;
            }
            _ => {}
        }
    }

    /// The rule's figure in that stretch.
    pub fn stretch(&self, rule: &Rule, span: Span) -> Stretch {
        match self {
            Self::Times {
                finished,
                unfinished,
            } => of_times(rule, span, finished, unfinished.as_deref()),
            Self::Ratio { part, whole } => {
                let value = (*whole > 0).then(|| *part as f64 / *whole as f64);
                let beyond = if is_lower_limit(rule) {
                    whole - part
                } else {
                    *part
                };
                exactly(span, value, *whole, beyond)
            }
            Self::Rate { events, requests } => {
                let seconds = span.length().as_secs_f64();
                let known = seconds > 0.0 && *requests > 0;
                exactly(span, known.then(|| *events as f64 / seconds), *requests, 0)
            }
        }
    }
}

fn exactly(span: Span, value: Option<f64>, samples: u64, beyond: u64) -> Stretch {
    Stretch {
        span,
        low: value,
        high: value,
        samples,
        beyond,
    }
}

fn of_times(
    rule: &Rule,
    span: Span,
    finished: &Histogram,
    unfinished: Option<&Histogram>,
) -> Stretch {
    let none = Histogram::new();
    let unfinished = unfinished.unwrap_or(&none);
    let (low, high) = bounds(rule.term, finished, unfinished);
    let limit = rule.limit.max(0.0) as u64;
    let samples = finished.count() + unfinished.count();
    let within = finished.count_at_or_below(limit) + unfinished.count_at_or_below(limit);
    Stretch {
        span,
        low,
        high,
        samples,
        beyond: if is_lower_limit(rule) {
            within
        } else {
            samples - within
        },
    }
}
