//! The ledger of gates of identical builds: how many false alarms are too many, and what a clean record supports (statistics.md, 8.2).

/// The probability of at least `fails` in `gates` gates that each fail with probability `rate`.
pub fn chance_of(fails: u32, gates: u32, rate: f64) -> f64 {
    let (n, rate) = (f64::from(gates), rate.clamp(0.0, 1.0));
    // Terms from 0 upwards; gates are hundreds, so none is lost.
    let mut term = (1.0 - rate).powf(n);
    let mut below = 0.0;
    for k in 0..fails.min(gates.saturating_add(1)) {
        below += term;
        term *=
            (n - f64::from(k)) / (f64::from(k) + 1.0) * rate / (1.0 - rate).max(f64::MIN_POSITIVE);
    }
    (1.0 - below).clamp(0.0, 1.0)
}

/// The false-alarm rate that so many fails among so many gates exclude with 95 % confidence (Clopper and Pearson 1934). 1 without gates.
pub fn supported_rate(fails: u32, gates: u32) -> f64 {
    if fails >= gates {
        return 1.0;
    }
    // The rate at which no more fails than these have a chance of 5 %; it falls as the rate grows.
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..100 {
        let middle = f64::midpoint(low, high);
        if 1.0 - chance_of(fails + 1, gates, middle) > 0.05 {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// Whether so many fails among gates of identical builds are too many for the promised rate: less than 2 % likely. One line, or `None`.
pub fn alarm(fails: u32, gates: u32, promised: f64) -> Option<String> {
    let chance = chance_of(fails, gates, promised);
    (fails > 0 && chance < 0.02).then(|| {
        format!(
            "{fails} of {gates} gates of identical builds failed; at the promised {:.1} % so many have a chance of {:.1} %",
            promised * 100.0,
            chance * 100.0
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_alarm_is_raised_where_the_published_counts_are() {
        for (fails, gates, chance) in [(3, 50, 0.014), (5, 150, 0.018)] {
            let seen = chance_of(fails, gates, 0.01);
            assert!((seen - chance).abs() < 0.001, "{fails} of {gates}: {seen}");
            assert!(alarm(fails, gates, 0.01).is_some());
            assert!(alarm(fails - 1, gates, 0.01).is_none());
        }
        assert!(alarm(0, 0, 0.01).is_none());
    }

    #[test]
    fn clean_gates_support_what_is_published() {
        for (gates, rate) in [(59, 0.05), (299, 0.01)] {
            assert!(supported_rate(0, gates) <= rate, "{gates}");
            assert!(
                supported_rate(0, gates - 1) > rate,
                "{gates}: one fewer is too few"
            );
        }
        assert!(supported_rate(1, 59) > supported_rate(0, 59));
        assert!((supported_rate(0, 0) - 1.0).abs() < f64::EPSILON);
        assert!((supported_rate(3, 3) - 1.0).abs() < f64::EPSILON);
    }
}
