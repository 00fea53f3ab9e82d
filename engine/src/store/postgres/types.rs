//! Ids and amounts in PostgreSQL's binary form: exact, and without text in between.

use bytes::{BufMut, BytesMut};
use std::error::Error;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, accepts, to_sql_checked};

type Failure = Box<dyn Error + Sync + Send>;

/// An id as `uuid`: 16 bytes, most significant first, which is also its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Uuid(pub(super) u128);

impl ToSql for Uuid {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Failure> {
        out.put_u128(self.0);
        Ok(IsNull::No)
    }

    accepts!(UUID);
    to_sql_checked!();
}

impl<'a> FromSql<'a> for Uuid {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Failure> {
        Ok(Self(u128::from_be_bytes(raw.try_into()?)))
    }

    accepts!(UUID);
}

/// Units of 10^-18 as `numeric`.
///
/// Its binary form is four 16-bit numbers (digits, weight of the first, sign, decimals) and then digits to the base 10,000; the
/// decimal point lies between two of them (PostgreSQL's `numeric_send`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Numeric(pub(super) u128);

const BASE: u128 = 10_000;
const DECIMALS: u32 = 18;
/// Digits behind the point: 20 decimals, of which the last two are zero.
const BEHIND: usize = 5;
/// Digits before the point: 10^24 is more than `u128` holds of whole tokens.
const BEFORE: usize = 6;

impl Numeric {
    fn digits(self) -> [u16; BEFORE + BEHIND] {
        let one = 10_u128.pow(DECIMALS);
        let (mut whole, mut part) = (self.0 / one, self.0 % one * 100);
        let mut digits = [0; BEFORE + BEHIND];
        for place in (0..BEFORE).rev() {
            digits[place] = (whole % BASE) as u16;
            whole /= BASE;
        }
        for place in (BEFORE..BEFORE + BEHIND).rev() {
            digits[place] = (part % BASE) as u16;
            part /= BASE;
        }
        digits
    }
}

impl ToSql for Numeric {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Failure> {
        let all = self.digits();
        let first = all.iter().position(|digit| *digit != 0);
        let last = all.iter().rposition(|digit| *digit != 0);
        let digits = match first.zip(last) {
            Some((first, last)) => &all[first..=last],
            None => &[],
        };
        let skipped = first.unwrap_or(BEFORE - 1);
        let weight = i16::try_from(BEFORE)? - i16::try_from(skipped)? - 1;
        out.put_u16(digits.len() as u16);
        out.put_i16(weight);
        out.put_u16(0);
        out.put_u16(DECIMALS as u16);
        for digit in digits {
            out.put_u16(*digit);
        }
        Ok(IsNull::No)
    }

    accepts!(NUMERIC);
    to_sql_checked!();
}

impl<'a> FromSql<'a> for Numeric {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Failure> {
        let mut words = raw
            .chunks_exact(2)
            .map(|two| u16::from_be_bytes([two[0], two[1]]));
        let head: [_; 4] = std::array::from_fn(|_| words.next());
        let [Some(count), Some(weight), Some(0), Some(_)] = head else {
            return Err("the number is negative, no number, or cut off".into());
        };
        let mut units = 0_u128;
        for (place, digit) in (0..).zip(words.by_ref().take(count.into())) {
            let exponent = 4 * (i32::from(weight.cast_signed()) - place) + DECIMALS.cast_signed();
            let part = scaled(digit, exponent).ok_or("the number has more than 18 decimals")?;
            units = units
                .checked_add(part)
                .ok_or("the number is larger than any sum of amounts")?;
        }
        Ok(Self(units))
    }

    accepts!(NUMERIC);
}

/// `digit * 10^exponent` if that is a whole number in range.
fn scaled(digit: u16, exponent: i32) -> Option<u128> {
    let digit = u128::from(digit);
    let power = 10_u128.checked_pow(exponent.unsigned_abs())?;
    if exponent >= 0 {
        digit.checked_mul(power)
    } else {
        digit.is_multiple_of(power).then(|| digit / power)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bytes(units: u128) -> BytesMut {
        let mut out = BytesMut::new();
        Numeric(units).to_sql(&Type::NUMERIC, &mut out).unwrap();
        out
    }

    proptest! {
        #[test]
        fn an_amount_comes_back(units in prop_oneof![any::<u128>(), 0..1_000_000_u128, (0..30_u32).prop_map(|n| 10_u128.pow(n))]) {
            let sent = bytes(units);
            prop_assert_eq!(Numeric::from_sql(&Type::NUMERIC, &sent).unwrap(), Numeric(units));
        }

        #[test]
        fn no_bytes_make_it_panic(raw in prop::collection::vec(any::<u8>(), 0..40)) {
            let _ = Numeric::from_sql(&Type::NUMERIC, &raw);
        }
    }

    #[test]
    fn the_bytes_are_those_of_the_protocol() {
        // 1.5 has the digits 1 and 5000, the first of weight 0.
        let sent = bytes(1_500_000_000_000_000_000);
        assert_eq!(sent[..], [0, 2, 0, 0, 0, 0, 0, 18, 0, 1, 0x13, 0x88]);
        assert_eq!(bytes(0)[..], [0, 0, 0, 0, 0, 0, 0, 18]);
        // 10^-18 is 0.0000_0000_0000_0000_0100: weight -5.
        assert_eq!(bytes(1)[..], [0, 1, 0xff, 0xfb, 0, 0, 0, 18, 0, 100]);
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        let negative = [0, 1, 0, 0, 0x40, 0, 0, 0, 0, 1];
        assert!(Numeric::from_sql(&Type::NUMERIC, &negative).is_err());
        let too_fine = [0, 1, 0xff, 0xfb, 0, 0, 0, 20, 0, 1];
        assert!(Numeric::from_sql(&Type::NUMERIC, &too_fine).is_err());
        let too_large = [0, 1, 0, 9, 0, 0, 0, 0, 0, 1];
        assert!(Numeric::from_sql(&Type::NUMERIC, &too_large).is_err());
    }
}
