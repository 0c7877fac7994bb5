//! Making connections: to the host that takes writes, with the settings of a session.

use crate::link::{Ears, Link, Session};
use crate::migrate::Realm;
use crate::settings::{BadUrl, Reach, Settings};
use crate::trouble::Trouble;
use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;
use tokio_postgres::config::Host;
use tokio_postgres::{AsyncMessage, Config, Connection, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

/// What a session begins with. A server that writes COMMITs later is told to write them at once; one that
/// asks for more than its own disk is left as it is. Said in either case: what a session was not told changes
/// under it when the server reads its settings anew. Outside BEGIN READ WRITE nothing can be written: no
/// part of a transaction can slip out of it. A plan made while a table is small is kept when it is large, and
/// each statement is planned once a session: to plan one that reads tables in parts costs more than to run it.
/// Warnings are what a cancelled COMMIT is known by.
const SESSION: &str = "SET statement_timeout = 10000; \
     SET lock_timeout = 5000; \
     SET idle_in_transaction_session_timeout = 10000; \
     SET default_transaction_isolation = 'read committed'; \
     SET default_transaction_read_only = on; \
     SET client_min_messages = warning; \
     SET jit = off; \
     SET enable_seqscan = off; \
     SET plan_cache_mode = force_generic_plan; \
     SELECT set_config('synchronous_commit', \
     coalesce(nullif(current_setting('synchronous_commit'), 'off'), 'on'), false)";

/// How long one host may take over everything: its name, TLS, the password, the session.
const HOST_WITHIN: Duration = Duration::from_secs(4);

/// Knows the way to the database.
pub(crate) struct Connector {
    /// Each host by itself, in the order of the URL: the driver does not go on to the next one while a server
    /// takes connections and says nothing, as one does that hangs.
    hosts: Vec<Config>,
    tls: Option<MakeRustlsConnect>,
    /// What each session begins with.
    session: String,
    /// The one that took writes last is asked first: one of old that wakes up is not gone back to.
    last: AtomicUsize,
}

impl Connector {
    /// The way to one schema of a database.
    pub(crate) fn new(settings: &Settings, realm: &Realm) -> Result<Self, BadUrl> {
        let Reach { config, tls } = Reach::of(settings.url.reveal())?;
        let hosts = one_by_one(&config);
        Ok(Self {
            hosts,
            tls,
            session: format!(
                "SET search_path = {}; {}{SESSION}",
                realm.name, realm.session
            ),
            last: AtomicUsize::new(0),
        })
    }

    /// A new connection; `ears` hear what the server says unasked.
    pub(crate) async fn connect(&self, ears: Ears) -> Result<Session, Trouble> {
        let first = self.last.load(Ordering::Relaxed);
        let mut trouble = Trouble::gone("no host is named");
        let hosts = self.hosts.iter().enumerate();
        for (place, host) in hosts.cycle().skip(first).take(self.hosts.len()) {
            let tried = timeout(HOST_WITHIN, self.try_connect(host, ears.clone())).await;
            match tried.unwrap_or_else(|_| Err(Trouble::silence())) {
                Ok(session) => {
                    self.last.store(place, Ordering::Relaxed);
                    return Ok(session);
                }
                Err(error) => trouble = error,
            }
        }
        Err(trouble)
    }

    async fn try_connect(&self, host: &Config, ears: Ears) -> Result<Session, Trouble> {
        let warnings = Arc::clone(&ears.warnings);
        let (client, driver) = match &self.tls {
            Some(tls) => {
                let (client, connection) = host.connect(tls.clone()).await?;
                (client, tokio::spawn(drive(connection, ears)))
            }
            None => {
                let (client, connection) = host.connect(NoTls).await?;
                (client, tokio::spawn(drive(connection, ears)))
            }
        };
        let session = Session::new(Link::new(client, warnings), driver);
        session.link.client.batch_execute(&self.session).await?;
        Ok(session)
    }
}

/// The same way to each of several hosts.
fn one_by_one(config: &Config) -> Vec<Config> {
    let (hosts, addresses, ports) = (
        config.get_hosts(),
        config.get_hostaddrs(),
        config.get_ports(),
    );
    let count = hosts.len().max(addresses.len());
    let at = |place: usize| {
        let mut one = Config::new();
        match hosts.get(place) {
            Some(Host::Tcp(name)) => drop(one.host(name)),
            #[cfg(unix)]
            Some(Host::Unix(folder)) => drop(one.host_path(folder)),
            None => {}
        }
        if let Some(&address) = addresses.get(place) {
            one.hostaddr(address);
        }
        if let Some(&port) = ports.get(place).or(ports.first()) {
            one.port(port);
        }
        one
    };
    (0..count)
        .map(at)
        .map(|one| with_all_of(one, config))
        .collect()
}

/// Everything but where.
fn with_all_of(mut one: Config, config: &Config) -> Config {
    if let Some(user) = config.get_user() {
        one.user(user);
    }
    if let Some(password) = config.get_password() {
        one.password(password);
    }
    if let Some(database) = config.get_dbname() {
        one.dbname(database);
    }
    if let Some(options) = config.get_options() {
        one.options(options);
    }
    if let Some(name) = config.get_application_name() {
        one.application_name(name);
    }
    if let Some(&limit) = config.get_connect_timeout() {
        one.connect_timeout(limit);
    }
    if let Some(&limit) = config.get_tcp_user_timeout() {
        one.tcp_user_timeout(limit);
    }
    if let Some(every) = config.get_keepalives_interval() {
        one.keepalives_interval(every);
    }
    if let Some(retries) = config.get_keepalives_retries() {
        one.keepalives_retries(retries);
    }
    one.keepalives(config.get_keepalives())
        .keepalives_idle(config.get_keepalives_idle())
        .ssl_mode(config.get_ssl_mode())
        .ssl_negotiation(config.get_ssl_negotiation())
        .channel_binding(config.get_channel_binding())
        .target_session_attrs(config.get_target_session_attrs());
    one
}

/// Moves bytes both ways until the connection ends.
async fn drive<S, T>(mut connection: Connection<S, T>, ears: Ears)
where
    S: AsyncRead + AsyncWrite + Unpin,
    T: AsyncRead + AsyncWrite + Unpin,
{
    while let Some(message) = poll_fn(|cx| connection.poll_message(cx)).await {
        match message {
            Ok(AsyncMessage::Notice(notice)) => ears.notice(&notice),
            Ok(AsyncMessage::Notification(word)) => ears.word(word.payload()),
            Ok(_) => {}
            Err(error) => {
                let cause = Trouble::from(error);
                tracing::debug!(%cause, "a database connection ended");
                return;
            }
        }
    }
}
