//! What statements read when a gateway has seen many messages: pages are counted, so it is the same on every
//! machine.

use super::links::flights;
use super::outbox::statements as outbox;
use super::patients::{attempts, list};
use super::{accounts, events, links, patients, pieces, users, vault, webhooks};
use crate::migrate::GATEWAY;
use crate::sql::Sql;
use crate::sql::crowd::{Crowd, pages};

/// So many messages, of which the last thousand are still on their way.
const MANY: i64 = 20_000;
/// Pages that a statement may look at: a few ways down a tree for each row that it is about.
const PAGES: u64 = 250;
const KEY: &str = "11111111-1111-4111-8111-111111111111";
const OTHER_KEY: &str = "22222222-2222-4222-8222-222222222222";
const HOOK: &str = "33333333-3333-4333-8333-333333333333";

/// The id of a message, and of its upload.
fn id(n: i64) -> String {
    format!("00000000-0000-4000-8000-{n:012x}")
}

fn rows() -> Vec<String> {
    let id = "('00000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid";
    let all = format!("FROM generate_series(0::bigint, {MANY} - 1) AS n");
    let waits = format!("n >= {MANY} - 1000");
    let hash = "sha256(n::text::bytea)";
    vec![
        format!(
            "INSERT INTO data_key VALUES ('{KEY}', 'file', '\\x00', 1), ('{OTHER_KEY}', 'file', '\\x00', 2);
             INSERT INTO app_user SELECT 'user-' || n, 'Dr ' || n, n, 'authorised', 1, n, n, '{KEY}', '\\x00' {all};
             INSERT INTO webhook (id, url, wants, secret_key, secret, made_at) SELECT CASE n WHEN 0 THEN '{HOOK}' ELSE md5(n::text) END::uuid, 'https://example.org/', 0, '{KEY}', '\\x00', n FROM generate_series(0, 2) AS n;
             INSERT INTO upload SELECT {id}, n {all};
             INSERT INTO piece SELECT {id}, 0, 0, '\\x00' {all};"
        ),
        format!(
            "INSERT INTO message (id, kind, app_user, topic, practice, subject, entered_at, expires_at, entered_by, content_hash, upload, has_content, state, blocked, turn, changed_at, due_at, tries, fence, lease_until, problem, accepted_at, status, since, answer, looked_at, look_at, bucket, day) \
             SELECT {id}, 'instant', 'user-' || n % 100, 'topic', 'P' || n % 20, (n % 5000)::text, n, n, 'product:k', {hash}, {id}, n >= {MANY} / 2, \
             CASE WHEN n % 1000 = 5 THEN 'refused' WHEN {waits} THEN CASE WHEN n % 100 = 0 THEN 'sending' ELSE 'queued' END ELSE 'accepted' END, {waits} AND n % 7 = 3 AND n % 100 <> 0 AND n % 1000 <> 5, n, n, n, 1, 1, \
             CASE WHEN {waits} AND n % 100 = 0 THEN n END, CASE WHEN n % 1000 = 5 THEN 'x' END, CASE WHEN NOT ({waits} OR n % 1000 = 5) THEN n END, \
             CASE WHEN n < {MANY} / 2 AND n % 1000 <> 5 THEN 'COMPLETED' END, CASE WHEN n < {MANY} / 2 AND n % 1000 <> 5 THEN n END, CASE WHEN n < {MANY} / 2 AND n % 1000 <> 5 THEN '{{}}' END, CASE WHEN n < {MANY} / 2 AND n % 1000 <> 5 THEN n END, \
             CASE WHEN n >= {MANY} / 2 AND NOT ({waits} OR n % 1000 = 5) THEN n END, \
             CASE WHEN n % 1000 = 5 THEN 'refused' WHEN {waits} THEN 'queued' WHEN n < {MANY} / 2 THEN 'completed' ELSE 'pending' END, n / 1000 {all}"
        ),
        format!(
            "INSERT INTO message_file SELECT n, 0, 'application/pdf', 'a.pdf', 1, {hash} {all};
             INSERT INTO attempt SELECT n, 1, n FROM generate_series(1::bigint, {MANY}) AS n;
             INSERT INTO entry_tally SELECT n / 1000, 'P' || n % 20, 1, 1 {all} ON CONFLICT DO NOTHING;
             INSERT INTO bucket_tally SELECT bucket, slot, 5 FROM unnest('{{queued,pending,completed}}'::text[]) AS bucket, generate_series(0, 63) AS slot;
             INSERT INTO event (place, at, by, kind, message) SELECT (n << 20) + 1, n, 'gateway', 'message.queued', {id} {all};
             INSERT INTO delivery SELECT '{HOOK}', (n << 20) + 1, CASE WHEN {waits} THEN 'owed' ELSE 'delivered' END, 1, n, CASE WHEN NOT ({waits}) THEN n END {all};
             UPDATE feed_state SET base = 2 * {MANY};"
        ),
        // Seven in ten are linked, and a few of these are due or in flight; three hundred are under way.
        format!(
            "INSERT INTO patient (id, made_at, standing, public_id, why, since, linked_at, authorised_at, generation, tokens_key, tokens, has_refresh, obtained_at, good_until, used, due_at, details_key, details, details_at) \
             SELECT 'patient-' || n, n, kind, CASE WHEN record THEN {id} END, CASE kind WHEN 'lapsed' THEN 'session-over' END, CASE WHEN kind <> 'none' THEN n END, CASE WHEN record THEN n END, CASE WHEN record THEN n END, n, \
             CASE WHEN linked THEN '{KEY}'::uuid END, CASE WHEN linked THEN '\\x00'::bytea END, CASE WHEN linked THEN true END, CASE WHEN linked THEN n END, CASE WHEN linked THEN n END, CASE WHEN linked THEN false END, CASE WHEN linked THEN n END, \
             CASE WHEN record THEN '{KEY}'::uuid END, CASE WHEN record THEN '\\x00'::bytea END, CASE WHEN record THEN n END \
             FROM (SELECT n, kind, kind = 'linked' AS linked, kind IN ('linked', 'lapsed') AS record FROM (SELECT n, CASE n % 10 WHEN 3 THEN 'none' WHEN 4 THEN 'lapsed' WHEN 5 THEN 'unlinked' ELSE 'linked' END AS kind {all}) AS counted) AS made;
             UPDATE patient SET risk = 'last-token', risk_since = 1 WHERE standing = 'linked' AND made_at % 100 = 0;
             INSERT INTO link_flight SELECT 'patient-' || n, n + 1, 'node', n, n, n, CASE WHEN n % 400 <> 0 THEN n END, CASE WHEN n % 400 <> 0 THEN 'renewed' END, {id} {all};
             INSERT INTO link_attempt (id, patient, state_hash, return_url, redirect_uri, made_at, until) SELECT {id}, 'patient-' || n, {hash}, 'x', 'x', n, n FROM generate_series(0::bigint, {MANY} - 1, 65) AS n;
             INSERT INTO account SELECT 'patient-' || n, n || '@example.com', 'x', n {all};
             INSERT INTO account_session SELECT {hash}, 'patient-' || n, n, n, n {all};"
        ),
    ]
}

