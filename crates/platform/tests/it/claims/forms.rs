//! The bodies of the calls about a claim.

use super::{desk, pending};
use serde_json::json;

#[tokio::test]
async fn a_reason_has_one_to_five_hundred_characters() {
    let desk = desk(false).await;
    let fence = desk
        .okafor
        .claim(&desk.world, &desk.reference, "review")
        .await
        .fence;
    for reason in ["", "   ", &"r".repeat(501)] {
        for act in ["fail", "reject"] {
            let body = json!({ "fence": fence, "reason": reason });
            let answer = desk
                .okafor
                .act(&desk.world, act, &desk.reference, body)
                .await;
            assert_eq!(answer.faults(), ["reason"], "{act}");
        }
    }
    let body = json!({ "fence": fence, "reason": "é".repeat(500) });
    let answer = desk
        .okafor
        .act(&desk.world, "reject", &desk.reference, body)
        .await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text());
}

#[tokio::test]
async fn bodies_of_another_shape_are_refused() {
    let desk = desk(false).await;
    let bodies = [
        ("claim", json!({})),
        ("claim", json!({ "mode": "force" })),
        ("claim", json!([])),
        ("complete", json!({ "fence": -1 })),
        ("complete", json!({ "fence": "1" })),
        ("complete", json!({ "fence": 1.5 })),
        ("fail", json!({ "fence": 1 })),
        ("reject", json!({ "fence": 1, "reason": null })),
    ];
    for (act, body) in bodies {
        let answer = desk
            .okafor
            .act(&desk.world, act, &desk.reference, body.clone())
            .await;
        assert_eq!(answer.problem().status, 400, "{act} {body}");
    }
    assert_eq!(desk.stands().await, pending("Awaiting review"));
}
