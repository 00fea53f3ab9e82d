//! A token as it is typed: `2:EUR`, with more behind it as `2:EUR,name=Euro,decimals=2,cap=1000000`.

use super::TokenSpec;
use crate::amount::Amount;
use crate::ledger::command::{KYC_LEVEL_MAX, TokenId};
use std::str::FromStr;
use thiserror::Error;

/// Not a token.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "\"{0}\" is no token; write NUMBER:SYMBOL, and behind it any of name=TEXT, decimals=0..18, cap=AMOUNT, hold=SECONDS, \
     send=0..3, receive=0..3 and limit0=AMOUNT to limit3=AMOUNT, with commas between"
)]
pub struct TokenTextError(String);

/// Letters of a name or symbol.
const TEXT_MAX: usize = 64;

impl FromStr for TokenSpec {
    type Err = TokenTextError;

    fn from_str(text: &str) -> Result<Self, TokenTextError> {
        read(text).ok_or_else(|| TokenTextError(text.chars().take(200).collect()))
    }
}

fn read(text: &str) -> Option<TokenSpec> {
    let mut parts = text.split(',');
    let (number, symbol) = parts.next()?.split_once(':')?;
    let mut token = TokenSpec::plain(TokenId(number.parse().ok()?), Amount::MAX);
    token.symbol = shown(symbol)?;
    token.name.clone_from(&token.symbol);
    for part in parts {
        let (key, value) = part.split_once('=')?;
        set(&mut token, key, value)?;
    }
    Some(token)
}

fn set(token: &mut TokenSpec, key: &str, value: &str) -> Option<()> {
    let level = || value.parse().ok().filter(|level| *level <= KYC_LEVEL_MAX);
    match key {
        "name" => token.name = shown(value)?,
        "decimals" => token.decimals = value.parse().ok()?,
        "cap" => token.cap = Amount::parse(value).ok()?,
        "hold" => token.hold_timeout_s = value.parse().ok()?,
        "send" => token.policy.send = level()?,
        "receive" => token.policy.receive = level()?,
        _ => {
            let of: usize = key.strip_prefix("limit")?.parse().ok()?;
            *token.policy.limits.get_mut(of)? = Amount::parse(value).ok()?;
        }
    }
    Some(())
}

/// A name that can be shown anywhere.
fn shown(text: &str) -> Option<String> {
    let letters = text.chars().count();
    let plain = (1..=TEXT_MAX).contains(&letters) && !text.chars().any(char::is_control);
    plain.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_a_token_has_can_be_typed() {
        let typed = "2:EUR,name=Euro,decimals=2,cap=1000000.5,hold=60,send=1,receive=2,limit1=10";
        let token: TokenSpec = typed.parse().unwrap();
        assert_eq!(
            token.to_string(),
            "token 2 EUR (\"Euro\", 2 decimals, cap 1000000.5, holds of 60 s, KYC 1/2)"
        );
        assert_eq!(token.policy.limits[1], Amount::parse("10").unwrap());
        assert_eq!(token.policy.limits[3], Amount::MAX);
        let plain: TokenSpec = "7:X".parse().unwrap();
        assert_eq!((plain.decimals, plain.name.as_str()), (18, "X"));
    }

    #[test]
    fn anything_else_is_refused_with_what_would_do() {
        for text in [
            "",
            "2",
            ":EUR",
            "x:EUR",
            "2:",
            "2:E,",
            "2:E,cap",
            "2:E,cap=-1",
            "2:E,send=4",
            "2:E,limit4=1",
            "2:E,colour=red",
            "2:E\n",
        ] {
            let error = text.parse::<TokenSpec>().expect_err(text);
            assert!(error.to_string().contains("write NUMBER:SYMBOL"), "{error}");
        }
    }
}
