//! What was typed, and what it means. Belongs to the binary only.

use engine::Options;
use std::str::FromStr;
use thiserror::Error;

/// How to call the binary.
pub const USAGE: &str = "\
usage: engine serve [--listen ADDR] [--admin ADDR] [--threads N] [--alloc-period BYTES]

  --listen ADDR         traffic and /healthz (default 127.0.0.1:8080; port 0 takes a free one)
  --admin ADDR          /healthz, /metrics and /debug/pprof (default: not served)
  --threads N           threads that serve traffic (default: one for each core)
  --alloc-period BYTES  allocated bytes between two samples, 0 for none (default 65536)

SIGINT and SIGTERM end it after the requests under way are answered. The ledger is in memory only.";

/// What is asked for.
#[derive(Debug)]
pub enum Request {
    /// Serve with these options.
    Serve(Options),
    /// Show [`USAGE`].
    Help,
}

/// Why the arguments mean nothing.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum ArgsError {
    /// Nothing was typed.
    #[error("no verb given")]
    NoVerb,
    /// Not a verb.
    #[error("unknown verb \"{0}\"")]
    UnknownVerb(String),
    /// Not a flag of `serve`.
    #[error("unknown flag \"{0}\"")]
    UnknownFlag(String),
    /// The last flag lacks its value.
    #[error("{0} needs a value")]
    NoValue(&'static str),
    /// A value of another form.
    #[error("{flag} is \"{value}\"; expected {expected}")]
    BadValue {
        /// The flag.
        flag: &'static str,
        /// What was typed.
        value: String,
        /// What would do.
        expected: &'static str,
    },
}

/// Reads the arguments behind the program's name.
pub fn parse(mut args: impl Iterator<Item = String>) -> Result<Request, ArgsError> {
    match args.next().as_deref() {
        Some("serve") => parse_serve(args),
        Some("help" | "--help" | "-h") => Ok(Request::Help),
        Some(other) => Err(ArgsError::UnknownVerb(other.to_owned())),
        None => Err(ArgsError::NoVerb),
    }
}

fn parse_serve(mut args: impl Iterator<Item = String>) -> Result<Request, ArgsError> {
    const ADDRESS: &str = "an address such as 127.0.0.1:8080";
    let mut options = Options::default();
    while let Some(flag) = args.next() {
        match flag.as_str() {
            "--listen" => options.listen = value("--listen", ADDRESS, &mut args)?,
            "--admin" => options.admin = Some(value("--admin", ADDRESS, &mut args)?),
            "--threads" => {
                options.worker_threads = value("--threads", "a number from 1", &mut args)?;
            }
            "--alloc-period" => {
                options.alloc_period_bytes =
                    value("--alloc-period", "a number of bytes", &mut args)?;
            }
            "--help" | "-h" => return Ok(Request::Help),
            _ => return Err(ArgsError::UnknownFlag(flag)),
        }
    }
    Ok(Request::Serve(options))
}

fn value<T: FromStr>(
    flag: &'static str,
    expected: &'static str,
    args: &mut impl Iterator<Item = String>,
) -> Result<T, ArgsError> {
    let value = args.next().ok_or(ArgsError::NoValue(flag))?;
    value.parse().map_err(|_| ArgsError::BadValue {
        flag,
        value,
        expected,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Request, ArgsError> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn flags_become_options() {
        let line = "serve --listen 127.0.0.1:1 --admin [::1]:2 --threads 3 --alloc-period 0";
        let Ok(Request::Serve(options)) = parsed(line) else {
            panic!("{line}");
        };
        assert_eq!(options.listen.to_string(), "127.0.0.1:1");
        assert_eq!(
            options.admin.map(|admin| admin.to_string()).as_deref(),
            Some("[::1]:2")
        );
        assert_eq!(options.worker_threads.get(), 3);
        assert_eq!(options.alloc_period_bytes, 0);
    }

    #[test]
    fn errors_name_the_value() {
        for (line, message) in [
            ("", "no verb given"),
            ("fly", "unknown verb \"fly\""),
            ("serve --port 1", "unknown flag \"--port\""),
            ("serve --admin", "--admin needs a value"),
            (
                "serve --threads 0",
                "--threads is \"0\"; expected a number from 1",
            ),
            (
                "serve --listen localhost",
                "--listen is \"localhost\"; expected an address such as 127.0.0.1:8080",
            ),
        ] {
            let error = parsed(line).expect_err(line);
            assert_eq!(error.to_string(), message);
        }
    }

    #[test]
    fn help_is_no_error() {
        assert!(matches!(parsed("--help"), Ok(Request::Help)));
        assert!(matches!(parsed("serve --help"), Ok(Request::Help)));
    }
}
