//! Files of a message, read as they are sent, and how far that is.

use crate::exit::usage;
use bytes::Bytes;
use futures_util::stream::{self, Stream, StreamExt as _};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use sdk::gateway::FileToSend;
use std::io;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use tokio::fs::File;
use tokio::io::AsyncReadExt as _;

/// So much is read at once.
const PIECE: usize = 64 * 1024;

/// A file to be sent.
pub(super) struct Document {
    path: PathBuf,
    name: String,
    mime_type: &'static str,
    size: u64,
}

impl Document {
    /// A file that is there.
    pub(super) fn of(path: &Path, mime_type: &'static str) -> anyhow::Result<Self> {
        let shown = path.display();
        let about =
            std::fs::metadata(path).map_err(|error| usage(format!("`{shown}`: {error}")))?;
        let name = path.file_name().and_then(|name| name.to_str());
        let Some(name) = name.filter(|_| about.is_file()) else {
            return Err(usage(format!("`{shown}` is no file with a readable name")));
        };
        Ok(Self {
            path: path.to_owned(),
            name: name.to_owned(),
            mime_type,
            size: about.len(),
        })
    }
}

/// The files as the gateway's client takes them; each piece moves the bar on.
pub(super) fn to_send(documents: Vec<Document>, bar: Option<&ProgressBar>) -> Vec<FileToSend> {
    let file = |document: Document| {
        let counted = bar.cloned();
        let pieces = read(document.path, document.size).inspect(move |piece| {
            if let (Some(bar), Ok(piece)) = (&counted, piece) {
                bar.inc(u64::try_from(piece.len()).unwrap_or(0));
            }
        });
        FileToSend::streamed(&document.name, document.mime_type, document.size, pieces)
    };
    documents.into_iter().map(file).collect()
}

/// How far the files are, on a terminal.
pub(super) fn bar(documents: &[Document]) -> Option<ProgressBar> {
    if !io::stderr().is_terminal() {
        return None;
    }
    let length = documents.iter().map(|document| document.size).sum();
    let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr());
    // The template is a constant; were it wrong, a bar of the library's own would do.
    if let Ok(style) =
        ProgressStyle::with_template("{bar:20.cyan} {percent:>3} %  {bytes} of {total_bytes}")
    {
        bar.set_style(style.progress_chars("━╸ "));
    }
    Some(bar)
}

/// Clears the bar away.
pub(super) fn done(bar: Option<ProgressBar>) {
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
}

/// A file's bytes, which must be as many as they were when its length was told.
fn read(path: PathBuf, size: u64) -> impl Stream<Item = io::Result<Bytes>> + Send {
    enum At {
        Start(PathBuf),
        In(File),
    }
    stream::try_unfold((At::Start(path), size), |(at, left)| async move {
        if left == 0 {
            return Ok(None);
        }
        let mut file = match at {
            At::Start(path) => File::open(path).await?,
            At::In(file) => file,
        };
        let mut piece = vec![0; usize::try_from(left).unwrap_or(PIECE).min(PIECE)];
        let count = file.read(&mut piece).await?;
        if count == 0 {
            return Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "the file became shorter while it was sent",
            ));
        }
        piece.truncate(count);
        let left = left.saturating_sub(u64::try_from(count).unwrap_or(left));
        Ok(Some((Bytes::from(piece), (At::In(file), left))))
    })
}
