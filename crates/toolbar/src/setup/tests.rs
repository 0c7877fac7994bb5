//! A setup file makes settings, a registration and a clock.

use super::*;
use httpkit::clock::SandboxClock;
use jiff::SignedDuration;

fn setup() -> Setup {
    Setup {
        platform_url: "http://127.0.0.1:8080".to_owned(),
        record_system: RecordSystemSettings::FhirR4 {
            url: "http://127.0.0.1:5000".to_owned(),
            record_url_template: None,
        },
        registration: Some(SetupRegistration {
            key_part1: "part-one".to_owned(),
            key_part2: "part-two".to_owned(),
            organisation_code: "GPPRAC001".to_owned(),
        }),
        device_name: None,
        clock_file: None,
    }
}

#[test]
fn what_is_written_is_read_again_and_only_its_owner_reads_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("window").join(SETUP_FILE);
    write(&path, &setup()).unwrap();
    assert!(read(&path).unwrap() == setup());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let request = setup().registration("Room 3").unwrap();
    assert_eq!(request.device_name, "Room 3");
    let mut named = setup();
    named.device_name = Some("Reception".to_owned());
    assert_eq!(
        named.registration("Room 3").unwrap().device_name,
        "Reception"
    );
    named.registration = None;
    assert!(named.registration("Room 3").is_none());
}

#[test]
fn a_file_with_faults_sets_nothing_up() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(SETUP_FILE);
    let mut bad = setup();
    bad.platform_url = "http://messages.example".to_owned();
    write(&path, &bad).unwrap();
    assert!(matches!(read(&path), Err(SettingsError::Faults(_))));
    std::fs::write(&path, "{\"platformUrl\": 1}").unwrap();
    assert!(matches!(
        read(&path),
        Err(SettingsError::NotUnderstood { line: 1, .. })
    ));
    assert!(matches!(
        read(&dir.path().join("none")),
        Err(SettingsError::Io(std::io::ErrorKind::NotFound))
    ));
}

#[test]
fn the_sandboxs_clock_is_followed() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("clock");
    let sandbox = SandboxClock::open(&file).unwrap();
    sandbox.advance(SignedDuration::from_hours(1)).unwrap();
    let mut setup = setup();
    setup.clock_file = Some(file.clone());
    let clock = setup.clock().unwrap();
    let ahead = |clock: &dyn Clock| clock.now().duration_since(SystemClock.now());
    assert!(ahead(&*clock) > SignedDuration::from_mins(59));
    sandbox.advance(SignedDuration::from_hours(1)).unwrap();
    let deadline = SystemClock.now() + SignedDuration::from_secs(20);
    while ahead(&*clock) < SignedDuration::from_mins(119) {
        assert!(SystemClock.now() < deadline, "the clock was not followed");
        std::thread::yield_now();
    }
    std::fs::write(&file, "nonsense").unwrap();
    assert!(setup.clock().is_err());
    assert!(ahead(&*clock) > SignedDuration::from_mins(119));
}
