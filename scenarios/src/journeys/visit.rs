//! What one user keeps from visit to visit: buffers, so that a request is rendered without allocating.

use super::answer::Answer;
use super::check::Texts;
use super::cookies::Jar;
use super::extract::Kept;
use super::moment::Moment;
use super::script::{Script, Step};
use super::template::Scene;
use super::values::Values;
use driver::Request;

/// One user's visit.
#[derive(Debug, Default)]
pub(super) struct Visit {
    pub(super) memory: Memory,
    pub(super) message: Message,
}

/// What a visit remembers of its answers, and what it needs to look at the next one.
#[derive(Debug, Default)]
pub(super) struct Memory {
    values: Values,
    jar: Jar,
    texts: Texts,
}

/// What was seen of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) checks: Held,
    /// Whether everything that later steps need was there.
    pub(super) kept: Kept,
}

/// Whether all checks of a step held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Held {
    Yes,
    No,
}

/// The texts of one request.
#[derive(Debug, Default)]
pub(super) struct Message {
    pub(super) path: String,
    body: String,
    /// Values of header fields, one after the other.
    values: String,
    /// Where each ends.
    ends: Vec<usize>,
    cookie: String,
}

impl Visit {
    /// Begins the visit of arrival number `arrival`.
    pub(super) fn begin(&mut self, script: &Script, arrival: u64) {
        let Memory { values, jar, .. } = &mut self.memory;
        jar.clear();
        values.begin(&script.defaults, &script.feeders, script.seed, arrival);
    }

    /// Renders the request of a step.
    pub(super) fn compose(&mut self, script: &Script, step: &Step, moment: Moment) {
        let scene = Scene {
            moment,
            values: &self.memory.values,
            feeders: &script.feeders,
        };
        self.message.render(step, &scene);
        self.message.cookie.clear();
        if script.cookies && !step.has_own_cookie {
            self.memory.jar.write(&mut self.message.cookie);
        }
    }
}

impl Memory {
    /// Takes cookies, checks the answer and keeps what later steps need of it, also of an answer that fails a check.
    pub(super) fn look(
        &mut self,
        script: &Script,
        step: &Step,
        moment: Moment,
        answer: &Answer<'_>,
    ) -> Seen {
        if script.cookies {
            self.jar.take(answer);
        }
        let scene = Scene {
            moment,
            values: &self.values,
            feeders: &script.feeders,
        };
        let mut checks = step.checks.iter();
        let good = checks.all(|check| check.holds(answer, &scene, &mut self.texts));
        let mut extracts = step.extracts.iter();
        let whole = extracts.all(|extract| extract.keep(answer, &mut self.values) == Kept::Yes);
        Seen {
            checks: if good { Held::Yes } else { Held::No },
            kept: if whole { Kept::Yes } else { Kept::Missing },
        }
    }
}

impl Message {
    fn render(&mut self, step: &Step, scene: &Scene<'_>) {
        self.path.clear();
        step.path.render(scene, &mut self.path);
        self.body.clear();
        if let Some(body) = &step.body {
            body.render(scene, &mut self.body);
        }
        self.values.clear();
        self.ends.clear();
        for (_, value) in &step.fields {
            value.render(scene, &mut self.values);
            self.ends.push(self.values.len());
        }
    }

    /// Writes the header fields of the request to `fields`, which have to be one more than the step's, and says how many they are.
    pub(super) fn fields<'a>(&'a self, step: &'a Step, fields: &mut [(&'a str, &'a str)]) -> usize {
        let mut from = 0;
        let named = step.fields.iter().zip(&self.ends);
        for (place, ((name, _), &end)) in fields.iter_mut().zip(named) {
            *place = (name, &self.values[from..end]);
            from = end;
        }
        let mut used = step.fields.len();
        if !self.cookie.is_empty() {
            fields[used] = ("cookie", &self.cookie);
            used += 1;
        }
        used
    }

    /// The rendered request, with these header fields.
    pub(super) fn request<'a>(
        &'a self,
        step: &'a Step,
        fields: &'a [(&'a str, &'a str)],
    ) -> Request<'a> {
        let request = Request::new(&step.method, &self.path)
            .headers(fields)
            .expect(&step.statuses);
        match step.body {
            Some(_) => request.body(self.body.as_bytes()),
            None => request,
        }
    }
}
