//! Both forms of a message, against each other and against the platform's.

mod desk;
mod forms;
mod limits;
mod platform;

use super::*;
use desk::{Desk, Outcome, parts, post};
use serde_json::{Value, json};

/// A right message, and the files that go with it.
fn message() -> Value {
    json!({
        "kind": "instant",
        "userId": "dr-okafor",
        "messageId": "869c3439-fcb8-4546-b372-2af2bf54e197",
        "topic": "DispenseEventNotification",
        "to": "GPPRAC001",
        "nhsNumber": "9547852140",
        "body": { "mimeType": "text/plain", "content": "Caf\u{e9} \u{1F600}\n" },
        "unknown": [{ "a": [1, "b", null, true, { "c": {} }] }],
        "codedDataItems": [
            { "code": "407554009", "value": 37.5, "unit": "mmHg", "additionalText": "Sitting" },
            { "code": "248223005" },
        ],
        "expiryDateTime": "2026-12-01T09:00:00+01:00",
    })
}

/// A file of a message.
#[derive(Clone, Debug)]
struct File {
    name: String,
    kind: &'static str,
    bytes: Vec<u8>,
}

fn pdf(name: &str, rest: &[u8]) -> File {
    File {
        name: name.to_owned(),
        kind: "application/pdf",
        bytes: [b"%PDF-1.7 ", rest].concat(),
    }
}

