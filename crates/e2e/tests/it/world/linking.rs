//! A gateway node with patients: started, killed, started again; and its product, whose calls may find it dead.

use super::people::Person;
use super::pkb::{CLIENT, Pkb};
use super::program::Program;
use super::watch::Watch;
use crate::crash::three::free_port;
use reqwest::{Method, header};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

/// Longer than the gateway lets anybody wait.
const ANSWERS_WITHIN: Duration = Duration::from_secs(60);

/// A node's place: its port, folder and PKB. It may be running.
pub(crate) struct Node {
    pub(crate) program: Option<Program>,
    pub(crate) url: String,
    pub(crate) data: PathBuf,
    words: Vec<String>,
    environment: Vec<(String, String)>,
    logs: PathBuf,
    starts: usize,
    watch: Watch,
}

/// A patient of the product, who is somebody at PKB.
#[derive(Clone, Debug)]
pub(crate) struct Patient {
    /// The product's own id.
    pub(crate) id: String,
    pub(crate) person: Person,
}

impl Patient {
    /// The `n`th user of a sandbox.
    pub(crate) fn nth(pkb: &Pkb, n: usize) -> Self {
        Self {
            id: format!("app-patient-{n}"),
            person: pkb.people.all()[n].clone(),
        }
    }
}

/// A product's calls. Each has an answer, unless the gateway died.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) base: String,
    pub(crate) key: String,
    http: reqwest::Client,
}

impl Node {
    /// A node that keeps its data in `folder/gateway`; it is not started.
    pub(crate) fn on(folder: &Path, environment: &[(&str, &str)], watch: &Watch) -> Self {
        let port = free_port();
        let data = folder.join("gateway");
        let listen = format!("127.0.0.1:{port}");
        let words = [
            "gateway",
            "serve",
            "--json",
            "--listen",
            &listen,
            "--platform-url",
            "http://127.0.0.1:9",
            "--allow-private-webhooks",
            "--patient-app",
            "--pkb-client-id",
            CLIENT,
            "--data-dir",
            data.to_str().unwrap(),
        ];
        let key = ("BATON_GATEWAY_PLATFORM_KEY", "no-platform-is-asked");
        let environment = environment.iter().copied().chain([key]);
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        Self {
            program: None,
            url: format!("http://{listen}"),
            words: words.map(str::to_owned).to_vec(),
            data,
            environment: environment.map(owned).collect(),
            logs: folder.to_owned(),
            starts: 0,
            watch: watch.clone(),
        }
    }

    /// Where patients come back to.
    pub(crate) fn callback(&self) -> String {
        format!("{}/pkb/callback", self.url)
    }

    /// Starts it before the PKB at `pkb`, with more in its environment; how it ended, if it did before it was ready.
    pub(crate) fn start(&mut self, pkb: &str, more: &[(&str, &str)]) -> Result<(), ExitStatus> {
        self.starts += 1;
        let words = self.words.iter().cloned();
        let words = words.chain(["--pkb-url".to_owned(), pkb.to_owned()]);
        let words: Vec<_> = words.collect();
        let environment: Vec<_> = self
            .environment
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .chain(more.iter().copied())
            .collect();
        let program = Program::start(&words, &environment, &self.log(), self.watch.clone());
        let program = self.program.insert(program);
        program.ready_or_ended().map(drop)
    }

    /// The log of its present start.
    pub(crate) fn log(&self) -> PathBuf {
        self.logs.join(format!("gateway-{}.log", self.starts))
    }

    /// Whether it died by itself.
    pub(crate) fn is_dead(&mut self) -> bool {
        let program = self.program.as_mut();
        program.is_none_or(|program| program.ended().is_some())
    }

    /// `kill -9`, also of one that is dead.
    pub(crate) fn kill(&mut self) {
        if let Some(mut program) = self.program.take() {
            program.kill();
        }
    }

    /// Asks it to end; whether it did, or died of its plan.
    pub(crate) fn end(&mut self) -> bool {
        let mut program = self.program.take().unwrap();
        let dead = program.ended().is_some();
        let ended = program.end().expect("it had to be killed");
        assert!(
            ended.code().is_none_or(|code| code == 0 && !dead),
            "{ended}"
        );
        ended.code() == Some(0)
    }

