//! A gateway on a database of its own, before a platform in the test's hand, with a clock that stands still.

use crate::fake::{Fake, KEY};
use axum::Router;
use bytes::Bytes;
use gateway::admin::Admin;
use gateway::vault::Vault;
use gateway::vault::kek::LocalKey;
use gateway::{Gateway, GatewayConfig};
use httpkit::lifecycle::Shutdown;
use jiff::SignedDuration;
use model::attachment::{Attachment, Kind as FileKind};
use model::clock::ManualClock;
use model::entropy::SeededEntropy;
use model::outbox::{Kind, State};
use model::{
    ClientMessageId, Clock as _, FileName, Hash, NhsNumber, OdsCode, Secret, UploadId, UserId,
};
use std::sync::Arc;
use std::time::Duration;
use store::gateway::{
    Content, Entered, GatewayStore, NewMessage, PIECE, SealedPlace, Stored, StoredFile,
};
use tokio::task::JoinHandle;

/// Where the gateway says it is.
pub(crate) const BASE: &str = "http://gateway.test";
/// The practice of most tests.
pub(crate) const RIVERSIDE: &str = "GPPRAC001";
/// The patient of most tests.
pub(crate) const PATIENT: &str = "9547852140";

/// A platform, a database, and what gateways on it share.
pub(crate) struct World {
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) entropy: Arc<SeededEntropy>,
    pub(crate) store: GatewayStore,
    pub(crate) vault: Vault,
    pub(crate) fake: Fake,
}

/// A gateway at work.
pub(crate) struct Node {
    pub(crate) router: Router,
    pub(crate) operators: Router,
    pub(crate) shutdown: Shutdown,
    work: JoinHandle<()>,
}

impl Node {
    /// Ends in order.
    pub(crate) async fn stop(self) {
        self.shutdown.begin();
        self.work.await.unwrap();
    }

    /// Dies, as by a power cut.
    pub(crate) async fn die(self) {
        self.work.abort();
        drop(self.work.await);
    }
}

impl World {
    /// At noon on a day in November 2026; nobody has called yet, and no gateway runs.
    pub(crate) async fn new() -> Self {
        let clock = Arc::new(ManualClock::at("2026-11-21T12:00:00Z".parse().unwrap()));
        let entropy = Arc::new(SeededEntropy::new(11));
        let store = store_sqlite::open_gateway_temporary().unwrap();
        let kek =
            LocalKey::from_bytes(&model::entropy::bytes::<32>(&*entropy), entropy.clone()).unwrap();
        let vault = Vault::open(
            Arc::new(kek),
            Vec::new(),
            store.vault.clone(),
            clock.clone(),
            entropy.clone(),
        )
        .await
        .unwrap();
        let fake = Fake::start(clock.clone()).await;
        Self {
            clock,
            entropy,
            store,
            vault,
            fake,
        }
    }

    /// Settings that do not make a test wait.
    pub(crate) fn config(&self) -> GatewayConfig {
        let key = Secret::new(KEY.to_owned());
        let mut config = GatewayConfig::new(BASE.to_owned(), self.fake.url.clone(), key);
        config.pace.look = Duration::from_millis(5);
        config.pace.grace = Duration::from_millis(100);
        config.pace.reopen = Duration::from_millis(5);
        config
    }

    /// A gateway that answers and does not work by itself.
    pub(crate) fn gateway(&self, config: GatewayConfig) -> (Gateway, Shutdown) {
        let shutdown = Shutdown::default();
        let gateway = Gateway::new(
            config,
            self.store.clone(),
            self.vault.clone(),
            self.clock.clone(),
            self.entropy.clone(),
            shutdown.clone(),
        )
        .unwrap();
        (gateway, shutdown)
    }

    /// A gateway at work.
    pub(crate) fn start(&self) -> Node {
        self.start_with(|_| {})
    }

    /// A gateway at work, with settings of its own.
    pub(crate) fn start_with(&self, set: impl FnOnce(&mut GatewayConfig)) -> Node {
        let mut config = self.config();
        set(&mut config);
        let (gateway, shutdown) = self.gateway(config);
        Node {
            router: gateway.router(|router| router),
            operators: gateway.operator_router(),
            shutdown,
            work: tokio::spawn(gateway.work()),
        }
    }

