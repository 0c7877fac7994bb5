//! `baton toolbar …`

use super::DataDir;
use clap::{Args as ClapArgs, Subcommand};
use std::path::PathBuf;

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
    /// List the widgets that the practice sees.
    Widgets(DataDir),
    /// Open a widget as whoever is signed in: print the address for a browser, which works once, within a minute.
    Launch {
        #[command(flatten)]
        data: DataDir,
        /// Its id, as `widgets` shows it.
        id: String,
        /// NHS number of the patient, for a widget that wants one.
        #[arg(long, value_name = "NHS_NUMBER")]
        patient: Option<String>,
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
