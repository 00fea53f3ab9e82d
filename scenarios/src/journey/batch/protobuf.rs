//! The few fields of a transfer in protobuf, and the status of each answer.
//!
//! By hand, because a batch has five fields of fixed length: what a library would allocate for each of them would be the generator's own
//! cost in a measurement of millions of transfers a second. See <https://protobuf.dev/programming-guides/encoding/>.

use super::TRANSFER;
use crate::ledger::Transfer;

/// Bytes of a command: four fields of 16 bytes with their tag and length, and the kind with its tag.
const COMMAND: usize = 4 * 18 + 2;

pub(super) fn encode(transfers: impl ExactSizeIterator<Item = Transfer>) -> Vec<u8> {
    let mut body = Vec::with_capacity(transfers.len() * (COMMAND + 2));
    for transfer in transfers {
        body.extend_from_slice(&[tag(1, LENGTH), COMMAND as u8]);
        wide(1, transfer.id, &mut body);
        body.extend_from_slice(&[tag(2, VARINT), TRANSFER as u8]);
        wide(3, transfer.debit, &mut body);
        wide(4, transfer.credit, &mut body);
        wide(5, transfer.units(), &mut body);
    }
    body
}

const VARINT: u8 = 0;
const LENGTH: u8 = 2;

const fn tag(field: u8, kind: u8) -> u8 {
    field << 3 | kind
}

fn wide(field: u8, value: u128, body: &mut Vec<u8>) {
    body.extend_from_slice(&[tag(field, LENGTH), 16]);
    body.extend_from_slice(&value.to_le_bytes());
}

/// Field 1 of the batch are the answers; field 1 of an answer is its status, left out for 0.
pub(super) fn statuses(body: &[u8]) -> Option<Vec<u64>> {
    let mut statuses = Vec::new();
    fields(body, |field, value| {
        if let (1, Value::Bytes(answer)) = (field, value) {
            let mut status = 0;
            fields(answer, |field, value| {
                if let (1, Value::Number(number)) = (field, value) {
                    status = number;
                }
                Some(())
            })?;
            statuses.push(status);
        }
        Some(())
    })?;
    Some(statuses)
}

enum Value<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

/// Calls `take` with every field that is a number or bytes; `None` for anything that is no such message.
fn fields<'a>(
    mut rest: &'a [u8],
    mut take: impl FnMut(u64, Value<'a>) -> Option<()>,
) -> Option<()> {
    while !rest.is_empty() {
        let key = varint(&mut rest)?;
        let value = match (key & 7) as u8 {
            VARINT => Value::Number(varint(&mut rest)?),
            LENGTH => {
                let length = usize::try_from(varint(&mut rest)?).ok()?;
                let (bytes, behind) = rest.split_at_checked(length)?;
                rest = behind;
                Value::Bytes(bytes)
            }
            _ => return None,
        };
        take(key >> 3, value)?;
    }
    Some(())
}

fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (byte, behind) = rest.split_first()?;
        *rest = behind;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_command_is_what_the_engine_expects() {
        let transfer = Transfer {
            id: 1,
            debit: 2,
            credit: 3,
            cents: 1,
        };
        let body = encode([transfer].into_iter());
        assert_eq!(body.len(), COMMAND + 2);
        assert_eq!(body[..5], [0x0a, 74, 0x0a, 16, 1]);
        assert_eq!(body[20..25], [0x10, 3, 0x1a, 16, 2]);
    }

    #[test]
    fn statuses_are_read_and_left_out_means_ok() {
        // Two answers: {sequence: 300}, {status: 73, field: "x"}.
        let body = [0x0a, 3, 0x10, 0xac, 0x02, 0x0a, 5, 0x08, 73, 0x22, 1, b'x'];
        assert_eq!(statuses(&body), Some(vec![0, 73]));
        assert_eq!(statuses(&body[..4]), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_refused_or_read(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
            let _ = statuses(&bytes);
        }
    }
}
