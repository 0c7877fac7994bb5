//! A practitioner opens a widget: what the supplier gets, and every token that is refused.

use super::{PAGE, SECRET, approved, audit, register, widget, with};
use crate::actors::{Integrator, Toolbar};
use crate::sample::{LLEWELLYN, OKAFOR, PATIENT};
use crate::world::{Answer, BASE, HILLSIDE, RIVERSIDE, World};
use jiff::SignedDuration;
use jose::jwe::{Method, Secret};
use jose::jws::{PublicKey, Unchecked};
use model::{Clock as _, Hash};
use serde_json::{Value, json};
use wire::paths::{partner, practice};
use wire::widgets::WidgetKey;

struct Scene {
    world: World,
    partner: Integrator,
    okafor: Toolbar,
    id: String,
}

async fn scene(widget: &Value) -> Scene {
    let world = World::new().await;
    let partner = world.integrator("Pharmacy First").await;
    let okafor = Toolbar::signed_in(&world, RIVERSIDE, 1, OKAFOR).await;
    let id = approved(&world, &partner, widget, &[RIVERSIDE])
        .await
        .widget_id;
    Scene {
        world,
        partner,
        okafor,
        id,
    }
}

impl Scene {
    fn uuid(&self) -> String {
        model::entropy::uuid_v4(&*self.world.entropy).to_string()
    }

    fn common(&self, subject: &str) -> Value {
        let now = self.world.clock.now().as_second();
        json!({
            "iss": BASE, "sub": subject, "aud": PAGE, "iat": now, "exp": now + 60, "jti": self.uuid(),
        })
    }

    /// Claims of a user token that is right in every way.
    fn user(&self) -> Value {
        let mut claims = self.common(OKAFOR);
        claims["name"] = "Dr Amara Okafor".into();
        claims["organisation"] = json!({ "odsCode": RIVERSIDE, "name": "Riverside Test Practice" });
        claims
    }

    /// Claims of a patient token that belongs to it.
    fn patient(&self, user: &Value) -> Value {
        let mut claims = self.common(PATIENT);
        claims["userJti"] = user["jti"].clone();
        claims
    }

    fn sign(&self, claims: &Value) -> String {
        self.okafor.sign(&self.okafor.header(), claims)
    }

    async fn launch_at(&self, toolbar: &Toolbar, revision: u32, tokens: &[(&str, &str)]) -> Answer {
        let mut body = json!({ "revision": revision });
        for (kind, token) in tokens {
            body[*kind] = (*token).into();
        }
        let path = practice::WIDGET_LAUNCHES.replace("{widgetId}", &self.id);
        toolbar.post(&self.world, &path, &body.to_string()).await
    }

    async fn launch(&self, tokens: &[(&str, &str)]) -> Answer {
        self.launch_at(&self.okafor, 1, tokens).await
    }

    /// Opens it with these claims, signed as they should be.
    async fn launch_with(&self, user: &Value, patient: &Value) -> Answer {
        let (user, patient) = (self.sign(user), self.sign(patient));
        self.launch(&[("user", &user), ("patient", &patient)]).await
    }
}

fn validation() -> (u16, String) {
    (400, "validation-error".to_owned())
}

fn not_found() -> (u16, String) {
    (404, "not-found".to_owned())
}

#[tokio::test]
async fn the_supplier_gets_both_tokens_encrypted_for_it_alone() {
    for (name, method) in [
        ("A256GCM", Method::A256Gcm),
        ("A128CBC_HS256", Method::A128CbcHs256),
    ] {
        let scene = scene(&with(&json!({ "encryptionMethod": name }))).await;
        let user = scene.user();
        let patient = scene.patient(&user);
        let (user_text, patient_text) = (scene.sign(&user), scene.sign(&patient));
        let tokens = [("user", user_text.as_str()), ("patient", &patient_text)];
        let answer = scene.launch(&tokens).await;
        assert_eq!(answer.status.as_u16(), 201, "{}", answer.text());
        assert_eq!(answer.header("cache-control"), "no-store");
        let address = answer.value()["launchUrl"].as_str().unwrap().to_owned();
        let query = address.strip_prefix(PAGE).unwrap();
        let query = query.strip_prefix("&user=").unwrap();
        let (sealed_user, sealed_patient) = query.split_once("&patient=").unwrap();

        // As a supplier does: decrypt, fetch the key, check.
        let secret = Secret::copy(SECRET.as_bytes()).unwrap();
        for (sealed, text, claims) in [
            (sealed_user, &user_text, &user),
            (sealed_patient, &patient_text, &patient),
        ] {
            let opened = secret.open(method, sealed).unwrap();
            assert_eq!(opened.cty.as_deref(), Some("JWT"));
            let signed = String::from_utf8(opened.content).unwrap();
            assert_eq!(signed, *text);
            let unchecked = Unchecked::parse(&signed).unwrap();
            let path = partner::WIDGET_KEY.replace("{kid}", unchecked.kid().unwrap());
            let key: WidgetKey = scene.partner.get(&scene.world, &path).await.json();
            let checked = unchecked
                .check(&PublicKey::from_x(&key.x).unwrap())
                .unwrap();
            assert_eq!(serde_json::from_slice::<Value>(&checked).unwrap(), *claims);
        }
        let noted = audit(&scene.world).await.remove(0);
        let hash = |text: &str| Hash::of(text.as_bytes()).to_hex();
        assert_eq!(
            noted,
            format!(
                "practitioner:{RIVERSIDE}/{OKAFOR} launch widget {} revision 1 user {} {} patient {} {}",
                scene.id,
                user["jti"].as_str().unwrap(),
                hash(&user_text),
                patient["jti"].as_str().unwrap(),
                hash(&patient_text)
            )
        );
        assert!(!audit(&scene.world).await.join("\n").contains(PATIENT));
        assert!(
            scene
                .world
                .store
                .audit
                .verify()
                .await
                .unwrap()
                .broken_at
                .is_none()
        );
    }
}

