//! Platform, Test PAS and toolbar as three programs, put together by the command line alone.

use crate::world::command::Baton;
use crate::world::executable::repository;
use crate::world::message::{attachment, instant};
use crate::world::partner::Integrator;
use crate::world::records::Records;
use crate::world::watch::Watch;
use crate::world::{PATIENT, PRACTICE, parts, samples};
use std::time::Duration;

#[tokio::test]
async fn three_programs_wired_by_an_operator_deliver_a_message() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    let watch = Watch::default();
    watch.secret(PATIENT);
    let http = httpkit::outbound::client(Some(Duration::from_secs(60))).unwrap();

    let words = ["platform", "serve"];
    let (_platform, url) = parts::serve(&words, &place("platform"), &place("platform.log"), &watch);
    let operator = Baton::on(&place("platform"));
    operator
        .json(&[
            "platform",
            "practice",
            "add",
            PRACTICE,
            "Riverside Test Practice",
        ])
        .await;
    let client = operator
        .json(&["platform", "client", "add", "Kestrel Lane Pharmacy"])
        .await;
    let client_id = client["id"].as_str().unwrap();
    let issued = operator
        .json(&["platform", "key", "issue", client_id])
        .await;
    let key = issued["apiKey"].as_str().unwrap();
    watch.secret(key);
    let integrator = Integrator::new(http.clone(), &url, key, watch.clone());
    assert_eq!(integrator.get("/api/v1/test").await.status, 200);
    // The sandbox is `up`'s alone.
    for path in [
        "/sandbox/v1",
        "/sandbox/v1/clock",
        "/sandbox/v1/faults",
        "/sandbox/v1/access-code",
    ] {
        let get = integrator.get(path).await;
        let post = integrator
            .call(reqwest::Method::POST, path)
            .send()
            .await
            .unwrap();
        assert_eq!((get.status, post.status().as_u16()), (404, 404), "{path}");
    }

    let (_pas, records) = parts::serve(&["pas", "serve"], &place("pas"), &place("pas.log"), &watch);
    let records = Records::new(http.clone(), &records);
    let session = records.log_in("555000000103").await;
    let patients = std::fs::read(repository().join("sdk-kit/test-pas-patients.json")).unwrap();
    session.load_patients(&patients).await;

    let registration = parts::registration_key(&place("platform")).await;
    let addresses = (url.as_str(), records.base.as_str());
    let mut agent = parts::agent(
        &place("pc"),
        &registration,
        addresses,
        &place("agent.log"),
        &watch,
    )
    .await;
    let pc = Baton::on(&place("pc"));
    let code = pc.json(&["toolbar", "code"]).await;
    let code = code["accessCode"].as_str().unwrap();
    watch.secret(code);
    let token = integrator.exchange(code).await;
    let file = attachment("application/pdf", "Letter.pdf", &samples::letter());
    let id = integrator.sent(&token, &instant(vec![file])).await;
    integrator
        .until(&id, "COMPLETED / Imported automatically")
        .await;
    let filed = records.read(&id).await;
    assert_eq!(filed[0].bytes, samples::letter());
    let author = &filed[0].resource["author"][0]["display"];
    assert_eq!(author, "Kestrel Lane Pharmacy");

    // A blocked toolbar is out at once; a disabled client system too.
    let devices = operator
        .json(&["platform", "device", "list", PRACTICE])
        .await;
    let device = devices[0]["id"].as_str().unwrap();
    operator
        .json(&["platform", "device", "block", device])
        .await;
    let refused = pc.run(&["toolbar", "code"]).await;
    assert_ne!(refused.code, 0, "{}", refused.out);
    operator
        .json(&["platform", "client", "disable", client_id])
        .await;
    let answer = integrator.get("/api/v1/test").await;
    assert_eq!(
        (answer.status, answer.problem().as_str()),
        (403, "forbidden")
    );
    let audit = operator.json(&["platform", "audit", "verify"]).await;
    assert!(
        audit["brokenAt"].is_null() && audit["entries"].as_u64().unwrap() > 5,
        "{audit}"
    );
    assert_eq!(agent.end().expect("it had to be killed").code(), Some(0));
}
