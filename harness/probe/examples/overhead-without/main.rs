//! What `overhead` holds the probe against: the same service without the probe's layer, its allocator and its calls in threads. Instead there
//! is a layer that does nothing, which costs an axum service more than the probe does; where that is told by the first argument, not even that.

#[path = "../overhead/turns.rs"]
mod turns;

use std::error::Error;

use axum::Router;
use axum::routing::get;

fn main() -> Result<(), Box<dyn Error>> {
    let mut app = Router::new().route("/work", get(turns::work));
    if std::env::args().nth(1).is_none() {
        app = app.layer(tower::layer::util::Identity::new());
    }
    turns::take(&app, &tokio::runtime::Runtime::new()?)
}
