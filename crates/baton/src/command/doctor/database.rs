//! Whether the database keeps what it is given, and fits this program.

use super::{Check, SKEW};
use crate::storage::rows::schema;
use crate::storage::{Database, Place, told};
use httpkit::clock::SystemClock;
use jiff::{SignedDuration, Timestamp};
use model::Clock as _;
use store_postgres::{Facts, Settings};

const OF: &str = "database";

/// Looks at the tables and, where the database is a server, at how it keeps them. Whether there is a
/// database to ask for more.
pub(super) async fn check(place: &Place, checks: &mut Vec<Check>) -> bool {
    match schema(place).await {
        Ok(found) if found.pending.is_empty() => checks.push(Check::good(
            OF,
            format!("{}, tables of version {}", place.shown(), found.version),
        )),
        Ok(found) => checks.push(Check::warning(
            OF,
            format!(
                "{}: these changes are pending: {}",
                place.shown(),
                found.pending.join(", ")
            ),
            "run `baton db migrate` before you start this version",
        )),
        Err(error) => {
            checks.push(Check::bad(
                OF,
                format!("{error:#}"),
                "mend that first: nothing is accepted or delivered without it",
            ));
            return false;
        }
    }
    if let Database::Server(settings) = &place.database {
        match store_postgres::inspect(settings).await {
            Ok(facts) => server(settings, &facts, checks),
            Err(error) => checks.push(Check::bad(
                OF,
                format!("{:#}", told(error, settings)),
                "see the line above",
            )),
        }
    }
    true
}

fn server(settings: &Settings, facts: &Facts, checks: &mut Vec<Check>) {
    checks.push(durability(facts));
    checks.push(standby(facts));
    let (of, most) = ("connections", facts.max_connections);
    let ours = settings.connections.saturating_add(2);
    checks.push(if ours.saturating_mul(2) > most {
        Check::warning(
            of,
            format!("the server takes {most}, and one node uses up to {ours}"),
            "raise max_connections, or lower --database-connections: every node needs its own",
        )
    } else {
        Check::good(
            of,
            format!("the server takes {most}; one node uses up to {ours}"),
        )
    });
    checks.push(clock(facts));
}

/// Whether a commit is on a disk when it is answered.
fn durability(facts: &Facts) -> Check {
    let of = "durability";
    let found = format!(
        "PostgreSQL {}, fsync {}, full_page_writes {}, synchronous_commit {}, checksums {}",
        facts.version,
        on(facts.fsync),
        on(facts.full_page_writes),
        facts.synchronous_commit,
        on(facts.data_checksums)
    );
    if !facts.fsync || !facts.full_page_writes {
        return Check::bad(
            of,
            found,
            "switch fsync and full_page_writes on and restart the server: as it is, a power cut can take \
             acknowledged messages away",
        );
    }
    if facts.encoding != "UTF8" {
        return Check::bad(
            of,
            format!("the database's encoding is {}", facts.encoding),
            "make a database with encoding UTF8",
        );
    }
    if !facts.data_checksums {
        return Check::warning(
            of,
            found,
            "bytes that change on the disk go unnoticed; see pg_checksums --enable",
        );
    }
    Check::good(of, found)
}

/// Whether the loss of one machine loses messages.
fn standby(facts: &Facts) -> Check {
    let of = "standby";
    let names = &facts.synchronous_standby_names;
    let waits = matches!(
        facts.synchronous_commit.as_str(),
        "on" | "remote_apply" | "remote_write"
    );
    if facts.standby {
        return Check::bad(
            of,
            "we reached a standby, which takes no writes",
            "name the primary too: postgres://USER@A,B/NAME",
        );
    }
    if names.is_empty() || !waits {
        return Check::warning(
            of,
            "commits wait for no standby",
            "when this server's disk is lost, so is what came since the last backup; set \
             synchronous_standby_names (docs/operators.md)",
        );
    }
    if facts.synchronous_standbys == 0 {
        return Check::warning(
            of,
            format!("commits wait for `{names}`, and we see none that follows"),
            "if it is down, every commit waits; if it is not, this user may not look (grant pg_monitor)",
        );
    }
    Check::good(
        of,
        format!(
            "commits wait for `{names}`; {} follow",
            facts.synchronous_standbys
        ),
    )
}

fn clock(facts: &Facts) -> Check {
    let of = "server clock";
    let ours = SystemClock.now();
    let there = Timestamp::from_millisecond(facts.now).unwrap_or(ours);
    let apart = ours.duration_since(there).abs();
    if apart > SKEW {
        Check::warning(
            of,
            format!("{} s apart from this machine's", apart.as_secs()),
            "set all clocks by NTP: expiry and leases go by the nodes' clocks",
        )
    } else {
        Check::good(
            of,
            format!(
                "agrees with this machine's, {} ms apart",
                SignedDuration::as_millis(&apart)
            ),
        )
    }
}

fn on(is: bool) -> &'static str {
    if is { "on" } else { "off" }
}
