//! A small shop to visit: it gives a token and a cookie at login and wants both back. It remembers what it was asked.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

/// A request as it came.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    pub method: String,
    pub path: String,
    /// Names in lower case.
    pub fields: Vec<(String, String)>,
    pub body: String,
    /// What was answered.
    pub status: u16,
}

impl Asked {
    pub fn field(&self, name: &str) -> &str {
        let mut fields = self.fields.iter();
        let found = fields.find(|(field, _)| field == name);
        found.map_or("", |(_, value)| value)
    }
}

pub struct Server {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    /// Its threads end with the process.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::default());
        let all = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let asked = Arc::clone(&all);
                std::thread::spawn(move || serve(&stream, &asked));
            }
        });
        Self { address, asked }
    }

    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

fn serve(stream: &TcpStream, all: &Mutex<Vec<Asked>>) {
    stream.set_nodelay(true).unwrap();
    let mut reader = BufReader::new(stream);
    while let Some(mut asked) = read(&mut reader) {
        let (status, fields, body) = answer(&asked);
        asked.status = status;
        let answer = format!(
            "HTTP/1.1 {status} Whatever\r\ncontent-length: {}\r\n{fields}\r\n{body}",
            body.len()
        );
        all.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(asked);
        let mut writer = stream;
        if writer.write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

// `None` when the connection ends.
fn read(reader: &mut BufReader<&TcpStream>) -> Option<Asked> {
    let mut asked = Asked::default();
    let line = line(reader)?;
    let mut words = line.split(' ').map(str::to_owned);
    (asked.method, asked.path) = (words.next()?, words.next()?);
    loop {
        let line = self::line(reader)?;
        let Some((name, value)) = line.split_once(':') else {
            break;
        };
        let field = (name.to_lowercase(), value.trim().to_owned());
        asked.fields.push(field);
    }
    let length = asked.field("content-length").parse().unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    asked.body = String::from_utf8(body).ok()?;
    Some(asked)
}

fn line(reader: &mut BufReader<&TcpStream>) -> Option<String> {
    let mut line = String::new();
    let read = reader.read_line(&mut line).ok()?;
    (read > 0).then(|| line.trim_end().to_owned())
}

fn answer(asked: &Asked) -> (u16, String, String) {
    let path = asked.path.split('?').next().unwrap_or_default();
    match path {
        "/login" => {
            let user: serde_json::Value = serde_json::from_str(&asked.body).unwrap_or_default();
            let user = user["user"].as_str().unwrap_or("nobody").to_owned();
            let fields = format!(
                "set-cookie: sid=s-{user}; Path=/; HttpOnly\r\nSet-Cookie: theme=dark\r\nX-Visit: v-{user}\r\n"
            );
            (
                200,
                fields,
                format!(r#"{{"auth":{{"token":"t-{user}"}},"page":"<a id=77>"}}"#),
            )
        }
        "/me" => me(asked),
        "/hello" => (200, String::new(), "hello".to_owned()),
        "/busy" => (503, String::new(), "{}".to_owned()),
        _ => (404, String::new(), String::new()),
    }
}

// Who has a token and the cookie that belongs to it is told their own name.
fn me(asked: &Asked) -> (u16, String, String) {
    let user = asked.field("authorization").strip_prefix("Bearer t-");
    let known = user.filter(|user| asked.field("cookie") == format!("sid=s-{user}; theme=dark"));
    match known {
        Some(user) => (
            200,
            String::new(),
            format!(r#"{{"name":"{user}","orders":[1,2]}}"#),
        ),
        None => (401, String::new(), "{}".to_owned()),
    }
}
