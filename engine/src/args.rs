//! What was typed, and what it means. Nothing here reads the command line: whoever has one hands it in.

pub use export::{Export, VerifyExport};

mod export;
mod stores;

use crate::Options;
use crate::evidence::SigningKey;
use crate::inject::{Fault, SpecError};
use crate::lab::journal::Experiment;
use crate::lab::{Lab, Settings};
use crate::ledger::{TokenSpec, TokenTextError};
use crate::store::{StoreUrl, UrlError};
use crate::switches::{Allocator, SwitchError, Switches};
use crate::webhook::{Provider, ProviderError};
use std::num::{NonZeroU32, NonZeroU64};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;
use thiserror::Error;

/// How to call the binary.
pub const USAGE: &str = "\
usage: engine serve [--listen ADDR] [--admin ADDR] [--threads N] [--data DIR] [--journal group|each|none]
                    [--alloc-period BYTES] [--request-records off|usual|full]
                    [--queue-items N] [--queue-commands N] [--allow-inject [--inject KIND=SPEC]... [--inject-seed N]]
                    [--operator-token TOKEN [--operator-name NAME]] [--operator-key KEY] [--webhook NAME=FORM:SECRET]...
                    [--audit-log FILE] [--export-key FILE] [--token SPEC]... [--snapshot-segments N] [--snapshot-interval S]
                    [--balances single|mutex|sharded|cas|actor] [--minting inline|pool:N]
                    [--mint-work cpu:TIME|wait:TIME] [--codec LIST] [--pool on|off] [--allocator NAME]
                    [--store URL] [--cache URL]
       engine verify DIR|URL
       engine export DIR [--kinds KIND,KIND] [--from MOMENT] [--to MOMENT] [--export-key FILE] [--out FILE]
       engine verify-export FILE [--engine-key KEY] [--operator-key KEY]
       engine lab export [--records N] [--among N] [--data DIR]
       engine lab minting|codec|pool|balances|ordering [--seed N] [--count N] [--json]
       engine lab journal|replay [--entries N] [--batch N] [--callers N] [--journal group|each|none] [--data DIR]
       engine lab stores [--store URL] [--cache URL] [--transfers N] [--writers N] [--reads N] [--readers N]

serve:
  --listen ADDR         traffic and /healthz (default 127.0.0.1:8080; port 0 takes a free one)
  --admin ADDR          /healthz, /metrics and /debug/pprof (default: not served)
  --threads N           threads that serve traffic (default: one for each core)
  --alloc-period BYTES  allocated bytes between two samples, 0 for none (default 65536)
  --request-records L   what the probe keeps of a request for profiles and stall ledger: usual (default), full (CPU time and page
                        faults of each, not of some 200 a second) or off
  --data DIR            folder of the journal; it is made if it does not exist (default: a temporary one, removed at the end)
  --journal group       one sync for all commands that arrived during the one before (default)
  --journal each        one sync for each command or batch
  --journal none        nothing is written: what was answered is lost when the process ends
  --token SPEC          a token such as 1:REF or 2:EUR,name=Euro,decimals=2,cap=1000000 (repeatable; default: one plain token); a folder
                        keeps the tokens that it was made with
  --snapshot-segments N journal segments of 64 MiB between two snapshots, 0 for none while it runs (default 64)
  --snapshot-interval S seconds between two snapshots if a segment was ended meanwhile (default 3600)
  --queue-items N       requests that may wait, a batch is one (default 2048); beyond that the answer is 503
  --queue-commands N    commands that may wait (default 65536)
  --inject KIND=SPEC    a fault on demand: cpu=5%, lock=100ms@1/s, alloc=+1, alloc=4KiB, tail=1%:+5ms, timer-leak=10/s,
                        task-leak=10/s, fsync=20ms, fsync=fail@1000, stall=1s@10s; needs --allow-inject
  --inject-seed N       where draws of the faults start (default 0)
  --store URL           postgres://user@host:port/database keeps the ledger instead of memory and a journal
  --cache URL           redis://host:port answers reads with ?consistency=cached
  --operator-token T    what operators show as a bearer token (default: everybody is an operator)
  --operator-name NAME  the operator's name in audit fields (default operator)
  --operator-key KEY    ed25519 public key, 64 hexadecimal digits: commands of operators must be signed, one a request
  --audit-log FILE      every durable entry as a line of JSON, written from the journal; goes on where the file ends
  --export-key FILE     64 hexadecimal digits: seed of the ed25519 key that signs the regulator's exports (default: unsigned)
  --webhook N=FORM:S    lets provider N deliver to /v1/webhooks/N; FORM is article or standard, a secret S of @FILE is read from there
  --balances single     one thread owns all balances (default); mutex, sharded, cas, actor: several threads move units at once;
                        cas refuses linked chains
  --minting inline      each request prepares its mint (default); pool:N: N threads behind a queue do, single is pool:1
  --mint-work none      what preparing a mint costs: cpu:200us burns, wait:2ms waits (default none)
  --codec LIST          forms of a body that are read: json, raw, and prost or view for protobuf (default json,prost,raw)
  --pool on             vectors of batches are used again (default); off: they are not
  --allocator NAME      the allocator that was built in, or an error: system, mimalloc or jemalloc

