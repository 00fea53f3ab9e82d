//! What a target tells of its inside while a run is on, kept in bounded memory however long that is.

use driver::Exposition;
use record::catalog;
use record::run::{Insides, LiveObjects, LockWait, Span};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Readings that are kept; then every second one is dropped, and from then on every second one that comes.
const MOST_READINGS: usize = 256;
/// Parts of the steady phase at whose ends living objects are counted.
const MOST_PARTS: usize = 32;

/// All readings.
#[derive(Debug)]
pub(crate) struct Told {
    readings: Vec<Reading>,
    /// Of so many that come one is kept.
    stride: usize,
    came: usize,
}

impl Default for Told {
    fn default() -> Self {
        Self {
            readings: Vec::new(),
            stride: 1,
            came: 0,
        }
    }
}

#[derive(Debug)]
struct Reading {
    unix: Duration,
    /// By kind and place.
    live: BTreeMap<[String; 2], u64>,
    /// Seconds by the function that waited.
    waited: BTreeMap<String, f64>,
}

impl Told {
    /// Takes from an exposition what is to be kept of it.
    pub(super) fn read(&mut self, unix: Duration, text: String) {
        self.came += 1;
        if !(self.came - 1).is_multiple_of(self.stride) {
            return;
        }
        let exposition = Exposition { text };
        let live = exposition
            .by_labels(catalog::RUNTIME_LIVE_OBJECTS.name, ["kind", "site"])
            .map(|(place, count)| (place, count.max(0.0) as u64))
            .collect();
        let waited = exposition
            .by_labels(catalog::RUNTIME_LOCK_WAIT.name, ["site"])
            .map(|([site], seconds)| (site, seconds))
            .collect();
        self.readings.push(Reading { unix, live, waited });
        if self.readings.len() >= MOST_READINGS {
            let mut keep = [true, false].into_iter().cycle();
            self.readings.retain(|_| keep.next().unwrap_or(true));
            self.stride *= 2;
        }
    }

    /// What it says of the steady phase of a run that started then.
    pub(crate) fn insides(&self, started: Duration, steady: Span) -> Insides {
        let since = |reading: &Reading| reading.unix.saturating_sub(started);
        let before = self.readings.iter().rfind(|one| since(one) <= steady.start);
        let within = self.readings.iter();
        let within = within.filter(|one| since(one) > steady.start && since(one) <= steady.end);
        let within: Vec<_> = within.collect();
        let (Some(first), Some(last)) = (before.or(within.first().copied()), within.last()) else {
            return Insides::default();
        };
        let parts = within.len().min(MOST_PARTS);
        let ends: Vec<_> = (1..=parts)
            .map(|part| within[part * within.len() / parts - 1])
            .collect();
        let places: BTreeSet<_> = ends.iter().flat_map(|end| end.live.keys()).collect();
        Insides {
            places: u32::try_from(places.len()).unwrap_or(u32::MAX),
            live: grown(&places, &ends),
            lock_waits: waits(first, last),
        }
    }
}

fn grown(places: &BTreeSet<&[String; 2]>, ends: &[&Reading]) -> Vec<LiveObjects> {
    let objects = |place: &&[String; 2]| LiveObjects {
        kind: place[0].clone(),
        site: place[1].clone(),
        counts: ends
            .iter()
            // What is not listed is not alive.
            .map(|end| end.live.get(*place).copied().unwrap_or(0))
            .collect(),
    };
    let growth = |objects: &LiveObjects| {
        let counts = &objects.counts;
        let last = counts.last().copied().unwrap_or(0);
        last.saturating_sub(counts.first().copied().unwrap_or(0))
    };
    let all = places.iter().map(objects);
    let mut grown: Vec<_> = all.filter(|objects| growth(objects) > 0).collect();
    grown.sort_by_key(|objects| std::cmp::Reverse(growth(objects)));
    grown.truncate(Insides::MOST);
    grown
}

fn waits(first: &Reading, last: &Reading) -> Vec<LockWait> {
    let waits = last.waited.iter().map(|(site, seconds)| {
        let earlier = first.waited.get(site).copied().unwrap_or(0.0);
        LockWait {
            site: site.clone(),
            waited: Duration::try_from_secs_f64(seconds - earlier).unwrap_or_default(),
        }
    });
    let mut waits: Vec<_> = waits.filter(|wait| !wait.waited.is_zero()).collect();
    waits.sort_by_key(|wait| std::cmp::Reverse(wait.waited));
    waits.truncate(Insides::MOST);
    waits
}

#[cfg(test)]
mod tests;
