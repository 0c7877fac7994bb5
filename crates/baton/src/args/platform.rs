//! `baton platform …`

use super::Storage;
use clap::{Args as ClapArgs, Subcommand};
use std::net::SocketAddr;
use std::path::PathBuf;

/// Where a platform keeps its data.
#[derive(ClapArgs, Clone)]
pub(crate) struct PlatformData {
    /// Folder of the platform's database and blobs, as far as they are nowhere else.
    #[arg(
        long,
        env = "BATON_PLATFORM_DATA_DIR",
        default_value = "baton-data/platform",
        value_name = "DIR"
    )]
    pub(crate) data_dir: PathBuf,
    #[command(flatten)]
    pub(crate) storage: Storage,
}

/// What clients may take of a platform.
#[derive(ClapArgs, Clone, Copy)]
pub(crate) struct ClientLimits {
    /// Connections open at once. Beyond, the longest idle one is closed, or newcomers wait.
    #[arg(
        long,
        env = "BATON_PLATFORM_MAX_CONNECTIONS",
        default_value = "1024",
        value_name = "N",
        value_parser = clap::value_parser!(u32).range(1..=100_000)
    )]
    pub(crate) max_connections: u32,
    /// Request bodies over 64 KiB read at once. Beyond, senders wait a few seconds, then get 503.
    #[arg(
        long,
        env = "BATON_PLATFORM_MAX_LARGE_BODIES",
        default_value = "64",
        value_name = "N",
        value_parser = clap::value_parser!(u32).range(1..=10_000)
    )]
    pub(crate) max_large_bodies: u32,
}

impl ClientLimits {
    /// Event streams open at once. The other quarter of the connections is for requests that end.
    pub(crate) fn streams(self) -> usize {
        usize::try_from(self.max_connections).map_or(usize::MAX, |connections| {
            (connections - connections.div_ceil(4)).max(1)
        })
    }

    /// Files that may be open at once: connections; and for each large body read nine in all, for eight
    /// more may pause, with up to ten attachments each. Half of that is more than ever comes together.
    pub(crate) fn open_files(self) -> u64 {
        u64::from(self.max_connections) + u64::from(self.max_large_bodies) * 9 * 10 / 2
    }
}

#[derive(ClapArgs)]
pub(crate) struct PlatformServe {
    #[command(flatten)]
    pub(crate) data: PlatformData,
    /// Address to listen at.
    #[arg(
        long,
        env = "BATON_PLATFORM_LISTEN",
        default_value = "127.0.0.1:8080",
        value_name = "ADDR:PORT"
    )]
    pub(crate) listen: SocketAddr,
    /// URL under which clients reach it, when that is not the address it listens at.
    #[arg(long, env = "BATON_PLATFORM_BASE_URL", value_name = "URL")]
    pub(crate) base_url: Option<url::Url>,
    /// Serve health, metrics and the operators' pages here instead of beside the API.
    #[arg(long, env = "BATON_PLATFORM_OPERATOR_LISTEN", value_name = "ADDR:PORT")]
    pub(crate) operator_listen: Option<SocketAddr>,
    /// URL under which operators reach those pages, when that is not the address they listen at.
    #[arg(long, env = "BATON_PLATFORM_OPERATOR_URL", value_name = "URL")]
    pub(crate) operator_url: Option<url::Url>,
    #[command(flatten)]
    pub(crate) limits: ClientLimits,
    /// Largest attachment kept in the database, in bytes; larger ones become blobs.
    #[arg(long, env = "BATON_INLINE_MAX", value_name = "BYTES", hide = true)]
    pub(crate) inline_max: Option<usize>,
}

#[derive(Subcommand)]
pub(crate) enum Platform {
    /// Run the platform; with a database URL, one node of as many as you like.
    Serve(Box<PlatformServe>),
    /// Ask a node whether it is ready to take requests; for a health check that has no curl.
    Ready {
        /// Where the node serves health: its operator address, if it has one.
        #[arg(
            long,
            env = "BATON_PLATFORM_READY_URL",
            default_value = "http://127.0.0.1:8080",
            value_name = "URL"
        )]
        url: url::Url,
    },
    /// Practices that receive.
    #[command(subcommand)]
    Practice(Practice),
    /// Client systems that send.
    #[command(subcommand)]
    Client(Client),
    /// Their API keys.
    #[command(subcommand)]
    Key(Key),
    /// Toolbars and the keys that register them.
    #[command(subcommand)]
    Device(Device),
    /// Topics that messages may have.
    #[command(subcommand)]
    Topic(Topic),
    /// Widgets of client systems: see what waits, and decide.
    #[command(subcommand)]
    Widget(Widget),
    /// People who may sign in to the operators' pages.
    #[command(subcommand)]
    Operator(PlatformOperator),
    /// The audit log.
    #[command(subcommand)]
    Audit(Audit),
}

#[derive(Subcommand)]
pub(crate) enum Practice {
    /// Add a practice, or rename it.
    Add {
        #[command(flatten)]
        data: PlatformData,
        /// Its ODS code.
        ods_code: String,
        /// Its name.
        name: String,
    },
    /// List all.
    List(PlatformData),
}