verify checks a journal that no engine has open: checksums, chain, order, and every outcome again; of a store, every link of its
chains.
export writes all operations of some kinds (default freeze,unfreeze) in a period, with their proofs, from a journal that no engine
has open. A moment is such as 2026-11-29T00:00:00Z or 2026-11-29; \"to\" itself is not in it.
verify-export checks such a file without engine and journal: order, digests, signatures. With --engine-key it must be signed with that
key, with --operator-key every operator's command in it with that one.
lab export says how long exporting and verifying take (default: a million freezes among ten million entries).
lab journal says what sealing, syncing and replaying cost on this machine (default: a million transfers in batches of 8000),
lab replay how fast an engine is back, by its whole journal and by a snapshot.
lab stores says how many transfers the stores and how many reads the cache does, beside the article's figures.
The other labs change one switch each, and put what comes out beside the figures of the article that the switch comes from:
  --seed N              where draws start (default 1)
  --count N             how much to do (default: as much as the article)
  --json                one JSON object instead of lines

SIGINT and SIGTERM end it after the requests under way are answered. Exit codes: 0 orderly end, 1 cannot start or is damaged, 2 bad
usage, 3 the journal could not be written any more.";

const NUMBER: &str = "a number from 1";
const KEY: &str = "an ed25519 key of 64 hexadecimal digits in lower case";
const DURABILITY: &str = "group, each or none";

/// What is asked for.
#[derive(Debug)]
pub enum Request {
    /// Serve with these options.
    Serve(Box<Options>),
    /// Check the journal in a folder.
    Verify(PathBuf),
    /// Export from a journal.
    Export(Export),
    /// Check an export.
    VerifyExport(VerifyExport),
    /// Find out how long an export takes.
    LabExport(crate::lab::export::Experiment),
    /// Check the chains in a store.
    VerifyStore(StoreUrl),
    /// Find out what durability costs.
    LabJournal(Experiment),
    /// Any other experiment, and whether its report is JSON.
    Lab(Lab, Settings, bool),
    /// Find out how fast an engine is back.
    LabReplay(Experiment),
    /// Find out what the stores do.
    LabStores(crate::lab::stores::Experiment),
    /// Show [`USAGE`].
    Help,
}

