//! A backup taken while messages arrive, brought back elsewhere, and what becomes of one that has changed.

use crate::crash::count::database;
use crate::world::command::Baton;
use crate::world::message::{self, attachment, instant, standard};
use crate::world::partner::{Integrator, standing};
use crate::world::pc::Pc;
use crate::world::samples::pdf_of;
use crate::world::{PRACTICE, World, parts};
use httpkit::clock::SystemClock;
use model::Clock as _;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Beyond the line between rows and blobs.
pub(crate) const LARGE: usize = 300_000;

/// Messages with a 200, and the bytes of their one attachment.
pub(crate) type Sent = BTreeMap<String, Vec<u8>>;

/// Sends standard messages, small and large in turn, until told to stop.
pub(crate) async fn load(integrator: Integrator, stop: Arc<AtomicBool>) -> usize {
    let mut count = 0;
    while !stop.load(Ordering::Relaxed) {
        let size = if count % 4 == 0 { LARGE } else { 2_000 };
        let bytes = pdf_of(size, 10_000 + count as u64);
        let file = attachment("application/pdf", "Letter.pdf", &bytes);
        let answer = integrator.send_standard(&standard(vec![file])).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        count += 1;
    }
    count
}

/// Sends some that wait, small and large.
pub(crate) async fn some_waiting(integrator: &Integrator) -> Sent {
    let mut sent = Sent::new();
    for seed in 0..6 {
        let size = if seed % 2 == 0 { LARGE } else { 4_000 };
        let bytes = pdf_of(size, seed);
        let message = standard(vec![attachment("application/pdf", "Letter.pdf", &bytes)]);
        let answer = integrator.send_standard(&message).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        sent.insert(message::id(&message), bytes);
    }
    sent
}

/// The status of each, as its sender reads it.
pub(crate) async fn statuses(
    integrator: &Integrator,
    ids: impl IntoIterator<Item = &String>,
) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    for id in ids {
        found.insert(id.clone(), integrator.status(id).await);
    }
    found
}

/// Each of them is in the practice's inbox, with its bytes.
pub(crate) async fn fetched(pc: &Pc, sent: &Sent) {
    let desk = pc
        .sign_in("555000000101", SystemClock.now().as_second())
        .await;
    let mut after = String::new();
    let mut found = 0;
    loop {
        let path = format!("/messages{after}");
        let page = desk.call(reqwest::Method::GET, &path, None).await.json();
        for waiting in page["messages"].as_array().unwrap() {
            let Some(bytes) = sent.get(waiting["messageId"].as_str().unwrap()) else {
                continue;
            };
            let reference = waiting["messageRef"].as_str().unwrap();
            let path = format!("/messages/{reference}/attachments/0");
            let answer = desk.fetch(&path, &[]).await;
            assert_eq!(answer.status(), 200, "{path}");
            assert!(answer.bytes().await.unwrap() == bytes.as_slice(), "{path}");
            found += 1;
        }
        match page["next"].as_str() {
            Some(next) => after = format!("?after={next}"),
            None => break,
        }
    }
    assert_eq!(found, sent.len(), "messages in the inbox");
}

/// The files of a backup are for their owner only.
pub(crate) fn private(folder: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o077;
    assert_eq!(mode(folder), 0, "{}", folder.display());
    for file in super::files(folder) {
        assert_eq!(mode(&file), 0, "{}", file.display());
    }
}