#[tokio::test]
async fn a_widget_that_needs_no_data_gets_none() {
    let plain = json!({ "requiresUserData": false, "requiresPatientData": false });
    let scene = scene(&with(&plain)).await;
    let answer = scene.launch(&[]).await;
    assert_eq!(answer.value(), json!({ "launchUrl": PAGE }));
    let user = scene.sign(&scene.user());
    let answer = scene.launch(&[("user", &user)]).await;
    assert_eq!(answer.faults(), ["user"]);
}

#[tokio::test]
async fn a_supplier_learns_of_a_patient_only_if_it_asked() {
    let scene = scene(&with(&json!({ "requiresPatientData": false }))).await;
    let user = scene.user();
    let answer = scene.launch_with(&user, &scene.patient(&user)).await;
    assert_eq!(answer.faults(), ["patient"]);
    let answer = scene.launch(&[("user", &scene.sign(&user))]).await;
    let address = answer.value()["launchUrl"].as_str().unwrap().to_owned();
    assert!(address.contains("&user=") && !address.contains("patient"));
    assert_eq!(scene.launch(&[]).await.faults(), ["user"]);
}

#[tokio::test]
async fn claims_that_are_not_of_this_launch_are_refused() {
    let scene = scene(&widget()).await;
    let now = scene.world.clock.now().as_second();
    let user_changes = [
        ("expired", json!({ "iat": now - 120, "exp": now - 60 })),
        ("just expired", json!({ "iat": now - 60, "exp": now - 30 })),
        ("of the future", json!({ "iat": now + 31, "exp": now + 60 })),
        ("living too long", json!({ "exp": now + 61 })),
        ("backwards", json!({ "exp": now - 1 })),
        (
            "of absurd times",
            json!({ "iat": i64::MIN, "exp": i64::MAX }),
        ),
        (
            "for the page without its query",
            json!({ "aud": "https://supplier.example/open" }),
        ),
        ("for the platform", json!({ "aud": BASE })),
        ("of another platform", json!({ "iss": "http://other.test" })),
        (
            "of the toolbar itself",
            json!({ "iss": scene.okafor.device }),
        ),
        ("of a colleague", json!({ "sub": LLEWELLYN })),
        ("under another name", json!({ "name": "Dr Tom Llewellyn" })),
        (
            "of another practice",
            json!({ "organisation": { "odsCode": HILLSIDE, "name": "x" } }),
        ),
        ("without a practice", json!({ "organisation": null })),
        ("without a UUID", json!({ "jti": PATIENT })),
        ("without an id", json!({ "jti": "" })),
        ("with times as text", json!({ "exp": "soon" })),
    ];
    for (what, change) in user_changes {
        let mut user = scene.user();
        for (name, value) in change.as_object().unwrap() {
            user[name] = value.clone();
        }
        let answer = scene.launch_with(&user, &scene.patient(&user)).await;
        assert_eq!(answer.refused(), validation(), "a user token {what}");
        assert_eq!(answer.faults(), ["user"], "a user token {what}");
    }
    let patient_changes = [
        ("expired", json!({ "iat": now - 120, "exp": now - 60 })),
        ("for another page", json!({ "aud": "https://else.example" })),
        ("about no patient", json!({ "sub": "9547852141" })),
        ("about a practitioner", json!({ "sub": OKAFOR })),
        ("of another launch", json!({ "userJti": scene.uuid() })),
        ("of no launch", json!({ "userJti": "x" })),
        ("without a UUID", json!({ "jti": PATIENT })),
    ];
    for (what, change) in patient_changes {
        let user = scene.user();
        let mut patient = scene.patient(&user);
        for (name, value) in change.as_object().unwrap() {
            patient[name] = value.clone();
        }
        let answer = scene.launch_with(&user, &patient).await;
        assert_eq!(answer.refused(), validation(), "a patient token {what}");
        assert_eq!(answer.faults(), ["patient"], "a patient token {what}");
        assert!(!answer.text().contains("9547852"));
    }
    let user = scene.user();
    let mut twin = scene.patient(&user);
    twin["jti"] = user["jti"].clone();
    assert_eq!(scene.launch_with(&user, &twin).await.faults(), ["patient"]);
    assert!(
        !audit(&scene.world)
            .await
            .join(" ")
            .contains("launch widget")
    );
}

