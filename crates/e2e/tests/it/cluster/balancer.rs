//! A balancer as simple as they come: takes connections, passes each to the next server that lets it in, and
//! drops it when either side does.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::timeout;

const LETS_IN_WITHIN: Duration = Duration::from_millis(500);

/// A port of loopback before several. It ends with this value, and its connections too.
pub(crate) struct Balancer {
    pub(crate) port: u16,
    open: watch::Sender<bool>,
    serving: JoinHandle<()>,
}

struct Behind {
    ports: Vec<u16>,
    next: AtomicUsize,
    open: watch::Receiver<bool>,
}

impl Balancer {
    /// Before these ports.
    pub(crate) async fn before(ports: &[u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (open, seen) = watch::channel(true);
        let behind = Arc::new(Behind {
            ports: ports.to_vec(),
            next: AtomicUsize::new(0),
            open: seen,
        });
        let serving = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                if let Ok((stream, _)) = listener.accept().await {
                    connections.spawn(pass(Arc::clone(&behind), stream));
                }
                while connections.try_join_next().is_some() {}
            }
        });
        Self {
            port,
            open,
            serving,
        }
    }

    /// Where clients find it.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Drops every connection, old and new.
    pub(crate) fn close(&self) {
        self.open.send_replace(false);
    }

    /// Lets new ones in again.
    pub(crate) fn open(&self) {
        self.open.send_replace(true);
    }
}

impl Drop for Balancer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn pass(behind: Arc<Behind>, mut from: TcpStream) {
    let mut open = behind.open.clone();
    // Each small piece of a stream counts.
    let _ = from.set_nodelay(true);
    let first = behind.next.fetch_add(1, Ordering::Relaxed);
    for place in 0..behind.ports.len() {
        let port = behind.ports[(first + place) % behind.ports.len()];
        let to = timeout(LETS_IN_WITHIN, TcpStream::connect(("127.0.0.1", port))).await;
        if let Ok(Ok(mut to)) = to {
            let _ = to.set_nodelay(true);
            let closed = async { drop(open.wait_for(|open| !open).await) };
            tokio::select! {
                // Either side may end it in any way.
                _ = copy_bidirectional(&mut from, &mut to) => {}
                () = closed => {}
            }
            return;
        }
    }
}

#[tokio::test]
async fn it_goes_round_those_that_are_there_and_closes() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    let mut ports = Vec::new();
    for name in ["a", "b"] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        ports.push(listener.local_addr().unwrap().port());
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                stream.write_all(name.as_bytes()).await.unwrap();
            }
        });
    }
    // Nobody is there.
    ports.insert(1, crate::crash::three::free_port());
    let balancer = Balancer::before(&ports).await;
    let ask = async || {
        let mut stream = TcpStream::connect(("127.0.0.1", balancer.port)).await?;
        let mut said = String::new();
        stream.read_to_string(&mut said).await.map(|_| said)
    };
    for said in ["a", "b", "b", "a"] {
        assert_eq!(ask().await.unwrap(), said);
    }
    balancer.close();
    assert_ne!(ask().await.unwrap_or_default(), "a");
    balancer.open();
    assert_eq!(ask().await.unwrap().len(), 1);
}
