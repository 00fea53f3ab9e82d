//! Killed under load, again and again: nothing acknowledged is lost, nothing is done twice, nobody invents anything.
//!
//! Three rounds, or as many as `CRASH_ROUNDS` says. Killing a process shows what a crash of the process does; it does not show a
//! power loss, which the simulated storage of the unit tests does.

use crate::child::{Folder, Running, output};
use crate::server::{id, mint, open, transfer};
use engine::executor::balances::Balances;
use reqwest::{Client, StatusCode};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

const ACCOUNTS: u128 = 8;
const CALLERS: u128 = 16;
/// Keys of transfers start here.
const KEYS: u128 = 1_000_000;

/// What the callers know.
#[derive(Default)]
struct Known {
    /// Everything that was sent, by key: the body.
    sent: BTreeMap<u128, String>,
    /// What was acknowledged: place and status.
    acknowledged: BTreeMap<String, (u64, String)>,
    /// Keys whose answers never came.
    unknown: BTreeSet<u128>,
}

struct Load {
    client: Client,
    url: String,
    known: Mutex<Known>,
    next: AtomicU64,
    answers: AtomicU64,
    over: AtomicBool,
}

/// The ways to keep balances take turns, so that each finds what another one was killed over.
fn way(round: u64) -> Balances {
    let three = [Balances::Single, Balances::Sharded, Balances::Cas];
    match round {
        0..3 => three[round as usize],
        _ => Balances::ALL[round as usize % Balances::ALL.len()],
    }
}

fn rounds() -> u64 {
    std::env::var("CRASH_ROUNDS").map_or(3, |text| text.parse().unwrap())
}

/// Place and status of an answer about a recorded command.
fn outcome(status: StatusCode, body: &Value) -> (u64, String) {
    let sequence = [&body["sequence"], &body["error"]["sequence"]];
    let sequence = sequence.into_iter().find_map(Value::as_u64).unwrap();
    let names = [&body["error"]["code"], &body["name"]];
    let refusal = names.into_iter().find_map(Value::as_str);
    let name = if status == StatusCode::OK {
        "ok"
    } else {
        refusal.unwrap()
    };
    (sequence, name.to_owned())
}

impl Load {
    /// Sends one transfer and notes what came of it.
    async fn send(&self, key: u128) -> Option<()> {
        let body = self.known.lock().unwrap().sent[&key].clone();
        let request = self.client.post(format!("{}/v1/transfers", self.url));
        let answer = async {
            let response = request.body(body).send().await.ok()?;
            let status = response.status();
            // The head may have come and the body not.
            Some((status, response.json::<Value>().await.ok()?))
        };
        let answer = answer.await;
        let mut known = self.known.lock().unwrap();
        let Some((status, body)) = answer else {
            known.unknown.insert(key);
            return None;
        };
        known.unknown.remove(&key);
        let outcome = outcome(status, &body);
        let before = known.acknowledged.insert(id(key), outcome.clone());
        assert!(before.is_none_or(|before| before == outcome), "{key}");
        self.answers.fetch_add(1, Ordering::Relaxed);
        Some(())
    }

    /// One caller: transfers one after the other, a few of them impossible, until nobody answers.
    async fn call(self: Arc<Self>) {
        while !self.over.load(Ordering::Relaxed) {
            let number = u128::from(self.next.fetch_add(1, Ordering::Relaxed));
            let (debit, credit) = (
                number % ACCOUNTS + 1,
                (number + 1 + number / 7 % 6) % ACCOUNTS + 1,
            );
            let amount = if number.is_multiple_of(50) {
                "999999999"
            } else {
                "0.25"
            };
            let (key, credit) = (
                KEYS + number,
                if credit == debit {
                    debit % ACCOUNTS + 1
                } else {
                    credit
                },
            );
            let body = transfer(key, debit, credit, amount);
            self.known.lock().unwrap().sent.insert(key, body);
            if self.send(key).await.is_none() {
                return;
            }
        }
    }

    async fn get(&self, path: &str) -> Value {
        let response = self.client.get(format!("{}{path}", self.url)).send().await;
        response.unwrap().json().await.unwrap()
    }

    async fn journal(&self) -> Vec<Value> {
        let mut entries = Vec::new();
        let mut from = Some(1);
        while let Some(first) = from {
            let mut page = self
                .get(&format!("/v1/journal?from={first}&limit=10000"))
                .await;
            from = page["next"].as_u64();
            entries.append(page["entries"].as_array_mut().unwrap());
        }
        entries
    }

