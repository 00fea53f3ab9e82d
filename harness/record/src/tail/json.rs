//! A run's tail as versioned JSON. Times in nanoseconds; parts of times by the names of [`Slice`].

use super::{
    Account, Band, ClockOffset, Endpoint, Metric, Running, Slice, Slices, Spread, StallLedger, Tail,
};
use crate::run::Span;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// The version this code writes.
const SCHEMA: u32 = 1;

#[derive(Serialize, Deserialize)]
struct TailObject {
    schema: u32,
    start_ns: u64,
    end_ns: u64,
    clock: Option<ClockObject>,
    endpoints: Vec<EndpointObject>,
    unanswered: u64,
    unlisted: u64,
    ledger: Option<LedgerObject>,
    no_ledger: Option<String>,
    absent: BTreeMap<String, String>,
}

#[derive(Serialize, Deserialize)]
struct ClockObject {
    offset_ns: i64,
    error_ns: u64,
}

#[derive(Serialize, Deserialize)]
struct EndpointObject {
    name: String,
    p50_ns: u64,
    p90_ns: u64,
    p99_ns: u64,
    max_ns: u64,
    requests: BTreeMap<String, u64>,
}

#[derive(Serialize, Deserialize)]
struct LedgerObject {
    bands: BTreeMap<String, AccountObject>,
    around_p99: AccountObject,
    spreads: BTreeMap<String, SpreadObject>,
}

#[derive(Serialize, Deserialize)]
struct AccountObject {
    requests: u64,
    sums_ns: BTreeMap<String, u64>,
    detailed: RunningObject,
}

#[derive(Serialize, Deserialize)]
struct RunningObject {
    requests: u64,
    cpu_ns: u64,
    run_queue_ns: u64,
    page_faults_ns: u64,
    unexplained_ns: u64,
}

#[derive(Serialize, Deserialize, Clone, Copy)]
struct SpreadObject {
    p50_ns: u64,
    p99_ns: u64,
    max_ns: u64,
}

/// The tail as JSON, ending in a line break. The same tail gives the same bytes.
pub fn to_json(tail: &Tail) -> String {
    let mut text = serde_json::to_string_pretty(&TailObject::from(tail))
        .expect("the mirror structs have string keys only");
    text.push('\n');
    text
}

/// Reads [`to_json`]'s text back.
///
/// # Errors
/// Text that is no such JSON, or of a later version; names that are not known.
pub fn from_json(text: &str) -> Result<Tail, String> {
    let object: TailObject = serde_json::from_str(text).map_err(|e| format!("no tail: {e}"))?;
    if object.schema > SCHEMA {
        return Err(format!(
            "tail has schema {}, newer than this loadtest's {SCHEMA}",
            object.schema
        ));
    }
    object.try_into()
}

fn by_band<T>(values: impl IntoIterator<Item = T>) -> BTreeMap<String, T> {
    let names = Band::ANSWERED.map(|band| band.name().to_owned());
    names.into_iter().zip(values).collect()
}

fn by_slice<T>(values: impl IntoIterator<Item = T>) -> BTreeMap<String, T> {
    let names = Slice::ALL.map(|slice| slice.name().to_owned());
    names.into_iter().zip(values).collect()
}

/// The value of each name, all of which must be there.
fn in_order<T: Copy, const N: usize>(
    names: [&str; N],
    values: &BTreeMap<String, T>,
) -> Result<[T; N], String> {
    let mut found = Vec::with_capacity(N);
    for name in names {
        found.push(*values.get(name).ok_or_else(|| format!("no {name}"))?);
    }
    found
        .try_into()
        .map_err(|_| "names were counted wrongly".to_owned())
}

impl From<&Tail> for TailObject {
    fn from(tail: &Tail) -> Self {
        let endpoint = |one: &Endpoint| EndpointObject {
            name: one.name.clone(),
            p50_ns: one.p50,
            p90_ns: one.p90,
            p99_ns: one.p99,
            max_ns: one.max,
            requests: by_band(one.requests),
        };
        let absent = tail.absent.iter();
        Self {
            schema: SCHEMA,
            start_ns: tail.span.start.as_nanos() as u64,
            end_ns: tail.span.end.as_nanos() as u64,
            clock: tail.clock.map(|clock| ClockObject {
                offset_ns: clock.offset_ns,
                error_ns: clock.error_ns,
            }),
            endpoints: tail.endpoints.iter().map(endpoint).collect(),
            unanswered: tail.unanswered,
            unlisted: tail.unlisted,
            ledger: tail.ledger.as_ref().ok().map(LedgerObject::from),
            no_ledger: tail.ledger.as_ref().err().cloned(),
            absent: absent
                .map(|(metric, why)| (metric.name().to_owned(), why.clone()))
                .collect(),
        }
    }
}

impl From<&StallLedger> for LedgerObject {
    fn from(ledger: &StallLedger) -> Self {
        Self {
            bands: by_band(ledger.bands.iter().map(AccountObject::from)),
            around_p99: (&ledger.around_p99).into(),
            spreads: by_slice(ledger.spreads.iter().map(|spread| SpreadObject {
                p50_ns: spread.p50,
                p99_ns: spread.p99,
                max_ns: spread.max,
            })),
        }
    }
}

impl From<&Account> for AccountObject {
    fn from(account: &Account) -> Self {
        let running = &account.running;
        Self {
            requests: account.requests,
            sums_ns: by_slice(account.slices),
            detailed: RunningObject {
                requests: running.requests,
                cpu_ns: running.cpu,
                run_queue_ns: running.run_queue,
                page_faults_ns: running.page_faults,
                unexplained_ns: running.unexplained,
            },
        }
    }
}

