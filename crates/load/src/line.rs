//! One connection: HTTP/1.1, kept alive, driven by the task that uses it.

use crate::body::Body;
use crate::outcome::Fault;
use crate::request::Request;
use crate::target::Target;
use hyper::body::Body as _;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::task::Poll;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// What answers requests: a connection, or a stand-in for one.
pub(crate) trait Line: Send {
    /// Sends a request and reads its answer to the end; the status.
    fn exchange(&mut self, request: Request) -> impl Future<Output = Result<u16, Fault>> + Send;
}

/// What makes them.
pub(crate) trait Dial: Send + Sync + 'static {
    /// What it makes.
    type Line: Line;

    /// Makes one.
    fn dial(&self) -> impl Future<Output = io::Result<Self::Line>> + Send;
}

impl Dial for Target {
    type Line = Http;

    async fn dial(&self) -> io::Result<Http> {
        let tcp = TcpStream::connect(self.places.as_slice()).await?;
        tcp.set_nodelay(true)?;
        match &self.tls {
            None => Http::over(tcp, self).await,
            Some((config, name)) => {
                let tls = TlsConnector::from(config.clone());
                Http::over(tls.connect(name.clone(), tcp).await?, self).await
            }
        }
    }
}

/// A connection.
pub(crate) struct Http {
    sender: SendRequest<Body>,
    /// Moves the bytes; nothing once the connection has ended.
    driver: Option<Pin<Box<dyn Future<Output = hyper::Result<()>> + Send>>>,
    host: hyper::header::HeaderValue,
    target: Target,
}

impl Http {
    async fn over<S>(stream: S, target: &Target) -> io::Result<Self>
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let (sender, driver) = handshake(TokioIo::new(stream))
            .await
            .map_err(io::Error::other)?;
        Ok(Self {
            sender,
            driver: Some(Box::pin(driver)),
            host: target.host.clone(),
            target: target.clone(),
        })
    }

    /// Whether the other end has closed it since the last answer, as it may.
    async fn has_ended(&mut self) -> bool {
        poll_fn(|cx| {
            if let Some(driver) = &mut self.driver
                && driver.as_mut().poll(cx).is_ready()
            {
                self.driver = None;
            }
            Poll::Ready(self.driver.is_none())
        })
        .await
    }
}

impl Line for Http {
    async fn exchange(&mut self, request: Request) -> Result<u16, Fault> {
        if self.has_ended().await {
            *self = self
                .target
                .clone()
                .dial()
                .await
                .map_err(|_| Fault::Connect)?;
        }
        let mut message = hyper::Request::new(request.body);
        *message.method_mut() = request.method;
        *message.uri_mut() = request.path;
        *message.headers_mut() = request.headers;
        message
            .headers_mut()
            .insert(hyper::header::HOST, self.host.clone());
        let Self { sender, driver, .. } = self;
        let mut work = pin!(async {
            sender.ready().await?;
            let answer = sender.send_request(message).await?;
            let status = answer.status().as_u16();
            let mut body = answer.into_body();
            while !body.is_end_stream()
                && let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await
            {
                frame?;
            }
            hyper::Result::Ok(status)
        });
        // One task for both ends of the exchange: no hand-over to another task for each request.
        let done = poll_fn(|cx| {
            if let Poll::Ready(done) = work.as_mut().poll(cx) {
                return Poll::Ready(done);
            }
            if let Some(moving) = driver
                && moving.as_mut().poll(cx).is_ready()
            {
                *driver = None;
            }
            work.as_mut().poll(cx)
        });
        done.await.map_err(|_| Fault::Broken)
    }
}
