use super::*;
use expect_test::expect;
use proptest::prelude::*;
use record::run::{AuditCheck, Ending};
use record::specimen;
use roxmltree::{Document, Node};

fn usual() -> RunRecord {
    let times: Vec<u64> = (1..=2000).map(|n| 400_000 + n * 1_500).collect();
    specimen::record(&times)
}

fn judged(record: &RunRecord) -> String {
    xml(record, &stats::judge(record))
}

/// The outcome of each case: its name, and the element that is in it.
fn outcomes(xml: &str) -> Vec<(String, String)> {
    let document = Document::parse(xml).unwrap_or_else(|error| panic!("{error}: {xml}"));
    let of = |case: Node<'_, '_>| {
        let inside = case.children().find(Node::is_element);
        let inside = inside.map_or("passed", |node| node.tag_name().name());
        let name = case.attribute("name").expect("a case has a name");
        (name.to_owned(), inside.replace("system-out", "passed"))
    };
    let nodes = document.descendants();
    nodes
        .filter(|node| node.has_tag_name("testcase"))
        .map(of)
        .collect()
}

fn outcome<'a>(all: &'a [(String, String)], name: &str) -> &'a str {
    let found = all.iter().find(|(case, _)| case == name);
    found.map_or_else(|| panic!("{name} in {all:?}"), |(_, outcome)| outcome)
}

