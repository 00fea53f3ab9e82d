//! What a local target uses, read from outside at the end of each window: it works for any program.

use driver::Process;
use probe::metrics::{Counter, Gauge, Registry};
use record::catalog as c;
use std::time::Duration;

pub(super) struct Outside {
    target: Option<Process>,
    cpu: Counter,
    memory: Gauge,
    threads: Gauge,
    open_files: Gauge,
}

impl Outside {
    pub(super) fn new(registry: &Registry, target: Option<Process>) -> Self {
        Self {
            target,
            cpu: registry.counter(&c::LOADTEST_TARGET_CPU, &[]),
            memory: registry.gauge(&c::LOADTEST_TARGET_MEMORY, &[]),
            threads: registry.gauge(&c::LOADTEST_TARGET_THREADS, &[]),
            open_files: registry.gauge(&c::LOADTEST_TARGET_FDS, &[]),
        }
    }

    // One that is gone uses nothing.
    pub(super) fn read(&self) {
        let Some(target) = self.target else { return };
        let cpu = target.cpu().unwrap_or(Duration::ZERO);
        self.cpu.raise_to(cpu.as_secs_f64());
        for (gauge, value) in [
            (&self.memory, target.memory_bytes()),
            (&self.threads, target.threads()),
            (&self.open_files, target.open_files()),
        ] {
            gauge.set(value.unwrap_or(0) as f64);
        }
    }
}
