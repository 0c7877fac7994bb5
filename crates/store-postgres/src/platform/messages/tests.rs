//! What statements read when tables are large: pages are counted, so it is the same on every machine.

mod crowd;

use super::super::{feed, upkeep};
use super::statements as sql;
use crate::sql::Sql;
use crate::sql::crowd::pages;
use crowd::{LATE, MANY, MIDDLE, crowd, reference};
use std::collections::BTreeSet;

/// Pages that a statement may look at: a few ways down a tree, for every part that it cannot leave out.
const PAGES: u64 = 100;

/// A statement, what it is given, and the months of tables it may look into; none given: all.
struct Case {
    name: &'static str,
    sql: Sql,
    given: String,
    months: &'static [&'static str],
}

const DECEMBER: &[&str] = &["202612"];

/// Four messages of December: a list, and its bounds.
fn four() -> String {
    let references: Vec<String> = (0..4).map(|n| reference(MIDDLE + n)).collect();
    let (first, last) = (reference(MIDDLE), reference(MIDDLE + 3));
    format!("'{{{}}}', '{first}', '{last}'", references.join(","))
}

fn cases() -> Vec<Case> {
    let one = |n| format!("'{}'", reference(n));
    let case = |name, sql, given: String, months| Case {
        name,
        sql,
        given,
        months,
    };
    let changed = format!(
        "'{{{0}}}', '{{1}}', '{{5}}', '{{expired}}', '{{NULL}}', '{{NULL}}', '{{NULL}}', '{{0}}', '{{NULL}}', '{{NULL}}', '{{NULL}}', '{{NULL}}', '{{NULL}}', '{{5}}', '{0}', '{0}'",
        reference(MIDDLE)
    );
    let lines = format!(
        "'{{{0},{0}}}', '{{1,2}}', '{{PENDING,EXPIRED}}', '{{NULL,NULL}}', '{{1,2}}', '{0}', '{0}'",
        reference(MIDDLE)
    );
    let inbox = |after| format!("'P007', '555000000109', '{after}', 10");
    vec![
        case("lock", sql::BY_REFERENCE, one(MIDDLE), DECEMBER),
        case("get", sql::GET, one(MIDDLE), DECEMBER),
        case("history", sql::HISTORY, one(MIDDLE), DECEMBER),
        case("body", sql::BODY, one(MIDDLE), DECEMBER),
        case("attachments", sql::ATTACHMENTS, one(MIDDLE), DECEMBER),
        case(
            "attachment",
            sql::ATTACHMENT,
            format!("{}, 0", one(MIDDLE)),
            DECEMBER,
        ),
        case("coded items", sql::CODED_ITEMS, one(MIDDLE), DECEMBER),
        case("not emptied", sql::NOT_EMPTIED, one(MIDDLE), DECEMBER),
        case("change", sql::CHANGE, changed, DECEMBER),
        case("add lines", sql::ADD_LINES, lines, DECEMBER),
        case(
            "put off",
            sql::PUT_OFF,
            format!("{}, 5", one(LATE)),
            &["202701"],
        ),
        case("sizes", sql::SIZES_OF, four(), DECEMBER),
        case("body sizes", sql::BODY_SIZES, four(), DECEMBER),
        case("drop bodies", sql::DROP_BODIES, four(), DECEMBER),
        case("drop attachments", sql::DROP_ATTACHMENTS, four(), DECEMBER),
        case("drop coded items", sql::DROP_CODED_ITEMS, four(), DECEMBER),
        case("emptied", sql::EMPTIED, four(), DECEMBER),
        case(
            "find",
            sql::FIND,
            format!("'{}', {}", crowd::CLIENT, one(MIDDLE)),
            DECEMBER,
        ),
        case(
            "earlier",
            sql::EARLIER,
            format!("'{{{}}}', '{{{}}}'", crowd::CLIENT, reference(MIDDLE)),
            &[],
        ),
        case("inbox", sql::WAITING, inbox(crowd::NIL.to_owned()), &[]),
        case(
            "inbox, later",
            sql::WAITING,
            inbox(reference(LATE)),
            &["202701"],
        ),
        case("due", sql::DUE, "800000, 21".to_owned(), &[]),
        case("nothing due", sql::DUE, "-1, 21".to_owned(), &[]),
        case("to empty", sql::TO_EMPTY, "800000, 21".to_owned(), &[]),
        case("nothing to empty", sql::TO_EMPTY, "-1, 21".to_owned(), &[]),
        case(
            "under a token",
            sql::UNDER_TOKEN,
            format!("'{}'", crowd::TOKEN),
            &[],
        ),
        case("counts", sql::COUNTS, String::new(), &[]),
        case(
            "feed of a practice",
            feed::OF_PRACTICE,
            format!("'P007', {}, 100", MANY << 20),
            &[],
        ),
        case(
            "feed of a client",
            feed::OF_CLIENT,
            format!("'{}', {}, 20", crowd::CLIENT, (MANY - 10) << 20),
            &[],
        ),
        case(
            "all of a feed",
            feed::OF_PRACTICE,
            "'P007', 0, 10".to_owned(),
            &[],
        ),
        case(
            "newest of a practice",
            feed::LATEST_OF_PRACTICE,
            format!("'P007', {}, 1", i64::MAX),
            &[],
        ),
        case(
            "newest of a client",
            feed::LATEST_OF_CLIENT,
            format!("'{}', {}, 1", crowd::CLIENT, i64::MAX),
            &[],
        ),
        case("state of the feed", feed::STATE, String::new(), &[]),
        case(
            "oldest of the feed",
            feed::OLDEST,
            format!("0, {}, 50", i64::MAX),
            &[],
        ),
        case("clear the feed", upkeep::CLEAR, "-1".to_owned(), &[]),
        case(
            "is the feed forgotten",
            upkeep::FORGOTTEN,
            format!("0, {}, 5", MANY << 20),
            &[],
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn statements_look_at_a_few_pages_of_the_parts_they_need() {
    let crowd = crowd().await;
    let mut bad = Vec::new();
    for mode in ["force_custom_plan", "force_generic_plan"] {
        for case in cases() {
            let plan = crowd.run(mode, case.sql, &case.given).await;
            let (pages, months) = (pages(&plan), months(&plan));
            let strange: Vec<_> = months
                .iter()
                .filter(|month| !case.months.is_empty() && !case.months.contains(&month.as_str()))
                .collect();
            if pages > PAGES || !strange.is_empty() {
                let (name, plan) = (case.name, plan.join("\n"));
                bad.push(format!("{mode} {name}: {pages} pages, {strange:?}\n{plan}"));
            }
        }
    }
    crowd.end().await;
    assert!(bad.is_empty(), "{}", bad.join("\n\n"));
}

/// The months whose parts were looked into.
fn months(plan: &[String]) -> BTreeSet<String> {
    let steps = plan
        .iter()
        .filter(|line| line.contains("Scan") && !line.contains("never executed"));
    let words = steps
        .filter_map(|line| line.split_once(" on "))
        .filter_map(|(_, rest)| {
            let table = rest.split(' ').next()?;
            let (_, month) = table.rsplit_once("_p")?;
            (month.len() == 6 && month.parse::<u32>().is_ok()).then(|| month.to_owned())
        });
    words.collect()
}
