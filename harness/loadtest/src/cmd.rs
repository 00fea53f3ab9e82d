//! The commands, one a file.

mod compare;
mod dashboards;
mod list;
mod render;
mod report;
mod run;
mod serve_engine;

use crate::cli::{Cli, Command, DashboardsCommand};
use crate::exit::Outcome;

/// Does what was typed.
pub(crate) fn execute(cli: Cli) -> Outcome {
    match cli.command {
        None => run::run(&cli.run),
        Some(Command::Run(arguments)) => run::run(&arguments),
        Some(Command::List) => Ok(list::list()),
        Some(Command::Compare(arguments)) => compare::compare(&arguments),
        Some(Command::Report(arguments)) => report::report(&arguments),
        Some(Command::ServeEngine(arguments)) => serve_engine::serve(&arguments),
        Some(Command::Dashboards(DashboardsCommand::Export(arguments))) => {
            dashboards::export(&arguments)
        }
    }
}
