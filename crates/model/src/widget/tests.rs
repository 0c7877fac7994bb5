//! What suppliers may say of widgets, who may see them, and what launches may say.

use super::launch::{Claims, Expected, Refused, User, check_patient, check_user, named};
use super::life::{Event, OtherRevision, Practices, Reason, Standing, State, step};
use super::*;
use crate::practitioner::Practitioner;
use crate::{OdsCode, SpineUserId};
use proptest::prelude::*;
use uuid::Uuid;

const PLATFORM: &str = "https://platform.example";
const PAGE: &str = "https://supplier.example/open";
const ID: &str = "00000000-0000-4000-8000-000000000001";
const OTHER: &str = "00000000-0000-4000-8000-000000000002";

fn url(text: &str) -> Result<LaunchUrl, Fault> {
    LaunchUrl::parse(text, Reach::Https)
}

#[test]
fn a_name_is_short_plain_text() {
    for good in ["Booking", "Ökafor & Sons: letters", &"é".repeat(80)] {
        assert!(Name::parse(good).is_ok(), "{good}");
    }
    for bad in ["", " x", "x ", "a\tb", "a\0b", &"x".repeat(81)] {
        assert_eq!(Name::parse(bad), Err(Fault::Name), "{bad:?}");
    }
}

#[test]
fn the_pack_has_24_different_icons() {
    let different: std::collections::HashSet<_> = ICONS.into_iter().collect();
    assert_eq!(different.len(), 24);
    for icon in ICONS {
        assert_eq!(Icon::parse(icon).unwrap().as_str(), icon);
    }
    for bad in ["", "Calendar", "skull"] {
        assert_eq!(Icon::parse(bad), Err(Fault::Icon));
    }
}

#[test]
fn an_address_is_https_and_leaves_room_for_tokens() {
    for good in [
        PAGE,
        "https://supplier.example",
        "https://supplier.example:8443/a/b?x=1&users=2",
        "HTTPS://Supplier.Example/open",
        "https://[2001:db8::1]/open",
    ] {
        assert_eq!(url(good).unwrap().as_str(), good);
    }
    for (bad, fault) in [
        ("", Fault::NotHttps),
        ("supplier.example/open", Fault::NotHttps),
        ("http://supplier.example", Fault::NotHttps),
        ("http://127.0.0.1:8090/launch", Fault::NotHttps),
        ("https:supplier.example", Fault::NotHttps),
        ("https:///supplier.example", Fault::NotHttps),
        ("javascript:alert(1)", Fault::NotHttps),
        ("data:text/html,x", Fault::NotHttps),
        ("https://a b", Fault::Spelling),
        (" https://supplier.example", Fault::Spelling),
        ("https://supplier.example\\@evil.example", Fault::Spelling),
        ("https://süpplier.example", Fault::Spelling),
        ("https://me@supplier.example", Fault::UserInfo),
        ("https://me:word@supplier.example", Fault::UserInfo),
        ("https://supplier.example/#top", Fault::Fragment),
        ("https://supplier.example/#", Fault::Fragment),
        ("https://supplier.example/?user=1", Fault::Reserved),
        ("https://supplier.example/?a=1&PATIENT", Fault::Reserved),
        ("https://supplier.example/?%75ser=1", Fault::Reserved),
    ] {
        assert_eq!(url(bad), Err(fault), "{bad}");
    }
    let long = format!("https://supplier.example/{}", "x".repeat(2000));
    assert_eq!(url(&long), Err(Fault::Spelling));
}

#[test]
fn only_a_sandbox_opens_pages_of_its_own_machine_without_https() {
    let near = |text| LaunchUrl::parse(text, Reach::HttpsOrLoopback);
    for good in [
        "http://127.0.0.1:8090/launch",
        "http://localhost/",
        "http://[::1]/",
        PAGE,
    ] {
        assert!(near(good).is_ok(), "{good}");
    }
    for bad in [
        "http://10.0.0.1/",
        "http://localhost.example/",
        "ftp://localhost/",
    ] {
        assert_eq!(near(bad), Err(Fault::NotHttps), "{bad}");
    }
}

#[test]
fn tokens_go_into_the_query_whatever_is_there() {
    for (before, after) in [
        ("https://a.example", "https://a.example?user=U&patient=P"),
        ("https://a.example/?", "https://a.example/?user=U&patient=P"),
        (
            "https://a.example/?x=1",
            "https://a.example/?x=1&user=U&patient=P",
        ),
        (
            "https://a.example/?x=1&",
            "https://a.example/?x=1&user=U&patient=P",
        ),
    ] {
        let address = url(before).unwrap();
        assert_eq!(address.with(&[("user", "U"), ("patient", "P")]), after);
        assert_eq!(address.with(&[]), before);
    }
}

