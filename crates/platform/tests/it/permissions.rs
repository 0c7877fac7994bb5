//! Tokens: whose they are, what they were used for, and taking permission back.

use crate::actors::Toolbar;
use crate::clinic::clinic;
use crate::sample::{ID, LLEWELLYN, OKAFOR, id, instant, with_id};
use crate::world::{HILLSIDE, RIVERSIDE};
use model::{Actor, Clock as _};
use serde_json::json;
use wire::paths::practice as paths;

#[tokio::test]
async fn a_practitioner_sees_their_own_tokens_with_their_use() {
    let clinic = clinic().await;
    let other = clinic.world.integrator("Other System").await;
    let llewellyn = Toolbar::signed_in(&clinic.world, RIVERSIDE, 2, LLEWELLYN).await;
    let token = clinic.partner.token_of(&clinic.world, &clinic.okafor).await;
    clinic.wait(1);
    other.token_of(&clinic.world, &clinic.okafor).await;
    other.token_of(&clinic.world, &llewellyn).await;
    clinic.wait(1);
    let sent = clinic
        .partner
        .send_instant(&clinic.world, &token, &instant())
        .await;
    assert_eq!(sent.status.as_u16(), 200);
    let tokens = clinic.okafor.tokens(&clinic.world).await.tokens;
    let names: Vec<_> = tokens
        .iter()
        .map(|token| token.client_name.as_str())
        .collect();
    assert_eq!(names, ["Other System", "Pharmacy First"], "newest first");
    assert_eq!(tokens[1].created_at, "2026-11-21T12:00:00Z");
    assert_eq!(
        tokens[1].last_used_at.as_deref(),
        Some("2026-11-21T12:00:02Z")
    );
    assert_eq!(tokens[0].last_used_at, None);
    assert_eq!(llewellyn.tokens(&clinic.world).await.tokens.len(), 1);
}

#[tokio::test]
async fn the_same_person_at_another_practice_gives_and_takes_permission_there_alone() {
    let clinic = clinic().await;
    let elsewhere = Toolbar::signed_in(&clinic.world, HILLSIDE, 2, OKAFOR).await;
    let token = clinic.partner.token_of(&clinic.world, &clinic.okafor).await;
    assert!(elsewhere.tokens(&clinic.world).await.tokens.is_empty());
    let name = clinic
        .okafor
        .tokens(&clinic.world)
        .await
        .tokens
        .remove(0)
        .token_id;
    let path = paths::TOKEN.replace("{tokenId}", &name);
    assert_eq!(
        elsewhere.delete(&clinic.world, &path).await.refused().0,
        404
    );
    assert_eq!(
        clinic
            .partner
            .verify(&clinic.world, &token)
            .await
            .status
            .as_u16(),
        200
    );
}

#[tokio::test]
async fn a_withdrawn_token_is_gone_at_once_and_what_waits_under_it_waits_for_review() {
    let clinic = clinic().await;
    let world = &clinic.world;
    let token = clinic.partner.token_of(world, &clinic.okafor).await;
    let kept = clinic.partner.token_of(world, &clinic.okafor).await;
    let message = with_id(instant(), ID);
    assert_eq!(
        clinic
            .partner
            .send_instant(world, &token, &message)
            .await
            .status
            .as_u16(),
        200
    );
    let under_other = with_id(instant(), &id(2));
    assert_eq!(
        clinic
            .partner
            .send_instant(world, &kept, &under_other)
            .await
            .status
            .as_u16(),
        200
    );
    let used = clinic.okafor.tokens(world).await.tokens;
    // Both were made and used at the same moment: withdraw the one whose message moves.
    let mut withdrawn = 0;
    for name in used {
        let path = paths::TOKEN.replace("{tokenId}", &name.token_id);
        assert_eq!(
            clinic.okafor.delete(world, &path).await.status.as_u16(),
            204
        );
        assert_eq!(
            clinic.okafor.delete(world, &path).await.refused().0,
            404,
            "once"
        );
        withdrawn += 1;
        let mut gone = 0;
        for token in [&token, &kept] {
            gone += u32::from(clinic.partner.verify(world, token).await.status.as_u16() == 410);
        }
        assert_eq!(gone, withdrawn);
        let mut moved = 0;
        for message in [ID, &id(2)] {
            moved += u32::from(
                clinic.partner.stands(world, message).await.1 == "Authorisation withdrawn",
            );
        }
        assert_eq!(moved, withdrawn);
    }
    let late = clinic
        .partner
        .send_instant(world, &token, &with_id(instant(), &id(3)))
        .await;
    assert_eq!(late.refused(), (403, "access-token-refused".to_owned()));
    let colleague = Toolbar::signed_in(world, RIVERSIDE, 2, LLEWELLYN).await;
    assert!(colleague.reference(world, ID).await.is_some());
}

#[tokio::test]
async fn a_message_being_imported_when_permission_is_withdrawn_may_still_be_completed() {
    let clinic = clinic().await;
    let world = &clinic.world;
    let token = clinic.partner.token_of(world, &clinic.okafor).await;
    assert_eq!(
        clinic
            .partner
            .send_instant(world, &token, &instant())
            .await
            .status
            .as_u16(),
        200
    );
    let reference = clinic.okafor.reference(world, ID).await.unwrap();
    let fence = clinic
        .okafor
        .claim(world, &reference, "automatic")
        .await
        .fence;
    clinic.okafor.withdraw_all(world).await;
    assert_eq!(
        clinic.partner.stands(world, ID).await.1,
        "Import in progress"
    );
    let done = clinic
        .okafor
        .act(world, "complete", &reference, json!({ "fence": fence }))
        .await;
    assert_eq!(done.value()["subStatus"], "Imported automatically");
}

#[tokio::test]
async fn a_system_kept_to_standard_messages_is_forbidden_what_is_for_instant_ones() {
    let clinic = clinic().await;
    let world = &clinic.world;
    let token = clinic.partner.token_of(world, &clinic.okafor).await;
    let (by, at) = (Actor::System, world.clock.now());
    assert!(
        world
            .store
            .directory
            .set_client_instant(&by, clinic.partner.id, false, at)
            .await
            .unwrap()
    );
    let forbidden = (403, "forbidden".to_owned());
    let code = clinic.code().await;
    assert_eq!(
        clinic.partner.exchange(world, &code).await.refused(),
        forbidden
    );
    assert_eq!(
        clinic.partner.verify(world, &token).await.refused(),
        forbidden
    );
    assert_eq!(
        clinic
            .partner
            .send_instant(world, &token, &instant())
            .await
            .refused(),
        forbidden
    );
    let standard = clinic.partner.send(world, &crate::sample::standard()).await;
    assert_eq!(standard.status.as_u16(), 200);
}
