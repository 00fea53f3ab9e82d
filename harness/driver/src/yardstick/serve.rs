//! The target's side: a thread a connection, absolute deadlines.

use super::Behaviour;
use super::facts::{Facts, Said};
use record::histogram::Histogram;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::num::NonZeroU64;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// More connections than this are refused.
const MOST_CONNECTIONS: usize = 2_000;
/// A request head longer than this closes the connection.
const MOST_HEAD: usize = 16 << 10;
/// How often the looking thread looks.
const LOOK: Duration = Duration::from_micros(500);

const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n";
const BODY: &[u8] = b"hello";

struct State {
    behaviour: Behaviour,
    /// When the single server of [`Behaviour::Queue`] is free.
    free: Mutex<Instant>,
    service: Mutex<Histogram>,
    was_asked: AtomicBool,
    longest_gap_ns: AtomicU64,
}

impl State {
    // When a request that was read at `asked` is to be answered.
    fn deadline(&self, asked: Instant) -> Instant {
        match self.behaviour {
            Behaviour::Constant(time) | Behaviour::SlowBody(time) => asked + time,
            Behaviour::Queue(time) => {
                let mut free = lock(&self.free);
                *free = asked.max(*free) + time;
                *free
            }
        }
    }

    fn note(&self, service: Duration) {
        lock(&self.service).record(service.as_nanos() as u64);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The whole life of the target: listens on a port of its own, says so on standard output, behaves until standard input closes, and says
/// what it did.
pub fn serve_as_child(behaviour: Behaviour) -> std::io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let state = Arc::new(State {
        behaviour,
        free: Mutex::new(Instant::now()),
        service: Mutex::new(Histogram::new()),
        was_asked: AtomicBool::new(false),
        longest_gap_ns: AtomicU64::new(0),
    });
    say(Said::Listens(listener.local_addr()?))?;
    let (accepting, looking) = (state.clone(), state.clone());
    thread::spawn(move || accept(&listener, &accepting));
    thread::spawn(move || look(&looking));
    // Whatever the parent writes means nothing; that it stops is the end.
    std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink())?;
    let facts = Facts::of(
        &lock(&state.service),
        state.longest_gap_ns.load(Ordering::Relaxed),
    );
    say(Said::Did(facts))
}

fn say(said: Said) -> std::io::Result<()> {
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(said.line().as_bytes())?;
    stdout.flush()
}

fn accept(listener: &TcpListener, state: &Arc<State>) {
    for stream in listener.incoming().flatten() {
        // One count is this thread's, one the looking thread's, one the main thread's.
        if Arc::strong_count(state) > MOST_CONNECTIONS {
            continue;
        }
        let state = state.clone();
        // A thread that cannot be started closes the connection, and the client counts that.
        let _ = thread::Builder::new()
            .stack_size(128 << 10)
            .spawn(move || serve(stream, &state));
    }
}

// An error on a connection ends it, and the client counts that.
fn serve(mut stream: TcpStream, state: &State) {
    precise();
    let _ = stream.set_nodelay(true);
    let mut head = Vec::with_capacity(1024);
    while read_head(&mut stream, &mut head) {
        if answer(&mut stream, state).is_err() {
            return;
        }
    }
}

// Requests without a body, one after the other: what the generator sends to us.
fn read_head(stream: &mut TcpStream, head: &mut Vec<u8>) -> bool {
    let mut part = [0; 1024];
    head.clear();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut part) {
            Ok(read) if read > 0 && head.len() < MOST_HEAD => {
                head.extend_from_slice(&part[..read]);
            }
            _ => return false,
        }
    }
    true
}

fn answer(stream: &mut TcpStream, state: &State) -> std::io::Result<()> {
    let asked = Instant::now();
    let deadline = state.deadline(asked);
    if !state.was_asked.swap(true, Ordering::Relaxed) {
        say(Said::Asked)?;
    }
    if let Behaviour::SlowBody(_) = state.behaviour {
        stream.write_all(HEAD)?;
        wait_until(deadline);
        state.note(asked.elapsed());
        return stream.write_all(BODY);
    }
    wait_until(deadline);
    state.note(asked.elapsed());
    stream.write_all(&[HEAD, BODY].concat())
}

fn wait_until(deadline: Instant) {
    while let Some(left) = deadline.checked_duration_since(Instant::now())
        && !left.is_zero()
    {
        thread::sleep(left);
    }
}

// The kernel may wake a sleeper 50 µs late to save power, unless it is told not to.
fn precise() {
    let _ = rustix::thread::set_current_timer_slack(NonZeroU64::new(1));
}

// Stands still when the process does.
fn look(state: &State) {
    precise();
    let mut last = Instant::now();
    loop {
        thread::sleep(LOOK);
        let now = Instant::now();
        let gap = (now - last).saturating_sub(LOOK).as_nanos() as u64;
        state.longest_gap_ns.fetch_max(gap, Ordering::Relaxed);
        last = now;
    }
}
