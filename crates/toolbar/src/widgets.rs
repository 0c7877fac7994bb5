//! Widgets on the bar: read beside every reading of the inbox, and opened with tokens that this PC signs.

use crate::agent::OperationError;
use crate::device::Device;
use crate::shared::{Session, Shared};
use jiff::Timestamp;
use model::device::ASSERTION_MAX;
use model::{Entropy, NhsNumber, entropy};
use std::sync::Arc;
use tokio::sync::{Notify, watch};
use wire::practice::{LaunchWidget, WidgetInfo};
use wire::widgets::{Organisation, PatientClaims, UserClaims};

/// What stands on the bar for whoever is signed in.
#[derive(Default)]
pub(crate) struct Widgets {
    shown: watch::Sender<Arc<Vec<WidgetInfo>>>,
    due: Notify,
}

impl Widgets {
    /// What stands there, now and as it changes; hidden ones too.
    pub(crate) fn subscribe(&self) -> watch::Receiver<Arc<Vec<WidgetInfo>>> {
        self.shown.subscribe()
    }

    /// Has them read again soon.
    pub(crate) fn are_due(&self) {
        self.due.notify_one();
    }

    fn find(&self, id: &str) -> Option<WidgetInfo> {
        let shown = self.shown.borrow();
        shown.iter().find(|widget| widget.widget_id == id).cloned()
    }

    fn show(&self, widgets: Vec<WidgetInfo>) {
        self.shown.send_if_modified(|now| {
            let changed = **now != widgets;
            if changed {
                *now = Arc::new(widgets);
            }
            changed
        });
    }
}

/// Reads them when they are due, and empties the bar when somebody leaves, until the toolbar stops.
pub(crate) async fn keep(shared: Arc<Shared>) {
    let mut sessions = shared.session.subscribe();
    let mut stop = shared.stop.subscribe();
    let mut whose: Option<Session> = None;
    loop {
        let due = tokio::select! {
            _ = stop.wait_for(|stop| *stop) => break,
            changed = sessions.changed() => if changed.is_err() { break } else { false },
            () = shared.widgets.due.notified() => true,
        };
        if due {
            read(&shared).await;
        }
        let present = sessions.borrow_and_update().clone();
        let stays = match (&whose, &present) {
            (Some(before), Some(now)) => before.is_of_same_user(now),
            (None, None) => true,
            _ => false,
        };
        if !stays {
            shared.widgets.show(Vec::new());
            shared.widgets.are_due();
        }
        whose = present;
    }
    shared.widgets.show(Vec::new());
}

async fn read(shared: &Shared) {
    let Some(session) = present(shared) else {
        return;
    };
    match session.calls.widgets().await {
        // Whoever it was read for may have left.
        Ok(read) if present(shared).is_some_and(|now| now.is_of_same_user(&session)) => {
            shared.widgets.show(read.widgets);
        }
        Ok(_) => {}
        // A platform that is older has none. What is known is kept; the next sweep asks again.
        Err(error) => tracing::debug!(%error, "the widgets could not be read"),
    }
}

/// The session that calls may be made in.
fn present(shared: &Shared) -> Option<Session> {
    let online = !*shared.offline.borrow();
    shared.session.borrow().clone().filter(|_| online)
}

/// Puts one out of the practitioner's sight, or back.
pub(crate) async fn hide(
    shared: &Shared,
    session: &Session,
    id: &str,
    hidden: bool,
) -> Result<(), OperationError> {
    let done = session.calls.hide_widget(id, hidden).await;
    done.map_err(|error| not_there(shared, error))?;
    let mut shown = shared.widgets.shown.borrow().to_vec();
    for widget in shown.iter_mut().filter(|widget| widget.widget_id == id) {
        widget.hidden = hidden;
    }
    shared.widgets.show(shown);
    // A reading that was under way may put the former state back: it is followed by another one.
    shared.widgets.are_due();
    Ok(())
}

/// Opens one: the address for the browser, good once within a minute. A patient is told of only if the widget asks.
pub(crate) async fn launch(
    shared: &Shared,
    session: &Session,
    id: &str,
    patient: Option<&str>,
) -> Result<String, OperationError> {
    let widget = shared.widgets.find(id);
    let widget = widget.ok_or(OperationError::NoSuchWidget)?;
    let patient = patient.and_then(|number| NhsNumber::parse(number).ok());
    let device = shared.reception.device.borrow().clone();
    let device = device.ok_or(OperationError::NotSignedIn)?;
    let making = Making {
        session,
        widget: &widget,
        issuer: shared.platform.audience(),
        now: shared.clock.now(),
        entropy: &*shared.entropy,
    };
    let launch = making.tokens(&device, patient.as_ref())?;
    match session.calls.launch_widget(id, &launch).await {
        Ok(launched) => Ok(launched.launch_url),
        Err(error) => Err(not_there(shared, error)),
    }
}

fn not_there(shared: &Shared, error: sdk::Error) -> OperationError {
    if error.status() == Some(404) {
        shared.widgets.are_due();
        OperationError::NoSuchWidget
    } else {
        OperationError::Platform(error)
    }
}

/// A launch's tokens in the making.
struct Making<'a> {
    session: &'a Session,
    widget: &'a WidgetInfo,
    issuer: &'a str,
    now: Timestamp,
    entropy: &'a dyn Entropy,
}

impl Making<'_> {
    /// Just those that the widget asks for.
    fn tokens(
        &self,
        device: &Device,
        patient: Option<&NhsNumber>,
    ) -> Result<LaunchWidget, OperationError> {
        let mut launch = LaunchWidget {
            revision: self.widget.revision,
            user: None,
            patient: None,
        };
        if !self.widget.requires_user_data {
            return Ok(launch);
        }
        let unsigned = || OperationError::NotSignedIn;
        let user = self.user();
        launch.user = Some(device.sign_jwt(&user).ok_or_else(unsigned)?);
        if self.widget.requires_patient_data {
            let patient = patient.ok_or(OperationError::PatientNeeded)?;
            let patient = self.patient(patient, &user);
            launch.patient = Some(device.sign_jwt(&patient).ok_or_else(unsigned)?);
        }
        Ok(launch)
    }

    fn user(&self) -> UserClaims {
        let Session {
            practitioner,
            practice,
            ..
        } = self.session;
        UserClaims {
            iss: self.issuer.to_owned(),
            sub: practitioner.spine_user_id.clone(),
            aud: self.widget.launch_url.clone(),
            iat: self.now.as_second(),
            exp: self.ends_at(),
            jti: self.id(),
            name: practitioner.name.clone(),
            organisation: Organisation {
                ods_code: practice.ods_code.clone(),
                name: practice.name.clone(),
            },
        }
    }

    fn patient(&self, patient: &NhsNumber, user: &UserClaims) -> PatientClaims {
        PatientClaims {
            iss: self.issuer.to_owned(),
            sub: patient.as_str().to_owned(),
            aud: self.widget.launch_url.clone(),
            iat: self.now.as_second(),
            exp: self.ends_at(),
            jti: self.id(),
            user_jti: user.jti.clone(),
        }
    }

    fn ends_at(&self) -> i64 {
        self.now.as_second() + ASSERTION_MAX.as_secs()
    }

    fn id(&self) -> String {
        entropy::uuid_v4(self.entropy).to_string()
    }
}
