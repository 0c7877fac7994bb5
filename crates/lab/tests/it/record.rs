//! A subject's record in pages: what was imported is there, shown and searchable.

use crate::world::{World, attachment, coded};
use axum::http::StatusCode;

const PDF: &[u8] = b"%PDF-1.7 made up";

async fn with_record() -> (World, String) {
    let world = World::with_patients().await;
    let id = world.patient("9547852140").await;
    let notes = "Café au lait stain.\r\n<b>Blood pressure</b> 138/82 \u{1F600}";
    let entries = [
        attachment(&id, "m-1", 0, "document", "application/pdf", PDF),
        attachment(&id, "m-1", 1, "document", "image/jpeg", b"\xFF\xD8\xFF"),
        attachment(
            &id,
            "m-1",
            2,
            "document",
            "text/plain; charset=utf-8",
            "Zoë <i>x</i>".as_bytes(),
        ),
        attachment(
            &id,
            "m-1",
            3,
            "consultation-notes",
            "text/plain; charset=utf-8",
            notes.as_bytes(),
        ),
        attachment(
            &id,
            "m-1",
            4,
            "document",
            "text/html",
            b"<script>alert(1)</script>",
        ),
        vec![coded(&id, "m-1", 0)],
    ];
    let answer = world.transaction(entries.concat()).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    (world, id)
}

/// Addresses of the documents in a page, by their names.
fn document(page: &str, name: &str) -> String {
    let before = page.split(&format!("\">{name}</a>")).next().unwrap();
    before.rsplit("href=\"").next().unwrap().to_owned()
}

#[tokio::test]
async fn the_banner_says_who_it_is() {
    let (world, id) = with_record().await;
    let text = world
        .browser()
        .await
        .get(&format!("/subjects/{id}"))
        .await
        .text();
    for part in [
        "WHITFIELD, Margaret Anne (Mrs)",
        "954 785 2140",
        "20 February 1948",
        "78 years old",
        "Female",
        "22 Weaversfield Road, Leeds, LS3 1GG",
    ] {
        assert!(text.contains(part), "{part}");
    }
    assert_eq!(text.matches("<h1").count(), 1);
}

#[tokio::test]
async fn a_record_is_found_by_its_nhs_number() {
    let (world, id) = with_record().await;
    let browser = world.browser().await;
    let found = browser.get("/subjects/nhs-number/9547852140").await;
    assert_eq!(found.status, StatusCode::SEE_OTHER);
    assert_eq!(found.header("location"), format!("/subjects/{id}"));
    for nobody in ["9547852141", "954785214", "%25", "nhs-number"] {
        let page = browser.get(&format!("/subjects/nhs-number/{nobody}")).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{nobody}");
    }
}

#[tokio::test]
async fn a_deceased_patient_is_marked() {
    let world = World::with_patients().await;
    let found = world.fhir("/Patient?name=ogilvie").await.json();
    let patient = &found["entry"][0]["resource"];
    assert_eq!(patient["deceasedDateTime"], "2026-08-17");
    let text = world
        .browser()
        .await
        .get(&format!("/subjects/{}", patient["id"].as_str().unwrap()))
        .await
        .text();
    assert!(text.contains("Died 17 August 2026") && text.contains("died aged 89"));
}

#[tokio::test]
async fn documents_open_in_the_page() {
    let (world, id) = with_record().await;
    let browser = world.browser().await;
    let record = browser.get(&format!("/subjects/{id}")).await.text();
    assert!(record.contains("Cardio &amp; Link") && record.contains("Discharge summary"));

    let pdf = document(&record, "file-0");
    assert!(
        browser
            .get(&pdf)
            .await
            .text()
            .contains(&format!("<object data=\"{pdf}/file"))
    );
    let file = browser.get(&format!("{pdf}/file")).await;
    assert_eq!(
        (file.header("content-type"), file.bytes.as_slice()),
        ("application/pdf", PDF)
    );
    assert_eq!(file.header("x-content-type-options"), "nosniff");

    let picture = document(&record, "file-1");
    assert!(
        browser
            .get(&picture)
            .await
            .text()
            .contains(&format!("<img src=\"{picture}/file\""))
    );

    let text = browser.get(&document(&record, "file-2")).await.text();
    assert!(text.contains("Zoë &lt;i&gt;x&lt;/i&gt;</pre>"));
}

