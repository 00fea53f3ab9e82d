//! Locks that are waited for, and tasks and timers that are alive.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use probe::lock::{Mutex, RwLock, Snapshot, Whose};
use probe::metrics::Registry;
use record::profile::{LabelValue, Profile};

/// Runs `wait` on another thread once `hold` has the lock, for at least 30 ms.
fn contend(hold: impl FnOnce(&dyn Fn()) + Send, wait: impl FnOnce() + Send) {
    let (ready, is_ready) = mpsc::channel::<()>();
    thread::scope(|scope| {
        scope.spawn(move || {
            hold(&|| {
                ready.send(()).unwrap();
                thread::sleep(Duration::from_millis(30));
            });
        });
        is_ready.recv().unwrap();
        wait();
    });
}

#[inline(never)]
fn keeps_the_books(lock: &Mutex<u64>, inside: &dyn Fn()) {
    let mut books = lock.lock();
    inside();
    *books += 1;
}

#[inline(never)]
fn wants_the_books(lock: &Mutex<u64>) {
    *lock.lock() += 1;
}

/// Waits and nanoseconds of the stacks that contain a function.
fn inclusive(profile: &Profile, function: &str) -> (i64, i64) {
    let sum = |column| {
        let stacks = profile.folded(column);
        let of = stacks.iter().filter(|(stack, _)| stack.contains(function));
        of.map(|(_, value)| value).sum::<i64>()
    };
    (sum(0), sum(1))
}

#[test]
fn the_waiter_is_in_the_block_profile_and_the_holder_in_the_mutex_profile() {
    let lock = Mutex::new(0);
    let before = [Whose::Waiter, Whose::Holder].map(Snapshot::take);
    contend(
        |inside| keeps_the_books(&lock, inside),
        || wants_the_books(&lock),
    );
    assert_eq!(*lock.lock(), 2);
    let [block, mutex] =
        before.map(|before| Snapshot::take(before.whose()).since(&before).profile());
    let (waits, nanos) = inclusive(&block, "it::waiting::wants_the_books");
    assert_eq!(waits, 1, "{:?}", block.folded(0));
    assert!(nanos > 1_000_000, "{nanos}");
    let (waits, nanos) = inclusive(&mutex, "it::waiting::keeps_the_books");
    assert_eq!(waits, 1, "{:?}", mutex.folded(0));
    assert!(nanos > 1_000_000, "{nanos}");
    let leaf_is_ours = |stack: &String| {
        let leaf = stack.rsplit(';').next().unwrap().to_owned();
        leaf.contains("probe::lock") || leaf.contains("lock_api")
    };
    let stacks = block.folded(0);
    assert_eq!(stacks.keys().find(|stack| leaf_is_ours(stack)), None);
    assert_eq!(block.types()[0].kind, "contentions");
    assert_eq!(block.types()[1].unit, "nanoseconds");
}

#[inline(never)]
fn writes_the_map(lock: &RwLock<u64>) {
    *lock.write() += 1;
}

#[test]
fn readers_and_writers_are_seen_and_free_locks_are_not() {
    let lock = RwLock::new(0);
    let before = Snapshot::take(Whose::Waiter);
    for _ in 0..100 {
        writes_the_map(&lock);
    }
    let free = Snapshot::take(Whose::Waiter).since(&before).profile();
    assert_eq!(inclusive(&free, "it::waiting::writes_the_map").0, 0);
    contend(
        |inside| {
            let shared = lock.read();
            inside();
            drop(shared);
        },
        || writes_the_map(&lock),
    );
    let since = Snapshot::take(Whose::Waiter).since(&before).profile();
    assert_eq!(inclusive(&since, "it::waiting::writes_the_map").0, 1);
}

fn live(profile: &Profile, place: &str, kind: &str) -> i64 {
    let samples = profile.samples().iter().filter(|sample| {
        let of_kind = sample
            .labels
            .iter()
            .any(|label| label.key == "kind" && label.value == LabelValue::Text(kind.to_owned()));
        let mut frames = profile.frames(sample);
        of_kind
            && frames.any(|frame| match frame {
                record::profile::Frame::Named { function, .. } => function.name.contains(place),
                record::profile::Frame::Address(_) => false,
            })
    });
    samples.map(|sample| sample.values[0]).sum()
}

#[tokio::test]
async fn what_leaks_is_named_by_the_place_that_made_it() {
    let before = probe::live::Snapshot::take();
    let sleep_line = line!() + 1;
    let sleep = || probe::time::sleep(Duration::from_hours(1));
    let spawn_line = line!() + 1;
    let leaked: Vec<_> = (0..5).map(|_| probe::spawn(sleep())).collect();
    let since = probe::live::Snapshot::take().since(&before).profile();
    let [sleep, spawn] = [sleep_line, spawn_line].map(|line| format!("waiting.rs:{line}"));
    assert_eq!(live(&since, &spawn, "task"), 5);
    assert_eq!(live(&since, &sleep, "timer"), 5);
    let registry = Registry::new();
    probe::live::register(&registry);
    let text = registry.render();
    let gauge = text
        .lines()
        .find(|line| line.contains(&spawn) && line.contains(r#"kind="task""#));
    assert!(gauge.unwrap().ends_with(" 5"), "{text}");
    for task in leaked {
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
    }
    let after = probe::live::Snapshot::take().since(&before).profile();
    assert_eq!(live(&after, &spawn, "task"), 0);
    assert_eq!(live(&after, &sleep, "timer"), 0);
}

#[tokio::test]
async fn timers_and_blocking_calls_behave_as_those_of_tokio() {
    let line = line!() + 1;
    let mut interval = probe::time::interval(Duration::from_millis(1));
    interval.tick().await;
    let slow = probe::time::timeout(Duration::from_millis(1), std::future::pending::<()>());
    assert!(slow.await.is_err());
    assert_eq!(
        probe::time::timeout(Duration::from_hours(1), async { 3 }).await,
        Ok(3)
    );
    assert_eq!(probe::spawn_blocking(|| 4).await.unwrap(), 4);
    let now = probe::live::Snapshot::take().profile();
    assert_eq!(live(&now, &format!("waiting.rs:{line}"), "timer"), 1);
}

#[test]
fn a_thread_that_works_in_batches_says_so_to_the_kernel() {
    let policy = std::thread::spawn(|| {
        probe::thread::work_in_batches();
        std::fs::read_to_string("/proc/thread-self/stat").unwrap()
    });
    let stat = policy.join().unwrap();
    // proc(5): the policy is field 41; the second field ends with a bracket. 3 is SCHED_BATCH.
    let fields = stat.rsplit_once(')').unwrap().1;
    assert_eq!(fields.split_whitespace().nth(41 - 3), Some("3"), "{stat}");
}
