//! A service with everything the probe has: `cargo run --example axum [ADDRESS]`, then
//! `go tool pprof http://127.0.0.1:8080/debug/pprof/profile`.

use std::net::SocketAddr;
use std::time::Duration;

#[global_allocator]
static ALLOCATOR: probe::ProfAlloc<std::alloc::System> = probe::ProfAlloc::new(std::alloc::System);

static COUNT: probe::lock::Mutex<u64> = probe::lock::Mutex::new(0);

async fn work() -> String {
    probe::time::sleep(Duration::from_millis(1)).await;
    let mut count = COUNT.lock();
    *count += 1;
    count.to_string()
}

async fn serve() -> std::io::Result<()> {
    let registry = probe::metrics::Registry::new();
    let app = axum::Router::new().route("/work", axum::routing::get(work));
    let app = app.layer(probe::http::layer(&registry).with_ledger(&registry));
    let app = app.merge(probe::Router::new(&registry));
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    let address = std::env::args().nth(1);
    let address = address.unwrap_or_else(|| "127.0.0.1:8080".to_owned());
    axum::serve(tokio::net::TcpListener::bind(address).await?, app).await
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    probe::alloc::enable(probe::alloc::DEFAULT_PERIOD_BYTES)?;
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime
        .on_thread_start(probe::thread::enter)
        .on_thread_stop(probe::thread::exit);
    Ok(runtime.enable_all().build()?.block_on(serve())?)
}
