//! Patients Know Best, as the gateway is told about it.

use crate::args::AtPkb;
use crate::exit::usage;
use gateway::PkbConfig;
use url::{Host, Url};

/// What the flags say, checked as a whole; `None` when there is no PKB. `gateway_url` is where browsers reach this
/// gateway.
///
/// # Errors
/// A flag without the one that it needs, and addresses that cannot be meant.
pub(crate) fn config(
    at: &AtPkb,
    patient_app: bool,
    gateway_url: &str,
) -> anyhow::Result<Option<PkbConfig>> {
    let Some(url) = &at.url else {
        return match without_url(at, patient_app) {
            Some(flag) => Err(usage(format!("{flag} needs --pkb-url URL"))),
            None => Ok(None),
        };
    };
    let Some(client_id) = at.client_id.as_deref().map(str::trim) else {
        return Err(usage(
            "--pkb-url needs --pkb-client-id ID, the client id that PKB gave you",
        ));
    };
    if client_id.is_empty() {
        return Err(usage("--pkb-client-id is empty"));
    }
    if !matches!(url.scheme(), "https" | "http") || url.cannot_be_a_base() {
        return Err(usage("--pkb-url must be an https address"));
    }
    if url.query().is_some() || url.fragment().is_some() || url.password().is_some() {
        return Err(usage(
            "--pkb-url is PKB's address alone, such as https://my.patientsknowbest.com",
        ));
    }
    let base_url = url.as_str().trim_end_matches('/').to_owned();
    let mut config = PkbConfig::new(base_url, client_id.to_owned(), gateway_url);
    if let Some(callback) = &at.callback_url {
        if !matches!(callback.scheme(), "https" | "http") || callback.fragment().is_some() {
            return Err(usage(
                "--pkb-callback-url must be an https address without a fragment",
            ));
        }
        callback.as_str().clone_into(&mut config.callback_url);
    }
    config.pkce = at.pkce;
    config.session_length = at.session_length;
    Ok(Some(config))
}

/// Patients' codes and tokens go to these addresses: over TLS, unless they don't leave the machine.
///
/// # Errors
/// An address that others on the way can read along with.
pub(crate) fn check_private(at: &AtPkb) -> anyhow::Result<()> {
    let flags = [
        ("--pkb-url", &at.url),
        ("--pkb-callback-url", &at.callback_url),
    ];
    let in_the_clear = |url: &Url| url.scheme() == "http" && !is_local(url);
    match flags
        .into_iter()
        .find(|(_, url)| url.as_ref().is_some_and(in_the_clear))
    {
        Some((flag, _)) => Err(usage(format!(
            "{flag} must be an https address: codes and tokens of patients could be read on the way. http is for \
             this machine alone, such as http://127.0.0.1:8095"
        ))),
        None => Ok(()),
    }
}

/// A flag that means nothing without `--pkb-url`.
fn without_url(at: &AtPkb, patient_app: bool) -> Option<&'static str> {
    [
        (patient_app, "--patient-app"),
        (at.client_id.is_some(), "--pkb-client-id"),
        (at.callback_url.is_some(), "--pkb-callback-url"),
        (at.pkce, "--pkb-pkce"),
        (at.session_length.is_some(), "--pkb-session-length"),
    ]
    .into_iter()
    .find_map(|(given, flag)| given.then_some(flag))
}

/// Whether what is sent to that address can be read by nobody on the way: over TLS, or without leaving the machine.
pub(crate) fn is_private(url: &Url) -> bool {
    url.scheme() == "https" || is_local(url)
}

/// Whether an address is this machine's.
pub(crate) fn is_local(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests;
