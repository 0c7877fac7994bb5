//! Every moment at which a toolbar that files into a folder may die, and what its disk may refuse.

use super::{assert_whole, delivered, message, names};
use faultpoint::Point;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use toolbar::record_system::{Filed, Folder, RecordSystem as _};

/// What a child does before it dies: `plan`, newline, folder, newline, `file` or `ask`.
#[test]
#[ignore = "the child of the tests below"]
fn child() {
    let mut orders = String::new();
    std::io::stdin().read_to_string(&mut orders).unwrap();
    let mut lines = orders.lines();
    let mut next = || lines.next().unwrap().to_owned();
    let (plan, folder, act) = (next(), next(), next());
    faultpoint::arm(plan.parse().unwrap()).unwrap();
    let records = Folder::new(Path::new(&folder), None);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    if act == "file" {
        // An injected error is an answer like any other.
        let _ = runtime.block_on(records.import_once(&message("m1")));
    } else {
        let _ = runtime.block_on(records.already_filed("c1", "m1"));
    }
}

/// Runs [`child`] with a plan; whether it was killed.
fn run(plan: &str, folder: &Path, act: &str) -> bool {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["folder::dying::child", "--exact", "--ignored", "--quiet"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let orders = format!("{plan}\n{}\n{act}\n", folder.display());
    child
        .stdin
        .take()
        .unwrap()
        .write_all(orders.as_bytes())
        .unwrap();
    !child.wait().unwrap().success()
}

/// Every point, by every hit, until a run outlives the plan.
fn moments() -> Vec<(Point, u32)> {
    let of_filing = Point::ALL
        .iter()
        .filter(|point| point.is_of_folders() && **point != Point::FolderTakenBack);
    // Three files are written; every other moment comes once.
    of_filing
        .flat_map(|&point| {
            let hits = if point == Point::FolderWrite { 3 } else { 1 };
            (1..=hits).map(move |hit| (point, hit))
        })
        .collect()
}

/// Takes away whatever the record system sees; how much that was, all of it whole.
fn take_away(folder: &Path) -> usize {
    let seen = delivered(folder);
    for message in &seen {
        assert_whole(message);
        std::fs::remove_dir_all(message).unwrap();
    }
    seen.len()
}

#[tokio::test]
async fn whenever_it_dies_a_message_is_delivered_whole_and_once() {
    for (point, hit) in moments() {
        for taken_at_once in [false, true] {
            let at = format!("{point}@{hit}, taken at once: {taken_at_once}");
            let dir = tempfile::tempdir().unwrap();
            assert!(
                run(&format!("{point}=kill@{hit}"), dir.path(), "file"),
                "{at}"
            );
            let mut taken = if taken_at_once {
                take_away(dir.path())
            } else {
                0
            };
            let records = Folder::new(dir.path(), None);
            records.import_once(&message("m1")).await.unwrap();
            taken += take_away(dir.path());
            let again = records.import_once(&message("m1")).await.unwrap();
            assert_eq!(again, Filed::Already, "{at}");
            taken += take_away(dir.path());
            assert_eq!(taken, 1, "{at}");
            assert!(names(&dir.path().join(".incoming")).is_empty(), "{at}");
        }
    }
}

#[tokio::test]
async fn whenever_it_dies_asking_afterwards_tells_the_truth() {
    for (point, hit) in moments() {
        let at = format!("{point}@{hit}");
        let dir = tempfile::tempdir().unwrap();
        assert!(
            run(&format!("{point}=kill@{hit}"), dir.path(), "file"),
            "{at}"
        );
        let there = delivered(dir.path()).len() == 1;
        // The one who asks may die, too.
        run("folder-taken-back=kill", dir.path(), "ask");
        let taken = take_away(dir.path());
        let records = Folder::new(dir.path(), None);
        assert_eq!(
            records.already_filed("c1", "m1").await.unwrap(),
            there,
            "{at}"
        );
        assert_eq!(taken, usize::from(there), "{at}");
        // What was not filed may be filed later, as if nothing had been.
        let filed = records.import_once(&message("m1")).await.unwrap();
        assert_eq!(filed == Filed::Now, !there, "{at}");
        assert_eq!(taken + take_away(dir.path()), 1, "{at}");
    }
}

#[tokio::test]
async fn whenever_the_disk_refuses_a_message_is_delivered_once_after_all() {
    for (point, hit) in moments() {
        for fault in ["fail", "full"] {
            let at = format!("{point}={fault}@{hit}");
            let dir = tempfile::tempdir().unwrap();
            assert!(!run(&at, dir.path(), "file"), "{at}");
            let records = Folder::new(dir.path(), None);
            let there = delivered(dir.path()).len() == 1;
            assert_eq!(
                records.already_filed("c1", "m1").await.unwrap(),
                there,
                "{at}"
            );
            records.import_once(&message("m1")).await.unwrap();
            records.import_once(&message("m1")).await.unwrap();
            assert_eq!(take_away(dir.path()), 1, "{at}");
        }
    }
}
