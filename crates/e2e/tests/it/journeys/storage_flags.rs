//! Where data is: the flags, what is said when they are wrong, and that no secret in them is ever printed.

use crate::world::World;
use crate::world::command::{self, Said};
use crate::world::executable::{baton, repository};
use crate::world::message::{attachment, standard};
use crate::world::samples::pdf_of;
use std::collections::BTreeSet;

const PASSWORD: &str = "hush-hush-hush";

async fn serve(folder: &tempfile::TempDir, flags: &[&str]) -> Said {
    let data = folder.path().join("data");
    let words = ["platform", "serve", "--listen", "127.0.0.1:0", "--data-dir"];
    let said = command::run(&[&words[..], &[data.to_str().unwrap()], flags].concat()).await;
    assert!(
        !said.out.contains(PASSWORD) && !said.err.contains(PASSWORD),
        "{}{}",
        said.out,
        said.err
    );
    said
}

#[tokio::test]
async fn a_url_that_is_wrong_is_explained_and_not_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let cases = [
        (
            "--database-url",
            "mysql://root:hush-hush-hush@db/x",
            "PostgreSQL",
        ),
        (
            "--database-url",
            "root:hush-hush-hush@db/x",
            "postgres://USER",
        ),
        (
            "--database-url",
            "postgres://u:hush-hush-hush@db:x/y",
            "postgres://USER",
        ),
        (
            "--blob-url",
            "s3://key:hush-hush-hush@letters",
            "AWS_SECRET_ACCESS_KEY",
        ),
        ("--blob-url", "/var/hush-hush-hush", "file:///FOLDER"),
        ("--blob-url", "ftp://hush-hush-hush/x", "s3://BUCKET"),
    ];
    for (flag, url, says) in cases {
        let said = serve(&folder, &[flag, url]).await;
        assert_eq!(said.code, 2, "{flag} {url}: {}", said.err);
        assert!(said.err.contains(says), "{flag} {url}: {}", said.err);
    }
    let missing = serve(&folder, &["--code-key", "/nowhere/code.key"]).await;
    assert_eq!(missing.code, 2, "{}", missing.err);
    assert!(missing.err.contains("/nowhere/code.key"), "{}", missing.err);
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_named_without_its_password() {
    let folder = tempfile::tempdir().unwrap();
    // A port that nothing listens at.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let url = format!("postgres://u:{PASSWORD}@127.0.0.1:{port}/baton");
    let said = serve(&folder, &["--database-url", &url]).await;
    assert_eq!(said.code, 3, "{}", said.err);
    assert!(
        said.err.contains(&format!("127.0.0.1:{port}/baton")),
        "{}",
        said.err
    );
    assert!(said.err.contains("Is it running"), "{}", said.err);
    let folder = folder.path().to_str().unwrap();
    let words = ["doctor", "--database-url", &url, "--data-dir", folder];
    let said = command::run(&words).await;
    assert_eq!(said.code, 1, "{}", said.err);
    assert!(said.out.contains("Is it running"), "{}", said.out);
    assert!(!said.err.contains(PASSWORD) && !said.out.contains(PASSWORD));
}

#[tokio::test]
async fn the_settings_file_may_hold_a_url_which_help_does_not_show() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("baton.toml");
    let url = format!("postgres://u:{PASSWORD}@127.0.0.1:1/baton");
    std::fs::write(
        &file,
        format!("[platform.serve]\ndatabase-url = \"{url}\"\n"),
    )
    .unwrap();
    let said = serve(&folder, &["--config", file.to_str().unwrap()]).await;
    assert_eq!(said.code, 3, "{}", said.err);
    let help = serve(&folder, &["--config", file.to_str().unwrap(), "--help"]).await;
    assert!(help.out.contains("--database-url"), "{}", help.out);
}

