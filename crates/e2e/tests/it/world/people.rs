//! The PKB sandbox that `up` runs: who can sign in there, what they decide without a browser, and its controls.

use super::watch::Watch;
use serde_json::{Value, json};

/// Where the sandbox's controls stand.
const CONTROLS: &str = "/sandbox/v1/pkb";

/// The sandbox, by its people.
#[derive(Clone)]
pub(crate) struct People {
    pub(crate) base: String,
    all: Vec<Person>,
    http: reqwest::Client,
    watch: Watch,
}

/// A patient who can sign in there.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    /// With the title.
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) password: String,
    pub(crate) public_id: String,
    /// Ten digits; not everybody has one.
    pub(crate) nhs_number: Option<String>,
}

impl People {
    /// Those of whom a line of `--json` told. Whatever it says of them may stand in no log.
    pub(crate) fn of(http: reqwest::Client, told: &Value, watch: Watch) -> Self {
        let text = |value: &Value, name: &str| value[name].as_str().unwrap().to_owned();
        watch.secret(&text(told, "systemClientSecret"));
        let all = told["patients"].as_array().unwrap().iter();
        let all = all.map(|told| Person {
            name: text(told, "name"),
            email: text(told, "email"),
            password: text(told, "password"),
            public_id: text(told, "publicId"),
            nhs_number: told["nhsNumber"].as_str().map(str::to_owned),
        });
        let all: Vec<_> = all.collect();
        for person in &all {
            for secret in [
                &person.name,
                &person.email,
                &person.password,
                &person.public_id,
            ] {
                watch.secret(secret);
            }
            if let Some(number) = &person.nhs_number {
                watch.secret(number);
            }
        }
        Self {
            base: text(told, "url"),
            all,
            http,
            watch,
        }
    }

    /// Those who can sign in.
    pub(crate) fn all(&self) -> &[Person] {
        &self.all
    }

    /// Whoever's e-mail address begins so.
    pub(crate) fn person(&self, front: &str) -> &Person {
        let found = self.all.iter().find(|who| who.email.starts_with(front));
        found.unwrap_or_else(|| panic!("nobody is called {front}"))
    }

    /// Somebody says yes; where their browser goes then.
    pub(crate) async fn approve(&self, grant_url: &str, person: &Person) -> String {
        self.decide(grant_url, person, "approve").await
    }

    /// Somebody says no; where their browser goes then.
    pub(crate) async fn deny(&self, grant_url: &str, person: &Person) -> String {
        self.decide(grant_url, person, "deny").await
    }

    async fn decide(&self, grant_url: &str, person: &Person, decision: &str) -> String {
        let asked = json!({ "url": grant_url, "email": person.email, "decision": decision });
        let told = self.control("/approvals", &asked).await;
        let location = told["location"].as_str().unwrap().to_owned();
        for name in ["code", "state"] {
            if let Some(secret) = parameter(&location, name) {
                self.watch.secret(&secret);
            }
        }
        location
    }

    /// Tells the sandbox to behave otherwise.
    pub(crate) async fn change(&self, change: Value) {
        self.control("", &change).await;
    }

    /// Lets it behave as usual.
    pub(crate) async fn as_usual(&self) {
        self.control("/reset", &json!({})).await;
    }

    /// Ends somebody's sessions: `expired` or `invalid`.
    pub(crate) async fn end_sessions(&self, person: &Person, how: &str) {
        let asked = json!({ "publicId": person.public_id, "how": how });
        let told = self.control("/sessions/end", &asked).await;
        assert!(told["ended"].as_u64() >= Some(1), "{told}");
    }

    /// How often something happened there so far: `refreshed`, `reused`, `code-exchanged` …
    pub(crate) async fn count(&self, what: &str) -> u64 {
        let log = self.http.get(format!("{}{CONTROLS}/log", self.base));
        let log: Value = log.send().await.unwrap().json().await.unwrap();
        log["counts"][what].as_u64().unwrap_or(0)
    }

    async fn control(&self, path: &str, body: &Value) -> Value {
        let to = format!("{}{CONTROLS}{path}", self.base);
        let answer = self.http.post(to).json(body).send().await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert_eq!(status, 200, "{path}: {text}");
        serde_json::from_str(&text).unwrap()
    }
}

/// A parameter in an address's query.
pub(crate) fn parameter(url: &str, name: &str) -> Option<String> {
    let (_, query) = url.split_once('?')?;
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.find(|(found, _)| *found == name)?;
    Some(value.to_owned())
}
