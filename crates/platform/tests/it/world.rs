//! A platform in a folder of its own, with two practices, and answers that can be asked about.

use crate::actors::Integrator;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use axum::{Router, response::Response};
use httpkit::lifecycle::Shutdown;
use jiff::SignedDuration;
use model::clock::ManualClock;
use model::entropy::SeededEntropy;
use model::organisation::Practice;
use model::{Actor, Clock as _, Hash, OdsCode, Secret};
use platform::admin::Admin;
use platform::{LargeBodies, Platform, PlatformConfig};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use store::blob::DiskBlobs;
use store::platform::PlatformStore;
use tower::ServiceExt as _;
use wire::problem::{MEDIA_TYPE, Problem};

/// Where the platform says it is.
pub(crate) const BASE: &str = "http://platform.test";
/// The practice of most tests.
pub(crate) const RIVERSIDE: &str = "GPPRAC001";
/// Another one.
pub(crate) const HILLSIDE: &str = "GPPRAC002";

/// One platform and what it keeps.
pub(crate) struct World {
    folder: tempfile::TempDir,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) entropy: Arc<SeededEntropy>,
    pub(crate) store: PlatformStore,
    pub(crate) shutdown: Shutdown,
    pub(crate) platform: Platform,
    pub(crate) router: Router,
}

impl World {
    /// At noon on a day in November 2026; nobody has called yet.
    pub(crate) async fn new() -> Self {
        Self::reading(LargeBodies::default()).await
    }

    /// One that reads large bodies in its own way.
    pub(crate) async fn reading(large_bodies: LargeBodies) -> Self {
        Self::configured(|config| config.large_bodies = large_bodies).await
    }

    /// One with settings of its own.
    pub(crate) async fn configured(set: impl FnOnce(&mut PlatformConfig)) -> Self {
        Self::made(set, |store| store).await
    }

    /// One on a store that behaves in its own way.
    pub(crate) async fn on(change: impl FnOnce(PlatformStore) -> PlatformStore) -> Self {
        Self::made(|_| {}, change).await
    }

