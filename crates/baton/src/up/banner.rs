//! What `up` says when everything is ready.

use super::parts::Parts;
use super::sdk_dir;
use crate::output::{bold, line};
use anyhow::Context as _;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Everything worth saying.
pub(crate) struct Banner<'a> {
    parts: &'a Parts,
    folder: PathBuf,
    took: Duration,
}

impl<'a> Banner<'a> {
    pub(crate) fn new(parts: &'a Parts, folder: &Path, took: Duration) -> anyhow::Result<Self> {
        let folder = folder.canonicalize().context("the data folder is gone")?;
        Ok(Self {
            parts,
            folder,
            took,
        })
    }

    /// The line of contract H.
    pub(crate) fn ready_line(&self) -> Value {
        let connection = &self.parts.connection;
        let practitioner = &self.parts.practitioner;
        json!({
            "ready": true,
            "dataDir": self.folder,
            "sdkDir": self.folder.join(sdk_dir::DIR),
            "platform": { "url": connection.platform_url, "apiKey": connection.api_key },
            "testPas": { "url": connection.test_pas_url },
            "practice": { "odsCode": connection.practice_ods_code },
            "practitioner": { "spineUserId": practitioner.spine_user_id, "name": practitioner.name },
            "gateway": connection.gateway,
            "pkb": connection.pkb,
            "admin": connection.admin,
            "startedInSeconds": self.took.as_secs_f64(),
            "memoryBytes": resident_bytes(),
        })
    }

    /// The same for a person.
    pub(crate) fn print(&self) {
        let Parts {
            connection,
            practitioner,
            practice,
            signed_in,
            ..
        } = self.parts;
        let memory = resident_bytes()
            .map(|bytes| format!(", {} MB of memory", bytes / 1_000_000))
            .unwrap_or_default();
        line(&bold(&format!(
            "Baton is ready in {:.2} s{memory}",
            self.took.as_secs_f64()
        )));
        line("");
        let row = |name: &str, text: &str| line(&format!("  {name:<14}{text}"));
        row(
            "Platform",
            &format!("{0}  (documentation: {0}/docs)", connection.platform_url),
        );
        if let Some(admin) = &connection.admin {
            let (url, user, password) = (&admin.url, &admin.user, &admin.password);
            row(
                "Operators",
                &format!("{url}  (sign in as {user}, password {password})"),
            );
        }
        if let Some(gateway) = &connection.gateway {
            row(
                "Gateway",
                &format!("{0}  (documentation: {0}/docs)", gateway.url),
            );
            row(
                "Console",
                &format!(
                    "{}  (sign in as {}, password {})",
                    gateway.console_url, gateway.console_user, gateway.console_password
                ),
            );
        }
        row(
            "Test PAS",
            &format!(
                "{}  (log in with {})",
                connection.test_pas_url, practitioner.spine_user_id
            ),
        );
        if let Some(app) = connection
            .gateway
            .as_ref()
            .and_then(|it| it.patient_app_url.as_ref())
        {
            row("Patient app", &format!("{app}  (sign up as anybody)"));
        }
        if let Some(pkb) = &connection.pkb {
            let who = pkb
                .to_try(&connection.nhs_number)
                .map_or_else(String::new, |patient| {
                    format!(
                        "  (let the app in as {}, password {})",
                        patient.email, patient.password
                    )
                });
            row("PKB sandbox", &format!("{}{who}", pkb.url));
        }
        row(
            "Practice",
            &format!("{}  {}", practice.ods_code, practice.name),
        );
        let toolbar = if *signed_in {
            format!("{} is signed in", practitioner.name)
        } else {
            "nobody is signed in yet: log in to the Test PAS".to_owned()
        };
        row("Toolbar", &toolbar);
        if let Some(gateway) = &connection.gateway {
            row("Gateway key", &gateway.api_key);
        }
        row("Platform key", &connection.api_key);
        row("SDK", &self.folder.join(sdk_dir::DIR).display().to_string());
        line("");
    }

    /// How to go on.
    pub(crate) fn print_end(&self, after_demo: bool) {
        if !after_demo {
            line("See it work: `baton demo` in another terminal. By hand:");
            line("");
        }
        line(&by_hand(self.parts, &self.folder));
        line("");
        line(&format!(
            "Everything stays up until Ctrl-C; the data stays in {}, the log is its up.log.",
            self.folder.display()
        ));
    }
}

/// The first steps with curl, ready to paste.
fn by_hand(parts: &Parts, folder: &Path) -> String {
    let connection = &parts.connection;
    let (platform, key) = (&connection.platform_url, &connection.api_key);
    let through_gateway = connection.gateway.as_ref().map_or_else(String::new, |gateway| {
        let (url, key, user) = (&gateway.url, &gateway.api_key, &gateway.user_id);
        format!(
            "  # connect a patient's record: sign up, connect, and approve at the PKB sandbox as one of its patients\n  \
             {url}/patient\n  \
             # authorise the gateway for a practitioner: here, with a code of `baton toolbar code --data-dir {}`\n  \
             {url}/authorise/{user}\n  \
             # send a document through it, and follow it into the record\n  \
             baton send LETTER.pdf --to {} --patient {} --wait --data-dir {}\n  \
             # list what went through it, as a product of yours does\n  \
             curl -s {url}/v1/messages -H 'Authorization: Bearer {key}'\n",
            folder.display(),
            connection.practice_ods_code,
            connection.nhs_number,
            folder.display()
        )
    });
    format!(
        "{through_gateway}  # or talk to the platform yourself: is my key good?\n  \
         curl -i {platform}/api/v1/test -H 'ApiKey: {key}'\n  \
         # an access code, as the practitioner reads it from the toolbar, and its token\n  \
         curl -s -X POST {platform}/sandbox/v1/access-code\n  \
         curl -s {platform}/api/v1/messages/instant/access/token -H 'ApiKey: {key}' \\\n       \
         -H 'Content-Type: application/json' -d '{{\"accessCode\":\"CODE\"}}'\n  \
         # what a message looks like, and everything else\n  \
         {platform}/docs"
    )
}

/// The process's resident memory, where the system tells.
fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}
