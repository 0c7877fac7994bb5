//! `baton doctor`: what is wrong, what it means, what to do.

mod attachments;
mod database;
mod gateway;
mod pkb;

use crate::args::{GatewayDoctor, Storage};
use crate::output;
use crate::storage::rows::Rows;
use crate::storage::{BLOBS, BlobPlace, DATABASE, Database, Place};
use crate::up::PLATFORM_DIR;
use crate::up::sdk_dir::Connection;
use httpkit::clock::SystemClock;
use jiff::{SignedDuration, Timestamp};
use model::Clock as _;
use sdk::{Error, FhirClient, PartnerClient};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::time::Duration;
use toolbar::State;

/// Less free space than this is worth a word: a day's large messages.
const LOW_DISK: u64 = 2_000_000_000;
/// A clock that differs by more makes sign-in fail.
const SKEW: SignedDuration = SignedDuration::from_secs(20);

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    Good,
    Warning,
    Bad,
}

#[derive(Serialize)]
struct Check {
    #[serde(rename = "check")]
    of: &'static str,
    verdict: Verdict,
    found: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<String>,
}

impl Check {
    fn good(of: &'static str, found: impl Into<String>) -> Self {
        Self {
            of,
            verdict: Verdict::Good,
            found: found.into(),
            advice: None,
        }
    }

    fn is_good(&self) -> bool {
        self.verdict == Verdict::Good
    }

    fn warning(of: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            of,
            verdict: Verdict::Warning,
            found: found.into(),
            advice: Some(advice.into()),
        }
    }

    fn bad(of: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            of,
            verdict: Verdict::Bad,
            found: found.into(),
            advice: Some(advice.into()),
        }
    }
}

/// Looks at everything, prints what it found, and fails when something is bad.
pub(crate) async fn run(folder: &Path, storage: &Storage, json: bool) -> anyhow::Result<()> {
    let mut checks = Vec::new();
    let shared = storage.database_url.is_some();
    // A node on a server and a bucket may have no folder at all.
    if !shared || folder.is_dir() {
        checks.extend([folder_check(folder), disk(folder)]);
    }
    let place = Place::of(&platform_folder(folder), storage)?;
    data(&place, &mut checks).await;
    match Connection::read(folder) {
        Ok(connection) => environment(folder, &connection, &mut checks).await?,
        // A node of a production platform: toolbars and record systems are elsewhere.
        Err(_) if shared || folder.join(DATABASE).is_file() => {}
        Err(error) => checks.push(Check::bad(
            "environment",
            error.to_string(),
            "start `baton up`, or name its folder with --data-dir",
        )),
    }
    told(&checks, json)
}

/// The same of a gateway.
pub(crate) async fn gateway(args: GatewayDoctor, json: bool) -> anyhow::Result<()> {
    let folder = &args.data.data_dir;
    let mut checks = Vec::new();
    if args.data.database_url.is_none() || folder.is_dir() {
        checks.extend([folder_check(folder), disk(folder)]);
    }
    gateway::check(&args, &mut checks).await?;
    told(&checks, json)
}

fn told(checks: &[Check], json: bool) -> anyhow::Result<()> {
    if json {
        output::json(&checks)?;
    } else {
        show(checks);
    }
    let bad = checks
        .iter()
        .filter(|check| check.verdict == Verdict::Bad)
        .count();
    anyhow::ensure!(bad == 0, "{bad} of {} checks failed", checks.len());
    Ok(())
}

/// The platform's folder in an environment's, or the folder itself.
fn platform_folder(folder: &Path) -> PathBuf {
    let inside = folder.join(PLATFORM_DIR);
    if inside.is_dir() {
        inside
    } else {
        folder.to_owned()
    }
}

/// Database and blobs, where there are any.
async fn data(place: &Place, checks: &mut Vec<Check>) {
    let there = match &place.database {
        Database::File(file) => file.is_file(),
        Database::Server(_) => true,
    };
    // Without rows, blobs are compared with their hashes alone.
    let rows = if there && database::check(place, checks).await {
        Rows::open(place).await.ok()
    } else {
        None
    };
    let blobs = match &place.blobs {
        BlobPlace::Folder(blobs) => blobs.is_dir() || *blobs != place.folder.join(BLOBS),
        BlobPlace::Bucket(_) => true,
    };
    if blobs {
        checks.push(attachments::check(place, rows.as_ref()).await);
    }
}

fn show(checks: &[Check]) {
    for check in checks {
        let mark = match check.verdict {
            Verdict::Good => "ok  ",
            Verdict::Warning => "warn",
            Verdict::Bad => "BAD ",
        };
        output::line(&format!("{mark}  {:<13}{}", check.of, check.found));
        if let Some(advice) = &check.advice {
            output::line(&format!("      {:<13}→ {advice}", ""));
        }
    }
}

