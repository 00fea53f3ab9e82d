//! The audit log: every entry of the journal as a line of JSON, for those who collect logs.
//!
//! The journal is the only source. A reader of its own follows what is durable and writes lines, so that nothing waits for the log,
//! the log never tells of what a crash takes back, and whatever becomes of the file, the same lines can be written again. The last
//! line says how far it is: nothing else is remembered.

pub(crate) use entry::kind_of;
pub use entry::{Audited, Profiles};
pub use log::{AuditError, AuditLog, Progress};

mod entry;
mod log;
