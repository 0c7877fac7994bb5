//! Users: grants, withdrawals, what is told of them.

use super::sealing::{add_key, add_user, sealed, user};
use crate::conformance::world::{at, race};
use crate::gateway::{GatewayStore, Happening, User, UserFilter, Withdrawn};
use model::UserId;
use model::gateway_user::Authorisation;

const BY: &str = "product:k1";

async fn get(store: &GatewayStore, id: &UserId) -> User {
    store.users.get(id).await.unwrap().unwrap()
}

/// What happened so far, oldest first.
async fn told(store: &GatewayStore) -> Vec<Happening> {
    let entries = store.events.since(0, 100).await.unwrap();
    let happened = entries.into_iter().map(|entry| entry.happened.what);
    happened.collect()
}

async fn ids(store: &GatewayStore, filter: &UserFilter, limit: u32) -> Vec<String> {
    let users = store.users.list(filter, limit).await.unwrap();
    users.into_iter().map(|user| user.id.to_string()).collect()
}

pub async fn a_user_is_put_once_and_renamed(store: GatewayStore) {
    let id = user("dr-okafor");
    assert_eq!(store.users.get(&id).await.unwrap(), None);
    let name = Some("Dr Amara Okafor");
    assert!(store.users.put(&id, name, at(1)).await.unwrap());
    let expected = User {
        id: id.clone(),
        name: name.map(ToOwned::to_owned),
        made_at: at(1),
        authorisation: Authorisation::None,
        grant: 0,
        authorised_at: None,
        verified_at: None,
    };
    assert_eq!(get(&store, &id).await, expected);
    assert!(!store.users.put(&id, Some("Dr A"), at(9)).await.unwrap());
    let renamed = User {
        name: Some("Dr A".to_owned()),
        ..expected.clone()
    };
    assert_eq!(get(&store, &id).await, renamed);
    assert!(!store.users.put(&id, None, at(9)).await.unwrap());
    assert_eq!(get(&store, &id).await.name, None);
    assert_eq!(store.users.token(&id).await.unwrap(), None);
    assert_eq!(told(&store).await, []);
}

pub async fn a_user_put_by_many_at_once_is_new_once(store: GatewayStore) {
    let new = race(8, |_| {
        let users = store.users.clone();
        async move { users.put(&user("x"), None, at(1)).await.unwrap() }
    });
    assert_eq!(new.await.into_iter().filter(|new| *new).count(), 1);
}

pub async fn users_are_listed_by_id_in_pages(store: GatewayStore) {
    for id in ["b", "d", "a", "c"] {
        add_user(&store, id).await;
    }
    let first = UserFilter::default();
    assert_eq!(ids(&store, &first, 3).await, ["a", "b", "c"]);
    let rest = UserFilter {
        after: Some(user("c")),
        ..first
    };
    assert_eq!(ids(&store, &rest, 3).await, ["d"]);
}

pub async fn users_are_found_by_text_and_authorisation(store: GatewayStore) {
    let key = add_key(&store, 1).await;
    for id in ["okafor-1", "llewellyn", "OKAFOR-2", "chen"] {
        add_user(&store, id).await;
    }
    let chen = user("chen");
    let name = Some("Dr Mei Okafor-Chen");
    store.users.put(&chen, name, at(1)).await.unwrap();
    let authorised = store
        .users
        .authorise(BY, &chen, &sealed(key, "t"), at(2))
        .await;
    assert_eq!(authorised.unwrap(), Some(1));
    let by_text = UserFilter {
        text: Some("OkaFor".to_owned()),
        ..UserFilter::default()
    };
    let mut found = ids(&store, &by_text, 10).await;
    found.sort();
    assert_eq!(found, ["OKAFOR-2", "chen", "okafor-1"]);
    let both = UserFilter {
        authorisation: Some(Authorisation::Authorised),
        ..by_text.clone()
    };
    assert_eq!(ids(&store, &both, 10).await, ["chen"]);
    let nobody = UserFilter {
        authorisation: Some(Authorisation::Withdrawn),
        ..UserFilter::default()
    };
    assert_eq!(ids(&store, &nobody, 10).await, Vec::<String>::new());
    let literally = UserFilter {
        text: Some("%".to_owned()),
        ..UserFilter::default()
    };
    assert_eq!(ids(&store, &literally, 10).await, Vec::<String>::new());
}

