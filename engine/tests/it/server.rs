//! A served engine on free ports, and a client for it.

use engine::{Options, ServeError};
use reqwest::{Client, Method, StatusCode};
use serde_json::Value;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::thread::JoinHandle;
use tokio::sync::oneshot;

/// Options on free ports.
pub fn options() -> Options {
    let free = SocketAddr::from(([127, 0, 0, 1], 0));
    Options {
        listen: free,
        admin: Some(free),
        worker_threads: NonZeroUsize::new(2).unwrap(),
        ..Options::default()
    }
}

/// An engine that serves until it is dropped.
pub struct Server {
    pub address: SocketAddr,
    pub admin: SocketAddr,
    client: Client,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<Result<(), ServeError>>>,
}

impl Server {
    pub fn start() -> Self {
        Self::start_with(options())
    }

    pub fn start_with(options: Options) -> Self {
        let bound = engine::bind(options).unwrap();
        let (address, admin) = (bound.listen_addr(), bound.admin_addr().unwrap());
        let (stop, stopped) = oneshot::channel::<()>();
        let shutdown = async move {
            let _ = stopped.await;
        };
        Self {
            address,
            admin,
            client: Client::builder().no_proxy().build().unwrap(),
            stop: Some(stop),
            thread: Some(std::thread::spawn(move || bound.run(shutdown))),
        }
    }

    /// Begins the shutdown.
    pub fn begin_stop(&mut self) {
        drop(self.stop.take());
    }

    /// Waits for the end.
    pub fn join(mut self) -> Result<(), ServeError> {
        self.begin_stop();
        self.thread.take().unwrap().join().unwrap()
    }

    pub fn is_running(&self) -> bool {
        self.thread
            .as_ref()
            .is_some_and(|thread| !thread.is_finished())
    }

    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.client
            .request(method, format!("http://{}{path}", self.address))
    }

    pub async fn get(&self, path: &str) -> (StatusCode, Value) {
        answer(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: impl Into<reqwest::Body>) -> (StatusCode, Value) {
        answer(self.request(Method::POST, path).body(body)).await
    }

    pub async fn put(&self, path: &str, body: impl Into<reqwest::Body>) -> (StatusCode, Value) {
        answer(self.request(Method::PUT, path).body(body)).await
    }

    /// Sends a body of another form than JSON.
    pub async fn send(&self, path: &str, form: &str, body: Vec<u8>) -> (StatusCode, Vec<u8>) {
        let request = self
            .request(Method::POST, path)
            .header("content-type", form);
        let response = request.body(body).send().await.unwrap();
        let status = response.status();
        assert_eq!(response.headers()["content-type"], form);
        (status, response.bytes().await.unwrap().to_vec())
    }

    /// Opens accounts with these numbers.
    pub async fn open(&self, accounts: impl IntoIterator<Item = u128>) {
        for account in accounts {
            let (status, body) = self.post("/v1/accounts", open(account)).await;
            assert_eq!(status, StatusCode::CREATED, "{body}");
        }
    }

    /// Creates units, and demands that it works.
    pub async fn mint(&self, key: u128, account: u128, amount: &str) {
        let (status, body) = self.post("/v1/mints", mint(key, account, amount)).await;
        assert_eq!(status, StatusCode::OK, "{body}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.begin_stop();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Sends a request and reads its JSON answer.
pub async fn answer(request: reqwest::RequestBuilder) -> (StatusCode, Value) {
    let response = request.send().await.unwrap();
    let status = response.status();
    let refused = status.is_client_error() || status.is_server_error();
    let expected = if refused {
        "application/problem+json"
    } else {
        "application/json"
    };
    assert_eq!(response.headers()["content-type"], expected);
    (status, response.json().await.unwrap())
}

/// The text form of an id.
pub fn id(number: u128) -> String {
    engine::ledger::CommandId::new(number).to_string()
}

pub fn open(account: u128) -> String {
    format!(r#"{{"id":"{}"}}"#, id(account))
}

pub fn mint(key: u128, account: u128, amount: &str) -> String {
    format!(
        r#"{{"id":"{}","account":"{}","amount":"{amount}"}}"#,
        id(key),
        id(account)
    )
}

pub fn transfer(key: u128, debit: u128, credit: u128, amount: &str) -> String {
    format!(
        r#"{{"id":"{}","debit":"{}","credit":"{}","amount":"{amount}"}}"#,
        id(key),
        id(debit),
        id(credit)
    )
}