/// Why the arguments mean nothing.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum ArgsError {
    /// Nothing was typed.
    #[error("no verb given")]
    NoVerb,
    /// Not a verb.
    #[error("unknown verb \"{0}\"")]
    UnknownVerb(String),
    /// Not a flag of `serve`.
    #[error("unknown flag \"{0}\"")]
    UnknownFlag(String),
    /// The last flag lacks its value.
    #[error("{0} needs a value")]
    NoValue(&'static str),
    /// A value of another form.
    #[error("{flag} is \"{value}\"; expected {expected}")]
    BadValue {
        /// The flag.
        flag: &'static str,
        /// What was typed.
        value: String,
        /// What would do.
        expected: &'static str,
    },
    /// A switch without its value.
    #[error("{0} needs a value")]
    NoSwitchValue(String),
    /// A value that a switch does not have.
    #[error("{flag} is \"{value}\"; expected {expected}")]
    BadSwitch {
        /// The flag.
        flag: String,
        /// What was typed.
        value: String,
        /// What would do.
        expected: &'static str,
    },
    /// Another allocator than this binary has.
    #[error(
        "--allocator is \"{asked}\", but this binary allocates by \"{built}\"; build another with cargo build -p engine{}",
        feature(.asked)
    )]
    Allocator {
        /// What was typed.
        asked: &'static str,
        /// What was built in.
        built: &'static str,
    },
    /// Not a fault.
    #[error("--inject: {0}")]
    Fault(#[from] SpecError),
    /// Not a token.
    #[error("--token: {0}")]
    Token(#[from] TokenTextError),
    /// Faults without the permission for them.
    #[error(
        "--inject needs --allow-inject: an engine with faults on demand must not be started by mistake"
    )]
    NotAllowed,
    /// Not a provider of webhooks; the text shows no secret.
    #[error("--webhook: {0}")]
    Webhook(String),
    /// Not a key.
    #[error("--export-key: {0}")]
    ExportKey(String),
    /// Not the address of a store.
    #[error("{flag}: {error}")]
    Address {
        /// The flag.
        flag: &'static str,
        /// What is wrong.
        error: UrlError,
    },
    /// What a store does not have.
    #[error(
        "{0} belongs to the embedded ledger and its journal; with --store the database is what lasts, so leave one of them out"
    )]
    NotWithStore(&'static str),
    /// No such experiment.
    #[error(
        "lab takes the name of an experiment: export, journal, replay, stores, minting, codec, pool, balances or ordering"
    )]
    WhichLab,
    /// A verb without what it is about.
    #[error("{0}")]
    What(&'static str),
    /// `verify` takes exactly one folder.
    #[error("verify takes one folder, or the address of a store")]
    VerifyWhat,
}

/// Reads the arguments behind the program's name.
///
/// # Errors
/// The first of them that means nothing.
pub fn parse(
    mut args: impl Iterator<Item = String>,
    built_in: Allocator,
) -> Result<Request, ArgsError> {
    match args.next().as_deref() {
        Some("serve") => {
            let options = options(args, built_in)?;
            Ok(options.map_or(Request::Help, |options| Request::Serve(Box::new(options))))
        }
        Some("verify") => match (args.next(), args.next()) {
            (Some(folder), None) if folder == "--help" || folder == "-h" => Ok(Request::Help),
            (Some(url), None) if url.contains("://") => {
                let url = stores::address("verify", &mut std::iter::once(url))?;
                Ok(Request::VerifyStore(url))
            }
            (Some(folder), None) => Ok(Request::Verify(folder.into())),
            _ => Err(ArgsError::VerifyWhat),
        },
        Some("export") => export::export(&mut args).map(Request::Export),
        Some("verify-export") => export::verify(&mut args).map(Request::VerifyExport),
        Some("lab") => match args.next().as_deref() {
            Some("export") => export::lab(&mut args).map(Request::LabExport),
            Some("journal") => Ok(Request::LabJournal(experiment(args)?)),
            Some("replay") => Ok(Request::LabReplay(experiment(args)?)),
            Some("stores") => Ok(Request::LabStores(stores::experiment(args)?)),
            Some("--help" | "-h") => Ok(Request::Help),
            Some(name) => parse_lab(name.parse().map_err(|()| ArgsError::WhichLab)?, args),
            None => Err(ArgsError::WhichLab),
        },
        Some("help" | "--help" | "-h") => Ok(Request::Help),
        Some(other) => Err(ArgsError::UnknownVerb(other.to_owned())),
        None => Err(ArgsError::NoVerb),
    }
}

