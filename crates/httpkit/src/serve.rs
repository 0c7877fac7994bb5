//! Listening and answering until told to end, whatever clients do.
//!
//! Every server of ours runs on this: connections are limited in number, in the time they may take to
//! ask, to send and to read, and in the memory that they may have.

mod connection;
mod limits;
mod seat;
mod socket;
#[cfg(test)]
mod tests;

pub use limits::Limits;

use crate::lifecycle::Shutdown;
use axum::Router;
use connection::Guest;
use seat::Seats;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// How long to wait after the system could not give a connection: it is out of file descriptors or
/// memory, and others must end first.
const BREATH: Duration = Duration::from_millis(200);

/// So many idle connections are closed then.
const RELIEF: usize = 32;

/// It is said in the log once in so long.
const QUIET: Duration = Duration::from_secs(10);

/// How long to wait for a place before another idle connection is asked to go.
const ROOM: Duration = Duration::from_millis(100);

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
        self.serve_within(Limits::default(), router, shutdown).await
    }

    /// The same, with limits other than the usual.
    ///
    /// # Errors
    /// When the socket fails.
    pub async fn serve_within(
        self,
        limits: Limits,
        router: Router,
        shutdown: Shutdown,
    ) -> io::Result<()> {
        let everyone = u32::try_from(limits.connections).unwrap_or(u32::MAX).max(1);
        let house = House {
            places: Arc::new(Semaphore::new(everyone as usize)),
            seats: Seats::default(),
        };
        let patience = limits.patience;
        tokio::select! {
            () = house.receive(&self.listener, Arc::new(limits), &router, &shutdown) => {}
            () = shutdown.begun() => {}
        }
        // Nobody is let in any more.
        drop(self.listener);
        drop(tokio::time::timeout(patience, house.places.acquire_many(everyone)).await);
        Ok(())
    }
}

/// The connections of one server.
struct House {
    places: Arc<Semaphore>,
    seats: Seats,
}

impl House {
    /// Takes in connections; never ends.
    async fn receive(
        &self,
        listener: &TcpListener,
        limits: Arc<Limits>,
        router: &Router,
        shutdown: &Shutdown,
    ) {
        let protocols = connection::protocols();
        let mut full = None;
        let mut told = None;
        loop {
            let (stream, address) = patiently(
                &mut told,
                || listener.accept(),
                || self.seats.make_room(RELIEF),
            )
            .await;
            let Some(place) = self.place(&mut full).await else {
                return;
            };
            // Small answers must not wait for the other side's acknowledgement.
            drop(stream.set_nodelay(true));
            let guest = Guest {
                stream,
                address,
                place: self.seats.take(),
            };
            let attending = connection::attend(
                guest,
                router.clone(),
                protocols.clone(),
                Arc::clone(&limits),
                shutdown.clone(),
            );
            tokio::spawn(async move {
                attending.await;
                drop(place);
            });
        }
    }

    /// A place for one more, after somebody idle was asked to go if there is none. Meanwhile the
    /// system keeps those who come in its queue. `told` is when that was last said in the log.
    async fn place(&self, told: &mut Option<Instant>) -> Option<OwnedSemaphorePermit> {
        if let Ok(place) = Arc::clone(&self.places).try_acquire_owned() {
            return Some(place);
        }
        loop {
            if say(told) {
                tracing::warn!("all connections are taken; idle ones are closed");
            }
            self.seats.make_room(1);
            let free = Arc::clone(&self.places).acquire_owned();
            if let Ok(place) = tokio::time::timeout(ROOM, free).await {
                return place.ok();
            }
        }
    }
}

/// Whether something is to be said again that was last said then.
fn say(told: &mut Option<Instant>) -> bool {
    let due = told.is_none_or(|at| at.elapsed() >= QUIET);
    if due {
        *told = Some(Instant::now());
    }
    due
}

/// The next connection, however long the system takes to be able to give one. `relieve` may free
/// what is short; `told` is when that was last said in the log.
async fn patiently<T, F>(
    told: &mut Option<Instant>,
    accept: impl Fn() -> F,
    relieve: impl Fn(),
) -> T
where
    F: Future<Output = io::Result<T>>,
{
    loop {
        match accept().await {
            Ok(accepted) => return accepted,
            // The client itself went away before it was let in.
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::ConnectionAborted
                        | io::ErrorKind::ConnectionReset
                        | io::ErrorKind::ConnectionRefused
                        | io::ErrorKind::Interrupted
                ) => {}
            Err(error) => {
                if say(told) {
                    tracing::error!(%error, "cannot accept connections; trying again");
                }
                relieve();
                tokio::time::sleep(BREATH).await;
            }
        }
    }
}
