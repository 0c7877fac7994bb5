//! `--database-url`: checked without being quoted, shown without its password, and as PostgreSQL's own
//! programs take it.

use crate::exit::usage;
use model::Secret;
use std::net::IpAddr;
use std::path::Path;
use store_postgres::Settings;

/// How such a URL looks.
const FORM: &str = "postgres://USER@HOST:PORT/NAME";
/// Where Debian and its like keep the authorities that a machine trusts; libpq does not look by itself.
const AUTHORITIES: &str = "/etc/ssl/certs/ca-certificates.crt";

/// Checks what can be checked without a server.
///
/// # Errors
/// What is wrong with it. The URL is not part of the error.
pub(super) fn check(settings: &Settings) -> anyhow::Result<()> {
    let word = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric());
    match settings.url.reveal().split_once("://") {
        Some(("postgres" | "postgresql", _)) => settings
            .address()
            .map(drop)
            .map_err(|error| usage(format!("--database-url: {error}; write {FORM}"))),
        Some((scheme, _)) if word(scheme) => Err(usage(format!(
            "--database-url begins with `{scheme}://`; Baton keeps its data in a file (leave the flag \
             out) or in PostgreSQL: {FORM}"
        ))),
        _ => Err(usage(format!(
            "--database-url is no URL of a database; write {FORM}"
        ))),
    }
}

/// Hosts and name, for people: never user or password.
pub(crate) fn shown(settings: &Settings) -> String {
    match settings.address() {
        Ok(address) => format!("the database at {address}"),
        Err(_) => "the database".to_owned(),
    }
}

/// The URL for PostgreSQL's own programs, without its password, and the password. It goes into their
/// environment, where other users cannot list it. They are held to the same server and the same TLS as we.
pub(crate) fn for_programs(settings: &Settings) -> (String, Option<Secret>) {
    let text = settings.url.reveal();
    let Some((scheme, rest)) = text.split_once("://") else {
        return (text.to_owned(), None);
    };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, after) = rest.split_at(end);
    let (authority, mut password) = match authority.split_once('@') {
        Some((user, hosts)) => match user.split_once(':') {
            Some((user, password)) => (format!("{user}@{hosts}"), Some(decoded(password))),
            None => (authority.to_owned(), None),
        },
        None => (authority.to_owned(), None),
    };
    let (path, query) = after.split_once('?').unwrap_or((after, ""));
    let mut kept = Vec::new();
    let mut mode = None;
    let mut authorities = None;
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        match pair.split_once('=') {
            Some(("password", value)) => password = Some(decoded(value)),
            Some(("sslmode", value)) => mode = Some(value.to_owned()),
            Some(("sslrootcert", value)) => authorities = Some(value.to_owned()),
            // One that is named first may be a standby, which cannot take writes or does not know our
            // snapshot.
            Some(("target_session_attrs", _)) => {}
            _ => kept.push(pair.to_owned()),
        }
    }
    kept.push("target_session_attrs=read-write".to_owned());
    if mode.as_deref() == Some("disable") || (mode.is_none() && is_here(settings)) {
        kept.push("sslmode=disable".to_owned());
    } else {
        kept.push("sslmode=verify-full".to_owned());
        let usual = Path::new(AUTHORITIES)
            .is_file()
            .then(|| AUTHORITIES.to_owned());
        kept.extend(
            authorities
                .or(usual)
                .map(|file| format!("sslrootcert={file}")),
        );
    }
    let place = format!("{scheme}://{authority}{path}?{}", kept.join("&"));
    (place, password)
}

/// Whether nothing leaves this machine.
fn is_here(settings: &Settings) -> bool {
    let Ok(address) = settings.address() else {
        return false;
    };
    if address.starts_with('/') {
        return true;
    }
    let hosts = address.split('/').next().unwrap_or_default();
    hosts.split(',').all(|host| {
        let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
        name == "localhost" || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
    })
}

/// Percent signs undone, as the URL's own rules say (a plus sign stays one).
fn decoded(text: &str) -> Secret {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        let byte = digits.and_then(|two| u8::from_str_radix(two, 16).ok());
        match (first, byte) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            _ => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    Secret::new(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(text: &str) -> Settings {
        Settings::new(Secret::new(text.to_owned()))
    }

    #[test]
    fn what_is_wrong_is_said_without_the_url() {
        for (url, says) in [
            ("mysql://root:hush@db/x", "`mysql://`"),
            ("root:hush@db/x", "postgres://USER"),
            ("hush hush://x", "postgres://USER"),
            ("postgres://u:hush@db/x?sslmode=hush", "sslmode"),
            ("postgres://u:hush@db:hush/x", "postgres://USER"),
            ("", "postgres://USER"),
        ] {
            let error = check(&settings(url)).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
            assert!(!error.contains("hush"), "{error}");
        }
        check(&settings("postgres://u:hush@a,b:5433/x?sslmode=disable")).unwrap();
        check(&settings("postgresql://localhost/x")).unwrap();
    }

    #[test]
    fn what_is_shown_holds_no_password() {
        for url in [
            "postgres://u:hush@a,b:5433/x?sslmode=disable",
            "postgres://a/x?password=hush&sslmode=disable",
            "postgres://u:hu/sh@a/x",
        ] {
            let shown = shown(&settings(url));
            assert!(!shown.contains("hush") && !shown.contains("u:"), "{shown}");
        }
    }

    #[test]
    fn programs_get_the_password_another_way_and_the_same_tls() {
        let split = |url| {
            let (url, password) = for_programs(&settings(url));
            (url, password.map(|secret| secret.reveal().to_owned()))
        };
        let (url, password) =
            split("postgres://u:h%40sh%2F+@a:1,b:2/x?sslmode=require&sslrootcert=/c");
        assert_eq!(password.as_deref(), Some("h@sh/+"));
        assert_eq!(
            url,
            "postgres://u@a:1,b:2/x?target_session_attrs=read-write&sslmode=verify-full&sslrootcert=/c"
        );
        let (url, password) =
            split("postgresql://u@127.0.0.1:5433/x?password=100%&connect_timeout=3");
        assert_eq!(password.as_deref(), Some("100%"));
        assert_eq!(
            url,
            "postgresql://u@127.0.0.1:5433/x?connect_timeout=3&target_session_attrs=read-write&sslmode=disable"
        );
    }
}
