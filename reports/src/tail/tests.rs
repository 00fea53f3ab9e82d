use super::*;
use record::profile::{Builder, Label, ValueType};
use record::run::Span;
use record::tail::Endpoint;
use std::time::Duration;

pub(crate) fn tail() -> Tail {
    Tail {
        span: Span {
            start: Duration::from_secs(1),
            end: Duration::from_secs(11),
        },
        clock: None,
        endpoints: vec![Endpoint {
            name: "pay/<script>".to_owned(),
            p50: 1_000_000,
            p90: 2_000_000,
            p99: 3_000_000,
            max: 9_000_000,
            requests: [500, 400, 90, 10],
        }],
        unanswered: 0,
        unlisted: 0,
        ledger: Err("the target tells no requests".to_owned()),
        absent: vec![(Metric::Block, "answered 404".to_owned())],
    }
}

/// 10 ms a sample: everybody parses, only the slow ones have a slow path.
pub(crate) fn profile() -> Profile {
    let columns = vec![
        ValueType::new("samples", "count"),
        ValueType::new("cpu", "nanoseconds"),
    ];
    let mut builder = Builder::new(columns);
    builder.header.period = 10_000_000;
    let [serve, parse, slow] = ["serve", "parse;<b>", "slow_path"].map(|name| builder.named(name));
    let mut add = |stack: Vec<_>, band: Band, samples: i64| {
        let labels = vec![Label::text(BAND_LABEL, band.name())];
        builder.labelled(stack, labels, &[samples, samples * 10_000_000]);
    };
    add(vec![parse, serve], Band::LeP50, 100);
    add(vec![parse, serve], Band::GtP99, 2);
    add(vec![slow, serve], Band::GtP99, 40);
    add(vec![serve], Band::Untagged, 7);
    builder.finish()
}

#[test]
fn cost_is_divided_by_the_requests_of_the_band() {
    let tail = tail();
    let banded = Banded::of(&tail, &[(Metric::Cpu, profile())]);
    let cpu = banded.metric(Metric::Cpu).unwrap();
    assert_eq!(banded.per_request(cpu, Band::LeP50), Some(2_000_000.0));
    assert_eq!(banded.per_request(cpu, Band::GtP99), Some(42_000_000.0));
    assert_eq!(banded.per_request(cpu, Band::Untagged), None);
    assert_eq!(cpu.band(Band::GtP99).samples, 42);
    assert_eq!(cpu.total(), 1_490_000_000);
    assert!(banded.metric(Metric::Alloc).is_none());
}

#[test]
fn every_band_and_both_directions_are_drawn_and_nothing_empty_is() {
    let tail = tail();
    let banded = Banded::of(&tail, &[(Metric::Cpu, profile())]);
    let pictures = banded.pictures("r-1").unwrap();
    let names: Vec<&str> = pictures.iter().map(|(name, _)| name.as_str()).collect();
    let expected = [
        "flame/cpu-le_p50.svg",
        "flame/cpu-gt_p99.svg",
        "flame/cpu-untagged.svg",
        "flame/cpu-tail-grew.svg",
        "flame/cpu-tail-shrank.svg",
    ];
    assert_eq!(names, expected);
    let text = |name: &str| {
        let found = pictures.iter().find(|(one, _)| one == name);
        String::from_utf8_lossy(&found.unwrap().1).into_owned()
    };
    assert!(text("flame/cpu-gt_p99.svg").contains("too few to rely on"));
    assert!(!text("flame/cpu-le_p50.svg").contains("too few to rely on"));
    assert!(text("flame/cpu-tail-grew.svg").contains("slow_path"));
    // What only the tail has is invisible at the median's widths.
    assert!(!text("flame/cpu-tail-shrank.svg").contains("<title>slow_path"));
}

fn viewer(banded: &Banded<'_>) -> serde_json::Value {
    serde_json::from_str(&data(banded)).unwrap()
}

/// Costs by `root;…;leaf`, as the viewer would find them.
fn costs(value: &serde_json::Value, band: Band) -> Stacks {
    let list = |key: &str| value[key].as_array().unwrap().clone();
    let (names, name, parent) = (list("names"), list("name"), list("parent"));
    let number = |value: &serde_json::Value| value.as_u64().unwrap() as usize;
    let mut found = Stacks::new();
    for endpoint in value["metrics"][0]["endpoints"].as_array().unwrap() {
        let own = endpoint[band as usize]["own"].as_array().unwrap();
        for pair in own.chunks(2) {
            let (mut node, mut path) = (number(&pair[0]), Vec::new());
            while node > 0 {
                path.push(names[number(&name[node])].as_str().unwrap());
                node = number(&parent[node]);
            }
            path.reverse();
            *found.entry(path.join(";")).or_default() += pair[1].as_i64().unwrap();
        }
    }
    found
}

#[test]
fn the_viewer_gets_every_cost_once_and_no_foreign_markup() {
    let tail = tail();
    let banded = Banded::of(&tail, &[(Metric::Cpu, profile())]);
    let value = viewer(&banded);
    for band in Band::ALL {
        let stacks = &banded.metrics[0].band(band).stacks;
        assert_eq!(&costs(&value, band), stacks, "{band:?}");
    }
    assert!(!data(&banded).contains('<'));
    assert_eq!(value["bands"][3]["requests"], 10);
    assert_eq!(value["metrics"][0]["sample"], 10_000_000);
}

#[test]
fn endpoints_are_told_apart_and_what_belongs_to_none_is_kept() {
    let mut tail = tail();
    tail.endpoints.push(Endpoint {
        name: "look".to_owned(),
        requests: [300, 240, 54, 6],
        ..tail.endpoints[0].clone()
    });
    let mut builder = Builder::new(vec![
        ValueType::new("samples", "count"),
        ValueType::new("cpu", "nanoseconds"),
    ]);
    let serve = builder.named("serve");
    for (endpoint, samples) in [("look", 3), ("pay/<script>", 5), ("gone", 7)] {
        let labels = vec![
            Label::text(BAND_LABEL, Band::GtP99.name()),
            Label::text(ENDPOINT_LABEL, endpoint),
        ];
        builder.labelled(vec![serve], labels, &[samples, samples * 10]);
    }
    let value = viewer(&Banded::of(&tail, &[(Metric::Cpu, builder.finish())]));
    assert_eq!(value["endpoints"][1], "look");
    let of = |at: usize| {
        let band = &value["metrics"][0]["endpoints"][at][Band::GtP99 as usize];
        ["requests", "samples"].map(|key| band[key].as_u64().unwrap())
    };
    assert_eq!([of(0), of(1), of(2)], [[10, 5], [6, 3], [0, 7]]);
}

#[test]
fn what_is_small_everywhere_is_put_together_and_no_cost_is_lost() {
    let mut stacks: Stacks = (0..2_000).map(|n| (format!("serve;f{n}"), 1_i64)).collect();
    stacks.insert("serve;large".to_owned(), 1_000_000);
    let total = stacks.values().sum();
    let tail = tail();
    let mut banded = Banded::of(&tail, &[(Metric::Cpu, profile())]);
    banded.metrics[0].endpoints[1][0] = BandStacks {
        stacks,
        samples: 1,
        total,
    };
    let found = costs(&viewer(&banded), Band::LeP50);
    assert_eq!(found.get("serve;(small)"), Some(&2_000));
    assert_eq!(found.values().sum::<i64>(), total);
}
