//! An S3 server in memory (moto): what it holds is gone when it is killed.

use crate::process::{self, Process};
use crate::programs::{command, in_path_named};
use crate::{Error, Result, port};
use rustix::process::Signal;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tempfile::TempDir;

const BUCKET: &str = "baton-test";
/// Python reads hundreds of files first.
const UP_WITHIN: Duration = Duration::from_secs(60);
const ANSWERS_WITHIN: Duration = Duration::from_secs(10);
const TRIES: usize = 3;

/// A server with one empty bucket. It ends with this value.
#[derive(Debug)]
pub struct S3 {
    port: u16,
    process: Process,
    /// Holds its log.
    folder: TempDir,
}

impl S3 {
    /// Starts it and makes the bucket.
    pub fn start() -> Result<Self> {
        let program = find()?;
        let mut last = None;
        for _ in 0..TRIES {
            match Self::start_once(&program) {
                Ok(server) => return Ok(server),
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(|| Error::Io(std::io::Error::other("it was never tried"))))
    }

    fn start_once(program: &Path) -> Result<Self> {
        let folder = crate::folder::new("testdb-s3-", None)?;
        let log = File::create(folder.path().join("log"))?;
        let port = port::free();
        let mut command = command(program, None, "KILL");
        command
            .args(["-H", "127.0.0.1", "-p", &port.to_string()])
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        let server = Self {
            port,
            process: Process::start(command)?,
            folder,
        };
        process::until("the S3 server answers", UP_WITHIN, || {
            if server.process.ended().is_some() {
                return Err(Error::Failed {
                    program: "moto_server".to_owned(),
                    said: process::last_of(&server.log(), 20),
                });
            }
            // Nobody listens yet.
            Ok(server.make_bucket().ok().filter(|&made| made).map(drop))
        })?;
        Ok(server)
    }

    fn make_bucket(&self) -> std::io::Result<bool> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        let mut stream = TcpStream::connect_timeout(&address, ANSWERS_WITHIN)?;
        stream.set_read_timeout(Some(ANSWERS_WITHIN))?;
        write!(
            stream,
            "PUT /{BUCKET} HTTP/1.1\r\nHost: {address}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        )?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        let answer = String::from_utf8_lossy(&answer);
        Ok(answer.split(' ').nth(1) == Some("200"))
    }

    /// The bucket: `s3://…`.
    pub fn url(&self) -> String {
        format!("s3://{BUCKET}")
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The environment of a program that is to use it.
    pub fn variables(&self) -> Vec<(String, String)> {
        self.variables_behind(self.port)
    }

    /// The same for a program that is to reach it by this port of loopback, where a test stands between.
    pub fn variables_behind(&self, port: u16) -> Vec<(String, String)> {
        let endpoint = format!("http://127.0.0.1:{port}");
        let variables = [
            ("AWS_ACCESS_KEY_ID", "testing"),
            ("AWS_SECRET_ACCESS_KEY", "testing"),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ENDPOINT_URL", &endpoint),
            ("AWS_ALLOW_HTTP", "true"),
        ];
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        variables.map(owned).into()
    }

    /// Everything that it logged.
    pub fn log(&self) -> String {
        let bytes = std::fs::read(self.folder.path().join("log")).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Ends it at once, and all that it held.
    pub fn kill(&self) {
        self.process.kill();
    }

    /// It hangs: connections stand, nothing is answered.
    pub fn pause(&self) {
        self.process.signal_all(Signal::STOP);
    }

    /// Lets it go on.
    pub fn resume(&self) {
        self.process.signal_all(Signal::CONT);
    }
}

impl Drop for S3 {
    fn drop(&mut self) {
        self.process.kill();
    }
}

/// What `BATON_TEST_MOTO` names, or what scripts/test installed, or what is in `PATH`.
fn find() -> Result<PathBuf> {
    let named = std::env::var_os("BATON_TEST_MOTO").map(PathBuf::from);
    let installed = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../target/test-tools/python/bin/moto_server");
    named
        .into_iter()
        .chain([installed])
        .find(|program| program.is_file())
        .or_else(|| in_path_named("moto_server"))
        .ok_or_else(|| Error::Missing {
            program: "moto_server".to_owned(),
            mend: "pip install -r tools/requirements.txt, which scripts/test does",
        })
}
