//! A database with many messages over three months.

use crate::migrate::PLATFORM;
use crate::platform::upkeep::parts_at;
use crate::sql::crowd::Crowd;

/// So many messages.
pub(super) const MANY: i64 = 20_000;
/// One of December.
pub(super) const MIDDLE: i64 = 10_000;
/// One of the last month, in which some still wait.
pub(super) const LATE: i64 = 19_500;
pub(super) const NIL: &str = "00000000-0000-0000-0000-000000000000";
/// Who sent all of them.
pub(super) const CLIENT: &str = "11111111-1111-4111-8111-111111111111";
pub(super) const TOKEN: &str = "22222222-2222-4222-8222-222222222222";

/// The start of November 2026, in milliseconds of Unix.
const START: i64 = 1_793_491_200_000;
/// All are accepted within 92 days.
const STEP: i64 = 92 * 86_400_000 / MANY;

/// The reference of a message, which is its sender's name for it as well.
pub(super) fn reference(n: i64) -> String {
    let time = format!("{:012x}", START + n * STEP);
    format!("{}-{}-7000-8000-{n:012x}", &time[..8], &time[8..])
}

/// The same in SQL, of `n`.
fn reference_sql() -> String {
    format!(
        "regexp_replace(lpad(to_hex({START} + n * {STEP}), 12, '0'), '^(.{{8}})(.{{4}})$', '\\1-\\2-7000-8000-') || lpad(to_hex(n), 12, '0')"
    )
}

/// What fills the tables: all but the last thousand have ended, and the first half was emptied.
fn rows() -> String {
    let id = format!("({})::uuid", reference_sql());
    let all = format!("FROM generate_series(0::bigint, {MANY} - 1) AS n");
    let full = format!("FROM generate_series({MANY}::bigint / 2, {MANY} - 1) AS n");
    let waits = format!("n >= {MANY} - 1000");
    let practice = "'P' || lpad((n % 20)::text, 3, '0')";
    let hash = "sha256(n::text::bytea)";
    format!(
        "INSERT INTO client (id, name, disabled, instant) VALUES ('{CLIENT}', 'Pharmacy', false, true);
         INSERT INTO message_key SELECT '{CLIENT}', {id}, {id}, {hash} {all};
         INSERT INTO message SELECT {id}, '{CLIENT}', {id}, CASE WHEN n % 1000 = 0 THEN 'D' END, CASE WHEN n % 1000 = 0 THEN '{TOKEN}'::uuid END, 'topic', {practice}, '9547852140', n, n, {hash}, 1, 1, n < {MANY} / 2, 1, n, CASE WHEN {waits} THEN 'waiting' ELSE 'expired' END, CASE WHEN {waits} THEN 'standard' END, NULL, NULL, 0, NULL, NULL, NULL, NULL, CASE WHEN {waits} THEN n END, CASE WHEN NOT {waits} THEN n END {all};
         INSERT INTO message_body SELECT {id}, 'text/plain', repeat('x', 100) {full};
         INSERT INTO attachment SELECT {id}, 0, 'application/pdf', 'a.pdf', 10, {hash}, '\\x00' {full};
         INSERT INTO coded_item SELECT {id}, 0, '27113001' {full};
         INSERT INTO history SELECT {id}, 1, 'PENDING', NULL, n {all};
         INSERT INTO feed (place, practice, at, kind, message) SELECT (n << 20) + 1, {practice}, n, 'message', {id} {all};
         INSERT INTO feed (place, client, at, kind, message) SELECT (n << 20) + 2, '{CLIENT}', n, 'status', {id} {all};
         INSERT INTO message_count SELECT 'PENDING', '', n, 1 FROM generate_series(1, 64) AS n;
         UPDATE feed_state SET base = 2 * {MANY}, forgotten = 3000 << 20;"
    )
}

/// A database that is filled with them.
pub(super) async fn crowd() -> Crowd {
    let parts = parts_at("2026-11-21T12:00:00Z".parse().unwrap());
    let parts = parts.iter().map(|part| format!("BEGIN; {part} COMMIT;"));
    let all: Vec<String> = parts.chain([rows()]).collect();
    Crowd::new(&PLATFORM, &all).await
}
