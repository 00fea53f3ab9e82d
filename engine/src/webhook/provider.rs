//! Who may deliver, as it is said on the command line: `NAME=article:SECRET` or `NAME=standard:SECRET`, a secret of `@FILE` being
//! read from there.

use super::{Head, Rejected, Secret, article, standard};
use std::str::FromStr;
use thiserror::Error;

/// The most characters of a name.
const NAME_MAX: usize = 32;

/// One that may deliver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    name: String,
    form: Form,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Form {
    Article(Secret),
    Standard(Vec<Secret>),
}

/// Why there is no provider.
#[derive(Debug, Error)]
pub enum ProviderError {
    /// Parts are missing.
    #[error(
        "expected NAME=article:SECRET or NAME=standard:SECRET; a secret of @FILE is read from there"
    )]
    Parts,
    /// Not a name.
    #[error("the name \"{0}\" must have 1 to 32 characters of a-z, 0-9, - and _")]
    Name(String),
    /// Not a form.
    #[error("the form \"{0}\" must be article or standard")]
    Form(String),
    /// A secret that is none.
    #[error(
        "provider {0}: a standard secret is base64, with or without whsec_ in front; an article's must not be empty"
    )]
    Secret(String),
    /// Too many secrets for the form.
    #[error("provider {0}: the article's form takes one secret")]
    Many(String),
    /// No such file.
    #[error("cannot read {path}: {source}")]
    Io {
        /// The file.
        path: String,
        /// What the system says.
        source: std::io::Error,
    },
}

impl Provider {
    /// Its name, as in the path.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the event's own id stands in the head; otherwise it stands in the payload.
    pub const fn names_event_in_head(&self) -> bool {
        matches!(self.form, Form::Standard(_))
    }

    /// Which event a delivery is, by the id that its form has, if it is to be believed at `now_ms` (milliseconds since 1970).
    ///
    /// # Errors
    /// Why not.
    pub fn verify(&self, head: &Head<'_>, body: &[u8], now_ms: u64) -> Result<String, Rejected> {
        match &self.form {
            Form::Article(secret) => article::verify(secret, head, body, now_ms),
            Form::Standard(secrets) => standard::verify(secrets, head, body, now_ms),
        }
    }
}

impl FromStr for Provider {
    type Err = ProviderError;

    fn from_str(text: &str) -> Result<Self, ProviderError> {
        let (name, rest) = text.split_once('=').ok_or(ProviderError::Parts)?;
        let (form, secret) = rest.split_once(':').ok_or(ProviderError::Parts)?;
        let plain =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte);
        if !(1..=NAME_MAX).contains(&name.len()) || !name.bytes().all(plain) {
            return Err(ProviderError::Name(name.to_owned()));
        }
        let secrets = lines(secret)?;
        let wrong = || ProviderError::Secret(name.to_owned());
        let form = match form {
            "article" => match secrets.as_slice() {
                [secret] => Form::Article(Secret::new(secret.as_bytes())),
                [] => return Err(wrong()),
                _ => return Err(ProviderError::Many(name.to_owned())),
            },
            "standard" => {
                let secrets = secrets.iter().map(|text| standard::secret(text));
                let secrets: Option<Vec<_>> = secrets.collect();
                let secrets = secrets.filter(|secrets| !secrets.is_empty());
                Form::Standard(secrets.ok_or_else(wrong)?)
            }
            other => return Err(ProviderError::Form(other.to_owned())),
        };
        Ok(Self {
            name: name.to_owned(),
            form,
        })
    }
}

/// The secret itself, or those of a file, one a line.
fn lines(secret: &str) -> Result<Vec<String>, ProviderError> {
    let text = match secret.strip_prefix('@') {
        None => secret.to_owned(),
        Some(path) => std::fs::read_to_string(path).map_err(|source| ProviderError::Io {
            path: path.to_owned(),
            source,
        })?,
    };
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    Ok(lines.map(str::to_owned).collect())
}
