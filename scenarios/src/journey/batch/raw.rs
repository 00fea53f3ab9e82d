//! Records of 128 bytes, answers of 16, all numbers little-endian.

use super::{TOKEN, TRANSFER};
use crate::ledger::Transfer;

const RECORD: usize = 128;
const ANSWER: usize = 16;

pub(super) fn encode(transfers: impl ExactSizeIterator<Item = Transfer>) -> Vec<u8> {
    let mut body = Vec::with_capacity(transfers.len() * RECORD);
    for transfer in transfers {
        let mut record = [0; RECORD];
        record[..16].copy_from_slice(&transfer.id.to_le_bytes());
        record[16..32].copy_from_slice(&transfer.debit.to_le_bytes());
        record[32..48].copy_from_slice(&transfer.credit.to_le_bytes());
        record[48..64].copy_from_slice(&transfer.units().to_le_bytes());
        record[112..116].copy_from_slice(&TOKEN.to_le_bytes());
        record[120..122].copy_from_slice(&TRANSFER.to_le_bytes());
        body.extend_from_slice(&record);
    }
    body
}

/// Index, status, flags and sequence each: the index must be the place.
pub(super) fn statuses(body: &[u8]) -> Option<Vec<u64>> {
    if !body.len().is_multiple_of(ANSWER) {
        return None;
    }
    let answers = body.chunks_exact(ANSWER).enumerate();
    answers
        .map(|(at, answer)| {
            let index = u32::from_le_bytes(*answer.first_chunk()?);
            let status = u16::from_le_bytes([answer[4], answer[5]]);
            (index as usize == at).then_some(u64::from(status))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_has_its_fields_where_they_belong() {
        let transfer = Transfer {
            id: 1,
            debit: 2,
            credit: 3,
            cents: 100,
        };
        let body = encode([transfer, transfer].into_iter());
        assert_eq!(body.len(), 256);
        assert_eq!((body[0], body[16], body[32]), (1, 2, 3));
        assert_eq!(body[48..64], 1_000_000_000_000_000_000_u128.to_le_bytes());
        assert_eq!((body[112], body[120]), (1, 3));
    }

    #[test]
    fn answers_are_read_in_their_places_only() {
        let mut body = [0; 32];
        body[16] = 1;
        body[20] = 73;
        assert_eq!(statuses(&body), Some(vec![0, 73]));
        body[16] = 2;
        assert_eq!(statuses(&body), None);
        assert_eq!(statuses(&body[..31]), None);
    }
}
