//! Which flags of PKB go together, and what they become.

use super::*;
use crate::args::{Args, Command, Gateway, GatewayServe};
use clap::Parser as _;
use jiff::SignedDuration;

const GATEWAY: &str = "https://gateway.pharmacy.example";
const PKB: [&str; 4] = [
    "--pkb-url",
    "https://my.patientsknowbest.com/",
    "--pkb-client-id",
    "riverside",
];

fn serve(words: &[&str]) -> GatewayServe {
    let words = [&["baton", "gateway", "serve"], words].concat();
    let command = Args::try_parse_from(words).unwrap().command;
    match command {
        Command::Gateway { command } => match *command {
            Gateway::Serve(args) => *args,
            _ => panic!("another command"),
        },
        _ => panic!("another command"),
    }
}

fn read(words: &[&str]) -> anyhow::Result<Option<PkbConfig>> {
    let args = serve(words);
    config(&args.pkb, args.patient_app, GATEWAY)
}

#[test]
fn without_flags_there_are_no_patients() {
    assert!(read(&[]).unwrap().is_none());
}

#[test]
fn an_address_and_a_client_id_are_enough() {
    let config = read(&PKB).unwrap().unwrap();
    assert_eq!(config.base_url, "https://my.patientsknowbest.com");
    assert_eq!(config.client_id, "riverside");
    assert_eq!(
        config.callback_url,
        "https://gateway.pharmacy.example/pkb/callback"
    );
    assert!(!config.pkce);
    assert_eq!(config.session_length, None);
}

#[test]
fn every_flag_is_taken() {
    let more = [
        "--pkb-callback-url",
        "https://app.pharmacy.example/from-pkb",
        "--pkb-pkce",
        "--pkb-session-length",
        "90d",
        "--patient-app",
    ];
    let config = read(&[&PKB[..], &more].concat()).unwrap().unwrap();
    assert_eq!(config.callback_url, "https://app.pharmacy.example/from-pkb");
    assert!(config.pkce);
    assert_eq!(
        config.session_length,
        Some(SignedDuration::from_hours(24 * 90))
    );
}

#[test]
fn a_flag_that_would_do_nothing_is_refused() {
    for words in [
        &["--patient-app"][..],
        &["--pkb-pkce"],
        &["--pkb-client-id", "x"],
        &["--pkb-session-length", "90d"],
    ] {
        let error = read(words).unwrap_err().to_string();
        assert!(error.starts_with(words.first().unwrap()), "{error}");
    }
    assert!(read(&["--pkb-url", "https://my.patientsknowbest.com"]).is_err());
}

#[test]
fn addresses_that_cannot_be_meant_are_refused() {
    for url in [
        "ftp://pkb.example",
        "https://pkb.example/?x=1",
        "https://user:word@pkb.example",
        "mailto:pkb@example.com",
    ] {
        let words = ["--pkb-url", url, "--pkb-client-id", "riverside"];
        assert!(read(&words).is_err(), "{url}");
    }
    let callback = ["--pkb-callback-url", "riverside://back"];
    assert!(read(&[&PKB[..], &callback].concat()).is_err());
}

#[test]
fn nothing_of_a_patient_goes_in_the_clear_over_a_network() {
    let checked = |words: &[&str]| check_private(&serve(words).pkb);
    for url in [
        "https://pkb.example",
        "http://127.0.0.1:8095",
        "http://[::1]:2",
    ] {
        assert!(checked(&["--pkb-url", url]).is_ok(), "{url}");
        assert!(checked(&["--pkb-callback-url", url]).is_ok(), "{url}");
    }
    for url in ["http://pkb.example", "http://10.0.0.7:8095"] {
        for flag in ["--pkb-url", "--pkb-callback-url"] {
            let error = checked(&[flag, url]).unwrap_err();
            let told = error.to_string();
            assert!(told.starts_with(flag) && told.contains("https"), "{told}");
        }
    }
    assert!(checked(&[]).is_ok());
}

#[test]
fn only_tls_and_this_machine_are_private() {
    let private = |url: &str| is_private(&url.parse().unwrap());
    for url in [
        "https://pkb.example",
        "http://127.0.0.1:8095",
        "http://localhost:1",
        "http://[::1]:2",
    ] {
        assert!(private(url), "{url}");
    }
    for url in [
        "http://pkb.example",
        "http://10.0.0.7",
        "http://localhost.example",
    ] {
        assert!(!private(url), "{url}");
    }
}
