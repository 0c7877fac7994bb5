//! Attachments: how many, of what type, under what names, and what their content must be.

use super::{Edit, Row, check, rewritten, set, wrong};
use crate::sample::{base64, id, pdf_of, standard, with_id};
use serde_json::{Value, json};

const LIMIT: usize = 5 * 1024 * 1024;
const CONSULTATION: &str = "text/vnd.qxlva.conneqt.consultation";
const CHARACTER: &str = "Must not contain any of <>:\"/\\|?* or a control character";
const ENDS: &str = "Must not start or end with white space or a period";
const DEVICE: &str = "Must not be a name that Windows keeps for a device";
const BASE64: &str = "Must be Base64 (standard alphabet, with padding)";
const COUNT: &str = "Must hold 1 to 10 attachments";

fn notes(count: usize) -> Value {
    (0..count)
        .map(|n| json!({ "mimeType": "text/plain", "fileName": format!("{n}.txt"), "content": "QQ==" }))
        .collect()
}

/// The second attachment with another type and content.
fn content(kind: &str, bytes: &[u8]) -> Row {
    let value = json!({ "mimeType": kind, "fileName": "Note.txt", "content": base64(bytes) });
    Row::new(
        Edit::Set("/attachments/1".to_owned(), value),
        "attachments[1].content",
    )
}

pub(super) fn rows() -> Vec<Row> {
    let mut rows = vec![
        wrong("/attachments", json!([])).because(COUNT),
        wrong("/attachments", notes(11)).because(COUNT),
        wrong("/attachments", notes(40)).because(COUNT),
    ];
    for kind in [
        "",
        "image/png",
        "APPLICATION/PDF",
        "application/pdf ",
        "text/html",
        "text/plain; charset=utf-8",
    ] {
        rows.push(wrong("/attachments/0/mimeType", kind));
    }
    let not_base64 = [
        "QQ",
        "QQ=",
        "QQ===",
        "Q",
        "QUJDRA",
        "JVBERi0_",
        "JVBERi0-",
        "JVBE Ri0x",
        "JVBE\tRi0x",
        "JVBERi0x.",
        "=JVBERi0",
        "JVBERi0xQQ==JVBE",
        "JVBERi0xQR==",
        "%PDF-1.7",
        "JVBERi0é",
        "data:application/pdf;base64,JVBERi0x",
    ];
    rows.extend(not_base64.map(|text| wrong("/attachments/0/content", text).because(BASE64)));
    rows.push(wrong("/attachments/0/content", "").because("Must not be empty"));
    rows.push(wrong("/attachments/1/content", "\r\n\n").because("Must not be empty"));
    rows.push(content("application/pdf", b"plain words"));
    rows.push(content("application/pdf", b"PDF-1.7"));
    rows.push(content(
        "application/pdf",
        &[&[b' '; 1020][..], b"%PDF-1.7"].concat(),
    ));
    rows.push(content("image/jpeg", crate::sample::PDF));
    rows.push(content("image/jpeg", b"\x89PNG\r\n\x1a\n"));
    rows.push(content("image/jpeg", &[0xFF, 0xD8]));
    for kind in ["text/plain", CONSULTATION] {
        rows.push(content(kind, &[0xFF, 0xD8, 0xFF, 0xE0]));
        rows.push(content(kind, b"caf\xe9"));
        rows.push(content(kind, b"cut off \xf0\x9f\x98"));
        rows.push(content(kind, b"a NUL \0 in it"));
        rows.push(content(kind, b""));
    }
    let large = "Must be at most 5 MiB (5,242,880 bytes) when decoded";
    rows.push(wrong("/attachments/0/content", base64(&pdf_of(LIMIT + 1))).because(large));
    rows
}

pub(super) fn file_names() -> Vec<Row> {
    let name = |text: &str, reason| wrong("/attachments/0/fileName", text).because(reason);
    let mut rows = vec![name("", "Must not be empty")];
    for character in [
        "<", ">", ":", "\"", "/", "\\", "|", "?", "*", "\u{1}", "\t", "\n", "\u{1f}", "\0",
    ] {
        rows.push(name(&format!("Form{character}1.pdf"), CHARACTER));
    }
    for ends in [
        " Form.pdf",
        "Form.pdf ",
        ".Form.pdf",
        "Form.pdf.",
        "\u{a0}Form.pdf",
        "Form.pdf\u{3000}",
        ".",
        " ",
    ] {
        rows.push(name(ends, ENDS));
    }
    for device in [
        "CON",
        "prn.pdf",
        "Aux.tar.gz",
        "NUL",
        "COM1",
        "com9.pdf",
        "LPT1.pdf",
        "lpt9",
        "COM\u{b9}.pdf",
        "LPT\u{b2}",
        "com\u{b3}.a.b",
        "NUL .pdf",
    ] {
        rows.push(name(device, DEVICE));
    }
    let long = "Must be at most 255 characters (UTF-16 units)";
    rows.push(name(&format!("{}.pdf", "a".repeat(252)), long));
    // Outside the basic plane a character is two UTF-16 units.
    rows.push(name(&format!("{}.pdf", "😀".repeat(126)), long));
    rows.push(name(&"a".repeat(2_000), "Is too long"));
    // The later of two alike is named.
    for alike in ["Form.pdf", "FORM.PDF", "form.pdf"] {
        rows.push(wrong("/attachments/1/fileName", alike));
    }
    rows.push(
        rewritten("Form.pdf", "Form\\u0000.pdf", "attachments[0].fileName").because(CHARACTER),
    );
    rows.push(rewritten("Form.pdf", "CON\\u002epdf", "attachments[0].fileName").because(DEVICE));
    rows
}

