//! What is asked of a running gateway over HTTP, as a product asks it.

use super::super::DataDir;
use super::super::storage::secret;
use clap::{Args as ClapArgs, Subcommand, ValueEnum};
use model::Secret;

/// Which gateway, and the key for it.
#[derive(ClapArgs, Clone)]
pub(crate) struct AtGateway {
    #[command(flatten)]
    pub(crate) data: DataDir,
    /// The gateway; without it, that of the `up` that runs on the data folder.
    #[arg(long, env = "BATON_GATEWAY_URL", value_name = "URL")]
    pub(crate) gateway_url: Option<url::Url>,
    /// A key of the gateway's API; give it in the environment, where others cannot list it. Without it,
    /// that of the `up` that runs on the data folder.
    #[arg(
        long,
        env = "BATON_GATEWAY_API_KEY",
        value_name = "KEY",
        value_parser = secret,
        hide_env_values = true,
        hide_default_value = true
    )]
    pub(crate) gateway_key: Option<Secret>,
}

#[derive(Subcommand)]
pub(crate) enum User {
    /// Add a user, or give one a new name.
    Put {
        #[command(flatten)]
        at: AtGateway,
        /// Your product's own id.
        id: String,
        /// A name for people.
        #[arg(long)]
        name: Option<String>,
    },
    /// List users.
    List {
        #[command(flatten)]
        at: AtGateway,
        /// How many at most.
        #[arg(long, default_value = "100", value_parser = clap::value_parser!(u32).range(1..=10_000))]
        limit: u32,
    },
    /// Show one, asking the platform whether the authorisation is still good.
    Show {
        #[command(flatten)]
        at: AtGateway,
        /// Your product's own id.
        id: String,
    },
    /// Hand in the access code that the practitioner read from the toolbar.
    Authorise {
        #[command(flatten)]
        at: AtGateway,
        /// Your product's own id.
        id: String,
        /// The code; spaces and lower case do no harm.
        code: String,
    },
    /// Make a link to the page on which the practitioner enters an access code.
    Link {
        #[command(flatten)]
        at: AtGateway,
        /// Your product's own id.
        id: String,
    },
    /// Forget the authorisation; the user stays.
    Forget {
        #[command(flatten)]
        at: AtGateway,
        /// Your product's own id.
        id: String,
    },
    /// Delete a user and the authorisation. Messages stay.
    Delete {
        #[command(flatten)]
        at: AtGateway,
        /// Your product's own id.
        id: String,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum MessageState {
    Queued,
    Sending,
    Accepted,
    Refused,
}

#[derive(Subcommand)]
pub(crate) enum Message {
    /// List messages, newest first.
    List {
        #[command(flatten)]
        at: AtGateway,
        /// Only in this state.
        #[arg(long)]
        state: Option<MessageState>,
        /// Only in this user's name.
        #[arg(long, value_name = "ID")]
        user: Option<String>,
        /// Only to this practice.
        #[arg(long, value_name = "ODS")]
        to: Option<String>,
        /// How many at most.
        #[arg(long, default_value = "50", value_parser = clap::value_parser!(u32).range(1..=10_000))]
        limit: u32,
    },
    /// Show one, with every try and what came of it.
    Show {
        #[command(flatten)]
        at: AtGateway,
        /// Its id.
        id: String,
    },
    /// Let a refused one go again, mended or as it is.
    Release {
        #[command(flatten)]
        at: AtGateway,
        /// Its id.
        id: String,
        /// Another topic.
        #[arg(long)]
        topic: Option<String>,
        /// Another practice.
        #[arg(long, value_name = "ODS")]
        to: Option<String>,
        /// Another practitioner.
        #[arg(long, value_name = "ID")]
        user: Option<String>,
        /// Another end, such as `2026-12-24T12:00:00Z`.
        #[arg(long, value_name = "TIME")]
        expiry: Option<jiff::Timestamp>,
    },
    /// Take a queued one out of the queue, so that later ones about the same patient go on. It can be released again.
    Stop {
        #[command(flatten)]
        at: AtGateway,
        /// Its id.
        id: String,
    },
    /// Ask the platform now where a message stands.
    Look {
        #[command(flatten)]
        at: AtGateway,
        /// Its id.
        id: String,
    },
}

#[derive(Subcommand)]
pub(crate) enum Webhook {
    /// Add an endpoint. Its secret is shown once.
    Add {
        #[command(flatten)]
        at: AtGateway,
        /// Where to post.
        url: String,
        /// Only these events, with commas between; all without it.
        #[arg(long, value_delimiter = ',', value_name = "EVENT")]
        events: Vec<String>,
        /// What it is for.
        #[arg(long)]
        description: Option<String>,
    },
    /// List endpoints, with their last answers.
    List(AtGateway),
    /// Show one and its last deliveries.
    Show {
        #[command(flatten)]
        at: AtGateway,
        /// Its id, as `list` shows it.
        id: String,
    },
    /// Delete one, and what is owed to it.
    Delete {
        #[command(flatten)]
        at: AtGateway,
        /// Its id, as `list` shows it.
        id: String,
    },
    /// Have a test event posted to it.
    Test {
        #[command(flatten)]
        at: AtGateway,
        /// Its id, as `list` shows it.
        id: String,
    },
    /// Make another secret. Both sign for 24 hours.
    Rotate {
        #[command(flatten)]
        at: AtGateway,
        /// Its id, as `list` shows it.
        id: String,
    },
    /// Post to it again, after it was switched off. What happened meanwhile is not posted: list the messages.
    Enable {
        #[command(flatten)]
        at: AtGateway,
        /// Its id, as `list` shows it.
        id: String,
    },
}
