//! One rule while the run is on.

use super::{Seen, held};
use record::rule::Rule;
use record::run::{RuleStretches, Span, Stretch};
use std::collections::VecDeque;
use std::time::Duration;

/// Parts of a stretch that are kept apart. A histogram takes a quarter of a MiB, so a rule over ten minutes is judged every ten seconds
/// and not every second.
const MOST_PARTS: u32 = 60;

/// Forms the stretches of a rule and says when it stops the run.
#[derive(Debug, Clone)]
pub struct Watch {
    rule: Rule,
    parts: VecDeque<(Span, Seen)>,
    stretches: Vec<Stretch>,
    /// The end of the first stretch since which all are broken.
    broken_since: Option<Duration>,
}

impl Watch {
    /// `None` for a rule that is judged at the end only.
    pub fn of(rule: &Rule) -> Option<Self> {
        (rule.over.is_some() || rule.abort.is_some()).then(|| Self {
            rule: rule.clone(),
            parts: VecDeque::new(),
            stretches: Vec::new(),
            broken_since: None,
        })
    }

    /// Takes the memory of so many stretches, 80 bytes each, now and not while the run is on. It is written to once, because memory that is
    /// only promised is taken as it is used.
    pub fn reserve(&mut self, stretches: usize) {
        const EMPTY: Stretch = Stretch {
            span: Span {
                start: Duration::ZERO,
                end: Duration::ZERO,
            },
            low: None,
            high: None,
            samples: 0,
            beyond: 0,
        };
        if self.rule.over.is_some() && self.stretches.is_empty() {
            self.stretches = vec![EMPTY; stretches];
            self.stretches.clear();
        }
    }

    /// The rule.
    pub fn rule(&self) -> &Rule {
        &self.rule
    }

    /// Takes what the next window of the steady phase saw. Says why the run is to stop, if it is.
    pub fn push(&mut self, span: Span, seen: Seen) -> Option<String> {
        self.keep(span, seen);
        let stretch = self.stretch()?;
        if self.rule.over.is_some() {
            self.stretches.push(stretch);
        }
        if held(&self.rule, &stretch) != Some(false) {
            self.broken_since = None;
            return None;
        }
        let end = stretch.span.end;
        let since = *self.broken_since.get_or_insert(end);
        let broken_for = end.saturating_sub(since);
        let patience = self.rule.abort?;
        (broken_for >= patience).then(|| self.told(&stretch, broken_for))
    }

    /// What the record keeps of a rule `over` a time.
    pub fn facts(&self) -> Option<RuleStretches> {
        self.rule.over.map(|_| RuleStretches {
            rule: self.rule.text.clone(),
            stretches: self.stretches.clone(),
        })
    }

    #[cfg(test)]
    pub(super) fn room(&self) -> (*const Stretch, usize) {
        (self.stretches.as_ptr(), self.stretches.capacity())
    }

    #[cfg(test)]
    pub(super) fn parts_kept(&self) -> usize {
        self.parts.len()
    }

    // Windows of a long stretch are put together, and so are all of a rule about the whole run.
    fn keep(&mut self, span: Span, seen: Seen) {
        let width = self
            .rule
            .over
            .map_or(Duration::MAX, |over| over / MOST_PARTS);
        match self.parts.back_mut() {
            Some((last, sum)) if last.length() < width => {
                last.end = span.end;
                sum.add(&seen);
            }
            _ => self.parts.push_back((span, seen)),
        }
    }

    // The last parts that are as long as the rule says; `None` while there are too few, or the last part is not complete.
    fn stretch(&mut self) -> Option<Stretch> {
        let end = self.parts.back()?.0.end;
        if let Some(over) = self.rule.over {
            while self
                .parts
                .get(1)
                .is_some_and(|(span, _)| end.saturating_sub(span.start) >= over)
            {
                self.parts.pop_front();
            }
        }
        let last = self.parts.back()?.0;
        let (first, sum) = self.parts.front()?;
        let span = Span {
            start: first.start,
            end,
        };
        if let Some(over) = self.rule.over
            && (span.length() < over || last.length() < over / MOST_PARTS)
        {
            return None;
        }
        let mut all = sum.clone();
        for (_, more) in self.parts.iter().skip(1) {
            all.add(more);
        }
        Some(all.stretch(&self.rule, span))
    }

    fn told(&self, stretch: &Stretch, broken_for: Duration) -> String {
        let seen = stretch
            .low
            .map_or_else(|| "nothing".to_owned(), |value| self.rule.show(value));
        let lasting = if broken_for.is_zero() {
            String::new()
        } else {
            format!(", and broken for {:.1} s", broken_for.as_secs_f64())
        };
        format!(
            "{} stopped the run after {:.1} s: {seen} from {} samples in the {:.1} s before{lasting}",
            self.rule,
            stretch.span.end.as_secs_f64(),
            stretch.samples,
            stretch.span.length().as_secs_f64()
        )
    }
}
