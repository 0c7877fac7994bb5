//! One running server: started, looked at from outside, and ended, each by its own process id.

use crate::baton::Baton;
use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use std::ffi::OsString;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A running `baton platform serve` or `baton gateway serve`; killed when dropped.
pub(crate) struct Server {
    child: Child,
    folder: PathBuf,
    storage: Vec<OsString>,
    address: SocketAddr,
    url: String,
    /// Kept open, so that the platform may still write to it.
    _output: BufReader<std::process::ChildStdout>,
}

/// What a platform is started with.
#[derive(Clone, Default)]
pub(crate) struct Settings {
    /// Attachments up to so many bytes live in the database; `None` leaves the platform's own limit.
    pub(crate) inline_max: Option<usize>,
    /// The database; `None` is a file in the folder.
    pub(crate) database: Option<String>,
}

impl Settings {
    /// The flags that say where a platform's data is.
    fn storage(&self, folder: &Path) -> Vec<OsString> {
        let mut flags = vec!["--data-dir".into(), folder.into()];
        if let Some(url) = &self.database {
            flags.extend(["--database-url".into(), url.into()]);
        }
        flags
    }
}

impl Server {
    /// Starts one on a folder, at any free port, and waits until it says that it is ready. Its log goes to a
    /// file, as an operator's would.
    ///
    /// # Errors
    /// When it does not get ready; its log says why.
    pub(crate) fn start(baton: &Baton, folder: &Path, settings: &Settings) -> Result<Self> {
        let mut command = baton.command();
        command
            .args(["platform", "serve", "--json"])
            .args(["--listen", "127.0.0.1:0"])
            .args(settings.storage(folder));
        if let Some(bytes) = settings.inline_max {
            command.env("BATON_INLINE_MAX", bytes.to_string());
        }
        Self::launch(command, folder, settings.storage(folder))
    }

    /// Starts a gateway on a folder, in front of the platform at `url`.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub(crate) fn gateway(baton: &Baton, folder: &Path, url: &str, key: &str) -> Result<Self> {
        let mut command = baton.command();
        let storage = vec!["--data-dir".into(), folder.into()];
        command
            .args(["gateway", "serve", "--json", "--listen", "127.0.0.1:0"])
            .args(["--platform-url", url])
            .args(&storage)
            .env("BATON_GATEWAY_PLATFORM_KEY", key);
        Self::launch(command, folder, storage)
    }

    fn launch(command: Command, folder: &Path, storage: Vec<OsString>) -> Result<Self> {
        let log_path = folder.with_extension("log");
        let log = File::options().create(true).append(true).open(&log_path)?;
        Self::spawn(command, folder, storage, log)
            .with_context(|| format!("the server did not start; see `{}`", log_path.display()))
    }

    fn spawn(
        mut command: Command,
        folder: &Path,
        storage: Vec<OsString>,
        log: File,
    ) -> Result<Self> {
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn()?;
        let output = child.stdout.take().context("it has no standard output")?;
        let mut output = BufReader::new(output);
        let mut line = String::new();
        output.read_line(&mut line)?;
        let said: serde_json::Value = serde_json::from_str(&line).unwrap_or_default();
        let url = said.get("url").and_then(|url| url.as_str());
        let address = url.and_then(|url| url.strip_prefix("http://")?.parse().ok());
        let (Some(url), Some(address)) = (url, address) else {
            // It has ended, or is about to.
            drop(child.kill());
            child.wait()?;
            bail!("it did not say where it is");
        };
        Ok(Self {
            child,
            folder: folder.to_owned(),
            storage,
            address,
            url: url.to_owned(),
            _output: output,
        })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The same as clients name it.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The flags that say where its data is.
    pub(crate) fn storage(&self) -> &[OsString] {
        &self.storage
    }

    /// Its folder.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Resident memory in MiB.
    pub(crate) fn memory(&self) -> Result<f64> {
        self.status_mib("VmRSS:")
    }

    /// Forgets the peak of memory so far.
    pub(crate) fn clear_peak(&self) -> Result<()> {
        let path = format!("/proc/{}/clear_refs", self.child.id());
        std::fs::write(&path, "5").with_context(|| format!("cannot write {path}"))
    }

    /// The peak of resident memory since it was cleared, in MiB.
    pub(crate) fn peak(&self) -> Result<f64> {
        self.status_mib("VmHWM:")
    }

    fn status_mib(&self, name: &str) -> Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
        Ok(kib.with_context(|| format!("the kernel tells no {name}"))? / 1024.0)
    }

    /// Kills it without a word.
    pub(crate) fn kill(mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Asks it to end, and waits until it has.
    pub(crate) fn end(mut self) -> Result<()> {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        kill_process(pid.context("no process id")?, Signal::TERM)?;
        let patience = Instant::now() + Duration::from_secs(60);
        while self.child.try_wait()?.is_none() {
            if Instant::now() > patience {
                bail!("the server did not end within a minute of SIGTERM");
            }
            std::thread::park_timeout(Duration::from_millis(5));
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Ended already, as a rule.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
