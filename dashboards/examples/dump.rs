//! scratch
fn main() { for f in dashboards::export(&dashboards::Settings::default()) { if f.path.ends_with(".json") { let n = f.path.rsplit('/').next().unwrap(); std::fs::write(format!("/tmp/render/dist/{n}"), &f.bytes).unwrap(); } } }
