//! The vault: data keys, what is sealed under them, and how that moves to another key.

use super::people::{People, attempt_id, patient, record, result_of};
use super::sealing::{add_key, add_user, key, sealed};
use crate::conformance::world::{at, race};
use crate::gateway::{
    DataKey, GatewayStore, NewWebhook, Sealed, SealedPlace, SealedRow, WebhookChange,
};
use crate::row::int;
use model::{DataKeyId, UserId, WebhookId};
use std::collections::HashMap;
use uuid::Uuid;

async fn key_ids(store: &GatewayStore) -> Vec<DataKeyId> {
    let keys = store.vault.keys().await.unwrap();
    keys.into_iter().map(|key| key.id).collect()
}

/// A user's token, an endpoint's secret and its former one, a link's tokens, a patient's details, a verifier and tokens
/// that wait, a widget's secret, all under one key.
async fn every_secret(store: &GatewayStore, under: DataKeyId) -> Vec<SealedRow> {
    let user: UserId = add_user(store, "a").await;
    let token = sealed(under, "token");
    let authorised = store.users.authorise("test", &user, &token, at(1)).await;
    assert_eq!(authorised.unwrap(), Some(1));
    let webhook = NewWebhook {
        id: WebhookId(Uuid::from_u128(5)),
        url: "https://example.org/hook".to_owned(),
        description: None,
        wants: Vec::new(),
        secret: sealed(under, "first secret"),
        made_at: at(1),
    };
    store.webhooks.add(&webhook).await.unwrap();
    let rotate = WebhookChange::Rotate {
        secret: sealed(under, "second secret"),
        former: sealed(under, "first secret, moved"),
        former_until: at(9),
    };
    assert!(store.webhooks.change(webhook.id, &rotate).await.unwrap());
    let mut secrets = vec![
        SealedRow {
            place: SealedPlace::UserToken(user),
            sealed: token,
        },
        SealedRow {
            place: SealedPlace::WebhookSecret(webhook.id),
            sealed: sealed(under, "second secret"),
        },
        SealedRow {
            place: SealedPlace::FormerWebhookSecret(webhook.id),
            sealed: sealed(under, "first secret, moved"),
        },
    ];
    let widget = super::launches::secret(under, 7, 1);
    store.launches.add_secret(&widget).await.unwrap();
    secrets.push(SealedRow {
        place: SealedPlace::WidgetSecret(widget.id),
        sealed: widget.secret,
    });
    secrets.extend(patients_secrets(store, under).await);
    assert_eq!(secrets.len(), 8);
    secrets
}

async fn patients_secrets(store: &GatewayStore, under: DataKeyId) -> [SealedRow; 4] {
    let people = People::under(store.clone(), under);
    let id = people.linked("amy", 1).await;
    let begun = people.begin(1, &id, 20).await;
    let waiting = people.burned(&id, 20).await;
    let secret = sealed(under, "tokens that wait");
    let (result, until) = (result_of(1), at(900));
    let waits = store
        .patients
        .await_word(waiting, result, record(1), &secret, until);
    assert!(waits.await.unwrap());
    let row = |place, sealed| SealedRow { place, sealed };
    [
        row(SealedPlace::LinkTokens(id.clone()), sealed(under, "first")),
        row(SealedPlace::PatientDetails(id), people.details("first")),
        row(
            SealedPlace::AttemptSecret(begun),
            sealed(under, "verifier 1"),
        ),
        row(SealedPlace::AttemptSecret(waiting), secret),
    ]
}

fn by_place(rows: impl IntoIterator<Item = SealedRow>) -> HashMap<SealedPlace, Sealed> {
    let rows = rows.into_iter();
    rows.map(|row| (row.place, row.sealed)).collect()
}

pub async fn data_keys_are_listed_oldest_first(store: GatewayStore) {
    for number in [3, 1, 2] {
        add_key(&store, number).await;
    }
    let expected: Vec<DataKey> = [1, 2, 3].map(key).into();
    assert_eq!(store.vault.keys().await.unwrap(), expected);
}

pub async fn a_data_key_is_added_once(store: GatewayStore) {
    add_key(&store, 1).await;
    let again = DataKey {
        wrapped: b"another".to_vec(),
        ..key(1)
    };
    assert!(!store.vault.add_key(&again, false).await.unwrap());
    assert!(!store.vault.add_key(&key(2), true).await.unwrap());
    assert_eq!(store.vault.keys().await.unwrap(), [key(1)]);
}

pub async fn of_first_keys_raced_one_is_added(store: GatewayStore) {
    let added = race(8, |place| {
        let vault = store.vault.clone();
        async move {
            let key = key(u8::try_from(place).unwrap());
            vault.add_key(&key, true).await.unwrap()
        }
    });
    assert_eq!(added.await.into_iter().filter(|added| *added).count(), 1);
    assert_eq!(key_ids(&store).await.len(), 1);
}

