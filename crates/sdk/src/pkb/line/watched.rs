//! Whether anything at all was written.

use crate::pkb::place::Stream;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Tells of a [`Watched`] stream, also after it is gone.
pub(super) struct Touched(Arc<AtomicBool>);

impl Touched {
    /// Whether somebody has tried to write: with or without success, for bytes may have left all the same.
    pub(super) fn is_set(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// A stream that remembers the first try to write to it.
pub(super) struct Watched {
    stream: Box<dyn Stream>,
    touched: Arc<AtomicBool>,
}

impl Watched {
    pub(super) fn new(stream: Box<dyn Stream>) -> (Self, Touched) {
        let touched = Arc::new(AtomicBool::new(false));
        let told = Touched(Arc::clone(&touched));
        (Self { stream, touched }, told)
    }

    fn writing(&mut self) -> Pin<&mut dyn Stream> {
        self.touched.store(true, Ordering::SeqCst);
        Pin::new(&mut *self.stream)
    }
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Watched {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.writing().poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.writing().poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    // Neither of these brings new bytes.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.stream).poll_shutdown(cx)
    }
}
