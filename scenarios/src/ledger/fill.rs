//! What a run finds in the ledger: accounts, and tokens in each.

use super::{START_TOKENS, client};
use driver::{Client, ClientError};

/// A command of the preparation, as the short form of its kind takes it and as a batch does.
pub(super) trait Prepared {
    fn alone(&self) -> String;
    fn in_batch(&self) -> String;
}

/// An account to open; its id is the command's, too.
pub(super) struct Opening {
    pub(super) id: String,
}

impl Prepared for Opening {
    fn alone(&self) -> String {
        format!(r#"{{"id":"{}"}}"#, self.id)
    }

    fn in_batch(&self) -> String {
        let id = &self.id;
        format!(r#"{{"kind":"open","id":"{id}","account":"{id}"}}"#)
    }
}

/// The tokens that an account starts with.
pub(super) struct Minting {
    pub(super) id: String,
    pub(super) account: String,
}

impl Minting {
    fn fields(&self) -> String {
        let Self { id, account } = self;
        format!(r#""id":"{id}","account":"{account}","amount":"{START_TOKENS}""#)
    }
}

impl Prepared for Minting {
    fn alone(&self) -> String {
        format!("{{{}}}", self.fields())
    }

    fn in_batch(&self) -> String {
        format!(r#"{{"kind":"mint",{}}}"#, self.fields())
    }
}

/// Members of a batch of the preparation: a thousand accounts are filled with two requests instead of two thousand, eight times in every round of
/// a gate.
const BATCH: usize = 1000;

/// Sends commands that must all succeed: in batches, and where one is not taken, as with a queue that is shorter than it, one by one to `path`.
pub(super) async fn commands(
    client: &Client,
    path: &str,
    commands: &[impl Prepared],
) -> Result<(), ClientError> {
    for commands in commands.chunks(BATCH) {
        let members: Vec<String> = commands.iter().map(Prepared::in_batch).collect();
        if client::batch(client, &members).await.is_err() {
            let bodies = commands.iter().map(Prepared::alone);
            client.post_each(path, bodies.collect()).await?;
        }
    }
    Ok(())
}