#[tokio::test]
async fn only_what_the_sessions_own_toolbar_signed_counts() {
    let scene = scene(&widget()).await;
    let other = Toolbar::signed_in(&scene.world, RIVERSIDE, 2, OKAFOR).await;
    let user = scene.user();
    let patient = scene.sign(&scene.patient(&user));
    let good = scene.sign(&user);
    let parts: Vec<_> = good.split('.').collect();
    let none = json!({ "alg": "none", "typ": "JWT", "kid": scene.okafor.device });
    let unsigned = scene.okafor.sign(&none, &user);
    for (what, token) in [
        ("another toolbar's", other.sign(&other.header(), &user)),
        (
            "in this one's name",
            other.sign(&scene.okafor.header(), &user),
        ),
        (
            "in another one's name",
            scene.okafor.sign(&other.header(), &user),
        ),
        ("of another algorithm", unsigned),
        ("cut", format!("{}.{}.", parts[0], parts[1])),
        (
            "tampered",
            format!("{}.{}x.{}", parts[0], parts[1], parts[2]),
        ),
        ("nonsense", "a.b.c".to_owned()),
        ("empty", String::new()),
    ] {
        let answer = scene
            .launch(&[("user", &token), ("patient", &patient)])
            .await;
        assert_eq!(answer.faults(), ["user"], "a token that is {what}");
    }
    // What this one signed does not open it at the other.
    let tokens = [("user", good.as_str()), ("patient", &patient)];
    assert_eq!(scene.launch_at(&other, 1, &tokens).await.faults(), ["user"]);
    assert_eq!(scene.launch(&tokens).await.status.as_u16(), 201);
}

#[tokio::test]
async fn a_token_opens_a_widget_once() {
    let scene = scene(&widget()).await;
    let user = scene.user();
    let (user_text, patient) = (scene.sign(&user), scene.sign(&scene.patient(&user)));
    let tokens = [("user", user_text.as_str()), ("patient", &patient)];
    assert_eq!(scene.launch(&tokens).await.status.as_u16(), 201);
    for _ in 0..2 {
        let answer = scene.launch(&tokens).await;
        assert_eq!(answer.refused(), validation());
        assert!(answer.text().contains("Was used before"));
    }
    // Nor a fresh patient token with a used one, nor the same ids signed anew.
    let again = scene.launch_with(&user, &scene.patient(&user)).await;
    assert_eq!(again.refused(), validation());
    // Remembered for as long as they would be valid, whatever is cleaned up.
    scene.world.wait(SignedDuration::from_secs(89));
    let now = scene.world.clock.now();
    let devices = &scene.world.store.devices;
    let before = now - SignedDuration::from_hours(12);
    devices.forget_old_sessions(before, now).await.unwrap();
    assert_eq!(scene.launch(&tokens).await.refused(), validation());
    scene.world.wait(SignedDuration::from_secs(1));
    assert_eq!(scene.launch(&tokens).await.faults(), ["user"]);
    let launches = audit(&scene.world).await;
    let launches = launches
        .iter()
        .filter(|line| line.contains("launch widget"));
    assert_eq!(launches.count(), 1);
}

#[tokio::test]
async fn what_was_changed_refused_or_is_not_for_here_does_not_open() {
    let scene = scene(&widget()).await;
    let tokens = async |revision| {
        let user = scene.user();
        let (text, patient) = (scene.sign(&user), scene.sign(&scene.patient(&user)));
        let tokens = [("user", text.as_str()), ("patient", &patient)];
        scene.launch_at(&scene.okafor, revision, &tokens).await
    };
    assert_eq!(tokens(2).await.refused(), not_found());
    assert_eq!(tokens(1).await.status.as_u16(), 201);
    let chen = Toolbar::signed_in(&scene.world, HILLSIDE, 2, "555000000201").await;
    assert_eq!(scene.launch_at(&chen, 1, &[]).await.refused(), not_found());
    let changed = with(&json!({ "encryptionSecret": SECRET.replace('K', "k") }));
    register(&scene.world, &scene.partner, &changed).await;
    assert_eq!(tokens(1).await.refused(), not_found());
    assert_eq!(tokens(2).await.refused(), not_found());
    approved(&scene.world, &scene.partner, &changed, &[RIVERSIDE]).await;
    assert_eq!(tokens(1).await.refused(), not_found());
    assert_eq!(tokens(2).await.status.as_u16(), 201);
    let id = scene.id.parse().unwrap();
    let admin = scene.world.admin();
    admin.refuse_widget(id, 2, "No longer.").await.unwrap();
    assert_eq!(tokens(2).await.refused(), not_found());
}
