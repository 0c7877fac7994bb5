//! A foreign server: its process, and in what it differs from PKB.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::mpsc;

/// How long one may take to start.
const STARTS_WITHIN: Duration = Duration::from_secs(60);

/// A server at work, on a port that the system chose. Dropped, it is killed.
pub(super) struct Server {
    pub(super) url: String,
    pub(super) ways: Ways,
    _process: Child,
}

/// In what it differs from PKB.
#[derive(Clone, Copy)]
pub(super) struct Ways {
    pub(super) authorize: &'static str,
    pub(super) token: &'static str,
    pub(super) userinfo: &'static str,
    /// What it is asked for in the place of `PATIENT`.
    pub(super) scope: &'static str,
    /// Whether it takes no client without a secret. Any will do.
    pub(super) wants_secret: bool,
}

impl Server {
    /// `oidc-provider-mock` of `PyPI`.
    pub(super) async fn oidc_provider_mock(more: &[&str]) -> Self {
        let program = root().join("target/test-tools/python/bin/oidc-provider-mock");
        let mut command = Command::new(program);
        command.args(["--host", "127.0.0.1", "--port", "0"]);
        command.args(more);
        let ways = Ways {
            authorize: "/oauth2/authorize",
            token: "/oauth2/token",
            userinfo: "/userinfo",
            scope: "openid profile email",
            wants_secret: true,
        };
        Self::start(command, ways).await
    }

    /// `oauth2-mock-server` of npm.
    pub(super) async fn oauth2_mock_server() -> Self {
        let mut command = Command::new("node");
        command.arg("tools/node_modules/oauth2-mock-server/dist/oauth2-mock-server.mjs");
        command.args(["-a", "127.0.0.1", "-p", "0"]);
        let ways = Ways {
            authorize: "/authorize",
            token: "/token",
            userinfo: "/userinfo",
            scope: "PATIENT",
            wants_secret: false,
        };
        Self::start(command, ways).await
    }

    async fn start(mut command: Command, ways: Ways) -> Self {
        command.current_dir(root()).kill_on_drop(true);
        command.stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = command.spawn().expect("scripts/test pkb installs it");
        let (tell, mut told) = mpsc::unbounded_channel();
        tokio::spawn(listen(process.stdout.take().unwrap(), tell.clone()));
        tokio::spawn(listen(process.stderr.take().unwrap(), tell));
        let url = tokio::time::timeout(STARTS_WITHIN, told.recv()).await;
        Self {
            url: url.expect("it starts").expect("it says where it is"),
            ways,
            _process: process,
        }
    }
}

/// Reads what a process says to its end, so that it never waits for us, and tells the address in it.
async fn listen(from: impl AsyncRead + Unpin, tell: mpsc::UnboundedSender<String>) {
    let mut lines = BufReader::new(from).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        if let Some((_, after)) = line.split_once(" on http://127.0.0.1:") {
            let port: String = after.chars().take_while(char::is_ascii_digit).collect();
            // It is told once; later nobody asks.
            drop(tell.send(format!("http://127.0.0.1:{port}")));
        }
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
