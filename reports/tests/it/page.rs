//! The pages: whole, well formed, deterministic, safe with untrusted text, and without anything from outside.

use crate::realistic;
use record::profile::{Builder, Label, ValueType};
use record::run::{ProfileKind, RunRecord};
use record::specimen;
use record::tail::{
    Account, BAND_LABEL, ClockOffset, Endpoint, Metric, Running, Slice, Spread, StallLedger, Tail,
};
use reports::flamegraph::{self, Options, Side, Widths};
use reports::html::{self, Difference, Differences, Flamegraph, Flamegraphs};
use reports::tail::Banded;

fn report(record: &RunRecord) -> String {
    let (cpu, alloc) = (realistic::cpu(), realistic::alloc());
    let cpu_svg = flamegraph::svg(&cpu, &Options::of(ProfileKind::Cpu, &record.run_id)).unwrap();
    let alloc_svg =
        flamegraph::svg(&alloc, &Options::of(ProfileKind::Alloc, &record.run_id)).unwrap();
    let flamegraphs = Flamegraphs {
        cpu: Some(Flamegraph {
            svg: &cpu_svg,
            stacks: &cpu,
        }),
        alloc: Some(Flamegraph {
            svg: &alloc_svg,
            stacks: &alloc,
        }),
        tail: None,
    };
    html::report(record, &stats::judge(record), flamegraphs)
}

fn bare(record: &RunRecord) -> String {
    html::report(record, &stats::judge(record), Flamegraphs::default())
}

fn comparison() -> String {
    let (a, mut b) = (realistic::record(), specimen::record(&[900_000; 400]));
    b.provenance.cpu = "another <processor>".into();
    let (before, mut after) = (realistic::cpu(), realistic::cpu());
    for (stack, value) in &mut after {
        if stack.contains("json") {
            *value *= 2;
        }
    }
    let (before, after) = (
        Side {
            stacks: &before,
            requests: 9_000,
        },
        Side {
            stacks: &after,
            requests: 9_000,
        },
    );
    let options = Options::of_difference(ProfileKind::Cpu, "a against b");
    let grew = flamegraph::difference(before, after, Widths::Candidate, &options).unwrap();
    let shrank = flamegraph::difference(before, after, Widths::Baseline, &options).unwrap();
    let differences = Differences {
        cpu: Some(Difference {
            grew: &grew,
            shrank: &shrank,
        }),
        alloc: None,
    };
    html::comparison(&a, &b, &stats::compare(&a, &b), differences)
}

/// Every opened element is closed, in order; text of quoted attributes, scripts and styles is not markup.
fn assert_balanced(page: &str) {
    const VOID: [&str; 4] = ["meta", "link", "input", "br"];
    let mut open = Vec::new();
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let end = tag_end(rest);
        let (tag, after) = (&rest[..end], &rest[end + 1..]);
        rest = after;
        let name: String = tag
            .trim_start_matches('/')
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect();
        if tag.starts_with('!') || tag.ends_with('/') || VOID.contains(&name.as_str()) {
            continue;
        }
        if tag.starts_with('/') {
            assert_eq!(
                open.pop(),
                Some(name.clone()),
                "before </{name}>{}",
                &rest[..rest.len().min(80)]
            );
        } else {
            if let "script" | "style" = name.as_str() {
                rest = &rest[rest.find(&format!("</{name}")).unwrap()..];
            }
            open.push(name);
        }
    }
    assert_eq!(open, Vec::<String>::new());
}

/// Where the `>` of this tag is, outside of quotes.
fn tag_end(tag: &str) -> usize {
    let mut quote = None;
    for (at, byte) in tag.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return at,
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), close) if open == close => quote = None,
            _ => {}
        }
    }
    panic!("a tag without an end: {}", &tag[..tag.len().min(80)]);
}

#[test]
fn pages_are_well_formed() {
    let empty = {
        let mut record = specimen::record(&[]);
        record.windows.clear();
        record.steps.clear();
        record
    };
    for page in [
        report(&realistic::record()),
        report(&specimen::record(&[1])),
        bare(&empty),
        comparison(),
    ] {
        assert!(page.starts_with("<!DOCTYPE html><html lang=\"en\">"));
        assert_balanced(&page);
        for bad in ["NaN", ">inf", "inf/s"] {
            assert!(!page.contains(bad), "{bad}");
        }
    }
}

#[test]
fn pages_are_deterministic() {
    assert_eq!(report(&realistic::record()), report(&realistic::record()));
    assert_eq!(comparison(), comparison());
}

#[test]
fn nothing_is_loaded_from_anywhere() {
    for page in [report(&realistic::record()), comparison()] {
        let policy = "content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'nonce-";
        assert!(page.contains(policy));
        for loader in [
            "src=\"http",
            "href=\"http",
            "url(http",
            "@import",
            " src=",
            "onclick=",
            "onload=",
        ] {
            assert!(!page.contains(loader), "{loader}");
        }
    }
}