/// Changes one byte of a file, and puts it back with the second call's value.
pub(crate) fn flip(file: &Path) {
    let mut bytes = std::fs::read(file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(file, bytes).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_taken_under_load_brings_back_every_message_acknowledged_before() {
    let world = World::start().await;
    let token = world.token().await;
    let imported_bytes = pdf_of(LARGE, 99);
    let file = attachment("application/pdf", "Letter.pdf", &imported_bytes);
    let imported = world.integrator.sent(&token, &instant(vec![file])).await;
    world
        .integrator
        .until(&imported, "COMPLETED / Imported automatically")
        .await;
    let waiting = some_waiting(&world.integrator).await;
    let ids: Vec<_> = waiting.keys().chain([&imported]).cloned().collect();
    let before = statuses(&world.integrator, &ids).await;

    let stop = Arc::new(AtomicBool::new(false));
    let sending = tokio::spawn(load(world.integrator.clone(), Arc::clone(&stop)));
    let platform = Baton::on(&world.data().join("platform"));
    let to = world.data().with_file_name("backup");
    let folder = to.to_str().unwrap();
    let taken = platform.json(&["backup", "--to", folder]).await;
    stop.store(true, Ordering::Relaxed);
    let meanwhile = sending.await.unwrap();
    let copied = taken["backup"]["messages"].as_u64().unwrap();
    println!("{copied} messages copied; {meanwhile} sent meanwhile: {taken}");
    assert!(
        copied >= 7 && taken["backup"]["blobs"].as_u64().unwrap() >= 4,
        "{taken}"
    );
    private(&to);
    let again = platform.run(&["backup", "--to", folder]).await;
    assert_eq!(again.code, 4, "{}", again.err);
    assert!(again.err.contains("not empty"), "{}", again.err);

    let restored = world.data().with_file_name("restored");
    let operator = Baton::on(&restored);
    let brought = operator.json(&["restore", "--from", folder]).await;
    assert_eq!(brought["restored"]["messages"], copied);
    database::sound(&restored.join("platform.sqlite"));
    database::agrees_with_blobs(&restored, usize::try_from(copied).unwrap());
    let verified = operator.json(&["platform", "audit", "verify"]).await;
    assert!(verified["brokenAt"].is_null(), "{verified}");
    let recent = operator.json(&["platform", "audit", "recent"]).await;
    assert_eq!(recent[0]["action"], "restore backup", "{recent}");
    let twice = operator.run(&["restore", "--from", folder]).await;
    assert_eq!(twice.code, 4, "{}", twice.err);
    assert!(twice.err.contains("empty place"), "{}", twice.err);

    // It is another platform than the one whose backup this was, which still runs on its own blobs.
    let old = format!("file://{}/platform/blobs", world.data().display());
    let words = [
        "platform",
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--blob-url",
        &old,
    ];
    let said = operator.run(&words).await;
    assert_eq!(said.code, 4, "{}", said.err);
    assert!(said.err.contains("another platform"), "{}", said.err);

    let log = restored.with_file_name("restored.log");
    let (_program, url) = parts::serve(&["platform", "serve"], &restored, &log, &world.watch);
    let integrator = world.integrator.at(&url);
    let after = statuses(&integrator, &ids).await;
    assert!(before == after, "{before:?}\n{after:?}");
    assert_eq!(
        standing(&after[&imported]),
        "COMPLETED / Imported automatically"
    );
    let pc = Pc::register(world.http(), &url, &restored, PRACTICE).await;
    fetched(&pc, &waiting).await;
    // The same message again is still the same message.
    let (id, bytes) = waiting.first_key_value().unwrap();
    let mut repeated = standard(vec![attachment("application/pdf", "Letter.pdf", bytes)]);
    repeated["messageId"] = Value::from(id.as_str());
    assert_eq!(integrator.send_standard(&repeated).await.status, 200);
    assert_eq!(standing(&integrator.status(id).await), standing(&after[id]));
}

#[tokio::test]
async fn a_backup_with_one_changed_byte_or_without_its_manifest_is_refused() {
    let world = World::start().await;
    some_waiting(&world.integrator).await;
    let platform = Baton::on(&world.data().join("platform"));
    let backup = world.data().with_file_name("backup");
    let folder = backup.to_str().unwrap();
    platform.json(&["backup", "--to", folder]).await;

    let blob = super::files(&backup.join("blobs")).remove(0);
    let cases = [
        (backup.join("database.sqlite"), "has changed"),
        (backup.join("code.key"), "has changed"),
        (blob, "has changed"),
        (backup.join("manifest.json"), "manifest.json"),
    ];
    for (number, (file, says)) in cases.iter().enumerate() {
        let place = world.data().with_file_name(format!("restored-{number}"));
        let operator = Baton::on(&place);
        let bytes = std::fs::read(file).unwrap();
        if file.ends_with("manifest.json") {
            std::fs::remove_file(file).unwrap();
        } else {
            flip(file);
        }
        let said = operator.run(&["restore", "--from", folder]).await;
        assert_eq!(said.code, 4, "{}: {}", file.display(), said.err);
        assert!(said.err.contains(says), "{}: {}", file.display(), said.err);
        assert!(
            !place.join("platform.sqlite").exists(),
            "{}",
            file.display()
        );
        std::fs::write(file, bytes).unwrap();
    }
    let place = world.data().with_file_name("restored");
    Baton::on(&place).json(&["restore", "--from", folder]).await;
}

#[tokio::test]
async fn a_blob_that_is_gone_is_named_by_doctor_and_backup() {
    let world = World::start().await;
    some_waiting(&world.integrator).await;
    let blob = super::blobs(&world).remove(0);
    let name = blob.file_name().unwrap().to_str().unwrap().to_owned();
    let bytes = std::fs::read(&blob).unwrap();
    std::fs::remove_file(&blob).unwrap();

    let said = world.baton.run(&["doctor"]).await;
    assert_eq!(said.code, 1, "{}", said.out);
    assert!(
        said.out.contains("missing") && said.out.contains(&name),
        "{}",
        said.out
    );
    let platform = Baton::on(&world.data().join("platform"));
    let backup = world.data().with_file_name("backup");
    let words = ["backup", "--to", backup.to_str().unwrap()];
    let said = platform.run(&words).await;
    assert_eq!(said.code, 1, "{}", said.err);
    assert!(said.err.contains(&name), "{}", said.err);
    // Everything else is there, and can be brought back.
    let restored = world.data().with_file_name("restored");
    let from = ["restore", "--from", backup.to_str().unwrap()];
    Baton::on(&restored).json(&from).await;

    std::fs::write(&blob, bytes).unwrap();
    let said = world.baton.run(&["doctor", "--json"]).await;
    assert!(!said.out.contains(&name), "{}", said.out);
}
