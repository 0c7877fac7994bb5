//! Manage Data: loading files, good and bad.

use crate::world::World;
use axum::http::StatusCode;
use lab::people::patients_json;

#[tokio::test]
async fn the_shipped_file_is_loaded_and_loading_it_again_adds_nobody() {
    let world = World::empty();
    let browser = world.browser().await;
    let first = browser.load(patients_json().as_bytes()).await;
    assert_eq!(first.header("location"), "/manage-data?added=50&updated=0");
    assert!(
        browser
            .get(first.header("location"))
            .await
            .text()
            .contains("50 added, 0 updated")
    );
    let again = browser.load(patients_json().as_bytes()).await;
    assert!(
        browser
            .get(again.header("location"))
            .await
            .text()
            .contains("0 added, 50 updated")
    );
    assert_eq!(world.total("/Patient").await, 50);
}

#[tokio::test]
async fn loading_again_updates_by_nhs_number_and_keeps_the_record() {
    let world = World::with_patients().await;
    let id = world.patient("9547852140").await;
    let changed = patients_json().replace("Whitfield", "Whitfield-Shaw");
    let browser = world.browser().await;
    browser.load(changed.as_bytes()).await;
    assert_eq!(world.patient("9547852140").await, id);
    assert!(
        browser
            .get(&format!("/subjects/{id}"))
            .await
            .text()
            .contains("WHITFIELD-SHAW")
    );
    assert_eq!(
        world.fhir(&format!("/Patient/{id}")).await.json()["meta"]["versionId"],
        "2"
    );
}

#[tokio::test]
async fn a_file_with_one_bad_entry_loads_nothing_and_says_which_and_why() {
    let world = World::empty();
    let browser = world.browser().await;
    let bad = patients_json().replacen("\"gender\": \"male\"", "\"gender\": \"M<script>\"", 1);
    let answer = browser.load(bad.as_bytes()).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let text = answer.text();
    for part in [
        "Nothing was loaded",
        "1 entry of the file has faults",
        "patients[2]",
        "Mr Sukhdeep Gill",
        "gender must be male, female, other or unknown",
    ] {
        assert!(text.contains(part), "{part}");
    }
    assert_eq!(world.total("/Patient").await, 0);
}

#[tokio::test]
async fn names_in_a_bad_file_are_shown_as_text() {
    let world = World::empty();
    let file = r#"{"patients":[{"familyName":"<script>alert(1)</script>"}]}"#;
    let text = world.browser().await.load(file.as_bytes()).await.text();
    assert!(text.contains("&lt;script&gt;") && !text.contains("<script>alert"));
}

#[tokio::test]
async fn a_file_that_is_no_json_is_told_with_line_and_column() {
    let world = World::empty();
    let browser = world.browser().await;
    let text = browser.load(b"{\"patients\": [\n  {]\n}").await.text();
    assert!(
        text.contains("not JSON. It stops being JSON at line 2, column 4."),
        "{text}"
    );
    assert!(
        browser
            .load(b"")
            .await
            .text()
            .contains("Choose a JSON file")
    );
    assert!(
        browser
            .load(&vec![b' '; 33 * 1024 * 1024])
            .await
            .text()
            .contains("larger than 32 MB")
    );
    assert_eq!(world.total("/Patient").await, 0);
}

#[tokio::test]
async fn a_form_without_its_token_loads_nothing() {
    let world = World::empty();
    let answer = world
        .browser()
        .await
        .load_with("wrong", patients_json().as_bytes())
        .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(world.total("/Patient").await, 0);
}

#[tokio::test]
async fn subjects_survive_a_restart() {
    let world = World::with_patients().await;
    let id = world.patient("9547852140").await;
    let world = world.restarted();
    assert_eq!(world.patient("9547852140").await, id);
    assert_eq!(world.pas.patient_count().await.unwrap(), 50);
}

#[tokio::test]
async fn of_many_faulty_entries_the_first_are_shown_and_the_rest_counted() {
    let world = World::empty();
    let file = format!("{{\"patients\":[{}]}}", vec!["0"; 1_234].join(","));
    let text = world.browser().await.load(file.as_bytes()).await.text();
    assert!(text.contains("1234 entries of the file have faults"));
    assert!(text.contains("patients[99]") && !text.contains("patients[100]"));
    assert!(text.contains("and 1134 more"));
}
