//! The whole command tree on one screen.

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Put documents into patients' records, and try all of it on a laptop.
///
/// New here? Run `baton up --demo`, then open the addresses it prints.
#[derive(Parser)]
#[command(name = "baton", version, after_help = crate::exit::HELP, max_term_width = 100)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Flags that every command takes.
#[derive(ClapArgs, Clone)]
pub(crate) struct Global {
    /// Answer in JSON, for scripts.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Settings file (TOML); its sections are named like commands, its keys like flags.
    #[arg(long, global = true, env = "BATON_CONFIG", value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// What to log: a level, or `target=level,…`. Servers log `info`, other commands `warn`.
    #[arg(long, global = true, env = "BATON_LOG", value_name = "FILTER")]
    pub(crate) log: Option<String>,
    /// How log lines look on standard error.
    #[arg(
        long,
        global = true,
        env = "BATON_LOG_FORMAT",
        value_enum,
        default_value = "text"
    )]
    pub(crate) log_format: LogFormat,
    /// Worker threads.
    #[arg(long, global = true, env = "BATON_WORKERS", default_value = "2", value_parser = workers)]
    pub(crate) workers: usize,
}

fn workers(text: &str) -> Result<usize, String> {
    text.parse()
        .ok()
        .filter(|count| (1..=256).contains(count))
        .ok_or_else(|| "must be 1 to 256".to_owned())
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum LogFormat {
    Text,
    Json,
}

/// Where `baton up` keeps everything.
#[derive(ClapArgs, Clone)]
pub(crate) struct DataDir {
    /// Folder in which `baton up` keeps everything.
    #[arg(
        long,
        env = "BATON_DATA_DIR",
        default_value = "baton-data",
        value_name = "DIR"
    )]
    pub(crate) data_dir: PathBuf,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Start the whole environment on this machine: platform, Test PAS and a signed-in toolbar.
    Up(Up),
    /// Play the story against a running `baton up`: code, token, message, record.
    Demo(DataDir),
    /// The messaging platform: run it, and manage practices, client systems, keys, toolbars, topics.
    Platform {
        #[command(subcommand)]
        command: Platform,
    },
    /// The Test PAS, a stand-in for a practice's record system.
    Pas {
        #[command(subcommand)]
        command: Pas,
    },
    /// The toolbar at the practice: run it without a window, or ask the running one.
    Toolbar {
        #[command(subcommand)]
        command: Toolbar,
    },
    /// Controls of a running `baton up`: move its clock, ask for faults.
    Sandbox(Sandbox),
    /// Check configuration, addresses, disk and clock, and say what to do.
    Doctor(DataDir),
    /// Print a completion script for a shell.
    Completions {
        /// Which shell.
        shell: Shell,
    },
    /// Write the files of the repository that are generated.
    #[command(hide = true)]
    Generate {
        /// Folder to write to.
        #[arg(long)]
        out: PathBuf,
    },
}

#[derive(ClapArgs)]
pub(crate) struct Up {
    #[command(flatten)]
    pub(crate) data: DataDir,
    /// Play the story once everything is ready.
    #[arg(long)]
    pub(crate) demo: bool,
    /// Port of the platform; 0 takes any free one.
    #[arg(
        long,
        env = "BATON_PLATFORM_PORT",
        default_value = "8080",
        value_name = "PORT"
    )]
    pub(crate) platform_port: u16,
    /// Port of the Test PAS; 0 takes any free one.
    #[arg(
        long,
        env = "BATON_PAS_PORT",
        default_value = "5000",
        value_name = "PORT"
    )]
    pub(crate) pas_port: u16,
}

/// Where a platform keeps its data.
#[derive(ClapArgs, Clone)]
pub(crate) struct PlatformData {
    /// Folder of the platform's database and blobs.
    #[arg(
        long,
        env = "BATON_PLATFORM_DATA_DIR",
        default_value = "baton-data/platform",
        value_name = "DIR"
    )]
    pub(crate) data_dir: PathBuf,
}

#[derive(Subcommand)]
pub(crate) enum Platform {
    /// Run the platform.
    Serve {
        #[command(flatten)]
        data: PlatformData,
        /// Address to listen at.
        #[arg(
            long,
            env = "BATON_PLATFORM_LISTEN",
            default_value = "127.0.0.1:8080",
            value_name = "ADDR:PORT"
        )]
        listen: SocketAddr,
        /// URL under which clients reach it, when that is not the address it listens at.
        #[arg(long, env = "BATON_PLATFORM_BASE_URL", value_name = "URL")]
        base_url: Option<url::Url>,
        /// Serve health and metrics here instead of beside the API.
        #[arg(long, env = "BATON_PLATFORM_OPERATOR_LISTEN", value_name = "ADDR:PORT")]
        operator_listen: Option<SocketAddr>,
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

