//! A wire to the server that can be cut at the worst moment.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

const COMMIT: &[u8] = b"COMMIT\0";

/// What happens to the next COMMIT.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// It arrives, its answer does not.
    After = 1,
    /// It does not arrive.
    Before = 2,
}

/// Passes on what comes, until it is told to cut.
pub(crate) struct Proxy {
    pub(crate) port: u16,
    cut: Arc<AtomicU8>,
    cuts: Arc<AtomicU64>,
}

impl Proxy {
    pub(crate) async fn to(server: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (cut, cuts) = (Arc::<AtomicU8>::default(), Arc::<AtomicU64>::default());
        let proxy = Self {
            port,
            cut: Arc::clone(&cut),
            cuts: Arc::clone(&cuts),
        };
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (cut, cuts) = (Arc::clone(&cut), Arc::clone(&cuts));
                tokio::spawn(async move {
                    if let Ok(server) = TcpStream::connect((Ipv4Addr::LOCALHOST, server)).await {
                        pass(client, server, &cut, &cuts).await;
                    }
                });
            }
        });
        proxy
    }

    /// Cuts the connection of the next COMMIT.
    pub(crate) fn cut(&self, cut: Cut) {
        self.cut.store(cut as u8, Ordering::SeqCst);
    }

    /// How many connections were cut.
    pub(crate) fn cuts(&self) -> u64 {
        self.cuts.load(Ordering::SeqCst)
    }
}

async fn pass(client: TcpStream, server: TcpStream, cut: &AtomicU8, cuts: &AtomicU64) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let answers = async {
        drop(tokio::io::copy(&mut from_server, &mut to_client).await);
    };
    let requests = async {
        let mut bytes = vec![0; 1 << 16];
        while let Ok(read @ 1..) = from_client.read(&mut bytes).await {
            let request = bytes.get(..read).unwrap();
            let commits = request.windows(COMMIT.len()).any(|part| part == COMMIT);
            let how = if commits {
                cut.swap(0, Ordering::SeqCst)
            } else {
                0
            };
            if how != Cut::Before as u8 && to_server.write_all(request).await.is_err() {
                return;
            }
            if how != 0 {
                cuts.fetch_add(1, Ordering::SeqCst);
                return;
            }
        }
    };
    tokio::select! {
        () = requests => {}
        () = answers => {}
    }
    // The server still does what it was told, and nobody hears of it.
    drop((from_client, to_client));
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
}
