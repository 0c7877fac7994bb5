//! Plans as written, hits as counted, and nothing at all without a plan.

use super::*;

fn plan(text: &str) -> Result<Plan, BadPlan> {
    text.parse()
}

#[test]
fn a_plan_says_what_happens_where() {
    let rule = |point, action, when| Rule {
        point,
        action,
        when,
    };
    assert_eq!(
        plan("commit=kill@3, blob-sync=delay:50ms,blob-write=full,commit=hold@/flags/a@b").unwrap(),
        Plan(vec![
            rule(Point::Commit, Action::Kill, When::Hit(3)),
            rule(
                Point::BlobSync,
                Action::Delay(Duration::from_millis(50)),
                When::Always
            ),
            rule(Point::BlobWrite, Action::Full, When::Always),
            rule(
                Point::Commit,
                Action::Hold,
                When::Exists("/flags/a@b".into())
            ),
        ])
    );
}

#[test]
fn what_is_no_plan_is_refused_by_name() {
    for (text, says) in [
        ("", "`` is no fault"),
        ("commit", "`commit` is no fault"),
        ("comit=kill", "no fault point `comit`"),
        ("commit=explode", "`explode` is no action"),
        ("commit=delay:soon", "`delay:soon` is no action"),
        ("commit=delay:-1s", "`delay:-1s` is no action"),
        ("commit=hold", "`hold` needs the file"),
        ("commit=hold@1", "`hold` needs the file"),
        ("commit=kill@0", "`@0` says no time"),
        ("commit=kill@last", "`@last` says no time"),
        ("accepted=fail", "`accepted` can only kill"),
        ("commit=kill,", "`` is no fault"),
    ] {
        let error = plan(text).unwrap_err().to_string();
        assert!(error.contains(says), "{text}: {error}");
    }
}

#[test]
fn hits_are_counted_for_each_point() {
    let armed = Armed::new(plan("commit=kill@2,blob-sync=fail").unwrap());
    let hit = |point| armed.hit(point).map(|rule| rule.action.clone());
    assert_eq!(hit(Point::Commit), None);
    assert_eq!(hit(Point::Committed), None);
    assert_eq!(hit(Point::BlobSync), Some(Action::Fail));
    assert_eq!(hit(Point::Commit), Some(Action::Kill));
    assert_eq!(hit(Point::Commit), None);
    assert_eq!(hit(Point::BlobSync), Some(Action::Fail));
}

#[test]
fn every_point_has_a_name_and_a_counter_of_its_own() {
    for (place, &point) in Point::ALL.iter().enumerate() {
        assert_eq!(point as usize, place);
        assert!(plan(&format!("{point}=kill@1")).is_ok(), "{point}");
        let namesakes = Point::ALL
            .iter()
            .filter(|other| other.as_str() == point.as_str());
        assert_eq!(namesakes.count(), 1, "{point}");
    }
}

#[test]
fn without_a_plan_nothing_happens_and_nothing_is_counted() {
    for &point in Point::ALL {
        crate::pass(point);
        assert!(crate::disk(point).is_ok());
    }
    assert!(crate::ARMED.get().is_none());
}

#[test]
fn errors_are_those_of_a_disk() {
    let take = |text: &str| crate::take(&text.parse().unwrap());
    let full = take("commit=full").unwrap_err();
    assert_eq!(full.kind(), std::io::ErrorKind::StorageFull);
    assert!(take("commit=fail").is_err());
    assert!(take("commit=delay:0s").is_ok());
}

#[test]
fn a_file_turns_a_fault_on_and_off() {
    let flag = std::env::temp_dir().join(format!("baton-flag-{}", std::process::id()));
    let armed = Armed::new(plan(&format!("commit=fail@{}", flag.display())).unwrap());
    assert!(armed.hit(Point::Commit).is_none());
    std::fs::write(&flag, "").unwrap();
    assert!(armed.hit(Point::Commit).is_some());
    std::fs::remove_file(&flag).unwrap();
    assert!(armed.hit(Point::Commit).is_none());
}

#[test]
fn a_hold_says_so_in_its_file_and_ends_with_it() {
    let file = std::env::temp_dir().join(format!("baton-hold-{}", std::process::id()));
    std::fs::write(&file, "").unwrap();
    let rule: Rule = format!("commit=hold@{}", file.display()).parse().unwrap();
    let held = std::thread::spawn(move || crate::take(&rule));
    while std::fs::read(&file).unwrap().is_empty() {
        std::thread::yield_now();
    }
    assert!(!held.is_finished());
    std::fs::remove_file(&file).unwrap();
    held.join().unwrap().unwrap();
}
