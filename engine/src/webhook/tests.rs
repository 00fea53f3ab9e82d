#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::evidence::text_of;
use proptest::prelude::*;

const NOW_MS: u64 = 1_614_265_330_000;
/// The example of the specification's reference libraries.
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const BODY: &[u8] = br#"{"test": 2432232314}"#;

fn article() -> Provider {
    "exchange=article:key".parse().unwrap()
}

fn standard() -> Provider {
    format!("chain=standard:{SECRET}").parse().unwrap()
}

fn verify(
    provider: &Provider,
    headers: &[(&'static str, &str)],
    body: &[u8],
    now_ms: u64,
) -> Result<String, Rejected> {
    let head = |name| {
        let found = headers.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| *value)
    };
    provider.verify(&head, body, now_ms)
}

/// `printf '%s' '{"a":1}key1614265330' | sha256sum`
#[test]
fn article_id() {
    let expected = "043e15074aa6aa5c32322d19c66750b3841fa07810107acd5de919470e37792f";
    let id = text_of(&article::event_id(br#"{"a":1}"#, b"key", "1614265330"));
    assert_eq!(id, expected);
}

#[test]
fn a_delivery_in_the_form_of_the_article_is_believed_once_it_fits() {
    let sign = |timestamp: &str| text_of(&article::event_id(BODY, b"key", timestamp));
    let check = |timestamp: &str, id: &str, now_ms| {
        let headers = [(article::TIMESTAMP, timestamp), (article::EVENT_ID, id)];
        verify(&article(), &headers, BODY, now_ms)
    };
    for timestamp in ["1614265330", "1614265330000"] {
        let id = sign(timestamp);
        assert_eq!(check(timestamp, &id, NOW_MS), Ok(id.clone()));
        assert_eq!(check(timestamp, &id, NOW_MS + TOLERANCE_MS), Ok(id.clone()));
        assert_eq!(check(timestamp, &id, NOW_MS - TOLERANCE_MS), Ok(id.clone()));
        for far in [NOW_MS + TOLERANCE_MS + 1, NOW_MS - TOLERANCE_MS - 1] {
            assert_eq!(check(timestamp, &id, far), Err(Rejected::Stale));
        }
        // Upper case is another text, and a wrong one.
        let upper = id.to_uppercase();
        assert_eq!(check(timestamp, &upper, NOW_MS), Err(Rejected::Signature));
    }
    let expected = "10 digits of seconds or 13 of milliseconds since 1970";
    let header = article::TIMESTAMP;
    for timestamp in ["", "161426533", "16142653300", " 1614265330", "+614265330"] {
        let refused = check(timestamp, &sign(timestamp), NOW_MS);
        assert_eq!(refused, Err(Rejected::Malformed { header, expected }));
    }
    let none = verify(&article(), &[], BODY, NOW_MS);
    assert_eq!(none, Err(Rejected::Missing(article::TIMESTAMP)));
}

/// The article's own weakness (row S40): a delivery that is signed again has another event id. The command's key does not move.
#[test]
fn resigned_deliveries_have_one_command() {
    let first = article::event_id(BODY, b"key", "1614265330");
    let second = article::event_id(BODY, b"key", "1614265331");
    assert_ne!(first, second);
    assert_eq!(command_id("exchange", "e-1"), command_id("exchange", "e-1"));
    assert_ne!(command_id("exchange", "e-1"), command_id("exchange", "e-2"));
    assert_ne!(command_id("exchange", "e-1"), command_id("exchang", "ee-1"));
}

#[test]
fn the_vector_of_the_standard_is_believed() {
    let id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    let right = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    let check = |id: &str, signature: &str, now_ms| {
        let headers = [
            (standard::ID, id),
            (standard::TIMESTAMP, "1614265330"),
            (standard::SIGNATURE, signature),
        ];
        verify(&standard(), &headers, BODY, now_ms)
    };
    assert_eq!(check(id, right, NOW_MS), Ok(id.to_owned()));
    let among_others = format!("v1a,xx v1,bm9wZQ== v1,*** {right}");
    assert_eq!(check(id, &among_others, NOW_MS), Ok(id.to_owned()));
    for wrong in [
        "",
        "v1,",
        "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        &right.replace("g0", "h0"),
    ] {
        assert_eq!(
            check(id, wrong, NOW_MS),
            Err(Rejected::Signature),
            "{wrong}"
        );
    }
    assert_eq!(check("msg_other", right, NOW_MS), Err(Rejected::Signature));
    assert_eq!(
        check(id, right, NOW_MS + TOLERANCE_MS + 1),
        Err(Rejected::Stale)
    );
    assert!(matches!(
        check("a.b", right, NOW_MS),
        Err(Rejected::Malformed { .. })
    ));
}

#[test]
fn any_of_several_secrets_will_do_while_they_are_changed() {
    let path = std::env::temp_dir().join(format!("webhook-secrets-{}", std::process::id()));
    std::fs::write(&path, format!("bmV3\n\n{SECRET}\n")).unwrap();
    let provider: Provider = format!("p=standard:@{}", path.display()).parse().unwrap();
    std::fs::remove_file(&path).unwrap();
    for secret in ["bmV3", SECRET] {
        let secret = standard::secret(secret).unwrap();
        let signature = standard::sign(&secret, "id", "1614265330", BODY);
        let headers = [
            (standard::ID, "id"),
            (standard::TIMESTAMP, "1614265330"),
            (standard::SIGNATURE, signature.as_str()),
        ];
        assert_eq!(
            verify(&provider, &headers, BODY, NOW_MS),
            Ok("id".to_owned())
        );
    }
}

#[test]
fn what_is_no_provider_is_refused_and_no_secret_is_shown() {
    let error = |text: &str| text.parse::<Provider>().unwrap_err().to_string();
    assert!(error("x").starts_with("expected NAME="));
    assert!(error("x=article").starts_with("expected NAME="));
    assert!(error("X=article:s").starts_with("the name \"X\""));
    assert!(error("x=other:s").starts_with("the form \"other\""));
    assert!(error("x=article:").starts_with("provider x: "));
    assert!(error("x=standard:***").starts_with("provider x: "));
    assert!(error("x=standard:@/nowhere/secret").starts_with("cannot read /nowhere/secret"));
    assert!(!format!("{:?}", article()).contains("key"));
}

proptest! {
    /// Whatever is delivered: an answer, and never belief.
    #[test]
    fn no_delivery_is_believed_without_its_secret(
        id: String, timestamp in "[0-9]{10}|[0-9]{13}|.*", signature in "v1,[A-Za-z0-9+/=]{0,60}|[0-9a-f]{64}|.*",
        body: Vec<u8>, now_ms: u64,
    ) {
        let headers = [
            (article::TIMESTAMP, timestamp.as_str()), (article::EVENT_ID, signature.as_str()), (standard::ID, id.as_str()),
            (standard::TIMESTAMP, timestamp.as_str()), (standard::SIGNATURE, signature.as_str()),
        ];
        for provider in [article(), standard()] {
            prop_assert!(verify(&provider, &headers, &body, now_ms).is_err());
        }
    }
}
