//! The collection's requests in order, each with what it sends and what must come back.

use super::bodies;
use crate::endpoints::{self, Endpoint};
use crate::headers::{ACCESS_TOKEN, ACCESS_TOKEN_ALIAS};
use serde_json::Value;

/// The sandbox's stand-in for the practitioner.
const MAKE_CODE: &str = crate::paths::sandbox::ACCESS_CODE;
/// A token that nobody was ever given.
const UNKNOWN_TOKEN: &str = "00000000-0000-4000-8000-000000000000";

macro_rules! script {
    ($name:literal) => {
        include_str!(concat!("scripts/", $name, ".js"))
    };
}

/// What a request is sent to.
pub(super) enum Target {
    Endpoint(&'static Endpoint),
    Sandbox(&'static str),
}

/// One request.
pub(super) struct Step {
    pub(super) name: &'static str,
    pub(super) target: Target,
    /// Words for this request, before the endpoint's own.
    pub(super) note: &'static str,
    pub(super) with_key: bool,
    /// Header and value of the token.
    pub(super) token: Option<(&'static str, &'static str)>,
    /// The variable that stands for the path's message id.
    pub(super) message_id: &'static str,
    pub(super) body: Option<Value>,
    pub(super) before: Option<&'static str>,
    pub(super) test: &'static str,
}

impl Step {
    /// Words for this request, and for the operation that it calls.
    pub(super) fn description(&self) -> String {
        match (self.note, &self.target) {
            ("", Target::Endpoint(endpoint)) => endpoint.description.to_owned(),
            (note, Target::Endpoint(endpoint)) => format!("{note}\n\n{}", endpoint.description),
            (note, Target::Sandbox(_)) => note.to_owned(),
        }
    }
}

/// A plain call with the key.
fn step(name: &'static str, endpoint: &'static str, test: &'static str) -> Option<Step> {
    Some(Step {
        name,
        target: Target::Endpoint(endpoints::find(endpoint)?),
        note: "",
        with_key: true,
        token: None,
        message_id: "messageId",
        body: None,
        before: None,
        test,
    })
}

/// Every request, in the order of the run.
pub(super) fn all() -> Vec<Step> {
    let main = [
        step("test-connection", "testConnection", script!("test-connection")),
        step("step-1-query-topics", "listTopics", script!("query-topics")),
        step("step-2a-make-access-code", "testConnection", script!("make-access-code")).map(|s| Step {
            target: Target::Sandbox(MAKE_CODE),
            note: "Sandbox only. Stands in for the practitioner, who makes a code in the toolbar and reads it to you. Against a real platform set `accessCode` in the environment: then this request is skipped.",
            with_key: false,
            ..s
        }),
        step("step-2-exchange-access-code", "exchangeAccessCode", script!("exchange-access-code"))
            .map(|s| Step { body: Some(bodies::code()), ..s }),
        step("step-3-verify-token", "verifyAccessToken", script!("verify-token"))
            .map(|s| Step { token: Some((ACCESS_TOKEN_ALIAS, "{{token}}")), ..s }),
        step("step-4-send-instant-message", "sendInstantMessage", script!("message-sent")).map(|s| Step {
            token: Some((ACCESS_TOKEN, "{{token}}")),
            body: Some(bodies::instant("{{messageId}}")),
            before: Some(script!("new-message-id")),
            ..s
        }),
        step("step-5-query-status", "queryMessageStatus", script!("status-completed")).map(|s| Step {
            note: "Asks again until the documents are in the record, for half a minute at most.",
            ..s
        }),
        step("step-6-send-standard-message", "sendStandardMessage", script!("standard-message-sent")).map(|s| Step {
            body: Some(bodies::standard(FIRST)),
            before: Some(script!("new-standard-message-id")),
            ..s
        }),
        step("step-7-query-status", "queryMessageStatus", script!("status-awaiting-review"))
            .map(|s| Step { message_id: "standardMessageId", ..s }),
    ];
    main.into_iter().chain(afterwards()).flatten().collect()
}

const FIRST: &str = "Medicines handed out today. Please file.";
const OTHER: &str = "Other words under an id that is taken.";

/// What happens on a retry and on mistakes; and a widget.
fn afterwards() -> [Option<Step>; 6] {
    [
        step("send-same-message-again", "sendStandardMessage", script!("standard-message-sent")).map(|s| Step {
            note: "A retry after a lost answer: same id, same content, same answer, and no second message.",
            body: Some(bodies::standard(FIRST)),
            ..s
        }),
        step("send-other-content-with-same-id", "sendStandardMessage", script!("refused-conflict")).map(|s| Step {
            note: "A mistake: an id that is taken. Answered 409.",
            body: Some(bodies::standard(OTHER)),
            ..s
        }),
        step("send-faulty-request", "sendStandardMessage", script!("refused-faults")).map(|s| Step {
            note: "A request with five faults. Answered 400 with all of them.",
            body: Some(bodies::faulty()),
            before: Some(script!("new-scratch-message-id")),
            ..s
        }),
        step("send-with-unknown-token", "sendInstantMessage", script!("refused-token")).map(|s| Step {
            note: "A token that nobody was given. Answered 403.",
            token: Some((ACCESS_TOKEN, UNKNOWN_TOKEN)),
            body: Some(bodies::instant("{{scratchMessageId}}")),
            before: Some(script!("new-scratch-message-id")),
            ..s
        }),
        step("register-widget", "registerWidget", script!("widget-registered")).map(|s| Step {
            note: "A page of yours for the practice's toolbar. Nobody sees it until whoever runs the server has approved it.",
            body: Some(bodies::widget()),
            ..s
        }),
        step("call-without-key", "testConnection", script!("refused-key")).map(|s| Step {
            note: "No key. Answered 401.",
            with_key: false,
            ..s
        }),
    ]
}
