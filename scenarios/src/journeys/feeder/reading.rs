//! Files of feeders: what is read from disk, and how much of it at most.

use super::table::Table;
use super::{delimited, json_lines};
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

/// Bytes of a file, 64 MiB.
const MOST_BYTES: u64 = 64 << 20;

/// The table in `file`, relative to `base`: JSON lines by its ending (`.jsonl`, `.ndjson`), else CSV.
pub(super) fn file(base: &Path, file: &str) -> Result<Table, String> {
    let bytes = bytes(&base.join(file), file)?;
    let ending = Path::new(file)
        .extension()
        .and_then(|ending| ending.to_str());
    match ending.map(str::to_ascii_lowercase).as_deref() {
        Some("jsonl" | "ndjson") => json_lines::table(&bytes, file),
        _ => delimited::table(&bytes, file),
    }
}

fn bytes(path: &Path, file: &str) -> Result<Vec<u8>, String> {
    let unreadable = |e| format!("{file} cannot be read: {e} ({})", path.display());
    let mut bytes = Vec::new();
    // One more than allowed, so that too much is noticed whatever the file system says of its size.
    let mut content = File::open(path).map_err(unreadable)?.take(MOST_BYTES + 1);
    content.read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(format!(
            "{file} has more than {} MiB; draw a sample of it",
            MOST_BYTES >> 20
        ));
    }
    Ok(bytes)
}
