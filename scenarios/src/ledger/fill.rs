//! What a run finds in the ledger: accounts, and tokens in each.

use super::{START_TOKENS, client};
use driver::{Client, ClientError};

/// Members of a batch: a thousand accounts are filled with two requests instead of two thousand, eight times in every round of a gate.
const BATCH: usize = 1000;

/// Opens an account; its id is the command's, too.
pub(super) fn open(account: &str) -> String {
    format!(r#"{{"kind":"open","id":"{account}","account":"{account}"}}"#)
}

/// Gives an account the tokens that it starts with.
pub(super) fn mint(id: &str, account: &str) -> String {
    format!(r#"{{"kind":"mint","id":"{id}","account":"{account}","amount":"{START_TOKENS}"}}"#)
}

/// Sends commands that must all succeed: in batches, and where one is not taken, as with a queue that is shorter than it, one by one.
pub(super) async fn send(client: &Client, commands: &[String]) -> Result<(), ClientError> {
    for commands in commands.chunks(BATCH) {
        if client::batch(client, commands).await.is_err() {
            client.post_each("/v1/commands", commands.to_vec()).await?;
        }
    }
    Ok(())
}
