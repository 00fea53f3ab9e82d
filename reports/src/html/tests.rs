use super::*;
use crate::flamegraph;
use record::run::ProfileKind;
use record::specimen;

#[test]
fn a_frame_holds_the_graph_without_inline_handlers() {
    let stacks = Stacks::from([("main;it's <b>&</b>".to_owned(), 5_000_000)]);
    let svg =
        flamegraph::svg(&stacks, &flamegraph::Options::of(ProfileKind::Cpu, "run")).expect("drawn");
    let key = page::Key::of("run", [svg.as_slice()].into_iter());
    let frame = flame::frame(&svg, "a \"title\"", &key).into_string();
    let (_, document) = frame.split_once("srcdoc='").expect("a document");
    let (document, end) = document.split_once('\'').expect("its end");
    assert_eq!(end, "></iframe>");
    let document = document.replace("&#39;", "'").replace("&amp;", "&");
    assert!(
        document.contains("it&apos;s &lt;b&gt;&amp;&lt;/b&gt;"),
        "{document}"
    );
    assert!(!document.contains("onload="));
    assert_eq!(document.matches("<script nonce=").count(), 2);
    assert_eq!(document.matches("<script").count(), 2);
    assert!(frame.contains("title=\"a &quot;title&quot;\" srcdoc="));
}

#[test]
fn the_key_depends_on_every_picture() {
    let key = |svg: &'static [u8]| page::Key::of("run", [svg].into_iter());
    assert_eq!(key(b"a"), key(b"a"));
    assert_ne!(key(b"a"), key(b"b"));
}

#[test]
fn recursion_counts_once_and_the_dearest_come_first() {
    let stacks = Stacks::from([
        ("a;b;a".to_owned(), 3),
        ("a;c".to_owned(), 5),
        ("d".to_owned(), 1),
    ]);
    let top = flame::top(&stacks);
    assert_eq!(
        top.iter().map(|(name, _)| *name).collect::<Vec<_>>(),
        ["c", "a", "d", "b"]
    );
    assert_eq!(
        top[1].1,
        flame::Cost {
            own: 3,
            inclusive: 8
        }
    );
}

#[test]
fn commands_are_quoted_as_a_shell_needs_it() {
    let mut record = specimen::record(&[1_000]);
    record.provenance.command = ["loadtest", "run", "--threshold", "p99 < 20ms", "it's"]
        .map(str::to_owned)
        .into();
    let page = origin::section(&record).into_string();
    assert!(
        page.contains(r"loadtest run --threshold 'p99 &lt; 20ms' 'it'\''s'"),
        "{page}"
    );
}

#[test]
fn the_page_has_the_six_questions_the_parts_of_the_mean_and_goodput() {
    let mut record = specimen::record(&[1_000_000; 2000]);
    let page = |record: &RunRecord| report(record, &stats::judge(record), Flamegraphs::default());
    let whole = page(&record);
    for part in [
        "Why not double?",
        "Did it even happen?",
        "id=\"questions\"",
        "of it pacing delay",
        "is the sum of its parts",
        "committed within 20.0 ms",
        "0.200 % (pacer)",
    ] {
        assert!(whole.contains(part), "{part}");
    }
    // An old record has neither parts nor health, and says so.
    record.delays.clear();
    record.health = record::run::Health::default();
    record.plan.thresholds.clear();
    let old = page(&record);
    assert!(!old.contains("pacing delay</th>") && !old.contains("sum of its parts"));
    assert!(old.contains("unknown: the plan has no slo"));
}

#[test]
fn what_stands_between_backticks_is_code() {
    let prose = |text| page::prose(text).into_string();
    assert_eq!(
        prose("62 % of it in `a::<b>`, called from `c`."),
        "62 % of it in <code>a::&lt;b&gt;</code>, called from <code>c</code>."
    );
    assert_eq!(prose("`a` and ` alone"), "<code>a</code> and ` alone");
}
