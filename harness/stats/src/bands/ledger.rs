//! The stall ledger: the response time of each request in parts that never overlap, summed by band.

use super::Bands;
use record::served::Served;
use record::tail::{Account, Band, Exchanged, Running, Slice, Slices, Spread, StallLedger};

/// The requests whose rank by response time lies in this part of their endpoint are the ones around the 99th percentile.
const AROUND_P99: [f64; 2] = [0.985, 0.995];

/// The parts of a request's response time, in the order of [`Slice::ALL`]. They sum to it exactly: a part that would reach beyond what
/// contains it is cut, and what the target does not explain is [`Slice::Outside`] or [`Slice::Pending`].
pub fn slices(client: &Exchanged, target: &Served) -> Slices {
    let response = client.response();
    let service = client.done.saturating_sub(client.sent).min(response);
    let wall = target.ended.saturating_sub(target.started).min(service);
    let poll = target.poll.min(wall);
    let ready = target.ready.min(wall - poll);
    let pending = wall - poll - ready;
    let inside = within(target.inside, poll);
    let between = within(target.between, pending);
    let wait = |place: usize| inside[place] + between[place];
    [
        response - service,
        service - wall,
        poll - inside.iter().sum::<u64>(),
        wait(0),
        wait(1),
        wait(2),
        wait(3),
        ready,
        wait(4),
        wait(5),
        wait(6),
        pending - between.iter().sum::<u64>(),
    ]
}

/// Parts of `whole`; parts that overlap, so that they sum to more, are shortened in proportion.
fn within<const N: usize>(parts: [u64; N], whole: u64) -> [u64; N] {
    let sum: u128 = parts.iter().map(|part| u128::from(*part)).sum();
    if sum <= u128::from(whole) {
        return parts;
    }
    parts.map(|part| (u128::from(part) * u128::from(whole) / sum) as u64)
}

/// A request that both sides know.
struct Joined {
    endpoint: usize,
    band: Band,
    response: u64,
    slices: Slices,
    running: Running,
}

/// Joins both sides and sums. `None` if they have no request in common.
pub fn ledger(bands: &Bands, requests: &[Exchanged], served: &[Served]) -> Option<StallLedger> {
    let mut joined = join(bands, requests, served);
    if joined.is_empty() {
        return None;
    }
    let mut sums = [Account::default(); 4];
    for one in &joined {
        if let Some(place) = Band::ANSWERED.iter().position(|band| *band == one.band) {
            add(&mut sums[place], one);
        }
    }
    let mut spreads = [Spread::default(); Slice::ALL.len()];
    for (place, spread) in spreads.iter_mut().enumerate() {
        let mut times: Vec<u64> = joined.iter().map(|one| one.slices[place]).collect();
        times.sort_unstable();
        *spread = Spread {
            p50: super::nearest_rank(&times, 50),
            p99: super::nearest_rank(&times, 99),
            max: times.last().copied().unwrap_or(0),
        };
    }
    Some(StallLedger {
        bands: sums,
        around_p99: around_p99(&mut joined),
        spreads,
    })
}

fn join(bands: &Bands, requests: &[Exchanged], served: &[Served]) -> Vec<Joined> {
    let mut served: Vec<&Served> = served.iter().collect();
    served.sort_unstable_by_key(|one| one.key);
    let join = |client: &Exchanged| {
        let (endpoint, band) = bands.find(client.key)?;
        let at = served
            .binary_search_by_key(&client.key, |one| one.key)
            .ok()?;
        let slices = slices(client, served[at]);
        Some(Joined {
            endpoint,
            band,
            response: client.response(),
            slices,
            running: running(slices[Slice::Running as usize], served[at]),
        })
    };
    requests.iter().filter_map(join).collect()
}

fn running(whole: u64, served: &Served) -> Running {
    let Some(detail) = served.detail else {
        return Running::default();
    };
    let [cpu, run_queue, page_faults] =
        within([detail.cpu, detail.run_queue, detail.page_faults], whole);
    Running {
        requests: 1,
        cpu,
        run_queue,
        page_faults,
        unexplained: whole - cpu - run_queue - page_faults,
    }
}

fn add(account: &mut Account, one: &Joined) {
    account.requests += 1;
    for (sum, slice) in account.slices.iter_mut().zip(one.slices) {
        *sum += slice;
    }
    let (sums, one) = (&mut account.running, &one.running);
    sums.requests += one.requests;
    sums.cpu += one.cpu;
    sums.run_queue += one.run_queue;
    sums.page_faults += one.page_faults;
    sums.unexplained += one.unexplained;
}

/// Single requests at the very percentile are chance; so those around it are added up, endpoint by endpoint.
fn around_p99(joined: &mut [Joined]) -> Account {
    joined.sort_unstable_by_key(|one| (one.endpoint, one.response));
    let mut account = Account::default();
    for like in joined.chunk_by(|a, b| a.endpoint == b.endpoint) {
        let [from, to] = AROUND_P99.map(|share| (like.len() as f64 * share) as usize);
        let from = from.min(like.len() - 1);
        for one in &like[from..to.max(from + 1)] {
            add(&mut account, one);
        }
    }
    account
}
