//! The commands, one a file.

mod capacity;
mod compare;
mod dashboards;
mod gate;
mod history;
mod hold_target;
mod interrupt;
mod list;
mod plan;
mod render;
mod report;
mod run;
mod selftest;
mod serve_engine;
mod steps;
mod sweep;
mod tail;
mod view;

use crate::cli::{Cli, Command, DashboardsCommand, PlanCommand};
use crate::exit::Outcome;

pub(crate) use dashboards::STACK;

/// Does what was typed.
pub(crate) fn execute(cli: Cli) -> Outcome {
    match cli.command {
        None => run::run(&cli.run),
        Some(Command::Run(arguments)) => run::run(&arguments),
        Some(Command::Capacity(arguments)) => capacity::capacity(&arguments),
        Some(Command::Sweep(arguments)) => sweep::sweep(&arguments),
        Some(Command::List) => Ok(list::list()),
        Some(Command::Init(arguments)) => plan::init(&arguments),
        Some(Command::Plan(PlanCommand::Check(arguments))) => plan::check(&arguments),
        Some(Command::Compare(arguments)) => compare::compare(&arguments),
        Some(Command::Report(arguments)) => report::report(&arguments),
        Some(Command::ServeEngine(arguments)) => serve_engine::serve(&arguments),
        Some(Command::Gate(arguments)) => gate::gate(&arguments),
        Some(Command::History(arguments)) => history::show(&arguments),
        Some(Command::View(arguments)) => view::view(&arguments),
        Some(Command::Selftest(arguments)) => selftest::selftest(&arguments),
        Some(Command::Yardstick(arguments)) => selftest::yardstick(&arguments),
        Some(Command::HoldTarget(arguments)) => hold_target::hold(&arguments),
        Some(Command::Dashboards(command)) => match command {
            DashboardsCommand::Export(arguments) => dashboards::export(&arguments),
            DashboardsCommand::Up(arguments) => dashboards::up(&arguments),
            DashboardsCommand::Backfill(arguments) => dashboards::backfill(&arguments),
        },
    }
}
