//! The second act: a patient signs up in the patient app, lets it in at the PKB sandbox, and sees their details; the
//! product is told and reads the record.

mod earlier;

use super::browser::{Browser, Page};
use super::form::Form;
use super::{PATIENCE, Play, words};
use crate::exit::{from_sdk, refused};
use crate::pkb::{PkbAccess, PkbPatient};
use anyhow::Context as _;
use httpkit::entropy::OsEntropy;
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};
use url::Url;
use wire::gateway::patients;

const LINKED: &str = "patient.linked";
/// Letters and digits that cannot be mistaken for each other.
const ALPHABET: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";

/// A patient who is linked now.
pub(super) struct Done {
    email: String,
    password: String,
    app_user_id: String,
    public_id: String,
    approve_to_linked: Duration,
    told: Vec<String>,
}

impl Done {
    /// For `--json`.
    pub(super) fn shown(&self) -> Value {
        json!({
            "appUserId": self.app_user_id,
            "publicId": self.public_id,
            "approveToLinkedMillis": millis(self.approve_to_linked),
            "webhooks": self.told,
        })
    }

    /// What a person may look at now.
    pub(super) fn after(&self, app: &str) -> String {
        format!(
            "  As the patient: {app}/sign-in (sign in as {}, password {})",
            self.email, self.password
        )
    }
}

impl Play {
    /// Plays it. The patient stays linked, to be looked at, until the next demo.
    pub(super) async fn link(
        &mut self,
        folder: &Path,
        app: &str,
        pkb: &PkbAccess,
    ) -> anyhow::Result<Done> {
        let earlier = earlier::forget(folder, &self.gateway).await?;
        let person = earlier::choose(&self.gateway, pkb, &self.connection.nhs_number)
            .await?
            .clone();
        let email = format!("demo-{}@example.com", chance(8));
        let password = format!("{}-{}-{}", chance(5), chance(5), chance(5));
        let mut browser = Browser::new()?;
        self.sign_up(&mut browser, app, &email, &password).await?;
        let (page, approve) = self.connect(&mut browser, app, &person).await?;
        let approved = Instant::now();
        let page = browser.send(&page, &approve).await?;
        let approve_to_linked = approved.elapsed();
        if !page.url.path().ends_with("/connected") {
            let why = page.url.query_pairs().find(|(name, _)| name == "why");
            let why = why.map_or_else(String::new, |(_, why)| format!(": {why}"));
            return Err(refused(format!("not linked, at {}{why}", page.place())));
        }
        self.timeline.step(
            "back in the app, linked",
            &format!("Approve → linked: {} ms", millis(approve_to_linked)),
        );
        let (app_user_id, told) = self.until_linked(earlier.as_deref()).await?;
        earlier::note(folder, &app_user_id)?;
        self.see(&mut browser, app, &person).await?;
        self.read(&app_user_id, &person).await?;
        Ok(Done {
            email,
            password,
            app_user_id,
            public_id: person.public_id,
            approve_to_linked,
            told,
        })
    }

    async fn sign_up(
        &mut self,
        browser: &mut Browser,
        app: &str,
        email: &str,
        password: &str,
    ) -> anyhow::Result<()> {
        let page = browser.open(at(app, "/sign-up")?).await?;
        let form = page
            .form("/sign-up")?
            .fill("email", email)
            .fill("password", password)
            .tick();
        let page = browser.send(&page, &form).await?;
        good(&page)?;
        self.timeline
            .step("a patient signs up in the patient app", email);
        Ok(())
    }

