//! The samplers against work whose CPU time is known, each in a process of its own.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::io::Write as _;
use std::process::Command;
use std::thread;

use probe::cpu::{CpuBackend, Options, Profiling};
use record::profile::{Label, LabelValue, Profile};

/// Tells a child what to do.
const ROLE: &str = "PROBE_TEST_ROLE";
/// Marks the lines of a child's answer among those of the test harness.
const MARK: &str = "answer ";

/// CPU time of the calling thread in nanoseconds, by the kernel's account.
fn own_cpu() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split(' ').next().unwrap().parse().unwrap()
}

#[inline(never)]
fn work(rounds: u64) -> u64 {
    (0..rounds).fold(1, |state: u64, round| {
        black_box(state.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ round)
    })
}

macro_rules! caller {
    ($name:ident, $rounds:literal) => {
        #[inline(never)]
        fn $name() -> u64 {
            black_box(work(black_box($rounds))) ^ 1
        }
    };
}

caller!(sixty, 60_000);
caller!(thirty, 30_000);
caller!(ten, 10_000);

fn work_for(nanos: f64) {
    let end = own_cpu() + nanos;
    while own_cpu() < end {
        for _ in 0..20 {
            black_box(sixty() ^ thirty() ^ ten());
        }
    }
}

/// Profiles `work` on threads of their own, from before their start until after their end.
fn profiled(options: Options, work: Vec<(String, f64)>) -> Profile {
    let profiling = Profiling::start(options).unwrap();
    let threads = work.into_iter().map(|(name, nanos)| {
        let thread = thread::Builder::new().name(name);
        thread.spawn(move || work_for(nanos)).unwrap()
    });
    let threads: Vec<_> = threads.collect();
    for thread in threads {
        thread.join().unwrap();
    }
    profiling.finish().unwrap()
}

fn options(backend: CpuBackend, hz: u32) -> Options {
    Options {
        hz,
        backend,
        ..Options::default()
    }
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    out.write_all(format!("{line}\n").as_bytes()).unwrap();
}

fn answer(line: &str) {
    say(&format!("{MARK}{line}"));
}

fn shares(backend: CpuBackend) {
    let profile = profiled(options(backend, 99), vec![("work".to_owned(), 4e9)]);
    let stacks = profile.folded(0);
    for name in ["sixty", "thirty", "ten"] {
        let name = format!("it::own::{name};");
        let of = stacks.iter().filter(|(stack, _)| stack.contains(&name));
        answer(&of.map(|(_, count)| count).sum::<i64>().to_string());
    }
    for comment in &profile.header().comments {
        say(comment);
    }
}

fn eight_threads() {
    let names = (0..8).map(|place| (format!("eight-{place}"), 4e8));
    let profile = profiled(options(CpuBackend::Own, 999), names.collect());
    let mut threads = BTreeMap::new();
    for sample in profile.samples() {
        let name = sample.labels.iter().find_map(|label| match label {
            Label {
                key,
                value: LabelValue::Text(name),
            } if key == "thread" => Some(name.clone()),
            _ => None,
        });
        *threads.entry(name.unwrap()).or_insert(0) += sample.values[0];
    }
    threads.retain(|name, _| name.starts_with("eight-"));
    for count in threads.values() {
        answer(&count.to_string());
    }
}

/// Does nothing by itself: the other tests start it in processes of their own.
#[test]
fn child() {
    match std::env::var(ROLE).unwrap_or_default().as_str() {
        "own" => shares(CpuBackend::Own),
        "pprof" => shares(CpuBackend::Pprof),
        "eight" => eight_threads(),
        _ => {}
    }
}

fn ask(role: &str) -> Vec<f64> {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["own::child", "--exact", "--nocapture"])
        .env(ROLE, role)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}");
    let answers = text.lines().filter_map(|line| line.split_once(MARK));
    answers.map(|(_, line)| line.parse().unwrap()).collect()
}

/// Fails if the share of `count` in `all` is further than four standard errors from `truth`.
fn assert_share(who: &str, count: f64, all: f64, truth: f64) {
    let error = (truth * (1.0 - truth) / all).sqrt();
    let share = count / all;
    assert!(
        (share - truth).abs() < 4.0 * error,
        "{who}: {share} for {truth}"
    );
}

#[test]
fn both_back_ends_find_the_true_shares_and_ours_the_true_cpu_time() {
    for backend in ["own", "pprof"] {
        let counts = ask(backend);
        let all: f64 = counts.iter().sum();
        // The one timer of pprof-rs counts whole ticks of the kernel, whoever had the processor for the rest of the tick: on a
        // busy machine it is off by an eighth, so its sum is not held against the truth.
        let error = (all / (4.0 * 99.0) - 1.0).abs();
        assert!(backend == "pprof" || error < 0.05, "{backend}: {counts:?}");
        for (count, truth) in counts.iter().zip([0.6, 0.3, 0.1]) {
            assert_share(backend, *count, all, truth);
        }
    }
}

#[test]
fn above_the_kernels_tick_no_thread_is_undercounted() {
    let counts = ask("eight");
    assert_eq!(counts.len(), 8, "{counts:?}");
    let all: f64 = counts.iter().sum();
    assert!((all / (8.0 * 0.4 * 999.0) - 1.0).abs() < 0.05, "{counts:?}");
    for count in &counts {
        assert!((count / (0.4 * 999.0) - 1.0).abs() < 0.1, "{counts:?}");
    }
}

/// Timers of this process that the kernel knows, where it says so.
fn timers() -> usize {
    let text = std::fs::read_to_string("/proc/self/timers").unwrap_or_default();
    text.lines().filter(|line| line.starts_with("ID:")).count()
}

#[test]
fn threads_may_come_and_go_while_sampling_and_no_timer_is_left() {
    let _one = crate::cpu::ONE_AT_A_TIME.blocking_lock();
    let profiling = Profiling::start(options(CpuBackend::Own, 199)).unwrap();
    // Few that never enter: each keeps its set of exact counters, which other tests of this process need.
    for round in 0..1000 {
        let entered = thread::spawn(|| {
            probe::thread::enter();
            black_box(work(1000));
            probe::thread::exit();
        });
        entered.join().unwrap();
        if round % 10 == 0 {
            let never_entered = thread::spawn(|| black_box(work(1000)));
            black_box(never_entered.join().unwrap());
        }
    }
    profiling.finish().unwrap();
    assert_eq!(timers(), 0);
}
