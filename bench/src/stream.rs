//! A toolbar's stream, as a reader of server-sent events sees it (chunked HTTP/1.1).

use crate::client::{Connection, Headers};
use anyhow::{Result, bail};
use memchr::memmem;

/// An open stream.
pub(crate) struct Stream {
    connection: Connection,
    /// What came, chunks not yet undone.
    raw: Vec<u8>,
    /// What it says.
    text: Vec<u8>,
}

impl Stream {
    /// Opens one; it must be answered with 200.
    pub(crate) async fn open(
        mut connection: Connection,
        path: &str,
        headers: Headers<'_>,
    ) -> Result<Self> {
        let status = connection.begin(path, headers).await?;
        if status != 200 {
            bail!("the stream was answered with {status}");
        }
        Ok(Self {
            connection,
            raw: Vec::new(),
            text: Vec::new(),
        })
    }

    /// The next event, comments left out.
    pub(crate) async fn next(&mut self) -> Result<Vec<u8>> {
        loop {
            if let Some(end) = memmem::find(&self.text, b"\n\n") {
                let event: Vec<u8> = self.text.drain(..end + 2).collect();
                if !event.starts_with(b":") {
                    return Ok(event);
                }
                continue;
            }
            let piece = self.connection.piece().await?;
            self.raw.extend_from_slice(&piece);
            self.undo_chunks()?;
        }
    }

    fn undo_chunks(&mut self) -> Result<()> {
        while let Some(line) = memmem::find(&self.raw, b"\r\n") {
            let size = self
                .raw
                .get(..line)
                .and_then(|size| std::str::from_utf8(size).ok());
            let size = size.and_then(|size| usize::from_str_radix(size.trim(), 16).ok());
            let Some(size) = size else {
                bail!("the stream is not in chunks");
            };
            if size == 0 {
                bail!("the stream ended");
            }
            let Some(chunk) = self.raw.get(line + 2..line + 2 + size) else {
                return Ok(());
            };
            if self.raw.len() < line + size + 4 {
                return Ok(());
            }
            self.text.extend_from_slice(chunk);
            self.raw.drain(..line + size + 4);
        }
        Ok(())
    }
}
