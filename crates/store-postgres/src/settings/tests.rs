//! What a URL means, and that nothing of it is told.

use super::*;

fn reach(url: &str) -> Result<Reach, BadUrl> {
    Reach::of(url)
}

fn is_encrypted(url: &str) -> bool {
    reach(url).unwrap().tls.is_some()
}

#[test]
fn every_host_of_a_list_is_asked_and_only_one_that_takes_writes_is_used() {
    let config = reach("postgres://u:p@one:5433,two:5434/baton?sslmode=disable")
        .unwrap()
        .config;
    assert_eq!(config.get_hosts().len(), 2);
    assert_eq!(config.get_ports(), [5433, 5434]);
    assert_eq!(
        config.get_target_session_attrs(),
        TargetSessionAttrs::ReadWrite
    );
    assert_eq!(config.get_application_name(), Some("baton"));
}

#[test]
fn a_url_cannot_ask_for_a_server_that_only_reads() {
    let config = reach("postgres://u@127.0.0.1/baton?target_session_attrs=any")
        .unwrap()
        .config;
    assert_eq!(
        config.get_target_session_attrs(),
        TargetSessionAttrs::ReadWrite
    );
}

#[test]
fn a_url_cannot_promise_that_a_node_writes_no_feed() {
    for (asked, name) in [("baton%20maintenance", "baton"), ("north", "north")] {
        let url = format!("postgres://u@127.0.0.1/baton?application_name={asked}");
        let config = reach(&url).unwrap().config;
        assert_eq!(config.get_application_name(), Some(name));
    }
}

#[test]
fn nothing_crosses_a_network_in_the_clear_unless_that_was_asked_for() {
    assert!(is_encrypted("postgres://u:p@db.example/baton"));
    assert!(is_encrypted("postgres://u:p@127.0.0.1,db.example/baton"));
    assert!(is_encrypted(
        "postgres://u:p@127.0.0.1/baton?sslmode=require"
    ));
    assert!(is_encrypted(
        "postgres://u:p@db/baton?sslmode=verify-full&connect_timeout=9"
    ));
    assert!(!is_encrypted(
        "postgres://u:p@db.example/baton?sslmode=disable"
    ));
    assert!(!is_encrypted("postgres://u:p@127.0.0.1:5433/baton"));
    assert!(!is_encrypted("postgres://u:p@localhost/baton"));
    assert!(!is_encrypted("postgres://u@/baton?host=/run/postgresql"));
}

#[test]
fn a_mode_that_falls_back_to_the_clear_is_refused() {
    for mode in ["prefer", "allow", "nonsense"] {
        let url = format!("postgres://u:p@db.example/baton?sslmode={mode}");
        assert!(matches!(reach(&url), Err(BadUrl::SslMode)), "{mode}");
    }
}

#[test]
fn certificates_come_from_a_file_that_has_some() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("empty.pem");
    std::fs::write(&file, "nothing").unwrap();
    for path in [file.display().to_string(), "/no/such/file".to_owned()] {
        let url = format!("postgres://u:p@db.example/baton?sslrootcert={path}");
        assert!(matches!(reach(&url), Err(BadUrl::RootCertificates)));
    }
}

#[test]
fn what_is_wrong_with_a_url_does_not_tell_what_is_in_it() {
    for url in [
        "mysql://user:hunter2@db/baton",
        "postgres://user:hunter2@db/baton?hunter2=1",
        "postgres://user:hunter2@db:hunter2/baton",
        "postgres://",
        "hunter2",
    ] {
        let error = reach(url).err().unwrap();
        let told = format!("{error} {error:?}");
        assert!(!told.contains("hunter2"), "{told}");
    }
}

#[test]
fn an_address_has_no_secrets() {
    let address = |url: &str| {
        let settings = Settings::new(Secret::new(url.to_owned()));
        assert!(!format!("{settings:?}").contains("hunter2"));
        settings.address().unwrap()
    };
    assert_eq!(
        address("postgres://u:hunter2@one:5433,two:5434/baton?sslmode=disable"),
        "one:5433,two:5434/baton"
    );
    assert_eq!(
        address("postgresql://u:hunter2@127.0.0.1/baton"),
        "127.0.0.1:5432/baton"
    );
}

#[test]
fn a_password_that_is_not_escaped_is_refused_and_nothing_of_it_is_shown() {
    for url in [
        "postgres://app:p@ss/w:rd@127.0.0.1:5432/baton",
        "postgres://app:a@b@127.0.0.1/baton",
        "postgres://app:a/b@127.0.0.1/baton",
        "postgres://app:a?b@127.0.0.1/baton",
        "postgres://app:a#b@127.0.0.1/baton",
    ] {
        let refused = Settings::new(Secret::new(url.to_owned())).address();
        let words = refused.unwrap_err().to_string();
        assert!(words.contains("%40") && !words.contains("app"), "{words}");
    }
    let escaped = "postgres://app:p%40ss%2Fw@127.0.0.1:5432/baton";
    let address = Settings::new(Secret::new(escaped.to_owned())).address();
    assert_eq!(address.unwrap(), "127.0.0.1:5432/baton");
}
