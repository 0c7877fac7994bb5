//! A package as published, and one that was touched.

use super::*;

/// A folder with one package, whose files and list are as given.
fn faults(files: &[(&str, &str)], listed: &[(&str, &str)]) -> Vec<String> {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("third_party/shed");
    std::fs::create_dir_all(&folder).unwrap();
    let line =
        |(path, text): &(&str, &str)| format!("{}  {path}", checksums::of_bytes(text.as_bytes()));
    let list: Vec<String> = listed.iter().map(line).collect();
    std::fs::write(folder.join("SHA256SUMS"), list.join("\n")).unwrap();
    for (path, text) in files {
        std::fs::write(folder.join(path), text).unwrap();
    }
    let present: Vec<&str> = files
        .iter()
        .map(|(path, _)| *path)
        .chain(["SHA256SUMS"])
        .collect();
    let faults = faults_of(place.path(), "third_party/shed", &present).unwrap();
    faults.into_iter().map(|fault| fault.what).collect()
}

const GOOD: &[(&str, &str)] = &[("LICENSE", "MIT"), ("VERSION", "1"), ("shed.css", "a{}")];

#[test]
fn a_package_as_published_is_fine() {
    assert!(faults(GOOD, GOOD).is_empty());
}

#[test]
fn an_edit_a_loss_and_an_addition_are_each_found() {
    let edited = [("LICENSE", "MIT"), ("VERSION", "1"), ("shed.css", "b{}")];
    assert_eq!(
        faults(&edited, GOOD),
        ["shed.css is not as it was published"]
    );
    assert_eq!(faults(&GOOD[..2], GOOD), ["shed.css is missing"]);
    assert_eq!(
        faults(GOOD, &GOOD[..2]),
        ["the file is not listed in SHA256SUMS"]
    );
}

#[test]
fn a_package_without_its_licence_is_found() {
    assert_eq!(faults(&GOOD[1..], &GOOD[1..]), ["LICENSE is missing"]);
}
