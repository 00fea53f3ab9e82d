//! Who did something, from where, and what proves it: what a journal entry says besides its command.

pub use hex::{Hex, bytes_of, text_of};
pub use keys::{KeyError, PublicKey, SigningKey};
pub use origin::{Evidence, NAME_BYTES_MAX, Origin};

mod hex;
mod keys;
mod origin;
