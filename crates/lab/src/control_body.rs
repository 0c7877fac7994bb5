//! Bodies of controls: a member that is not known, or says what it can't, is named in the answer.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use httpkit::json_body::parse;
use httpkit::paced;
use httpkit::problem::Refusal;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use wire::problem::{InvalidParameter, ProblemType};

/// An unknown member's name is told back up to so many characters.
const LONGEST_NAME: usize = 64;

/// A member of a control's body.
#[derive(Clone, Copy)]
pub(crate) struct Control {
    name: &'static str,
    must: &'static str,
    required: bool,
    fits: fn(&Value) -> bool,
    within: &'static [Control],
}

/// A body whose members are all known; its shape refuses others.
pub(crate) trait Controls: DeserializeOwned {
    /// Them all.
    const MEMBERS: &'static [Control];
}

/// A control's body, read.
pub(crate) struct Body<T>(pub(crate) T);

impl Control {
    /// A member that may be there; `must` says what it must be otherwise.
    pub(crate) const fn maybe<T: DeserializeOwned>(name: &'static str, must: &'static str) -> Self {
        Self {
            name,
            must,
            required: false,
            fits: fits::<Option<T>>,
            within: &[],
        }
    }

    /// A member that has to be there.
    pub(crate) const fn required<T: DeserializeOwned>(
        name: &'static str,
        must: &'static str,
    ) -> Self {
        Self {
            name,
            must,
            required: true,
            fits: fits::<T>,
            within: &[],
        }
    }

    /// It need not be there; `null` is not as good as nothing.
    pub(crate) const fn or_left_out(mut self) -> Self {
        self.required = false;
        self
    }

    /// It is an object, with these members.
    pub(crate) const fn with(mut self, within: &'static [Control]) -> Self {
        self.within = within;
        self
    }
}

impl<T: Controls, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let bytes = Bytes::from_request(request, state).await.map_err(|error| {
            paced::refusal(&error).unwrap_or_else(|| Refusal::new(ProblemType::TooLarge))
        })?;
        read(&bytes).map(Body)
    }
}

/// Reads a body.
///
/// # Errors
/// 400: with every member that is at fault, or with the place where it is no JSON.
pub(crate) fn read<T: Controls>(bytes: &[u8]) -> Result<T, Refusal> {
    parse(bytes).map_err(|unnamed| {
        let mut faults = Vec::new();
        match serde_json::from_slice(bytes) {
            Ok(Value::Object(came)) => look("", T::MEMBERS, &came, &mut faults),
            Ok(_) => fault("$", "Must be a JSON object", &mut faults),
            Err(_) => {}
        }
        if faults.is_empty() {
            return unnamed;
        }
        Refusal::validation(faults)
    })
}

fn fits<T: DeserializeOwned>(value: &Value) -> bool {
    T::deserialize(value).is_ok()
}

fn fault(name: &str, reason: &str, faults: &mut Vec<InvalidParameter>) {
    faults.push(InvalidParameter {
        name: name.to_owned(),
        reason: reason.to_owned(),
        value: None,
    });
}

/// The faults of an object that stands at `at`.
fn look(
    at: &str,
    members: &[Control],
    came: &Map<String, Value>,
    faults: &mut Vec<InvalidParameter>,
) {
    for member in members {
        let name = format!("{at}{}", member.name);
        match came.get(member.name) {
            None if member.required => fault(&name, "Is required", faults),
            Some(Value::Object(inner)) if !member.within.is_empty() => {
                look(&format!("{name}."), member.within, inner, faults);
            }
            Some(value) if !(member.fits)(value) => fault(&name, member.must, faults),
            _ => {}
        }
    }
    let known: Vec<_> = members.iter().map(|member| member.name).collect();
    for name in came.keys().filter(|name| !known.contains(&name.as_str())) {
        let short: String = name.chars().take(LONGEST_NAME).collect();
        let reason = format!("Is not known here; there are {}", known.join(", "));
        fault(&format!("{at}{short}"), &reason, faults);
    }
}
