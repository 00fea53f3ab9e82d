//! A page of a statement, written by hand: fifty lines of the same seven members, of which none needs an escape. A serializer takes several
//! times as long for them as the rest of the request does.

use crate::amount::{Amount, AmountText};
use crate::ledger::{AccountId, IdText, StatementLine, StatementPage};

/// Room for a line with the longest numbers.
const LINE_BYTES: usize = 352;
/// Room for what stands around the lines.
const FRAME_BYTES: usize = 48;

/// The page as JSON text.
pub fn encode_statement(page: &StatementPage) -> Vec<u8> {
    let mut out = Vec::with_capacity(FRAME_BYTES + LINE_BYTES * page.lines.len());
    out.extend_from_slice(br#"{"entries":["#);
    for (place, line) in page.lines.iter().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        push_line(&mut out, line);
    }
    out.extend_from_slice(br#"],"next":"#);
    match page.next {
        Some(next) => push_number(&mut out, next.get()),
        None => out.extend_from_slice(b"null"),
    }
    out.push(b'}');
    out
}

fn push_line(out: &mut Vec<u8>, line: &StatementLine) {
    let command = line.entry.command();
    let [debit, credit] = [command.debit(), command.credit()].map(|id| id.map(AccountId::text));
    let amount = command.amount().map(Amount::text);
    out.extend_from_slice(br#"{"sequence":"#);
    push_number(out, line.sequence.get());
    push_text(out, br#","id":"#, Some(command.id().text().as_bytes()));
    push_text(out, br#","kind":"#, Some(command.kind().name().as_bytes()));
    push_text(out, br#","debit":"#, debit.as_ref().map(IdText::as_bytes));
    push_text(out, br#","credit":"#, credit.as_ref().map(IdText::as_bytes));
    push_text(
        out,
        br#","amount":"#,
        amount.as_ref().map(AmountText::as_bytes),
    );
    push_text(out, br#","balance":"#, Some(line.balance.text().as_bytes()));
    out.push(b'}');
}

/// A member whose value is ASCII without anything to escape, or null.
fn push_text(out: &mut Vec<u8>, name: &[u8], value: Option<&[u8]>) {
    out.extend_from_slice(name);
    match value {
        Some(value) => {
            out.push(b'"');
            out.extend_from_slice(value);
            out.push(b'"');
        }
        None => out.extend_from_slice(b"null"),
    }
}

fn push_number(out: &mut Vec<u8>, number: u64) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}
