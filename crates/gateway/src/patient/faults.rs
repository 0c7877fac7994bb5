//! What is wrong with a form: told at the top of the page and at each field.

use minijinja::{Value, value::Serde};
use model::Secret;
use signin::password::{self, Weak, weakness};
use std::collections::BTreeMap;

/// Many want the same at this moment.
pub(super) const FULL: &str =
    "Many people are using this page at the moment. Try again in a few seconds";
/// The form's guard did not hold.
pub(super) const STALE: &str = "This page was open for a long time. Try again";

/// What is wrong, in the order of the fields.
#[derive(Clone, Debug, Default)]
pub(super) struct Faults(Vec<Fault>);

#[derive(Clone, Debug)]
struct Fault {
    field: &'static str,
    text: String,
}

impl Faults {
    /// One fault.
    pub(super) fn one(field: &'static str, text: &str) -> Self {
        let mut faults = Self::default();
        faults.add(field, text);
        faults
    }

    /// Another fault.
    pub(super) fn add(&mut self, field: &'static str, text: &str) {
        self.0.push(Fault {
            field,
            text: text.to_owned(),
        });
    }

    /// What is wrong with a new password, if anything.
    pub(super) fn of_password(&mut self, field: &'static str, password: &Secret, name: &str) {
        let Some(weak) = weakness(password, name) else {
            return;
        };
        let text = match weak {
            Weak::Short if password.reveal().is_empty() => "Enter a password".to_owned(),
            Weak::Short => format!(
                "Your password must have {} characters or more",
                password::SHORTEST
            ),
            Weak::Long => "Your password is too long for us to use. Choose a shorter one".to_owned(),
            Weak::Common => {
                "Many people use a password like this one, so it is easy to guess. Choose another one"
                    .to_owned()
            }
            Weak::LikeName => {
                "Your password must not be like your email address. Choose another one".to_owned()
            }
        };
        self.add(field, &text);
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// For templates: `list` for the summary, and the text of each field by its name.
    pub(super) fn context(&self) -> Value {
        let of = self
            .0
            .iter()
            .map(|fault| (fault.field, fault.text.as_str()));
        let list = self.0.iter().map(|fault| {
            minijinja::context! { text => fault.text.as_str(), href => format!("#{}", fault.field) }
        });
        minijinja::context! {
            list => list.collect::<Vec<_>>(),
            of => Serde(of.collect::<BTreeMap<_, _>>()),
        }
    }
}
