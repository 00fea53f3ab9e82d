//! The least that an HTTP generator can cost, for harness/against-wrk.sh: three system calls a request and no thought. Each connection sends
//! the same bytes again once something has come; nothing is parsed but the status, nothing is timed, nothing is recorded.
//!
//!     bare ADDRESS PATH CONNECTIONS SECONDS
//!
//! Prints how many answers came. Answers must be small enough to come in one piece.

use rustix::buffer::spare_capacity;
use rustix::event::epoll;
use std::error::Error;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, path, connections, seconds] = &arguments[..] else {
        return Err("usage: bare ADDRESS PATH CONNECTIONS SECONDS".into());
    };
    let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\n\r\n");
    let seconds = Duration::from_secs_f64(seconds.parse()?);
    let answers = offer(address, request.as_bytes(), connections.parse()?, seconds)?;
    writeln!(std::io::stdout(), "{answers}")?;
    Ok(())
}

fn offer(
    address: &str,
    request: &[u8],
    connections: usize,
    seconds: Duration,
) -> Result<u64, Box<dyn Error>> {
    let poll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
    let mut streams = Vec::with_capacity(connections);
    for at in 0..connections {
        let mut stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        let token = epoll::EventData::new_u64(at as u64);
        epoll::add(
            &poll,
            &stream,
            token,
            epoll::EventFlags::IN | epoll::EventFlags::ET,
        )?;
        stream.write_all(request)?;
        streams.push(stream);
    }
    let mut events = Vec::with_capacity(connections);
    let mut piece = vec![0; 16_384];
    let mut answers = 0;
    let begun = Instant::now();
    while begun.elapsed() < seconds {
        epoll::wait(&poll, spare_capacity(&mut events), None)?;
        for event in events.drain(..) {
            let stream = &mut streams[event.data.u64() as usize];
            match stream.read(&mut piece) {
                Ok(length) if piece[..length].starts_with(b"HTTP/1.1 200") => {
                    answers += 1;
                    stream.write_all(request)?;
                }
                Ok(_) => return Err("an answer is not 200, or came in pieces".into()),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(answers)
}
