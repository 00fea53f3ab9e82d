//! A message of eight transfers, 1 KiB as raw records, written and read in every form.

mod wire;

use super::measure::{Cost, cost, millis};
use super::{Figure, Report, Settings};
use crate::amount::Amount;
use crate::codecs::ProtobufReader;
use crate::json;
use crate::ledger::{AccountId, Command, CommandId, CommandRecord, RECORD_BYTES, Role};
use crate::proto;
use prost::Message;
use prost::bytes::Bytes;
use record::splitmix::Draws;

/// Transfers of a message: 8 records of 128 bytes are 1 KiB.
const TRANSFERS: u64 = 8;
/// Figures of the article for a message of 1 KB, written a million times.
const ARTICLE_COUNT: u64 = 1_000_000;

fn message(seed: u64) -> Vec<Command> {
    let mut draws = Draws::new(seed);
    let mut wide = || u128::from(draws.draw()) << 64 | u128::from(draws.draw()) | 1;
    let transfer = |_| {
        let amount = Amount::from_units(wide() >> 16).unwrap_or(Amount::MAX);
        let (id, debit, credit) = (wide(), wide(), wide());
        Command::transfer(
            CommandId::new(id),
            AccountId::new(debit),
            AccountId::new(credit),
            amount,
        )
    };
    (0..TRANSFERS).map(transfer).collect()
}

/// A cost as figures, per message where a sum would say nothing.
fn figures(cost: Cost, count: u64, article_ms: Option<f64>) -> Vec<Figure> {
    let each = |total: u64| total as f64 / count as f64;
    let scale = count as f64 / ARTICLE_COUNT as f64;
    vec![
        Figure {
            name: "ms",
            ours: millis(cost.time),
            article: article_ms.map(|ms| ms * scale),
        },
        Figure::new("allocations/message", each(cost.allocations)),
        Figure::new("bytes allocated/message", each(cost.allocated_bytes)),
        Figure::new(
            "MiB peak resident",
            cost.peak_resident_bytes as f64 / 1_048_576.0,
        ),
    ]
}

/// A million messages in every form.
pub(super) fn run(settings: &Settings) -> Report {
    let count = settings.count.unwrap_or(ARTICLE_COUNT).max(1);
    let mut report = Report::new(
        "codec",
        "S7: 1,000,000 messages of 1 KB as JSON, as protobuf, as protobuf into reused memory",
    );
    let commands = message(settings.seed);
    let forms = Forms::of(&commands);
    report.set("messages", count);
    report.set("message", "8 transfers with random ids and amounts");
    report.set("bytes as JSON", forms.json.len());
    report.set("bytes as protobuf", forms.protobuf.len());
    report.set("bytes as records", forms.raw.len());
    write(&mut report, &commands, &forms, count);
    read(&mut report, &forms, count);
    report.note("the article's columns of collections and megabytes have no counterpart: 312 MB over a million messages are less than the messages");
    report.note("reading ends with eight commands of the ledger in every form; records are looked at where they lie");
    report
}

/// The message in every form.
struct Forms {
    json: String,
    protobuf: Bytes,
    raw: Vec<u8>,
}

impl Forms {
    fn of(commands: &[Command]) -> Self {
        let mut raw = Vec::new();
        write_raw(commands, &mut raw);
        Self {
            json: wire::json(commands),
            protobuf: proto::message_of(commands).encode_to_vec().into(),
            raw,
        }
    }
}

fn write_raw(commands: &[Command], into: &mut Vec<u8>) {
    into.clear();
    into.reserve_exact(commands.len() * RECORD_BYTES);
    for command in commands {
        into.extend_from_slice(CommandRecord::new(command).bytes());
    }
}

fn times(count: u64, mut work: impl FnMut()) -> Cost {
    cost(|| (0..count).for_each(|_| work()))
}

fn write(report: &mut Report, commands: &[Command], forms: &Forms, count: u64) {
    let json = times(count, || drop(std::hint::black_box(wire::json(commands))));
    report.row("write JSON text", figures(json, count, Some(1842.0)));
    let message = proto::message_of(commands);
    let fresh = times(count, || {
        drop(std::hint::black_box(message.encode_to_vec()));
    });
    report.row(
        "write protobuf, new vector",
        figures(fresh, count, Some(691.0)),
    );
    let mut slice = vec![0; forms.protobuf.len()];
    let mut failed = 0;
    let reused = times(count, || {
        let mut place: &mut [u8] = &mut slice;
        failed += u64::from(message.encode(&mut place).is_err());
        std::hint::black_box(&place);
    });
    debug_assert_eq!(failed, 0, "the slice has the exact size");
    report.row(
        "write protobuf, reused slice of exact size",
        figures(reused, count, Some(327.0)),
    );
    let mut buffer = Vec::new();
    let raw = times(count, || {
        write_raw(commands, &mut buffer);
        std::hint::black_box(&buffer);
    });
    report.row("write records, reused vector", figures(raw, count, None));
}

fn read(report: &mut Report, forms: &Forms, count: u64) {
    let json = times(count, || {
        drop(std::hint::black_box(json::decode_batch(
            forms.json.as_bytes(),
        )));
    });
    report.row("read JSON", figures(json, count, None));
    for reader in [ProtobufReader::Prost, ProtobufReader::View] {
        let cost = times(count, || {
            let body = forms.protobuf.clone();
            drop(std::hint::black_box(reader.batch(body, Role::Operator)));
        });
        let what = format!("read protobuf by {}", reader.name());
        report.row(what, figures(cost, count, None));
    }
    let raw = times(count, || {
        let records = CommandRecord::view(&forms.raw).unwrap_or_default();
        for record in records {
            let _ = std::hint::black_box(record.command(Role::Operator));
        }
    });
    report.row("read records in place", figures(raw, count, None));
}
