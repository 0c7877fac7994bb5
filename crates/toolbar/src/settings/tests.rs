//! What is kept comes back; what can't be used is told at its place.

use super::*;

fn fhir(url: &str, template: Option<&str>) -> Settings {
    Settings {
        platform_url: "https://messages.example.nhs.uk".to_owned(),
        record_system: RecordSystemSettings::FhirR4 {
            url: url.to_owned(),
            record_url_template: template.map(str::to_owned),
        },
        bar: Bar::default(),
    }
}

#[test]
fn settings_come_back_as_they_were_kept() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path().join("data");
    assert_eq!(Settings::read(&dir).unwrap(), None);
    let mut settings = fhir(
        "http://127.0.0.1:5000",
        Some("http://127.0.0.1:5000/subjects/nhs-number/{nhsNumber}"),
    );
    settings.bar.edge = Edge::Bottom;
    settings.write(&dir).unwrap();
    assert_eq!(Settings::read(&dir).unwrap(), Some(settings.clone()));
    settings.record_system = RecordSystemSettings::Folder {
        path: dir.join("in"),
        current_user_file: None,
    };
    settings.write(&dir).unwrap();
    assert_eq!(Settings::read(&dir).unwrap(), Some(settings));
}

#[test]
fn the_file_may_be_written_by_hand() {
    let dir = tempfile::tempdir().unwrap();
    let text = "\u{feff}{\"platformUrl\":\"https://p.example\",\
        \"recordSystem\":{\"kind\":\"fhir-r4\",\"url\":\"https://r.example\"}}";
    std::fs::write(dir.path().join(SETTINGS_FILE), text).unwrap();
    let read = Settings::read(dir.path()).unwrap().unwrap();
    assert_eq!(read.bar.edge, Edge::Top);
    std::fs::write(dir.path().join(SETTINGS_FILE), "{\n  \"secret-word\": 1}").unwrap();
    let error = Settings::read(dir.path()).unwrap_err();
    assert!(matches!(
        error,
        SettingsError::NotUnderstood { line: 2, .. }
    ));
    assert!(!error.to_string().contains("secret-word"));
}

#[test]
fn only_this_machine_is_spoken_to_without_encryption() {
    for good in [
        "https://p.example",
        "http://127.0.0.1:8080",
        "http://localhost:8080/",
        "http://[::1]:8080",
        "http://127.9.9.9",
    ] {
        assert_eq!(check_address(good), Ok(()), "{good}");
    }
    for bad in [
        "http://p.example",
        "http://10.0.0.1",
        "http://localhost.example",
        "http://127.0.0.1.example",
        "http://0.0.0.0",
    ] {
        assert_eq!(check_address(bad), Err(AddressFault::NotEncrypted), "{bad}");
    }
    for bad in [
        "",
        "p.example",
        "ftp://p.example",
        "file:///etc",
        "https://",
    ] {
        assert_eq!(check_address(bad), Err(AddressFault::NotAnAddress), "{bad}");
    }
    for bad in [
        "https://a@p.example",
        "https://p.example/?a",
        "https://p.example/#a",
    ] {
        assert_eq!(check_address(bad), Err(AddressFault::TooMuch), "{bad}");
    }
}

#[test]
fn every_fault_is_told_and_nothing_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let mut settings = fhir("http://records.example", Some("https://r.example/patient"));
    settings.platform_url = "messages".to_owned();
    let fields: Vec<_> = settings.faults().iter().map(|fault| fault.field).collect();
    let expected = [
        Field::PlatformUrl,
        Field::RecordSystemUrl,
        Field::RecordUrlTemplate,
    ];
    assert_eq!(fields, expected);
    assert!(matches!(
        settings.write(dir.path()),
        Err(SettingsError::Faults(faults)) if faults.len() == 3
    ));
    assert_eq!(Settings::read(dir.path()).unwrap(), None);
    settings.record_system = RecordSystemSettings::Folder {
        path: "in".into(),
        current_user_file: Some("user.json".into()),
    };
    assert_eq!(settings.faults().len(), 3);
    for template in [
        "javascript:alert({nhsNumber})",
        "http://r.example/{nhsNumber}",
    ] {
        let settings = fhir("https://r.example", Some(template));
        assert_eq!(settings.faults().len(), 1, "{template}");
    }
}
