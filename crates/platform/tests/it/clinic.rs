//! One practitioner and one client system: what tests of codes and permissions begin with.

use crate::actors::{Integrator, Toolbar};
use crate::sample::OKAFOR;
use crate::world::{RIVERSIDE, World};
use jiff::SignedDuration;
use wire::paths::practice as paths;
use wire::practice::NewCode;

/// A client system and a practitioner of one practice.
pub(crate) struct Clinic {
    pub(crate) world: World,
    pub(crate) partner: Integrator,
    pub(crate) okafor: Toolbar,
}

/// A new one.
pub(crate) async fn clinic() -> Clinic {
    let world = World::new().await;
    let partner = world.integrator("Pharmacy First").await;
    let okafor = Toolbar::signed_in(&world, RIVERSIDE, 1, OKAFOR).await;
    Clinic {
        world,
        partner,
        okafor,
    }
}

impl Clinic {
    /// A new access code of Dr Okafor's.
    pub(crate) async fn code(&self) -> String {
        let answer = self.okafor.post(&self.world, paths::CODES, "").await;
        assert_eq!(answer.status.as_u16(), 201);
        assert_eq!(answer.header("cache-control"), "no-store");
        let code: NewCode = answer.json();
        code.access_code
    }

    /// Lets time pass.
    pub(crate) fn wait(&self, seconds: i64) {
        self.world.wait(SignedDuration::from_secs(seconds));
    }
}
