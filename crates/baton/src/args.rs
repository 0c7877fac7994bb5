//! The command tree: what there is at the top; below it, one file a part.

mod bench;
mod gateway;
mod keeping;
mod pkb_sandbox;
mod platform;
mod sandbox;
mod send;
mod storage;
mod toolbar;

pub(crate) use bench::{Bench, Scenario};
pub(crate) use gateway::{
    AtGateway, AtPkb, AtPlatform, Gateway, GatewayData, GatewayDb, GatewayDoctor, GatewayServe,
    Key as GatewayKey, KeySources, Keys, LinkState, Message as GatewayMessage, Operator, Patient,
    RegisterWidget, User, Webhook, Widget as GatewayWidget,
};
pub(crate) use keeping::{Backup, Db, Restore};
pub(crate) use pkb_sandbox::{PkbSandbox, PkbSandboxServe};
pub(crate) use platform::{
    Audit, Client, Device, Key, Platform, PlatformData, PlatformOperator, PlatformServe, Practice,
    Topic, Widget,
};
pub(crate) use sandbox::{PkbAnswer, Sandbox, SandboxCommand, ToolbarState};
pub(crate) use send::{Coded, Send, Status};
pub(crate) use storage::Storage;
pub(crate) use toolbar::{Toolbar, ToolbarAgent};

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
    /// What to log: a level, or `target=level,…`. Servers log `info`, other commands `warn`; `up` logs
    /// `info` to `up.log` in its data folder unless this is given.
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
    /// What to break on purpose, for tests; see the crate `faultpoint`.
    #[arg(
        long,
        global = true,
        env = "BATON_FAULT_POINTS",
        value_name = "PLAN",
        hide = true
    )]
    pub(crate) fault_points: Option<faultpoint::Plan>,
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
    /// Start the whole environment on this machine: platform, gateway, Test PAS, PKB sandbox and a signed-in
    /// toolbar.
    Up(Box<Up>),
    /// Play the story against a running `baton up`: code, message, record, webhook; sign up, approve, linked.
    Demo(DataDir),
    /// Send documents into a patient's record, through a gateway.
    Send(Box<Send>),
    /// Show where a message stands that was sent through a gateway.
    Status(Box<Status>),
    /// The gateway that runs beside your product: run it, and manage users, messages, webhooks, keys.
    Gateway {
        #[command(subcommand)]
        command: Box<Gateway>,
    },
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
    /// The PKB sandbox, a stand-in for Patients Know Best with made-up patients.
    PkbSandbox {
        #[command(subcommand)]
        command: PkbSandbox,
    },
    /// The toolbar at the practice: run it without a window, or ask the running one.
    Toolbar {
        #[command(subcommand)]
        command: Toolbar,
    },
    /// Controls of a running `baton up`: move its clock, ask for faults.
    Sandbox(Sandbox),
    /// Put load on a platform and see how it bears it: requests a second, and how long they waited.
    Bench(Box<Bench>),
    /// Check configuration, addresses, storage and clock, and say what to do.
    Doctor(Box<Doctor>),
    /// A platform's database: which tables it has, and bringing them up to date.
    #[command(subcommand)]
    Db(Db),
    /// Copy a platform's data to a folder, while it runs.
    Backup(Box<Backup>),
    /// Bring a backup back, into an empty place.
    Restore(Box<Restore>),
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
pub(crate) struct Doctor {
    #[command(flatten)]
    pub(crate) data: DataDir,
    #[command(flatten)]
    pub(crate) storage: Storage,
}

#[derive(ClapArgs)]
pub(crate) struct Up {
    #[command(flatten)]
    pub(crate) data: DataDir,
    #[command(flatten)]
    pub(crate) storage: Storage,
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
    /// Port of the gateway; 0 takes any free one.
    #[arg(
        long,
        env = "BATON_GATEWAY_PORT",
        default_value = "8090",
        value_name = "PORT"
    )]
    pub(crate) gateway_port: u16,
    /// Port of the PKB sandbox; 0 takes any free one.
    #[arg(
        long,
        env = "BATON_PKB_PORT",
        default_value = "8095",
        value_name = "PORT"
    )]
    pub(crate) pkb_port: u16,
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
