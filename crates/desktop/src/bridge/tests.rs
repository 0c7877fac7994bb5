//! What the bridge decides without a toolbar.

use super::browser::is_page;
use super::settings::merged;
use super::words::{of, sentence};
use crate::snapshot::RecordsChoice;
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
fn what_the_form_cannot_show_stays_with_its_address() {
    let before = RecordSystemSettings::FhirR4 {
        url: "https://records.example".to_owned(),
        record_url_template: Some("https://records.example/{nhsNumber}".to_owned()),
    };
    let same = RecordsChoice::Fhir("https://records.example".to_owned());
    assert_eq!(merged(Some(&before), same), before);
    let other = RecordsChoice::Fhir("https://other.example".to_owned());
    assert_eq!(
        merged(Some(&before), other),
        RecordSystemSettings::FhirR4 {
            url: "https://other.example".to_owned(),
            record_url_template: None,
        }
    );
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
