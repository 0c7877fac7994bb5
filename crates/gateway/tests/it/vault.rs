//! The vault on a real database: several nodes, keys that change at work, keys that are gone.

use gateway::vault::Vault;
use gateway::vault::kek::LocalKey;
use httpkit::lifecycle::Shutdown;
use jiff::SignedDuration;
use model::clock::ManualClock;
use model::entropy::SeededEntropy;
use model::{Clock as _, Entropy as _, Secret, UserId, WebhookId};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use store::gateway::{GatewayStore, NewWebhook, SealedPlace};

/// One database and what its nodes share.
struct Nodes {
    store: GatewayStore,
    clock: Arc<ManualClock>,
    entropy: Arc<SeededEntropy>,
    kek: [u8; 32],
}

impl Nodes {
    fn new() -> Self {
        let entropy = Arc::new(SeededEntropy::new(21));
        let mut kek = [0; 32];
        entropy.fill(&mut kek);
        Self {
            store: store_sqlite::open_gateway_temporary().unwrap(),
            clock: Arc::new(ManualClock::at("2026-11-21T12:00:00Z".parse().unwrap())),
            entropy,
            kek,
        }
    }

    async fn node(&self) -> Vault {
        let kek = LocalKey::from_bytes(&self.kek, self.entropy.clone()).unwrap();
        let (clock, entropy) = (self.clock.clone(), self.entropy.clone());
        Vault::open(
            Arc::new(kek),
            Vec::new(),
            self.store.vault.clone(),
            clock,
            entropy,
        )
        .await
        .unwrap()
    }

    /// Seals a token and stores it, as often as it takes.
    async fn authorise(&self, vault: &Vault, user: &UserId, token: &str) {
        let place = SealedPlace::UserToken(user.clone());
        let token = Secret::new(token.to_owned());
        loop {
            let sealed = vault.seal(&place, &token).await.unwrap();
            let stored = self
                .store
                .users
                .authorise("test", user, &sealed, self.clock.now());
            if stored.await.is_ok() {
                return;
            }
            vault.read_anew().await.unwrap();
        }
    }

    async fn token(&self, vault: &Vault, user: &UserId) -> String {
        let (_, sealed) = self.store.users.token(user).await.unwrap().unwrap();
        let place = SealedPlace::UserToken(user.clone());
        vault
            .unseal(&place, &sealed)
            .await
            .unwrap()
            .reveal()
            .to_owned()
    }
}

fn user(name: &str) -> UserId {
    UserId::parse(name).unwrap()
}