pub async fn each_access_code_is_another_grant(store: GatewayStore) {
    let key = add_key(&store, 1).await;
    let id = user("a");
    let first = sealed(key, "first");
    let unknown = store.users.authorise(BY, &id, &first, at(1)).await;
    assert_eq!(unknown.unwrap(), None);
    add_user(&store, "a").await;
    let grant = store.users.authorise(BY, &id, &first, at(1)).await.unwrap();
    assert_eq!(grant, Some(1));
    assert_eq!(
        store.users.token(&id).await.unwrap(),
        Some((1, first.clone()))
    );
    let found = get(&store, &id).await;
    assert_eq!(found.authorisation, Authorisation::Authorised);
    assert_eq!((found.grant, found.authorised_at), (1, Some(at(1))));
    let second = sealed(key, "second");
    let grant = store.users.authorise(BY, &id, &second, at(7)).await;
    assert_eq!(grant.unwrap(), Some(2));
    assert_eq!(store.users.token(&id).await.unwrap(), Some((2, second)));
    assert_eq!(get(&store, &id).await.authorised_at, Some(at(7)));
    let authorised = Happening::Authorised(id);
    assert_eq!(told(&store).await, [authorised.clone(), authorised]);
    let entries = store.events.since(0, 10).await.unwrap();
    assert_eq!(entries[0].happened.by, BY);
    assert_eq!(entries[0].happened.at, at(1));
}

pub async fn nothing_is_sealed_under_a_key_that_is_not_there(store: GatewayStore) {
    let id = add_user(&store, "a").await;
    let token = sealed(super::sealing::key(9).id, "t");
    let outcome = store.users.authorise(BY, &id, &token, at(1)).await;
    assert!(outcome.is_err());
    assert_eq!(get(&store, &id).await.authorisation, Authorisation::None);
    assert_eq!(told(&store).await, []);
}

pub async fn a_good_grant_is_noted(store: GatewayStore) {
    let key = add_key(&store, 1).await;
    let id = add_user(&store, "a").await;
    for (secret, when) in [("one", 1), ("two", 5)] {
        let token = sealed(key, secret);
        let authorised = store.users.authorise(BY, &id, &token, at(when)).await;
        authorised.unwrap();
    }
    store.users.verified(&id, 2, at(60)).await.unwrap();
    assert_eq!(get(&store, &id).await.verified_at, Some(at(60)));
    store.users.verified(&id, 1, at(90)).await.unwrap();
    assert_eq!(get(&store, &id).await.verified_at, Some(at(60)));
    store.users.verified(&user("b"), 1, at(90)).await.unwrap();
    assert_eq!(told(&store).await.len(), 2);
}

pub async fn a_grant_is_withdrawn_once(store: GatewayStore) {
    let key = add_key(&store, 1).await;
    let id = add_user(&store, "a").await;
    let token = sealed(key, "t");
    store.users.authorise(BY, &id, &token, at(1)).await.unwrap();
    let outcomes = race(8, |_| {
        let (users, id) = (store.users.clone(), id.clone());
        async move { users.withdrawn("gateway", &id, 1, at(5)).await.unwrap() }
    })
    .await;
    let marked = outcomes
        .iter()
        .filter(|outcome| **outcome == Withdrawn::Marked);
    assert_eq!(marked.count(), 1);
    assert_eq!(store.users.token(&id).await.unwrap(), None);
    let found = get(&store, &id).await;
    assert_eq!(found.authorisation, Authorisation::Withdrawn);
    assert_eq!((found.grant, found.verified_at), (1, Some(at(5))));
    let expected = [Happening::Authorised(id.clone()), Happening::Withdrawn(id)];
    assert_eq!(told(&store).await, expected);
}

pub async fn a_withdrawal_of_an_old_grant_says_nothing(store: GatewayStore) {
    let key = add_key(&store, 1).await;
    let id = add_user(&store, "a").await;
    for secret in ["one", "two"] {
        let token = sealed(key, secret);
        store.users.authorise(BY, &id, &token, at(1)).await.unwrap();
    }
    for (id, grant) in [(&id, 1), (&id, 3), (&user("b"), 1)] {
        let outcome = store.users.withdrawn("gateway", id, grant, at(5)).await;
        assert_eq!(outcome.unwrap(), Withdrawn::Not);
    }
    assert_eq!(
        store.users.token(&id).await.unwrap(),
        Some((2, sealed(key, "two")))
    );
    assert_eq!(told(&store).await.len(), 2);
}

