//! The ways in: JSON, a form with files, the command line. And what is told afterwards.

use crate::world::listener::Listener;
use crate::world::product::with_files;
use crate::world::{PATIENT, PRACTICE, World, message, samples};
use serde_json::json;

#[tokio::test]
async fn a_message_as_json_is_in_the_record_and_webhooks_tell_each_step() {
    // Whatever is logged in this test, secrets and patients are not.
    let world = World::start_logging("trace").await;
    let product = &world.product;
    let listener = Listener::start().await;
    product.be_told(&listener).await;
    product.authorise(&world.access_code().await).await;
    assert_eq!(product.authorisation().await, "authorised");

    let letter = samples::letter();
    let photograph = samples::photograph();
    let files: [crate::world::product::File; 2] = [
        ("Letter.pdf", "application/pdf", &letter),
        ("Rétina – œil gauche.jpg", "image/jpeg", &photograph),
    ];
    let mut message = with_files(product.instant(), &files);
    message["body"] = json!({ "mimeType": "text/plain", "content": "Dispensed today: café ☕." });
    message["codedDataItems"] = json!([{ "code": "276885007", "value": 36.5, "unit": "°C" }]);
    let id = product.entered(&message).await;
    let found = product.in_the_record(&id).await;
    assert_eq!(
        found["platformStatus"]["subStatus"],
        "Imported automatically"
    );
    assert_eq!(found["attempts"].as_array().unwrap().len(), 1, "{found}");
    assert_eq!(found["attempts"][0]["outcome"], "accepted");

    let done = "message.status / COMPLETED / Imported automatically";
    listener.until(&id, done).await;
    let told = listener.told(&id);
    assert_eq!(told.first().unwrap(), "message.queued", "{told:?}");
    assert_eq!(told[1], "message.accepted", "{told:?}");
    for post in listener.posts() {
        let text = String::from_utf8(post.body.to_vec()).unwrap();
        for hidden in [PATIENT, "Letter", PRACTICE, "Dispensed"] {
            assert!(!text.contains(hidden), "{text}");
        }
    }
    let filed = world.records.read(&id).await;
    assert_eq!(filed.len(), 2);
    assert_eq!(filed[0].bytes, letter);
    assert_eq!(filed[1].bytes, photograph);
    assert_eq!(filed[1].title(), "Rétina – œil gauche.jpg");

    // The same again is the same message; other content under its id is none.
    let again = product.enter(&message).await;
    assert_eq!(again.status, 202, "{again:?}");
    assert_eq!(again.json()["state"], "accepted");
    message["body"]["content"] = json!("Something else.");
    let other = product.enter(&message).await;
    assert_eq!(
        (other.status, other.problem().as_str()),
        (409, "message-id-conflict")
    );
    assert_eq!(world.records.documents_of(&id).await.len(), 2);
}

#[tokio::test]
async fn a_form_with_large_files_takes_the_same_way() {
    let world = World::start().await;
    let product = &world.product;
    product.authorise(&world.access_code().await).await;
    let large = samples::pdf_of(5 * 1024 * 1024, 7);
    let note = samples::note();
    let message = product.instant();
    let files: [crate::world::product::File; 2] = [
        ("Large.pdf", "application/pdf", &large),
        ("Note.txt", "text/plain", &note),
    ];
    let answer = product.enter_form(&message, &files).await;
    assert_eq!(answer.status, 202, "{answer:?}");
    let id = message::id(&message);
    product.in_the_record(&id).await;
    let filed = world.records.read(&id).await;
    assert_eq!(filed.len(), 2);
    assert_eq!(filed[0].bytes, large);
    assert_eq!(filed[1].bytes, note);
}

