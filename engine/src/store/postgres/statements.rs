//! The statements of the path, prepared once for each connection.

use tokio_postgres::{Client, Error, Statement};

const HEAD: &str = "SELECT entries, time_ns, allowances, opens, mints, transfers, others, refused
     FROM token_head WHERE one = 1";
const TOKENS: &str =
    "SELECT id, is_paused, supply, balances, frozen, held, minted, burned, accounts, open_holds
     FROM token_tokens ORDER BY id";

/// A `SELECT` of accounts, as `rows::account` reads them.
macro_rules! accounts {
    ($rest:literal) => {
        concat!(
            "SELECT id, token, balance, frozen_balance, held_balance, version, kyc_level, jurisdiction, state, sequence, address
             FROM token_accounts ",
            $rest
        )
    };
}

/// A `SELECT` of holds, as `rows::hold` reads them.
macro_rules! holds {
    ($rest:literal) => {
        concat!(
            "SELECT id, token, debit, credit, amount, deadline_ms, sequence, state FROM token_holds ",
            $rest
        )
    };
}

/// A `SELECT` of entries, as `rows::entry` reads them.
macro_rules! entries {
    ($from:literal) => {
        concat!(
            "SELECT sequence, status, role, debit, credit, debit_balance, debit_previous, credit_balance, credit_previous, record
             FROM ",
            $from
        )
    };
}

/// Along the links of an account, newest first, from the entry at $2 and no more than $3 of them.
const WALK: &str = entries!(
    "(WITH RECURSIVE walk AS (
        SELECT e.*, 1 AS step FROM token_entries e WHERE e.sequence = $2
        UNION ALL
        SELECT e.*, w.step + 1 FROM walk w JOIN token_entries e ON e.sequence =
            CASE WHEN w.debit = $1 AND w.debit_previous IS NOT NULL THEN w.debit_previous
                 WHEN w.credit = $1 THEN w.credit_previous END
        WHERE w.step < $3)
      SELECT * FROM walk) AS walked"
);

macro_rules! statements {
    ($($(#[$about:meta])* $name:ident = $text:expr;)*) => {
        /// All of them.
        pub(super) struct Statements { $($(#[$about])* pub(super) $name: Statement,)* }

        impl Statements {
            /// Prepares all of them in one exchange.
            pub(super) async fn prepare(client: &Client) -> Result<Self, Error> {
                let ($($name,)*) = tokio::try_join!($(client.prepare($text),)*)?;
                Ok(Self { $($name,)* })
            }
        }
    };
}

statements! {
    head = HEAD;
    tokens = TOKENS;
    accounts = accounts!("WHERE id = ANY($1)");
    accounts_by_address = accounts!("WHERE token = ANY($1) AND address = ANY($2)");
    accounts_after = accounts!("WHERE id > $1 ORDER BY id LIMIT $2");
    holds = holds!("WHERE id = ANY($1)");
    holds_due = holds!("WHERE state = 0 AND deadline_ms <= $1 ORDER BY deadline_ms, sequence LIMIT $2");
    allowances = "SELECT owner, spender, amount FROM token_allowances WHERE owner = ANY($1) AND spender = ANY($2)";
    entries = entries!("token_entries WHERE id = ANY($1)");
    entries_from = entries!("token_entries WHERE sequence >= $1 ORDER BY sequence LIMIT $2");
    walk = WALK;
    is_committed = "SELECT 1 FROM token_groups WHERE engine = $1 AND number = $2";
    set_head = "UPDATE token_head SET entries = $2, time_ns = $3, allowances = $4, opens = $5, mints = $6,
                transfers = $7, others = $8, refused = $9 WHERE one = 1 AND entries = $1";
    set_token = "UPDATE token_tokens SET is_paused = $2, supply = $3, balances = $4, frozen = $5, held = $6,
                 minted = $7, burned = $8, accounts = $9, open_holds = $10 WHERE id = $1";
    set_accounts = "UPDATE token_accounts AS a SET balance = n.balance, frozen_balance = n.frozen, held_balance = n.held,
                    version = n.version, kyc_level = n.kyc_level, jurisdiction = n.jurisdiction, state = n.state,
                    sequence = n.sequence, updated_at = now()
                    FROM unnest($1::uuid[], $2::bigint[], $3::numeric[], $4::numeric[], $5::numeric[], $6::bigint[],
                                $7::smallint[], $8::varchar[], $9::smallint[], $10::bigint[])
                    AS n(id, before, balance, frozen, held, version, kyc_level, jurisdiction, state, sequence)
                    WHERE a.id = n.id AND a.version = n.before";
    add_accounts = "INSERT INTO token_accounts (id, token, balance, frozen_balance, held_balance, version, kyc_level,
                    jurisdiction, state, sequence, address, updated_at)
                    SELECT n.*, now() FROM unnest($1::uuid[], $2::int[], $3::numeric[], $4::numeric[], $5::numeric[],
                    $6::bigint[], $7::smallint[], $8::varchar[], $9::smallint[], $10::bigint[], $11::bytea[]) AS n";
    add_entries = "INSERT INTO token_entries (id, sequence, kind, status, role, token, debit, credit, amount, debit_balance,
                   debit_previous, credit_balance, credit_previous, record)
                   SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::smallint[], $4::smallint[], $5::smallint[], $6::int[],
                   $7::uuid[], $8::uuid[], $9::numeric[], $10::numeric[], $11::bigint[], $12::numeric[], $13::bigint[],
                   $14::bytea[])";
    add_holds = "INSERT INTO token_holds (id, token, debit, credit, amount, deadline_ms, sequence, state)
                 SELECT * FROM unnest($1::uuid[], $2::int[], $3::uuid[], $4::uuid[], $5::numeric[], $6::bigint[], $7::bigint[],
                 $8::smallint[])";
    end_holds = "UPDATE token_holds AS h SET state = n.state FROM unnest($1::uuid[], $2::smallint[]) AS n(id, state)
                 WHERE h.id = n.id AND h.state = 0";
    set_allowances = "INSERT INTO token_allowances (owner, spender, amount)
                      SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::numeric[])
                      ON CONFLICT (owner, spender) DO UPDATE SET amount = excluded.amount";
    drop_allowance = "DELETE FROM token_allowances WHERE owner = $1 AND spender = $2";
    add_group = "INSERT INTO token_groups (engine, number, first_sequence, entries, time_ns, previous, hash)
                 VALUES ($1, $2, $3, $4, $5, $6, $7)";
}
