//! The schemas that this binary knows, and the steps that made each.

/// A step from one version of a schema to the next; the version is its place in the list, from 1.
pub(crate) struct Migration {
    pub(super) name: &'static str,
    pub(super) sql: &'static str,
    /// The lowest version that a program may know and still work on a database with this one.
    pub(super) works_with: i64,
}

/// A schema of ours in a database. Several stand beside each other and know nothing of each other.
pub(crate) struct Realm {
    /// The schema's name.
    pub(crate) name: &'static str,
    /// What a session begins with beside what all do.
    pub(crate) session: &'static str,
    pub(super) steps: &'static [Migration],
    /// Of all programs that change this schema, one at a time.
    pub(super) one_at_a_time: i64,
    /// Held from the first missing step to the last, so that others know that more steps follow.
    pub(super) all_steps: i64,
}

macro_rules! migrations {
    ($folder:literal: $($name:literal works_with $works_with:literal,)+) => {
        &[$(Migration {
            name: $name,
            sql: include_str!(concat!("../../migrations/", $folder, "/", $name, ".sql")),
            works_with: $works_with,
        }),+]
    };
}

/// The platform's. A step that only adds what older programs can do without works with the
/// version before it; nodes are then replaced one by one after it. A step that takes away what the version
/// before it still uses works with its own only: that takes two releases, the first of which stops using it.
pub(crate) static PLATFORM: Realm = Realm {
    name: "platform",
    session: "",
    steps: migrations!["platform":
        "0001_organisations" works_with 1,
        "0002_toolbars" works_with 1,
        "0003_permissions" works_with 1,
        "0004_messages" works_with 1,
        "0005_feed" works_with 1,
        "0006_audit" works_with 6,
        "0007_identity" works_with 6,
        "0008_widgets" works_with 6,
        "0009_operators" works_with 6,
    ],
    one_at_a_time: 7_239_118_202_651,
    all_steps: 7_239_118_202_652,
};

/// A gateway's.
pub(crate) static GATEWAY: Realm = Realm {
    name: "gateway",
    // Behind a limit that is a parameter PostgreSQL expects a tenth of a table, and would read it all to join that.
    session: "SET enable_mergejoin = off; SET enable_hashjoin = off; SET enable_bitmapscan = off; ",
    steps: migrations!["gateway":
        "0001_access" works_with 1,
        "0002_vault" works_with 1,
        "0003_outbox" works_with 1,
        "0004_events" works_with 4,
        "0005_patients" works_with 4,
        "0006_launches" works_with 4,
    ],
    one_at_a_time: 7_239_118_202_653,
    all_steps: 7_239_118_202_654,
};

impl Realm {
    /// The newest version that this binary knows.
    pub(super) fn known(&self) -> i64 {
        store::row::int(self.steps.len())
    }
}
