//! 256-bit arithmetic for shares and fees: one product, one division, one rounding.

use std::num::NonZeroU128;

/// `left * right / divisor` rounded half-even; `None` if the quotient needs more than 128 bits.
pub(super) fn mul_div_half_even(left: u128, right: u128, divisor: NonZeroU128) -> Option<u128> {
    let (low, high) = left.carrying_mul(right, 0);
    let (quotient, remainder) = divide(high, low, divisor.get())?;
    // Comparing with `divisor - remainder` instead of doubling the remainder: the double overflows for large divisors.
    let rest = divisor.get() - remainder;
    let up = remainder > rest || (remainder == rest && quotient % 2 == 1);
    quotient.checked_add(u128::from(up))
}

/// Schoolbook division of `high * 2^128 + low`, bit by bit; `None` if the quotient needs more than 128 bits.
fn divide(high: u128, low: u128, divisor: u128) -> Option<(u128, u128)> {
    if high >= divisor {
        return None;
    }
    if high == 0 {
        return Some((low / divisor, low % divisor));
    }
    let (mut remainder, mut quotient) = (high, 0_u128);
    for bit in (0..u128::BITS).rev() {
        // The remainder is below the divisor; doubled it may need a 129th bit, and then the divisor certainly goes into it.
        let carry = remainder >> (u128::BITS - 1) == 1;
        remainder = (remainder << 1) | ((low >> bit) & 1);
        quotient <<= 1;
        if carry || remainder >= divisor {
            remainder = remainder.wrapping_sub(divisor);
            quotient |= 1;
        }
    }
    Some((quotient, remainder))
}
