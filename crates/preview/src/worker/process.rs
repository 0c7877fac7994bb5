//! One child process, and the thread that speaks with it.

use super::protocol::{self, Answer, HELLO};
use crate::{PreviewError, limits};
use std::ffi::OsStr;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, Receiver, Sender};

/// What whoever asks is told.
pub(super) enum Event {
    /// The child has answered.
    Answer(Answer, Vec<u8>),
    /// The child speaks no more.
    Ended(PreviewError),
    /// A newer question has come.
    Superseded,
}

/// A question on its way, and who is told the answer.
struct Question {
    frame: Vec<u8>,
    teller: Sender<Event>,
}

/// A child that is ended when this is dropped.
pub(super) struct Process {
    child: Child,
    questions: Sender<Question>,
}

impl Process {
    /// Starts a child: no environment, no folder of ours, nothing but the two pipes.
    pub(super) fn start(program: &Path, argument: &OsStr) -> Result<Self, PreviewError> {
        let mut command = Command::new(program);
        command
            .arg(argument)
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        #[cfg(windows)]
        {
            use std::os::windows::process::CommandExt;
            const CREATE_NO_WINDOW: u32 = 0x0800_0000;
            command.creation_flags(CREATE_NO_WINDOW);
        }
        let mut child = command.spawn().map_err(|_| PreviewError::NoWorker)?;
        let pipes = child.stdin.take().zip(child.stdout.take());
        let (questions, asked) = mpsc::channel();
        let started = Self { child, questions };
        let (stdin, stdout) = pipes.ok_or(PreviewError::NoWorker)?;
        std::thread::Builder::new()
            .name("preview".to_owned())
            .spawn(move || speak(stdin, stdout, &asked))
            .map_err(|_| PreviewError::NoWorker)?;
        Ok(started)
    }

    /// Puts a question; the answer, or the child's end, is told to `teller`.
    pub(super) fn put(&self, frame: Vec<u8>, teller: Sender<Event>) -> Result<(), PreviewError> {
        let question = Question { frame, teller };
        self.questions
            .send(question)
            .map_err(|_| PreviewError::Stopped)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // By its own handle; it may be gone already. Its pipes end with it, and with them the thread.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Carries questions and answers until either side is gone.
fn speak(mut stdin: ChildStdin, mut stdout: ChildStdout, asked: &Receiver<Question>) {
    let mut greeted = false;
    for question in asked {
        if !greeted && !greet(&mut stdout) {
            let _ = question.teller.send(Event::Ended(PreviewError::NoWorker));
            return;
        }
        greeted = true;
        let written = stdin
            .write_all(&question.frame)
            .and_then(|()| stdin.flush());
        let answer = written.and_then(|()| protocol::read(&mut stdout, limits::ANSWER_BYTES));
        let Ok(Some((answer, body))) = answer else {
            let _ = question.teller.send(Event::Ended(PreviewError::Stopped));
            return;
        };
        // Nobody may be waiting for it any more.
        let _ = question.teller.send(Event::Answer(answer, body));
    }
}

fn greet(stdout: &mut ChildStdout) -> bool {
    let mut hello = [0; HELLO.len()];
    stdout.read_exact(&mut hello).is_ok() && hello == *HELLO
}
