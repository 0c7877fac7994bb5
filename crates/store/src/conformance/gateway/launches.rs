//! Launches from the toolbar: tokens that work once, and who is which practitioner.

use super::sealing::{add_key, add_user, sealed, user};
use crate::conformance::world::{at, ods, race, spine};
use crate::gateway::{
    GatewayStore, Happening, Known, Launch, Launched, Said, SealedPlace, Seat, WidgetSecret,
};
use model::widget::{LaunchUrl, Method, Name};
use model::{DataKeyId, DeviceId, UserId, WidgetSecretId};
use uuid::Uuid;

const BY: &str = "practitioner";
const PRODUCT: &str = "product:k1";
const OKAFOR: &str = "555000000101";
const HERE: &str = "GPPRAC001";
const ELSEWHERE: &str = "GPPRAC002";

fn seat(practitioner: &str, practice: &str) -> Seat {
    Seat {
        spine_user_id: spine(practitioner),
        ods_code: ods(practice),
    }
}

/// The widget's secret with this number, made so many seconds after the start.
pub(super) fn secret(under: DataKeyId, number: u128, made: i64) -> WidgetSecret {
    WidgetSecret {
        id: WidgetSecretId(Uuid::from_u128(number)),
        name: Name::parse("Baton gateway").unwrap(),
        launch_url: LaunchUrl::kept("https://gateway.example/launch".to_owned()),
        method: Method::A128CbcHs256,
        secret: sealed(under, &format!("widget secret {number}")),
        made_at: at(made),
    }
}

fn launch(number: u128) -> Launch {
    Launch {
        device: DeviceId(Uuid::from_u128(1)),
        jti: Uuid::from_u128(number),
        attempt: Uuid::from_u128(number + 1_000_000),
        until: at(100),
        seat: seat(OKAFOR, HERE),
        name: "Dr Amara Okafor".to_owned(),
    }
}

async fn by(store: &GatewayStore, launch: &Launch, seconds: i64) -> UserId {
    match store.launches.launch(BY, launch, at(seconds)).await {
        Ok(Launched::By(user)) => user,
        other => panic!("{other:?}"),
    }
}

async fn is(store: &GatewayStore, id: &UserId) -> Option<Known> {
    store.launches.known(id, id).await.unwrap().pop()
}

async fn said(
    store: &GatewayStore,
    id: &UserId,
    name: Option<&str>,
    (practitioner, practice): (&str, &str),
    seconds: i64,
) -> Said {
    let seat = seat(practitioner, practice);
    let launches = &store.launches;
    let said = launches.say(PRODUCT, id, name, &seat, at(seconds));
    said.await.unwrap()
}

async fn told(store: &GatewayStore) -> Vec<(String, Happening)> {
    let entries = store.events.since(0, 100).await.unwrap();
    let happened = entries.into_iter().map(|entry| entry.happened);
    happened.map(|it| (it.by, it.what)).collect()
}

pub async fn secrets_of_a_widget_are_listed_newest_first(store: GatewayStore) {
    let key = add_key(&store, 1).await;
    assert_eq!(store.launches.secrets().await.unwrap(), []);
    let (old, new) = (secret(key, 5, 1), secret(key, 4, 2));
    for secret in [&old, &new] {
        store.launches.add_secret(secret).await.unwrap();
    }
    assert_eq!(store.launches.secrets().await.unwrap(), [new, old]);
    let under_none = secret(DataKeyId(Uuid::from_u128(99)), 6, 3);
    assert!(store.launches.add_secret(&under_none).await.is_err());
}

pub async fn only_the_newest_secret_of_a_widget_is_kept(store: GatewayStore) {
    let key = add_key(&store, 1).await;
    let other = WidgetSecret {
        name: Name::parse("Another").unwrap(),
        ..secret(key, 1, 1)
    };
    let (old, new) = (secret(key, 2, 2), secret(key, 3, 3));
    for secret in [&other, &old, &new] {
        store.launches.add_secret(secret).await.unwrap();
    }
    let keep = || store.launches.keep_only(&new.name, new.id);
    assert_eq!(keep().await.unwrap(), 1);
    assert_eq!(keep().await.unwrap(), 0);
    assert_eq!(store.launches.secrets().await.unwrap(), [new, other]);
    let place = SealedPlace::WidgetSecret(old.id);
    let gone = store.vault.reseal(&place, &old.secret, &old.secret).await;
    assert!(!gone.unwrap());
}

pub async fn a_practitioner_nobody_knows_becomes_a_user(store: GatewayStore) {
    let id = by(&store, &launch(1), 1).await;
    assert_eq!(id.as_str(), "spine-555000000101-gpprac001");
    let made = store.users.get(&id).await.unwrap().unwrap();
    assert_eq!(made.name.as_deref(), Some("Dr Amara Okafor"));
    assert_eq!(made.made_at, at(1));
    let expected = Known {
        seat: seat(OKAFOR, HERE),
        user: id.clone(),
        name: Some("Dr Amara Okafor".to_owned()),
        linked_at: at(1),
        last_launch_at: Some(at(1)),
    };
    assert_eq!(is(&store, &id).await, Some(expected));
    let expected = [(BY.to_owned(), Happening::Identified(id))];
    assert_eq!(told(&store).await, expected);
}

