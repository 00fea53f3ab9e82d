//! Faults that come by themselves: timers and tasks that nobody ends, and a lock that is held again and again.

use super::{Fault, Injector, hold_lock};
use probe::time::{interval, sleep};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::MissedTickBehavior;

/// Far beyond any run.
const FOR_EVER: Duration = Duration::from_hours(24 * 365);

impl Injector {
    /// Starts what fires by itself. Must be called inside the runtime, and ends with it.
    pub fn start(self: &Arc<Self>) {
        for (place, armed) in self.faults.iter().enumerate() {
            if let Fault::Lock { every, .. }
            | Fault::TimerLeak { every }
            | Fault::TaskLeak { every } = armed.fault
            {
                probe::spawn(Arc::clone(self).again_and_again(place, every));
            }
        }
    }

    async fn again_and_again(self: Arc<Self>, place: usize, every: Duration) {
        let mut ticks = interval(every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            ticks.tick().await;
            match self.faults[place].fault {
                Fault::TimerLeak { .. } => leak_timer(),
                Fault::TaskLeak { .. } => leak_task(),
                Fault::Lock { held, .. } => {
                    let injector = Arc::clone(&self);
                    let hold = move || hold_lock(&injector.lock, held);
                    // It cannot panic, and a runtime that ends, ends this too.
                    let _ = probe::spawn_blocking(hold).await;
                }
                _ => {}
            }
            self.faults[place].fire();
        }
    }
}

/// Starts a timer that nobody stops.
#[inline(never)]
fn leak_timer() {
    probe::spawn(sleep(FOR_EVER));
}

/// Starts a task that never ends, with some memory of its own.
#[inline(never)]
fn leak_task() {
    let kept = vec![1_u8; 256];
    probe::spawn(async move {
        std::future::pending::<()>().await;
        drop(kept);
    });
}