pub async fn a_user_made_anew_gets_a_grant_of_its_own(store: GatewayStore) {
    let key = add_key(&store, 1).await;
    let id = add_user(&store, "a").await;
    let token = sealed(key, "one");
    let first = store.users.authorise(BY, &id, &token, at(1)).await.unwrap();
    assert!(store.users.delete(BY, &id, at(2)).await.unwrap());
    store.users.put(&id, None, at(3)).await.unwrap();
    let token = sealed(key, "two");
    let second = store.users.authorise(BY, &id, &token, at(4)).await.unwrap();
    assert!(second > first, "{second:?}");
    // What was still under way for the one before says nothing about this one.
    let outcome = store.users.withdrawn("gateway", &id, first.unwrap(), at(5));
    assert_eq!(outcome.await.unwrap(), Withdrawn::Not);
    let found = store.users.token(&id).await.unwrap();
    assert_eq!(found, second.zip(Some(token)));
}

pub async fn a_withdrawn_user_is_authorised_again(store: GatewayStore) {
    let key = add_key(&store, 1).await;
    let id = add_user(&store, "a").await;
    let token = sealed(key, "one");
    store.users.authorise(BY, &id, &token, at(1)).await.unwrap();
    let withdrawn = store.users.withdrawn("gateway", &id, 1, at(2)).await;
    assert_eq!(withdrawn.unwrap(), Withdrawn::Marked);
    let token = sealed(key, "two");
    let grant = store.users.authorise(BY, &id, &token, at(3)).await.unwrap();
    assert_eq!(grant, Some(2));
    assert_eq!(
        get(&store, &id).await.authorisation,
        Authorisation::Authorised
    );
}

pub async fn a_forgotten_authorisation_leaves_no_token(store: GatewayStore) {
    let key = add_key(&store, 1).await;
    let id = add_user(&store, "a").await;
    assert!(!store.users.forget(BY, &id, at(1)).await.unwrap());
    let token = sealed(key, "one");
    store.users.authorise(BY, &id, &token, at(2)).await.unwrap();
    assert!(store.users.forget(BY, &id, at(3)).await.unwrap());
    assert!(!store.users.forget(BY, &id, at(4)).await.unwrap());
    assert_eq!(store.users.token(&id).await.unwrap(), None);
    assert_eq!(get(&store, &id).await.authorisation, Authorisation::None);
    let withdrawn = store.users.withdrawn("gateway", &id, 1, at(5)).await;
    assert_eq!(withdrawn.unwrap(), Withdrawn::Not);
    let expected = [
        Happening::Authorised(id.clone()),
        Happening::Forgotten(id.clone()),
    ];
    assert_eq!(told(&store).await, expected);
    // An old token that is noticed late must not look like the next one.
    let token = sealed(key, "two");
    let grant = store.users.authorise(BY, &id, &token, at(6)).await.unwrap();
    assert_eq!(grant, Some(2));
}

pub async fn a_withdrawn_authorisation_can_be_forgotten(store: GatewayStore) {
    let key = add_key(&store, 1).await;
    let id = add_user(&store, "a").await;
    let token = sealed(key, "one");
    store.users.authorise(BY, &id, &token, at(1)).await.unwrap();
    let withdrawn = store.users.withdrawn("gateway", &id, 1, at(2)).await;
    assert_eq!(withdrawn.unwrap(), Withdrawn::Marked);
    assert!(store.users.forget(BY, &id, at(3)).await.unwrap());
    assert_eq!(get(&store, &id).await.authorisation, Authorisation::None);
}

pub async fn a_deleted_user_is_told_and_gone(store: GatewayStore) {
    let key = add_key(&store, 1).await;
    let id = add_user(&store, "a").await;
    let token = sealed(key, "one");
    store.users.authorise(BY, &id, &token, at(1)).await.unwrap();
    let deleted = race(4, |_| {
        let (users, id) = (store.users.clone(), id.clone());
        async move { users.delete(BY, &id, at(2)).await.unwrap() }
    });
    assert_eq!(deleted.await.into_iter().filter(|done| *done).count(), 1);
    assert_eq!(store.users.get(&id).await.unwrap(), None);
    assert_eq!(store.users.token(&id).await.unwrap(), None);
    let expected = [Happening::Authorised(id.clone()), Happening::Forgotten(id)];
    assert_eq!(told(&store).await, expected);
}