/// Reads the flags of `serve`, each with its value behind it; `None` if help is asked for. `built_in` hands out memory in this
/// process.
///
/// # Errors
/// The first of them that means nothing.
pub fn options(
    mut args: impl Iterator<Item = String>,
    built_in: Allocator,
) -> Result<Option<Options>, ArgsError> {
    const ADDRESS: &str = "an address such as 127.0.0.1:8080";
    let mut options = Options::default();
    options.switches.allocator = built_in;
    let mut allowed = false;
    let mut embedded = None;
    while let Some(flag) = args.next() {
        let args = &mut args;
        embedded = embedded.or_else(|| stores::embedded_only(&flag));
        match flag.as_str() {
            "--listen" => options.listen = value("--listen", ADDRESS, args)?,
            "--admin" => options.admin = Some(value("--admin", ADDRESS, args)?),
            "--threads" => options.worker_threads = value("--threads", NUMBER, args)?,
            "--alloc-period" => {
                options.alloc_period_bytes = value("--alloc-period", "a number of bytes", args)?;
            }
            "--request-records" => {
                options.request_records = value("--request-records", "off, usual or full", args)?;
            }
            "--data" => options.data = Some(value("--data", "a folder", args)?),
            "--journal" => {
                options.durability = value("--journal", DURABILITY, args)?;
            }
            "--token" => options.tokens.push(token(args)?),
            "--snapshot-segments" => {
                options.snapshots.segments = value("--snapshot-segments", "a number", args)?;
            }
            "--snapshot-interval" => {
                let seconds: NonZeroU32 = value("--snapshot-interval", NUMBER, args)?;
                options.snapshots.interval = Duration::from_secs(seconds.get().into());
            }
            "--queue-items" => options.queue.items = value("--queue-items", NUMBER, args)?,
            "--queue-commands" => {
                options.queue.commands = value("--queue-commands", NUMBER, args)?;
            }
            "--allow-inject" => allowed = true,
            "--inject" => options.faults.push(fault(args)?),
            "--inject-seed" => options.fault_seed = value("--inject-seed", "a number", args)?,
            "--operator-token" => {
                options.operator_token = Some(value("--operator-token", "a token", args)?);
            }
            "--operator-name" => {
                options.operator_name = value("--operator-name", "a name", args)?;
            }
            "--operator-key" => {
                options.operator_key = Some(value("--operator-key", KEY, args)?);
            }
            "--audit-log" => options.audit_log = Some(value("--audit-log", "a file", args)?),
            "--export-key" => options.export_key = Some(signing_key(args)?),
            "--webhook" => options.webhooks.push(provider(&options.webhooks, args)?),
            "--store" => options.store = Some(stores::address("--store", args)?),
            "--cache" => options.cache = Some(stores::address("--cache", args)?),
            "--help" | "-h" => return Ok(None),
            _ => switch(&mut options.switches, flag, built_in, args)?,
        }
    }
    stores::check(&options, embedded)?;
    if !allowed && !options.faults.is_empty() {
        return Err(ArgsError::NotAllowed);
    }
    Ok(Some(options))
}

fn experiment(mut args: impl Iterator<Item = String>) -> Result<Experiment, ArgsError> {
    let mut experiment = Experiment::default();
    while let Some(flag) = args.next() {
        let args = &mut args;
        match flag.as_str() {
            "--entries" => experiment.entries = value("--entries", NUMBER, args)?,
            "--batch" => experiment.batch = value("--batch", NUMBER, args)?,
            "--callers" => experiment.callers = value("--callers", NUMBER, args)?,
            "--journal" => experiment.durability = value("--journal", DURABILITY, args)?,
            "--data" => experiment.data = Some(value("--data", "a folder", args)?),
            _ => return Err(ArgsError::UnknownFlag(flag)),
        }
    }
    Ok(experiment)
}