#[tokio::test]
async fn a_file_that_could_run_in_the_page_is_only_offered_for_download() {
    let (world, id) = with_record().await;
    let browser = world.browser().await;
    let record = browser.get(&format!("/subjects/{id}")).await.text();
    let file = browser
        .get(&format!("{}/file", document(&record, "file-4")))
        .await;
    assert_eq!(file.header("content-type"), "application/octet-stream");
    assert!(file.header("content-disposition").starts_with("attachment"));
    let binaries = world.fhir("/DocumentReference").await.json();
    for entry in binaries["entry"].as_array().unwrap() {
        let url = entry["resource"]["content"][0]["attachment"]["url"]
            .as_str()
            .unwrap();
        let raw = world.fhir(&format!("/{url}")).await;
        assert!(raw.header("content-security-policy").contains("sandbox"));
    }
}

#[tokio::test]
async fn notes_are_in_the_record_and_can_be_searched() {
    let (world, id) = with_record().await;
    let browser = world.browser().await;
    let all = browser.get(&format!("/subjects/{id}")).await.text();
    assert!(
        all.contains("Café au lait stain.\n&lt;b&gt;Blood pressure&lt;/b&gt; 138/82 \u{1F600}"),
        "{all}"
    );
    let found = browser
        .get(&format!("/subjects/{id}?q=CAFE+blood"))
        .await
        .text();
    assert!(found.contains("<mark>Café</mark>") && found.contains("<mark>Blood</mark>"));
    assert!(found.contains("1 of 1 note with"));
    let none = browser
        .get(&format!("/subjects/{id}?q=asthma"))
        .await
        .text();
    assert!(none.contains("0 of 1 note with") && !none.contains("Café"));
}

#[tokio::test]
async fn coded_data_is_in_the_record() {
    let (world, id) = with_record().await;
    let text = world
        .browser()
        .await
        .get(&format!("/subjects/{id}"))
        .await
        .text();
    for part in ["27113001", "Body weight", "71.5 kg", "21 Nov 2026, 11:00"] {
        assert!(text.contains(part), "{part}");
    }
}

#[tokio::test]
async fn a_document_of_somebody_else_is_not_shown() {
    let (world, id) = with_record().await;
    let browser = world.browser().await;
    let record = browser.get(&format!("/subjects/{id}")).await.text();
    let other = world.fhir("/Patient?name=ogilvie").await.json()["entry"][0]["resource"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let address = document(&record, "file-0").replace(&id, &other);
    assert_eq!(browser.get(&address).await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        browser.get(&format!("{address}/file")).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        browser.get("/subjects/none").await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn the_record_survives_a_restart() {
    let (world, id) = with_record().await;
    let world = world.restarted();
    let text = world
        .browser()
        .await
        .get(&format!("/subjects/{id}"))
        .await
        .text();
    assert!(text.contains("file-0") && text.contains("Café") && text.contains("27113001"));
}

#[tokio::test]
async fn a_very_long_note_is_searched_whole_and_shown_in_part() {
    let world = World::with_patients().await;
    let id = world.patient("9547852140").await;
    let notes = format!("{}omega", "e\u{301} ".repeat(100_000));
    let kind = ("consultation-notes", "text/plain; charset=utf-8");
    let entries = attachment(&id, "m-1", 0, kind.0, kind.1, notes.as_bytes());
    assert_eq!(world.transaction(entries).await.status, StatusCode::OK);
    let browser = world.browser().await;
    let text = browser
        .get(&format!("/subjects/{id}?q=e+omega"))
        .await
        .text();
    assert!(text.contains("1 of 1 note with") && text.contains("The note goes on."));
    assert_eq!(text.matches("<mark>").count(), 1_000);
    assert!(text.len() < 150_000, "{}", text.len());
}
