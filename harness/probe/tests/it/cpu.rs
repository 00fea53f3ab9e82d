//! CPU profiles of functions whose cost is known.

use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use pprof::protos::{self, Message};
use probe::cpu::{self, CpuBackend, CpuError, Labels, Options};
use record::profile::{Frame, Profile};
use tokio::sync::Mutex;

/// Only one CPU profile can be taken at a time in one process.
pub static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

/// Works until told to stop: a leaf that calls nothing.
#[inline(never)]
fn busy_leaf(stop: &AtomicBool) -> u64 {
    let mut state = 1_u64;
    while !stop.load(Ordering::Relaxed) {
        state = black_box(state.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (state >> 7));
    }
    state
}

#[inline(never)]
fn busy_caller(stop: &AtomicBool) -> u64 {
    black_box(busy_leaf(stop)) + 1
}

/// A thread that is busy until dropped.
pub struct Busy {
    stop: &'static AtomicBool,
    thread: Option<thread::JoinHandle<u64>>,
}

impl Busy {
    pub fn start() -> Self {
        let stop: &'static AtomicBool = Box::leak(Box::new(AtomicBool::new(false)));
        let thread = thread::Builder::new().name("busy".to_owned());
        let thread = thread.spawn(move || busy_caller(stop)).unwrap();
        Self {
            stop,
            thread: Some(thread),
        }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            black_box(thread.join().unwrap());
        }
    }
}

async fn profile_of_busy() -> Profile {
    let _one = ONE_AT_A_TIME.lock().await;
    let _busy = Busy::start();
    cpu::collect(Duration::from_secs(2), 99).await.unwrap()
}

/// The names of a sample's frames, leaf first.
fn names(profile: &Profile, place: usize) -> Vec<&str> {
    let frames = profile.frames(&profile.samples()[place]);
    let names = frames.map(|frame| match frame {
        Frame::Named { function, .. } => function.name.as_str(),
        Frame::Address(_) => "",
    });
    names.collect()
}

#[tokio::test]
async fn a_busy_function_is_named_as_leaf_below_its_caller() {
    let profile = profile_of_busy().await;
    let busy: i64 = (0..profile.samples().len())
        .filter(|&place| {
            let names = names(&profile, place);
            let leaf = names.iter().position(|name| *name == "it::cpu::busy_leaf");
            leaf.is_some_and(|leaf| names.get(leaf + 1) == Some(&"it::cpu::busy_caller"))
        })
        .map(|place| profile.samples()[place].values[0])
        .sum();
    // Two seconds at 99 Hz are 198 samples, if the machine is idle; a loaded one gives the thread less CPU time.
    assert!(busy >= 10, "{busy} of {}", profile.total(0));
    assert_eq!(profile.total(1), profile.total(0) * (1_000_000_000 / 99));
}

#[tokio::test]
async fn an_independent_decoder_reads_the_same_profile() {
    let profile = profile_of_busy().await;
    let decoded = protos::Profile::decode(profile.encode().as_slice()).unwrap();
    let text = |index: i64| decoded.string_table[usize::try_from(index).unwrap()].as_str();
    assert_eq!(text(0), "");
    let types = decoded.sample_type.iter();
    let types: Vec<_> = types.map(|t| (text(t.ty), text(t.unit))).collect();
    assert_eq!(types, [("samples", "count"), ("cpu", "nanoseconds")]);
    assert_eq!(decoded.period, 1_000_000_000 / 99);
    let total: i64 = decoded.sample.iter().map(|sample| sample.value[0]).sum();
    assert_eq!(total, profile.total(0));
    let names: Vec<_> = decoded.function.iter().map(|f| text(f.name)).collect();
    assert!(names.contains(&"it::cpu::busy_leaf"), "{names:?}");
    for location in &decoded.location {
        assert_ne!(location.id, 0);
        if location.mapping_id != 0 {
            let mapping = decoded.mapping.iter().find(|m| m.id == location.mapping_id);
            let mapping = mapping.unwrap();
            let range = mapping.memory_start..mapping.memory_limit;
            assert!(range.contains(&location.address));
        }
    }
    assert!(decoded.mapping[0].has_functions);
    assert_eq!(text(decoded.mapping[0].build_id).len(), 40);
    let comments: Vec<_> = decoded.comment.iter().map(|&index| text(index)).collect();
    assert!(comments.contains(&"rate: 99 Hz"), "{comments:?}");
}

#[tokio::test]
async fn two_profiles_at_the_same_time_are_both_complete() {
    let _one = ONE_AT_A_TIME.lock().await;
    let _busy = Busy::start();
    let long = cpu::collect(Duration::from_secs(2), 99);
    let short = cpu::collect(Duration::from_secs(1), 99);
    let (long, short) = tokio::join!(long, short);
    let (long, short) = (long.unwrap().total(0), short.unwrap().total(0));
    assert!(short >= 5, "{short}");
    assert!(long > short, "{long} {short}");
}

fn with(backend: CpuBackend) -> Options {
    Options {
        duration: Duration::from_millis(500),
        backend,
        ..Options::default()
    }
}

#[tokio::test]
async fn one_back_end_at_a_time_and_pprof_takes_one_profile() {
    let _one = ONE_AT_A_TIME.lock().await;
    for other in [CpuBackend::Own, CpuBackend::Pprof] {
        let first = cpu::collect_with(with(CpuBackend::Pprof));
        let (first, second) = tokio::join!(first, cpu::collect_with(with(other)));
        let refused = [first, second].into_iter().filter_map(Result::err);
        let refused: Vec<_> = refused.map(|error| error.to_string()).collect();
        assert_eq!(refused, [CpuError::Busy.to_string()]);
    }
}

#[tokio::test]
async fn the_portable_back_end_says_that_it_cannot_label_requests() {
    let options = Options {
        labels: Labels::Request,
        ..with(CpuBackend::Pprof)
    };
    let error = cpu::collect_with(options).await.unwrap_err();
    assert!(matches!(error, CpuError::Unsupported(_)), "{error}");
}

#[tokio::test]
async fn a_dropped_profile_makes_room_for_the_next() {
    let _one = ONE_AT_A_TIME.lock().await;
    let mut cut_off = Box::pin(cpu::collect(Duration::from_hours(1), 99));
    let cut = tokio::time::timeout(Duration::from_millis(700), &mut cut_off).await;
    assert!(cut.is_err());
    drop(cut_off);
    let next = async {
        loop {
            match cpu::collect(Duration::from_millis(50), 99).await {
                Err(CpuError::Busy) => tokio::task::yield_now().await,
                other => return other,
            }
        }
    };
    let next = tokio::time::timeout(Duration::from_secs(30), next).await;
    assert!(next.unwrap().is_ok());
}

#[tokio::test]
async fn rates_that_no_timer_keeps_are_refused() {
    for (backend, hz) in [
        (CpuBackend::Pprof, 0),
        (CpuBackend::Pprof, 200),
        (CpuBackend::Own, 0),
        (CpuBackend::Own, 1001),
    ] {
        let error = cpu::collect_with(Options {
            hz,
            ..with(backend)
        })
        .await;
        let error = error.unwrap_err();
        assert!(
            matches!(error, CpuError::Rate(rate, _) if rate == hz),
            "{error}"
        );
    }
}
