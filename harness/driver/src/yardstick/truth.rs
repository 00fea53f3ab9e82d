//! What must come out, from theory: closed forms and the exact recursion over given arrivals.

/// When a single server that takes `service_ns` for each request, in the order of their arrival, is done with each of them: Lindley's
/// recursion, exact for the arrivals given. Times in nanoseconds on the clock of `arrivals`, which must ascend.
pub fn single_server(
    arrivals: impl IntoIterator<Item = u64>,
    service_ns: u64,
) -> impl Iterator<Item = u64> {
    let mut free = 0;
    arrivals.into_iter().map(move |arrival| {
        free = free.max(arrival) + service_ns;
        free
    })
}

/// Mean wait before service in an M/D/1 queue, in units of the service time, at utilisation `u` in 0..1: u ÷ (2 (1 − u)), by Pollaczek and
/// Khinchine with a variance of 0.
pub fn md1_mean_wait(u: f64) -> f64 {
    u / (2.0 * (1.0 - u))
}

/// The response time at share `q` (0..=1) of `length_ns` of constant arrivals, of which a target that answers at once otherwise stood
/// still for `stall_ns`: an arrival x after the stall began waits stall − x, so the largest part (1 − q) of all is what is below
/// stall − (1 − q) length. 0 where that is negative: the quantile lies outside of the stall.
pub fn after_a_stall(q: f64, stall_ns: u64, length_ns: u64) -> f64 {
    (stall_ns as f64 - (1.0 - q) * length_ns as f64).max(0.0)
}
