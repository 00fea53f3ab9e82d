//! Proof of history: every link of every chain, computed again from the entries that lie there.

use super::chain::Chain;
use super::session::{Session, bounded};
use super::types::Uuid;
use super::{StoreError, rows};
use crate::journal::EngineId;
use crate::store::StoreUrl;
use tokio_postgres::Row;

const LINKS: &str = "SELECT engine, number, first_sequence, entries, time_ns, previous, hash
     FROM token_groups ORDER BY engine, number";

/// What was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Verified {
    /// Chains, one for each connection that wrote.
    pub chains: u64,
    /// Their links.
    pub links: u64,
    /// Entries below them.
    pub entries: u64,
}

/// Checks that every entry lies below exactly one link, and that every link gives its hash.
///
/// # Errors
/// A store that cannot be read, or the first link that does not hold.
pub async fn verify(url: &StoreUrl) -> Result<Verified, StoreError> {
    let session = Session::open(url).await?;
    let links = bounded(async { Ok(session.client.query(LINKS, &[]).await?) }).await?;
    let mut verified = Verified::default();
    let mut chain = Chain::new(EngineId([0; 16]));
    for row in &links {
        let engine = EngineId(row.try_get::<_, Uuid>(0)?.0.to_be_bytes());
        if verified.chains == 0 || engine != chain.engine {
            chain = Chain::new(engine);
            verified.chains += 1;
        }
        verified.entries += link(&session, &mut chain, row).await?;
        verified.links += 1;
    }
    let counted = session
        .client
        .query_one("SELECT count(*) FROM token_entries", &[])
        .await?;
    if counted.try_get::<_, i64>(0)?.cast_unsigned() == verified.entries {
        Ok(verified)
    } else {
        Err(StoreError::Value("entries that no chain has"))
    }
}

/// The same, for callers who may block.
///
/// # Errors
/// As [`verify`].
pub fn verify_blocking(url: &StoreUrl) -> Result<Verified, StoreError> {
    super::runtime()?.block_on(verify(url))
}

/// Its entries, if they give its hash.
async fn link(session: &Session, chain: &mut Chain, row: &Row) -> Result<u64, StoreError> {
    let (number, first, count): (i64, i64, i64) =
        (row.try_get(1)?, row.try_get(2)?, row.try_get(3)?);
    let (time_ns, previous, hash): (i64, &[u8], &[u8]) =
        (row.try_get(4)?, row.try_get(5)?, row.try_get(6)?);
    let found = session
        .rows(&session.statements.entries_from, &[&first, &count])
        .await?;
    let entries: Vec<_> = found.iter().map(rows::entry).collect::<Result<_, _>>()?;
    let made = chain.link(&entries, time_ns.cast_unsigned());
    let fits = made.number == number.cast_unsigned()
        && made.first_sequence == first.cast_unsigned()
        && i64::from(made.entries) == count
        && made.previous == previous
        && made.hash == hash;
    if !fits {
        return Err(StoreError::Value(
            "a link whose hash its entries do not give",
        ));
    }
    chain.advance(&made);
    Ok(count.cast_unsigned())
}
