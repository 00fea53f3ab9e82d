//! The generator without the tool around it, for harness/instructions.sh: users who ask a target of known behaviour as fast as it answers.
//!
//!     instructions CONNECTIONS SECONDS
//!
//! Prints how many requests were answered, those of the drain included. The target is this program again, in a process of its own, which a
//! profiler does not follow.

use driver::yardstick::{Behaviour, Yardstick, serve_as_child};
use driver::{Address, AsPlanned, Job, Observer, WindowView};
use std::error::Error;
use std::path::Path;
use std::sync::Arc;

/// The argument of the target.
const SERVE: &str = "serve";
const RUN_ID: &str = "instructions";

struct Nobody;

impl Observer for Nobody {
    fn window(&self, _view: &WindowView<'_>) {}
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [SERVE] => serve(),
        [connections, seconds] => {
            let requests = offer(connections.parse()?, seconds.parse()?)?;
            std::io::Write::write_all(&mut std::io::stdout(), format!("{requests}\n").as_bytes())?;
            Ok(())
        }
        _ => Err("usage: instructions CONNECTIONS SECONDS".into()),
    }
}

fn serve() -> Result<(), Box<dyn Error>> {
    // The generator has the first processor. With only one they share it, which costs time and no instructions.
    let _ = driver::pin(&[1]);
    Ok(serve_as_child(Behaviour::parse("constant:0")?)?)
}

fn offer(connections: u32, seconds: u32) -> Result<u64, Box<dyn Error>> {
    let mut command = std::process::Command::new(std::env::current_exe()?);
    command.arg(SERVE);
    let target = Yardstick::start(command)?;
    let url = target.url();
    let text = format!(
        "schema = 1\nname = \"instructions\"\nmodel = \"closed\"\ntarget = {{ url = \"{url}\", timeout = \"30s\" }}\n\
         phases = {{ warmup = \"0s\", duration = \"{seconds}s\" }}\n[schedule]\nusers = {connections}\n"
    );
    let plan = plan::parse::plan(&text, RUN_ID)?;
    let address = Address::parse(&url)?;
    let workload = scenarios::workload(&plan, &address.path(), RUN_ID, Path::new("."))?;
    let job = Job {
        plan,
        address,
        workload,
        shifts: None,
        run_id: RUN_ID.to_owned(),
        shards: 1,
        process: None,
        admin: None,
        liveness: Box::new(|| None),
        log: Box::new(std::io::sink()),
        observer: Arc::new(Nobody),
        judge: Box::new(AsPlanned),
        tail: false,
        counter: None,
    };
    let runtime = driver::runtime(1)?;
    let measured = runtime.block_on(driver::measure(job))?;
    runtime.shutdown_background();
    let answered = measured.steps.iter().flat_map(|step| step.codes.values());
    Ok(answered.sum())
}