    /// Holds the whole history against what the callers know.
    async fn audit(&self) {
        let entries = self.journal().await;
        let mut places = BTreeMap::new();
        for (at, entry) in (1..).zip(&entries) {
            assert_eq!(
                entry["sequence"].as_u64(),
                Some(at),
                "sequences have no gaps"
            );
            let status = entry["status"].as_str().unwrap().to_owned();
            let key = entry["id"].as_str().unwrap().to_owned();
            assert!(
                places.insert(key, (at, status)).is_none(),
                "a key is there twice"
            );
        }
        {
            let known = self.known.lock().unwrap();
            for (key, outcome) in &known.acknowledged {
                assert_eq!(places.get(key), Some(outcome), "acknowledged: {key}");
            }
            let sent: BTreeSet<_> = known.sent.keys().map(|key| id(*key)).collect();
            let transfers = entries.iter().filter(|entry| entry["kind"] == "transfer");
            for entry in transfers {
                assert!(
                    sent.contains(entry["id"].as_str().unwrap()),
                    "invented: {entry}"
                );
            }
        }
        self.sums(&entries).await;
    }

    /// Adds the history up by itself and compares with the balances, in quarters of a unit.
    async fn sums(&self, entries: &[Value]) {
        let quarters = |text: &str| (text.parse::<f64>().unwrap() * 4.0) as i64;
        let mut balances: BTreeMap<String, i64> = BTreeMap::new();
        for entry in entries.iter().filter(|entry| entry["status"] == "ok") {
            let Some(amount) = entry["amount"].as_str().map(quarters) else {
                continue;
            };
            for (side, sign) in [("debit", -1), ("credit", 1)] {
                if let Some(account) = entry[side].as_str() {
                    *balances.entry(account.to_owned()).or_default() += sign * amount;
                }
            }
        }
        let accounts = self.get("/v1/accounts?limit=100").await;
        let accounts = accounts["accounts"].as_array().unwrap().clone();
        assert_eq!(accounts.len() as u128, ACCOUNTS);
        for account in &accounts {
            let balance = quarters(account["balance"].as_str().unwrap());
            assert_eq!(
                balances[account["id"].as_str().unwrap()],
                balance,
                "{account}"
            );
        }
        assert_eq!(balances.values().sum::<i64>(), 4 * 1000 * ACCOUNTS as i64);
    }

    /// Accounts with a thousand units each; the same commands again do nothing.
    async fn prepare(&self) {
        for account in 1..=ACCOUNTS {
            for (path, body) in [
                ("/v1/accounts", open(account)),
                ("/v1/mints", mint(1000 + account, account, "1000")),
            ] {
                let request = self.client.post(format!("{}{path}", self.url)).body(body);
                assert!(request.send().await.unwrap().status().is_success());
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_and_nothing_is_done_twice() {
    let folder = Folder::new();
    let mut known = Known::default();
    let mut next = 0;
    for round in 0..rounds() {
        let child = Running::start(&["--data", folder.text(), "--balances", way(round).name()]);
        let load = Arc::new(Load {
            client: Client::builder().no_proxy().build().unwrap(),
            url: child.url.clone(),
            known: Mutex::new(std::mem::take(&mut known)),
            next: AtomicU64::new(next),
            answers: AtomicU64::new(0),
            over: AtomicBool::new(false),
        });
        load.prepare().await;
        load.audit().await;
        // Those whose answers never came get one now, once and for all.
        let unknown: Vec<_> = load.known.lock().unwrap().unknown.iter().copied().collect();
        for key in unknown {
            load.send(key).await.unwrap();
        }
        load.audit().await;
        let callers: Vec<_> = (0..CALLERS)
            .map(|_| tokio::spawn(Arc::clone(&load).call()))
            .collect();
        // Not a time but a number of answers decides when it dies.
        while load.answers.load(Ordering::Relaxed) < 300 + 211 * (round % 7) {
            tokio::task::yield_now().await;
        }
        assert_eq!(child.end("-KILL").code(), None);
        load.over.store(true, Ordering::Relaxed);
        for caller in callers {
            caller.await.unwrap();
        }
        next = load.next.load(Ordering::Relaxed);
        known = std::mem::take(&mut *load.known.lock().unwrap());
    }
    let verified = output(&["verify", folder.text()]);
    let text = String::from_utf8_lossy(&verified.stdout).into_owned();
    assert!(
        verified.status.success() && text.starts_with("whole: "),
        "{text}"
    );
    assert!(known.acknowledged.len() as u64 >= 300 * rounds());
}
