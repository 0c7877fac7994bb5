//! The child's side: read a question, answer it, until the pipe ends.

use super::confine;
use super::protocol::{self, Answer, Ask, HELLO, Sort};
use crate::{Looked, PageText, PreviewError, Reading, html, jpeg, limits, pdf, text};
use std::io::{self, Read, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Serves questions from `stdin` on `stdout` until the pipe ends. For a process that does nothing else:
/// it limits the process's memory and silences its panics.
pub fn serve(mut stdin: impl Read, mut stdout: impl Write) -> ExitCode {
    confine::process();
    // A panic's message may quote the document.
    std::panic::set_hook(Box::new(|_| {}));
    match answer_all(&mut stdin, &mut stdout) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn answer_all(stdin: &mut impl Read, stdout: &mut impl Write) -> io::Result<()> {
    stdout.write_all(HELLO)?;
    stdout.flush()?;
    let most = u32::try_from(limits::DOCUMENT_BYTES).unwrap_or(u32::MAX);
    while let Some((ask, body)) = protocol::read::<Ask>(stdin, most)? {
        confine::processor_time();
        let (answer, pixels) = on_a_large_stack(ask, body);
        let frame = protocol::frame(&answer, &pixels).ok_or(io::ErrorKind::InvalidData)?;
        stdout.write_all(&frame)?;
        stdout.flush()?;
    }
    Ok(())
}

/// Answers on a thread of its own, whose panic is an answer, too.
fn on_a_large_stack(ask: Ask, body: Vec<u8>) -> (Answer, Vec<u8>) {
    let thread = std::thread::Builder::new().stack_size(limits::WORKER_STACK);
    let joined = thread
        .spawn(move || answer(ask, body))
        .map(std::thread::JoinHandle::join);
    match joined {
        Ok(Ok(Ok(answer))) => answer,
        Ok(Ok(Err(error))) => (Answer::Failed(error), Vec::new()),
        Ok(Err(_)) => (Answer::Failed(PreviewError::Damaged), Vec::new()),
        Err(_) => (Answer::Failed(PreviewError::Stopped), Vec::new()),
    }
}

fn answer(ask: Ask, body: Vec<u8>) -> Result<(Answer, Vec<u8>), PreviewError> {
    let bytes: Arc<[u8]> = body.into();
    let answer = match ask {
        Ask::Look { kind } => Answer::Looked(look(kind, &bytes)?),
        Ask::Picture { kind, page, scale } => {
            let picture = match kind {
                Sort::Pdf => pdf::render(&bytes, page, scale)?,
                Sort::Jpeg if page == 0 => jpeg::picture(&bytes, scale)?,
                Sort::Jpeg | Sort::Text => return Err(PreviewError::NoSuchPage),
            };
            let (width, height) = (picture.width, picture.height);
            return Ok((Answer::Picture { width, height }, picture.rgba));
        }
        Ask::Text { kind, millis } => Answer::Pages(pages(kind, &bytes, millis)?),
        Ask::Html => {
            let body = std::str::from_utf8(&bytes).map_err(|_| PreviewError::Damaged)?;
            Answer::Blocks(html::blocks(body)?)
        }
    };
    Ok((answer, Vec::new()))
}

fn look(kind: Sort, bytes: &Arc<[u8]>) -> Result<Looked, PreviewError> {
    match kind {
        Sort::Pdf => pdf::look(bytes),
        Sort::Jpeg => jpeg::look(bytes),
        Sort::Text => text::look(bytes),
    }
}

fn pages(kind: Sort, bytes: &Arc<[u8]>, millis: u64) -> Result<Vec<PageText>, PreviewError> {
    let one = |text: &str, reading| {
        vec![PageText {
            text: text.to_owned(),
            reading,
        }]
    };
    match kind {
        Sort::Pdf => {
            let begun = Instant::now();
            pdf::texts(bytes, || begun.elapsed() >= Duration::from_millis(millis))
        }
        Sort::Jpeg => Ok(one("", Reading::Pictures)),
        Sort::Text => Ok(one(text::read(bytes)?, Reading::Words)),
    }
}
