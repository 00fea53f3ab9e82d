//! Runs the operations listener on a thread of its own.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::alloc;
use axum::Router;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

/// How long a profile that is being encoded may hold up the end.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// The running listener. Dropping it ends the listener and cuts off its open requests.
#[derive(Debug)]
pub struct AdminHandle {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl AdminHandle {
    /// Where it listens.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Ends the listener and waits until its thread is gone.
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for AdminHandle {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Serves `router` on `listener` from a thread of its own with a runtime of its own. What that thread allocates is left out of
/// [`alloc::counters`] and of the allocation profile.
///
/// # Errors
/// What the operating system says when the thread or its runtime cannot be made.
pub fn serve(listener: TcpListener, router: Router) -> io::Result<AdminHandle> {
    let address = listener.local_addr()?;
    listener.set_nonblocking(true)?;
    // Its other threads put profiles together.
    let runtime = Builder::new_current_thread()
        .enable_all()
        .on_thread_start(alloc::leave_out)
        .build()?;
    let listener = {
        let _inside = runtime.enter();
        tokio::net::TcpListener::from_std(listener)?
    };
    let (stop, stopped) = oneshot::channel();
    let thread = std::thread::Builder::new()
        .name("probe-admin".to_owned())
        .spawn(move || run(runtime, listener, router, stopped))?;
    Ok(AdminHandle {
        address,
        stop: Some(stop),
        thread: Some(thread),
    })
}

fn run(
    runtime: Runtime,
    listener: tokio::net::TcpListener,
    router: Router,
    stopped: oneshot::Receiver<()>,
) {
    alloc::leave_out();
    crate::thread::enter();
    // Profiles are served by the peer's address.
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    runtime.block_on(async {
        tokio::select! {
            // Accept errors are retried inside; it never ends by itself.
            _ = axum::serve(listener, service) => {}
            _ = stopped => {}
        }
    });
    runtime.shutdown_timeout(LAST_WORDS);
    crate::thread::exit();
}
