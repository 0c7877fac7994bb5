//! Which databases are worked on, and which are left alone.

use super::*;
use std::path::Path;

/// What a database says that has the first `count` versions.
fn with(count: usize) -> Vec<Row> {
    PLATFORM
        .steps
        .iter()
        .zip(1..)
        .take(count)
        .map(|(migration, version)| Row {
            version,
            name: migration.name.to_owned(),
            works_with: migration.works_with,
        })
        .collect()
}

fn newer(works_with: i64) -> Vec<Row> {
    let mut versions = with(PLATFORM.steps.len());
    versions.push(Row {
        version: PLATFORM.known() + 1,
        name: "9999_of_a_newer_program".to_owned(),
        works_with,
    });
    versions
}

fn refused(versions: &[Row]) -> i64 {
    match judge(&PLATFORM, versions) {
        Err(StoreError::UnknownSchema { found, .. }) => found,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_file_in_the_folder_is_listed_in_order() {
    for realm in [&PLATFORM, &GATEWAY] {
        let folders = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
        let mut files: Vec<String> = std::fs::read_dir(folders.join(realm.name))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        files.sort();
        let listed: Vec<String> = realm
            .steps
            .iter()
            .map(|migration| format!("{}.sql", migration.name))
            .collect();
        assert_eq!(files, listed);
        for (place, name) in listed.iter().enumerate() {
            assert!(name.starts_with(&format!("{:04}_", place + 1)), "{name}");
        }
    }
}

#[test]
fn no_step_claims_to_work_with_a_later_version_than_its_own() {
    for realm in [&PLATFORM, &GATEWAY] {
        for (migration, version) in realm.steps.iter().zip(1..) {
            assert!((1..=version).contains(&migration.works_with));
        }
    }
}

#[test]
fn an_empty_database_misses_everything() {
    let schema = judge(&PLATFORM, &[]).unwrap();
    assert_eq!(schema.version, 0);
    assert_eq!(schema.pending.len(), PLATFORM.steps.len());
}

#[test]
fn an_older_one_misses_the_rest_and_does_not_fit() {
    let schema = judge(&PLATFORM, &with(2)).unwrap();
    assert_eq!(schema.version, 2);
    assert_eq!(schema.pending.first(), Some(&"0003_permissions"));
    assert!(matches!(
        schema.fits(),
        Err(StoreError::OldSchema { found: 2, .. })
    ));
}

#[test]
fn this_ones_own_fits() {
    let schema = judge(&PLATFORM, &with(PLATFORM.steps.len())).unwrap();
    assert_eq!(schema.version, PLATFORM.known());
    assert!(schema.fits().is_ok());
}

#[test]
fn a_newer_one_is_worked_on_if_its_author_said_so() {
    let schema = judge(&PLATFORM, &newer(PLATFORM.known())).unwrap();
    assert_eq!(schema.version, PLATFORM.known() + 1);
    assert!(schema.fits().is_ok());
    assert_eq!(refused(&newer(PLATFORM.known() + 1)), PLATFORM.known() + 1);
}

#[test]
fn one_strict_step_among_newer_ones_is_enough_to_refuse() {
    let mut versions = newer(PLATFORM.known() + 1);
    versions.push(Row {
        version: PLATFORM.known() + 2,
        name: "9999_another".to_owned(),
        works_with: 1,
    });
    assert_eq!(refused(&versions), PLATFORM.known() + 2);
}

#[test]
fn one_that_was_not_made_here_is_left_alone() {
    let mut renamed = with(3);
    renamed[1].name = "0002_something_else".to_owned();
    assert_eq!(refused(&renamed), -1);
    let mut with_a_gap = with(4);
    with_a_gap.remove(2);
    assert_eq!(refused(&with_a_gap), -1);
}

#[test]
fn it_is_told_beforehand_which_programs_may_go_on_once_nothing_is_missing() {
    let most = PLATFORM
        .steps
        .iter()
        .map(|migration| migration.works_with)
        .max();
    for count in 0..=PLATFORM.steps.len() {
        let schema = judge(&PLATFORM, &with(count)).unwrap();
        assert_eq!(Some(schema.works_with_then), most);
        assert!(schema.works_with <= schema.works_with_then);
    }
}