    /// The product, with a key. New after each start: a connection to a process that is gone would fail a call to its
    /// successor.
    pub(crate) fn app(&self, key: &str) -> App {
        self.watch.secret(key);
        App {
            base: self.url.clone(),
            key: key.to_owned(),
            http: httpkit::outbound::client(Some(ANSWERS_WITHIN)).unwrap(),
        }
    }
}

impl App {
    /// An answer that came whole.
    pub(crate) async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Option<(u16, Value)> {
        let call = self.http.request(method, format!("{}{path}", self.base));
        let call = call.bearer_auth(&self.key);
        let call = match body {
            Some(body) => call.json(&body),
            None => call,
        };
        let answer = call.send().await.ok()?;
        let status = answer.status().as_u16();
        let text = answer.text().await.ok()?;
        Some((status, serde_json::from_str(&text).unwrap_or_default()))
    }

    /// Makes the patient known.
    pub(crate) async fn put(&self, patient: &Patient) -> Option<()> {
        let path = format!("/v1/patients/{}", patient.id);
        let (status, said) = self.call(Method::PUT, &path, None).await?;
        assert!([200, 201].contains(&status), "{said}");
        Some(())
    }

    /// Where the link stands.
    pub(crate) async fn link(&self, patient: &Patient) -> Option<Value> {
        let path = format!("/v1/patients/{}", patient.id);
        let (status, mut said) = self.call(Method::GET, &path, None).await?;
        assert_eq!(status, 200, "{said}");
        Some(said["link"].take())
    }

    /// Reads the patient's record; the status, with the problem if there is one, and why if it can't be had now.
    pub(crate) async fn read(&self, patient: &Patient) -> Option<(u16, String)> {
        let Patient { id, person } = patient;
        let public_id = &person.public_id;
        let path = format!("/v1/patients/{id}/pkb/fhir/Patient/{public_id}");
        let (status, said) = self.call(Method::GET, &path, None).await?;
        if status == 200 {
            assert_eq!(said["id"], public_id.as_str(), "somebody else's record");
        }
        let problem = said["type"].as_str().unwrap_or_default();
        let mut problem = problem.rsplit('/').next().unwrap().to_owned();
        if status == 503 {
            problem = format!("{problem}: {}", said["detail"]);
        }
        Some((status, problem))
    }

    /// Begins to link; where the patient's browser goes.
    pub(crate) async fn begin(&self, patient: &Patient) -> Option<String> {
        let path = format!("/v1/patients/{}/link", patient.id);
        let body = json!({ "returnUrl": "https://app.example/back" });
        let (status, said) = self.call(Method::POST, &path, Some(body)).await?;
        assert_eq!(status, 201, "{said}");
        Some(said["grantUrl"].as_str().unwrap().to_owned())
    }

    /// The browser comes back; `Err` where no link can come of it any more.
    pub(crate) async fn come_back(&self, location: &str) -> Option<Result<String, u16>> {
        let answer = self.http.get(location).send().await.ok()?;
        let status = answer.status().as_u16();
        let to = answer.headers().get(header::LOCATION);
        let to = to.map(|to| to.to_str().unwrap().to_owned());
        answer.bytes().await.ok()?;
        let result = to.and_then(|to| Some(to.split_once("?result=")?.1.to_owned()));
        Some(result.ok_or(status))
    }

    /// The product's word; the status.
    pub(crate) async fn confirm(&self, patient: &Patient, result: &str) -> Option<u16> {
        let path = format!("/v1/patients/{}/link/confirm", patient.id);
        let body = json!({ "result": result });
        let (status, _) = self.call(Method::POST, &path, Some(body)).await?;
        Some(status)
    }

    /// The whole way, at a gateway that lives.
    pub(crate) async fn connect(&self, pkb: &Pkb, patient: &Patient) {
        self.connect_by(self, pkb, patient).await;
    }

    /// The same, with a browser that comes back to another node.
    pub(crate) async fn connect_by(&self, back: &Self, pkb: &Pkb, patient: &Patient) {
        self.put(patient).await.unwrap();
        let grant_url = self.begin(patient).await.unwrap();
        let location = pkb.people.approve(&grant_url, &patient.person).await;
        let (_, query) = location.split_once('?').unwrap();
        let location = format!("{}/pkb/callback?{query}", back.base);
        let result = back.come_back(&location).await.unwrap();
        let result = result.expect("a result");
        assert_eq!(self.confirm(patient, &result).await, Some(200));
    }
}
