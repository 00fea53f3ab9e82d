//! How long threads of the target wait for locks, by its own count: read before and after a step, so that the step is not disturbed.

use driver::{Address, Client};
use flate2::read::GzDecoder;
use record::profile::Profile;
use record::run::RunRecord;
use std::io::Read as _;
use std::time::Duration;

/// Go's path: the cumulative profile of contention, by who held the lock.
const PATH: &str = "/debug/pprof/mutex";
/// The target may have to name functions.
const PATIENCE: Duration = Duration::from_secs(5);
/// Bytes that are believed.
const MOST: u64 = 64 << 20;

/// Where the target tells it.
pub(super) struct Locks {
    client: Client,
    runtime: tokio::runtime::Runtime,
}

impl Locks {
    /// `None` without an admin address.
    pub(super) fn of(admin: Option<&str>) -> Option<Self> {
        let address = Address::parse(admin?).ok()?;
        let client = Client::new(&address, PATIENCE).ok()?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        Some(Self {
            client,
            runtime: runtime.ok()?,
        })
    }

    /// Time that its threads have waited since it started, put together; `None` if it does not say.
    pub(super) fn waited(&self) -> Option<Duration> {
        let body = self.runtime.block_on(self.client.get(PATH)).ok()?;
        let profile = Profile::decode(&unpacked(body)?).ok()?;
        let delay = profile.total(profile.value_index("delay")?);
        Some(Duration::from_nanos(u64::try_from(delay).ok()?))
    }
}

/// Threads that waited at a time in the run of `record`, on average.
pub(super) fn waiting(
    before: Option<Duration>,
    after: Option<Duration>,
    record: &RunRecord,
) -> Option<f64> {
    let length = record.steady.end.as_secs_f64();
    let waited = after?.checked_sub(before?)?;
    (length > 0.0).then(|| waited.as_secs_f64() / length)
}

// Profiles are gzipped by custom and plain by right; the first two bytes tell.
fn unpacked(body: Vec<u8>) -> Option<Vec<u8>> {
    if !body.starts_with(&[0x1f, 0x8b]) {
        return Some(body);
    }
    let mut plain = Vec::new();
    let mut unpacked = GzDecoder::new(body.as_slice()).take(MOST);
    unpacked.read_to_end(&mut plain).ok()?;
    Some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_waited_is_told_for_the_time_under_load() {
        let record = record::specimen::record(&[1_000_000]);
        // 23 s since T0.
        let seconds = |seconds| Some(Duration::from_secs_f64(seconds));
        let mean = waiting(seconds(1.0), seconds(12.5), &record).expect("both are known");
        assert!((mean - 0.5).abs() < 1e-9, "{mean}");
        assert_eq!(waiting(None, seconds(1.0), &record), None);
        assert_eq!(
            waiting(seconds(2.0), seconds(1.0), &record),
            None,
            "it started again in between"
        );
    }

    #[test]
    fn a_target_that_does_not_answer_says_nothing() {
        assert!(Locks::of(None).is_none());
        let nobody = Locks::of(Some("http://127.0.0.1:1")).expect("an address");
        assert_eq!(nobody.waited(), None);
    }
}
