//! The plans that come with the tool.

/// A built-in plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BuiltIn {
    /// Its name: `loadtest run --plan NAME` finds it where no file of that name exists.
    pub name: &'static str,
    /// What it is for, in a sentence.
    pub summary: &'static str,
    /// Its TOML.
    pub text: &'static str,
}

/// The plan that `loadtest` runs when none is named.
pub const CANONICAL: BuiltIn = BuiltIn {
    name: "canonical",
    summary: "weighted mix of transfers, balances, statements and new accounts, Poisson arrivals: the default",
    text: include_str!("../plans/canonical.toml"),
};

/// The plan behind a bare `--target URL`: 50 users who each wait for their answer.
pub const ANY_SERVICE: BuiltIn = BuiltIn {
    name: "any-service",
    summary: "one GET of the target's path from 50 users; with --rate from independent callers",
    text: include_str!("../plans/any-service.toml"),
};

/// All built-in plans.
pub const ALL: &[BuiltIn] = &[
    CANONICAL,
    ANY_SERVICE,
    BuiltIn {
        name: "closed",
        summary: "the same mix from 64 users who wait for their answers: the most this target can do",
        text: include_str!("../plans/closed.toml"),
    },
    BuiltIn {
        name: "transfers",
        summary: "transfers only, between accounts chosen alike",
        text: include_str!("../plans/transfers.toml"),
    },
    BuiltIn {
        name: "headline",
        summary: "durable transfers among reads on 1,000 connections, as fast as answers come",
        text: include_str!("../plans/headline.toml"),
    },
    BuiltIn {
        name: "limit",
        summary: "the same connections against a handler that does nothing: the most this machine can do",
        text: include_str!("../plans/limit.toml"),
    },
    BuiltIn {
        name: "single",
        summary: "one durable transfer a request on 64 connections",
        text: include_str!("../plans/single.toml"),
    },
    BuiltIn {
        name: "batch",
        summary: "durable batches of 8,000 transfers as 128-byte records",
        text: include_str!("../plans/batch.toml"),
    },
    BuiltIn {
        name: "batch-protobuf",
        summary: "the same in protobuf",
        text: include_str!("../plans/batch-protobuf.toml"),
    },
    BuiltIn {
        name: "postgres",
        summary: "transfers from 128 users who wait, for a ledger in an SQL store",
        text: include_str!("../plans/postgres.toml"),
    },
    BuiltIn {
        name: "cache",
        summary: "cached balances from 64 users who wait, and a few transfers",
        text: include_str!("../plans/cache.toml"),
    },
];