#[test]
fn a_secret_has_as_many_bytes_as_characters() {
    let read = |text: &str| EncryptionSecret::parse(Secret::new(text.to_owned()));
    assert_eq!(read(&"k".repeat(32)).unwrap().reveal(), "k".repeat(32));
    for bad in [
        "",
        &"k".repeat(31),
        &"k".repeat(33),
        &"é".repeat(32),
        &"é".repeat(16),
    ] {
        let refused = read(bad);
        assert_eq!(refused, Err(Fault::Secret), "{bad}");
    }
    assert!(!format!("{:?}", read(&"k".repeat(32))).contains("kk"));
}

#[test]
fn a_method_has_the_supplier_s_name_or_the_standard_s() {
    for (text, method) in [
        ("A256GCM", Method::A256Gcm),
        ("A128CBC_HS256", Method::A128CbcHs256),
        ("A128CBC-HS256", Method::A128CbcHs256),
    ] {
        assert_eq!(Method::parse(text), Ok(method));
        assert_eq!(Method::parse(method.as_str()), Ok(method));
    }
    for bad in ["", "a256gcm", "A128GCM", "none"] {
        assert_eq!(Method::parse(bad), Err(Fault::Method));
    }
}

#[test]
fn a_patient_is_not_told_of_without_a_user() {
    assert_eq!(Needs::of(false, true), Err(Fault::PatientWithoutUser));
    for (user, patient) in [(false, false), (true, false), (true, true)] {
        let needs = Needs::of(user, patient).unwrap();
        assert_eq!((needs.user(), needs.patient()), (user, patient));
    }
}

fn content() -> Content {
    Content {
        name: Name::parse("Letters").unwrap(),
        icon: Icon::parse("letter").unwrap(),
        launch_url: url(PAGE).unwrap(),
        needs: Needs::UserAndPatient,
        method: Method::A256Gcm,
    }
}

fn secret(letter: char) -> EncryptionSecret {
    EncryptionSecret::parse(Secret::new(letter.to_string().repeat(32))).unwrap()
}

#[test]
fn whatever_is_changed_is_seen_as_a_change() {
    let first = content().to_mark(&secret('k'));
    assert_eq!(content().to_mark(&secret('k')), first);
    let others = [
        Content {
            name: Name::parse("Letter").unwrap(),
            ..content()
        },
        Content {
            icon: Icon::parse("chart").unwrap(),
            ..content()
        },
        Content {
            launch_url: url("https://supplier.example/open?").unwrap(),
            ..content()
        },
        Content {
            needs: Needs::User,
            ..content()
        },
        Content {
            method: Method::A128CbcHs256,
            ..content()
        },
    ];
    for other in others {
        assert_ne!(other.to_mark(&secret('k')), first, "{other:?}");
    }
    assert_ne!(content().to_mark(&secret('l')), first);
}

fn code(text: &str) -> OdsCode {
    OdsCode::parse(text).unwrap()
}

#[test]
fn nobody_sees_what_was_not_approved_for_them() {
    let here = code("GPPRAC001");
    let some = Practices::these([here.clone()]).unwrap();
    assert_eq!(Practices::these([]), Err(Fault::NoPractice));
    let reason = Reason::parse("No.").unwrap();
    for (state, shown) in [
        (State::AwaitingApproval, [false, false]),
        (State::Refused(reason), [false, false]),
        (State::Approved(Practices::All), [true, true]),
        (State::Approved(some), [true, false]),
    ] {
        let seen = [&here, &code("GPPRAC002")].map(|practice| state.is_shown_to(practice));
        assert_eq!(seen, shown, "{state:?}");
    }
}

#[test]
fn an_operator_may_change_their_mind_and_the_same_again_is_no_change() {
    let approve = Event::Approve {
        revision: 1,
        practices: Practices::All,
    };
    let refuse = Event::Refuse {
        revision: 1,
        reason: Reason::parse(" Not now. ").unwrap(),
    };
    let approved = step(&Standing::new(), approve.clone()).unwrap().unwrap();
    assert_eq!(approved.state, State::Approved(Practices::All));
    assert_eq!(step(&approved, approve.clone()), Ok(None));
    let refused = step(&approved, refuse.clone()).unwrap().unwrap();
    assert_eq!(refused.state.as_str(), "refused");
    assert_eq!(step(&refused, refuse), Ok(None));
    assert_eq!(step(&refused, approve), Ok(Some(approved)));
    for bad in ["", " ", "a\nb", &"x".repeat(301)] {
        assert_eq!(Reason::parse(bad), Err(Fault::Reason), "{bad:?}");
    }
}

fn any_event() -> impl Strategy<Value = Event> {
    let practices = prop_oneof![
        Just(Practices::All),
        Just(Practices::these([code("GPPRAC001")]).unwrap()),
    ];
    prop_oneof![
        Just(Event::Changed),
        (1_u32..8, practices).prop_map(|(revision, practices)| Event::Approve {
            revision,
            practices
        }),
        (1_u32..8).prop_map(|revision| Event::Refuse {
            revision,
            reason: Reason::parse("No.").unwrap()
        }),
    ]
}

