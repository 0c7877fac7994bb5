//! `baton db`, `baton backup`, `baton restore`: what an operator does with a platform's data as a whole.

use super::PlatformData;
use clap::{Args as ClapArgs, Subcommand};
use std::path::PathBuf;

#[derive(Subcommand)]
pub(crate) enum Db {
    /// Say which tables the database has, which this version wants, and what that means.
    Status(PlatformData),
    /// Bring the tables up to what this version wants. Nodes may go on running meanwhile.
    Migrate(PlatformData),
    /// Say that the database went back in time by other means than `baton restore`, before a server starts:
    /// whoever follows events is then told of a gap, and nobody misses one.
    WentBack(PlatformData),
}

#[derive(ClapArgs)]
pub(crate) struct Backup {
    #[command(flatten)]
    pub(crate) data: PlatformData,
    /// Folder to write the backup to; new or empty.
    #[arg(long, env = "BATON_BACKUP_TO", value_name = "DIR")]
    pub(crate) to: PathBuf,
}

#[derive(ClapArgs)]
pub(crate) struct Restore {
    #[command(flatten)]
    pub(crate) data: PlatformData,
    /// Folder that `baton backup` wrote.
    #[arg(long, value_name = "DIR")]
    pub(crate) from: PathBuf,
}