    /// From the app to PKB's page; that page, and its form filled in.
    async fn connect(
        &mut self,
        browser: &mut Browser,
        app: &str,
        person: &PkbPatient,
    ) -> anyhow::Result<(Page, Form)> {
        let page = browser.open(at(app, "/connect")?).await?;
        good(&page)?;
        self.timeline.step(
            "the app says what will be shared",
            "on to Patients Know Best (the sandbox)",
        );
        let form = page.form("/connect")?.tick();
        let page = browser.send(&page, &form).await?;
        good(&page)?;
        let form = page.form(wire::pkb::paths::AUTHORIZE)?;
        self.timeline.step(
            "PKB says who asks, and for what",
            &format!("{} by {}", crate::pkb::PRODUCT, crate::pkb::OWNER),
        );
        let form = form
            .fill("email", &person.email)
            .fill("password", &person.password)
            .press("approve");
        self.timeline.step(
            "the patient signs in and approves",
            &format!("{}, {}", person.name, person.email),
        );
        Ok((page, form))
    }

    /// Listens until a webhook tells of the link: of whom, and all that came. What comes of an earlier demo's
    /// patient is not of this story.
    async fn until_linked(
        &mut self,
        earlier: Option<&str>,
    ) -> anyhow::Result<(String, Vec<String>)> {
        let end = Instant::now() + PATIENCE;
        let mut told = Vec::new();
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let Some(event) = self.listener.next(left).await else {
                anyhow::bail!("no webhook said {LINKED} within {} s", PATIENCE.as_secs());
            };
            let patient = event.data.app_user_id.clone();
            let Some(patient) = patient.filter(|patient| Some(patient.as_str()) != earlier) else {
                continue;
            };
            self.timeline
                .step("a webhook arrives, well signed", &words(&event));
            let linked = event.kind == LINKED;
            told.push(event.kind);
            if linked {
                return Ok((patient, told));
            }
        }
    }

    /// The patient's own look.
    async fn see(
        &mut self,
        browser: &mut Browser,
        app: &str,
        person: &PkbPatient,
    ) -> anyhow::Result<()> {
        let page = browser.open(at(app, "/details")?).await?;
        good(&page)?;
        let number = person.nhs_number.as_deref().unwrap_or_default();
        // Between its parts stands whatever the page sets there.
        let digits: String = page.html.chars().filter(char::is_ascii_digit).collect();
        anyhow::ensure!(
            digits.contains(number),
            "{} does not show the NHS number",
            page.place()
        );
        let number = spaced(number);
        self.timeline.step(
            "the patient sees their details",
            &format!("{}, NHS number {number}", person.name),
        );
        Ok(())
    }

    /// The product's.
    async fn read(&mut self, id: &str, person: &PkbPatient) -> anyhow::Result<()> {
        let known = self.gateway.told(self.gateway.sdk.patient(id)).await?;
        let same = known.link.public_id.as_deref() == Some(&person.public_id);
        anyhow::ensure!(
            same && known.link.state == patients::LINKED,
            "the gateway has another record for the patient"
        );
        let path = format!("/fhir/Patient/{}", person.public_id);
        let kind = "application/fhir+json";
        let answer = self.gateway.sdk.read_pkb(id, &path, kind);
        let answer = self.gateway.told(answer).await?;
        let status = answer.status();
        let bytes = answer.read_all().await.map_err(from_sdk)?.len();
        anyhow::ensure!(
            status == 200,
            "PKB answers {status} to the product's reading"
        );
        self.timeline.step(
            "the product reads the record",
            &format!("GET /v1/patients/…/pkb/fhir/Patient/…: {bytes} bytes"),
        );
        Ok(())
    }
}

fn at(app: &str, path: &str) -> anyhow::Result<Url> {
    Url::parse(&format!("{app}{path}")).context("the patient app's address is damaged")
}

fn good(page: &Page) -> anyhow::Result<()> {
    if page.status.is_success() {
        Ok(())
    } else {
        Err(refused(format!("the page at {} was refused", page.place())))
    }
}

fn chance(letters: usize) -> String {
    model::entropy::text(&OsEntropy, ALPHABET, letters)
}

/// As people read it: 3-3-4.
fn spaced(number: &str) -> String {
    let part = |range| number.get(range).unwrap_or_default();
    format!("{} {} {}", part(0..3), part(3..6), part(6..10))
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
