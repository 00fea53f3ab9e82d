//! Where a command comes from, as the audit bytes of its journal entry.
//!
//! ```text
//! fields, one after the other: tag u8 | length u8 | bytes
//! ```
//!
//! Tags that a reader does not know are skipped, so that later versions may add some. The bytes are part of the entry's digest:
//! nothing in them can be changed afterwards.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

/// The audit bytes of a request, shared by its commands; `None` for requests that leave none.
pub type Evidence = Option<Arc<[u8]>>;

/// The most bytes of a name or reference in an origin.
pub const NAME_BYTES_MAX: usize = 128;

const IP: u8 = 1;
const OPERATOR: u8 = 2;
const PROOF: u8 = 3;
const SIGNATURE: u8 = 4;
const TRACE: u8 = 5;
const PROVIDER: u8 = 6;
const EVENT: u8 = 7;
const TX_HASH: u8 = 8;

/// Who sent a command.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Origin {
    /// From which address.
    pub ip: Option<IpAddr>,
    /// The operator's name.
    pub operator: Option<String>,
    /// What the operator's identity was proved with: a reference that only the identity provider can resolve.
    pub proof: Option<String>,
    /// The operator's ed25519 signature over the 128-byte record.
    pub signature: Option<[u8; 64]>,
    /// The trace of the request.
    pub trace: Option<[u8; 16]>,
    /// Whose webhook it was.
    pub provider: Option<String>,
    /// The webhook's event id: the delivery's digest or the sender's own, as its form has it.
    pub event: Option<String>,
    /// The submission on a chain that it belongs to.
    pub tx_hash: Option<[u8; 32]>,
}

impl Origin {
    /// The bytes. Texts are cut at [`NAME_BYTES_MAX`] bytes; callers refuse longer ones before.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut put = |tag: u8, value: Option<&[u8]>| {
            if let Some(value) = value {
                let value = &value[..value.len().min(NAME_BYTES_MAX)];
                bytes.push(tag);
                bytes.push(value.len() as u8);
                bytes.extend_from_slice(value);
            }
        };
        let text = |text: &Option<String>| text.as_ref().map(|text| text.clone().into_bytes());
        let address = self.ip.map(|ip| match ip.to_canonical() {
            IpAddr::V4(ip) => ip.octets().to_vec(),
            IpAddr::V6(ip) => ip.octets().to_vec(),
        });
        put(IP, address.as_deref());
        put(OPERATOR, text(&self.operator).as_deref());
        put(PROOF, text(&self.proof).as_deref());
        put(SIGNATURE, self.signature.as_ref().map(<[u8; 64]>::as_slice));
        put(TRACE, self.trace.as_ref().map(<[u8; 16]>::as_slice));
        put(PROVIDER, text(&self.provider).as_deref());
        put(EVENT, text(&self.event).as_deref());
        put(TX_HASH, self.tx_hash.as_ref().map(<[u8; 32]>::as_slice));
        bytes
    }

    /// The bytes as commands carry them.
    pub fn evidence(&self) -> Evidence {
        Some(self.encode().into())
    }

    /// Reads what can be read: a field of another length or without its bytes is as if it were not there.
    pub fn decode(bytes: &[u8]) -> Self {
        let mut origin = Self::default();
        let mut rest = bytes;
        while let [tag, length, more @ ..] = rest {
            let Some((value, more)) = more.split_at_checked(usize::from(*length)) else {
                break;
            };
            origin.set(*tag, value);
            rest = more;
        }
        origin
    }

    fn set(&mut self, tag: u8, value: &[u8]) {
        let text = || std::str::from_utf8(value).ok().map(str::to_owned);
        match tag {
            IP => self.ip = address(value),
            OPERATOR => self.operator = text(),
            PROOF => self.proof = text(),
            SIGNATURE => self.signature = value.try_into().ok(),
            TRACE => self.trace = value.try_into().ok(),
            PROVIDER => self.provider = text(),
            EVENT => self.event = text(),
            TX_HASH => self.tx_hash = value.try_into().ok(),
            _ => {}
        }
    }
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    let four = <[u8; 4]>::try_from(bytes).map(|octets| Ipv4Addr::from(octets).into());
    let sixteen = <[u8; 16]>::try_from(bytes).map(|octets| Ipv6Addr::from(octets).into());
    four.or(sixteen).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::AUDIT_BYTES_MAX;
    use proptest::prelude::*;

    fn name() -> impl Strategy<Value = Option<String>> {
        proptest::option::of("[a-z:0-9]{1,128}")
    }

    prop_compose! {
        fn origin()(
            ip in proptest::option::of(any::<IpAddr>()), operator in name(), proof in name(),
            signature in proptest::option::of(any::<[u8; 32]>()), trace: Option<[u8; 16]>, provider in name(), event in name(),
            tx_hash: Option<[u8; 32]>,
        ) -> Origin {
            let signature = signature.map(|half| [half, half].concat().try_into().unwrap());
            let ip = ip.map(|ip: IpAddr| ip.to_canonical());
            Origin { ip, operator, proof, signature, trace, provider, event, tx_hash }
        }
    }

    proptest! {
        #[test]
        fn an_origin_comes_back_and_fits_an_entry(origin in origin()) {
            let bytes = origin.encode();
            prop_assert!(bytes.len() <= AUDIT_BYTES_MAX);
            prop_assert_eq!(Origin::decode(&bytes), origin);
        }

        #[test]
        fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let origin = Origin::decode(&bytes);
            prop_assert_eq!(Origin::decode(&origin.encode()), origin);
        }
    }

    #[test]
    fn a_field_of_a_later_version_is_skipped() {
        let origin = Origin {
            provider: Some("x".to_owned()),
            ..Origin::default()
        };
        let bytes = [vec![200, 2, 1, 1], origin.encode(), vec![9]].concat();
        assert_eq!(Origin::decode(&bytes), origin);
    }
}