#[tokio::test]
async fn every_fault_is_told_at_the_call_and_nothing_is_kept() {
    let world = World::start().await;
    let product = &world.product;
    product.authorise(&world.access_code().await).await;
    let mut message = product.small("marker-of-faults");
    message["nhsNumber"] = json!("9547852141");
    message["to"] = json!("");
    message["files"][0]["fileName"] = json!("con.txt");
    let answer = product.enter(&message).await;
    let faults = answer.faults();
    for name in ["nhsNumber", "to", "files[0].fileName"] {
        assert!(
            faults.iter().any(|fault| fault == name),
            "{name}: {faults:?}"
        );
    }
    let dry = product.post("/v1/messages?dryRun=true", &message).await;
    assert_eq!(dry.status, 200, "{dry:?}");
    assert_eq!(dry.json()["acceptable"], false);
    assert_eq!(
        dry.json()["invalidParameters"].as_array().unwrap().len(),
        faults.len()
    );
    let good = product.small("marker-of-faults");
    let dry = product.post("/v1/messages?dryRun=true", &good).await.json();
    assert_eq!(dry["acceptable"], true, "{dry}");
    let picture = dry["preview"]["content"].as_str().unwrap();
    assert!(picture.starts_with("<svg"), "{picture}");
    let list = product.get("/v1/messages").await.json();
    assert_eq!(list["messages"], json!([]));
}

#[tokio::test]
async fn a_person_sends_by_the_command_line_and_watches() {
    let world = World::start().await;
    let letter =
        crate::world::executable::repository().join("sdk-kit/samples/dispense-notification.pdf");
    let note =
        crate::world::executable::repository().join("sdk-kit/samples/consultation-notes.txt");
    let (letter, note) = (letter.to_str().unwrap(), note.to_str().unwrap());
    let code = world.access_code().await;
    let authorise = ["gateway", "user", "authorise", "demo-practitioner", &code];
    world.baton.json(&authorise).await;
    let send = [
        "send",
        letter,
        "--consultation",
        note,
        "--to",
        PRACTICE,
        "--patient",
        "954 785 2140",
        "--notes",
        "Handed out today.",
        "--code",
        "407554009=140 mmHg",
        "--code",
        "248223005",
    ];
    let dry = world.baton.run(&[&send[..], &["--dry-run"]].concat()).await;
    assert_eq!(dry.code, 0, "{}", dry.err);
    assert!(dry.out.contains("would be taken"), "{}", dry.out);
    let sent = world.baton.json(&send).await;
    let id = sent["messageId"].as_str().unwrap();
    let watched = world.baton.run(&["status", id, "--watch"]).await;
    assert_eq!(watched.code, 0, "{}", watched.err);
    assert!(
        watched.out.contains("COMPLETED, Imported automatically"),
        "{}",
        watched.out
    );
    let filed = world.records.read(id).await;
    assert_eq!(filed.len(), 2);
    assert_eq!(filed[0].bytes, samples::letter());
    assert_eq!(filed[1].bytes, samples::consultation());
    let shown = world.baton.run(&["gateway", "message", "show", id]).await;
    assert_eq!(shown.code, 0, "{}", shown.err);
    assert!(shown.out.contains("message.accepted"), "{}", shown.out);
    let listed = world
        .baton
        .run(&["gateway", "message", "list", "--state", "accepted"])
        .await;
    assert!(listed.out.contains(id), "{}", listed.out);

    // With the same id nothing is sent twice, and a standard one is waited for until a person is needed.
    let standard = [
        "send",
        letter,
        "--standard",
        "--to",
        PRACTICE,
        "--patient",
        PATIENT,
        "--wait",
    ];
    let waits = world.baton.run(&standard).await;
    assert_eq!(waits.code, 0, "{}", waits.err);
    assert!(waits.out.contains("Awaiting review"), "{}", waits.out);
    let bad = [
        "send",
        letter,
        "--standard",
        "--to",
        "NOBODY1",
        "--patient",
        "1234567890",
    ];
    let bad = world.baton.run(&bad).await;
    assert_eq!(bad.code, 4, "{}", bad.err);
    assert!(bad.err.contains("nhsNumber"), "{}", bad.err);
    let nothing = [
        "send",
        "no-such.pdf",
        "--to",
        PRACTICE,
        "--patient",
        PATIENT,
    ];
    assert_eq!(world.baton.run(&nothing).await.code, 2);
}
