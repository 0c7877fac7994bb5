//! A database of its own for every test, a copy of one that is migrated once.

use model::Secret;
use model::entropy::SeededEntropy;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use store::blob::{Blobs, DiskBlobs};
use store::gateway::GatewayStore;
use store::platform::PlatformStore;
use store_postgres::Settings;
use tempfile::TempDir;
use tokio_postgres::{Client, Config, NoTls};

/// Where the tests' server is: a superuser's address of the database `postgres`.
fn server() -> Config {
    #[expect(
        clippy::disallowed_methods,
        reason = "it is how scripts/test says where the server is"
    )]
    let url = std::env::var("BATON_TEST_POSTGRES");
    let url = url.expect("BATON_TEST_POSTGRES is not set: run `scripts/test postgres`");
    url.parse().expect("BATON_TEST_POSTGRES is a URL")
}

async fn connect(config: &Config) -> Client {
    let (client, connection) = config.connect(NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

fn unique() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let next = NEXT.fetch_add(1, Ordering::SeqCst);
    let id = format!("{:?} {next}", std::time::Instant::now());
    let mut hasher = DefaultHasher::new();
    (std::process::id(), id).hash(&mut hasher);
    format!("baton_{:016x}", hasher.finish())
}

/// Databases with other migrations have another name.
fn template() -> String {
    let mut files = Vec::new();
    for schema in ["platform", "gateway"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
        let listed = std::fs::read_dir(folder.join(schema)).unwrap();
        files.extend(listed.map(|entry| entry.unwrap().path()));
    }
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        std::fs::read(file).unwrap().hash(&mut hasher);
    }
    format!("baton_template_{:016x}", hasher.finish())
}

/// A database, and a folder of blobs that its nodes share. Both go with it.
pub(crate) struct Database {
    pub(crate) name: String,
    server: Config,
    /// Where this database is looked for, if not on the tests' server itself.
    port: Option<u16>,
    pub(crate) blobs: TempDir,
    nodes: AtomicU64,
}

impl Database {
    /// One with our tables.
    pub(crate) async fn new() -> Self {
        let database = Self::named();
        let admin = connect(&database.server).await;
        let template = template();
        // Tests are processes of their own, and begin together.
        admin
            .batch_execute("SELECT pg_advisory_lock(5417)")
            .await
            .unwrap();
        let there = admin
            .query_opt("SELECT 1 FROM pg_database WHERE datname = $1", &[&template])
            .await
            .unwrap();
        if there.is_none() {
            // Under another name until it is whole: a test may be stopped while it makes it.
            let making = format!("{template}_making");
            for sql in [
                format!("DROP DATABASE IF EXISTS {making} WITH (FORCE)"),
                format!("CREATE DATABASE {making}"),
            ] {
                admin.batch_execute(&sql).await.unwrap();
            }
            let settings = database.settings_of(&making);
            store_postgres::migrate(&settings).await.unwrap();
            store_postgres::migrate_gateway(&settings).await.unwrap();
            let done = format!("ALTER DATABASE {making} RENAME TO {template}");
            while admin.batch_execute(&done).await.is_err() {
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        }
        let copy = format!("CREATE DATABASE {} TEMPLATE {template}", database.name);
        admin.batch_execute(&copy).await.unwrap();
        admin
            .batch_execute("SELECT pg_advisory_unlock(5417)")
            .await
            .unwrap();
        database
    }

    /// One with nothing in it.
    pub(crate) async fn empty() -> Self {
        let database = Self::named();
        let admin = connect(&database.server).await;
        admin
            .batch_execute(&format!("CREATE DATABASE {}", database.name))
            .await
            .unwrap();
        database
    }

    fn named() -> Self {
        Self {
            name: unique(),
            server: server(),
            port: None,
            blobs: TempDir::new().unwrap(),
            nodes: AtomicU64::new(1),
        }
    }

    /// The same database by way of another port of this machine.
    pub(crate) fn through(&mut self, port: u16) {
        self.port = Some(port);
    }

    fn settings_of(&self, name: &str) -> Settings {
        let mut settings = Settings::new(Secret::new(self.url_of(name)));
        settings.connections = 8;
        settings
    }

    fn url_of(&self, name: &str) -> String {
        let user = self.server.get_user().unwrap();
        let port = self.port.unwrap_or_else(|| self.server_port());
        format!("postgres://{user}@127.0.0.1:{port}/{name}?sslmode=disable")
    }

    pub(crate) fn server_port(&self) -> u16 {
        self.server.get_ports().first().copied().unwrap_or(5432)
    }

    pub(crate) fn url(&self) -> String {
        self.url_of(&self.name)
    }

    pub(crate) fn settings(&self) -> Settings {
        self.settings_of(&self.name)
    }

    /// Another node on it.
    pub(crate) async fn open(&self) -> PlatformStore {
        self.try_open().await.unwrap()
    }

    pub(crate) async fn try_open(&self) -> store::Result<PlatformStore> {
        let node = self.nodes.fetch_add(1, Ordering::SeqCst);
        let entropy = || Arc::new(SeededEntropy::new(node * 1_000));
        let blobs: Arc<dyn Blobs> =
            Arc::new(DiskBlobs::open(self.blobs.path(), entropy()).unwrap());
        store_postgres::open(&self.settings(), blobs, entropy()).await
    }

    /// Another node of a gateway on it.
    pub(crate) async fn open_gateway(&self) -> GatewayStore {
        self.try_open_gateway().await.unwrap()
    }

    pub(crate) async fn try_open_gateway(&self) -> store::Result<GatewayStore> {
        let node = self.nodes.fetch_add(1, Ordering::SeqCst);
        let entropy = Arc::new(SeededEntropy::new(node * 1_000));
        store_postgres::open_gateway(&self.settings(), entropy).await
    }

    /// A connection of the test's own, to a gateway's tables.
    pub(crate) async fn gateway_client(&self) -> Client {
        let client = self.client().await;
        client
            .batch_execute("SET search_path = gateway")
            .await
            .unwrap();
        client
    }

    /// A connection of the test's own, to the platform's tables.
    pub(crate) async fn client(&self) -> Client {
        let mut config = self.server.clone();
        config.dbname(&self.name);
        let client = connect(&config).await;
        client
            .batch_execute("SET search_path = platform")
            .await
            .unwrap();
        client
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        let drop = async move {
            let admin = connect(&server).await;
            let sql = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
            admin.batch_execute(&sql).await.unwrap();
        };
        // A runtime cannot be entered twice on one thread.
        let thread = std::thread::spawn(|| {
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap()
                .block_on(drop);
        });
        if thread.join().is_err() {
            eprintln!("a test's database is left");
        }
    }
}
