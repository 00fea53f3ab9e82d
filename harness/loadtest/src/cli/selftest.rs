//! What may be typed to hold the instrument against what is known to be true.

use clap::Args;
use std::path::PathBuf;

/// What `loadtest selftest --help` begins with.
pub(super) const ABOUT: &str = "Hold the instrument against what is known to be true\n\n\
    Offers load to a target of known behaviour, which keeps its own account, and prints the truth beside what was measured: a constant \
    server, a body that comes late, a target that stands still for a second, a queue that theory knows (M/D/1), a target that is offered \
    twice what it can do, a generator that is stopped itself, and merged histograms. Each is a run like any other, in a process of its own, \
    with a run folder of its own. Takes about 30 seconds and uses nothing but this machine.\n\n\
    A truth `holds`, or the instrument is `WRONG`: please report that. `disturbed` means that a figure differs and that its run is invalid \
    by its own record (the generator was late, starved, throttled, the machine busy): then nobody can say, and a quieter machine can.";

#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 every truth holds; 3 the instrument is wrong; 4 the machine was too disturbed to judge; \
    5 the target of known behaviour did not start; 130 interrupted."
)]
pub(crate) struct SelftestArgs {
    /// One JSON object on standard output instead of the table; its schema is reports/schema/selftest.schema.json
    #[arg(long)]
    pub(crate) json: bool,
    /// The folder, with a run folder for each experiment [default: target/loadtest/selftest-<run-id>]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// No line per experiment, only the result
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Args)]
pub(crate) struct YardstickArgs {
    /// What it does with every request, as constant:5000000
    pub(crate) behaviour: String,
    /// Processors to use
    #[arg(long, value_delimiter = ',')]
    pub(crate) cpus: Vec<usize>,
}
