#![allow(clippy::unwrap_used, reason = "tests")]

use expect_test::expect;
use proptest::prelude::*;

use super::*;

fn alloc_types() -> Vec<ValueType> {
    vec![
        ValueType::new("alloc_objects", "count"),
        ValueType::new("alloc_space", "bytes"),
    ]
}

fn two_stacks(first: i64, second: i64) -> Profile {
    let mut builder = Builder::new(alloc_types());
    let (main, handler, json) = (
        builder.named("main"),
        builder.named("serve"),
        builder.named("json::escape"),
    );
    builder.sample(vec![json, handler, main], &[first, first * 100]);
    builder.sample(vec![handler, main], &[second, second * 10]);
    builder.finish()
}

#[test]
fn equal_stacks_are_added_up_and_order_does_not_matter() {
    let mut builder = Builder::new(alloc_types());
    let (handler, main, json) = (
        builder.named("serve"),
        builder.named("main"),
        builder.named("json::escape"),
    );
    builder.named("never used");
    builder.sample(vec![handler, main], &[1, 20]);
    builder.sample(vec![json, handler, main], &[3, 300]);
    builder.sample(vec![handler, main], &[1, 0]);
    assert_eq!(builder.finish(), two_stacks(3, 2));
}

#[test]
fn folded_stacks_run_from_root_to_leaf() {
    let profile = two_stacks(3, 2);
    let space = profile.value_index("alloc_space").unwrap();
    expect![[r#"
        {
            "main;serve": 20,
            "main;serve;json::escape": 300,
        }
    "#]]
    .assert_debug_eq(&profile.folded(space));
    assert_eq!(profile.total(space), 320);
    assert_eq!(profile.total(9), 0);
}

#[test]
fn folded_expands_inlined_frames_and_keeps_addresses() {
    let mut builder = Builder::new(vec![ValueType::new("cpu", "nanoseconds")]);
    let mut function = |name: &str| {
        builder.function(Function {
            name: name.to_owned(),
            ..Function::default()
        })
    };
    let inner = function("<[u8; 4]>::copy\nwithin::h0123456789abcdef");
    let outer = function("outer");
    let line = |function| Line { function, line: 7 };
    let both = builder.location(Location {
        mapping: None,
        address: 0x10,
        lines: vec![line(inner), line(outer)],
    });
    let bare = builder.location(Location {
        address: 0xbeef,
        ..Location::default()
    });
    builder.sample(vec![both, bare], &[5]);
    builder.sample(vec![], &[2]);
    expect![[r#"
        {
            "(no stack)": 2,
            "0xbeef;outer;<[u8: 4]>::copy within": 5,
        }
    "#]]
    .assert_debug_eq(&builder.finish().folded(0));
}

#[test]
fn minus_is_what_was_added() {
    let mut earlier = two_stacks(3, 2);
    earlier.header.time_nanos = 100;
    let mut later = two_stacks(10, 2);
    later.header.time_nanos = 350;
    let difference = later.minus(&earlier).unwrap();
    assert_eq!(difference.samples().len(), 1);
    assert_eq!(difference.total(0), 7);
    assert_eq!(difference.header().duration_nanos, 250);
    assert_eq!(difference.header().time_nanos, 350);
}

#[test]
fn a_counter_that_fell_is_an_error() {
    let error = two_stacks(2, 2).minus(&two_stacks(3, 3)).unwrap_err();
    assert_eq!(
        error,
        ProfileError::CounterFell {
            kind: "alloc_objects".to_owned(),
            stacks: 2
        }
    );
    let gone = Builder::new(alloc_types()).finish();
    assert!(gone.minus(&two_stacks(1, 0)).is_err());
}

#[test]
fn live_columns_keep_the_later_value() {
    let live = |value| {
        let mut builder = Builder::new(vec![ValueType::new("inuse_space", "bytes")]);
        let main = builder.named("main");
        builder.sample(vec![main], &[value]);
        builder.finish()
    };
    assert_eq!(live(30).minus(&live(50)).unwrap().total(0), 30);
}

#[test]
fn different_columns_cannot_be_combined() {
    let cpu = Builder::new(vec![ValueType::new("cpu", "nanoseconds")]).finish();
    let error = two_stacks(1, 1).minus(&cpu).unwrap_err();
    expect![
        "profiles have different columns: alloc_objects/count alloc_space/bytes and cpu/nanoseconds"
    ]
    .assert_eq(&error.to_string());
}

#[test]
fn references_that_lead_nowhere_are_errors() {
    use prost::Message;
    let sample = |location_id, value| wire::Profile {
        sample: vec![wire::Sample {
            location_id,
            value,
            label: Vec::new(),
        }],
        ..wire::Profile::default()
    };
    let decode = |message: wire::Profile| Profile::decode(&message.encode_to_vec()).unwrap_err();
    assert_eq!(
        decode(sample(vec![9], vec![])),
        ProfileError::NoEntry("location", 9)
    );
    assert_eq!(decode(sample(vec![], vec![1])), ProfileError::Values(1, 0));
    let comment = wire::Profile {
        comment: vec![-1],
        ..wire::Profile::default()
    };
    assert_eq!(decode(comment), ProfileError::NoString(-1, 0));
    let zero_id = wire::Profile {
        location: vec![wire::Location::default()],
        ..wire::Profile::default()
    };
    assert_eq!(decode(zero_id), ProfileError::BadId("location", 0));
}

#[test]
fn compressed_bytes_are_refused_with_a_hint() {
    let error = Profile::decode(&[0x1f, 0x8b, 8, 0, 0]).unwrap_err();
    assert!(error.to_string().ends_with("is it still compressed?"));
}

#[test]
fn too_many_samples_are_refused_before_they_are_decoded() {
    let bytes: Vec<u8> = [0x12, 0x00].repeat(MAX_SAMPLES + 1);
    assert_eq!(
        Profile::decode(&bytes),
        Err(ProfileError::TooMany(MAX_SAMPLES + 1, 2))
    );
}

fn label() -> impl Strategy<Value = Label> {
    let value = prop_oneof![
        "[a-z]{0,3}".prop_map(LabelValue::Text),
        (1..9_i64, "[a-z]{0,3}").prop_map(|(number, unit)| LabelValue::Number(number, unit)),
    ];
    ("[a-z]{1,2}", value).prop_map(|(key, value)| Label { key, value })
}

prop_compose! {
    fn any_profile()(
        names in prop::collection::vec(".{0,6}", 1..6),
        places in prop::collection::vec(
            (any::<u64>(), any::<bool>(), prop::collection::vec((any::<prop::sample::Index>(), 0..50_i64), 0..3)), 1..8),
        samples in prop::collection::vec(
            (prop::collection::vec(any::<prop::sample::Index>(), 0..6), prop::collection::vec(label(), 0..3), any::<[i32; 2]>()), 0..20),
        comments in prop::collection::vec(".{0,9}", 0..3),
        times in any::<[i64; 3]>(),
    ) -> Profile {
        let mut builder = Builder::new(alloc_types());
        builder.header = Header {
            comments,
            period: times[0],
            period_type: Some(ValueType::new("space", "bytes")),
            default_type: "alloc_space".to_owned(),
            time_nanos: times[1],
            duration_nanos: times[2],
        };
        let mapping = builder.mapping(Mapping { start: 1, limit: 9, file: "main".to_owned(), ..Mapping::default() });
        let functions: Vec<_> = names.iter().map(|name| builder.function(Function {
            name: name.clone(), system_name: format!("_{name}"), file: name.to_lowercase(),
        })).collect();
        let locations: Vec<_> = places.iter().map(|(address, mapped, lines)| {
            let lines = lines.iter().map(|(at, line)| Line { function: *at.get(&functions), line: *line }).collect();
            builder.location(Location { mapping: mapped.then_some(mapping), address: *address, lines })
        }).collect();
        for (stack, labels, values) in samples {
            let stack = stack.iter().map(|at| *at.get(&locations)).collect();
            builder.labelled(stack, labels, &values.map(i64::from));
        }
        builder.finish()
    }
}

proptest! {
    #[test]
    fn what_is_encoded_is_decoded(profile in any_profile()) {
        let bytes = profile.encode();
        let back = Profile::decode(&bytes).unwrap();
        prop_assert_eq!(&back, &profile);
        prop_assert_eq!(back.encode(), bytes);
    }

    #[test]
    fn a_profile_minus_itself_is_empty(profile in any_profile()) {
        prop_assert!(profile.minus(&profile).unwrap().samples().is_empty());
    }

    #[test]
    fn folded_keeps_the_total(profile in any_profile()) {
        let folded: i64 = profile.folded(0).values().sum();
        prop_assert_eq!(folded, profile.total(0));
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        drop(Profile::decode(&bytes));
    }

    #[test]
    fn damaged_profiles_never_panic(profile in any_profile(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = profile.encode();
        *at.get_mut(&mut bytes) = byte;
        if let Ok(read) = Profile::decode(&bytes) {
            read.folded(0);
            read.encode();
        }
    }
}
