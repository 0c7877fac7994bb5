//! A PostgreSQL server: made, copied, promoted, stopped, killed.

mod settings;

pub use settings::Settings;

use crate::process::{self, Process};
use crate::programs::Programs;
use crate::{Error, Result, folder, port};
use rustix::process::Signal;
use std::fs::File;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tempfile::TempDir;

/// The superuser; on loopback nobody asks for a password.
const USER: &str = "baton";
/// It is up within a second; recovery after a kill may take longer.
const UP_WITHIN: Duration = Duration::from_secs(60);
const INITDB_WITHIN: Duration = Duration::from_secs(120);
const STATEMENT_WITHIN: Duration = Duration::from_secs(60);
/// Another program may take the port in the moment between.
const TRIES: usize = 3;

/// A server of its own. It ends with this value.
#[derive(Debug)]
pub struct Postgres {
    programs: Programs,
    port: u16,
    running: Mutex<Option<Process>>,
    folder: TempDir,
}

impl Postgres {
    /// Makes a database cluster and starts its server.
    pub fn start(settings: &Settings) -> Result<Self> {
        let programs = Programs::find()?;
        let mut last = None;
        for _ in 0..TRIES {
            let server = Self::new(&programs)?;
            let mut initdb = programs.command("initdb", "KILL");
            initdb
                .args([
                    "--auth=trust",
                    "--encoding=UTF8",
                    "--no-locale",
                    "--no-sync",
                ])
                .arg(format!("--username={USER}"))
                .arg("--pgdata")
                .arg(server.data());
            process::run(initdb, INITDB_WITHIN)?;
            server.configure(&settings.lines())?;
            match server.start_again() {
                Ok(()) => return Ok(server),
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(|| Error::Io(std::io::Error::other("it was never tried"))))
    }

    fn new(programs: &Programs) -> Result<Self> {
        Ok(Self {
            programs: programs.clone(),
            port: port::free(),
            running: Mutex::new(None),
            folder: folder::new("testdb-postgres-", programs.owner)?,
        })
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Adds lines to the server's settings; the last of a name counts.
    fn configure(&self, lines: &str) -> Result<()> {
        use std::io::Write as _;
        let path = self.data().join("postgresql.conf");
        let mut file = File::options().append(true).open(path)?;
        writeln!(file, "\n{lines}port = {}", self.port)?;
        Ok(())
    }

    /// Starts a server that was stopped or killed, on its data and its port, and waits until it answers.
    pub fn start_again(&self) -> Result<()> {
        // That of a killed one stays, and would be read as this one's.
        let state = self.data().join("postmaster.pid");
        if state.is_file() {
            self.forget_shared_memory();
            std::fs::remove_file(&state)?;
        }
        let log = self.folder.path().join("log");
        let log = File::options().create(true).append(true).open(log)?;
        let mut command = self.programs.command("postgres", "QUIT");
        command
            .arg("-D")
            .arg(self.data())
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        let process = Process::start(command)?;
        let id = process.id().to_string();
        let up = process::until("PostgreSQL answers", UP_WITHIN, || {
            if process.ended().is_some() {
                return Err(Error::Failed {
                    program: "postgres".to_owned(),
                    said: process::last_of(&self.log(), 20),
                });
            }
            // Its first line is its process's id, its eighth how far it is.
            let text = std::fs::read_to_string(&state).unwrap_or_default();
            let ours = text.lines().next() == Some(&id);
            let at = text.lines().nth(7).unwrap_or_default().trim();
            Ok((ours && matches!(at, "ready" | "standby")).then_some(()))
        });
        if let Err(error) = up {
            process.kill();
            return Err(error);
        }
        *self.lock() = Some(process);
        Ok(())
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The address of one of its databases.
    pub fn url(&self, database: &str) -> String {
        url_of(&[self], database)
    }

    /// Everything that it logged.
    pub fn log(&self) -> String {
        let bytes = std::fs::read(self.folder.path().join("log")).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Makes a database; its address.
    pub fn create_database(&self, name: &str) -> Result<String> {
        self.sql("postgres", &format!("CREATE DATABASE {}", plain(name)?))?;
        Ok(self.url(name))
    }

    /// Runs statements; their rows, a line each, columns between `|`.
    pub fn sql(&self, database: &str, statements: &str) -> Result<String> {
        let mut psql = self.programs.command("psql", "KILL");
        psql.env_remove("PGOPTIONS")
            .env("PGCONNECT_TIMEOUT", "10")
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"])
            .args(["-d", &self.url(database), "-c", statements])
            .current_dir("/");
        Ok(process::run(psql, STATEMENT_WITHIN)?.trim_end().to_owned())
    }

    /// Changes a setting while it runs.
    pub fn set(&self, name: &str, value: &str) -> Result<()> {
        let value = value.replace('\'', "''");
        // Not in a transaction, so that they are two calls.
        self.sql(
            "postgres",
            &format!("ALTER SYSTEM SET {} = '{value}'", plain(name)?),
        )?;
        self.sql("postgres", "SELECT pg_reload_conf()")?;
        Ok(())
    }

    /// A copy of it that follows it by streaming, under this name, with a slot so that it misses nothing.
    /// It answers reads as soon as this returns.
    pub fn standby(&self, name: &str) -> Result<Self> {
        self.standby_at(name, port::free())
    }

    /// The same at a port that is known: that of a server that is gone, and which it takes the place of.
    pub fn standby_at(&self, name: &str, port: u16) -> Result<Self> {
        let mut standby = Self::new(&self.programs)?;
        standby.port = port;
        let mut copy = self.programs.command("pg_basebackup", "KILL");
        copy.arg("-D")
            .arg(standby.data())
            .args([
                "-d",
                &format!("{}&application_name={}", self.url("postgres"), plain(name)?),
            ])
            .args(["-R", "-X", "stream", "-C", "-S", name])
            .args(["--checkpoint=fast", "--no-sync"])
            .current_dir("/");
        process::run(copy, INITDB_WITHIN)?;
        // What was changed in the original while it ran is not the copy's business, where it follows is.
        standby.configure(&format!("cluster_name = '{name}'\n"))?;
        standby.start_again()?;
        Ok(standby)
    }

    /// Makes every COMMIT wait until this standby has it on its disk too. Returns when it does.
    pub fn wait_for_standby(&self, name: &str) -> Result<()> {
        self.set(
            "synchronous_standby_names",
            &format!("FIRST 1 ({})", plain(name)?),
        )?;
        let asked = format!(
            "SELECT count(*) FROM pg_stat_replication \
             WHERE application_name = '{name}' AND sync_state = 'sync'"
        );
        process::until("the standby is synchronous", UP_WITHIN, || {
            Ok((self.sql("postgres", &asked)? == "1").then_some(()))
        })
    }

    /// Ends a standby's following: from now on it takes writes.
    pub fn promote(&self) -> Result<()> {
        let done = self.sql("postgres", "SELECT pg_promote(true, 30)")?;
        if done == "t" {
            return Ok(());
        }
        Err(Error::Failed {
            program: "pg_promote".to_owned(),
            said: process::last_of(&self.log(), 20),
        })
    }

    /// A power cut: server and sessions are gone in the same moment.
    pub fn kill(&self) {
        if let Some(process) = self.lock().take() {
            process.kill();
        }
    }

    /// It hangs with all its sessions: connections stand, nothing is answered.
    pub fn pause(&self) {
        if let Some(process) = self.lock().as_ref() {
            process.signal_all(Signal::STOP);
        }
    }

    /// Lets it go on.
    pub fn resume(&self) {
        if let Some(process) = self.lock().as_ref() {
            process.signal_all(Signal::CONT);
        }
    }

    /// Ends it in order; sessions are broken off.
    pub fn stop(&self) {
        if let Some(process) = self.lock().take() {
            process.end(Signal::INT);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Process>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A killed server leaves a piece of shared memory of the machine's, named in its seventh line.
    fn forget_shared_memory(&self) {
        let state = std::fs::read_to_string(self.data().join("postmaster.pid"));
        let state = state.unwrap_or_default();
        let line = state.lines().nth(6).unwrap_or_default();
        if let Some(id) = line.split_whitespace().nth(1) {
            let mut command = Command::new("ipcrm");
            command.args(["-m", id]);
            // Nothing is lost where it stays.
            let _ = process::run(command, STATEMENT_WITHIN);
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let process = self.lock().take();
        if let Some(process) = process {
            // It may be paused.
            process.signal_all(Signal::CONT);
            process.end(Signal::QUIT);
        }
        self.forget_shared_memory();
    }
}

/// The address of a database that one of these servers has, whichever takes writes.
pub fn url_of(servers: &[&Postgres], database: &str) -> String {
    let hosts = servers.iter().map(|one| format!("127.0.0.1:{}", one.port));
    let hosts: Vec<_> = hosts.collect();
    format!(
        "postgres://{USER}@{}/{database}?sslmode=disable",
        hosts.join(",")
    )
}

/// A name that may stand in a statement as it is.
fn plain(name: &str) -> Result<&str> {
    let good =
        |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    if !name.is_empty() && name.chars().all(good) {
        Ok(name)
    } else {
        Err(Error::Name(name.to_owned()))
    }
}
