//! The canary of links: after whole journeys of two patients, no token, code, `state`, `result`, password or detail of
//! theirs is anywhere in the clear: not in the gateway's files, backups, logs, metrics, webhooks, nor where processes
//! are listed; and no token is in the sandbox's files.

use crate::world::command::Baton;
use crate::world::linking::{App, Node, Patient};
use crate::world::listener::Listener;
use crate::world::page::Visitor;
use crate::world::pkb::Pkb;
use crate::world::tap::Tap;
use crate::world::wait;
use crate::world::watch::Watch;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Method;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::Duration;

const EMAIL: &str = "night.owl@example.com";
const PASSWORD: &str = "three-random-words-7";
/// A token's life, in whole seconds.
const LIFE: Duration = Duration::from_secs(1);

/// Where is looked.
type Place = (String, Vec<u8>);

/// What must not be there.
#[derive(Default)]
struct Canaries {
    /// Tokens, codes, states and results.
    secrets: Vec<String>,
    /// What PKB tells of the two.
    details: Vec<String>,
    /// May be in the database, and nowhere else.
    names: Vec<String>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_codes_and_details_of_patients_are_nowhere_in_the_clear() {
    let folder = tempfile::tempdir().unwrap();
    let watch = Watch::default();
    let environment = [("BATON_LOG", "trace")];
    let mut gateway = Node::on(folder.path(), &environment, &watch);
    let at_pkb = folder.path().join("pkb");
    let pkb_log = folder.path().join("pkb.log");
    let pkb = Pkb::start(&at_pkb, &gateway.callback(), &pkb_log, &watch);
    let tap = Tap::before(&pkb.url).await;
    gateway.start(&tap.url, &[]).unwrap();
    let operator = Baton::on(&gateway.data);
    let issue = ["gateway", "key", "issue", "the product"];
    let key = operator.json(&issue).await["apiKey"].clone();
    let app = gateway.app(key.as_str().unwrap());
    let listener = Listener::start().await;
    let added = json!({ "url": listener.url });
    let added = app.call(Method::POST, "/v1/webhooks", Some(added)).await;
    listener.trust(added.unwrap().1["secret"].as_str().unwrap());

    let mut canaries = Canaries::default();
    let (one, other) = (Patient::nth(&pkb, 1), Patient::nth(&pkb, 2));
    by_the_product(&app, &pkb, &one, &mut canaries).await;
    let mut visitor = Visitor::of(&gateway.url);
    by_the_app(&mut visitor, &pkb, &app, &mut canaries).await;
    for patient in [&one, &other] {
        canaries.about(patient);
    }
    let mut places = vec![];
    let backup = async |name: &str| {
        let to = folder.path().join(name);
        let taken = ["gateway", "backup", "--to", to.to_str().unwrap()];
        operator.json(&taken).await;
        to
    };
    let first = backup("backup-of-links").await;
    places.extend(metrics(&gateway).await);
    operator
        .json(&["gateway", "keys", "rotate", "--wait"])
        .await;
    add_files(&mut places, &gateway.data);

    // And when all of it is over.
    let path = format!("/v1/patients/{}/link", one.id);
    assert_eq!(app.call(Method::DELETE, &path, None).await.unwrap().0, 204);
    let asked = visitor.open("/patient/disconnect").await;
    assert_eq!(visitor.send(&asked, &[]).await.status, 303);
    wait::until("webhooks tell of the end", async || {
        let ended = |post: &&crate::world::listener::Post| post.event["type"] == "patient.unlinked";
        listener.posts().iter().filter(ended).count() >= 2
    })
    .await;
    let second = backup("backup-of-none").await;
    let pid = gateway.program.as_ref().unwrap().pid();
    for name in ["cmdline", "environ"] {
        let bytes = std::fs::read(format!("/proc/{pid}/{name}")).unwrap();
        places.push((name.to_owned(), bytes));
    }
    add_files(&mut places, &gateway.data);
    assert!(gateway.end());
    let before = places.len();
    for folder in [&gateway.data, &first, &second] {
        add_files(&mut places, folder);
    }
    assert!(places.len() >= before + 5, "database, backups, manifests");
    // The database does hold what it should: the looking works.
    let id = one.id.as_bytes();
    assert!(places.iter().filter(|(_, bytes)| holds(bytes, id)).count() >= 3);
    let public = uuid(&one.person.public_id);
    let holding = places.iter().filter(|(_, bytes)| holds(bytes, &public));
    assert!(
        holding.count() >= 2,
        "while it is linked, whose record it is"
    );

    let seen = tap.seen();
    // A code, and pairs of tokens.
    assert_eq!(seen.codes.len(), 3);
    assert!(seen.tokens.len() >= 12, "{}", seen.tokens.len());
    assert!(seen.broken == 1 && seen.refreshes.len() >= 3);
    let tokens = seen.codes.into_keys().chain(seen.refreshes.into_keys());
    let tokens: Vec<_> = tokens.chain(seen.tokens).collect();
    canaries.secrets.extend(tokens.iter().cloned());

    canaries.look_at(&places, false);
    let mut told = vec![("the log".to_owned(), std::fs::read(gateway.log()).unwrap())];
    let posts = listener.posts();
    assert!(posts.len() >= 8 && posts.iter().all(|post| post.genuine));
    told.extend(
        posts
            .iter()
            .map(|post| ("a webhook".to_owned(), post.body.to_vec())),
    );
    told.extend(places.into_iter().filter(|(place, _)| place == "metrics"));
    canaries.look_at(&told, true);

    // PKB has the details; tokens and codes it knows by their hashes.
    let mut at_sandbox = vec![("its log".to_owned(), std::fs::read(pkb_log).unwrap())];
    add_files(&mut at_sandbox, &at_pkb);
    assert!(at_sandbox.len() >= 3);
    let tokens = Canaries {
        secrets: tokens,
        ..Canaries::default()
    };
    tokens.look_at(&at_sandbox, false);
    println!(
        "{} secrets and {} details in {} files, {} texts that were told, {} files of the sandbox: found nowhere",
        canaries.secrets.len(),
        canaries.details.len(),
        before,
        told.len(),
        at_sandbox.len()
    );
}

/// A product's patient: linked, renewed, lost on the way, linked again, read again.
async fn by_the_product(app: &App, pkb: &Pkb, patient: &Patient, canaries: &mut Canaries) {
    let life = json!({ "accessTokenSeconds": LIFE.as_secs() });
    pkb.people.change(life).await;
    connect(app, pkb, patient, canaries).await;
    for _ in 0..2 {
        tokio::time::sleep(LIFE).await;
        assert_eq!(app.read(patient).await.unwrap().0, 200);
    }
    tokio::time::sleep(LIFE).await;
    pkb.people.change(json!({ "loseAnswers": 1 })).await;
    wait::until("an answer was lost", async || {
        app.read(patient).await.unwrap().0 == 409
    })
    .await;
    pkb.people
        .change(json!({ "accessTokenSeconds": 600 }))
        .await;
    connect(app, pkb, patient, canaries).await;
    let path = format!("/v1/patients/{}/link/refresh-details", patient.id);
    let said = app.call(Method::POST, &path, None).await.unwrap();
    let number = said.1["demographics"]["nhsNumber"].as_str().unwrap();
    canaries.details.push(number.to_owned());
}

/// As [`App::connect`], with every secret noted.
async fn connect(app: &App, pkb: &Pkb, patient: &Patient, canaries: &mut Canaries) {
    app.put(patient).await.unwrap();
    let grant_url = app.begin(patient).await.unwrap();
    let location = pkb.people.approve(&grant_url, &patient.person).await;
    canaries.state_in(&location);
    let result = app.come_back(&location).await.unwrap().unwrap();
    assert_eq!(app.confirm(patient, &result).await, Some(200));
    canaries.secrets.push(result);
}

/// A patient of the patient app.
async fn by_the_app(visitor: &mut Visitor, pkb: &Pkb, app: &App, canaries: &mut Canaries) {
    let somebody = Patient::nth(pkb, 2);
    let page = visitor.open("/patient/sign-up").await;
    let fields = [("email", EMAIL), ("password", PASSWORD)];
    let made = visitor.send(&page, &fields).await;
    assert_eq!(made.status, 303, "{}", made.text);
    canaries.cookies_of(visitor);
    let page = visitor.open("/patient/connect").await;
    let gone = visitor.send(&page, &[]).await;
    let grant_url = gone.location.expect("PKB's page");
    let location = pkb.people.approve(&grant_url, &somebody.person).await;
    canaries.state_in(&location);
    let (_, query) = location.split_once('?').unwrap();
    let back = visitor.open(&format!("/pkb/callback?{query}")).await;
    assert_eq!(back.location.as_deref(), Some("/patient/connected"));
    canaries.cookies_of(visitor);
    let page = visitor.open("/patient/details").await;
    let number = somebody.person.nhs_number.unwrap();
    let spaced = format!("{} {} {}", &number[..3], &number[3..6], &number[6..]);
    assert!(page.text.contains(&spaced), "{}", page.text);
    canaries.details.push(spaced);
    canaries.names.push(EMAIL.to_owned());
    canaries.secrets.push(PASSWORD.to_owned());
    let listed = app
        .call(Method::GET, "/v1/patients?state=linked", None)
        .await;
    let listed = listed.unwrap().1;
    assert_eq!(listed["patients"].as_array().unwrap().len(), 2, "{listed}");
}

impl Canaries {
    /// The `state` and the code in an address that a browser is sent to.
    fn state_in(&mut self, location: &str) {
        let url = reqwest::Url::parse(location).unwrap();
        let pairs = url.query_pairs().map(|(_, value)| value.into_owned());
        self.secrets.extend(pairs);
    }