impl TryFrom<TailObject> for Tail {
    type Error = String;

    fn try_from(object: TailObject) -> Result<Self, String> {
        let bands = Band::ANSWERED.map(Band::name);
        let endpoint = |one: EndpointObject| {
            Ok(Endpoint {
                requests: in_order(bands, &one.requests)?,
                name: one.name,
                p50: one.p50_ns,
                p90: one.p90_ns,
                p99: one.p99_ns,
                max: one.max_ns,
            })
        };
        let absent = object.absent.into_iter().map(|(name, why)| {
            let metric = Metric::ALL.into_iter().find(|metric| metric.name() == name);
            Ok((metric.ok_or_else(|| format!("no metric {name}"))?, why))
        });
        let no_ledger = object.no_ledger.unwrap_or_default();
        Ok(Self {
            span: Span {
                start: Duration::from_nanos(object.start_ns),
                end: Duration::from_nanos(object.end_ns),
            },
            clock: object.clock.map(|clock| ClockOffset {
                offset_ns: clock.offset_ns,
                error_ns: clock.error_ns,
            }),
            endpoints: object
                .endpoints
                .into_iter()
                .map(endpoint)
                .collect::<Result<_, String>>()?,
            unanswered: object.unanswered,
            unlisted: object.unlisted,
            ledger: match object.ledger {
                Some(ledger) => Ok(ledger.try_into()?),
                None => Err(no_ledger),
            },
            absent: absent.collect::<Result<_, String>>()?,
        })
    }
}

impl TryFrom<LedgerObject> for StallLedger {
    type Error = String;

    fn try_from(object: LedgerObject) -> Result<Self, String> {
        let mut accounts = BTreeMap::new();
        for (name, account) in object.bands {
            accounts.insert(name, Account::try_from(account)?);
        }
        let spreads = object.spreads.into_iter().map(|(name, spread)| {
            let spread = Spread {
                p50: spread.p50_ns,
                p99: spread.p99_ns,
                max: spread.max_ns,
            };
            (name, spread)
        });
        Ok(Self {
            bands: in_order(Band::ANSWERED.map(Band::name), &accounts)?,
            around_p99: object.around_p99.try_into()?,
            spreads: in_order(Slice::ALL.map(Slice::name), &spreads.collect())?,
        })
    }
}

impl TryFrom<AccountObject> for Account {
    type Error = String;

    fn try_from(object: AccountObject) -> Result<Self, String> {
        let slices: Slices = in_order(Slice::ALL.map(Slice::name), &object.sums_ns)?;
        let RunningObject {
            requests,
            cpu_ns,
            run_queue_ns,
            page_faults_ns,
            unexplained_ns,
        } = object.detailed;
        Ok(Self {
            requests: object.requests,
            slices,
            running: Running {
                requests,
                cpu: cpu_ns,
                run_queue: run_queue_ns,
                page_faults: page_faults_ns,
                unexplained: unexplained_ns,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(requests: u64) -> Account {
        Account {
            requests,
            slices: std::array::from_fn(|place| requests * place as u64),
            running: Running {
                requests: 1,
                cpu: 2,
                run_queue: 3,
                page_faults: 4,
                unexplained: 5,
            },
        }
    }

    fn tail() -> Tail {
        Tail {
            span: Span {
                start: Duration::from_secs(1),
                end: Duration::from_secs(3),
            },
            clock: Some(ClockOffset {
                offset_ns: -5,
                error_ns: 3,
            }),
            endpoints: vec![Endpoint {
                name: "transfer/transfer".to_owned(),
                p50: 1,
                p90: 2,
                p99: 3,
                max: 4,
                requests: [50, 40, 9, 1],
            }],
            unanswered: 2,
            unlisted: 0,
            ledger: Ok(StallLedger {
                bands: [1, 2, 3, 4].map(account),
                around_p99: account(5),
                spreads: std::array::from_fn(|place| Spread {
                    p50: place as u64,
                    p99: 10,
                    max: 20,
                }),
            }),
            absent: vec![(Metric::Block, "answered 404".to_owned())],
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let known = tail();
        let unknown = Tail {
            clock: None,
            ledger: Err("the target tells no requests".to_owned()),
            ..tail()
        };
        for tail in [known, unknown] {
            assert_eq!(from_json(&to_json(&tail)), Ok(tail));
        }
    }

    #[test]
    fn later_versions_and_names_that_are_not_there_are_refused() {
        let text = to_json(&tail());
        for (from, to, said) in [
            ("\"schema\": 1", "\"schema\": 2", "newer"),
            ("\"gt_p99\"", "\"gt_p98\"", "no gt_p99"),
            ("\"block\":", "\"clock\":", "no metric clock"),
        ] {
            let error = from_json(&text.replace(from, to)).unwrap_err();
            assert!(error.contains(said), "{error}");
        }
    }

    #[test]
    fn bands_are_counted_over_all_endpoints() {
        let mut tail = tail();
        tail.endpoints.push(tail.endpoints[0].clone());
        assert_eq!(tail.requests(Band::LeP50), 100);
        assert_eq!(tail.requests(Band::GtP99), 2);
        assert_eq!(tail.requests(Band::Untagged), 0);
        let told = |tail: &Tail| Band::ANSWERED.map(|band| tail.told_apart(band));
        assert_eq!(told(&tail), [1, 2, 3, 4]);
        assert_eq!(tail.told_apart(Band::Untagged), 0);
        tail.ledger = Err("the target tells no requests".to_owned());
        assert_eq!(told(&tail), [100, 80, 18, 2]);
    }
}