pub async fn a_launch_finds_the_user_who_is_the_practitioner(store: GatewayStore) {
    let id = user("dr-okafor");
    let name = Some("Dr O");
    let new = said(&store, &id, name, (OKAFOR, HERE), 1).await;
    assert_eq!(new, Said::Put { new: true });
    assert_eq!(by(&store, &launch(1), 2).await, id);
    let renamed = Launch {
        name: "Dr A Okafor".to_owned(),
        ..launch(2)
    };
    assert_eq!(by(&store, &renamed, 3).await, id);
    let expected = Known {
        seat: seat(OKAFOR, HERE),
        user: id.clone(),
        name: Some("Dr A Okafor".to_owned()),
        linked_at: at(1),
        last_launch_at: Some(at(3)),
    };
    assert_eq!(is(&store, &id).await, Some(expected));
    // What the product calls its user stays.
    let kept = store.users.get(&id).await.unwrap().unwrap();
    assert_eq!(kept.name.as_deref(), name);
    let expected = [(PRODUCT.to_owned(), Happening::Identified(id))];
    assert_eq!(told(&store).await, expected);
}

pub async fn the_same_practitioner_at_another_practice_is_another_user(store: GatewayStore) {
    // One user by the product's word, one by a launch: neither is opened from another practice.
    let (named, other) = (user("dr-okafor"), "555000000102");
    said(&store, &named, None, (OKAFOR, HERE), 1).await;
    let local = launch(1);
    assert_eq!(by(&store, &local, 2).await, named);
    let made_here = Launch {
        seat: seat(other, HERE),
        ..launch(2)
    };
    let made = by(&store, &made_here, 3).await;
    let before = [is(&store, &named).await, is(&store, &made).await];
    for (number, practitioner) in [(3, OKAFOR), (4, other)] {
        let elsewhere = Launch {
            device: DeviceId(Uuid::from_u128(2)),
            seat: seat(practitioner, ELSEWHERE),
            name: "Somebody".to_owned(),
            ..launch(number)
        };
        let id = by(&store, &elsewhere, 4).await;
        assert_eq!(id, user(&format!("spine-{practitioner}-gpprac002")));
        let expected = seat(practitioner, ELSEWHERE);
        assert_eq!(is(&store, &id).await.unwrap().seat, expected);
    }
    let after = [is(&store, &named).await, is(&store, &made).await];
    assert_eq!(after, before);
}

pub async fn the_product_says_who_somebody_is_at_each_practice(store: GatewayStore) {
    let (here, elsewhere) = (user("okafor-riverside"), user("okafor-hillside"));
    said(&store, &here, None, (OKAFOR, HERE), 1).await;
    // A user's authorisation is of one practice.
    let both = said(&store, &here, None, (OKAFOR, ELSEWHERE), 2).await;
    assert_eq!(both, Said::IsSomebodyElse);
    let put = said(&store, &elsewhere, None, (OKAFOR, ELSEWHERE), 3).await;
    assert_eq!(put, Said::Put { new: true });
    let taken = said(&store, &here, None, (OKAFOR, ELSEWHERE), 4).await;
    assert_eq!(taken, Said::IsAnother(elsewhere.clone()));
    let from = Launch {
        seat: seat(OKAFOR, ELSEWHERE),
        ..launch(2)
    };
    assert_eq!(by(&store, &launch(1), 5).await, here);
    assert_eq!(by(&store, &from, 6).await, elsewhere);
}

pub async fn a_token_works_once(store: GatewayStore) {
    by(&store, &launch(1), 1).await;
    let again = Launch {
        attempt: Uuid::from_u128(77),
        seat: seat("555000000102", HERE),
        ..launch(1)
    };
    let came = store.launches.launch(BY, &again, at(2)).await.unwrap();
    assert_eq!(came, Launched::Again);
    let made = store
        .users
        .get(&user("spine-555000000102-gpprac001"))
        .await
        .unwrap();
    assert_eq!(made, None);
    // Another toolbar's token of the same name is another token.
    let elsewhere = Launch {
        device: DeviceId(Uuid::from_u128(2)),
        ..again
    };
    let id = by(&store, &elsewhere, 3).await;
    assert_eq!(id.as_str(), "spine-555000000102-gpprac001");
}