    fn cookies_of(&mut self, visitor: &Visitor) {
        for cookie in visitor.cookies() {
            let (_, value) = cookie.split_once('=').unwrap();
            // A cookie that was taken away has none.
            if !value.is_empty() {
                self.secrets.push(value.to_owned());
            }
        }
    }

    /// Whatever PKB knows of somebody.
    fn about(&mut self, patient: &Patient) {
        let file = crate::world::executable::repository().join("sdk-kit/pkb-patients.json");
        let all: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
        let found =
            people(&all).find(|found| found["publicId"] == patient.person.public_id.as_str());
        let found = found.expect("the sandbox's people");
        let mut texts = Vec::new();
        leaves(found, &mut texts);
        // Short words and numbers are everywhere.
        let is_number = |text: &str| text.parse::<u64>().is_ok();
        let telling = texts.into_iter();
        let telling = telling.filter(|text| text.len() >= if is_number(text) { 10 } else { 7 });
        self.details.extend(telling.filter(|text| {
            let not_theirs = ["GB-ENG", "NHS number", "PATIENT"];
            *text != patient.person.public_id && !not_theirs.contains(&text.as_str())
        }));
        let person = &patient.person;
        let number = person.nhs_number.clone().unwrap();
        self.details
            .extend([person.name.clone(), person.email.clone(), number]);
        self.secrets.push(person.password.clone());
        self.names.push(patient.person.public_id.clone());
    }