#[derive(Subcommand)]
pub(crate) enum Pas {
    /// Run the Test PAS.
    Serve {
        /// Folder of its database.
        #[arg(
            long,
            env = "BATON_PAS_DATA_DIR",
            default_value = "baton-data/pas",
            value_name = "DIR"
        )]
        data_dir: PathBuf,
        /// Address to listen at.
        #[arg(
            long,
            env = "BATON_PAS_LISTEN",
            default_value = "127.0.0.1:5000",
            value_name = "ADDR:PORT"
        )]
        listen: SocketAddr,
    },
}

#[derive(Subcommand)]
pub(crate) enum Toolbar {
    /// Run the toolbar without a window.
    Agent(Box<ToolbarAgent>),
    /// Show who is signed in and whether the platform answers.
    State(DataDir),
    /// Make an access code, good for 60 seconds.
    Code(DataDir),
    /// List what waits.
    Inbox(DataDir),
    /// Import a message into the patient's record.
    Import {
        #[command(flatten)]
        data: DataDir,
        /// Its reference, as `inbox` shows it.
        id: String,
    },
    /// Reject a message.
    Reject {
        #[command(flatten)]
        data: DataDir,
        /// Its reference, as `inbox` shows it.
        id: String,
        /// Why; the sender reads it.
        #[arg(long)]
        reason: String,
    },
    /// List who may send without asking.
    Tokens(DataDir),
    /// Withdraw such a permission.
    Withdraw {
        #[command(flatten)]
        data: DataDir,
        /// Its id, as `tokens` shows it.
        id: String,
    },
}

#[derive(ClapArgs)]
pub(crate) struct ToolbarAgent {
    /// Folder of this PC's key.
    #[arg(
        long,
        env = "BATON_TOOLBAR_DATA_DIR",
        default_value = "baton-data/toolbar",
        value_name = "DIR"
    )]
    pub(crate) data_dir: PathBuf,
    /// The messaging platform.
    #[arg(
        long,
        env = "BATON_TOOLBAR_PLATFORM_URL",
        default_value = "http://127.0.0.1:8080",
        value_name = "URL"
    )]
    pub(crate) platform_url: url::Url,
    /// The record system.
    #[arg(
        long,
        env = "BATON_TOOLBAR_RECORD_SYSTEM_URL",
        default_value = "http://127.0.0.1:5000",
        value_name = "URL"
    )]
    pub(crate) record_system_url: url::Url,
    /// Part 1 of the registration key; needed at the first start.
    #[arg(
        long,
        env = "BATON_TOOLBAR_KEY_PART_1",
        value_name = "KEY",
        requires = "key_part_2"
    )]
    pub(crate) key_part_1: Option<String>,
    /// Part 2 of the registration key; rather give it in the environment.
    #[arg(
        long,
        env = "BATON_TOOLBAR_KEY_PART_2",
        hide_env_values = true,
        value_name = "KEY",
        requires = "practice"
    )]
    pub(crate) key_part_2: Option<String>,
    /// ODS code of the practice that the key is for.
    #[arg(long, env = "BATON_TOOLBAR_PRACTICE", value_name = "ODS")]
    pub(crate) practice: Option<String>,
    /// What the practice calls this PC.
    #[arg(
        long,
        env = "BATON_TOOLBAR_DEVICE_NAME",
        default_value = "Toolbar agent"
    )]
    pub(crate) device_name: String,
}

#[derive(ClapArgs)]
pub(crate) struct Sandbox {
    #[command(flatten)]
    pub(crate) data: DataDir,
    #[command(subcommand)]
    pub(crate) command: SandboxCommand,
}

#[derive(Subcommand)]
pub(crate) enum SandboxCommand {
    /// Show what is in force.
    State,
    /// Move the clock forward, such as `10m` or `31d`.
    Advance {
        /// How far.
        by: String,
    },
    /// Let the next imports fail.
    FailImport {
        /// How many.
        #[arg(long, default_value = "1")]
        times: u32,
        /// What the record system gives as its reason.
        #[arg(long)]
        reason: Option<String>,
    },
    /// Cut the toolbar off, or let it go on.
    Toolbar {
        /// Which.
        state: ToolbarState,
    },
    /// Let the platform answer 429 or 503 on the partner API.
    Answer {
        /// 429, 503, or 0 for none.
        status: u16,
        /// How often.
        #[arg(long, default_value = "1")]
        times: u32,
    },
    /// Clear all faults.
    Reset,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum ToolbarState {
    Offline,
    Online,
}