#[tokio::test]
async fn tokens_and_webhook_secrets_are_sealed_anew_and_the_old_key_goes() {
    let nodes = Nodes::new();
    let vault = nodes.node().await;
    for n in 0..130 {
        let user = user(&format!("user-{n}"));
        nodes
            .store
            .users
            .put(&user, None, nodes.clock.now())
            .await
            .unwrap();
        nodes.authorise(&vault, &user, &format!("token-{n}")).await;
    }
    let id = WebhookId(uuid::Uuid::from_u128(7));
    let secret = Secret::new("whsec_1".to_owned());
    let webhook = NewWebhook {
        id,
        url: "https://product.example/hook".to_owned(),
        description: None,
        wants: Vec::new(),
        secret: vault
            .seal(&SealedPlace::WebhookSecret(id), &secret)
            .await
            .unwrap(),
        made_at: nodes.clock.now(),
    };
    nodes.store.webhooks.add(&webhook).await.unwrap();

    let newest = vault.rotate().await.unwrap();
    assert_eq!(vault.progress().await.unwrap().left, 131);
    let shutdown = Shutdown::default();
    let work = tokio::spawn(nodes.node().await.work(shutdown.clone()));
    for _ in 0..400 {
        if vault.progress().await.unwrap().is_done() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let progress = vault.progress().await.unwrap();
    assert!(progress.is_done() && progress.active == newest && progress.secrets == 131);
    assert_eq!(progress.keys.len(), 2);
    nodes.clock.advance(SignedDuration::from_mins(21));
    for _ in 0..400 {
        if vault.progress().await.unwrap().keys.len() == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(vault.progress().await.unwrap().keys.len(), 1);
    shutdown.begin();
    work.await.unwrap();
    let found = nodes.store.webhooks.get(id).await.unwrap().unwrap();
    let opened = vault
        .unseal(&SealedPlace::WebhookSecret(id), &found.secret)
        .await;
    assert_eq!(opened.unwrap().reveal(), "whsec_1");
    assert_eq!(
        nodes.token(&nodes.node().await, &user("user-129")).await,
        "token-129"
    );
}

#[tokio::test]
async fn the_database_refuses_what_was_sealed_under_a_key_that_is_gone() {
    let nodes = Nodes::new();
    let (awake, asleep) = (nodes.node().await, nodes.node().await);
    let ada = user("ada");
    nodes
        .store
        .users
        .put(&ada, None, nodes.clock.now())
        .await
        .unwrap();
    let place = SealedPlace::UserToken(ada.clone());
    let late = asleep
        .seal(&place, &Secret::new("t".to_owned()))
        .await
        .unwrap();
    awake.rotate().await.unwrap();
    assert!(nodes.store.vault.remove_key(late.key).await.unwrap());
    let refused = nodes
        .store
        .users
        .authorise("test", &ada, &late, nodes.clock.now())
        .await;
    assert!(refused.is_err());
    assert!(nodes.store.users.token(&ada).await.unwrap().is_none());
    nodes.authorise(&asleep, &ada, "t").await;
    assert_eq!(nodes.token(&awake, &ada).await, "t");
    let (_, sealed) = nodes.store.users.token(&ada).await.unwrap().unwrap();
    assert!(
        !nodes.store.vault.remove_key(sealed.key).await.unwrap(),
        "it is used"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn four_tasks_seal_and_open_while_keys_change_and_nothing_is_lost() {
    const ROTATIONS: usize = 6;
    let nodes = Arc::new(Nodes::new());
    let vault = nodes.node().await;
    let shutdown = Shutdown::default();
    let ended = Arc::new(AtomicBool::new(false));
    let mut tasks = Vec::new();
    for task in 0..4 {
        let (nodes, ended) = (nodes.clone(), ended.clone());
        tasks.push(tokio::spawn(async move {
            let vault = nodes.node().await;
            let mut rounds = 0_u32;
            while !ended.load(Ordering::SeqCst) {
                let user = user(&format!("user-{task}-{}", rounds % 10));
                nodes
                    .store
                    .users
                    .put(&user, None, nodes.clock.now())
                    .await
                    .unwrap();
                let token = format!("{task}-{rounds}");
                nodes.authorise(&vault, &user, &token).await;
                assert_eq!(nodes.token(&vault, &user).await, token);
                rounds += 1;
            }
            rounds
        }));
    }
    let workers: Vec<_> = [nodes.node().await, nodes.node().await]
        .map(|node| tokio::spawn(node.work(shutdown.clone())))
        .into();
    for _ in 0..ROTATIONS {
        tokio::time::sleep(Duration::from_millis(400)).await;
        vault.rotate().await.unwrap();
        nodes.clock.advance(SignedDuration::from_mins(7));
    }
    tokio::time::sleep(Duration::from_millis(400)).await;
    ended.store(true, Ordering::SeqCst);
    let mut rounds = 0;
    for task in tasks {
        rounds += task.await.unwrap();
    }
    nodes.clock.advance(SignedDuration::from_mins(30));
    for _ in 0..1_000 {
        let progress = vault.progress().await.unwrap();
        if progress.is_done() && progress.keys.len() == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let progress = vault.progress().await.unwrap();
    assert!(
        progress.is_done() && progress.keys.len() == 1,
        "{progress:?}"
    );
    assert_eq!(progress.unreadable, 0);
    println!("{rounds} tokens sealed, stored and opened over {ROTATIONS} rotations");
    for (task, n) in (0..4).flat_map(|task| (0..10).map(move |n| (task, n))) {
        let token = nodes
            .token(&vault, &user(&format!("user-{task}-{n}")))
            .await;
        assert!(token.starts_with(&format!("{task}-")) && token.ends_with(&n.to_string()));
    }
    shutdown.begin();
    for worker in workers {
        worker.await.unwrap();
    }
}
