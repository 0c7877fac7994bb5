//! How the widget is registered: one secret, kept before the platform has it.

use super::location;
use super::toolbar::{Toolbar, register, register_as, wanted};
use crate::client::Browser;
use crate::fake::Fault;
use crate::world::World;
use gateway::widget::{RegisterError, Registration};

fn browser(world: &World) -> Browser {
    let (gateway, _) = world.gateway(world.config());
    Browser::new(&gateway.router(|router| router))
}

#[tokio::test]
async fn the_same_again_has_the_same_secret() {
    let world = World::new().await;
    register(&world).await;
    register(&world).await;
    let [first, second] = <[_; 2]>::try_from(world.fake.widgets()).ok().unwrap();
    assert_eq!(first.encryption_secret, second.encryption_secret);
    assert_eq!(first.encryption_secret.len(), 32);
    assert!(
        first
            .encryption_secret
            .bytes()
            .all(|b| b.is_ascii_alphanumeric())
    );
    assert!(first.requires_user_data && !first.requires_patient_data);
    assert_eq!(world.store.launches.secrets().await.unwrap().len(), 1);
    let sealed = &world.store.launches.secrets().await.unwrap()[0].secret;
    assert!(
        !sealed
            .bytes
            .windows(8)
            .any(|part| first.encryption_secret.as_bytes().starts_with(part))
    );
}

#[tokio::test]
async fn another_secret_takes_over_when_the_platform_has_it() {
    let world = World::new().await;
    register(&world).await;
    let toolbar = Toolbar::new(&world);
    let anew = Registration {
        new_secret: true,
        ..wanted()
    };
    let before = toolbar.launch(&world);
    world.fake.set(Some(Fault::Down));
    let lost = register_as(&world, &anew).await;
    assert!(matches!(lost, Err(RegisterError::Platform(_))));
    world.fake.set(None);
    // The platform still encrypts under the first one.
    location(&browser(&world).get(&before).await);
    let former = toolbar.launch(&world);
    register_as(&world, &anew).await.unwrap();
    let widgets = world.fake.widgets();
    assert_ne!(widgets[0].encryption_secret, widgets[1].encryption_secret);
    assert_eq!(world.store.launches.secrets().await.unwrap().len(), 1);
    assert_eq!(browser(&world).get(&former).await.status, 403);
    location(&browser(&world).get(&toolbar.launch(&world)).await);
}

#[tokio::test]
async fn another_address_keeps_the_secret() {
    let world = World::new().await;
    register(&world).await;
    let moved = Registration {
        launch_url: "https://gateway.example/launch",
        ..wanted()
    };
    register_as(&world, &moved).await.unwrap();
    let widgets = world.fake.widgets();
    assert_eq!(widgets[0].encryption_secret, widgets[1].encryption_secret);
    assert_eq!(widgets[1].launch_url, moved.launch_url);
    // A token is for the address that it names.
    let toolbar = Toolbar::new(&world);
    assert_eq!(
        browser(&world).get(&toolbar.launch(&world)).await.status,
        403
    );
    let mut claims = Toolbar::claims(&world);
    claims["aud"] = moved.launch_url.into();
    location(
        &browser(&world)
            .get(&toolbar.launch_with(&world, &claims))
            .await,
    );
}

#[tokio::test]
async fn what_the_platform_would_not_take_is_refused_here() {
    let world = World::new().await;
    for wrong in [
        Registration {
            name: "",
            ..wanted()
        },
        Registration {
            icon: "skull",
            ..wanted()
        },
        Registration {
            launch_url: "http://gateway.example/launch",
            ..wanted()
        },
        Registration {
            launch_url: "https://gateway.example/launch?user=1",
            ..wanted()
        },
    ] {
        let refused = register_as(&world, &wrong).await;
        assert!(
            matches!(refused, Err(RegisterError::Invalid(..))),
            "{wrong:?}"
        );
    }
    assert!(world.fake.widgets().is_empty());
    assert_eq!(world.store.launches.secrets().await.unwrap(), []);
}
