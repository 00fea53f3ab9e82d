//! Every metric after some valid rounds: tested together, labelled one by one.

use super::design::{Design, Look};
use super::detect::{Detectable, Grade, detectable};
use super::errors::{ErrorRates, error_rates};
use super::exact::{Exact, exact};
use super::figure::{Figure, figure};
use super::holm::holm;
use super::slo::{SloResult, slos};
use super::verdict::{Label, MetricResult, Mode};
use record::comparison::{GatedMetric, Metric, Round};

/// Everything that rounds say.
pub(super) struct Measured {
    pub(super) metrics: Vec<MetricResult>,
    pub(super) others: Vec<Figure>,
    pub(super) errors: ErrorRates,
    pub(super) slos: Vec<SloResult>,
    pub(super) notes: Vec<String>,
}

impl Measured {
    /// An intersection-union test: every metric must show by itself that it is no worse.
    pub(super) fn is_passing(&self) -> bool {
        let measured = self.metrics.iter().any(|one| one.figure.is_some());
        measured
            && self.metrics.iter().all(MetricResult::is_settled)
            && self.errors.is_no_worse
            && self.slos.iter().all(|slo| slo.is_kept)
    }
}

impl MetricResult {
    /// True if it stands in no pass's way: shown to be no worse, or measured by nobody, which is a note.
    pub(super) fn is_settled(&self) -> bool {
        self.is_no_worse || self.label == Label::NotMeasured
    }
}

/// What these rounds say; `look` gives the levels, and nothing is rejected without one.
pub(super) fn measure(design: &Design, rounds: &[&Round], look: Option<Look>) -> Measured {
    let plan = &design.plan;
    let alpha = look.map_or(0.0, |look| look.alpha);
    let tests = design.tests();
    let of = |metric| figure(metric, rounds, plan.test, plan.beta);
    let figures: Vec<Option<Figure>> = plan.metrics.iter().map(|gated| of(gated.metric)).collect();
    let p = |side: fn(&Figure) -> f64| -> Vec<f64> {
        figures
            .iter()
            .map(|one| one.as_ref().map_or(1.0, side))
            .collect()
    };
    let worse = holm(&p(|figure| figure.p_worse), alpha, tests);
    let better = holm(&p(|figure| figure.p_better), alpha, tests);
    let tested = plan
        .metrics
        .iter()
        .zip(figures)
        .zip(worse.into_iter().zip(better));
    let metrics: Vec<MetricResult> = tested
        .map(|((gated, figure), (worse, better))| {
            Tested {
                gated: *gated,
                worse,
                better: better.0,
            }
            .result(figure, rounds, design)
        })
        .collect();
    let gated = |metric: &Metric| plan.metrics.iter().any(|one| one.metric == *metric);
    let others = Metric::ALL
        .into_iter()
        .filter(|metric| !gated(metric))
        .filter_map(of);
    Measured {
        others: others.collect(),
        errors: error_rates(rounds, plan, alpha / tests as f64),
        slos: slos(&plan.slos, rounds, alpha, plan.beta),
        notes: notes(&metrics),
        metrics,
    }
}

/// A gated metric with what the tests of its family say.
struct Tested {
    gated: GatedMetric,
    worse: (bool, f64),
    better: bool,
}

impl Tested {
    fn result(self, figure: Option<Figure>, rounds: &[&Round], design: &Design) -> MetricResult {
        let (is_rejected, level) = self.worse;
        let Some(figure) = figure else {
            return self.unmeasured(rounds);
        };
        let exactly = exact(&self.gated, &figure.pairs);
        let mode = match exactly {
            Some(_) => Mode::Exact,
            None if figure.logs.is_empty() => Mode::Difference,
            None => Mode::Ratio,
        };
        let no_worse = no_worse(&self.gated, &figure, exactly);
        let noise = figure.noise.filter(|_| mode == Mode::Ratio);
        MetricResult {
            gated: self.gated,
            label: self.label(&figure, exactly, no_worse),
            mode,
            is_rejected,
            level,
            is_no_worse: no_worse,
            detectable: match mode {
                Mode::Exact => Some(exactly_detectable(&self.gated, &figure)),
                _ => noise.and_then(|noise| detected(&self.gated, noise, figure.baseline, design)),
            },
            grade: noise.map(|noise| Grade::of(noise, self.gated.margin)),
            figure: Some(figure),
        }
    }

