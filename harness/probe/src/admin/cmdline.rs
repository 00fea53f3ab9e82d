//! The command line of this process, without what looks like a secret.

/// Words in an option's name whose value is hidden.
const SECRET: [&str; 4] = ["password", "secret", "token", "credential"];
const MASK: &str = "***";

/// The arguments, joined by NUL as in Go.
pub(super) fn joined() -> String {
    let arguments = std::env::args_os().map(|argument| argument.to_string_lossy().into_owned());
    masked(arguments).join("\0")
}

fn masked(arguments: impl Iterator<Item = String>) -> Vec<String> {
    let mut hide_next = false;
    arguments
        .map(|argument| {
            let hide = std::mem::take(&mut hide_next) && !argument.starts_with('-');
            hide_next = is_secret(&argument) && !argument.contains('=');
            if hide {
                MASK.to_owned()
            } else {
                without_secret(&argument)
            }
        })
        .collect()
}

/// Whether an argument is an option whose name speaks of a secret.
fn is_secret(argument: &str) -> bool {
    let name = argument
        .split('=')
        .next()
        .unwrap_or(argument)
        .to_lowercase();
    name.starts_with('-') && SECRET.iter().any(|word| name.contains(word))
}

/// Hides the value of `--name=value`, and the user's part of a URL.
fn without_secret(argument: &str) -> String {
    if let Some((name, _)) = argument.split_once('=').filter(|_| is_secret(argument)) {
        return format!("{name}={MASK}");
    }
    let Some((scheme, rest)) = argument.split_once("://") else {
        return argument.to_owned();
    };
    let authority = rest.split('/').next().unwrap_or(rest);
    match authority.rfind('@') {
        Some(at) => format!("{scheme}://{MASK}{}", &rest[at..]),
        None => argument.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_masked() {
        let arguments = [
            "engine",
            "--listen",
            "127.0.0.1:80",
            "--db=postgres://me:pw@host/x?y=a@b",
            "--api-token",
            "abc",
            "--password=abc",
            "--secret",
            "--quiet",
        ];
        let masked = masked(arguments.iter().map(|argument| (*argument).to_owned()));
        assert_eq!(
            masked,
            [
                "engine",
                "--listen",
                "127.0.0.1:80",
                "--db=postgres://***@host/x?y=a@b",
                "--api-token",
                "***",
                "--password=***",
                "--secret",
                "--quiet",
            ]
        );
    }
}