/// A settings file copied for a second platform, with the first one's blobs in it.
#[tokio::test]
async fn blobs_of_another_platform_are_not_taken() {
    let world = World::start().await;
    let bytes = pdf_of(300_000, 1);
    let file = attachment("application/pdf", "Letter.pdf", &bytes);
    let answer = world.integrator.send_standard(&standard(vec![file])).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let there = super::blobs(&world);
    assert_eq!(there.len(), 1);

    let shared = world.data().join("platform/blobs");
    std::fs::write(shared.join("incoming/on-its-way"), b"half").unwrap();
    let url = format!("file://{}", shared.display());
    let second = tempfile::tempdir().unwrap();
    let up = second.path().join("up");
    let places = [
        serve(&second, &["--blob-url", &url]).await,
        command::run(&[
            "up",
            "--platform-port",
            "0",
            "--pas-port",
            "0",
            "--gateway-port",
            "0",
            "--pkb-port",
            "0",
            "--blob-url",
            &url,
            "--data-dir",
            up.to_str().unwrap(),
        ])
        .await,
    ];
    for said in places {
        assert_eq!(said.code, 4, "{}", said.err);
        assert!(said.err.contains("another platform"), "{}", said.err);
        assert!(said.err.contains("--blob-url"), "{}", said.err);
    }
    assert!(std::fs::read(&there[0]).unwrap() == bytes);
    assert!(shared.join("incoming/on-its-way").exists());
    std::fs::remove_file(shared.join("incoming/on-its-way")).unwrap();

    // Its own platform starts on them as before, mark or not: they may be from before there were marks.
    let world = world.start_again().await;
    let mark = std::fs::read(shared.join("owner")).unwrap();
    std::fs::remove_file(shared.join("owner")).unwrap();
    let world = world.start_again().await;
    assert_eq!(std::fs::read(shared.join("owner")).unwrap(), mark);
    assert_eq!(super::blobs(&world), there);
}

#[tokio::test]
async fn db_tells_the_tables_of_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let said = command::run(&["db", "status", "--data-dir", data]).await;
    assert_eq!(said.code, 4, "{}", said.err);
    assert!(said.err.contains("no platform in"), "{}", said.err);
    // An empty file is a database without tables.
    std::fs::write(folder.path().join("platform.sqlite"), b"").unwrap();
    let before = command::run(&["db", "status", "--json", "--data-dir", data]).await;
    let before = before.json_if_any().unwrap();
    assert_eq!(
        (&before["version"], &before["engine"]),
        (&0.into(), &"sqlite".into())
    );
    assert!(!before["pending"].as_array().unwrap().is_empty());
    let said = command::run(&["db", "migrate", "--data-dir", data]).await;
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.out.contains("brought from version 0"), "{}", said.out);
    let after = command::run(&["db", "status", "--json", "--data-dir", data]).await;
    let after = after.json_if_any().unwrap();
    assert_eq!(after["version"], before["known"]);
    assert_eq!(after["pending"], serde_json::json!([]));
    let said = command::run(&["db", "went-back", "--data-dir", data]).await;
    assert_eq!(said.code, 0, "{}", said.err);
}

#[tokio::test]
async fn a_node_is_asked_whether_it_is_ready() {
    let world = crate::world::World::start().await;
    let base = &world.integrator.base;
    let said = command::run(&["platform", "ready", "--url", base]).await;
    assert_eq!(
        (said.code, said.out.as_str()),
        (0, "ready\n"),
        "{}",
        said.err
    );
    let said = command::run(&["platform", "ready", "--url", "http://127.0.0.1:1"]).await;
    assert_eq!(said.code, 3, "{}", said.err);
}