#[test]
fn a_run_that_passes() {
    expect![[r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="loadtest" tests="4" failures="0" errors="0" skipped="0" time="20.000">
          <testsuite name="specimen" timestamp="2026-11-24T11:00:00" tests="4" failures="0" errors="0" skipped="0" time="20.000">
            <properties>
              <property name="run_id" value="20261124T110000Z-ab12"/>
              <property name="verdict" value="pass"/>
              <property name="target" value="http://127.0.0.1:8080"/>
              <property name="plan_digest" value="abc"/>
              <property name="seed" value="42"/>
            </properties>
            <testcase classname="specimen.threshold" name="p99 &lt; 20ms" time="20.000">
              <system-out>observed 3.37 ms, from 2000 samples</system-out>
            </testcase>
            <testcase classname="specimen.validity" name="the numbers can be trusted" time="20.000"/>
            <testcase classname="specimen.audit" name="balances add up" time="20.000">
              <system-out>1000 = 1000</system-out>
            </testcase>
            <testcase classname="specimen.verdict" name="the run passes" time="20.000"/>
          </testsuite>
        </testsuites>
    "#]].assert_eq(&judged(&usual()));
}

#[test]
fn a_broken_threshold_is_a_failure() {
    let mut record = usual();
    record.plan.thresholds[0].text = "p99 < 2ms & \"more\"".into();
    record.plan.thresholds[0].limit = 2e6;
    expect![[r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="loadtest" tests="4" failures="2" errors="0" skipped="0" time="20.000">
          <testsuite name="specimen" timestamp="2026-11-24T11:00:00" tests="4" failures="2" errors="0" skipped="0" time="20.000">
            <properties>
              <property name="run_id" value="20261124T110000Z-ab12"/>
              <property name="verdict" value="fail"/>
              <property name="target" value="http://127.0.0.1:8080"/>
              <property name="plan_digest" value="abc"/>
              <property name="seed" value="42"/>
            </properties>
            <testcase classname="specimen.threshold" name="p99 &lt; 2ms &amp; &quot;more&quot;" time="20.000">
              <failure type="threshold" message="observed 3.37 ms, from 2000 samples">p99 &lt; 2ms &amp; &quot;more&quot;: observed 3.37 ms, from 2000 samples</failure>
            </testcase>
            <testcase classname="specimen.validity" name="the numbers can be trusted" time="20.000"/>
            <testcase classname="specimen.audit" name="balances add up" time="20.000">
              <system-out>1000 = 1000</system-out>
            </testcase>
            <testcase classname="specimen.verdict" name="the run passes" time="20.000">
              <failure type="verdict" message="threshold: p99 &lt; 2ms &amp; &quot;more&quot; does not hold: 3.37 ms, from 2000 samples (compare with an earlier run: loadtest compare BASELINE CANDIDATE)">threshold: p99 &lt; 2ms &amp; &quot;more&quot; does not hold: 3.37 ms, from 2000 samples (compare with an earlier run: loadtest compare BASELINE CANDIDATE)</failure>
            </testcase>
          </testsuite>
        </testsuites>
    "#]].assert_eq(&judged(&record));
}

#[test]
fn an_invalid_run_is_an_error_and_judges_no_threshold() {
    let mut record = usual();
    record.ending = Ending::TargetDied("exit status 1".into());
    let all = outcomes(&judged(&record));
    assert_eq!(outcome(&all, "p99 < 20ms"), "skipped");
    assert_eq!(outcome(&all, "the numbers can be trusted"), "error");
    assert_eq!(outcome(&all, "the run passes"), "error");
}

#[test]
fn a_check_of_the_audit_that_failed_is_a_failure() {
    let mut record = usual();
    if let Some(audit) = &mut record.audit {
        audit.checks.push(AuditCheck {
            name: "nothing is lost".into(),
            held: false,
            detail: "3 of 7".into(),
        });
    }
    let all = outcomes(&judged(&record));
    assert_eq!(outcome(&all, "balances add up"), "passed");
    assert_eq!(outcome(&all, "nothing is lost"), "failure");
    assert_eq!(outcome(&all, "the numbers can be trusted"), "skipped");
    assert_eq!(outcome(&all, "the run passes"), "failure");
}

#[test]
fn an_interrupted_run_without_audit_is_skipped_and_not_passed() {
    let mut record = usual();
    record.ending = Ending::Interrupted;
    record.audit = None;
    let all = outcomes(&judged(&record));
    assert_eq!(outcome(&all, "audit"), "skipped");
    assert_eq!(outcome(&all, "the run passes"), "skipped");
}

#[test]
fn the_counts_are_those_of_the_cases() {
    let mut record = usual();
    record.plan.thresholds[0].limit = 1.0;
    record.audit = None;
    let xml = judged(&record);
    let all = outcomes(&xml);
    let document = Document::parse(&xml).expect("well formed");
    for name in ["testsuites", "testsuite"] {
        let node = document.descendants().find(|node| node.has_tag_name(name));
        let node = node.expect(name);
        for (attribute, kind) in [
            ("failures", "failure"),
            ("errors", "error"),
            ("skipped", "skipped"),
        ] {
            let told: Option<usize> = node.attribute(attribute).and_then(|n| n.parse().ok());
            let seen = all.iter().filter(|(_, outcome)| outcome == kind).count();
            assert_eq!(told, Some(seen), "{name} {attribute}");
        }
        assert_eq!(
            node.attribute("tests"),
            Some(all.len().to_string().as_str())
        );
    }
}

#[test]
fn the_verdict_alone_decides_whether_the_file_is_red() {
    let record = usual();
    for verdict in [
        Verdict::Pass,
        Verdict::Fail,
        Verdict::Inconclusive,
        Verdict::Invalid,
    ] {
        let judgement = Judgement {
            verdict,
            reasons: Vec::new(),
            thresholds: stats::judge(&record).thresholds,
        };
        let all = outcomes(&xml(&record, &judgement));
        let red = all
            .iter()
            .any(|(_, outcome)| outcome == "failure" || outcome == "error");
        assert_eq!(
            red,
            matches!(verdict, Verdict::Fail | Verdict::Invalid),
            "{verdict:?}"
        );
    }
}

proptest! {
    #[test]
    fn whatever_a_plan_or_target_says_the_file_is_well_formed(text in any::<String>()) {
        let mut record = specimen::record(&[1_000]);
        record.plan.name.clone_from(&text);
        record.plan.thresholds[0].text.clone_from(&text);
        record.target.url.clone_from(&text);
        record.ending = Ending::TargetDied(text.clone());
        for check in record.audit.iter_mut().flat_map(|audit| &mut audit.checks) {
            check.name.clone_from(&text);
            check.detail.clone_from(&text);
        }
        prop_assert_eq!(outcomes(&judged(&record)).len(), 4);
    }

    #[test]
    fn text_that_xml_can_hold_comes_back(text in "[ -~\t\n\r]{0,40}") {
        let mut record = specimen::record(&[1_000]);
        record.plan.thresholds[0].text.clone_from(&text);
        let all = outcomes(&judged(&record));
        prop_assert_eq!(&all[0].0, &text);
    }
}