#[derive(Subcommand)]
pub(crate) enum Client {
    /// Add a client system.
    Add {
        #[command(flatten)]
        data: PlatformData,
        /// Its name, as practices will see it.
        name: String,
    },
    /// List all.
    List(PlatformData),
    /// Refuse all its calls, with 403.
    Disable {
        #[command(flatten)]
        data: PlatformData,
        /// Its id, as `client list` shows it.
        id: String,
    },
    /// Let it send standard messages only, or instant ones again.
    Instant {
        #[command(flatten)]
        data: PlatformData,
        /// Its id, as `client list` shows it.
        id: String,
        /// Whether it may send instant messages.
        #[arg(action = clap::ArgAction::Set, value_name = "true|false")]
        allowed: bool,
    },
    /// Allow its calls again.
    Enable {
        #[command(flatten)]
        data: PlatformData,
        /// Its id, as `client list` shows it.
        id: String,
    },
}

#[derive(Subcommand)]
pub(crate) enum Key {
    /// Issue a key. It is shown once.
    Issue {
        #[command(flatten)]
        data: PlatformData,
        /// The client system's id.
        client: String,
    },
    /// List a client system's keys, without their secrets.
    List {
        #[command(flatten)]
        data: PlatformData,
        /// The client system's id.
        client: String,
    },
    /// Issue a new key and let the old one work a while longer.
    Rotate {
        #[command(flatten)]
        data: PlatformData,
        /// The old key's id, as `key list` shows it.
        key: String,
        /// How long the old key still works, such as `24h`.
        #[arg(long, default_value = "24h")]
        overlap: jiff::SignedDuration,
    },
    /// End a key at once.
    Revoke {
        #[command(flatten)]
        data: PlatformData,
        /// The key's id, as `key list` shows it.
        key: String,
    },
}

#[derive(Subcommand)]
pub(crate) enum Device {
    /// Issue a two-part key with which a toolbar registers. Part 2 is shown once.
    IssueKey {
        #[command(flatten)]
        data: PlatformData,
        /// The practice's ODS code.
        ods_code: String,
        /// Let it register any number of toolbars.
        #[arg(long)]
        many: bool,
        /// Days until it ends.
        #[arg(long, default_value = "30", value_parser = clap::value_parser!(u16).range(1..=366))]
        days: u16,
    },
    /// List toolbars, of one practice or all.
    List {
        #[command(flatten)]
        data: PlatformData,
        /// The practice's ODS code.
        ods_code: Option<String>,
    },
    /// Block a toolbar and end its sessions.
    Block {
        #[command(flatten)]
        data: PlatformData,
        /// Its id, as `device list` shows it.
        id: String,
    },
}

#[derive(Subcommand)]
pub(crate) enum Topic {
    /// Add a topic.
    Add {
        #[command(flatten)]
        data: PlatformData,
        /// Its name.
        name: String,
    },
    /// List all.
    List(PlatformData),
}

#[derive(Subcommand)]
pub(crate) enum Widget {
    /// List all, with what each opens and what it wants to know.
    List(PlatformData),
    /// Let practices see a widget as it is now. After any change it must be approved again.
    Approve {
        #[command(flatten)]
        data: PlatformData,
        /// Its id, as `widget list` shows it.
        id: String,
        /// The revision that you looked at, as `widget list` shows it.
        revision: u32,
        /// The ODS code of a practice that may see it; once for each.
        #[arg(
            long = "practice",
            value_name = "ODS_CODE",
            required_unless_present = "all"
        )]
        practices: Vec<String>,
        /// Every practice may see it, later ones too.
        #[arg(long, conflicts_with = "practices")]
        all: bool,
    },
    /// Refuse a widget, or take an approval back. Its supplier reads the reason.
    Refuse {
        #[command(flatten)]
        data: PlatformData,
        /// Its id, as `widget list` shows it.
        id: String,
        /// The revision that you looked at, as `widget list` shows it.
        revision: u32,
        /// Why, in at most 300 characters.
        reason: String,
    },
}

#[derive(Subcommand)]
pub(crate) enum PlatformOperator {
    /// Add one, or give one a new password, which ends their sessions. Asks for the password on a terminal;
    /// anywhere else one is made and shown once.
    Add {
        #[command(flatten)]
        data: PlatformData,
        /// The name to sign in with.
        name: String,
        /// Make a password and show it, on a terminal too.
        #[arg(long)]
        make_password: bool,
    },
    /// Give one who is there a new password, which ends their sessions.
    Password {
        #[command(flatten)]
        data: PlatformData,
        /// The name.
        name: String,
        /// Make a password and show it, on a terminal too.
        #[arg(long)]
        make_password: bool,
    },
    /// List all.
    List(PlatformData),
    /// Remove one, and end their sessions.
    Remove {
        #[command(flatten)]
        data: PlatformData,
        /// The name.
        name: String,
    },
}

#[derive(Subcommand)]
pub(crate) enum Audit {
    /// Check every link of the chain.
    Verify(PlatformData),
    /// Show the newest entries.
    Recent {
        #[command(flatten)]
        data: PlatformData,
        /// How many.
        #[arg(long, default_value = "20")]
        limit: u32,
    },
}
