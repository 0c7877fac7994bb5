//! Widgets: a client system registers one, practices see what was approved for them, practitioners open it.

mod form;
mod launch;
mod seal;
#[cfg(test)]
mod tests;

pub(crate) use form::{Form, read};
pub(crate) use launch::launch;

use crate::auth::api_key::Caller;
use crate::auth::session::SignedIn;
use crate::context::{Ctx, storage};
use httpkit::problem::Refusal;
use model::widget::life::{Standing, State};
use model::{DeviceId, WidgetId, entropy};
use seal::Place;
use store::platform::{NewWidget, ShownWidget, Widget};
use wire::practice::{WidgetInfo, Widgets};
use wire::problem::ProblemType;
use wire::widgets::{RegisteredWidget, WidgetKey};

/// Registers a widget, or changes it; the same again changes nothing.
pub(crate) async fn register(
    ctx: &Ctx,
    caller: &Caller,
    form: Form,
) -> Result<RegisteredWidget, Refusal> {
    let Form { content, secret } = form;
    let place = Place {
        client: caller.0.id,
        name: &content.name,
    };
    let key = &ctx.config.code_key;
    let sealed = seal::seal(key, place, &secret, &*ctx.entropy);
    let mark = seal::mark(key, &content.to_mark(&secret));
    let new = NewWidget {
        id: WidgetId(entropy::uuid_v4(&*ctx.entropy)),
        client: caller.0.id,
        mark: mark.ok_or_else(fault)?,
        secret: sealed.ok_or_else(fault)?,
        content,
        at: ctx.now(),
    };
    let widgets = &ctx.store.widgets;
    let widget = widgets.register(&caller.actor(), &new).await;
    Ok(registered(widget.map_err(storage)?))
}

/// Only if a library refuses to do what it always does.
fn fault() -> Refusal {
    Refusal::new(ProblemType::InternalError)
}

fn registered(widget: Widget) -> RegisteredWidget {
    let Standing { revision, state } = widget.standing;
    let reason = match &state {
        State::Refused(reason) => Some(reason.as_str().to_owned()),
        State::AwaitingApproval | State::Approved(_) => None,
    };
    RegisteredWidget {
        widget_id: widget.id.to_string(),
        name: widget.content.name.as_str().to_owned(),
        state: state.as_str().to_owned(),
        reason,
        revision,
    }
}

/// The key that checks what a toolbar signs; a blocked toolbar has none.
pub(crate) async fn key(ctx: &Ctx, device: DeviceId) -> Result<WidgetKey, Refusal> {
    let found = ctx.store.devices.device(device).await.map_err(storage)?;
    let device = found
        .filter(|device| device.blocked_at.is_none())
        .ok_or_else(|| Refusal::new(ProblemType::NotFound).detail("There is no such key."))?;
    Ok(WidgetKey {
        kty: "OKP".to_owned(),
        crv: "Ed25519".to_owned(),
        kid: device.id.to_string(),
        x: jose::jws::PublicKey(device.public_key).x(),
        alg: jose::jws::ALGORITHM.to_owned(),
        usage: "sig".to_owned(),
    })
}

/// What the signed-in practitioner's practice sees.
pub(crate) async fn shown(ctx: &Ctx, who: &SignedIn) -> Result<Widgets, Refusal> {
    let practitioner = &who.0.practitioner;
    let shown = ctx.store.widgets.shown_to(practitioner).await;
    let shown = shown.map_err(storage)?;
    let info = |ShownWidget { widget, hidden }| {
        let content = widget.content;
        WidgetInfo {
            widget_id: widget.id.to_string(),
            revision: widget.standing.revision,
            name: content.name.as_str().to_owned(),
            icon: content.icon.as_str().to_owned(),
            client_name: widget.client_name,
            launch_url: content.launch_url.as_str().to_owned(),
            requires_user_data: content.needs.user(),
            requires_patient_data: content.needs.patient(),
            hidden,
        }
    };
    Ok(Widgets {
        widgets: shown.into_iter().map(info).collect(),
    })
}

/// Puts a widget out of the practitioner's sight, or back.
pub(crate) async fn hide(
    ctx: &Ctx,
    who: &SignedIn,
    id: WidgetId,
    hidden: bool,
) -> Result<(), Refusal> {
    let practitioner = &who.0.practitioner;
    let (widgets, by) = (&ctx.store.widgets, who.actor());
    let done = widgets.hide(&by, practitioner, id, hidden, ctx.now());
    if done.await.map_err(storage)? {
        Ok(())
    } else {
        Err(not_shown())
    }
}

/// 404 for what this practice does not see, or not so any more.
fn not_shown() -> Refusal {
    Refusal::new(ProblemType::NotFound)
        .detail("The practice has no such widget, or it was changed. Read the list again.")
}