fn cases() -> Vec<(&'static str, Sql, String)> {
    let one = |n| format!("'{}'", id(n));
    let late = MANY - 400;
    // The highest number; how many; state, bucket, user, practice; from, until, and their days.
    let list = |given: &str| format!("{}, 21, {given}", i64::MAX);
    let nothing = "NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL";
    vec![
        ("find", outbox::FIND, one(7)),
        ("content", outbox::CONTENT, one(late)),
        ("files", outbox::FILES, one(late)),
        ("tries", outbox::ATTEMPTS, one(late)),
        ("lock", outbox::LOCK, one(late)),
        ("line", outbox::LOCK_LINE_OF, one(late)),
        ("next turn", outbox::NEXT_TURN, "'4601', 5".to_owned()),
        ("claim", outbox::CLAIM, format!("{MANY}, {MANY}, 5")),
        ("nothing to claim", outbox::CLAIM, "-1, 5, 50".to_owned()),
        ("next due", outbox::NEXT_DUE, String::new()),
        ("looks", outbox::CLAIM_LOOKS, format!("{MANY}, {MANY}, 5")),
        ("no looks", outbox::CLAIM_LOOKS, "-1, 5, 50".to_owned()),
        (
            "look at some",
            outbox::LOOK_AT_SOME,
            "0, 5, 1, 5, 0, 100".to_owned(),
        ),
        ("to empty", outbox::TO_EMPTY, format!("{MANY}, 20")),
        (
            "refused to empty",
            outbox::REFUSED_TO_EMPTY,
            format!("{MANY}, 20"),
        ),
        (
            "left to empty",
            outbox::LEFT_TO_EMPTY,
            format!("{MANY}, 20"),
        ),
        ("counts", outbox::COUNTS, String::new()),
        ("entries", outbox::ENTRIES, "18, 19".to_owned()),
        ("tallies", outbox::TALLIES, "18, 19".to_owned()),
        ("list", outbox::LIST, list(nothing)),
        (
            "list by time",
            outbox::LIST,
            list("NULL, NULL, NULL, NULL, 5000, 5010, 5, 5"),
        ),
        (
            "list nothing of the future",
            outbox::LIST,
            list("NULL, NULL, NULL, NULL, 5000000, 5000001, 5000, 5000"),
        ),
        (
            "list refused",
            outbox::LIST_SOME,
            list("'refused', NULL, NULL, 'P5', NULL, NULL, NULL, NULL"),
        ),
        (
            "list completed",
            outbox::LIST_SOME,
            list("NULL, 'completed', NULL, NULL, NULL, NULL, NULL, NULL"),
        ),
        (
            "list of a user",
            outbox::LIST_SOME,
            list("NULL, NULL, 'user-7', NULL, NULL, NULL, NULL, NULL"),
        ),
        (
            "list of a practice",
            outbox::LIST_SOME,
            list("NULL, NULL, NULL, 'P7', NULL, NULL, NULL, NULL"),
        ),
        (
            "events",
            events::SINCE,
            format!("'webhook.test', {}, 50", (MANY - 60) << 20),
        ),
        (
            "newest event",
            events::LATEST,
            format!("'webhook.test', {}, 1", i64::MAX),
        ),
        ("events of one", events::OF_MESSAGE, one(7)),
        ("kept events", events::STATE, String::new()),
        ("oldest events", events::OLDEST, format!("{}, 20", i64::MAX)),
        (
            "claim deliveries",
            webhooks::CLAIM,
            format!("{MANY}, {MANY}, '{{}}', 5, 10"),
        ),
        (
            "no deliveries",
            webhooks::CLAIM,
            "-1, 5, '{}', 5, 10".to_owned(),
        ),
        ("deliveries", webhooks::DELIVERIES, format!("'{HOOK}', 20")),
        ("forget deliveries", webhooks::FORGET, format!("{MANY}, 10")),
        ("owed", webhooks::OWED, String::new()),
        ("piece", pieces::GET, format!("{}, 0, 0", one(7))),
        ("old uploads", pieces::OLD, "500, 20".to_owned()),
        ("users", users::LIST, "'user-5', NULL, 20".to_owned()),
        (
            "authorised users",
            users::LIST_BY_AUTHORISATION,
            "'user-5', NULL, 20, 'authorised'".to_owned(),
        ),
        ("token", users::TOKEN, "'user-5'".to_owned()),
        (
            "sealed under others",
            vault::UNDER_OTHERS,
            format!("'{OTHER_KEY}', 50"),
        ),
        ("progress", vault::PROGRESS, format!("'{KEY}'")),
        ("patient", patients::GET, "'patient-7'".to_owned()),
        ("patients", list::PAGE, "'patient-5', 20".to_owned()),
        (
            "linked patients",
            list::PAGE_OF,
            "'patient-5', 20, 'linked'".to_owned(),
        ),
        (
            "patients under way",
            list::PAGE_PENDING,
            "'', 20, 500".to_owned(),
        ),
        (
            "patients without a link",
            list::PAGE_STILL,
            "'patient-5', 20, 'none', 500".to_owned(),
        ),
        (
            "links at risk",
            list::PAGE_AT_RISK,
            "'patient-5', 20".to_owned(),
        ),
        ("patients in each state", patients::COUNTS, String::new()),
        (
            "attempts that are over",
            attempts::OVER,
            "5000, 20".to_owned(),
        ),
        (
            "no attempt that is over",
            attempts::OVER,
            "-1, 50".to_owned(),
        ),
        ("links to renew", links::DUE, format!("{MANY}, 20")),
        ("nothing to renew", links::DUE, "-1, 50".to_owned()),
        (
            "flights that are over",
            flights::ENDED,
            format!("{MANY}, 20"),
        ),
        (
            "no flight that is over",
            flights::ENDED,
            "-1, 50".to_owned(),
        ),
        ("journal", links::FLIGHTS, "'patient-7', 20".to_owned()),
        (
            "forget flights",
            links::FORGET_FLIGHTS,
            format!("{MANY}, 20"),
        ),
        ("account", accounts::BY_EMAIL, "'7@example.com'".to_owned()),
        ("remove key", vault::REMOVE, format!("'{OTHER_KEY}'")),
    ]
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn statements_look_at_a_few_pages() {
    let crowd = Crowd::new(&GATEWAY, &rows()).await;
    let mut bad = Vec::new();
    for mode in ["force_custom_plan", "force_generic_plan"] {
        for (name, sql, given) in cases() {
            // It is never run any other way.
            if mode == "force_generic_plan"
                && [outbox::LIST.0, outbox::LIST_SOME.0].contains(&sql.0)
            {
                continue;
            }
            let plan = crowd.run(mode, sql, &given).await;
            let pages = pages(&plan);
            if pages > PAGES {
                bad.push(format!("{mode} {name}: {pages} pages\n{}", plan.join("\n")));
            }
        }
    }
    crowd.end().await;
    assert!(bad.is_empty(), "{}", bad.join("\n\n"));
}