    /// An operator at work now.
    pub(crate) fn admin(&self) -> Admin<'_> {
        Admin {
            store: &self.store,
            now: self.clock.now(),
            entropy: &*self.entropy,
        }
    }

    /// `Bearer <key>` of a new product key.
    pub(crate) async fn bearer(&self) -> String {
        let issued = self.admin().issue_key("product", None).await.unwrap();
        format!("Bearer {}", issued.key.reveal())
    }

    /// A user whose messages may go out under `token`, which the platform takes.
    pub(crate) async fn authorised(&self, user: &str, token: &str) -> UserId {
        self.fake.give(token);
        let user = UserId::parse(user).unwrap();
        let now = self.clock.now();
        self.store.users.put(&user, None, now).await.unwrap();
        let place = SealedPlace::UserToken(user.clone());
        let secret = Secret::new(token.to_owned());
        let sealed = self.vault.seal(&place, &secret).await.unwrap();
        let by = "product:test";
        self.store
            .users
            .authorise(by, &user, &sealed, now)
            .await
            .unwrap()
            .unwrap();
        user
    }

    /// Time goes by.
    pub(crate) fn pass(&self, by: SignedDuration) {
        self.clock.advance(by);
    }

    /// A standard message about [`PATIENT`] to [`RIVERSIDE`] with one small file, not entered yet.
    pub(crate) fn draft(&self) -> Draft {
        Draft {
            message: NewMessage {
                id: ClientMessageId(model::entropy::uuid_v4(&*self.entropy)),
                kind: Kind::Standard,
                user: None,
                topic: "Discharge".to_owned(),
                to: OdsCode::parse(RIVERSIDE).unwrap(),
                subject: NhsNumber::parse(PATIENT).unwrap(),
                expires_at: self.clock.now() + model::outbox::DEFAULT_EXPIRY,
                entered_at: self.clock.now(),
                by: "product:test".to_owned(),
                content_hash: Hash::of(b"content"),
                upload: UploadId(model::entropy::uuid_v4(&*self.entropy)),
                content: Content {
                    body: None,
                    files: Vec::new(),
                    coded_data: Vec::new(),
                },
            },
            files: vec![b"a letter".to_vec()],
        }
    }

    /// Enters a standard message as [`Self::draft`] makes it.
    pub(crate) async fn enter(&self) -> ClientMessageId {
        self.draft().enter(self).await
    }

    /// One message as it stands.
    pub(crate) async fn stored(&self, id: ClientMessageId) -> Stored {
        self.store.outbox.find(id).await.unwrap().unwrap()
    }

    /// Waits, in real time, until `done` is true.
    pub(crate) async fn until<F>(&self, what: &str, mut done: impl FnMut() -> F)
    where
        F: Future<Output = bool>,
    {
        for _ in 0..2_000 {
            if done().await {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("never: {what}");
    }

    /// Waits until a message is in this state.
    pub(crate) async fn until_state(&self, id: ClientMessageId, state: State) {
        self.until(&format!("{id} is {}", state.as_str()), async || {
            self.stored(id).await.state == state
        })
        .await;
    }

    /// Long enough for workers to do what they should not do.
    pub(crate) async fn a_moment(&self) {
        tokio::time::sleep(Duration::from_millis(60)).await;
    }
}

/// A message on its way in.
pub(crate) struct Draft {
    pub(crate) message: NewMessage,
    pub(crate) files: Vec<Vec<u8>>,
}

impl Draft {
    /// About another patient: the `number`-th of many, whose NHS numbers are good.
    pub(crate) fn about(mut self, number: u32) -> Self {
        self.message.subject = patient(number);
        self
    }

    /// An instant message in this user's name.
    pub(crate) fn instant(mut self, user: &UserId) -> Self {
        self.message.kind = Kind::Instant;
        self.message.user = Some(user.clone());
        self
    }

    /// Its files' bytes.
    pub(crate) fn files(mut self, files: Vec<Vec<u8>>) -> Self {
        self.files = files;
        self
    }

    /// Stores the files and enters the message.
    pub(crate) async fn enter(mut self, world: &World) -> ClientMessageId {
        let pieces = &world.store.pieces;
        let upload = self.message.upload;
        pieces.begin(upload, self.message.entered_at).await.unwrap();
        for (part, bytes) in (0_u32..).zip(&self.files) {
            for (number, piece) in (0_u32..).zip(bytes.chunks(PIECE)) {
                let piece = Bytes::copy_from_slice(piece);
                pieces.put(upload, part, number, piece).await.unwrap();
            }
            let file = StoredFile {
                part,
                attachment: Attachment {
                    kind: FileKind::Text,
                    file_name: FileName::parse(&format!("{part}.txt")).unwrap(),
                    size: bytes.len() as u64,
                    hash: Hash::of(bytes),
                },
            };
            if self.message.content.files.len() <= part as usize {
                self.message.content.files.push(file);
            }
        }
        let id = self.message.id;
        let entered = world.store.outbox.enter(&self.message).await.unwrap();
        assert_eq!(entered, Entered::New);
        id
    }
}

/// The `number`-th patient: a good NHS number of the range that nobody has.
pub(crate) fn patient(number: u32) -> NhsNumber {
    (0..)
        .map(|step| format!("999{step:06}"))
        .flat_map(|nine| (0..10).map(move |check| format!("{nine}{check}")))
        .filter_map(|text| NhsNumber::parse(&text).ok())
        .nth(number as usize)
        .unwrap()
}
