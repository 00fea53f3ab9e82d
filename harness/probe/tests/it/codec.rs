//! Profiles of any content as an independent decoder reads them.

use std::collections::BTreeMap;

use pprof::protos::{self, Message};
use proptest::prelude::*;
use record::profile::{Builder, Function, Label, Line, Location, Mapping, Profile, ValueType};

/// A stack of function names, the value of a label, two values.
type Row = (Vec<u8>, Option<u8>, i32, i32);

fn build(rows: &[Row]) -> Profile {
    let mut builder = Builder::new(vec![
        ValueType::new("samples", "count"),
        ValueType::new("cpu", "nanoseconds"),
    ]);
    let mapping = builder.mapping(Mapping {
        start: 0x1000,
        limit: 0x9000,
        file: "/bin/program".to_owned(),
        build_id: "ab12".to_owned(),
        ..Mapping::default()
    });
    for (names, label, first, second) in rows {
        let stack = names.iter().map(|&name| {
            let function = builder.function(Function {
                name: format!("f{name} ü;\n"),
                system_name: format!("_R{name}"),
                file: "src/f.rs".to_owned(),
            });
            let line = i64::from(name);
            builder.location(Location {
                mapping: Some(mapping),
                address: 0x1000 + u64::from(name),
                lines: vec![Line { function, line }],
            })
        });
        let stack = stack.collect();
        let label = label.map(|value| Label::text("request", &format!("run-{value}")));
        let values = [i64::from(*first), i64::from(*second)];
        builder.labelled(stack, label.into_iter().collect(), &values);
    }
    builder.finish()
}

/// Sums by stack and label, from the rows and from what another decoder read.
type Sums = BTreeMap<(Vec<String>, String), [i64; 2]>;

fn from_rows(rows: &[Row]) -> Sums {
    let mut sums = Sums::new();
    for (names, label, first, second) in rows {
        let names = names.iter().map(|name| format!("f{name} ü;\n")).collect();
        let label = label.map_or(String::new(), |value| format!("run-{value}"));
        let sum = sums.entry((names, label)).or_default();
        sum[0] += i64::from(*first);
        sum[1] += i64::from(*second);
    }
    sums.retain(|_, values| *values != [0, 0]);
    sums
}

fn from_bytes(bytes: &[u8]) -> Sums {
    let decoded = protos::Profile::decode(bytes).unwrap();
    let text = |index: i64| decoded.string_table[usize::try_from(index).unwrap()].clone();
    let name = |id: &u64| {
        let location = decoded.location.iter().find(|l| l.id == *id).unwrap();
        let function = location.line[0].function_id;
        let function = decoded.function.iter().find(|f| f.id == function);
        text(function.unwrap().name)
    };
    let samples = decoded.sample.iter().map(|sample| {
        let names = sample.location_id.iter().map(name).collect();
        let label = sample.label.first().map_or(String::new(), |l| text(l.str));
        ((names, label), [sample.value[0], sample.value[1]])
    });
    samples.collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn another_decoder_reads_the_same_sums(
        rows in prop::collection::vec((
            prop::collection::vec(0_u8..6, 0..5), prop::option::of(0_u8..3), any::<i32>(), any::<i32>(),
        ), 0..30),
    ) {
        let bytes = build(&rows).encode();
        prop_assert_eq!(from_bytes(&bytes), from_rows(&rows));
        prop_assert_eq!(Profile::decode(&bytes).unwrap(), build(&rows));
    }

    #[test]
    fn what_is_cut_off_is_an_error_or_a_profile_but_no_panic(
        rows in prop::collection::vec((
            prop::collection::vec(0_u8..6, 0..5), prop::option::of(0_u8..3), any::<i32>(), any::<i32>(),
        ), 0..10),
        cut in any::<prop::sample::Index>(),
    ) {
        let bytes = build(&rows).encode();
        let _ = Profile::decode(&bytes[..cut.index(bytes.len() + 1)]);
    }
}