proptest! {
    #[test]
    fn what_is_seen_was_approved_as_it_is(events in prop::collection::vec(any_event(), 0..30)) {
        let mut now = Standing::new();
        let mut approved = None;
        for event in events {
            match step(&now, event.clone()) {
                Ok(after) => {
                    match event {
                        Event::Changed => prop_assert!(after.is_some()),
                        Event::Approve { revision, .. } => approved = Some(revision),
                        Event::Refuse { .. } => approved = None,
                    }
                    let after = after.unwrap_or(now.clone());
                    prop_assert!(after.revision >= now.revision);
                    now = after;
                }
                Err(OtherRevision { now: told }) => prop_assert_eq!(told, now.revision),
            }
            if matches!(now.state, State::Approved(_)) {
                prop_assert_eq!(approved, Some(now.revision));
            }
        }
    }

    #[test]
    fn no_text_makes_reading_panic(text in ".*") {
        let _ = (Name::parse(&text), Icon::parse(&text), Method::parse(&text), url(&text));
        let _ = EncryptionSecret::parse(Secret::new(text));
    }

    #[test]
    fn an_address_keeps_its_host_whatever_tokens_are_added(path in "[a-z/?&=%]{0,40}") {
        if let Ok(address) = url(&format!("https://supplier.example/{path}")) {
            let with = url::Url::parse(&address.with(&[("user", "a.b-c_d")])).unwrap();
            prop_assert_eq!(with.host_str(), Some("supplier.example"));
            let users: Vec<_> = with.query_pairs().filter(|(name, _)| name == "user").collect();
            prop_assert_eq!(users.len(), 1);
            prop_assert_eq!(&*users[0].1, "a.b-c_d");
        }
    }
}

fn who() -> Practitioner {
    Practitioner {
        practice: code("GPPRAC001"),
        spine_user_id: SpineUserId::parse("555000000101").unwrap(),
    }
}

const USER_DATA: User<'static> = User {
    name: "Dr Amara Okafor",
    ods_code: "GPPRAC001",
};

fn expected() -> Expected<'static> {
    Expected {
        issuer: PLATFORM,
        audience: PAGE,
    }
}

const CLAIMS: Claims<'static> = Claims {
    issuer: PLATFORM,
    audience: PAGE,
    subject: "555000000101",
    id: ID,
};

fn user(claims: Claims<'_>) -> Result<Uuid, Refused> {
    check_user(claims, USER_DATA, expected(), &who(), "Dr Amara Okafor")
}

#[test]
fn a_user_token_is_for_this_launch_and_about_who_is_signed_in() {
    assert_eq!(user(CLAIMS).unwrap().to_string(), ID);
    for (claims, why) in [
        (
            Claims {
                issuer: "https://else.example",
                ..CLAIMS
            },
            Refused::Issuer,
        ),
        (
            Claims {
                audience: "https://supplier.example",
                ..CLAIMS
            },
            Refused::Audience,
        ),
        (
            Claims {
                subject: "555000000102",
                ..CLAIMS
            },
            Refused::Practitioner,
        ),
        (
            Claims {
                id: "9547852140",
                ..CLAIMS
            },
            Refused::Id,
        ),
    ] {
        assert_eq!(user(claims), Err(why));
    }
    for user in [
        User {
            name: "Dr Tom Llewellyn",
            ..USER_DATA
        },
        User {
            ods_code: "GPPRAC002",
            ..USER_DATA
        },
    ] {
        let refused = check_user(CLAIMS, user, expected(), &who(), "Dr Amara Okafor");
        assert_eq!(refused, Err(Refused::Practitioner));
    }
}

#[test]
fn a_patient_token_belongs_to_its_user_token() {
    let user = user(CLAIMS).unwrap();
    let claims = Claims {
        subject: "9547852140",
        id: OTHER,
        ..CLAIMS
    };
    let check = |claims, of| check_patient(claims, of, expected(), user);
    assert_eq!(check(claims, ID).unwrap().to_string(), OTHER);
    assert_eq!(check(claims, OTHER), Err(Refused::Pair));
    assert_eq!(check(claims, "x"), Err(Refused::Pair));
    assert_eq!(check(Claims { id: ID, ..claims }, ID), Err(Refused::Pair));
    assert_eq!(
        check(
            Claims {
                subject: "9547852141",
                ..claims
            },
            ID
        ),
        Err(Refused::Patient)
    );
    assert_eq!(
        check(
            Claims {
                audience: PLATFORM,
                ..claims
            },
            ID
        ),
        Err(Refused::Audience)
    );
}

#[test]
fn a_token_in_the_log_is_its_id_and_a_hash() {
    let id = Uuid::parse_str(ID).unwrap();
    let line = named("patient", id, "header.9547852140.signature");
    assert!(line.starts_with(&format!("patient {ID} ")) && line.len() == 8 + 36 + 1 + 64);
    assert!(!line.contains("9547852140"));
}
