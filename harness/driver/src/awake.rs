//! Processors that stay awake while they are measured on.
//!
//! A processor without work falls asleep, and the first request after that pays for waking it: tens of microseconds on real hardware,
//! and on a virtual machine a round through the hypervisor, which may have lent the processor to somebody else meanwhile. On two
//! virtual processors at 2,000 requests a second that is a third of the service time and a quarter of the CPU time, and most of what
//! makes two runs of one build differ. Linux lets a process ask for no such delay, as long as it keeps a file open (PM QoS,
//! `Documentation/power/pm_qos_interface.rst`); `cyclictest` and `tuned` do the same.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};

const PM_QOS: &str = "/dev/cpu_dma_latency";

/// While it lives, no processor of this machine enters an idle state that takes time to leave. They use more power meanwhile.
#[derive(Debug)]
pub struct KeptAwake {
    _request: File,
}

/// Asks the kernel for it.
///
/// # Errors
/// The file is not there, or this user may not write it: usually only root may.
pub fn keep_awake() -> io::Result<KeptAwake> {
    let mut request = OpenOptions::new().write(true).open(PM_QOS)?;
    // The longest delay that is still welcome, in microseconds.
    request.write_all(&0_i32.to_ne_bytes())?;
    Ok(KeptAwake { _request: request })
}