fn token(args: &mut impl Iterator<Item = String>) -> Result<TokenSpec, ArgsError> {
    let typed = args.next().ok_or(ArgsError::NoValue("--token"))?;
    Ok(typed.parse()?)
}

fn parse_lab(lab: Lab, mut args: impl Iterator<Item = String>) -> Result<Request, ArgsError> {
    let (mut settings, mut is_json) = (Settings::default(), false);
    while let Some(flag) = args.next() {
        let args = &mut args;
        match flag.as_str() {
            "--seed" => settings.seed = value("--seed", "a number", args)?,
            "--count" => {
                let count: NonZeroU64 = value("--count", NUMBER, args)?;
                settings.count = Some(count.get());
            }
            "--json" => is_json = true,
            _ => return Err(ArgsError::UnknownFlag(flag)),
        }
    }
    Ok(Request::Lab(lab, settings, is_json))
}

/// The flag that builds an allocator in; the system's needs none.
fn feature(allocator: &str) -> String {
    if allocator == Allocator::System.name() {
        String::new()
    } else {
        format!(" --features {allocator}")
    }
}

/// Sets a knob. The allocator cannot be set any more, only named.
fn switch(
    switches: &mut Switches,
    flag: String,
    built_in: Allocator,
    args: &mut impl Iterator<Item = String>,
) -> Result<(), ArgsError> {
    let Some(name) = flag.strip_prefix("--") else {
        return Err(ArgsError::UnknownFlag(flag));
    };
    if !Switches::NAMES.contains(&name) {
        return Err(ArgsError::UnknownFlag(flag));
    }
    let Some(value) = args.next() else {
        return Err(ArgsError::NoSwitchValue(flag));
    };
    match switches.set(name, &value) {
        Ok(()) if switches.allocator == built_in => Ok(()),
        Ok(()) => Err(ArgsError::Allocator {
            asked: switches.allocator.name(),
            built: built_in.name(),
        }),
        Err(SwitchError::Unknown) => Err(ArgsError::UnknownFlag(flag)),
        Err(SwitchError::Expected(expected)) => Err(ArgsError::BadSwitch {
            flag,
            value,
            expected,
        }),
    }
}

fn fault(args: &mut impl Iterator<Item = String>) -> Result<Fault, ArgsError> {
    let spec = args.next().ok_or(ArgsError::NoValue("--inject"))?;
    Ok(spec.parse()?)
}

/// A provider of another name than those before; without showing what was typed, because it holds a secret.
fn provider(
    before: &[Provider],
    args: &mut impl Iterator<Item = String>,
) -> Result<Provider, ArgsError> {
    let text = args.next().ok_or(ArgsError::NoValue("--webhook"))?;
    let provider: Provider = text
        .parse()
        .map_err(|error: ProviderError| ArgsError::Webhook(error.to_string()))?;
    let name = provider.name();
    if before.iter().any(|known| known.name() == name) {
        return Err(ArgsError::Webhook(format!("{name} is there twice")));
    }
    Ok(provider)
}

fn signing_key(args: &mut impl Iterator<Item = String>) -> Result<SigningKey, ArgsError> {
    let path = args.next().ok_or(ArgsError::NoValue("--export-key"))?;
    SigningKey::read(path.as_ref()).map_err(|error| ArgsError::ExportKey(error.to_string()))
}

fn value<T: FromStr>(
    flag: &'static str,
    expected: &'static str,
    args: &mut impl Iterator<Item = String>,
) -> Result<T, ArgsError> {
    let value = args.next().ok_or(ArgsError::NoValue(flag))?;
    value.parse().map_err(|_| ArgsError::BadValue {
        flag,
        value,
        expected,
    })
}

#[cfg(test)]
mod tests;
