#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use proptest::prelude::*;
use std::cmp::Ordering;

fn amount(text: &str) -> Amount {
    Amount::parse(text).unwrap()
}

#[test]
fn text_is_read_and_written_in_its_shortest_form() {
    for (given, units, shown) in [
        ("0", 0, "0"),
        ("0.0", 0, "0"),
        ("1", UNITS_PER_TOKEN, "1"),
        ("10", 10 * UNITS_PER_TOKEN, "10"),
        ("12.50", 25 * UNITS_PER_TOKEN / 2, "12.5"),
        ("0.000000000000000001", 1, "0.000000000000000001"),
        (
            "1.000000000000000001",
            UNITS_PER_TOKEN + 1,
            "1.000000000000000001",
        ),
        (
            "999999999999999999.999999999999999999",
            Amount::MAX.units(),
            "999999999999999999.999999999999999999",
        ),
    ] {
        assert_eq!(amount(given).units(), units, "{given}");
        assert_eq!(amount(given).to_string(), shown, "{given}");
    }
}

#[test]
fn what_is_no_amount_is_refused_for_its_own_reason() {
    for malformed in [
        "", ".", "1.", ".5", "-1", "+1", "1e3", "1E3", " 1", "1 ", "1_000", "1,5", "NaN", "inf",
        "0x1", "1.2.3", "１", "1.-5",
    ] {
        assert_eq!(
            Amount::parse(malformed),
            Err(AmountError::Malformed),
            "{malformed:?}"
        );
    }
    for zero in ["00", "01", "00.5", "0000000000000000000000000"] {
        assert_eq!(
            Amount::parse(zero),
            Err(AmountError::LeadingZero),
            "{zero:?}"
        );
    }
    assert_eq!(
        Amount::parse("1000000000000000000"),
        Err(AmountError::TooLarge)
    );
    assert_eq!(
        Amount::parse("0.0000000000000000000"),
        Err(AmountError::TooPrecise)
    );
}

#[test]
fn sums_and_differences_stop_at_the_ends() {
    let one = Amount::from_units(1).unwrap();
    assert_eq!(Amount::from_units(Amount::MAX.units() + 1), None);
    assert_eq!(Amount::MAX.checked_add(one), None);
    assert_eq!(Amount::MAX.checked_add(Amount::ZERO), Some(Amount::MAX));
    assert_eq!(Amount::ZERO.checked_sub(one), None);
    assert_eq!(Amount::MAX.checked_sub(Amount::MAX), Some(Amount::ZERO));
}

#[test]
fn halves_go_to_the_even_neighbour() {
    let two = NonZeroU128::new(2).unwrap();
    for (units, expected) in [(1, 0), (3, 2), (5, 2), (7, 4)] {
        let half = Amount::from_units(units).unwrap().mul_div(1, two).unwrap();
        assert_eq!(half.units(), expected, "{units} / 2");
    }
}

#[test]
fn a_result_above_the_maximum_is_none() {
    let one = NonZeroU128::MIN;
    assert_eq!(Amount::MAX.mul_div(1, one), Some(Amount::MAX));
    assert_eq!(Amount::MAX.mul_div(2, one), None);
    assert_eq!(Amount::MAX.mul_div(u128::MAX, one), None);
    assert_eq!(
        Amount::MAX.mul_div(u128::MAX, NonZeroU128::MAX),
        Some(Amount::MAX)
    );
}

#[test]
fn the_float_is_only_near() {
    let seen = amount("1234567.25").to_tokens_rounded();
    assert!((seen - 1_234_567.25).abs() < 1e-6, "{seen}");
}

/// Numbers of ten 32-bit limbs, least first: arithmetic that shares nothing with the code under test.
type Limbs = [u64; 10];

fn limbs(mut value: u128) -> Limbs {
    let mut limbs = [0; 10];
    for limb in &mut limbs {
        *limb = (value & 0xffff_ffff) as u64;
        value >>= 32;
    }
    limbs
}

fn times(left: u128, right: u128) -> Limbs {
    let (left, right) = (limbs(left), limbs(right));
    let mut product = [0_u64; 10];
    for i in 0..4 {
        let mut carry = 0;
        for j in 0..4 {
            let sum = product[i + j] + left[i] * right[j] + carry;
            product[i + j] = sum & 0xffff_ffff;
            carry = sum >> 32;
        }
        product[i + 4] += carry;
    }
    product
}

fn doubled(number: &Limbs) -> Limbs {
    let (mut double, mut carry) = ([0; 10], 0);
    for (to, from) in double.iter_mut().zip(number) {
        *to = ((from << 1) | carry) & 0xffff_ffff;
        carry = from >> 31;
    }
    double
}

fn compare(left: &Limbs, right: &Limbs) -> Ordering {
    left.iter().rev().cmp(right.iter().rev())
}

/// Both neighbours of the exact quotient at half a unit: `(2q - 1) d <= 2ab <= (2q + 1) d`, the tie only if `q` is even.
fn check_rounding(a: u128, b: u128, d: u128, q: u128) {
    let exact = doubled(&times(a, b));
    let above = compare(&exact, &times(2 * q + 1, d));
    assert!(above == Ordering::Less || (above == Ordering::Equal && q.is_multiple_of(2)));
    if q > 0 {
        let below = compare(&exact, &times(2 * q - 1, d));
        assert!(below == Ordering::Greater || (below == Ordering::Equal && q.is_multiple_of(2)));
    }
}

fn check_mul_div(a: Amount, b: u128, d: u128) {
    if let Some(result) = a.mul_div(b, NonZeroU128::new(d).unwrap()) {
        check_rounding(a.units(), b, d, result.units());
    } else {
        // The maximum is odd, so its upper tie rounds away from it.
        let least_too_large = times(2 * Amount::MAX.units() + 1, d);
        let exact = doubled(&times(a.units(), b));
        assert_ne!(compare(&exact, &least_too_large), Ordering::Less);
    }
}

fn any_width() -> impl Strategy<Value = u128> {
    (any::<u128>(), 0_u32..128).prop_map(|(value, shift)| value >> shift)
}

fn any_amount() -> impl Strategy<Value = Amount> {
    any_width().prop_map(|units| Amount::from_units(units % (Amount::MAX.units() + 1)).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn mul_div_is_the_nearest_amount(a in any_amount(), b in any_width(), d in any_width()) {
        check_mul_div(a, b, d.max(1));
    }

    #[test]
    fn mul_div_meets_exact_ties(q in 0_u128..1 << 40, half in 1_u128..1 << 40, k in 1_u128..1 << 20) {
        // (2q + 1) * half / (2 * half) lies exactly between q and q + 1, whatever common factor both carry.
        let a = Amount::from_units((2 * q + 1) * half).unwrap();
        let result = a.mul_div(k, NonZeroU128::new(2 * half * k).unwrap()).unwrap();
        prop_assert_eq!(result.units(), q + q % 2);
        check_rounding(a.units(), k, 2 * half * k, result.units());
    }

    #[test]
    fn text_comes_back(a in any_amount()) {
        let text = a.to_string();
        prop_assert_eq!(Amount::parse(&text), Ok(a));
        prop_assert!(!text.contains('.') || !text.ends_with('0'));
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[0-9.]{0,40}|.{0,12}") {
        if let Ok(a) = Amount::parse(&text) {
            prop_assert!(a <= Amount::MAX);
        }
    }
}
