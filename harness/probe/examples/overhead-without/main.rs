//! What `overhead` holds the probe against: the same service without its layer, its allocator and its calls in threads.

#[path = "../overhead/turns.rs"]
mod turns;

use std::error::Error;

use axum::Router;
use axum::routing::get;

fn main() -> Result<(), Box<dyn Error>> {
    let app = Router::new().route("/work", get(turns::work));
    turns::take(&app, &tokio::runtime::Runtime::new()?)
}
