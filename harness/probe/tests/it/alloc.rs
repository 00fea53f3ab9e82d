//! Exact counters and sampled stacks against known numbers of allocations.

use std::hint::black_box;
use std::thread;

use probe::alloc::{self, Counters, Snapshot};
use record::profile::Profile;

use crate::PERIOD_BYTES;

/// Runs `work` on a new thread that has counters and sampling from its first allocation.
fn on_new_thread<T: Send + 'static>(work: fn() -> T) -> T {
    alloc::enable(PERIOD_BYTES).unwrap();
    let entered = move || {
        probe::thread::enter();
        let result = work();
        probe::thread::exit();
        result
    };
    thread::spawn(entered).join().unwrap()
}

fn counted(work: impl FnOnce()) -> Counters {
    let before = alloc::thread_counters();
    work();
    alloc::thread_counters().since(&before)
}

#[test]
fn counters_are_exact() {
    let counters = on_new_thread(|| {
        counted(|| {
            for _ in 0..1000 {
                drop(black_box(Vec::<u8>::with_capacity(100)));
            }
        })
    });
    let expected = Counters {
        allocations: 1000,
        allocated_bytes: 100_000,
        frees: 1000,
        freed_bytes: 100_000,
    };
    assert_eq!(counters, expected);
}

#[test]
fn growing_counts_as_free_and_allocation_and_zeroed_memory_counts() {
    let counters = on_new_thread(|| {
        counted(|| {
            let mut grown = black_box(Vec::<u8>::with_capacity(64));
            grown.reserve_exact(128);
            drop(black_box(grown));
            drop(black_box(vec![0_u64; 16]));
        })
    });
    let expected = Counters {
        allocations: 3,
        allocated_bytes: 64 + 128 + 128,
        frees: 3,
        freed_bytes: 64 + 128 + 128,
    };
    assert_eq!(counters, expected);
}

#[test]
fn what_ended_threads_counted_is_not_lost() {
    let before = alloc::counters();
    for _ in 0..20 {
        on_new_thread(|| drop(black_box(Vec::<u8>::with_capacity(1_000_000))));
    }
    let since = alloc::counters().since(&before);
    assert!(since.allocated_bytes >= 20_000_000, "{since:?}");
    assert!(since.freed_bytes >= 20_000_000, "{since:?}");
}

#[inline(never)]
fn many_small() {
    for _ in 0..200_000 {
        drop(black_box(Vec::<u8>::with_capacity(black_box(48))));
    }
}

#[inline(never)]
fn some_large() {
    for _ in 0..500 {
        drop(black_box(Vec::<u8>::with_capacity(black_box(20_000))));
    }
}

/// The sum of a column over the stacks in which a function appears.
fn inclusive(profile: &Profile, kind: &str, function: &str) -> f64 {
    let column = profile.value_index(kind).unwrap();
    let stacks = profile.folded(column);
    let of_function = stacks.iter().filter(|(stack, _)| stack.contains(function));
    of_function.map(|(_, value)| *value as f64).sum()
}

/// Fails if the estimates are further than five standard errors from `count` allocations of `size` bytes. Each is kept
/// with probability p and then stands for 1/p, so the variance of the number is count · (1 − p) / p. Each counts 16 bytes more than it asks for.
fn assert_estimated(profile: &Profile, function: &str, count: f64, size: f64) {
    let p = -(-(size + 16.0) / PERIOD_BYTES as f64).exp_m1();
    let error = (count * (1.0 - p) / p).sqrt() + 1.0;
    let objects = inclusive(profile, "alloc_objects", function);
    let bytes = inclusive(profile, "alloc_space", function);
    assert!(
        (objects - count).abs() < 5.0 * error,
        "{function}: {objects} of {count}"
    );
    assert!(
        (bytes / size - count).abs() < 5.0 * error,
        "{function}: {bytes} bytes"
    );
}

#[inline(never)]
fn many_of_one_byte() {
    for _ in 0..200_000 {
        drop(black_box(Vec::<u8>::with_capacity(black_box(1))));
    }
}

#[test]
fn allocations_of_one_byte_are_seen_too() {
    let window = on_new_thread(|| {
        let before = Snapshot::take();
        many_of_one_byte();
        Snapshot::take().since(&before)
    });
    assert_estimated(&window.profile(), "many_of_one_byte", 200_000.0, 1.0);
}

#[test]
fn sampled_totals_agree_with_the_truth_and_name_who_allocates() {
    let window = on_new_thread(|| {
        let before = Snapshot::take();
        many_small();
        some_large();
        Snapshot::take().since(&before)
    });
    let profile = window.profile();
    assert_estimated(&profile, "it::alloc::many_small", 200_000.0, 48.0);
    assert_estimated(&profile, "it::alloc::some_large", 500.0, 20_000.0);
    let space = profile.value_index("alloc_space").unwrap();
    let stacks = profile.folded(space);
    let leaf_is_hook = |stack: &&String| {
        let leaf = stack.rsplit(';').next().unwrap();
        ["probe::alloc::", "sampler", "__rust_", "ProfAlloc"]
            .iter()
            .any(|hook| leaf.contains(hook))
    };
    assert_eq!(stacks.keys().find(leaf_is_hook), None);
}

#[inline(never)]
fn one_on_a_short_thread() {
    drop(black_box(Vec::<u8>::with_capacity(black_box(10_000))));
}

#[test]
fn threads_that_allocate_once_are_not_overlooked() {
    alloc::enable(PERIOD_BYTES).unwrap();
    let before = Snapshot::take();
    for _ in 0..500 {
        thread::spawn(one_on_a_short_thread).join().unwrap();
    }
    let profile = Snapshot::take().since(&before).profile();
    assert_estimated(
        &profile,
        "it::alloc::one_on_a_short_thread",
        500.0,
        10_000.0,
    );
}

#[inline(never)]
fn some_medium() {
    for _ in 0..2000 {
        drop(black_box(Vec::<u8>::with_capacity(black_box(5000))));
    }
}

#[test]
fn the_profile_is_cumulative_and_readable() {
    on_new_thread(some_medium);
    let first = alloc::profile();
    on_new_thread(some_medium);
    let second = Profile::decode(&alloc::profile().encode()).unwrap();
    let added = second.minus(&first).unwrap();
    assert!(inclusive(&added, "alloc_space", "some_medium") > 5e6);
    let comments = second.header().comments.join("\n");
    assert!(comments.contains("period: 4096 bytes"), "{comments}");
    assert!(!comments.contains("degraded"), "{comments}");
}

#[test]
fn the_period_is_fixed() {
    alloc::enable(PERIOD_BYTES).unwrap();
    assert_eq!(alloc::enable(PERIOD_BYTES), Ok(()));
    assert_eq!(
        alloc::enable(1),
        Err(alloc::EnableError::AlreadyOn(PERIOD_BYTES))
    );
    assert_eq!(alloc::enable(0), Err(alloc::EnableError::Zero));
}