    // Measured in one arm only is not "not measured": the candidate may have lost its counters, and a pass would hide that.
    fn unmeasured(self, rounds: &[&Round]) -> MetricResult {
        let metric = self.gated.metric;
        let has = |round: &&Round| {
            round.baseline.value(metric).is_some() || round.candidate.value(metric).is_some()
        };
        MetricResult {
            gated: self.gated,
            figure: None,
            mode: Mode::Ratio,
            label: if rounds.iter().any(has) {
                Label::Unclear
            } else {
                Label::NotMeasured
            },
            is_rejected: false,
            level: self.worse.1,
            is_no_worse: false,
            detectable: None,
            grade: None,
        }
    }

    fn label(&self, figure: &Figure, exactly: Option<Exact>, no_worse: bool) -> Label {
        let rejected = self.worse.0;
        let delta = self.gated.margin.ln_1p();
        let has_ratio = !figure.logs.is_empty();
        let beyond_floor = match self.gated.floor {
            Some(floor) => figure.absolute_median >= floor,
            None => has_ratio,
        };
        let beyond_margin = !has_ratio || figure.theta > delta;
        let bounds = figure.beta_bounds;
        if exactly == Some(Exact::Worse) || rejected && beyond_margin && beyond_floor {
            Label::Regressed
        } else if rejected && beyond_margin {
            Label::BelowFloor
        } else if rejected && no_worse {
            Label::WithinBudget
        } else if has_ratio && bounds.high < delta && bounds.low > -delta {
            Label::Unchanged
        } else if self.better {
            Label::Improved
        } else if no_worse {
            Label::NoWorse
        } else {
            Label::Unclear
        }
    }
}

// A worsening by the margin, or by the floor where there is one, is excluded.
fn no_worse(gated: &GatedMetric, figure: &Figure, exactly: Option<Exact>) -> bool {
    let by_ratio = !figure.logs.is_empty() && figure.beta_bounds.high < gated.margin.ln_1p();
    let by_floor = match gated.floor {
        Some(floor) => figure.absolute_high < floor,
        None => figure.logs.is_empty() && figure.absolute_high <= 0.0,
    };
    match exactly {
        Some(Exact::Worse) => false,
        Some(Exact::NoWorse) => true,
        Some(Exact::Between) | None => by_ratio || by_floor,
    }
}

fn detected(gated: &GatedMetric, noise: f64, baseline: f64, design: &Design) -> Option<Detectable> {
    let look = design.last_failing()?;
    Some(detectable(
        gated,
        noise,
        baseline,
        design.found?,
        look.rounds,
    ))
}

// Without noise everything beyond margin and floor is found.
fn exactly_detectable(gated: &GatedMetric, figure: &Figure) -> Detectable {
    let floor = gated
        .floor
        .filter(|_| figure.baseline > 0.0)
        .map_or(0.0, |floor| floor / figure.baseline);
    Detectable {
        relative: gated.margin.max(floor),
        by_floor: floor > gated.margin,
    }
}

fn notes(metrics: &[MetricResult]) -> Vec<String> {
    let mut notes = Vec::new();
    for one in metrics {
        let title = one.gated.metric.title();
        match (&one.figure, one.label) {
            (None, Label::NotMeasured) => notes.push(format!(
                "{title} was not measured: nothing is said about it"
            )),
            (None, _) => notes.push(format!("{title} was measured in one arm only")),
            (Some(figure), _) => {
                notes.extend(out_of_reach(one, figure));
                let other = figure.p_other <= one.level;
                if one.level > 0.0 && one.mode == Mode::Ratio && other != one.is_rejected {
                    notes.push(format!(
                        "the rank test and Student's test disagree about {title}"
                    ));
                }
            }
        }
    }
    notes
}

// A margin that this machine cannot hold leaves identical builds undecided, and no number of rounds within reason helps.
fn out_of_reach(one: &MetricResult, figure: &Figure) -> Option<String> {
    let noise = figure.noise.filter(|_| one.grade >= Some(Grade::C))?;
    Some(format!(
        "the margin of {} ({:.1} %) is out of reach: rounds differ by {:.1} % by themselves; lengthen the windows, or take the margin that --aa proposes",
        one.gated.metric.title(),
        one.gated.margin * 100.0,
        noise.exp_m1() * 100.0
    ))
}
