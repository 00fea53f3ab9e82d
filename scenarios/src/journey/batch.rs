//! Move units many times in one request: the records of 128 bytes, or protobuf. How many, the plan says.

mod protobuf;
mod raw;

use crate::Known;
use crate::ledger::{Data, Fate};
use driver::{Request, session};
use goose::goose::{GooseUser, TransactionResult};
use record::failure::FailureKind;
use std::sync::Arc;

pub(super) const RAW: Known = Known {
    name: "batch_raw",
    summary: "move units in one request of many 128-byte records; `[data] batch` says how many",
    steps: &["raw_batch"],
};

pub(super) const PROTOBUF: Known = Known {
    name: "batch_protobuf",
    summary: "the same in protobuf",
    steps: &["protobuf_batch"],
};

/// The number that the engine has for the kind.
const TRANSFER: u16 = 3;
/// The number of the first token, which is meant.
const TOKEN: u32 = 1;

/// How a batch is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Raw,
    Protobuf,
}

impl Form {
    const fn media_type(self) -> &'static str {
        match self {
            Self::Raw => "application/octet-stream",
            Self::Protobuf => "application/x-protobuf",
        }
    }

    fn encode(self, data: &Data, first: u64) -> Vec<u8> {
        let places = 0..data.batch();
        let transfers = places.map(|place| data.transfer(first + u64::from(place)));
        match self {
            Self::Raw => raw::encode(transfers),
            Self::Protobuf => protobuf::encode(transfers),
        }
    }

    /// The status of each command, in their order; `None` if the body is no answer of this form.
    fn statuses(self, body: &[u8]) -> Option<Vec<u64>> {
        match self {
            Self::Raw => raw::statuses(body),
            Self::Protobuf => protobuf::statuses(body),
        }
    }
}

pub(super) async fn run(user: &mut GooseUser, data: Arc<Data>, form: Form) -> TransactionResult {
    let session = session(user);
    let first = data.number(session.arrival());
    let count = data.batch();
    let body = form.encode(&data, first);
    // Noted before it is sent: an answer that never comes leaves the fates open, and the audit accepts either.
    data.note_each(first, (0..count).map(|_| Fate::Unknown));
    let fields = [("content-type", form.media_type())];
    let request = Request::new("POST", "/v1/batch")
        .headers(&fields)
        .body(&body);
    let mut answered = None;
    let sent = session.send_checked(0, request, |reply| {
        answered = form
            .statuses(reply.body)
            .filter(|statuses| statuses.len() == count as usize);
        answered
            .as_ref()
            .is_some_and(|statuses| statuses.iter().all(|status| *status == 0))
    });
    let failed = sent.await.map(drop);
    match (&failed, answered) {
        (_, Some(statuses)) => data.note_each(first, statuses.into_iter().map(fate)),
        (Err(failed), None) if failed.0 == FailureKind::Status => {
            data.note_each(first, (0..count).map(|_| Fate::Refused));
        }
        _ => {}
    }
    Ok(failed?)
}

const fn fate(status: u64) -> Fate {
    if status == 0 {
        Fate::Accepted
    } else {
        Fate::Refused
    }
}
