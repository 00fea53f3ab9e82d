//! The control group of this process: its CPU quota and its pressure.

use super::parse::{self, Groups};
use std::fs;
use std::path::{Path, PathBuf};

/// Where version 2 is mounted: alone, or beside version 1.
const UNIFIED: [&str; 2] = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"];
/// Where version 1 keeps its CPU controller.
const CPU: [&str; 2] = ["/sys/fs/cgroup/cpu", "/sys/fs/cgroup/cpu,cpuacct"];

/// Periods in which this group or one above it was held back by its quota, together: any of them stops the generator.
pub(super) fn throttled_periods() -> Option<u64> {
    let files = folders(&own()).into_iter();
    let counts = files.filter_map(|folder| {
        let text = fs::read_to_string(folder.join("cpu.stat")).ok()?;
        parse::throttled(&text)
    });
    counts.fold(None, |all, one| Some(all.unwrap_or(0) + one))
}

/// The own group's CPU pressure; `None` in the root group and with version 1.
pub(super) fn pressure_text() -> Option<String> {
    let path = own().unified?;
    UNIFIED
        .iter()
        .map(|mount| below(mount, &path).join("cpu.pressure"))
        .find_map(|file| fs::read_to_string(file).ok())
}

fn own() -> Groups {
    fs::read_to_string("/proc/self/cgroup")
        .map(|text| parse::groups(&text))
        .unwrap_or_default()
}

fn below(mount: &str, path: &str) -> PathBuf {
    Path::new(mount).join(path.trim_start_matches('/'))
}

/// The group's folder and those above it, up to the mount. A container may show the host's path and mount only its own group: then the
/// mount itself is the one that exists.
fn folders(groups: &Groups) -> Vec<PathBuf> {
    let unified = groups.unified.iter().flat_map(|path| {
        let mounts = UNIFIED.iter();
        mounts.flat_map(move |mount| upwards(mount, path))
    });
    let cpu = groups.cpu.iter().flat_map(|path| {
        let mounts = CPU.iter();
        mounts.flat_map(move |mount| upwards(mount, path))
    });
    let mut folders: Vec<_> = unified
        .chain(cpu)
        .filter_map(|folder| real(&folder))
        .collect();
    folders.sort();
    folders.dedup();
    folders
}

// `/sys/fs/cgroup/cpu` is often a link to `cpu,cpuacct`; counted twice a period would be two.
fn real(folder: &Path) -> Option<PathBuf> {
    folder.canonicalize().ok()
}

fn upwards(mount: &'static str, path: &str) -> Vec<PathBuf> {
    let folder = below(mount, path);
    let ancestors = folder.ancestors();
    let inside = ancestors.take_while(|folder| folder.starts_with(mount));
    inside.map(Path::to_path_buf).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_groups_above_count_up_to_the_mount() {
        let folders = upwards("/sys/fs/cgroup", "/pod/run");
        let names: Vec<_> = folders.iter().map(|f| f.display().to_string()).collect();
        assert_eq!(
            names,
            [
                "/sys/fs/cgroup/pod/run",
                "/sys/fs/cgroup/pod",
                "/sys/fs/cgroup"
            ]
        );
    }
}
