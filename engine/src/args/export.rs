//! The verbs around the regulator's export.

use super::{ArgsError, NUMBER, signing_key, value};
use crate::evidence::{PublicKey, SigningKey};
use crate::export::{Query, Trust};
use crate::lab::export::Experiment;
use crate::moment;
use std::path::PathBuf;

const MOMENT: &str = "a moment such as 2026-11-29T00:00:00Z, a day, or nanoseconds since 1970";

/// `engine export`.
#[derive(Debug)]
pub struct Export {
    /// The journal's folder.
    pub folder: PathBuf,
    /// What is asked for.
    pub query: Query,
    /// What it is signed with.
    pub key: Option<SigningKey>,
    /// Where it goes; `None` is the standard output.
    pub out: Option<PathBuf>,
}

/// `engine verify-export`.
#[derive(Debug)]
pub struct VerifyExport {
    /// The export.
    pub file: PathBuf,
    /// Whose word counts.
    pub trust: Trust,
}

/// Reads what follows `export`.
pub fn export(args: &mut impl Iterator<Item = String>) -> Result<Export, ArgsError> {
    let folder = path(args, "export takes the folder of a journal")?;
    let mut found = Export {
        folder,
        query: Query::default(),
        key: None,
        out: None,
    };
    while let Some(flag) = args.next() {
        match flag.as_str() {
            "--kinds" => {
                let expected = "kinds such as freeze,unfreeze";
                found.query.kinds = read("--kinds", expected, Query::kinds_of, args)?;
            }
            "--from" => found.query.from_ns = read("--from", MOMENT, moment::parse, args)?,
            "--to" => found.query.to_ns = read("--to", MOMENT, moment::parse, args)?,
            "--export-key" => found.key = Some(signing_key(args)?),
            "--out" => found.out = Some(value("--out", "a file", args)?),
            _ => return Err(ArgsError::UnknownFlag(flag)),
        }
    }
    Ok(found)
}

/// Reads what follows `verify-export`.
pub fn verify(args: &mut impl Iterator<Item = String>) -> Result<VerifyExport, ArgsError> {
    let file = path(args, "verify-export takes the file of an export")?;
    let mut trust = Trust::default();
    while let Some(flag) = args.next() {
        match flag.as_str() {
            "--engine-key" => trust.engine = Some(key("--engine-key", args)?),
            "--operator-key" => trust.operator = Some(key("--operator-key", args)?),
            _ => return Err(ArgsError::UnknownFlag(flag)),
        }
    }
    Ok(VerifyExport { file, trust })
}

/// Reads what follows `lab export`.
pub fn lab(args: &mut impl Iterator<Item = String>) -> Result<Experiment, ArgsError> {
    let mut experiment = Experiment::default();
    while let Some(flag) = args.next() {
        match flag.as_str() {
            "--records" => experiment.records = value("--records", NUMBER, args)?,
            "--among" => experiment.among = value("--among", NUMBER, args)?,
            "--data" => experiment.data = Some(value("--data", "a folder", args)?),
            _ => return Err(ArgsError::UnknownFlag(flag)),
        }
    }
    Ok(experiment)
}

fn key(
    flag: &'static str,
    args: &mut impl Iterator<Item = String>,
) -> Result<PublicKey, ArgsError> {
    value(flag, super::KEY, args)
}

fn path(
    args: &mut impl Iterator<Item = String>,
    otherwise: &'static str,
) -> Result<PathBuf, ArgsError> {
    let path = args.next().filter(|path| !path.starts_with("--"));
    path.map(PathBuf::from).ok_or(ArgsError::What(otherwise))
}

fn read<T>(
    flag: &'static str,
    expected: &'static str,
    parse: impl FnOnce(&str) -> Option<T>,
    args: &mut impl Iterator<Item = String>,
) -> Result<T, ArgsError> {
    let value = args.next().ok_or(ArgsError::NoValue(flag))?;
    parse(&value).ok_or(ArgsError::BadValue {
        flag,
        value,
        expected,
    })
}
