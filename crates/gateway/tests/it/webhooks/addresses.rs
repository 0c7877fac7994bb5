//! Where webhooks may not go.

use super::desk::Desk;
use super::endpoint::Endpoint;
use serde_json::json;

#[tokio::test]
async fn addresses_inside_a_network_are_not_taken() {
    let desk = Desk::allowing(false).await;
    for url in [
        "http://127.0.0.1:9000/",
        "http://2130706433/",
        "https://localhost/",
        "http://10.1.2.3/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://[fd00::1]/",
        "http://[64:ff9b::a00:1]/",
    ] {
        let (status, problem) = desk.call("POST", "/v1/webhooks", json!({"url": url})).await;
        assert_eq!(status, 400, "{url}");
        assert_eq!(problem["invalidParameters"][0]["name"], "url");
        assert!(problem["invalidParameters"][0].get("value").is_none());
    }
    desk.add("https://hooks.example.org/").await;
}

#[tokio::test]
async fn an_endpoint_that_was_once_allowed_is_refused_when_it_is_posted_to() {
    let endpoint = Endpoint::new().await;
    let mut desk = Desk::allowing(true).await;
    let number = desk.add(&endpoint.url()).await;
    let name = desk
        .add(&format!("http://localhost:{}/", endpoint.port))
        .await;
    desk.stop().await;
    let desk = desk.again(false).await;
    desk.happen("dr-okafor").await;
    for told in [number, name] {
        let owed = desk
            .delivery_once(&told, |newest| newest["tries"] == 1)
            .await;
        assert_eq!(owed["state"], "owed");
        assert_eq!(owed["lastAnswer"]["fault"], "refused-address");
    }
    desk.pause().await;
    assert!(endpoint.posts().is_empty());
}
