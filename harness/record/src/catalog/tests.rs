use super::*;
use std::collections::BTreeSet;

#[test]
fn names_are_unique_and_in_order_of_owner_then_name() {
    let keys: Vec<_> = CATALOG
        .iter()
        .map(|family| (family.owner, family.name))
        .collect();
    let sorted: Vec<_> = keys
        .iter()
        .copied()
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    assert_eq!(keys, sorted);
}

#[test]
fn names_follow_prometheus() {
    for family in CATALOG {
        let counter = family.kind == Kind::Counter;
        assert_eq!(family.name.ends_with("_total"), counter, "{}", family.name);
        assert!(!family.name.contains("latency"), "{}", family.name);
        assert!(family.help.ends_with('.'), "{}", family.name);
        match family.unit {
            Unit::Seconds => assert!(family.name.contains("_seconds"), "{}", family.name),
            Unit::Bytes => assert!(family.name.contains("_bytes"), "{}", family.name),
            Unit::Tokens => assert!(family.name.ends_with("_tokens"), "{}", family.name),
            Unit::Info => assert!(family.name.ends_with("_info"), "{}", family.name),
            Unit::Count => {}
        }
    }
}

#[test]
fn a_family_is_found_by_its_name() {
    assert_eq!(find("token_transfer_total"), Some(&TOKEN_TRANSFER));
    assert_eq!(find("token_transfer"), None);
}

#[test]
fn the_engine_has_seventeen_families() {
    let of_engine = CATALOG
        .iter()
        .filter(|family| family.owner == Owner::Engine)
        .count();
    assert_eq!(of_engine, 17);
}
