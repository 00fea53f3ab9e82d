//! How slow each request was among its like, and the samples of a profile by that.
//!
//! Bands are formed after the window from what the client saw: quantiles by endpoint over **all** answered requests of the
//! span, by response time, failed answers included, because what they cost is in the profile too. A request without an answer has no
//! response time, so it is in no such band.

mod ledger;

pub use ledger::{ledger, slices};

use record::profile::{Label, Profile, Sample};
use record::served::RequestKey;
use record::tail::{BAND_LABEL, Band, ENDPOINT_LABEL, Endpoint, Exchanged};

/// Where a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    key: RequestKey,
    /// Index of its endpoint, and its band; `None` without an answer.
    answered: Option<(usize, Band)>,
}

/// All requests of a span with their bands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bands {
    /// Sorted by key.
    places: Vec<Place>,
    endpoints: Vec<Endpoint>,
    unanswered: u64,
}

/// The value of rank ⌈q·n⌉ of sorted values: at least the share q of them is not above it.
fn nearest_rank(sorted: &[u64], hundredths: usize) -> u64 {
    let rank = (sorted.len() * hundredths).div_ceil(100);
    sorted.get(rank.max(1) - 1).copied().unwrap_or(0)
}

impl Bands {
    /// Sorts the requests of a span into bands. `names` are the endpoints, in the order of [`Exchanged::step`]; those without an
    /// answered request are left out.
    pub fn of(requests: &[Exchanged], names: &[String]) -> Self {
        let mut endpoints = Vec::new();
        let mut index_of = vec![None; names.len()];
        for (step, name) in names.iter().enumerate() {
            let like = requests
                .iter()
                .filter(|one| one.answered && usize::from(one.step) == step);
            let mut times: Vec<u64> = like.map(Exchanged::response).collect();
            times.sort_unstable();
            if let Some(&max) = times.last() {
                index_of[step] = Some(endpoints.len());
                endpoints.push(Endpoint {
                    name: name.clone(),
                    p50: nearest_rank(&times, 50),
                    p90: nearest_rank(&times, 90),
                    p99: nearest_rank(&times, 99),
                    max,
                    requests: [0; 4],
                });
            }
        }
        let mut unanswered = 0;
        let place = |one: &Exchanged| {
            let index = index_of.get(usize::from(one.step)).copied().flatten();
            let answered = index.filter(|_| one.answered).map(|index| {
                let endpoint: &mut Endpoint = &mut endpoints[index];
                let at = band_of(endpoint, one.response());
                endpoint.requests[at] += 1;
                (index, Band::ANSWERED[at])
            });
            unanswered += u64::from(answered.is_none());
            Place {
                key: one.key,
                answered,
            }
        };
        let mut places: Vec<Place> = requests.iter().map(place).collect();
        places.sort_unstable_by_key(|place| place.key);
        Self {
            places,
            endpoints,
            unanswered,
        }
    }

    /// By endpoint: quantiles, and requests by band.
    pub fn endpoints(&self) -> &[Endpoint] {
        &self.endpoints
    }

    /// Requests without an answer.
    pub fn unanswered(&self) -> u64 {
        self.unanswered
    }

    /// The endpoint's index and the band of a request; `None` for a request that is not of the span or has no answer.
    pub fn find(&self, key: RequestKey) -> Option<(usize, Band)> {
        let at = self
            .places
            .binary_search_by_key(&key, |place| place.key)
            .ok()?;
        self.places[at].answered
    }

    /// Requests to look at one by one, with endpoint and band: the `slow` slowest of all that were answered and, so that there is something
    /// to hold them against, about `usual` of the others at equal distances in the order of their keys.
    pub fn exemplars<'a>(
        &self,
        requests: &'a [Exchanged],
        slow: usize,
        usual: usize,
    ) -> Vec<(&'a Exchanged, &str, Band)> {
        let mut all: Vec<_> = requests
            .iter()
            .filter_map(|one| {
                let (endpoint, band) = self.find(one.key)?;
                Some((one, self.endpoints[endpoint].name.as_str(), band))
            })
            .collect();
        all.sort_by_key(|(one, ..)| (std::cmp::Reverse(one.response()), one.key));
        let mut others = all.split_off(slow.min(all.len()));
        others.sort_by_key(|(one, ..)| one.key);
        let step = others.len().div_ceil(usual.max(1)).max(1);
        all.extend(others.into_iter().step_by(step));
        all
    }

    /// The profile with [`BAND_LABEL`] and, where it is known, [`ENDPOINT_LABEL`] in place of the label `request`, whose value is the
    /// `x-request-id` that run `run_id` sent. Other labels stay; values are neither lost nor made.
    #[must_use]
    pub fn relabelled(&self, profile: &Profile, request: &str, run_id: &str) -> Profile {
        profile.relabelled(|sample| {
            let (band, endpoint) = self.of_sample(sample, request, run_id);
            let others = sample.labels.iter();
            let others = others.filter(|label| label.key != request);
            let mut labels: Vec<Label> = others.cloned().collect();
            labels.push(Label::text(BAND_LABEL, band.name()));
            labels.extend(endpoint.map(|name| Label::text(ENDPOINT_LABEL, name)));
            labels
        })
    }

    fn of_sample(&self, sample: &Sample, request: &str, run_id: &str) -> (Band, Option<&str>) {
        let Some(name) = sample.label(request) else {
            return (Band::Untagged, None);
        };
        match RequestKey::of(name, run_id) {
            Some(key) => match self.find(key) {
                Some((index, band)) => (band, Some(&self.endpoints[index].name)),
                None => (Band::Incomplete, None),
            },
            None if name == OVERWRITTEN => (Band::Incomplete, None),
            None => (Band::Unmatched, None),
        }
    }
}

/// What the probe labels samples with whose request it has forgotten.
const OVERWRITTEN: &str = "(overwritten)";

/// Place in [`Band::ANSWERED`].
fn band_of(endpoint: &Endpoint, response: u64) -> usize {
    let edges = [endpoint.p50, endpoint.p90, endpoint.p99];
    edges.iter().filter(|edge| response > **edge).count()
}

#[cfg(test)]
mod tests;
