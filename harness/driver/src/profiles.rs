//! Profiles and counters of the target, fetched from its admin listener in the measured seconds.

use crate::client::{cause, general_client};
use crate::exposition::Exposition;
use flate2::read::GzDecoder;
use record::profile::Profile;
use std::io::Read as _;
use std::time::Duration;

/// Compressed and decompressed sizes that are believed.
const MAX_COMPRESSED: usize = 64 * 1024 * 1024;
const MAX_RAW: u64 = 512 * 1024 * 1024;
/// What a target may take beyond the seconds it samples: it has to name its functions.
const GRACE: Duration = Duration::from_secs(15);

/// Which profile. Both paths are Go's, where `allocs?seconds=N` is the difference over these seconds.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Path {
    /// CPU time.
    Cpu,
    /// Allocations.
    Allocations,
}

impl Path {
    fn name(self) -> &'static str {
        match self {
            Self::Cpu => "profile",
            Self::Allocations => "allocs",
        }
    }
}

/// A program that serves `/metrics` and the URLs of Go's `net/http/pprof`.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    client: reqwest::Client,
    base: String,
}

impl Source {
    /// `base` is scheme, host and port, as in `http://127.0.0.1:6060`.
    pub(crate) fn new(base: &str) -> Result<Self, String> {
        Ok(Self {
            client: general_client(GRACE, 0)?,
            base: base.trim_end_matches('/').to_owned(),
        })
    }

    pub(crate) async fn metrics(&self) -> Result<Exposition, String> {
        let body = self.get("/metrics", GRACE).await?;
        String::from_utf8(body)
            .map(|text| Exposition { text })
            .map_err(|_| format!("{}/metrics is not text", self.base))
    }

    /// A profile of the next `seconds`.
    pub(crate) async fn profile(&self, path: Path, seconds: u64) -> Result<Profile, String> {
        let path = format!("/debug/pprof/{}?seconds={seconds}", path.name());
        let body = self
            .get(&path, Duration::from_secs(seconds) + GRACE)
            .await?;
        let place = |why: String| format!("{}{path}: {why}", self.base);
        let raw = decompress(body).map_err(place)?;
        Profile::decode(&raw).map_err(|e| place(e.to_string()))
    }

    /// Makes the target name a few functions.
    pub(crate) async fn rehearse(&self) -> Result<(), String> {
        self.get("/debug/pprof/allocs", GRACE).await.map(|_| ())
    }

    async fn get(&self, path: &str, timeout: Duration) -> Result<Vec<u8>, String> {
        let url = format!("{}{path}", self.base);
        let no_answer = |e: reqwest::Error| format!("{url} got no answer: {}", cause(&e));
        let mut answer = self
            .client
            .get(&url)
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
}

// Profiles are gzipped by custom and plain by right; the first two bytes tell.
fn decompress(body: Vec<u8>) -> Result<Vec<u8>, String> {
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
