//! What the reference engine is started with, by a run or by hand.

use clap::Args;
use plan::EngineOption;

#[derive(Debug, Args)]
#[command(next_help_heading = "Reference engine")]
pub(crate) struct EngineArgs {
    /// Folder of its journal [default: a temporary one, removed at the end]
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<String>,
    /// One sync for what arrived during the one before (group), one for each command (each), or nothing is written (none) [default: group]
    #[arg(long, value_name = "MODE", value_parser = ["group", "each", "none"])]
    pub(crate) journal: Option<String>,
    /// A fault on demand, such as cpu=5% or fsync=20ms (repeatable; needs --allow-inject)
    #[arg(long, value_name = "KIND=SPEC", requires = "allow_inject", value_parser = fault)]
    pub(crate) inject: Vec<String>,
    /// Let the engine misbehave on demand
    #[arg(long)]
    pub(crate) allow_inject: bool,
    /// Where draws of the faults start [default: 0]
    #[arg(long, value_name = "N")]
    pub(crate) inject_seed: Option<u64>,
    /// Any other option that `engine serve` has, such as queue-items=100 (repeatable); it is written into the record, so no secret
    #[arg(long = "engine", value_name = "OPTION=VALUE", value_parser = option)]
    pub(crate) others: Vec<EngineOption>,
}

impl EngineArgs {
    /// All of them by the names that the engine knows.
    pub(crate) fn options(&self) -> Vec<EngineOption> {
        let with = |name: &str, value: &Option<String>| {
            value.as_ref().map(|value| EngineOption::new(name, value))
        };
        let mut options: Vec<_> = [
            with("data", &self.data),
            with("journal", &self.journal),
            self.inject_seed
                .map(|seed| EngineOption::new("inject-seed", &seed)),
            self.allow_inject.then(|| EngineOption::on("allow-inject")),
        ]
        .into_iter()
        .flatten()
        .collect();
        let faults = self.inject.iter();
        options.extend(faults.map(|fault| EngineOption::new("inject", fault)));
        options.extend_from_slice(&self.others);
        options
    }
}

fn fault(text: &str) -> Result<String, String> {
    let read = text.parse::<engine::inject::Fault>();
    read.map(|_| text.to_owned()).map_err(|e| e.to_string())
}

fn option(text: &str) -> Result<EngineOption, String> {
    EngineOption::parse(text).map_err(|error| error.what)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser as _;

    #[derive(Debug, clap::Parser)]
    struct Line {
        #[command(flatten)]
        engine: EngineArgs,
    }

    fn options(line: &str) -> Vec<String> {
        let line = Line::try_parse_from(format!("x {line}").split(' ')).expect(line);
        line.engine
            .options()
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn all_ways_to_say_it_become_options_of_the_engine() {
        assert_eq!(
            options(
                "--journal none --data /d --inject cpu=5% --inject tail=1%:+5ms --allow-inject --inject-seed 3 --engine queue-items=7"
            ),
            [
                "data=/d",
                "journal=none",
                "inject-seed=3",
                "allow-inject",
                "inject=cpu=5%",
                "inject=tail=1%:+5ms",
                "queue-items=7"
            ]
        );
    }

    #[test]
    fn what_cannot_be_an_option_is_refused() {
        for line in [
            "--inject cpu=5%",
            "--allow-inject --inject cpu",
            "--engine --journal=none",
            "--engine =x",
            "--journal fast",
        ] {
            let parsed = Line::try_parse_from(format!("x {line}").split(' '));
            assert!(parsed.is_err(), "{line}");
        }
    }
}