#[tokio::test]
async fn attachments_that_break_a_rule_are_named() {
    assert!(check(rows()).await >= 40);
}

#[tokio::test]
async fn file_names_that_windows_refuses_are_named() {
    assert!(check(file_names()).await >= 35);
}

#[tokio::test]
async fn what_lies_at_the_limits_is_accepted() {
    let sender = super::Sender::new().await;
    let broken_lines = base64(&pdf_of(700))
        .as_bytes()
        .chunks(76)
        .map(|line| String::from_utf8(line.to_vec()).unwrap())
        .collect::<Vec<_>>()
        .join("\r\n");
    let accepted = [
        ("/attachments/0/content", base64(&pdf_of(LIMIT)).into()),
        ("/attachments/0/content", broken_lines.into()),
        (
            "/attachments/0/content",
            base64(&[&[b' '; 1019][..], b"%PDF-1.7"].concat()).into(),
        ),
        ("/attachments/0/fileName", "a".repeat(255).into()),
        ("/attachments/0/fileName", "😀".repeat(127).into()),
        ("/attachments/0/fileName", "COM0.pdf".into()),
        ("/attachments/0/fileName", "console.pdf".into()),
        (
            "/attachments/0/fileName",
            "Dr Müller – Brief (1).pdf".into(),
        ),
        ("/attachments", notes(1)),
        ("/attachments", notes(10)),
        (
            "/attachments/1",
            json!({ "mimeType": "text/plain", "fileName": "1", "content": "QQ==" }),
        ),
        (
            "/attachments/1",
            json!({ "mimeType": CONSULTATION, "fileName": "1", "content": "QQ==" }),
        ),
        (
            "/attachments/1",
            json!({ "mimeType": "image/jpeg", "fileName": "1", "content": "/9j/4A==" }),
        ),
    ];
    for (place, (pointer, value)) in accepted.into_iter().enumerate() {
        let mut message = with_id(standard(), &id(u32::try_from(place).unwrap()));
        set(&mut message, pointer, value);
        let answer = sender.partner.send(&sender.world, &message).await;
        assert_eq!(
            answer.status.as_u16(),
            200,
            "{place} {pointer}: {}",
            answer.text()
        );
    }
}

#[tokio::test]
async fn each_of_several_large_files_is_named() {
    let sender = super::Sender::new().await;
    let mut message = standard();
    let large = base64(&pdf_of(LIMIT + 1));
    for place in 0..2 {
        let kind = "application/pdf";
        let file =
            json!({ "mimeType": kind, "fileName": format!("{place}.pdf"), "content": large });
        set(&mut message, &format!("/attachments/{place}"), file);
    }
    let told = sender.told("ToolbarMessage", message.to_string()).await;
    let names: Vec<_> = told.iter().map(|fault| fault.name.as_str()).collect();
    assert_eq!(names, ["attachments[0].content", "attachments[1].content"]);
}

#[tokio::test]
async fn content_that_scanners_know_is_refused_as_unsafe() {
    // Written backwards, so that no scanner takes this source for the file.
    let backwards = r"*H+H$!ELIF-TSET-SURIVITNA-DRADNATS-RACIE$}7)CC7)^P(45XZP\4[PA@%P!O5X";
    let known: String = backwards.chars().rev().collect();
    let sender = super::Sender::new().await;
    let mut message = standard();
    set(
        &mut message,
        "/attachments/1/content",
        base64(known.as_bytes()).into(),
    );
    set(&mut message, "/topic", "NoSuchTopic".into());
    let answer = sender.partner.send(&sender.world, &message).await;
    assert_eq!(answer.refused(), (400, "unsafe-content".to_owned()));
    let mut names = answer.faults();
    names.sort();
    assert_eq!(names, ["attachments[1].content", "topic"]);
    assert_eq!(sender.world.messages().await, 0);
}
