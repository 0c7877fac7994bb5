//! `baton pkb-sandbox serve`.

use crate::args::{PkbSandbox as Command, PkbSandboxServe};
use crate::exit::usage;
use crate::output;
use crate::pkb::{self, PkbAccess};
use httpkit::clock::SystemClock;
use httpkit::entropy::OsEntropy;
use httpkit::serve::Bound;
use lab::pkb::{Pkb, PkbConfig, PkbControls, PkbError};
use serde_json::{Value, json};
use std::sync::Arc;

/// Runs the sandbox until told to end.
pub(crate) async fn run(command: Command, json: bool) -> anyhow::Result<()> {
    let Command::Serve(args) = command;
    let PkbSandboxServe {
        data_dir,
        listen,
        profile,
        client,
        redirect_uris,
        owner,
        product,
    } = *args;
    let shutdown = super::ends_on_signal()?;
    let bound = Bound::to(listen).await?;
    crate::folder::make_private(&data_dir)?;
    let url = bound.url();
    let secret = pkb::system_secret(&data_dir, &OsEntropy)?;
    let sandbox = Pkb::open(PkbConfig {
        data_dir,
        base_url: url.clone(),
        clock: Arc::new(SystemClock),
        entropy: Arc::new(OsEntropy),
        controls: Arc::new(PkbControls::new()),
        profile: profile.into(),
        clients: vec![pkb::user_client(
            client.clone(),
            owner,
            product,
            redirect_uris,
        )],
        system_clients: vec![pkb::system_client(&secret)],
    })
    .map_err(|error| match error {
        PkbError::RedirectUri(_) | PkbError::ClientId(_) => usage(error.to_string()),
        other => other.into(),
    })?;
    let at = PkbAccess::new(url, client, &secret);
    if json {
        output::json(&ready_line(&at)?)?;
    } else {
        for line in words(&at) {
            output::line(&line);
        }
    }
    // Whoever opens it to a network has named it there; at home it answers to its own name only.
    let router = if bound.address().ip().is_loopback() {
        sandbox
            .router()
            .layer(axum::middleware::from_fn(httpkit::host::require_loopback))
    } else {
        sandbox.router()
    };
    bound.serve(router, shutdown).await?;
    Ok(())
}

/// The line of `--json`.
fn ready_line(at: &PkbAccess) -> anyhow::Result<Value> {
    let mut line = json!({ "ready": true });
    if let (Some(line), Value::Object(members)) = (line.as_object_mut(), serde_json::to_value(at)?)
    {
        line.extend(members);
    }
    Ok(line)
}

/// The same for a person.
fn words(at: &PkbAccess) -> Vec<String> {
    let mut lines = vec![
        format!("The PKB sandbox is at {}. Ctrl-C ends it.", at.url),
        String::new(),
        format!("  {:<14}{}", "Client", at.client_id),
        format!(
            "  {:<14}{}, secret {}",
            "System client", at.system_client_id, at.system_client_secret
        ),
        String::new(),
        "  Who can sign in, and with which password:".to_owned(),
    ];
    lines.extend(at.patients.iter().map(|patient| {
        let note = match patient.note.as_str() {
            "" => String::new(),
            note => format!(" ({note})"),
        };
        format!(
            "  {:<36}{:<22}{}{note}",
            patient.email, patient.password, patient.name
        )
    }));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::{Args, Command as Top};
    use clap::Parser as _;
    use lab::pkb::Profile;

    fn parse(words: &[&str]) -> PkbSandboxServe {
        let words = [&["baton", "pkb-sandbox", "serve"], words].concat();
        match Args::try_parse_from(words).map(|args| args.command) {
            Ok(Top::PkbSandbox {
                command: Command::Serve(args),
            }) => *args,
            _ => panic!("it must parse"),
        }
    }

    #[test]
    fn without_a_flag_it_is_the_sandbox_of_the_gateway_beside_it() {
        let args = parse(&[]);
        assert!(args.listen.ip().is_loopback());
        assert_eq!(args.listen.port(), 8095);
        assert_eq!(args.client, pkb::USER_CLIENT);
        assert_eq!(args.redirect_uris, ["http://127.0.0.1:8090/pkb/callback"]);
        assert_eq!(Profile::from(args.profile), Profile::AsDocumented);
    }

    #[test]
    fn several_redirect_uris_take_the_place_of_the_usual_one() {
        let args = parse(&[
            "--redirect-uri",
            "https://app.example/back",
            "--redirect-uri",
            "riverside://back",
            "--profile",
            "strict",
        ]);
        assert_eq!(
            args.redirect_uris,
            ["https://app.example/back", "riverside://back"]
        );
        assert_eq!(Profile::from(args.profile), Profile::Strict);
    }
}
