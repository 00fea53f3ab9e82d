#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;

fn shown(switches: &Switches) -> String {
    let values = switches.values();
    let pairs: Vec<_> = values
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    pairs.join(" ")
}

#[test]
fn the_defaults_are_the_plain_ways() {
    assert_eq!(
        shown(&Switches::default()),
        "balances=single minting=inline mint-work=none codec=json,prost,raw pool=on allocator=system"
    );
}

#[test]
fn every_value_is_set_by_its_name_and_shown_as_it_was_set() {
    let lines = [
        ("balances", "cas"),
        ("minting", "pool:10"),
        ("mint-work", "cpu:200us"),
        ("codec", "view,raw"),
        ("pool", "off"),
        ("allocator", "mimalloc"),
    ];
    let mut switches = Switches::default();
    for (name, value) in lines {
        switches.set(name, value).unwrap();
    }
    let expected = lines.map(|(name, value)| (name, value.to_owned()));
    assert_eq!(switches.values(), expected);
    for (name, value) in &expected {
        switches.set(name, value).unwrap();
    }
    assert_eq!(switches.values(), expected, "shown values are read again");
}

#[test]
fn what_is_no_value_is_refused_with_what_would_do() {
    let mut switches = Switches::default();
    assert_eq!(switches.set("speed", "high"), Err(SwitchError::Unknown));
    for (name, value) in [
        ("balances", "atomic"),
        ("minting", "pool:0"),
        ("minting", "pool:65"),
        ("minting", "pool"),
        ("mint-work", "cpu:2"),
        ("mint-work", "wait:2s"),
        ("mint-work", "sleep:2ms"),
        ("codec", ""),
        ("codec", "json,xml"),
        ("codec", "json,json"),
        ("codec", "prost,view"),
        ("pool", "yes"),
        ("allocator", "tcmalloc"),
    ] {
        let refused = switches.set(name, value);
        assert!(
            matches!(refused, Err(SwitchError::Expected(_))),
            "{name} {value}"
        );
    }
    assert_eq!(switches, Switches::default());
}
