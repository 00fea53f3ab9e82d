//! `loadtest view`: finished runs in a browser.

use super::interrupt::Interrupt;
use crate::cli::ViewArgs;
use crate::exit::{Exit, Failure, Outcome};
use crate::output;
use crate::web::{self, Site};
use std::net::TcpListener;
use std::time::Duration;

pub(super) fn view(arguments: &ViewArgs) -> Outcome {
    let address = arguments.listen;
    if !arguments.dir.is_dir() {
        return Err(
            Failure::usage(format!("{} is no folder", arguments.dir.display())).hint(
                "give the folder that holds run folders; `loadtest run` makes target/loadtest",
            ),
        );
    }
    let interrupt = Interrupt::listen()?;
    let listener = TcpListener::bind(address).map_err(|error| {
        Failure::usage(format!("address {address} cannot be used: {error}"))
            .hint("choose another one with --listen, such as 127.0.0.1:0")
    })?;
    let site = Site {
        runs: arguments.dir.clone(),
        alerts: None,
    };
    let served = web::serve(listener, site)?;
    output::result(&format!("http://{}\n", served.local_addr()));
    while !interrupt.is_set() {
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok(Exit::Pass)
}
