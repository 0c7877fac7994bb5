//! The list of subjects.

use crate::world::World;

#[tokio::test]
async fn the_empty_list_says_so_and_points_at_manage_data() {
    let world = World::empty();
    let text = world.browser().await.get("/subjects").await.text();
    assert!(text.contains("Nobody is registered here yet"));
    assert!(text.contains("<a href=\"/manage-data\">Manage Data</a>"));
}

#[tokio::test]
async fn subjects_are_found_by_name_number_and_date_of_birth() {
    let world = World::with_patients().await;
    let browser = world.browser().await;
    let cases = [
        ("khan", 2, "KHAN, Mohammed (Mr)"),
        ("siobhan%20ni", 1, "NÍ DHOMHNAILL"),
        ("osullivan", 1, "O&#39;SULLIVAN"),
        ("reid", 1, "OKONKWO-REID"),
        ("954%20785%202140", 1, "WHITFIELD"),
        ("20%2F02%2F1948", 1, "WHITFIELD"),
        ("1948-02-20", 1, "WHITFIELD"),
        ("ogilvie", 1, "Deceased"),
    ];
    for (query, count, shown) in cases {
        let text = browser.get(&format!("/subjects?q={query}")).await.text();
        assert_eq!(text.matches("href=\"/subjects/").count(), count, "{query}");
        assert!(text.contains(shown), "{query}");
    }
    let none = browser.get("/subjects?q=%22%3E%3Cb%3Ezz").await.text();
    assert!(none.contains("No subject matches") && !none.contains("<b>zz"));
}

#[tokio::test]
async fn a_long_list_has_pages() {
    let world = World::with_patients().await;
    let mut patients: serde_json::Value =
        serde_json::from_str(lab::people::patients_json()).unwrap();
    let mut extra = patients["patients"][0].clone();
    extra["nhsNumber"] = "9990000018".into();
    for last in 0..=9 {
        if model::NhsNumber::parse(&format!("999000001{last}")).is_ok() {
            extra["nhsNumber"] = format!("999000001{last}").into();
        }
    }
    patients["patients"].as_array_mut().unwrap().push(extra);
    world
        .pas
        .load_patients(patients.to_string().as_bytes())
        .await
        .unwrap();
    let browser = world.browser().await;
    let first = browser.get("/subjects").await.text();
    assert!(first.contains("51 subjects, 1 to 50 shown"));
    assert!(first.contains("/subjects?page=2"));
    let second = browser.get("/subjects?page=2").await.text();
    assert_eq!(second.matches("href=\"/subjects/").count(), 1);
    assert!(second.contains("/subjects?page=1") && !second.contains("page=3"));
    let past = browser.get("/subjects?page=99").await;
    assert_eq!(past.header("location"), "/subjects?page=2");
}
