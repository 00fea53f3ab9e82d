//! Expositions kept over a run, so that it can be browsed in a metrics server that was never there.
//!
//! One text for all scrapes of a run, each as what changed since the last one of the same job; most series of a scrape have not. Pure: the
//! shell packs and writes the text.
//!
//! ```text
//! # loadtest archive 1
//! @1764012345.123 loadtest 127.0.0.1:6061
//! loadtest_users 10
//! @1764012346.125 loadtest 127.0.0.1:6061
//! loadtest_users 12
//! -loadtest_backlog_arrivals
//! ```

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;
use thiserror::Error;

/// The first line.
pub const HEADER: &str = "# loadtest archive 1\n";
/// More series than this are not kept: a target may expose without bound.
const MOST_SERIES: usize = 50_000;

/// Which process an exposition came from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source {
    /// As a scrape job is called; one word.
    pub job: String,
    /// `host:port`.
    pub instance: String,
}

/// Series by their text, with their values' text.
pub type Series = BTreeMap<String, String>;

/// Turns expositions into what changed.
#[derive(Debug, Default)]
pub struct Changes {
    last: BTreeMap<Source, Series>,
}

impl Changes {
    /// The lines that `exposition`, read at `unix` (since 1970) from `source`, adds to the archive.
    pub fn of(&mut self, source: &Source, unix: Duration, exposition: &str) -> String {
        let last = self.last.entry(source.clone()).or_default();
        let now: Series = samples(exposition).take(MOST_SERIES).collect();
        let mut text = format!(
            "@{}.{:03} {} {}\n",
            unix.as_secs(),
            unix.subsec_millis(),
            source.job,
            source.instance
        );
        for (series, value) in now
            .iter()
            .filter(|(name, value)| last.get(*name) != Some(*value))
        {
            let _ = writeln!(text, "{series} {value}");
        }
        for gone in last.keys().filter(|name| !now.contains_key(*name)) {
            let _ = writeln!(text, "-{gone}");
        }
        *last = now;
        text
    }
}

// Series and value of every sample line; a time stamp of the exposer's own is left away.
fn samples(exposition: &str) -> impl Iterator<Item = (String, String)> {
    let lines = exposition.lines().map(str::trim);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.filter_map(|line| {
        // Label values may hold blanks; the value stands behind the last bracket.
        let name = line
            .rfind('}')
            .map_or_else(|| line.find(' '), |at| Some(at + 1))?;
        let value = line[name..].split_ascii_whitespace().next()?;
        value.parse::<f64>().ok()?;
        Some((line[..name].to_owned(), value.to_owned()))
    })
}

/// One scrape, read back.
#[derive(Debug)]
pub struct Scrape<'a> {
    /// Where it came from.
    pub source: &'a Source,
    /// When, since 1970.
    pub unix: Duration,
    /// All series with their values.
    pub series: &'a Series,
}

/// What is not an archive.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("line {line} of the archive is {what}")]
pub struct ArchiveError {
    line: usize,
    what: String,
}

