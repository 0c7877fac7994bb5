//! Whether patients can link their record: Patients Know Best answers, knows the app, and sends patients back to a
//! place that nobody reads along the way to.

use super::Check;
use crate::args::GatewayDoctor;
use crate::command::gateway::pkb::{config, is_local, is_private};
use gateway::PkbConfig;
use sdk::pkb::{AuthorizeRequest, PkbClient};
use url::Url;
use wire::pkb::paths;

const PKB: &str = "PKB";
const CALLBACK: &str = "callback URL";
const CLIENT: &str = "client id";
/// Stands for the gateway's address where that was not said.
const UNKNOWN: &str = "http://gateway.invalid";

/// Looks at all of it, if there is a PKB. Nobody signs in, and nothing is changed.
pub(super) async fn check(
    args: &GatewayDoctor,
    http: &reqwest::Client,
    checks: &mut Vec<Check>,
) -> anyhow::Result<()> {
    let base_url = args.base_url.as_ref().map_or(UNKNOWN, Url::as_str);
    let Some(config) = config(&args.pkb, false, base_url)? else {
        return Ok(());
    };
    let url: Url = config.base_url.parse()?;
    let reached = answers(http, &url).await;
    let is_reached = reached.is_good();
    checks.push(reached);
    if config.callback_url.starts_with(UNKNOWN) {
        checks.push(Check::warning(
            CALLBACK,
            "not known here",
            "say --base-url or --pkb-callback-url, as `baton gateway serve` is told",
        ));
        return Ok(());
    }
    checks.push(callback(&config.callback_url, &url));
    if is_reached {
        checks.push(client(http, &config).await?);
    }
    Ok(())
}

/// Whether a PKB, or its sandbox, answers there.
pub(super) async fn answers(http: &reqwest::Client, url: &Url) -> Check {
    let shown = url.as_str().trim_end_matches('/');
    if !is_private(url) {
        return Check::bad(
            PKB,
            format!("{shown} is not https: codes and tokens of patients can be read on the way"),
            "give PKB's https address",
        );
    }
    // It needs no token.
    let asked = http.get(format!("{shown}{}", paths::METADATA)).send().await;
    match asked.map(|answer| answer.status().as_u16()) {
        Ok(200) => Check::good(PKB, format!("{shown} answers")),
        Ok(status) => Check::warning(
            PKB,
            format!("{shown} answers {status} where its FHIR API should be"),
            "check --pkb-url: https://sandbox.patientsknowbest.com or https://my.patientsknowbest.com",
        ),
        Err(_) => Check::bad(
            PKB,
            format!("nothing answers at {shown}"),
            "look whether address and network are right; of `up`: start it",
        ),
    }
}

/// Whether patients can be sent back there.
fn callback(callback: &str, pkb: &Url) -> Check {
    let Ok(url) = callback.parse::<Url>() else {
        return Check::bad(
            CALLBACK,
            format!("`{callback}` is no address"),
            "mend --pkb-callback-url",
        );
    };
    if !is_private(&url) {
        return Check::bad(
            CALLBACK,
            format!("{callback} is not https: whoever reads along has the patient's code"),
            "put TLS in front of the gateway, and register the https address with PKB",
        );
    }
    if is_local(&url) && !is_local(pkb) {
        return Check::warning(
            CALLBACK,
            format!("{callback} is this machine: only a browser here comes back"),
            "right for trying; give --base-url before patients come",
        );
    }
    if url.path().ends_with("/pkb/callback") {
        Check::good(CALLBACK, callback)
    } else {
        Check::warning(
            CALLBACK,
            callback,
            "your proxy must hand it to the gateway's /pkb/callback",
        )
    }
}

/// Whether PKB would ask a patient for this app: the page is asked for, nobody signs in.
async fn client(http: &reqwest::Client, config: &PkbConfig) -> anyhow::Result<Check> {
    let pkb = PkbClient::new(&config.base_url)?;
    let page = pkb.authorize_url(&AuthorizeRequest {
        client_id: &config.client_id,
        redirect_uri: &config.callback_url,
        scope: wire::pkb::values::PATIENT,
        state: "baton-doctor",
        // A made-up one: that of the verifier in RFC 7636, appendix B.
        challenge: config
            .pkce
            .then_some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
    });
    let id = &config.client_id;
    let asked = http.get(page).send().await;
    Ok(match asked.map(|answer| answer.status().as_u16()) {
        Ok(200..=399) => Check::good(CLIENT, format!("PKB shows its page for {id}")),
        Ok(status @ 400..=499) => Check::bad(
            CLIENT,
            format!("PKB refuses {id} with this callback URL ({status})"),
            if config.pkce {
                "both must be exactly as PKB has them; ask integrations@patientsknowbest.com"
            } else {
                "both must be exactly as PKB has them, or PKB wants --pkb-pkce; ask integrations@patientsknowbest.com"
            },
        ),
        Ok(status) => Check::warning(
            CLIENT,
            format!("PKB answers {status} to its page for {id}"),
            "try again later",
        ),
        Err(_) => Check::warning(CLIENT, "PKB gave no answer", "try again later"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::doctor::Verdict;

    #[test]
    fn patients_come_back_over_tls() {
        let verdict = |url: &str, pkb: &str| callback(url, &pkb.parse().unwrap()).verdict;
        let real = "https://my.patientsknowbest.com";
        let sandbox = "http://127.0.0.1:8095";
        for (url, pkb, expected) in [
            ("https://a.example/pkb/callback", real, Verdict::Good),
            ("https://a.example/from-pkb", real, Verdict::Warning),
            ("http://a.example/pkb/callback", real, Verdict::Bad),
            ("http://127.0.0.1:8090/pkb/callback", real, Verdict::Warning),
            ("http://127.0.0.1:8090/pkb/callback", sandbox, Verdict::Good),
            ("nowhere", sandbox, Verdict::Bad),
        ] {
            assert!(verdict(url, pkb) == expected, "{url} {pkb}");
        }
    }
}