    async fn made(
        set: impl FnOnce(&mut PlatformConfig),
        change: impl FnOnce(PlatformStore) -> PlatformStore,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at("2026-11-21T12:00:00Z".parse().unwrap()));
        let entropy = Arc::new(SeededEntropy::new(7));
        let blobs = DiskBlobs::open(&folder.path().join("blobs"), entropy.clone()).unwrap();
        let store = change(store_sqlite::open_temporary(Arc::new(blobs)).unwrap());
        let shutdown = Shutdown::default();
        let mut config = PlatformConfig::new(BASE.to_owned(), Secret::new("code key".to_owned()));
        set(&mut config);
        let platform = Platform::new(
            config,
            store.clone(),
            clock.clone(),
            entropy.clone(),
            shutdown.clone(),
        );
        let router = platform.router(|router| router);
        let world = Self {
            folder,
            clock,
            entropy,
            store,
            shutdown,
            platform,
            router,
        };
        for (code, name) in [
            (RIVERSIDE, "Riverside Test Practice"),
            (HILLSIDE, "Hillside Test Practice"),
        ] {
            let practice = Practice {
                ods_code: OdsCode::parse(code).unwrap(),
                name: name.to_owned(),
            };
            let by = Actor::System;
            let at = world.clock.now();
            world
                .store
                .directory
                .put_practice(&by, &practice, at)
                .await
                .unwrap();
        }
        for topic in model::topic::INITIAL {
            world.admin().add_topic(topic).await.unwrap();
        }
        world
    }

    /// An operator at work now.
    pub(crate) fn admin(&self) -> Admin<'_> {
        Admin {
            store: &self.store,
            by: Actor::Operator("test".to_owned()),
            now: self.clock.now(),
            entropy: &*self.entropy,
        }
    }

    /// A client system of that name with a key.
    pub(crate) async fn integrator(&self, name: &str) -> Integrator {
        Integrator::new(self, name).await
    }

    /// Time goes by; no worker runs.
    pub(crate) fn wait(&self, by: SignedDuration) {
        self.clock.advance(by);
    }

    /// A worker writes what time has brought.
    pub(crate) async fn settle(&self) {
        self.store
            .messages
            .settle_due(self.clock.now(), 1_000)
            .await
            .unwrap();
    }

    pub(crate) async fn call(&self, request: Request<Body>) -> Answer {
        Answer::read(self.open(request).await).await
    }

    /// The answer, its body not read yet.
    pub(crate) async fn open(&self, request: Request<Body>) -> Response {
        self.router.clone().oneshot(request).await.unwrap()
    }

    pub(crate) fn blob_folder(&self) -> PathBuf {
        self.folder.path().join("blobs")
    }

    /// Every file under the blob folder, half-written ones too.
    pub(crate) fn blob_files(&self) -> Vec<PathBuf> {
        files_under(&self.blob_folder())
    }

    /// Lets the workers run until something holds.
    pub(crate) async fn work_until<F: Future<Output = bool>>(&self, holds: impl Fn() -> F) {
        let waiting = async {
            while !holds().await {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let deadline = Duration::from_secs(20);
        tokio::select! {
            () = self.platform.work() => panic!("the workers ended"),
            waited = tokio::time::timeout(deadline, waiting) => waited.expect("it came to hold"),
        }
    }

    /// Condemns a blob as another node might; whether it could.
    pub(crate) async fn condemn(&self, hash: Hash) -> bool {
        let messages = &self.store.messages;
        messages.condemn_blob(hash, self.clock.now()).await.unwrap()
    }

    /// Whether a blob that no message names may be named again: whoever deleted it is done.
    pub(crate) async fn is_spared(&self, hash: Hash) -> bool {
        let spared = self.condemn(hash).await;
        if spared {
            self.store.messages.spare_blob(hash).await.unwrap();
        }
        spared
    }

    /// How many messages there are.
    pub(crate) async fn messages(&self) -> u64 {
        let counts = self.store.messages.counts().await.unwrap();
        counts.iter().map(|(_, _, count)| count).sum()
    }
}

fn files_under(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_under(&path));
        } else {
            files.push(path);
        }
    }
    files
}

/// A request; headers as pairs.
pub(crate) fn request(
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: impl Into<Body>,
) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(body.into()).unwrap()
}

/// An answer, read to its end.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    async fn read(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Self {
            status: parts.status,
            headers: parts.headers,
            bytes,
        }
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.bytes.clone()).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn value(&self) -> Value {
        self.json()
    }

    /// The body of an answer that must have succeeded.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> T {
        assert!(self.status.is_success(), "{} {}", self.status, self.text());
        serde_json::from_slice(&self.bytes).unwrap()
    }

    /// The problem document, whose form is checked on the way.
    pub(crate) fn problem(&self) -> Problem {
        assert_eq!(self.header("content-type"), MEDIA_TYPE, "{}", self.text());
        let problem: Problem = serde_json::from_slice(&self.bytes).unwrap();
        let kind = problem.problem_type().unwrap();
        assert_eq!(problem.kind, format!("{BASE}/problems/{}", kind.name()));
        assert_eq!(problem.status, self.status.as_u16());
        assert_eq!(problem.title, kind.title());
        let instance = problem.instance.strip_prefix("urn:uuid:").unwrap();
        uuid::Uuid::parse_str(instance).unwrap();
        if matches!(problem.status, 429 | 503) {
            assert!(self.header("retry-after").parse::<u64>().unwrap() > 0);
        }
        problem
    }

    /// Status and kind of the problem, to compare with what was expected.
    pub(crate) fn refused(&self) -> (u16, String) {
        let problem = self.problem();
        let kind = problem.problem_type().unwrap().name().to_owned();
        (problem.status, kind)
    }

    /// Names of the faults, in the order in which they were told.
    pub(crate) fn faults(&self) -> Vec<String> {
        let problem = self.problem();
        problem
            .invalid_parameters
            .into_iter()
            .map(|fault| fault.name)
            .collect()
    }
}
