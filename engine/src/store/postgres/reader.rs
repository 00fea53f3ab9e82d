//! Reads: one snapshot for all questions that waited.

use super::load::BEGIN_READ;
use super::session::{Session, bounded};
use super::{Rules, StoreError};
use crate::executor::Refused;
use crate::ledger::part::{Part, Wanted};
use crate::store::{Fault, Faults, Place, StoreUrl};
use std::sync::Arc;

/// Tries of one read.
const TRIES: u32 = 3;

/// Reads on one connection.
pub struct Reader {
    url: StoreUrl,
    rules: Arc<Rules>,
    faults: Arc<Faults>,
    session: Option<Session>,
}

impl Reader {
    /// A reader that connects when it is first asked.
    pub const fn new(url: StoreUrl, rules: Arc<Rules>, faults: Arc<Faults>) -> Self {
        Self {
            url,
            rules,
            faults,
            session: None,
        }
    }

    /// The part of the ledger that is wanted, as one snapshot had it.
    ///
    /// # Errors
    /// [`Refused::StoreDown`] when the store does not answer.
    pub async fn read(&mut self, wanted: &Wanted) -> Result<Part, Refused> {
        for _ in 0..TRIES {
            if let Err(error) = self.connect().await {
                self.met(&error);
                break;
            }
            match self.once(wanted).await {
                Ok(part) => return Ok(part),
                Err(error) => {
                    self.session = None;
                    self.met(&error);
                    if !matches!(
                        error.fault(),
                        Some(Fault::Connection | Fault::Serialization)
                    ) {
                        break;
                    }
                }
            }
        }
        Err(Refused::StoreDown)
    }

    fn met(&self, error: &StoreError) {
        self.faults.note(error.to_string());
        if let Some(fault) = error.fault() {
            self.faults.count(Place::Postgres, fault);
        }
    }

    async fn connect(&mut self) -> Result<(), StoreError> {
        if self.session.as_ref().is_none_or(Session::is_closed) {
            self.session = None;
            self.session = Some(Session::open(&self.url).await?);
        }
        Ok(())
    }

    async fn once(&self, wanted: &Wanted) -> Result<Part, StoreError> {
        let Some(session) = &self.session else {
            return Err(StoreError::Value("no connection"));
        };
        let loaded = bounded(async {
            let loaded = session.load(BEGIN_READ, wanted, None).await?;
            session.client.batch_execute("COMMIT").await?;
            Ok(loaded)
        })
        .await?;
        let rules = &self.rules;
        Ok(Part::new(rules.limits, rules.tokens.clone(), loaded.rows)?)
    }
}
