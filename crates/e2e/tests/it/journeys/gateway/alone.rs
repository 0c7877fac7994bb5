//! `gateway serve` as a program of its own, put together by the command line alone, before the platform of an `up`.

use crate::crash::three::free_port;
use crate::world::command::Baton;
use crate::world::product::Product;
use crate::world::program::Program;
use crate::world::proxy::Proxy;
use crate::world::watch::Watch;
use crate::world::{World, samples, wait};
use serde_json::json;
use std::path::PathBuf;
use std::time::Duration;

/// A gateway with a client system, a product and an operator of its own.
pub(crate) struct Alone {
    pub(crate) program: Option<Program>,
    pub(crate) product: Product,
    /// The operator of this gateway.
    pub(crate) operator: Baton,
    /// Between it and the platform.
    pub(crate) proxy: Proxy,
    pub(crate) folder: tempfile::TempDir,
    /// Its key at the platform.
    pub(crate) platform_key: String,
    words: Vec<String>,
    environment: Vec<(String, String)>,
    watch: Watch,
    starts: usize,
}

impl Alone {
    /// Starts one before the platform of a world.
    pub(crate) async fn beside(world: &World, environment: &[(&str, &str)]) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("baton-gateway-")
            .tempdir()
            .unwrap();
        let at_platform = Baton::on(&world.data().join("platform"));
        let client = ["platform", "client", "add", "Kestrel Lane Pharmacy"];
        let client = at_platform.json(&client).await;
        let id = client["id"].as_str().unwrap();
        let issued = at_platform.json(&["platform", "key", "issue", id]).await;
        let platform_key = issued["apiKey"].as_str().unwrap().to_owned();
        world.watch.secret(&platform_key);
        let key_file = folder.path().join("platform.key");
        std::fs::write(&key_file, format!("{platform_key}\n")).unwrap();

        let proxy = Proxy::before(&world.integrator.base).await;
        let listen = format!("127.0.0.1:{}", free_port());
        let data = folder.path().join("data");
        let words = [
            "gateway",
            "serve",
            "--json",
            "--listen",
            &listen,
            "--platform-url",
            &proxy.url,
            "--platform-key-file",
            key_file.to_str().unwrap(),
            "--allow-private-webhooks",
            "--data-dir",
            data.to_str().unwrap(),
        ];
        let words = words.map(str::to_owned).to_vec();
        let url = format!("http://{listen}");
        let mut alone = Self {
            program: None,
            product: Product::new(
                world.http().clone(),
                &url,
                "not-issued-yet",
                "dr-okafor",
                world.watch.clone(),
            ),
            operator: Baton::on(&data),
            proxy,
            folder,
            platform_key,
            words,
            environment: environment
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            watch: world.watch.clone(),
            starts: 0,
        };
        alone.start();
        let issued = ["gateway", "key", "issue", "the product"];
        let issued = alone.operator.json(&issued).await;
        let key = issued["apiKey"].as_str().unwrap();
        alone.product = alone.product.with_key(key);
        let put = alone
            .product
            .call(reqwest::Method::PUT, "/v1/users/dr-okafor")
            .json(&json!({ "name": "Dr Amara Okafor" }))
            .send()
            .await
            .unwrap();
        assert_eq!(put.status(), 201);
        alone
    }

    /// Where it keeps its data.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The log of its present start.
    pub(crate) fn log(&self) -> PathBuf {
        self.folder
            .path()
            .join(format!("gateway-{}.log", self.starts))
    }

    /// Starts it, with more in its environment if need be.
    pub(crate) fn start(&mut self) {
        self.start_with(&[]);
    }

    /// Starts it with more in its environment; it may die before it is ready.
    pub(crate) fn start_with(&mut self, more: &[(&str, &str)]) -> bool {
        self.starts += 1;
        let environment: Vec<_> = self
            .environment
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .chain(more.iter().copied())
            .collect();
        let program = Program::start(&self.words, &environment, &self.log(), self.watch.clone());
        // A connection to a process that is gone would fail the next call.
        self.product.http = httpkit::outbound::client(Some(Duration::from_secs(60))).unwrap();
        let program = self.program.insert(program);
        program.ready_or_ended().is_ok()
    }

    /// `kill -9`.
    pub(crate) fn kill(&mut self) {
        if let Some(mut program) = self.program.take() {
            program.kill();
        }
    }
}

#[tokio::test]
async fn a_gateway_wired_by_an_operator_survives_a_platform_that_goes_away() {
    let world = World::start().await;
    let mut alone = Alone::beside(&world, &[]).await;
    let ready = ["gateway", "ready", "--url", &alone.product.base.clone()];
    assert_eq!(crate::world::command::run(&ready).await.code, 0);
    alone.product.authorise(&world.access_code().await).await;
    // Nobody is there: not even a connection.
    alone.proxy.lead_to("http://127.0.0.1:9");
    let letter = samples::letter();
    let files: [crate::world::product::File; 1] = [("Letter.pdf", "application/pdf", &letter)];
    let message = alone.product.instant();
    let answer = alone.product.enter_form(&message, &files).await;
    assert_eq!(answer.status, 202, "{answer:?}");
    let id = crate::world::message::id(&message);
    wait::until("it was tried", async || {
        alone.product.message(&id).await["tries"].as_u64() >= Some(1)
    })
    .await;
    let ended = alone.program.as_mut().unwrap().end();
    assert_eq!(ended.expect("it had to be killed").code(), Some(0));
    alone.program = None;
    alone.proxy.lead_to(&world.integrator.base);
    alone.start();
    alone.product.in_the_record(&id).await;
    let filed = world.records.read(&id).await;
    assert_eq!(filed[0].bytes, letter);
    let author = &filed[0].resource["author"][0]["display"];
    assert_eq!(author, "Kestrel Lane Pharmacy");

    // A key that ended is no key; a second server on the folder is refused.
    let keys = alone.operator.json(&["gateway", "key", "list"]).await;
    let key = keys[0]["keyId"].as_str().unwrap();
    alone
        .operator
        .json(&["gateway", "key", "revoke", key])
        .await;
    let answer = alone.product.get("/v1/messages").await;
    assert_eq!(
        (answer.status, answer.problem().as_str()),
        (401, "unauthorized")
    );
    let listen = ["gateway", "serve", "--listen", "127.0.0.1:0"];
    let key_file = alone.folder.path().join("platform.key");
    let words = [
        &listen[..],
        &["--platform-key-file", key_file.to_str().unwrap()],
    ]
    .concat();
    let second = alone.operator.run(&words).await;
    assert_eq!(second.code, 4, "{}", second.err);
    // Without the key that its secrets are sealed under it does not start, and says why.
    alone.kill();
    let kept = alone.data().join("gateway.key");
    std::fs::rename(&kept, alone.folder.path().join("elsewhere.key")).unwrap();
    let lost = alone.operator.run(&words).await;
    assert_eq!(lost.code, 4, "{}", lost.err);
    assert!(!kept.exists(), "no new key was made");
    std::fs::rename(alone.folder.path().join("elsewhere.key"), &kept).unwrap();
    alone.start();
    assert_eq!(alone.product.get("/v1/messages").await.status, 401);
}