/// What is written for operators must be what the program has.
#[tokio::test]
async fn every_flag_and_variable_in_deploy_and_the_guides_exists() {
    let mut help = String::new();
    for words in [
        vec!["--help"],
        vec!["up", "--help"],
        vec!["pkb-sandbox", "serve", "--help"],
        vec!["sandbox", "pkb", "--help"],
        vec!["platform", "serve", "--help"],
        vec!["platform", "ready", "--help"],
        vec!["platform", "device", "issue-key", "--help"],
        vec!["platform", "key", "rotate", "--help"],
        vec!["platform", "audit", "recent", "--help"],
        vec!["gateway", "serve", "--help"],
        vec!["gateway", "ready", "--help"],
        vec!["gateway", "key", "issue", "--help"],
        vec!["gateway", "key", "revoke", "--help"],
        vec!["gateway", "operator", "add", "--help"],
        vec!["gateway", "keys", "rotate", "--help"],
        vec!["gateway", "user", "list", "--help"],
        vec!["gateway", "message", "list", "--help"],
        vec!["gateway", "message", "release", "--help"],
        vec!["gateway", "webhook", "add", "--help"],
        vec!["gateway", "db", "status", "--help"],
        vec!["gateway", "db", "went-back", "--help"],
        vec!["gateway", "backup", "--help"],
        vec!["gateway", "patient", "list", "--help"],
        vec!["gateway", "restore", "--help"],
        vec!["gateway", "widget", "register", "--help"],
        vec!["send", "--help"],
        vec!["status", "--help"],
        vec!["db", "status", "--help"],
        vec!["db", "migrate", "--help"],
        vec!["db", "went-back", "--help"],
        vec!["backup", "--help"],
        vec!["restore", "--help"],
        vec!["doctor", "--help"],
    ] {
        help.push_str(&command::run(&words).await.out);
    }
    let known = words_of(&help);
    let mut files: Vec<_> = std::fs::read_dir(repository().join("deploy"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.extend(
        [
            "docs/operators.md",
            "docs/backup.md",
            "docs/gateway.md",
            "docs/pkb.md",
        ]
        .map(|name| repository().join(name)),
    );
    assert!(files.len() >= 8, "{files:?}");
    let mut seen = 0;
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        for line in text.lines() {
            let variables = words_of(line);
            let variables = variables.iter().filter(|word| word.starts_with("BATON_"));
            for word in variables.chain(&flags_of_ours(line)) {
                seen += 1;
                assert!(known.contains(word), "{}: {word}", file.display());
            }
        }
    }
    assert!(seen > 30, "only {seen} flags and variables were found");
}

/// Each file in `deploy` by the program that will read it, where that is installed.
#[test]
fn files_in_deploy_are_understood_by_the_programs_that_they_are_for() {
    let deploy = repository().join("deploy");
    let folder = tempfile::tempdir().unwrap();
    let [platform, gateway] = ["baton.service", "baton-gateway.service"].map(|name| {
        let unit = std::fs::read_to_string(deploy.join(name)).unwrap();
        let installed = unit.replace("/usr/local/bin/baton", baton().to_str().unwrap());
        assert_ne!(unit, installed);
        let unit = folder.path().join(name);
        std::fs::write(&unit, installed).unwrap();
        unit
    });
    let balancer = deploy.join("haproxy.cfg");
    for (program, words) in [
        (
            "systemd-analyze",
            vec!["verify", platform.to_str().unwrap()],
        ),
        ("systemd-analyze", vec!["verify", gateway.to_str().unwrap()]),
        ("haproxy", vec!["-c", "-f", balancer.to_str().unwrap()]),
    ] {
        match std::process::Command::new(program).args(words).output() {
            Ok(said) => {
                let text = String::from_utf8_lossy(&said.stderr);
                assert!(said.status.success(), "{program}: {text}");
                assert!(!text.contains("Unknown key"), "{program}: {text}");
            }
            Err(error) => println!("SKIPPED: {program}: {error}"),
        }
    }
}

/// The flags of our own commands in a line; other programs have flags of their own.
fn flags_of_ours(line: &str) -> BTreeSet<String> {
    let commands = [
        "platform", "gateway", "up", "send", "status", "db", "backup", "restore", "doctor",
    ];
    let called = commands.map(|command| format!("baton {command}"));
    let begins = called.iter().filter_map(|called| line.find(called)).min();
    let begins = begins.or_else(|| line.trim_start().starts_with("--").then_some(0));
    let words = begins.map_or_else(BTreeSet::new, |place| words_of(&line[place..]));
    words
        .into_iter()
        .filter(|word| word.starts_with("--"))
        .collect()
}

/// The `--flags` and `BATON_VARIABLES` in a text.
fn words_of(text: &str) -> BTreeSet<String> {
    let part = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
    text.split(|letter| !part(letter))
        .filter(|word| word.starts_with("--") || word.starts_with("BATON_"))
        .filter(|word| word.trim_start_matches("BATON_").trim_matches('-').len() > 1)
        .map(|word| word.trim_end_matches('-').to_owned())
        .collect()
}
