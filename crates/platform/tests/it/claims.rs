//! Claims: one holder at a time, a lease that runs out, and a number that tells late from timely.

mod forms;

use crate::actors::{Integrator, Toolbar};
use crate::sample::{ID, LLEWELLYN, OKAFOR, instant, standard};
use crate::world::{Answer, RIVERSIDE, World};
use jiff::SignedDuration;
use serde_json::json;
use wire::practice::{Outcome, Renewed};

struct Desk {
    world: World,
    partner: Integrator,
    okafor: Toolbar,
    llewellyn: Toolbar,
    reference: String,
}

/// A message that waits at Riverside.
async fn desk(is_instant: bool) -> Desk {
    let world = World::new().await;
    let partner = world.integrator("Pharmacy First").await;
    let okafor = Toolbar::signed_in(&world, RIVERSIDE, 1, OKAFOR).await;
    let llewellyn = Toolbar::signed_in(&world, RIVERSIDE, 2, LLEWELLYN).await;
    let token = partner.token_of(&world, &okafor).await;
    let sent = if is_instant {
        partner.send_instant(&world, &token, &instant()).await
    } else {
        partner.send(&world, &standard()).await
    };
    assert_eq!(sent.status.as_u16(), 200);
    let reference = okafor.reference(&world, ID).await.unwrap();
    Desk {
        world,
        partner,
        okafor,
        llewellyn,
        reference,
    }
}

impl Desk {
    async fn act(&self, who: &Toolbar, act: &str, fence: u64) -> Answer {
        let body = match act {
            "fail" | "reject" => json!({ "fence": fence, "reason": "a reason" }),
            _ => json!({ "fence": fence }),
        };
        who.act(&self.world, act, &self.reference, body).await
    }

    async fn claim(&self, who: &Toolbar, mode: &str) -> Answer {
        who.act(
            &self.world,
            "claim",
            &self.reference,
            json!({ "mode": mode }),
        )
        .await
    }

    async fn stands(&self) -> (String, String) {
        self.partner.stands(&self.world, ID).await
    }

    fn wait(&self, seconds: i64) {
        self.world.wait(SignedDuration::from_secs(seconds));
    }
}

fn pending(sub_status: &str) -> (String, String) {
    ("PENDING".to_owned(), sub_status.to_owned())
}

fn lost() -> (u16, String) {
    (409, "lease-lost".to_owned())
}

fn held() -> (u16, String) {
    (409, "message-held".to_owned())
}

const ACTS: [&str; 5] = ["renew", "release", "complete", "fail", "reject"];

#[tokio::test]
async fn a_claim_carries_the_message_its_number_and_its_end() {
    let desk = desk(false).await;
    let claimed = desk
        .okafor
        .claim(&desk.world, &desk.reference, "review")
        .await;
    assert_eq!(claimed.fence, 1);
    assert_eq!(claimed.lease_until, "2026-11-21T12:01:00Z");
    assert_eq!(
        claimed.message.summary.sub_status.as_deref(),
        Some("Import in progress")
    );
    assert_eq!(
        claimed.message.client_system_id,
        desk.partner.id.to_string()
    );
    assert_eq!(claimed.message.attachments.len(), 2);
    assert_eq!(claimed.message.attachments[0].file_name, "Form.pdf");
    let item = &claimed.message.coded_data_items[0];
    assert_eq!(
        (item.code.as_str(), item.value.as_deref()),
        ("407554009", Some("140"))
    );
    assert_eq!(item.unit.as_deref(), Some("mmHg"));
    assert_eq!(
        claimed.message.body.unwrap().content,
        "Seen at the pharmacy."
    );
}

#[tokio::test]
async fn a_message_that_is_held_cannot_be_claimed_again() {
    let desk = desk(false).await;
    desk.okafor
        .claim(&desk.world, &desk.reference, "review")
        .await;
    for who in [&desk.llewellyn, &desk.okafor] {
        for mode in ["review", "automatic"] {
            assert_eq!(desk.claim(who, mode).await.refused(), held());
        }
    }
}