fn names(outcome: &Outcome) -> Vec<(String, String)> {
    match outcome {
        Outcome::Faulty(faults) => faults
            .iter()
            .map(|fault| (fault.name.clone(), fault.reason.clone()))
            .collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_message_in_parts_is_read_as_curl_and_browsers_write_it() {
    let body = "preamble\r\n--b1\r\nContent-Disposition: form-data; name=\"message\"\r\n\r\n\
        {\"kind\":\"standard\",\"topic\":\"T\",\"to\":\"GPPRAC001\",\"nhsNumber\":\"9547852140\"}\r\n\
        --b1\r\nContent-Disposition: form-data; name=\"file\"; filename=\"N\u{f6}te one.txt\"\r\n\
        Content-Type: text/plain; charset=utf-8\r\n\r\nhello\r\nthere--b1\r\n--b1--\r\nepilogue";
    let outcome = Desk::new().read("multipart/form-data; boundary=b1", &[body.as_bytes()]);
    let Outcome::Good(said) = outcome else {
        panic!("{outcome:?}");
    };
    let hash = model::Hash::of(b"hello\r\nthere--b1").to_hex();
    assert!(
        said.contains(&format!("N\u{f6}te one.txt Text 16 {hash}")),
        "{said:?}"
    );
}

#[test]
fn what_is_wrong_with_parts_is_told_with_everything_else_in_order() {
    let mut message = message();
    message["nhsNumber"] = "9547852141".into();
    message["files"] = json!([{ "fileName": "x" }]);
    let disposition = |rest: &str| format!("Content-Disposition: form-data{rest}");
    let file =
        disposition("; name=\"file\"; filename=\"one.pdf\"\r\nContent-Type: application/pdf");
    let nameless = disposition("; name=\"file\"");
    let json = disposition("; name=\"message\"\r\nContent-Type: text/plain");
    let body = parts(&[
        (&file, b"%PDF-"),
        (&disposition("; name=\"colour\""), b"red"),
        (&json, message.to_string().as_bytes()),
        (&nameless, b""),
        (&disposition("; name=\"message\""), b"not JSON"),
        (&disposition(""), b"?"),
        (&file.replace("one", "ONE"), b"GIF89a"),
    ]);
    let outcome = Desk::new().read(desk::MULTIPART, &[&body]);
    let told: Vec<_> = names(&outcome).into_iter().map(|(name, _)| name).collect();
    assert_eq!(
        told,
        [
            "message",
            "message",
            "nhsNumber",
            "files",
            "parts[1]",
            "files[1].fileName",
            "files[1].mimeType",
            "files[1].content",
            "message",
            "parts[5]",
            "files[2].fileName",
            "files[2].content",
        ]
    );
}

#[test]
fn without_a_message_its_absence_and_the_files_are_told() {
    let body = parts(&[("Content-Disposition: form-data; name=\"file\"", b"x")]);
    let outcome = Desk::new().read(desk::MULTIPART, &[&body]);
    let told: Vec<_> = names(&outcome).into_iter().map(|(name, _)| name).collect();
    assert_eq!(told, ["message", "files[0].fileName", "files[0].mimeType"]);
    let nothing = Desk::new().read(desk::MULTIPART, &[&parts(&[])]);
    let told: Vec<_> = names(&nothing).into_iter().map(|(name, _)| name).collect();
    assert_eq!(told, ["message", "files"]);
}

#[test]
fn names_of_strange_parts_do_not_pile_up() {
    let strange = "Content-Disposition: form-data; name=\"x\"";
    let body = parts(&vec![(strange, b"x".as_slice()); 500]);
    let outcome = Desk::new().read(desk::MULTIPART, &[&body]);
    assert_eq!(names(&outcome).len(), 12);
}

#[test]
fn an_instant_message_needs_a_user_and_a_standard_one_does_not() {
    let desk = Desk::new();
    let file = [pdf("a.pdf", b"")];
    let mut message = message();
    message.as_object_mut().unwrap().remove("userId");
    let outcome = desk.read_json(&message, &file, &[usize::MAX]);
    assert_eq!(names(&outcome)[0].0, "userId");
    message["kind"] = "standard".into();
    assert!(matches!(
        desk.read_json(&message, &file, &[usize::MAX]),
        Outcome::Good(_)
    ));
    message["kind"] = "urgent".into();
    let outcome = desk.read_json(&message, &file, &[usize::MAX]);
    assert_eq!(
        names(&outcome),
        [(
            "kind".to_owned(),
            "Must be 'instant' or 'standard'".to_owned()
        )]
    );
}

#[test]
fn an_expiry_that_is_over_is_told_of_a_new_message_and_not_of_a_retry() {
    let desk = Desk::new();
    let mut message = message();
    message["expiryDateTime"] = "2026-11-20T00:00:00Z".into();
    let body = desk::whole(&message, &[pdf("a.pdf", b"")]).to_string();
    let read = |body: &str| {
        let read = post(&desk, "application/json", &[body.as_bytes()]);
        read.map_err(|refusal| format!("{refusal:?}")).unwrap()
    };
    let (complete, _) = read(&body).complete().map_err(|_| "refused").unwrap();
    assert_eq!(
        complete.too_late.unwrap().kind(),
        ProblemType::ValidationError
    );
    assert_eq!(read(&body).invalid_parameters()[0].name, "expiryDateTime");
}

#[test]
fn the_digest_is_of_all_that_was_said_and_of_nothing_else() {
    let desk = Desk::new();
    let digest = |message: &Value, files: &[File]| {
        let body = desk::whole(message, files).to_string();
        let read = post(&desk, "application/json", &[body.as_bytes()])
            .ok()
            .unwrap();
        let complete = read.complete().ok().unwrap().0;
        let hashed: Vec<_> = complete
            .files
            .iter()
            .zip(files)
            .map(|(draft, file)| model::attachment::Attachment {
                kind: draft.kind,
                file_name: draft.file_name.clone(),
                size: draft.size,
                hash: model::Hash::of(&file.bytes),
            })
            .collect();
        complete.digest(&hashed)
    };
    let files = [pdf("a.pdf", b"")];
    let first = digest(&message(), &files);
    let mut digests = vec![
        first,
        digest(&message(), &[pdf("b.pdf", b"")]),
        digest(&message(), &[pdf("a.pdf", b"x")]),
    ];
    for (name, value) in [
        ("kind", json!("standard")),
        ("userId", json!("dr-llewellyn")),
        ("topic", json!("Other")),
        ("to", json!("GPPRAC002")),
        ("nhsNumber", json!("9990000018")),
        ("body", Value::Null),
        ("codedDataItems", Value::Null),
        ("expiryDateTime", Value::Null),
        ("expiryDateTime", json!("2026-12-01T09:00:01+01:00")),
    ] {
        let mut other = message();
        other[name] = value;
        digests.push(digest(&other, &files));
    }
    let different: std::collections::HashSet<_> =
        digests.iter().map(|hash| hash.to_hex()).collect();
    assert_eq!(different.len(), digests.len());
    let mut same = message();
    same["messageId"] = Value::Null;
    same["expiryDateTime"] = "2026-12-01T08:00:00Z".into();
    assert_eq!(digest(&same, &files), first);
}

/// Handlers of a server must be able to await it.
fn is_send<T: Send>(_: &T) {}

#[test]
fn reading_may_go_on_on_another_thread() {
    let desk = Desk::new();
    let mut turn = desk.turn();
    let headers = HeaderMap::new();
    is_send(&read(
        &headers,
        Body::empty(),
        &mut turn,
        &desk.begin(),
        desk::now(),
    ));
}
