//! One connection, from its opening to its end.

use super::limits::Limits;
use super::seat::{Due, Place, Seat, Serving};
use super::socket::Socket;
use crate::lifecycle::Shutdown;
use crate::pace::Meter;
use crate::paced::{Paced, Reading};
use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::ConnectInfo;
use axum::http::{HeaderValue, Request, Response, Version, header};
use hyper::body::{Frame, Incoming, SizeHint};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use std::convert::Infallible;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::Instant;
use tower::ServiceExt as _;

/// What an HTTP/1 connection may buffer in each direction; a request's head must fit. A body of 70 MB
/// passes in about 30 ms over loopback with this, with 128 KiB and with the library's own 400 KiB, of
/// which a thousand connections would make 400 MB.
const BUFFER: u32 = 64 * 1024;

/// An unread body up to so many bytes is left to the HTTP library, which may read it in passing.
const SMALL: u64 = 64 * 1024;

/// Requests at once on one HTTP/2 connection.
const STREAMS: u32 = 100;

/// What an HTTP/2 client may send of one body before it is read, and of all of a connection: sixteen
/// that are not read do not hold up the others.
const STREAM_WINDOW: u32 = 128 * 1024;
const CONNECTION_WINDOW: u32 = 16 * STREAM_WINDOW;

/// An HTTP/2 client that is silent for so long is asked whether it lives, and has as long to say so.
const PING: Duration = Duration::from_secs(20);

/// A connection that was asked to end has so long to say goodbye.
const GOODBYE: Duration = Duration::from_secs(1);

/// How connections are spoken to; made once for a server.
pub(super) fn protocols() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        // The seat knows; its time for a head may be shorter than that between requests.
        .header_read_timeout(None)
        .max_buf_size(BUFFER as usize);
    builder
        .http2()
        .timer(TokioTimer::new())
        .enable_connect_protocol()
        .max_concurrent_streams(STREAMS)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_send_buf_size(BUFFER as usize)
        .max_header_list_size(BUFFER)
        .keep_alive_interval(PING)
        .keep_alive_timeout(PING);
    builder
}

/// Who is at the other end, and what they get.
pub(super) struct Guest {
    pub(super) stream: TcpStream,
    pub(super) address: SocketAddr,
    pub(super) place: Place,
}

/// Answers requests until either side has had enough.
pub(super) async fn attend(
    guest: Guest,
    router: Router,
    protocols: Builder<TokioExecutor>,
    limits: Arc<Limits>,
    shutdown: Shutdown,
) {
    let Guest {
        stream,
        address,
        place,
    } = guest;
    let seat = &place.seat;
    let socket = Socket::new(stream, Arc::clone(seat), limits.pace);
    let answering = Answering {
        router,
        address,
        seat: Arc::clone(seat),
        limits: Arc::clone(&limits),
    };
    let service = service_fn(|request| answering.answer(request));
    let mut connection =
        pin!(protocols.serve_connection_with_upgrades(TokioIo::new(socket), service));
    let mut ending = pin!(shutdown.begun());
    let mut told = false;
    let mut leaving = false;
    let mut alarm = pin!(tokio::time::sleep(limits.head));
    loop {
        let mut changed = pin!(seat.changed.notified());
        // What is due may change with every look at the connection, so all are looked at together.
        let event = poll_fn(|context| {
            // An error ends a connection; its text could quote what was sent, and helps nobody.
            if connection.as_mut().poll(context).is_ready() {
                return Poll::Ready(Event::Ended);
            }
            if !told && ending.as_mut().poll(context).is_ready() {
                return Poll::Ready(Event::Told);
            }
            if changed.as_mut().poll(context).is_ready() {
                return Poll::Ready(Event::Again);
            }
            match seat.due(&limits) {
                _ if leaving => {}
                Due::Now => return Poll::Ready(Event::Leave),
                Due::At(at) if at <= Instant::now() => return Poll::Ready(Event::Leave),
                Due::At(at) if at < alarm.deadline() => alarm.as_mut().reset(at),
                Due::At(_) | Due::Never => {}
            }
            alarm.as_mut().poll(context).map(|()| Event::Alarm)
        });
        match event.await {
            Event::Ended => return,
            Event::Told => {
                told = true;
                connection.as_mut().graceful_shutdown();
            }
            Event::Again => {}
            // There is no answer to half a question.
            Event::Leave if seat.half_asked() => return,
            Event::Leave => {
                leaving = true;
                connection.as_mut().graceful_shutdown();
                alarm.as_mut().reset(Instant::now() + GOODBYE);
            }
            Event::Alarm => {
                let next = match seat.due(&limits) {
                    // An answer may begin to wait for its reader without this task's knowing.
                    Due::Never => limits.idle.min(limits.pace.silence),
                    Due::Now | Due::At(_) if leaving => return,
                    Due::Now => Duration::ZERO,
                    Due::At(at) => at.saturating_duration_since(Instant::now()),
                };
                alarm.as_mut().reset(Instant::now() + next);
            }
        }
    }
}

/// What a connection's task wakes for.
enum Event {
    Ended,
    Told,
    Again,
    Leave,
    Alarm,
}

/// How the requests of one connection are answered.
struct Answering {
    router: Router,
    address: SocketAddr,
    seat: Arc<Seat>,
    limits: Arc<Limits>,
}

impl Answering {
    fn answer(
        &self,
        request: Request<Incoming>,
    ) -> impl Future<Output = Result<Response<Body>, Infallible>> + use<> {
        let http2 = request.version() == Version::HTTP_2;
        let whole = request.body().is_end_stream();
        let serving = self.seat.serve(http2, whole);
        let reading = Reading::default();
        let pace = self.limits.pace;
        let small = request
            .body()
            .size_hint()
            .upper()
            .is_some_and(|bytes| bytes <= SMALL);
        let mut request = request.map(|body| Body::new(Paced::new(body, pace, reading.clone())));
        let extensions = request.extensions_mut();
        extensions.insert(ConnectInfo(self.address));
        extensions.insert(reading.clone());
        let answering = self.router.clone().oneshot(request);
        async move {
            let mut response = answering.await?;
            let refused =
                response.status().is_client_error() || response.status().is_server_error();
            if refused && !http2 && (!small || reading.given_up()) && !reading.ended() {
                // The rest of the body is in the way of the next request.
                response
                    .headers_mut()
                    .insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            Ok(response.map(|body| {
                Body::new(Answer {
                    body,
                    reader: http2.then(|| Meter::new(pace)),
                    serving,
                })
            }))
        }
    }
}

/// An answer's body; its request is open for as long as this lives.
struct Answer {
    body: Body,
    /// How slowly it is read over HTTP/2, where a client that takes nothing of an answer may leave the
    /// socket free. Over HTTP/1 the socket tells.
    reader: Option<Meter>,
    serving: Serving,
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = &mut *self;
        let frame = Pin::new(&mut this.body).poll_frame(context);
        if let Some(reader) = &mut this.reader {
            // It is asked for more when this has found its way; until then its reader is waited for.
            // One that has nothing to say waits for nobody.
            let until = match &frame {
                Poll::Ready(Some(Ok(frame))) => {
                    Some(reader.handed(frame.data_ref().map_or(0, Bytes::len)))
                }
                Poll::Ready(_) | Poll::Pending => {
                    reader.moved(0);
                    None
                }
            };
            this.serving.unread(until);
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
