//! What the bridge decides without a toolbar.

use super::browser::is_page;
use super::settings::{folder_fault, merged};
use super::words::{of, sentence};
use crate::snapshot::{FhirChoice, RecordsChoice};
use toolbar::OperationError;
use toolbar::settings::RecordSystemSettings;

#[test]
fn only_web_pages_are_opened() {
    assert!(is_page("https://records.example.nhs.uk/subjects/1?x=2"));
    assert!(is_page("HTTP://127.0.0.1:5000/"));
    for other in [
        "file:///etc/passwd",
        "javascript:alert(1)",
        "ms-settings:display",
        "https://a.example/ --new-window",
        "https://a.example/\nhttps://b.example/",
        "",
        "https",
    ] {
        assert!(!is_page(other), "{other}");
    }
}

#[test]
fn what_the_form_cannot_show_stays_with_its_folder() {
    let before = RecordSystemSettings::Folder {
        path: "/srv/records".into(),
        current_user_file: Some("/srv/user.json".into()),
    };
    let same = RecordsChoice::Folder("/srv/records".to_owned());
    assert_eq!(merged(Some(&before), same), before);
    let other = RecordsChoice::Folder("/srv/other".to_owned());
    assert_eq!(
        merged(Some(&before), other),
        RecordSystemSettings::Folder {
            path: "/srv/other".into(),
            current_user_file: None,
        }
    );
}

#[test]
fn the_page_of_a_record_is_what_the_form_says() {
    let fhir = |page: &str| {
        RecordsChoice::Fhir(FhirChoice {
            url: "https://records.example".to_owned(),
            page: page.to_owned(),
        })
    };
    for page in ["", "https://records.example/{nhsNumber}"] {
        let RecordSystemSettings::FhirR4 {
            record_url_template,
            ..
        } = merged(None, fhir(page))
        else {
            panic!("another record system");
        };
        assert_eq!(record_url_template.unwrap_or_default(), page);
    }
}

#[test]
fn a_folder_has_to_be_there_and_to_take_files() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(folder_fault(dir.path()), None);
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    let missing = dir.path().join("nowhere");
    assert!(
        folder_fault(&missing)
            .unwrap()
            .starts_with("There is no folder")
    );
    if std::path::Path::new("/proc/self").is_dir() {
        let fault = folder_fault(std::path::Path::new("/proc/self")).unwrap();
        assert!(fault.starts_with("This PC may not write"));
    }
}

#[test]
fn what_went_wrong_is_a_sentence() {
    assert_eq!(sentence("the disk is full"), "The disk is full.");
    assert_eq!(sentence("Done!"), "Done!");
    assert_eq!(sentence(""), "");
    assert_eq!(of(&OperationError::NotSignedIn), "Nobody is signed in.");
    let reason = "the record is locked".to_owned();
    assert_eq!(
        of(&OperationError::NotImported { reason }),
        "The message was not imported. The record is locked."
    );
}
