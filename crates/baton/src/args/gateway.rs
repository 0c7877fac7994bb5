//! `baton gateway …`

mod calls;
mod kept;
mod patients;
mod serve;
mod widget;

pub(crate) use calls::{AtGateway, Message, User, Webhook};
pub(crate) use kept::{GatewayData, Key, KeySources, Keys, Operator};
pub(crate) use patients::{LinkState, Patient};
pub(crate) use serve::{AtPkb, AtPlatform, GatewayServe};
pub(crate) use widget::{Register as RegisterWidget, Widget};

use clap::{Args, Subcommand};
use std::path::PathBuf;

#[derive(Subcommand)]
pub(crate) enum GatewayDb {
    /// Say which tables the database has, which this version wants, and what that means.
    Status(GatewayData),
    /// Bring the tables up to what this version wants. Nodes may go on running meanwhile.
    Migrate(GatewayData),
    /// Say that the database went back in time by other means than `baton gateway restore`, before a gateway
    /// starts: whoever follows events is told of a gap, and no refresh token that it holds is sent again.
    WentBack(GatewayData),
}

#[derive(Args)]
pub(crate) struct GatewayDoctor {
    #[command(flatten)]
    pub(crate) data: GatewayData,
    #[command(flatten)]
    pub(crate) keys: KeySources,
    #[command(flatten)]
    pub(crate) platform: AtPlatform,
    #[command(flatten)]
    pub(crate) pkb: AtPkb,
    /// URL under which your product and your users reach the gateway.
    #[arg(long, env = "BATON_GATEWAY_BASE_URL", value_name = "URL")]
    pub(crate) base_url: Option<url::Url>,
}

#[derive(Subcommand)]
pub(crate) enum Gateway {
    /// Run the gateway; with a database URL, one node of as many as you like.
    Serve(Box<GatewayServe>),
    /// Ask a gateway whether it is ready to take requests; for a health check that has no curl.
    Ready {
        /// Where it serves health: its metrics address, if it has one.
        #[arg(
            long,
            env = "BATON_GATEWAY_READY_URL",
            default_value = "http://127.0.0.1:8090",
            value_name = "URL"
        )]
        url: url::Url,
    },
    /// Keys with which your product calls the gateway.
    #[command(subcommand)]
    Key(Key),
    /// People who may sign in to the console.
    #[command(subcommand)]
    Operator(Operator),
    /// Data keys, under which secrets are sealed.
    #[command(subcommand)]
    Keys(Keys),
    /// Practitioners, by your product's own ids, and their authorisation.
    #[command(subcommand)]
    User(User),
    /// Messages on their way.
    #[command(subcommand)]
    Message(Message),
    /// Patients, by the app's own ids, and the links to their PKB records.
    #[command(subcommand)]
    Patient(Patient),
    /// Endpoints that are told what happens.
    #[command(subcommand)]
    Webhook(Webhook),
    /// What practices' toolbars show of the gateway, and launch.
    #[command(subcommand)]
    Widget(Widget),
    /// Its database: which tables it has, and bringing them up to date.
    #[command(subcommand)]
    Db(GatewayDb),
    /// Copy its database to a folder, while it runs. The key is not in the copy: keep it elsewhere.
    Backup {
        #[command(flatten)]
        data: GatewayData,
        /// Folder to write the backup to; new or empty.
        #[arg(long, env = "BATON_GATEWAY_BACKUP_TO", value_name = "DIR")]
        to: PathBuf,
    },
    /// Bring a backup back, into an empty place.
    Restore {
        #[command(flatten)]
        data: GatewayData,
        /// Folder that `baton gateway backup` wrote.
        #[arg(long, value_name = "DIR")]
        from: PathBuf,
    },
    /// Check the key, the database, the platform, Patients Know Best and the clock, and say what to do.
    Doctor(Box<GatewayDoctor>),
}
