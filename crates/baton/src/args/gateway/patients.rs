//! `baton gateway patient …`

use super::AtGateway;
use clap::{Subcommand, ValueEnum};

/// Where a patient's link stands.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LinkState {
    None,
    Pending,
    Linked,
    NeedsReauthorisation,
    Unlinked,
}

#[derive(Subcommand)]
pub(crate) enum Patient {
    /// List patients by id, and where their links stand.
    List {
        #[command(flatten)]
        at: AtGateway,
        /// Only those whose link stands so.
        #[arg(long)]
        state: Option<LinkState>,
        /// How many at most.
        #[arg(long, default_value = "100", value_parser = clap::value_parser!(u32).range(1..=10_000))]
        limit: u32,
    },
    /// Show one. What PKB says about the patient is shown only on request.
    Show {
        #[command(flatten)]
        at: AtGateway,
        /// The app's own id.
        id: String,
        /// With name, date of birth, NHS number and the like.
        #[arg(long)]
        demographics: bool,
    },
    /// End the link: tokens and demographics are destroyed. The patient stays.
    Unlink {
        #[command(flatten)]
        at: AtGateway,
        /// The app's own id.
        id: String,
    },
}
