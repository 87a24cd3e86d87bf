//! A server for tests of what happens on the wire: it answers late or never, or resets connections.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// A request, before it is answered.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    /// The first bytes, or nothing if they were not read.
    pub(crate) head: String,
    /// The number of its connection, from 0.
    pub(crate) connection: usize,
    /// Its number on that connection, from 0.
    pub(crate) place: usize,
}

/// What the server does with a request.
pub(crate) enum Reply {
    /// Answers a status with an error code, if it is one, and that body.
    Answer(u16, &'static str, &'static str),
    /// Answers after that time.
    Late(Duration, &'static str),
    /// Closes the connection without having read the request, so that the client gets a reset.
    Reset,
    /// Reads the request and never answers.
    Silence,
}

/// A running server. It ends with the process.
pub(crate) struct Server {
    /// Its address, such as `127.0.0.1:4711`.
    pub(crate) address: String,
    log: Arc<Mutex<Vec<Received>>>,
}

impl Server {
    /// Starts one on a free port.
    pub(crate) fn start(reply: impl Fn(&Received) -> Reply + Send + Sync + 'static) -> Self {
        Self::listen(TcpListener::bind("127.0.0.1:0").unwrap(), reply)
    }

    /// Starts one that accepts from `listener`.
    pub(crate) fn listen(
        listener: TcpListener,
        reply: impl Fn(&Received) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let address = listener.local_addr().unwrap().to_string();
        let (log, reply) = (Arc::<Mutex<Vec<Received>>>::default(), Arc::new(reply));
        let server = Self { address, log: Arc::clone(&log) };
        thread::spawn(move || {
            for (connection, stream) in listener.incoming().flatten().enumerate() {
                let (log, reply) = (Arc::clone(&log), Arc::clone(&reply));
                thread::spawn(move || serve(stream, connection, &log, &*reply));
            }
        });
        server
    }

    /// Its URL, without TLS.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Everything that it received, in order.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.log.lock().unwrap().clone()
    }

    /// Ends when it has received that many requests.
    pub(crate) async fn has_received(&self, count: usize) {
        while self.received().len() < count {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

fn serve(
    mut stream: TcpStream,
    connection: usize,
    log: &Mutex<Vec<Received>>,
    reply: &dyn Fn(&Received) -> Reply,
) -> io::Result<()> {
    for place in 0.. {
        let mut first = [0; 64];
        let length = stream.peek(&mut first)?;
        if length == 0 {
            break;
        }
        let head = String::from_utf8_lossy(&first[..length]).into_owned();
        let received = Received { head, connection, place };
        log.lock().unwrap().push(received.clone());
        match reply(&received) {
            // What was not read makes it a reset.
            Reply::Reset => break,
            Reply::Silence => {
                read_request(&mut stream)?;
                loop {
                    thread::park();
                }
            }
            Reply::Answer(status, code, body) => {
                read_request(&mut stream)?;
                answer(&mut stream, status, code, body)?;
            }
            Reply::Late(time, body) => {
                read_request(&mut stream)?;
                thread::sleep(time);
                answer(&mut stream, 200, "", body)?;
            }
        }
    }
    Ok(())
}

fn read_request(stream: &mut TcpStream) -> io::Result<()> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte)?;
        head.push(byte[0].to_ascii_lowercase());
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    let length = length.map_or(0, |length| length.trim().parse().unwrap());
    stream.read_exact(&mut vec![0; length])
}

fn answer(stream: &mut TcpStream, status: u16, code: &str, body: &str) -> io::Result<()> {
    let length = body.len();
    let answer = format!(
        "HTTP/1.1 {status} -\r\ncontent-type: application/json\r\nx-amzn-errortype: {code}\r\n\
         content-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(answer.as_bytes())
}
