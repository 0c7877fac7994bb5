//! A practice's toolbar and its platform, as far as a launch goes: it signs, and the platform encrypts.

use crate::world::World;
use gateway::widget::{Registrar, Registration};
use jose::jwe::{Method, Secret};
use jose::jws::SigningKey;
use model::Clock as _;
use sdk::PartnerClient;
use serde_json::{Value, json};
use wire::widgets::{RegisteredWidget, WidgetKey};

/// The widget as most tests register it.
pub(super) fn wanted() -> Registration<'static> {
    Registration {
        name: "Baton gateway",
        icon: "letter",
        launch_url: "http://127.0.0.1:8090/launch",
        method: model::widget::Method::A256Gcm,
        new_secret: false,
    }
}

pub(super) async fn register_as(
    world: &World,
    wanted: &Registration<'_>,
) -> Result<RegisteredWidget, gateway::widget::RegisterError> {
    let config = world.config();
    let http = httpkit::outbound::client(None).unwrap();
    let key = config.platform_key.reveal();
    let platform = PartnerClient::new(http, &config.platform_url, key).unwrap();
    let registrar = Registrar {
        store: &world.store,
        vault: &world.vault,
        platform: &platform,
        now: world.clock.now(),
        entropy: &*world.entropy,
    };
    registrar.register(wanted).await
}

pub(super) async fn register(world: &World) {
    let registered = register_as(world, &wanted()).await.unwrap();
    assert_eq!(registered.state, "awaiting-approval");
}

/// A registered toolbar.
pub(super) struct Toolbar {
    pub(super) kid: String,
    pub(super) key: SigningKey,
}

impl Toolbar {
    pub(super) fn new(world: &World) -> Self {
        let key = SigningKey::from_seed(&model::entropy::bytes(&*world.entropy)).unwrap();
        let kid = model::entropy::uuid_v4(&*world.entropy).to_string();
        let toolbar = Self { kid, key };
        world.fake.set_toolbar(&toolbar.kid, Some(toolbar.jwk()));
        toolbar
    }

    pub(super) fn jwk(&self) -> WidgetKey {
        WidgetKey {
            kty: "OKP".to_owned(),
            crv: "Ed25519".to_owned(),
            kid: self.kid.clone(),
            x: self.key.public().unwrap().x(),
            alg: "EdDSA".to_owned(),
            usage: "sig".to_owned(),
        }
    }

    /// What Dr Okafor's toolbar says now.
    pub(super) fn claims(world: &World) -> Value {
        let now = world.clock.now().as_second();
        json!({
            "iss": world.fake.url, "sub": "555000000101", "aud": wanted().launch_url, "iat": now,
            "exp": now + 60, "jti": model::entropy::uuid_v4(&*world.entropy), "name": "Dr Amara Okafor",
            "organisation": { "odsCode": "GPPRAC001", "name": "Riverside Test Practice" },
        })
    }

    /// The address that is opened, for these claims.
    pub(super) fn launch_with(&self, world: &World, claims: &Value) -> String {
        let signed = self.key.sign(&self.kid, claims.to_string().as_bytes());
        address(&seal(world, &signed.unwrap()))
    }

    /// The address that is opened.
    pub(super) fn launch(&self, world: &World) -> String {
        self.launch_with(world, &Self::claims(world))
    }
}

/// Where a token is sent.
pub(super) fn address(token: &str) -> String {
    format!("/launch?user={token}")
}

/// As the platform encrypts for the widget that was registered last.
pub(super) fn seal(world: &World, signed: &str) -> String {
    let widget = world.fake.widgets().pop().unwrap();
    let method = match widget.encryption_method.as_deref() {
        Some("A128CBC_HS256" | "A128CBC-HS256") => Method::A128CbcHs256,
        _ => Method::A256Gcm,
    };
    let secret = Secret::copy(widget.encryption_secret.as_bytes()).unwrap();
    let fill = |iv: &mut [u8]| model::Entropy::fill(&*world.entropy, iv);
    let sealed = secret.seal(method, Some("JWT"), signed.as_bytes(), fill);
    sealed.unwrap()
}
