//! The names of the files in a run folder: written in one place, linked from reports.

/// The run record, versioned JSON.
pub const RECORD: &str = "record.json";
/// The ten-line summary.
pub const SUMMARY: &str = "summary.txt";
/// The same for a pull request, in Markdown.
pub const SUMMARY_MARKDOWN: &str = "summary.md";
/// Thresholds, validity and audit as JUnit XML.
pub const JUNIT: &str = "junit.xml";
/// One row per window, CSV.
pub const WINDOWS: &str = "windows.csv";
/// One row per step, CSV.
pub const STEPS: &str = "steps.csv";
/// The self-contained offline report.
pub const REPORT: &str = "report.html";
/// Histogram log, HdrHistogram V2, one line per window and class.
pub const HLOG: &str = "times.hlog";
/// CPU profile, gzipped profile.proto.
pub const CPU_PROFILE: &str = "cpu.pb.gz";
/// Allocation profile, gzipped profile.proto.
pub const ALLOC_PROFILE: &str = "alloc.pb.gz";
/// What sets the slow requests apart, versioned JSON.
pub const TAIL: &str = "tail.json";
/// The slowest requests as a trace for Perfetto.
pub const TRACE: &str = "trace.json";
/// Folder of profiles whose samples say how slow their request was.
pub const PROFILES: &str = "profiles";
/// Folder of flamegraphs by how slow requests were.
pub const FLAMES: &str = "flame";
/// CPU flamegraph.
pub const CPU_FLAMEGRAPH: &str = "cpu.svg";
/// Allocation flamegraph.
pub const ALLOC_FLAMEGRAPH: &str = "alloc.svg";
/// The generator's last exposition.
pub const METRICS: &str = "metrics.prom";
/// The target's exposition at the end of the steady phase.
pub const TARGET_METRICS: &str = "target-metrics.prom";
/// Comparison page of two runs.
pub const COMPARISON: &str = "compare.html";
/// Every exposition of generator and target, once a window; gzipped.
pub const ARCHIVE: &str = "metrics.archive.gz";
