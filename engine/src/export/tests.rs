#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::amount::Amount;
use crate::evidence::{Origin, SigningKey};
use crate::executor::{Executor, Setup};
use crate::ledger::{AccountId, Command, CommandId, CommandRecord, Profile};
use proptest::prelude::*;
use std::path::PathBuf;
use std::sync::LazyLock;

fn engine_key() -> SigningKey {
    SigningKey::new(&[1; 32])
}

fn operator_key() -> SigningKey {
    SigningKey::new(&[2; 32])
}

/// A folder that is gone afterwards.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("export-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn amount(units: u128) -> Amount {
    Amount::from_units(units).unwrap()
}

fn freeze(number: u128) -> Command {
    Command::freeze(CommandId::new(number), AccountId::new(1), amount(1))
}

fn transfer(number: u128) -> Command {
    let (one, two) = (AccountId::new(1), AccountId::new(2));
    Command::transfer(CommandId::new(number), one, two, amount(1))
}

/// An operator's evidence for one command.
fn signed_by_operator(command: &Command) -> Origin {
    let record = CommandRecord::new(command);
    Origin {
        ip: Some([192, 0, 2, 7].into()),
        operator: Some("alice".to_owned()),
        proof: Some("idp:42".to_owned()),
        signature: Some(operator_key().sign(record.bytes())),
        ..Origin::default()
    }
}

