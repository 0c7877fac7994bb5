//! `chromedriver` on a free port, ended with its value.

use rustix::process::{Pid, Signal, kill_process};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use std::time::Duration;

const READY_WITHIN: Duration = Duration::from_secs(30);
const ENDS_WITHIN: Duration = Duration::from_secs(10);
const READY: &str = "was started successfully on port ";

/// A running `chromedriver`.
pub(super) struct Driver {
    child: Child,
    /// Where it listens.
    pub(super) url: String,
}

impl Driver {
    pub(super) fn start() -> Self {
        let mut child = Command::new("chromedriver")
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver is not installed; `scripts/test browser` installs it");
        let output = child.stdout.take().unwrap();
        let (tell, told) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if let Some((_, port)) = line.split_once(READY) {
                    // Told once; the rest is read so that it never blocks.
                    let _ = tell.send(port.trim_end_matches('.').to_owned());
                }
            }
        });
        let port = told
            .recv_timeout(READY_WITHIN)
            .expect("chromedriver is not ready");
        Self {
            child,
            url: format!("http://127.0.0.1:{port}"),
        }
    }
}

impl Driver {
    /// Closes a session's browser, as well as it can be done from a destructor.
    pub(super) fn end_session(&self, id: &thirtyfour::SessionId) {
        let address = self.url.trim_start_matches("http://");
        let request = format!(
            "DELETE /session/{id} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
        );
        let ended = TcpStream::connect(address).and_then(|mut stream| {
            stream.set_read_timeout(Some(ENDS_WITHIN))?;
            stream.write_all(request.as_bytes())?;
            stream.read(&mut [0; 64])
        });
        if let Err(error) = ended {
            println!("the browser may still run: {error}");
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // It was not waited for, so that the id is still its own.
        let _ = kill_process(Pid::from_child(&self.child), Signal::KILL);
        let _ = self.child.wait();
    }
}
