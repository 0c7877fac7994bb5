//! One fault, one answer: 400 with exactly one name, and that the right one (contract A.4 to A.14).

mod attachments;
mod coded;
mod envelope;
mod headers;
mod many;
mod shapes;
mod values;

use crate::actors::{Integrator, Toolbar};
use crate::sample::{OKAFOR, message};
use crate::world::{RIVERSIDE, World};
use serde_json::Value;
use std::fmt::Write as _;
use wire::partner::{INSTANT_TYPE, STANDARD_TYPE};
use wire::paths::partner;
use wire::problem::{InvalidParameter, ProblemType};

/// How a right message is spoiled.
enum Edit {
    /// The member at this pointer is set.
    Set(String, Value),
    /// It is left out.
    Remove(String),
    /// A piece of the text, which stands there once, is replaced: for what a tree cannot say.
    Replace(String, String),
}

/// One row of the table.
struct Row {
    edit: Edit,
    name: String,
    reason: Option<&'static str>,
}

impl Row {
    fn new(edit: Edit, name: &str) -> Self {
        Self {
            edit,
            name: name.to_owned(),
            reason: None,
        }
    }

    fn because(mut self, reason: &'static str) -> Self {
        self.reason = Some(reason);
        self
    }

    /// The text that is sent.
    fn spoiled(&self, kind: &str) -> String {
        let mut message = message(kind);
        match &self.edit {
            Edit::Set(pointer, value) => set(&mut message, pointer, value.clone()),
            Edit::Remove(pointer) => remove(&mut message, pointer),
            Edit::Replace(from, to) => {
                let text = message.to_string();
                assert_eq!(text.matches(from).count(), 1, "{from}");
                return text.replacen(from, to, 1);
            }
        }
        message.to_string()
    }

    fn label(&self) -> String {
        let mut label = match &self.edit {
            Edit::Set(pointer, value) => format!("{pointer} = {value}"),
            Edit::Remove(pointer) => format!("{pointer} left out"),
            Edit::Replace(from, to) => format!("{from} becomes {to}"),
        };
        label.truncate(
            label
                .char_indices()
                .nth(90)
                .map_or(label.len(), |(end, _)| end),
        );
        label
    }
}

/// A member set to something wrong; its fault bears its own name.
fn wrong(pointer: &str, value: impl Into<Value>) -> Row {
    Row::new(
        Edit::Set(pointer.to_owned(), value.into()),
        &name_of(pointer),
    )
}

/// As [`wrong`], with the fault told under another name.
fn wrong_at(pointer: &str, value: impl Into<Value>, name: &str) -> Row {
    Row::new(Edit::Set(pointer.to_owned(), value.into()), name)
}

fn missing(pointer: &str) -> Row {
    Row::new(Edit::Remove(pointer.to_owned()), &name_of(pointer)).because("Is required")
}

fn rewritten(from: &str, to: &str, name: &str) -> Row {
    Row::new(Edit::Replace(from.to_owned(), to.to_owned()), name)
}

/// `/attachments/0/content` is told as `attachments[0].content`.
fn name_of(pointer: &str) -> String {
    let mut name = String::new();
    for part in pointer.split('/').skip(1) {
        if part.parse::<usize>().is_ok() {
            let _ = write!(name, "[{part}]");
        } else {
            let dot = if name.is_empty() { "" } else { "." };
            let _ = write!(name, "{dot}{part}");
        }
    }
    name
}

/// Sets what a pointer names; a new member is added.
pub(crate) fn set(message: &mut Value, pointer: &str, value: Value) {
    let (parent, last) = pointer.rsplit_once('/').unwrap();
    let parent = message.pointer_mut(parent).unwrap();
    match parent {
        Value::Array(items) => items[last.parse::<usize>().unwrap()] = value,
        other => other[last] = value,
    }
}

pub(crate) fn remove(message: &mut Value, pointer: &str) {
    let (parent, last) = pointer.rsplit_once('/').unwrap();
    let parent = message
        .pointer_mut(parent)
        .unwrap()
        .as_object_mut()
        .unwrap();
    parent.remove(last).unwrap();
}

/// Somebody who may send both kinds.
struct Sender {
    world: World,
    partner: Integrator,
    token: String,
}

impl Sender {
    async fn new() -> Self {
        let world = World::new().await;
        let partner = world.integrator("Pharmacy First").await;
        let toolbar = Toolbar::signed_in(&world, RIVERSIDE, 1, OKAFOR).await;
        let token = partner.token_of(&world, &toolbar).await;
        Self {
            world,
            partner,
            token,
        }
    }

    /// The faults that a text is told, which must be refused for faults alone.
    async fn told(&self, kind: &str, text: String) -> Vec<InvalidParameter> {
        let answer = if kind == INSTANT_TYPE {
            let request = self
                .partner
                .posting_with(partner::INSTANT, &self.token, text);
            self.world.call(request).await
        } else {
            self.world
                .call(self.partner.posting(partner::MESSAGES, text))
                .await
        };
        let problem = answer.problem();
        assert_eq!(
            problem.problem_type(),
            Some(ProblemType::ValidationError),
            "{}",
            answer.text()
        );
        problem.invalid_parameters
    }
}

/// Sends every row to both endpoints; how many rows there were.
async fn check(rows: Vec<Row>) -> usize {
    let sender = Sender::new().await;
    for row in &rows {
        for kind in [STANDARD_TYPE, INSTANT_TYPE] {
            println!("{kind}: {}", row.label());
            let told = sender.told(kind, row.spoiled(kind)).await;
            let names: Vec<_> = told.iter().map(|fault| fault.name.as_str()).collect();
            assert_eq!(names, [row.name.as_str()], "{kind}: {}", row.label());
            let fault = told.first().unwrap();
            if let Some(reason) = row.reason {
                assert_eq!(fault.reason, reason, "{kind}: {}", row.label());
            }
            assert!(!fault.reason.is_empty() && fault.reason.starts_with(char::is_uppercase));
            values::assert_may_be_shown(fault);
        }
    }
    assert_eq!(sender.world.messages().await, 0, "nothing was accepted");
    assert_eq!(
        sender.world.blob_files(),
        [""; 0].map(std::path::PathBuf::from)
    );
    rows.len()
}

#[tokio::test]
async fn the_message_that_the_rows_spoil_is_accepted_at_both_endpoints() {
    let sender = Sender::new().await;
    let answer = sender
        .partner
        .send(&sender.world, &message(STANDARD_TYPE))
        .await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text());
    let instant = crate::sample::with_id(message(INSTANT_TYPE), &crate::sample::id(2));
    let answer = sender
        .partner
        .send_instant(&sender.world, &sender.token, &instant)
        .await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text());
    let path = answer.value()["messageStatusEndpoint"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(path, partner::status_of(&crate::sample::id(2)));
}

#[test]
fn the_table_has_at_least_120_rows() {
    let rows = [
        shapes::rows(),
        envelope::rows(),
        attachments::rows(),
        attachments::file_names(),
        coded::rows(),
    ];
    let rows: usize = rows.iter().map(Vec::len).sum::<usize>() + headers::CASES;
    println!("{rows} rows, each at both endpoints but those of headers");
    assert!(rows >= 120, "{rows} rows");
}
