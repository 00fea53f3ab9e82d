//! The flags of stores, and what they leave no room for.

use super::{ArgsError, NUMBER, value};
use crate::Options;
use crate::executor::balances::Balances;
use crate::lab::stores::Experiment;
use crate::store::UrlError;
use std::str::FromStr;

/// Flags that mean something to the embedded ledger and its journal only.
const EMBEDDED_ONLY: [&str; 8] = [
    "--data",
    "--journal",
    "--snapshot-segments",
    "--snapshot-interval",
    "--audit-log",
    "--export-key",
    "--operator-key",
    "--token",
];

/// The flag, if a store has no use for it.
pub(super) fn embedded_only(flag: &str) -> Option<&'static str> {
    EMBEDDED_ONLY.into_iter().find(|known| *known == flag)
}

/// Refuses a store beside what belongs to the embedded ledger: `typed` is the first of its flags, even with its usual value.
pub(super) fn check(options: &Options, typed: Option<&'static str>) -> Result<(), ArgsError> {
    if options.store.is_none() {
        return Ok(());
    }
    let lanes = options.switches.balances != Balances::Single;
    let typed = typed.or(lanes.then_some("--balances other than single"));
    typed.map_or(Ok(()), |flag| Err(ArgsError::NotWithStore(flag)))
}

/// Reads what follows `lab stores`.
pub(super) fn experiment(mut args: impl Iterator<Item = String>) -> Result<Experiment, ArgsError> {
    let mut experiment = Experiment::default();
    while let Some(flag) = args.next() {
        let args = &mut args;
        match flag.as_str() {
            "--store" => experiment.store = Some(address("--store", args)?),
            "--cache" => experiment.cache = Some(address("--cache", args)?),
            "--transfers" => experiment.transfers = value("--transfers", NUMBER, args)?,
            "--reads" => experiment.reads = value("--reads", NUMBER, args)?,
            "--writers" => experiment.writers = value("--writers", NUMBER, args)?,
            "--readers" => experiment.readers = value("--readers", NUMBER, args)?,
            _ => return Err(ArgsError::UnknownFlag(flag)),
        }
    }
    Ok(experiment)
}

/// The address of a store, which says itself what is wrong with it.
pub(super) fn address<T: FromStr<Err = UrlError>>(
    flag: &'static str,
    args: &mut impl Iterator<Item = String>,
) -> Result<T, ArgsError> {
    let value = args.next().ok_or(ArgsError::NoValue(flag))?;
    value
        .parse()
        .map_err(|error| ArgsError::Address { flag, error })
}
