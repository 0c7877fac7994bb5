//! Rows of widgets.

use super::{Cell, Cells, Value};
use crate::platform::{ShownWidget, Widget};
use crate::{Result, StoreError};
use model::OdsCode;
use model::widget::life::{
    APPROVED, AWAITING, FIRST_REVISION, Practices, REFUSED, Reason, Standing, State,
};
use model::widget::{Content, Icon, LaunchUrl, Method, Name, Needs};

impl Cell for Name {
    fn read(value: Value<'_>) -> Option<Self> {
        Self::parse(value.text()?).ok()
    }
}

impl Cell for Icon {
    fn read(value: Value<'_>) -> Option<Self> {
        Self::parse(value.text()?).ok()
    }
}

impl Cell for Method {
    fn read(value: Value<'_>) -> Option<Self> {
        Self::parse(value.text()?).ok()
    }
}

impl Cell for Reason {
    fn read(value: Value<'_>) -> Option<Self> {
        Self::parse(value.text()?).ok()
    }
}

/// A widget: id, client, the client's name, name, icon, launch url, user data, patient data, method, revision, state,
/// reason, everywhere, registered at, changed at, decided at. The practices of one that is approved for some come
/// from rows of their own.
///
/// # Errors
/// [`StoreError::Inconsistent`], as of every function here.
pub fn widget(cells: &mut impl Cells) -> Result<Widget> {
    Ok(Widget {
        id: cells.take("widget.id")?,
        client: cells.take("widget.client")?,
        client_name: cells.take("client.name")?,
        content: Content {
            name: cells.take("widget.name")?,
            icon: cells.take("widget.icon")?,
            launch_url: LaunchUrl::kept(cells.take("widget.launch_url")?),
            needs: needs(cells)?,
            method: cells.take("widget.method")?,
        },
        standing: standing(cells)?,
        registered_at: cells.take("widget.registered_at")?,
        changed_at: cells.take("widget.changed_at")?,
        decided_at: cells.take("widget.decided_at")?,
    })
}

fn needs(cells: &mut impl Cells) -> Result<Needs> {
    let user = cells.take("widget.user_data")?;
    let patient = cells.take("widget.patient_data")?;
    Needs::of(user, patient).map_err(|_| StoreError::Inconsistent {
        place: "widget.patient_data",
    })
}

fn standing(cells: &mut impl Cells) -> Result<Standing> {
    let revision = cells.take("widget.revision")?;
    let state: String = cells.take("widget.state")?;
    let reason: Option<Reason> = cells.take("widget.reason")?;
    let everywhere: bool = cells.take("widget.everywhere")?;
    let state = match (state.as_str(), reason) {
        (AWAITING, None) => State::AwaitingApproval,
        (APPROVED, None) if everywhere => State::Approved(Practices::All),
        // Filled in by `with_practices`.
        (APPROVED, None) => State::Approved(Practices::These([].into())),
        (REFUSED, Some(reason)) => State::Refused(reason),
        _ => {
            return Err(StoreError::Inconsistent {
                place: "widget.state",
            });
        }
    };
    Ok(Standing { revision, state })
}

/// Adds the practices of a widget that is approved for some.
///
/// # Errors
/// As [`widget`]; when there is none of them.
pub fn with_practices(
    mut widget: Widget,
    codes: impl IntoIterator<Item = OdsCode>,
) -> Result<Widget> {
    if let State::Approved(Practices::These(none)) = &mut widget.standing.state {
        none.extend(codes);
        if none.is_empty() {
            return Err(StoreError::Inconsistent {
                place: "widget_practice",
            });
        }
    }
    Ok(widget)
}

/// A widget as [`widget`] reads it, and whether a practitioner has hidden it.
///
/// # Errors
/// As [`widget`].
pub fn shown(cells: &mut impl Cells) -> Result<ShownWidget> {
    Ok(ShownWidget {
        widget: widget(cells)?,
        hidden: cells.take("widget_hidden")?,
    })
}

/// What is written of where a widget stands: state, reason, everywhere, and the practices in rows of their own.
pub fn written(state: &State) -> (&'static str, Option<&str>, bool, Vec<&str>) {
    let (reason, everywhere, codes) = match state {
        State::AwaitingApproval => (None, false, Vec::new()),
        State::Approved(Practices::All) => (None, true, Vec::new()),
        State::Approved(Practices::These(codes)) => {
            let codes = codes.iter().map(OdsCode::as_str).collect();
            (None, false, codes)
        }
        State::Refused(reason) => (Some(reason.as_str()), false, Vec::new()),
    };
    (state.as_str(), reason, everywhere, codes)
}

/// What the audit log says of how a widget came to stand as it does.
pub fn decision(widget: &Widget) -> (&'static str, String) {
    let Standing { revision, state } = &widget.standing;
    let (id, client) = (widget.id, widget.client);
    match state {
        State::AwaitingApproval => {
            let what = if *revision == FIRST_REVISION {
                "register widget"
            } else {
                "change widget"
            };
            (what, format!("{id} revision {revision} of {client}"))
        }
        State::Approved(Practices::All) => (
            "approve widget",
            format!("{id} revision {revision} for all"),
        ),
        State::Approved(Practices::These(codes)) => {
            let codes: Vec<_> = codes.iter().map(OdsCode::as_str).collect();
            let codes = codes.join(" ");
            (
                "approve widget",
                format!("{id} revision {revision} for {codes}"),
            )
        }
        State::Refused(_) => ("refuse widget", format!("{id} revision {revision}")),
    }
}

/// What the audit log says of a launch.
pub fn launch_noted(launch: &crate::platform::Launch) -> String {
    let (id, revision) = (launch.widget, launch.revision);
    let mut line = format!("{id} revision {revision}");
    for token in &launch.noted {
        line.push(' ');
        line.push_str(token);
    }
    line
}

/// A token's id among those that a device has used: sign-ins have theirs.
pub fn token_place(id: &str) -> String {
    format!("launch/{id}")
}
