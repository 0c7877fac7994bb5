//! One `up` whose process dies once by its plan, and a product that does what the guide says: enters again what had
//! no answer, under the same id.

use crate::world::command::Baton;
use crate::world::listener::Listener;
use crate::world::product::{Product, standing};
use crate::world::program::Program;
use crate::world::records::Records;
use crate::world::watch::Watch;
use crate::world::{UP, message};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// This is for a machine that is busy.
const LIMIT: Duration = Duration::from_secs(120);
const PAUSE: Duration = Duration::from_millis(60);
/// Two patients of the shipped file.
const PATIENTS: [&str; 2] = ["9547852140", "9999561152"];
const MESSAGES: usize = 5;

/// A run.
pub(super) struct Life {
    pub(super) deaths: u64,
    program: Option<Program>,
    product: Product,
    records: Records,
    baton: Baton,
    listener: Listener,
    watch: Watch,
    platform: String,
    /// In the order of their entry.
    messages: Vec<Value>,
    starts: usize,
    folder: tempfile::TempDir,
}

fn client() -> reqwest::Client {
    httpkit::outbound::client(Some(Duration::from_secs(20))).unwrap()
}

impl Life {
    /// Starts it with a plan; what dies by it is started again without.
    pub(super) async fn begin(plan: &str) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("baton-gateway-crash-")
            .tempdir()
            .unwrap();
        let watch = Watch::default();
        let mut life = Self {
            deaths: 0,
            program: None,
            product: Product::new(
                client(),
                "",
                "no-key-yet",
                "demo-practitioner",
                watch.clone(),
            ),
            records: Records::new(client(), ""),
            baton: Baton::on(&folder.path().join("up")),
            listener: Listener::start().await,
            watch,
            platform: String::new(),
            messages: Vec::new(),
            starts: 0,
            folder,
        };
        life.start(Some(plan));
        life.revive();
        life
    }

    fn start(&mut self, plan: Option<&str>) {
        self.starts += 1;
        let up = self.folder.path().join("up");
        let words = UP.into_iter().chain(["--data-dir", up.to_str().unwrap()]);
        let words: Vec<_> = words.map(str::to_owned).collect();
        let environment: Vec<_> = plan
            .map(|plan| ("BATON_FAULT_POINTS", plan))
            .into_iter()
            .collect();
        let log = self.folder.path().join(format!("up-{}.log", self.starts));
        let program = Program::start(&words, &environment, &log, self.watch.clone());
        let program = self.program.insert(program);
        if let Ok(ready) = program.ready_or_ended() {
            self.meet(&ready);
        }
    }

    fn meet(&mut self, ready: &Value) {
        // A connection to a process that is gone would fail the next call to its successor.
        self.product = Product::of(client(), &ready["gateway"], self.watch.clone());
        self.records = Records::new(client(), ready["testPas"]["url"].as_str().unwrap());
        ready["platform"]["url"]
            .as_str()
            .unwrap()
            .clone_into(&mut self.platform);
    }

    /// Starts it again if it has died.
    fn revive(&mut self) {
        while self
            .program
            .as_mut()
            .is_none_or(|program| program.ended().is_some())
        {
            self.deaths += 1;
            if let Some(mut program) = self.program.take() {
                program.kill();
            }
            assert!(self.deaths < 3, "it dies without a plan");
            self.start(None);
        }
    }

    /// Does something until it has an answer, whatever dies meanwhile.
    async fn insist<T>(&mut self, what: &str, act: impl AsyncFn(&mut Self) -> Option<T>) -> T {
        let end = Instant::now() + LIMIT;
        loop {
            if let Some(done) = act(self).await {
                return done;
            }
            assert!(Instant::now() < end, "not within {LIMIT:?}: {what}");
            tokio::time::sleep(PAUSE).await;
            self.revive();
        }
    }

    /// The answer to a call, if one came whole.
    async fn call(
        &self,
        method: reqwest::Method,
        path: &str,
        body: &Value,
    ) -> Option<(u16, Value)> {
        let request = self.product.call(method, path).json(body);
        let answer = request.send().await.ok()?;
        let status = answer.status().as_u16();
        let text = answer.text().await.ok()?;
        Some((status, serde_json::from_str(&text).unwrap_or_default()))
    }

    /// An access code that is taken, and an endpoint that is told.
    pub(super) async fn authorise(&mut self) {
        self.insist("the user is authorised", async |life: &mut Self| {
            let code = life
                .baton
                .run(&["toolbar", "code", "--json"])
                .await
                .json_if_any()?;
            let body = json!({ "accessCode": code["accessCode"] });
            let path = "/v1/users/demo-practitioner/authorisation";
            let (status, _) = life.call(reqwest::Method::POST, path, &body).await?;
            (status == 200).then_some(())
        })
        .await;
        self.insist("an endpoint is added", async |life: &mut Self| {
            let body = json!({ "url": life.listener.url });
            let (status, said) = life
                .call(reqwest::Method::POST, "/v1/webhooks", &body)
                .await?;
            life.listener
                .trust(said["secret"].as_str().filter(|_| status == 201)?);
            Some(())
        })
        .await;
    }

    /// Messages about two patients, each until it is answered with 202.
    pub(super) async fn enter(&mut self) {
        for number in 0..MESSAGES {
            let mut message = self.product.small(&format!("marker-of-crash-{number}"));
            message["nhsNumber"] = json!(PATIENTS[number % PATIENTS.len()]);
            self.messages.push(message.clone());
            self.insist("a message is entered", async |life: &mut Self| {
                let (status, said) = life
                    .call(reqwest::Method::POST, "/v1/messages", &message)
                    .await?;
                assert!([202, 503].contains(&status), "{said}");
                (status == 202).then_some(())
            })
            .await;
        }
    }

    async fn message(&self, id: &str) -> Option<Value> {
        let path = format!("/v1/messages/{id}");
        let (status, said) = self.call(reqwest::Method::GET, &path, &json!({})).await?;
        assert_ne!(status, 404, "lost: {id}");
        (status == 200).then_some(said)
    }

    /// Waits until all are in the record, and all of it was told. Leases of those who died end with time, which is
    /// moved on only while something waits for it.
    pub(super) async fn home(&mut self) {
        let ids: Vec<_> = self.messages.iter().map(message::id).collect();
        for id in ids {
            let begun = Instant::now();
            self.insist(
                &format!("{id} is in the record"),
                async |life: &mut Self| {
                    let found = life.message(&id).await?;
                    let stands = standing(&found);
                    assert!(!stands.starts_with("refused"), "{found}");
                    let taken = stands.starts_with("accepted");
                    if !taken && begun.elapsed() > Duration::from_secs(2) {
                        life.advance("1m").await;
                    }
                    // The toolbar died with the others: what it had may be filed by hand.
                    let by_hand = [
                        "accepted / PENDING / Failed instant message import",
                        "accepted / PENDING / Instant message timed out",
                    ];
                    if by_hand.contains(&stands.as_str()) {
                        life.review(&id).await;
                    }
                    stands.starts_with("accepted / COMPLETED").then_some(())
                },
            )
            .await;
        }
    }

    async fn advance(&self, by: &str) {
        let url = format!("{}/sandbox/v1/clock", self.platform);
        // It may just be dying.
        let _ = self
            .product
            .http
            .post(url)
            .json(&json!({ "advance": by }))
            .send()
            .await;
    }

    async fn review(&self, id: &str) {
        let inbox = self.baton.run(&["toolbar", "inbox", "--json"]).await;
        let inbox = inbox.json_if_any().unwrap_or_default();
        let none = Vec::new();
        let messages = inbox["messages"].as_array().unwrap_or(&none);
        let found = messages.iter().find(|message| message["messageId"] == id);
        if let Some(reference) = found.and_then(|found| found["messageRef"].as_str()) {
            self.baton.run(&["toolbar", "import", reference]).await;
        }
    }

    /// Each once in the record, in the order of entry for each patient, and told.
    pub(super) async fn count(&mut self) {
        let mut last = [jiff::Timestamp::MIN; PATIENTS.len()];
        let messages = self.messages.clone();
        for (number, sent) in messages.iter().enumerate() {
            let id = message::id(sent);
            let found = self.message(&id).await.unwrap();
            assert_eq!(self.records.documents_of(&id).await.len(), 1, "{id}");
            // As texts they would not compare: trailing zeros are left out.
            let accepted: jiff::Timestamp = found["acceptedAt"].as_str().unwrap().parse().unwrap();
            let before = &mut last[number % PATIENTS.len()];
            assert!(*before <= accepted, "{id} overtook an earlier one");
            *before = accepted;
            let begun = Instant::now();
            self.insist(&format!("{id} was told"), async |life: &mut Self| {
                if begun.elapsed() > Duration::from_secs(2) {
                    life.advance("1m").await;
                }
                let told = life.listener.told(&id);
                let all = ["message.queued", "message.accepted"];
                let all = all.iter().all(|what| told.iter().any(|told| told == what));
                let end = told.iter().any(|told| told.contains("COMPLETED"));
                (all && end).then_some(())
            })
            .await;
        }
        assert!(self.listener.posts().iter().all(|post| post.genuine));
        let list = self
            .call(reqwest::Method::GET, "/v1/messages", &json!({}))
            .await
            .unwrap()
            .1;
        assert_eq!(list["messages"].as_array().unwrap().len(), MESSAGES);
        let ended = self.program.as_mut().unwrap().end();
        assert_eq!(ended.expect("it had to be killed").code(), Some(0));
        self.program = None;
        let file = self.folder.path().join("up/gateway/gateway.sqlite");
        crate::crash::count::sound(&file);
    }
}
