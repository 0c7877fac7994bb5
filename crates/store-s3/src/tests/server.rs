//! A tiny HTTP server that answers as a test tells it, or doesn't.

use sha2::{Digest as _, Sha256};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// A request, without the bytes of its body.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) path: String,
    /// Names in lower case.
    pub(super) headers: Vec<(String, String)>,
    pub(super) sha256: model::Hash,
}

impl Request {
    pub(super) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }
}

/// What the server does with a request.
pub(super) enum Reply {
    /// A status and a body; of a GET's as much as was asked for.
    Answer(u16, Vec<u8>),
    After(Duration, u16),
    /// Nothing, while the connection stands.
    Never,
    /// The connection is cut.
    Cut,
    /// The whole body is announced and its first half is sent.
    Half(Vec<u8>),
}

pub(super) struct Server {
    pub(super) port: u16,
    seen: Arc<Mutex<Vec<Request>>>,
    /// The most requests that were being served at once.
    most: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

type Script = dyn Fn(usize, &Request) -> Reply + Send + Sync;

impl Server {
    /// `script` gets the number of a request, from 0, and the request.
    pub(super) async fn start(
        script: impl Fn(usize, &Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::<Mutex<Vec<Request>>>::default();
        let most = Arc::<AtomicUsize>::default();
        let served = Served {
            script: Arc::new(script),
            seen: Arc::clone(&seen),
            now: Arc::default(),
            most: Arc::clone(&most),
        };
        let task = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(serve(stream, served.clone()));
            }
        });
        Self {
            port,
            seen,
            most,
            task,
        }
    }

    pub(super) fn seen(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }

    pub(super) fn most_at_once(&self) -> usize {
        self.most.load(Ordering::SeqCst)
    }
}

#[derive(Clone)]
struct Served {
    script: Arc<Script>,
    seen: Arc<Mutex<Vec<Request>>>,
    now: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
}

async fn serve(stream: TcpStream, served: Served) {
    let mut stream = BufReader::new(stream);
    while let Some((request, length)) = head(&mut stream).await {
        let now = served.now.fetch_add(1, Ordering::SeqCst) + 1;
        served.most.fetch_max(now, Ordering::SeqCst);
        let request = Request {
            sha256: body(&mut stream, length).await,
            ..request
        };
        let number = {
            let mut seen = served.seen.lock().unwrap();
            seen.push(request.clone());
            seen.len() - 1
        };
        let reply = (served.script)(number, &request);
        if let Reply::After(time, _) = reply {
            tokio::time::sleep(time).await;
        }
        served.now.fetch_sub(1, Ordering::SeqCst);
        match reply {
            Reply::Answer(status, body) => answer(&mut stream, &request, status, &body).await,
            Reply::After(_, status) => answer(&mut stream, &request, status, b"").await,
            Reply::Never => std::future::pending().await,
            Reply::Cut => return,
            Reply::Half(body) => {
                let head = format!(
                    "HTTP/1.1 200 OK\r\nETag: \"e\"\r\nLast-Modified: Sat, 21 Nov 2026 10:00:00 GMT\r\nContent-Length: {}\r\n\r\n",
                    body.len()
                );
                stream.write_all(head.as_bytes()).await.unwrap();
                stream.write_all(&body[..body.len() / 2]).await.unwrap();
                stream.flush().await.unwrap();
                return;
            }
        }
    }
}

async fn head(stream: &mut BufReader<TcpStream>) -> Option<(Request, usize)> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        match line.trim_end() {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let (method, rest) = lines.first()?.split_once(' ')?;
    let headers: Vec<_> = lines[1..]
        .iter()
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let request = Request {
        method: method.to_owned(),
        path: rest.split(' ').next()?.to_owned(),
        headers,
        sha256: model::Hash::of(b""),
    };
    let length = request.header("content-length").parse().unwrap_or(0);
    Some((request, length))
}

async fn body(stream: &mut BufReader<TcpStream>, mut length: usize) -> model::Hash {
    let mut hasher = Sha256::new();
    let mut piece = vec![0; 64 * 1024];
    while length > 0 {
        let most = length.min(piece.len());
        let Ok(read @ 1..) = stream.read(&mut piece[..most]).await else {
            break;
        };
        hasher.update(&piece[..read]);
        length -= read;
    }
    model::Hash::from_bytes(hasher.finalize().into())
}

async fn answer(stream: &mut BufReader<TcpStream>, request: &Request, status: u16, body: &[u8]) {
    let range = request.header("range").strip_prefix("bytes=");
    let range = range.and_then(|range| range.split_once('-'));
    let number = |text: &str| text.parse::<usize>().unwrap();
    let (status, part, extra) = match range {
        Some((first, last)) if status == 200 => {
            let (first, last) = (number(first), number(last).min(body.len() - 1));
            let extra = format!("Content-Range: bytes {first}-{last}/{}\r\n", body.len());
            (206, &body[first..=last], extra)
        }
        _ => (status, body, String::new()),
    };
    let head = format!(
        "HTTP/1.1 {status} X\r\nETag: \"e\"\r\nLast-Modified: Sat, 21 Nov 2026 10:00:00 GMT\r\n{extra}Content-Length: {}\r\n\r\n",
        part.len()
    );
    // Who went away needs no answer.
    drop(stream.write_all(head.as_bytes()).await);
    if request.method != "HEAD" {
        drop(stream.write_all(part).await);
    }
    drop(stream.flush().await);
}