pub async fn a_key_is_rewrapped_if_nobody_was_faster(store: GatewayStore) {
    let id = add_key(&store, 1).await;
    let was = key(1).wrapped;
    let done = race(4, |place| {
        let (vault, was) = (store.vault.clone(), was.clone());
        async move {
            let wrapped = format!("by {place}");
            let rewrapped = vault.rewrap(id, &was, "other", wrapped.as_bytes()).await;
            rewrapped.unwrap().then_some(wrapped)
        }
    });
    let done: Vec<String> = done.await.into_iter().flatten().collect();
    assert_eq!(done.len(), 1);
    let keys = store.vault.keys().await.unwrap();
    assert_eq!(keys[0].wrapped, done[0].as_bytes());
    assert_eq!(keys[0].wrapped_by, "other");
    assert_eq!(keys[0].made_at, key(1).made_at);
    let nothing = store.vault.rewrap(key(7).id, &was, "other", b"x").await;
    assert!(!nothing.unwrap());
}

pub async fn secrets_under_other_keys_are_found_and_counted(store: GatewayStore) {
    let (old, new) = (add_key(&store, 1).await, add_key(&store, 2).await);
    assert_eq!(store.vault.progress(new).await.unwrap(), (0, 0));
    let secrets = every_secret(&store, old).await;
    let others = |than| {
        let vault = store.vault.clone();
        async move { vault.sealed_under_others(than, 10).await.unwrap() }
    };
    assert_eq!(others(old).await, []);
    assert_eq!(by_place(others(new).await), by_place(secrets));
    for limit in 1..8 {
        let some = store.vault.sealed_under_others(new, limit).await.unwrap();
        assert_eq!(int(some.len()), i64::from(limit));
    }
    assert_eq!(store.vault.progress(old).await.unwrap(), (8, 0));
    assert_eq!(store.vault.progress(new).await.unwrap(), (8, 8));
}

pub async fn a_secret_is_resealed_in_its_place(store: GatewayStore) {
    let (old, new) = (add_key(&store, 1).await, add_key(&store, 2).await);
    let secrets = every_secret(&store, old).await;
    for (done, SealedRow { place, sealed: was }) in (1..).zip(&secrets) {
        let now = sealed(new, &format!("resealed {done}"));
        assert!(store.vault.reseal(place, was, &now).await.unwrap());
        let (all, left) = store.vault.progress(new).await.unwrap();
        assert_eq!((all, left), (8, 8 - done));
    }
    let moved = by_place(store.vault.sealed_under_others(old, 10).await.unwrap());
    let expected = (1..).zip(secrets).map(|(place, row)| SealedRow {
        sealed: sealed(new, &format!("resealed {place}")),
        ..row
    });
    assert_eq!(moved, by_place(expected));
}

pub async fn a_secret_that_changed_meanwhile_is_not_resealed(store: GatewayStore) {
    let (old, new) = (add_key(&store, 1).await, add_key(&store, 2).await);
    for SealedRow { place, sealed: was } in every_secret(&store, old).await {
        let other = sealed(old, "not what lies there");
        let now = sealed(new, "resealed");
        assert!(!store.vault.reseal(&place, &other, &now).await.unwrap());
        let elsewhere = Sealed {
            key: new,
            ..was.clone()
        };
        assert!(!store.vault.reseal(&place, &elsewhere, &now).await.unwrap());
        let done = race(4, |number| {
            let (vault, place, was) = (store.vault.clone(), place.clone(), was.clone());
            async move {
                let now = sealed(new, &format!("by {number}"));
                vault.reseal(&place, &was, &now).await.unwrap()
            }
        });
        assert_eq!(done.await.into_iter().filter(|done| *done).count(), 1);
    }
    let was = sealed(old, "x");
    for nobody in [
        SealedPlace::UserToken(super::sealing::user("nobody")),
        SealedPlace::LinkTokens(patient("nobody")),
        SealedPlace::PatientDetails(patient("nobody")),
        SealedPlace::AttemptSecret(attempt_id(9)),
    ] {
        assert!(!store.vault.reseal(&nobody, &was, &was).await.unwrap());
    }
}

pub async fn a_key_goes_only_when_nothing_is_under_it(store: GatewayStore) {
    let (old, new) = (add_key(&store, 1).await, add_key(&store, 2).await);
    let secrets = every_secret(&store, old).await;
    for SealedRow { place, sealed: was } in secrets {
        assert!(!store.vault.remove_key(old).await.unwrap());
        let now = sealed(new, "resealed");
        assert!(store.vault.reseal(&place, &was, &now).await.unwrap());
    }
    assert!(store.vault.remove_key(old).await.unwrap());
    assert!(!store.vault.remove_key(old).await.unwrap());
    assert_eq!(key_ids(&store).await, [new]);
}

pub async fn of_removing_a_key_and_sealing_under_it_at_once_one_wins(store: GatewayStore) {
    let user = add_user(&store, "a").await;
    for number in 0..8 {
        let id = add_key(&store, number).await;
        let outcomes = race(2, |which| {
            let (store, user) = (store.clone(), user.clone());
            async move {
                if which == 0 {
                    store.vault.remove_key(id).await.unwrap()
                } else {
                    let token = sealed(id, &format!("token {number}"));
                    let authorised = store.users.authorise("test", &user, &token, at(1));
                    authorised.await.is_ok()
                }
            }
        });
        let won = outcomes.await.into_iter().filter(|won| *won).count();
        assert_eq!(won, 1);
        let token = store.users.token(&user).await.unwrap();
        let keys = key_ids(&store).await;
        assert!(token.is_none_or(|(_, sealed)| keys.contains(&sealed.key)));
    }
}
