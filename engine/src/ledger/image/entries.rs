//! The history.

use super::read::{ImageError, Reader};
use super::{Sink, drain};
use crate::ledger::command::{Chain, Kind, Role, TokenId};
use crate::ledger::entry::{Entries, Kept, Rare};
use crate::ledger::{AccountId, CommandId, Sequence, Status};

/// Bytes of an entry and of the fields that few have.
const ENTRY: usize = 16 * 6 + 4 * 3 + 4;
const RARE: usize = 16 * 4 + 8 * 2 + 4 * 2 + 1;

impl Entries {
    pub(super) fn write<E>(&self, bytes: &mut Vec<u8>, sink: &mut Sink<'_, E>) -> Result<(), E> {
        bytes.extend_from_slice(&(self.rare().len() as u32).to_le_bytes());
        for rare in self.rare() {
            write_rare(rare, bytes);
            drain(bytes, sink)?;
        }
        bytes.extend_from_slice(&self.len().to_le_bytes());
        for kept in self.kept_in_order() {
            write_kept(kept, bytes);
            drain(bytes, sink)?;
        }
        Ok(())
    }

    /// Fills a history that is empty.
    pub(super) fn read(&mut self, reader: &mut Reader<'_>) -> Result<(), ImageError> {
        let rare = reader.length(RARE)?;
        for _ in 0..rare {
            let rare = read_rare(reader)?;
            self.push_rare(rare);
        }
        let count = reader.length(ENTRY)?;
        for at in 0..count {
            let kept = read_kept(reader)?;
            let earlier = |place: Option<Sequence>| place.is_none_or(|place| place.index() < at);
            if kept.rare as usize > rare
                || !earlier(kept.debit_previous)
                || !earlier(kept.credit_previous)
            {
                return Err(ImageError("an entry points to nowhere"));
            }
            self.push_kept(kept);
        }
        Ok(())
    }
}

fn write_kept(kept: &Kept, bytes: &mut Vec<u8>) {
    let mut entry = [0; ENTRY];
    let wide = [
        kept.id.get(),
        kept.debit.get(),
        kept.credit.get(),
        kept.amount.units(),
        kept.debit_balance.units(),
        kept.credit_balance.units(),
    ];
    for (place, value) in entry.chunks_exact_mut(16).zip(wide) {
        place.copy_from_slice(&value.to_le_bytes());
    }
    let place = |place: Option<Sequence>| place.map_or(0, |place| place.get() as u32);
    let narrow = [
        place(kept.debit_previous),
        place(kept.credit_previous),
        kept.rare,
    ];
    for (place, value) in entry[96..].chunks_exact_mut(4).zip(narrow) {
        place.copy_from_slice(&value.to_le_bytes());
    }
    entry[108] = kept.kind.number() as u8;
    entry[109] = kept.status.number();
    entry[110] = kept.flags;
    entry[111] = kept.role.number() as u8;
    bytes.extend_from_slice(&entry);
}

fn read_kept(reader: &mut Reader<'_>) -> Result<Kept, ImageError> {
    Ok(Kept {
        id: CommandId::new(reader.u128()?),
        debit: AccountId::new(reader.u128()?),
        credit: AccountId::new(reader.u128()?),
        amount: reader.amount()?,
        debit_balance: reader.amount()?,
        credit_balance: reader.amount()?,
        debit_previous: reader.place()?,
        credit_previous: reader.place()?,
        rare: reader.u32()?,
        kind: Kind::from_number(reader.u8()?.into())
            .ok_or(ImageError("the kind of an entry is unknown"))?,
        status: Status::from_number(reader.u8()?)
            .ok_or(ImageError("the status of an entry is unknown"))?,
        flags: reader.u8()?,
        role: Role::from_number(reader.u8()?.into())
            .ok_or(ImageError("the role of an entry is unknown"))?,
    })
}

fn write_rare(rare: &Rare, bytes: &mut Vec<u8>) {
    for value in [
        rare.debit.get(),
        rare.credit.get(),
        rare.related,
        rare.reference,
    ] {
        bytes.extend_from_slice(&value.to_le_bytes());
    }
    bytes.extend_from_slice(&rare.deadline_ms.to_le_bytes());
    bytes.extend_from_slice(&rare.expected_version.to_le_bytes());
    bytes.extend_from_slice(&rare.token.0.to_le_bytes());
    bytes.extend_from_slice(&rare.timeout_s.to_le_bytes());
    bytes.push(rare.chain.number());
}

fn read_rare(reader: &mut Reader<'_>) -> Result<Rare, ImageError> {
    Ok(Rare {
        debit: AccountId::new(reader.u128()?),
        credit: AccountId::new(reader.u128()?),
        related: reader.u128()?,
        reference: reader.u128()?,
        deadline_ms: reader.u64()?,
        expected_version: reader.u64()?,
        token: TokenId(reader.u32()?),
        timeout_s: reader.u32()?,
        chain: Chain::from_number(reader.u8()?)
            .ok_or(ImageError("the chain of an entry is unknown"))?,
    })
}