#[tokio::test]
async fn whoever_holds_a_message_is_named_to_the_others_and_known_to_oneself() {
    let desk = desk(false).await;
    let claimed = desk
        .okafor
        .claim(&desk.world, &desk.reference, "review")
        .await;
    let shown = claimed.message.summary;
    assert_eq!(shown.held_by.as_deref(), Some("Dr Amara Okafor"));
    assert!(shown.held_by_you);
    for (who, you) in [(&desk.okafor, true), (&desk.llewellyn, false)] {
        let shown = &who.inbox(&desk.world).await.messages[0];
        assert_eq!(shown.held_by.as_deref(), Some("Dr Amara Okafor"));
        assert_eq!(shown.held_by_you, you);
    }
    let refused = desk.claim(&desk.llewellyn, "review").await.problem();
    assert_eq!(refused.held_by.as_deref(), Some("Dr Amara Okafor"));
    assert_eq!(
        refused.detail.as_deref(),
        Some("Dr Amara Okafor has the message.")
    );
    // A claim that is over names nobody, even before anything wrote that down.
    desk.wait(60);
    let shown = &desk.llewellyn.inbox(&desk.world).await.messages[0];
    assert_eq!(shown.held_by, None);
    assert_eq!(shown.sub_status.as_deref(), Some("Awaiting review"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_claims_at_once_one_wins() {
    let desk = desk(false).await;
    let claims = (0..20).map(|n| {
        desk.claim(
            if n % 2 == 0 {
                &desk.okafor
            } else {
                &desk.llewellyn
            },
            "review",
        )
    });
    let answers = futures_util::future::join_all(claims).await;
    let won = answers
        .iter()
        .filter(|answer| answer.status.as_u16() == 200)
        .count();
    assert_eq!(won, 1);
}

#[tokio::test]
async fn a_lease_ends_after_sixty_seconds_unless_renewed() {
    let desk = desk(false).await;
    let first = desk
        .okafor
        .claim(&desk.world, &desk.reference, "review")
        .await
        .fence;
    desk.wait(59);
    let renewed: Renewed = desk.act(&desk.okafor, "renew", first).await.json();
    assert_eq!(renewed.lease_until, "2026-11-21T12:01:59Z");
    desk.wait(59);
    assert_eq!(
        desk.claim(&desk.llewellyn, "review").await.refused(),
        held()
    );
    desk.wait(1);
    for act in ACTS {
        assert_eq!(
            desk.act(&desk.okafor, act, first).await.refused(),
            lost(),
            "{act}"
        );
    }
    assert_eq!(desk.stands().await, pending("Awaiting review"));
    let second = desk
        .llewellyn
        .claim(&desk.world, &desk.reference, "review")
        .await
        .fence;
    assert!(second > first);
    for act in ACTS {
        assert_eq!(
            desk.act(&desk.okafor, act, first).await.refused(),
            lost(),
            "{act}, too late"
        );
    }
    let done: Outcome = desk.act(&desk.llewellyn, "complete", second).await.json();
    assert_eq!(
        (done.status.as_str(), done.sub_status.as_deref()),
        ("COMPLETED", Some("Imported after review"))
    );
}

#[tokio::test]
async fn numbers_that_were_never_given_are_lost_leases() {
    let desk = desk(false).await;
    for act in ACTS {
        assert_eq!(
            desk.act(&desk.okafor, act, 0).await.refused(),
            lost(),
            "{act} before any claim"
        );
        assert_eq!(
            desk.act(&desk.okafor, act, 1).await.refused(),
            lost(),
            "{act} before any claim"
        );
    }
    desk.okafor
        .claim(&desk.world, &desk.reference, "review")
        .await;
    for fence in [0, 2, u64::MAX] {
        for act in ACTS {
            assert_eq!(
                desk.act(&desk.okafor, act, fence).await.refused(),
                lost(),
                "{act} {fence}"
            );
        }
    }
}

#[tokio::test]
async fn a_released_message_is_free_at_once() {
    let desk = desk(false).await;
    let first = desk
        .okafor
        .claim(&desk.world, &desk.reference, "review")
        .await
        .fence;
    let released: Outcome = desk.act(&desk.okafor, "release", first).await.json();
    assert_eq!(released.sub_status.as_deref(), Some("Awaiting review"));
    let second = desk
        .llewellyn
        .claim(&desk.world, &desk.reference, "review")
        .await
        .fence;
    assert_eq!(second, first + 1);
}

#[tokio::test]
async fn nothing_changes_a_message_at_its_end() {
    for (act, status, sub_status) in [
        ("complete", "COMPLETED", "Imported after review"),
        ("reject", "REJECTED", ""),
    ] {
        let desk = desk(false).await;
        let fence = desk
            .okafor
            .claim(&desk.world, &desk.reference, "review")
            .await
            .fence;
        assert_eq!(
            desk.act(&desk.okafor, act, fence).await.status.as_u16(),
            200
        );
        for again in ACTS {
            assert_eq!(
                desk.act(&desk.okafor, again, fence).await.refused(),
                lost(),
                "{again} after {act}"
            );
        }
        assert_eq!(
            desk.claim(&desk.llewellyn, "review").await.status.as_u16(),
            409
        );
        desk.wait(60 * 60 * 24 * 20);
        desk.world.settle().await;
        assert_eq!(
            desk.stands().await,
            (status.to_owned(), sub_status.to_owned())
        );
    }
}

#[tokio::test]
async fn only_the_practitioners_own_toolbar_claims_an_instant_message_by_itself() {
    let own = desk(true).await;
    let claimed = own
        .okafor
        .claim(&own.world, &own.reference, "automatic")
        .await;
    let done: Outcome = own.act(&own.okafor, "complete", claimed.fence).await.json();
    assert_eq!(done.sub_status.as_deref(), Some("Imported automatically"));

    let standard = desk(false).await;
    assert_eq!(
        standard
            .claim(&standard.okafor, "automatic")
            .await
            .refused(),
        held()
    );

    let converted = desk(true).await;
    converted.wait(600);
    for who in [&converted.okafor, &converted.llewellyn] {
        assert_eq!(converted.claim(who, "automatic").await.refused(), held());
    }
    assert_eq!(
        converted
            .claim(&converted.llewellyn, "review")
            .await
            .status
            .as_u16(),
        200
    );
}

#[tokio::test]
async fn a_colleague_cannot_touch_an_instant_message_while_it_is_imported() {
    let desk = desk(true).await;
    let fence = desk
        .okafor
        .claim(&desk.world, &desk.reference, "automatic")
        .await
        .fence;
    assert!(desk.llewellyn.reference(&desk.world, ID).await.is_none());
    for act in ACTS {
        let answer = desk.act(&desk.llewellyn, act, fence).await;
        assert_eq!(answer.refused(), (404, "not-found".to_owned()), "{act}");
    }
    assert_eq!(
        desk.act(&desk.okafor, "complete", fence)
            .await
            .status
            .as_u16(),
        200
    );
}