#[test]
fn untrusted_text_is_escaped() {
    let evil = "</style><script>alert('x')</script>\"'&";
    let mut record = realistic::record();
    record.plan.name = evil.into();
    record.plan.words = evil.into();
    record.plan.text = evil.into();
    record.plan.thresholds[0].text = evil.into();
    record.target.url = evil.into();
    record.target.build = Some(evil.into());
    record.warnings = vec![evil.into()];
    record.provenance.command = vec![evil.into()];
    for step in &mut record.steps {
        step.scenario = evil.into();
        step.step = evil.into();
    }
    for check in record.audit.iter_mut().flat_map(|audit| &mut audit.checks) {
        check.name = evil.into();
        check.detail = evil.into();
    }
    let stacks = flamegraph::Stacks::from([(format!("main:{evil}"), 7_000_000)]);
    let svg = flamegraph::svg(&stacks, &Options::of(ProfileKind::Cpu, evil)).unwrap();
    let cpu = Some(Flamegraph {
        svg: &svg,
        stacks: &stacks,
    });
    let page = html::report(
        &record,
        &stats::judge(&record),
        Flamegraphs {
            cpu,
            ..Flamegraphs::default()
        },
    );
    assert!(!page.contains("<script>alert") && !page.contains("</style><script>"));
    assert!(page.matches("&lt;script&gt;alert(").count() > 10);
    assert_balanced(&page);
}

#[test]
fn a_report_shows_what_it_promises() {
    let page = report(&realistic::record());
    for part in [
        "ledger mix at 500/s",
        "QPS",
        "TPS",
        "Error ratio",
        "p99.9",
        "service time",
        "send delay",
        "timeout",
        "503",
        "every accepted transfer is there exactly once",
        "engine::ledger::Ledger::apply",
        "href=\"record.json\"",
        "href=\"times.hlog\"",
        "href=\"cpu.pb.gz\"",
        "schema = 1",
    ] {
        assert!(page.contains(part), "{part}");
    }
    assert_eq!(
        page.matches("<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart\"")
            .count(),
        4
    );
    assert_eq!(
        page.matches("<iframe sandbox=\"allow-scripts\" ").count(),
        2
    );
    assert!(page.len() < 2_000_000);
}

#[test]
fn a_missing_profile_says_why() {
    let page = bare(&specimen::record(&[1_000]));
    assert!(
        page.contains("No profile: the target serves none."),
        "{page}"
    );
    assert!(!page.contains("<iframe"));
}

fn tailed() -> (Tail, Vec<(Metric, record::profile::Profile)>) {
    let account = |requests: u64| Account {
        requests,
        slices: std::array::from_fn(|place| requests * 1_000_000 * (place as u64 + 1)),
        running: Running {
            requests: 1,
            cpu: 900,
            run_queue: 100,
            ..Running::default()
        },
    };
    let tail = Tail {
        span: record::run::Span {
            start: std::time::Duration::from_secs(1),
            end: std::time::Duration::from_secs(11),
        },
        clock: Some(ClockOffset {
            offset_ns: 5,
            error_ns: 40_000,
        }),
        endpoints: vec![Endpoint {
            name: "pay/</script>".to_owned(),
            p50: 1_000_000,
            p90: 2_000_000,
            p99: 3_000_000,
            max: 9_000_000,
            requests: [500, 400, 90, 10],
        }],
        unanswered: 3,
        unlisted: 0,
        ledger: Ok(StallLedger {
            bands: [500, 400, 90, 10].map(account),
            around_p99: account(10),
            spreads: [Spread {
                p50: 1,
                p99: 2_000_000,
                max: 3_000_000,
            }; Slice::ALL.len()],
        }),
        absent: vec![(Metric::Mutex, "answered 404".to_owned())],
    };
    let columns = [("samples", "count"), ("cpu", "nanoseconds")];
    let columns = columns.map(|(kind, unit)| ValueType::new(kind, unit));
    let mut builder = Builder::new(columns.into());
    builder.header.period = 10_000_000;
    let [usual, slow] = ["usual</script><script>", "slow_path"].map(|name| builder.named(name));
    for (function, band, samples) in [
        (usual, "le_p50", 200),
        (slow, "gt_p99", 150),
        (usual, "gt_p99", 5),
        (usual, "untagged", 44),
    ] {
        let labels = vec![Label::text(BAND_LABEL, band)];
        builder.labelled(vec![function], labels, &[samples, samples * 10_000_000]);
    }
    (tail, vec![(Metric::Cpu, builder.finish())])
}

#[test]
fn a_tail_is_told_with_its_caveats() {
    let (tail, profiles) = tailed();
    let banded = Banded::of(&tail, &profiles);
    let record = realistic::record();
    let flamegraphs = Flamegraphs {
        tail: Some(&banded),
        ..Flamegraphs::default()
    };
    let page = html::report(&record, &stats::judge(&record), flamegraphs);
    for part in [
        "used <strong>155 ms</strong> of CPU time, one up to the median <strong>4.00 ms</strong>",
        "The time of a request at the 99th percentile (78.0 ms): waiting, cause unknown 15.4 %",
        "11.0 % of the CPU time is outside requests",
        "3 requests of these seconds had no answer",
        "what goes together with slowness, not what causes it",
        "no profile, answered 404",
        "known within 40.0 µs",
        "href=\"profiles/cpu.pb.gz\"",
        "href=\"flame/cpu-tail-grew.svg\"",
        "href=\"#tail\"",
    ] {
        assert!(page.contains(part), "{part}");
    }
    assert_eq!(page.matches("id=\"tail-viewer\"").count(), 1);
    assert!(!page.contains("</script><script>"));
    assert_balanced(&page);
}

#[test]
fn a_comparison_does_not_claim_more_than_it_knows() {
    let page = comparison();
    assert!(page.contains("One run per side"));
    assert!(page.contains("another &lt;processor&gt;"));
    assert_eq!(page.matches("<iframe").count(), 2);
    assert!(page.contains("Not shown: at least one of the runs has no such profile."));
}