/// Signed freezes, one a group; groups of transfers; and a group with unsigned freezes among transfers, a refused one too.
fn fill(folder: &Folder) {
    let setup = Setup {
        data: Some(folder.0.clone()),
        ..Setup::default()
    };
    let executor = Executor::start(&setup).unwrap().executor;
    let profile = Profile {
        level: 3,
        jurisdiction: *b"FR",
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.unwrap().block_on(async {
        let prepare = vec![
            Command::open(CommandId::new(1), AccountId::new(1)).with_profile(profile),
            Command::open(CommandId::new(2), AccountId::new(2)),
            Command::mint(CommandId::new(3), AccountId::new(1), amount(20)),
        ];
        executor.apply_batch(prepare).await.unwrap();
        for number in 10..13 {
            let command = freeze(number);
            let evidence = signed_by_operator(&command).evidence();
            executor.apply_from(command, evidence).await.unwrap();
            executor.apply(transfer(number + 10)).await.unwrap();
        }
        let mixed = (30..51).map(|number| {
            if number % 3 == 0 {
                freeze(number)
            } else {
                transfer(number)
            }
        });
        executor.apply_batch(mixed.collect()).await.unwrap();
        executor.apply(transfer(60)).await.unwrap();
    });
}

fn exported(folder: &Folder, query: &Query, key: Option<&SigningKey>) -> Vec<u8> {
    let mut bytes = Vec::new();
    export_folder(&folder.0, query, key, &mut bytes).unwrap();
    bytes
}

fn check(mut bytes: &[u8], trust: &Trust) -> Result<Verified, Fault> {
    verify(&mut bytes, trust)
}

fn trust() -> Trust {
    Trust {
        engine: Some(engine_key().public()),
        operator: None,
    }
}

/// One journal's exports: signed, unsigned, and of the signed freezes only.
struct Sample {
    signed: Vec<u8>,
    unsigned: Vec<u8>,
}

static SAMPLE: LazyLock<Sample> = LazyLock::new(|| {
    let folder = Folder::new("sample");
    fill(&folder);
    Sample {
        signed: exported(&folder, &Query::default(), Some(&engine_key())),
        unsigned: exported(&folder, &Query::default(), None),
    }
});

#[test]
fn a_whole_export_is_verified_without_its_engine() {
    let verified = check(&SAMPLE.signed, &trust()).unwrap();
    assert_eq!(verified.records, 10);
    assert_eq!(verified.last_sequence, 31);
    assert_eq!(verified.query, Query::default());
    assert_eq!(verified.key, Some(engine_key().public()));
    let text = String::from_utf8(SAMPLE.signed.clone()).unwrap();
    let line = text
        .lines()
        .find(|line| line.starts_with("{\"record\""))
        .unwrap();
    for part in [
        "\"kyc_level\":3",
        "\"regulatory_jurisdiction\":\"FR\"",
        "\"operator\":\"alice\"",
        "\"operator_ip\":\"192.0.2.7\"",
        "\"operator_proof\":\"idp:42\"",
        "\"operator_signature\":\"",
        "\"group_hash\":\"0x",
    ] {
        assert!(line.contains(part), "{part} {line}");
    }
}

#[test]
fn whose_word_counts_is_the_readers_choice() {
    let other = SigningKey::new(&[9; 32]).public();
    let with = |engine, operator| Trust { engine, operator };
    let fault = |bytes: &[u8], trust| check(bytes, &trust).unwrap_err().what;
    assert!(check(&SAMPLE.signed, &Trust::default()).is_ok());
    assert_eq!(
        check(&SAMPLE.unsigned, &Trust::default()).unwrap().key,
        None
    );
    assert_eq!(fault(&SAMPLE.unsigned, trust()), "the export is not signed");
    assert!(
        fault(&SAMPLE.signed, with(Some(other), None)).starts_with("it is signed with another key")
    );
    assert_eq!(
        fault(&SAMPLE.signed, with(None, Some(other))),
        "the operator's signature is wrong"
    );
    // The freezes of the batch were not signed.
    assert_eq!(
        fault(&SAMPLE.signed, with(None, Some(operator_key().public()))),
        "the operator did not sign the command"
    );
}

#[test]
fn a_period_holds_its_groups_and_no_others() {
    let folder = Folder::new("period");
    fill(&folder);
    let whole = exported(&folder, &Query::default(), None);
    let text = String::from_utf8(whole).unwrap();
    let times: Vec<_> = text
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter_map(|line| crate::moment::parse(line["record"]["time"].as_str()?))
        .collect();
    let query = |from_ns, to_ns| Query {
        from_ns,
        to_ns,
        ..Query::default()
    };
    for (from_ns, to_ns, records) in [
        (times[1], times[2], 1),
        (times[1], times[2] + 1, 2),
        (times[0], u64::MAX, 10),
        (times[3], u64::MAX, 7),
        (0, times[0], 0),
        (u64::MAX - 1, u64::MAX, 0),
        (5, 5, 0),
    ] {
        let bytes = exported(&folder, &query(from_ns, to_ns), Some(&engine_key()));
        let verified = check(&bytes, &trust()).unwrap();
        assert_eq!(verified.records, records, "{from_ns} {to_ns}");
    }
    let signed_only = exported(&folder, &query(0, times[3]), Some(&engine_key()));
    let both = Trust {
        operator: Some(operator_key().public()),
        ..trust()
    };
    assert_eq!(check(&signed_only, &both).unwrap().records, 3);
    let everything = Query {
        kinds: crate::ledger::Kind::ALL.to_vec(),
        ..Query::default()
    };
    let bytes = exported(&folder, &everything, None);
    assert_eq!(check(&bytes, &Trust::default()).unwrap().records, 31);
}

#[test]
fn lines_cannot_be_left_out_doubled_or_put_elsewhere() {
    let lines: Vec<_> = SAMPLE
        .unsigned
        .split_inclusive(|byte| *byte == b'\n')
        .collect();
    let wrong = |lines: &[&[u8]]| check(&lines.concat(), &Trust::default()).is_err();
    assert!(!wrong(&lines));
    for at in 0..lines.len() {
        let mut less = lines.clone();
        less.remove(at);
        assert!(wrong(&less), "without line {at}");
        let mut more = lines.clone();
        more.insert(at, lines[at]);
        assert!(wrong(&more), "with line {at} twice");
        assert!(wrong(&lines[..at]), "cut before line {at}");
        let mut swapped = lines.clone();
        swapped.swap(at, (at + 1) % lines.len());
        assert!(wrong(&swapped), "with line {at} behind its neighbour");
    }
    assert!(wrong(&[&lines[..], &[b"\n"]].concat()));
}

#[test]
fn where_there_is_no_journal_there_is_no_export() {
    let folder = Folder::new("empty");
    let export =
        |folder: &Folder| export_folder(&folder.0, &Query::default(), None, &mut Vec::new());
    assert!(matches!(export(&folder), Err(ExportError::Journal(_))));
    std::fs::create_dir_all(&folder.0).unwrap();
    assert!(matches!(export(&folder), Err(ExportError::Empty(_))));
}

/// Bytes of the journal that were durable are not exported once they are damaged.
#[test]
fn a_damaged_journal_is_not_exported() {
    let folder = Folder::new("damaged");
    fill(&folder);
    let segment = folder.0.join(format!("{:020}.journal", 1));
    let whole = std::fs::read(&segment).unwrap();
    let end = whole.iter().rposition(|byte| *byte != 0).unwrap();
    for at in (0..end).step_by(97) {
        let mut bytes = whole.clone();
        bytes[at] ^= 4;
        std::fs::write(&segment, bytes).unwrap();
        let exported = export_folder(&folder.0, &Query::default(), None, &mut Vec::new());
        assert!(exported.is_err(), "byte {at}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn a_change_of_any_byte_is_found(at: prop::sample::Index, change in 1..=255_u8, signed: bool) {
        let mut bytes = if signed { SAMPLE.signed.clone() } else { SAMPLE.unsigned.clone() };
        let at = at.index(bytes.len());
        bytes[at] ^= change;
        prop_assert!(check(&bytes, &Trust::default()).is_err(), "byte {}", at);
    }

    #[test]
    fn a_cut_anywhere_is_found(at: prop::sample::Index) {
        let bytes = &SAMPLE.signed[..at.index(SAMPLE.signed.len())];
        prop_assert!(check(bytes, &trust()).is_err());
    }

    #[test]
    fn any_bytes_are_refused(bytes: Vec<u8>) {
        prop_assert!(check(&bytes, &Trust::default()).is_err());
    }

    /// Bytes that get past the parser, in the places where bytes are read.
    #[test]
    fn any_bytes_in_the_right_places_are_refused(
        head in proptest::collection::vec(any::<u8>(), 96), proof: Vec<u8>, entry in proptest::collection::vec(any::<u8>(), 0..400), records: u32,
    ) {
        use base64::Engine as _;
        let base64 = |bytes: &[u8]| base64::engine::general_purpose::STANDARD.encode(bytes);
        let first = SAMPLE.unsigned.split_inclusive(|byte| *byte == b'\n').next().unwrap();
        let mut head = head;
        head[..4].copy_from_slice(&[0xd7, 0x4a, 0xf1, 0x9e]);
        head[8..12].fill(0);
        head[32..64].fill(0);
        let group = format!(r#"{{"group":"{}","proof":"{}","records":{records}}}"#, base64(&head), base64(&proof));
        let record = format!(r#"{{"record":{{"kyc_level":0}},"entry":"{}"}}"#, base64(&entry));
        let bytes = [first, group.as_bytes(), b"\n", record.as_bytes(), b"\n"].concat();
        prop_assert!(check(&bytes, &Trust::default()).is_err());
    }
}