/// Reads an archive, scrape by scrape in order of time. A last scrape that was cut off is handed out as far as it got.
///
/// # Errors
/// [`ArchiveError`] with the first line that is none; what came before has been handed out.
pub fn read(text: &str, mut each: impl FnMut(Scrape<'_>)) -> Result<(), ArchiveError> {
    let bad = |line: usize, what: &str| ArchiveError {
        line,
        what: what.to_owned(),
    };
    let mut lines = (1..).zip(text.lines());
    if lines.next().map(|(_, first)| first) != Some(HEADER.trim_end()) {
        return Err(bad(1, "not the header"));
    }
    let mut all: BTreeMap<Source, Series> = BTreeMap::new();
    let mut current: Option<(Source, Duration)> = None;
    for (number, line) in lines {
        if let Some(head) = line.strip_prefix('@') {
            hand_out(current.as_ref(), &all, &mut each);
            let begun = head_of(head).ok_or_else(|| bad(number, "no head of a scrape"))?;
            all.entry(begun.0.clone()).or_default();
            current = Some(begun);
            continue;
        }
        let series = current.as_ref().and_then(|(source, _)| all.get_mut(source));
        let series = series.ok_or_else(|| bad(number, "outside of any scrape"))?;
        if let Some(gone) = line.strip_prefix('-') {
            series.remove(gone);
        } else {
            let (name, value) = line
                .rsplit_once(' ')
                .ok_or_else(|| bad(number, "neither a series nor the end of one"))?;
            series.insert(name.to_owned(), value.to_owned());
        }
    }
    hand_out(current.as_ref(), &all, &mut each);
    Ok(())
}

fn hand_out(
    current: Option<&(Source, Duration)>,
    all: &BTreeMap<Source, Series>,
    each: &mut impl FnMut(Scrape<'_>),
) {
    if let Some((source, unix)) = current
        && let Some(series) = all.get(source)
    {
        each(Scrape {
            source,
            unix: *unix,
            series,
        });
    }
}

fn head_of(head: &str) -> Option<(Source, Duration)> {
    let mut words = head.split(' ');
    let (time, job, instance) = (words.next()?, words.next()?, words.next()?);
    let (seconds, millis) = time.split_once('.')?;
    let seconds = Duration::from_secs(seconds.parse().ok()?);
    let source = Source {
        job: job.to_owned(),
        instance: instance.to_owned(),
    };
    let unix = seconds.checked_add(Duration::from_millis(millis.parse().ok()?))?;
    words.next().is_none().then_some((source, unix))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn source(job: &str) -> Source {
        Source {
            job: job.to_owned(),
            instance: "127.0.0.1:1".to_owned(),
        }
    }

    fn read_all(text: &str) -> Result<Vec<(String, u128, Series)>, ArchiveError> {
        let mut scrapes = Vec::new();
        read(text, |scrape| {
            scrapes.push((
                scrape.source.job.clone(),
                scrape.unix.as_millis(),
                scrape.series.clone(),
            ));
        })?;
        Ok(scrapes)
    }

    #[test]
    fn only_what_changed_is_written_and_all_is_read() {
        let mut changes = Changes::default();
        let at = Duration::from_millis(1_500);
        let first = "# HELP a x\n# TYPE a gauge\na{l=\"x y}\"} 1\nb 2 1700000000000\nc NaN\n";
        let mut text = HEADER.to_owned();
        text += &changes.of(&source("g"), at, first);
        text += &changes.of(&source("t"), at, "a 7\n");
        let later = changes.of(&source("g"), at * 2, "a{l=\"x y}\"} 1\nb 3\n");
        assert_eq!(later, "@3.000 g 127.0.0.1:1\nb 3\n-c\n");
        text += &later;
        let scrapes = read_all(&text).expect("an archive");
        assert_eq!(scrapes.len(), 3);
        let (job, unix, series) = &scrapes[2];
        assert_eq!((job.as_str(), *unix), ("g", 3_000));
        let values: Vec<_> = series
            .iter()
            .map(|(name, value)| (&**name, &**value))
            .collect();
        assert_eq!(values, [("a{l=\"x y}\"}", "1"), ("b", "3")]);
    }

    #[test]
    fn what_is_no_archive_is_named_by_its_line() {
        let error = |text: &str| read_all(text).expect_err("no archive").to_string();
        assert_eq!(error(""), "line 1 of the archive is not the header");
        let start = HEADER.to_owned();
        assert!(error(&(start.clone() + "a 1\n")).contains("line 2"));
        assert!(error(&(start.clone() + "@x g i\n")).contains("no head"));
        assert!(error(&(start + "@1.0 g i\na\n")).contains("line 3"));
    }

    proptest! {
        #[test]
        fn every_scrape_is_read_back_whole(
            scrapes in prop::collection::vec(prop::collection::btree_map("[a-c]", 0..3_u32, 0..4), 1..12),
        ) {
            let (mut changes, mut text) = (Changes::default(), HEADER.to_owned());
            for (n, series) in (0..).zip(&scrapes) {
                let lines: Vec<_> = series.iter().map(|(name, value)| format!("{name} {value}")).collect();
                let exposition = lines.join("\n");
                text += &changes.of(&source("g"), Duration::from_secs(n), &exposition);
            }
            let read: Vec<_> = read_all(&text).expect("an archive").into_iter().map(|(_, _, series)| series).collect();
            let expected: Vec<Series> = scrapes
                .iter()
                .map(|series| series.iter().map(|(name, value)| (name.clone(), value.to_string())).collect())
                .collect();
            prop_assert_eq!(read, expected);
        }

        #[test]
        fn any_text_is_refused_or_read_without_a_panic(text in "(# loadtest archive 1\n)?[@a-c0-9. {}\n-]{0,80}") {
            let _ = read_all(&text);
        }
    }
}