/// Whether the folder can be written.
fn folder_check(folder: &Path) -> Check {
    let probe = folder.join(".doctor");
    let written = std::fs::write(&probe, b"x").and_then(|()| std::fs::remove_file(&probe));
    let shown = folder.display().to_string();
    match written {
        Ok(()) => Check::good("data folder", shown),
        Err(error) => Check::bad(
            "data folder",
            format!("{shown}: {error}"),
            "give this user the right to write there, or choose another folder with --data-dir",
        ),
    }
}

fn disk(folder: &Path) -> Check {
    match rustix::fs::statvfs(folder) {
        Ok(found) => {
            let free = found.f_bavail.saturating_mul(found.f_frsize);
            let shown = format!("{} GB free", free / 1_000_000_000);
            if free < LOW_DISK {
                Check::warning(
                    "disk",
                    shown,
                    "make room: a full disk refuses new messages with 503 (none is lost)",
                )
            } else {
                Check::good("disk", shown)
            }
        }
        Err(error) => Check::warning(
            "disk",
            error.to_string(),
            "check that the folder is on a local disk",
        ),
    }
}

async fn environment(
    folder: &Path,
    connection: &Connection,
    checks: &mut Vec<Check>,
) -> anyhow::Result<()> {
    let http = httpkit::outbound::client(Some(Duration::from_secs(5)))?;
    checks.push(platform(&http, &connection.platform_url, &connection.api_key).await?);
    checks.push(clock(&http, &connection.platform_url).await);
    if let Some(running) = &connection.gateway {
        checks.push(gateway::answers(&http, running).await);
    }
    if let Some(running) = &connection.pkb {
        checks.push(pkb::answers(&http, &running.url.parse()?).await);
    }
    checks.push(test_pas(&http, connection).await?);
    checks.push(toolbar(folder).await);
    Ok(())
}

async fn platform(http: &reqwest::Client, url: &str, key: &str) -> anyhow::Result<Check> {
    let partner = PartnerClient::new(http.clone(), url, key)?;
    Ok(match partner.test().await {
        Ok(()) => Check::good(
            "platform",
            format!("{url} answers, and the API key is good"),
        ),
        Err(Error::Refused(refusal)) if refusal.status == 401 => Check::bad(
            "platform",
            format!("{url} does not know the API key"),
            "give it a key of that platform; of `up`: end the other environment that listens there",
        ),
        Err(Error::Refused(refusal)) => Check::bad(
            "platform",
            format!("{url}: {refusal}"),
            "look at its log for that instance",
        ),
        Err(_) => Check::bad(
            "platform",
            format!("nothing answers at {url}"),
            "start `baton up`, or look whether address and network are right",
        ),
    })
}

/// Compares clocks by the platform's `Date` header.
async fn clock(http: &reqwest::Client, url: &str) -> Check {
    let answer = http
        .get(format!("{url}{}", wire::paths::operator::LIVE))
        .send()
        .await;
    let date = answer.ok().and_then(|answer| {
        answer
            .headers()
            .get("date")
            .and_then(|value| value.to_str().ok().map(str::to_owned))
    });
    let Some(there) = date
        .and_then(|text| jiff::fmt::rfc2822::parse(&text).ok())
        .map(|zoned| zoned.timestamp())
    else {
        return Check::warning(
            "clock",
            "the platform could not be asked",
            "see the line above",
        );
    };
    let apart: SignedDuration = SystemClock
        .now()
        .duration_since(Timestamp::min(there, SystemClock.now()));
    if apart > SKEW {
        Check::warning(
            "clock",
            format!("{} s apart from the platform's machine", apart.as_secs()),
            "set both clocks by NTP: toolbars cannot sign in otherwise, and messages expire too early or late",
        )
    } else {
        Check::good("clock", "agrees with the platform's machine")
    }
}

async fn test_pas(http: &reqwest::Client, connection: &Connection) -> anyhow::Result<Check> {
    let records = FhirClient::new(http.clone(), &connection.test_pas_url)?;
    let url = &connection.test_pas_url;
    Ok(match records.current_user().await {
        Ok(Some(user)) => Check::good(
            "Test PAS",
            format!("{url} answers; {} is logged in", user.name),
        ),
        Ok(None) => Check::warning(
            "Test PAS",
            format!("{url} answers; nobody is logged in"),
            format!("log in there with {}", connection.spine_user_id),
        ),
        Err(_) => Check::bad(
            "Test PAS",
            format!("nothing answers at {url}"),
            "start `baton up`",
        ),
    })
}

async fn toolbar(folder: &Path) -> Check {
    let control = super::toolbar::control(&crate::args::DataDir {
        data_dir: folder.to_owned(),
    });
    let state = match &control {
        Ok(control) => control.state().await.ok(),
        Err(_) => None,
    };
    match state {
        Some(state @ State::Online { .. }) => {
            Check::good("toolbar", super::toolbar::describe(&state))
        }
        Some(state) => Check::warning(
            "toolbar",
            super::toolbar::describe(&state),
            "instant messages wait, and turn into standard ones after 10 minutes",
        ),
        None => Check::bad("toolbar", "no toolbar answers", "start `baton up`"),
    }
}