pub async fn a_token_raced_works_once(store: GatewayStore) {
    let came = race(8, |number| {
        let launches = store.launches.clone();
        async move {
            let launch = Launch {
                attempt: Uuid::from_u128(u128::try_from(number).unwrap()),
                ..launch(1)
            };
            launches.launch(BY, &launch, at(1)).await.unwrap()
        }
    });
    let came = came.await.into_iter();
    assert_eq!(came.filter(|came| *came != Launched::Again).count(), 1);
    assert_eq!(told(&store).await.len(), 1);
}

pub async fn a_practitioner_raced_is_one_user(store: GatewayStore) {
    let ids = race(8, |number| {
        let store = store.clone();
        async move { by(&store, &launch(u128::try_from(number).unwrap()), 1).await }
    });
    let mut ids = ids.await;
    ids.dedup();
    assert_eq!(ids, [user("spine-555000000101-gpprac001")]);
    assert_eq!(told(&store).await.len(), 1);
}

pub async fn a_users_own_id_is_not_taken_over(store: GatewayStore) {
    // Whoever had this id before need not be the doctor.
    let squatter = add_user(&store, "spine-555000000101-gpprac001").await;
    add_user(&store, "spine-555000000101-gpprac001-2").await;
    let id = by(&store, &launch(1), 1).await;
    assert_eq!(id.as_str(), "spine-555000000101-gpprac001-3");
    assert_eq!(is(&store, &squatter).await, None);
    assert_eq!(by(&store, &launch(2), 2).await, id);
}

pub async fn the_product_says_who_somebody_is_once(store: GatewayStore) {
    let id = add_user(&store, "dr-okafor").await;
    for name in [Some("Dr O"), None] {
        let again = said(&store, &id, name, (OKAFOR, HERE), 5).await;
        assert_eq!(again, Said::Put { new: false });
    }
    let named = store.users.get(&id).await.unwrap().unwrap();
    assert_eq!(named.name, None);
    let known = is(&store, &id).await.unwrap();
    assert_eq!((known.linked_at, known.last_launch_at), (at(5), None));
    assert_eq!((known.seat, known.name), (seat(OKAFOR, HERE), None));
    assert_eq!(told(&store).await.len(), 1);
}

pub async fn nobody_is_two_practitioners_and_no_practitioner_two_users(store: GatewayStore) {
    let id = by(&store, &launch(1), 1).await;
    let name = Some("New name");
    let other = said(&store, &user("somebody"), name, (OKAFOR, HERE), 2).await;
    assert_eq!(other, Said::IsAnother(id.clone()));
    assert_eq!(store.users.get(&user("somebody")).await.unwrap(), None);
    let other = said(&store, &id, name, ("555000000102", HERE), 2).await;
    assert_eq!(other, Said::IsSomebodyElse);
    let kept = store.users.get(&id).await.unwrap().unwrap();
    assert_eq!(kept.name.as_deref(), Some("Dr Amara Okafor"));
    let all = store.launches.known(&user("a"), &user("z")).await.unwrap();
    assert_eq!(all.len(), 1);
}

pub async fn who_is_who_raced_is_said_once(store: GatewayStore) {
    let came = race(8, |number| {
        let store = store.clone();
        async move {
            // Half of them want one user for several practitioners, half one practitioner for several users.
            let (id, practitioner) = match number % 2 {
                0 => ("one".to_owned(), format!("55500000020{number}")),
                _ => (format!("user-{number}"), OKAFOR.to_owned()),
            };
            said(&store, &user(&id), None, (&practitioner, HERE), 1).await
        }
    });
    let put = came.await.into_iter();
    let put = put.filter(|said| *said == Said::Put { new: true }).count();
    assert_eq!(put, 2);
    let all = store.launches.known(&user("a"), &user("z")).await.unwrap();
    assert_eq!(all.len(), 2);
}

pub async fn a_deleted_user_is_no_practitioner(store: GatewayStore) {
    let id = by(&store, &launch(1), 1).await;
    assert!(store.users.delete(PRODUCT, &id, at(2)).await.unwrap());
    assert_eq!(is(&store, &id).await, None);
    let other = user("dr-okafor");
    let new = said(&store, &other, None, (OKAFOR, HERE), 3).await;
    assert_eq!(new, Said::Put { new: true });
    assert_eq!(by(&store, &launch(2), 4).await, other);
}

pub async fn a_token_is_remembered_until_its_time_is_over(store: GatewayStore) {
    by(&store, &launch(1), 1).await;
    let again = |number: u128, seconds| {
        let store = store.clone();
        async move {
            let launch = Launch {
                attempt: Uuid::from_u128(number),
                until: at(200),
                ..launch(1)
            };
            store
                .launches
                .launch(BY, &launch, at(seconds))
                .await
                .unwrap()
        }
    };
    by(&store, &launch(2), 99).await;
    assert_eq!(again(1, 99).await, Launched::Again);
    // Another launch sweeps what is refused for its age by now.
    by(&store, &launch(3), 100).await;
    assert_ne!(again(2, 100).await, Launched::Again);
}
