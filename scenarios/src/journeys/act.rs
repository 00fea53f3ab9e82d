//! A script acted by a user: one visit is one Goose transaction, and one arrival.

use super::answer::Answer;
use super::extract::Kept;
use super::moment::Moment;
use super::script::{MOST_FIELDS, Script, Step};
use super::visit::{Held, Visit};
use driver::{Failed, Reply, Session, session};
use goose::goose::{GooseUser, TransactionFunction, TransactionResult};
use record::failure::FailureKind;
use std::sync::Arc;

/// How a step ended.
enum Ended {
    Well,
    /// It failed, and what follows can be as the plan means it.
    Badly(Failed),
    /// It failed, and there is nothing to go on with.
    ForGood(Failed),
}

impl Script {
    /// What Goose calls for each visit.
    pub(crate) fn transaction(self: Arc<Self>) -> TransactionFunction {
        Arc::new(move |user| {
            let script = self.clone();
            Box::pin(async move { script.act(user).await })
        })
    }

    async fn act(&self, user: &mut GooseUser) -> TransactionResult {
        let session = session(user);
        let user = session.user();
        let mut visit = self.take(user);
        let result = self.visit(session, &mut visit).await;
        self.give_back(user, visit);
        // The driver has noted each failure; the first one is what Goose hears.
        result.map_err(Into::into)
    }

    async fn visit(&self, session: &mut Session, visit: &mut Visit) -> Result<(), Failed> {
        visit.begin(self, session.arrival());
        let mut result = Ok(());
        for (number, step) in self.steps.iter().enumerate() {
            let moment = Moment {
                seed: self.seed,
                arrival: session.arrival(),
                user: session.user(),
                step: number,
            };
            visit.compose(self, step, moment);
            match self.attempt(session, step, moment, visit).await {
                Ended::Well => {}
                Ended::Badly(failed) => result = result.and(Err(failed)),
                Ended::ForGood(failed) => return result.and(Err(failed)),
            }
            let think = moment.pause(step.think);
            if !think.is_zero() || step.expected.is_some() {
                session.pause(think, step.expected).await;
            }
        }
        result
    }

    async fn attempt(
        &self,
        session: &mut Session,
        step: &Step,
        moment: Moment,
        visit: &mut Visit,
    ) -> Ended {
        let Visit { memory, message } = visit;
        let mut fields = [("", ""); MOST_FIELDS + 1];
        let used = message.fields(step, &mut fields);
        let request = message.request(step, &fields[..used]);
        let mut kept = step.without_an_answer();
        let look = |reply: Reply<'_>| {
            let answer = Answer::new(&reply, reply.body, reply.body_bytes, reply.service);
            let seen = memory.look(self, step, moment, &answer);
            kept = seen.kept;
            seen.checks == Held::Yes && seen.kept == Kept::Yes
        };
        let result = session.send_checked(moment.step, request, look).await;
        match result.map(|_| ()) {
            Ok(()) => Ended::Well,
            Err(failed) if kept == Kept::Yes && was_answered(failed) => Ended::Badly(failed),
            Err(failed) => Ended::ForGood(failed),
        }
    }
}

impl Step {
    // What is kept of an answer that is not looked at: one with a status that the step does not expect.
    fn without_an_answer(&self) -> Kept {
        if self.extracts.is_empty() {
            Kept::Yes
        } else {
            Kept::Missing
        }
    }
}

fn was_answered(failed: Failed) -> bool {
    matches!(failed.0, FailureKind::Status | FailureKind::Check)
}
