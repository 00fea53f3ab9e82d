//! One run of a plan against the shop.

use crate::server::Server;
use driver::{Address, Job, Measured, Observer, WindowView, measure};
use record::run::StepRecord;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

struct Nobody;

impl Observer for Nobody {
    fn window(&self, _view: &WindowView<'_>) {}
}

/// Goose keeps its switch in a static, so attacks of one process run one after the other.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

const HUNDRED_A_SECOND: &str = "arrivals = \"constant\"\nrate = \"100/s\"\nmax_in_flight = 64";

/// Acts the scenarios that `journeys` describes, as 100 visits a second for a second, after half a second of warm-up.
pub fn open(server: &Server, journeys: &str, base: &Path) -> Measured {
    offer(server, "open", HUNDRED_A_SECOND, journeys, base)
}

/// The same, with visits whose steps may be due by what the plan expects.
pub fn partly_open(server: &Server, journeys: &str, base: &Path) -> Measured {
    offer(server, "partly-open", HUNDRED_A_SECOND, journeys, base)
}

/// The same by four users who wait for their answers.
pub fn closed(server: &Server, journeys: &str, base: &Path) -> Measured {
    offer(
        server,
        "closed",
        "users = 4\nthink = \"10ms\"",
        journeys,
        base,
    )
}

fn offer(server: &Server, model: &str, schedule: &str, journeys: &str, base: &Path) -> Measured {
    let text = format!(
        "schema = 1\nname = \"test\"\nseed = 1\nmodel = \"{model}\"\ntarget = {{ url = \"{}\" }}\n\
         phases = {{ warmup = \"500ms\", duration = \"1s\", drain = \"2s\" }}\n[schedule]\n{schedule}\n{journeys}",
        server.url()
    );
    let plan = plan::parse::plan(&text, "test.toml").unwrap();
    let address = Address::parse(&server.url()).unwrap();
    let workload = scenarios::workload(&plan, &address.path(), "run-1", base).unwrap();
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let runtime = driver::runtime(2).unwrap();
    let job = Job {
        plan,
        address,
        workload,
        shifts: None,
        run_id: "run-1".to_owned(),
        shards: 2,
        process: None,
        admin: None,
        liveness: Box::new(|| None),
        log: Box::new(std::io::sink()),
        observer: Arc::new(Nobody),
        judge: Box::new(driver::AsPlanned),
        tail: false,
        counter: None,
    };
    let measured = runtime.block_on(measure(job)).unwrap();
    runtime.shutdown_background();
    assert!(measured.arrivals.is_conserved(), "{:?}", measured.arrivals);
    measured
}

/// The step of that name.
pub fn step<'a>(measured: &'a Measured, name: &str) -> &'a StepRecord {
    let found = measured.steps.iter().find(|step| step.step == name);
    found.unwrap_or_else(|| panic!("no step {name}"))
}
