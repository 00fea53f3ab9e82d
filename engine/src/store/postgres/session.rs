//! Connections: opened within a bound, and driven by the runtime of the thread that uses them.

use super::statements::Statements;
use super::{Rules, StoreError, schema};
use crate::store::StoreUrl;
use std::time::Duration;
use tokio_postgres::{Client, Config, NoTls};

/// How long a server may take to answer a connection, a unit of work or a read.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
/// How long it may take to accept a connection.
const CONNECT: Duration = Duration::from_secs(2);

/// A connection before the tables are known to exist.
pub(super) struct Connection {
    pub(super) client: Client,
}

/// A connection that can work.
pub(super) struct Session {
    pub(super) client: Client,
    pub(super) statements: Statements,
}

impl Connection {
    async fn open(url: &StoreUrl) -> Result<Self, StoreError> {
        let mut config: Config = url.as_str().parse()?;
        if config.get_application_name().is_none() {
            config.application_name(env!("CARGO_PKG_NAME"));
        }
        config.connect_timeout(CONNECT);
        let (client, connection) = config.connect(NoTls).await?;
        // Its end shows at the next use of the client.
        tokio::spawn(connection);
        // A table that was never analysed looks small, and a plan that reads all of it would be kept; such a read also conflicts
        // with every other unit of work. Servers without this switch refuse it, which changes nothing.
        // For the same reason its costs look high enough to compile expressions first.
        for setting in ["SET enable_seqscan = off", "SET jit = off"] {
            let _ = client.batch_execute(setting).await;
        }
        Ok(Self { client })
    }

    async fn ready(self) -> Result<Session, StoreError> {
        let statements = Statements::prepare(&self.client).await?;
        Ok(Session {
            client: self.client,
            statements,
        })
    }
}

impl Session {
    /// Connects; the tables must exist.
    pub(super) async fn open(url: &StoreUrl) -> Result<Self, StoreError> {
        bounded(async { Connection::open(url).await?.ready().await }).await
    }

    /// Connects and makes the tables that are missing; the id of the ledger in them.
    pub(super) async fn found(url: &StoreUrl, rules: &Rules) -> Result<(Self, u128), StoreError> {
        bounded(async {
            let connection = Connection::open(url).await?;
            let ledger = schema::prepare(&connection, &rules.tokens).await?;
            Ok((connection.ready().await?, ledger))
        })
        .await
    }

    /// Whether the connection has ended.
    pub(super) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }
}

/// The result of `work`, unless it takes too long.
pub(super) async fn bounded<T>(
    work: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    match tokio::time::timeout(PATIENCE, work).await {
        Ok(result) => result,
        Err(_) => Err(StoreError::Timeout(PATIENCE.as_secs())),
    }
}

/// A runtime for one thread and its connection.
///
/// # Errors
/// What the system lacks.
pub fn runtime() -> Result<tokio::runtime::Runtime, StoreError> {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    Ok(builder.enable_all().build()?)
}
