//! Bodies from a target's listener for operations: bounded, unpacked, and every failure with its URL.

use crate::client::{cause, general_client};
use flate2::read::GzDecoder;
use std::io::Read as _;
use std::time::Duration;

/// Compressed and decompressed sizes that are believed.
const MAX_COMPRESSED: usize = 64 * 1024 * 1024;
const MAX_RAW: u64 = 512 * 1024 * 1024;
/// What a target may take beyond the seconds it samples: it has to name its functions.
pub(crate) const GRACE: Duration = Duration::from_secs(15);

/// Gets bodies.
#[derive(Debug, Clone)]
pub(crate) struct Fetch {
    client: reqwest::Client,
}

impl Fetch {
    /// For a URL and others of its origin.
    pub(crate) fn of(url: &str) -> Result<Self, String> {
        let client = general_client(url, GRACE, 0)?;
        Ok(Self { client })
    }

    /// The body of a good answer within `timeout`.
    ///
    /// # Errors
    /// No answer, one that is too large, or a status that is not of 2xx with the first line of its body.
    pub(crate) async fn get(&self, url: &str, timeout: Duration) -> Result<Vec<u8>, String> {
        let no_answer = |e: reqwest::Error| format!("{url} got no answer: {}", cause(&e));
        let mut answer = self
            .client
            .get(url)
            .timeout(timeout)
            .send()
            .await
            .map_err(no_answer)?;
        let status = answer.status();
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(no_answer)? {
            body.extend_from_slice(&chunk);
            if body.len() > MAX_COMPRESSED {
                return Err(format!("{url} answered more than {MAX_COMPRESSED} bytes"));
            }
        }
        if status.is_success() {
            return Ok(body);
        }
        let text = String::from_utf8_lossy(&body);
        Err(format!(
            "{url} answered {}: {}",
            status.as_u16(),
            text.lines().next().unwrap_or_default()
        ))
    }

    /// As [`Fetch::get`], for text.
    pub(crate) async fn text(&self, url: &str, timeout: Duration) -> Result<String, String> {
        let body = self.get(url, timeout).await?;
        String::from_utf8(body).map_err(|_| format!("{url} is not text"))
    }
}

/// Profiles are gzipped by custom and plain by right; the first two bytes tell.
pub(crate) fn decompress(body: Vec<u8>) -> Result<Vec<u8>, String> {
    if !body.starts_with(&[0x1f, 0x8b]) {
        return Ok(body);
    }
    let mut raw = Vec::new();
    let read = GzDecoder::new(body.as_slice())
        .take(MAX_RAW)
        .read_to_end(&mut raw);
    read.map_err(|e| format!("not gzip: {e}"))?;
    if raw.len() as u64 == MAX_RAW {
        return Err(format!("more than {MAX_RAW} bytes when decompressed"));
    }
    Ok(raw)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    #[test]
    fn both_plain_and_gzip_are_taken() {
        assert_eq!(decompress(b"plain".to_vec()), Ok(b"plain".to_vec()));
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(b"packed").expect("memory");
        assert_eq!(
            decompress(encoder.finish().expect("memory")),
            Ok(b"packed".to_vec())
        );
        assert!(decompress(vec![0x1f, 0x8b, 1, 2, 3]).is_err());
    }
}
