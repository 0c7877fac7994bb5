//! Listening and answering until told to end.

use crate::lifecycle::Shutdown;
use axum::Router;
use axum::serve::ListenerExt;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpListener;

/// How long open requests may take to finish once the end has begun.
const PATIENCE: Duration = Duration::from_secs(10);

/// A socket that listens but does not answer yet, so that its address is known before anything that
/// must name it is built.
#[derive(Debug)]
pub struct Bound {
    listener: TcpListener,
    address: SocketAddr,
}

impl Bound {
    /// Listens at `address`; port 0 takes any free one.
    ///
    /// # Errors
    /// When the address is taken or not ours; the text names it.
    pub async fn to(address: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await.map_err(|error| {
            io::Error::new(error.kind(), format!("cannot listen at {address}: {error}"))
        })?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address })
    }

    /// The address with its real port.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://` and the address, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Answers until the end begins, then lets open requests finish for ten seconds.
    ///
    /// # Errors
    /// When the socket fails.
    pub async fn serve(self, router: Router, shutdown: Shutdown) -> io::Result<()> {
        // Small answers must not wait for the other side's acknowledgement.
        let listener = self
            .listener
            .tap_io(|stream| drop(stream.set_nodelay(true)));
        let router = router.into_make_service_with_connect_info::<SocketAddr>();
        let serving = axum::serve(listener, router)
            .with_graceful_shutdown(shutdown.begun())
            .into_future();
        let late = async {
            shutdown.begun().await;
            tokio::time::sleep(PATIENCE).await;
        };
        tokio::select! {
            ended = serving => ended,
            () = late => Ok(()),
        }
    }
}