    fn look_at(&self, places: &[Place], names: bool) {
        let texts = self.secrets.iter().chain(&self.details);
        let texts = texts.chain(self.names.iter().filter(|_| names));
        let raw = self.secrets.iter().filter_map(|text| {
            let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
            (bytes.len() >= 16).then(|| (text, letters(&bytes)))
        });
        let all: Vec<_> = texts
            .map(|text| (text, letters(text.as_bytes())))
            .chain(raw)
            .collect();
        for (place, bytes) in places {
            let bytes = letters(bytes);
            for (text, its) in &all {
                assert!(!bytes.contains(its), "{place} holds {text}");
            }
        }
    }
}

/// The people of the sandbox's file, whatever is around them.
fn people(all: &Value) -> Box<dyn Iterator<Item = &Value> + '_> {
    match all {
        Value::Array(all) => Box::new(all.iter()),
        Value::Object(all) => Box::new(all.values().flat_map(people)),
        _ => Box::new(std::iter::empty()),
    }
}

fn leaves(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(text.clone()),
        Value::Array(all) => all.iter().for_each(|value| leaves(value, texts)),
        Value::Object(all) => all.values().for_each(|value| leaves(value, texts)),
        _ => {}
    }
}

async fn metrics(gateway: &Node) -> Option<Place> {
    let http = httpkit::outbound::client(Some(Duration::from_secs(20))).unwrap();
    let answer = http.get(format!("{}/metrics", gateway.url)).send().await;
    let text = answer.unwrap().text().await.unwrap();
    assert!(text.contains("refreshes"), "{text}");
    Some(("metrics".to_owned(), text.into_bytes()))
}

/// All files below, but for the key that everything is sealed under.
fn add_files(places: &mut Vec<Place>, folder: &Path) {
    for file in files(folder) {
        let is_key = file.extension().is_some_and(|end| end == "key");
        // A journal may go away while it is looked for.
        if let Ok(bytes) = std::fs::read(&file)
            && !is_key
        {
            places.push((file.display().to_string(), bytes));
        }
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().flatten();
    let paths = entries.map(|entry| entry.path());
    let all = paths.flat_map(|path| {
        if path.is_dir() {
            files(&path)
        } else {
            vec![path]
        }
    });
    all.collect()
}

fn uuid(text: &str) -> Vec<u8> {
    let hex = text.replace('-', "");
    let pairs = (0..hex.len()).step_by(2).map(|at| &hex[at..at + 2]);
    pairs
        .map(|pair| u8::from_str_radix(pair, 16).unwrap())
        .collect()
}

fn holds(bytes: &[u8], text: &[u8]) -> bool {
    letters(bytes).contains(&letters(text))
}

/// A letter for each byte, so that bytes can be looked for as fast as texts.
fn letters(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}
