//! Every path that one part of Baton calls on another, in one place for router, client, page and test.

/// The partner API (contract A).
pub mod partner {
    /// Connection and key check.
    pub const TEST: &str = "/api/v1/test";
    /// Topics that may be used.
    pub const TOPICS: &str = "/api/v1/topics";
    /// Send a standard message.
    pub const MESSAGES: &str = "/api/v1/messages";
    /// Send an instant message.
    pub const INSTANT: &str = "/api/v1/messages/instant";
    /// Where a message stands.
    pub const STATUS: &str = "/api/v1/messages/{messageId}/status";
    /// Exchange an access code for a token.
    pub const ACCESS_TOKEN: &str = "/api/v1/messages/instant/access/token";
    /// Whether a token is still good.
    pub const VERIFY: &str = "/api/v1/messages/instant/access/token/verify";
    /// The client system's own messages as they change.
    pub const EVENTS: &str = "/api/v1/events";
    /// Register a widget.
    pub const WIDGETS: &str = "/api/v1/widgets";
    /// The key with which a toolbar signs a launch's tokens.
    pub const WIDGET_KEY: &str = "/api/v1/widgets/keys/{kid}";
    /// The OpenAPI document.
    pub const OPENAPI: &str = "/openapi.json";
    /// The readable page made from it.
    pub const DOCS: &str = "/docs";
    /// The page behind a problem's `type`.
    pub const PROBLEM: &str = "/problems/{name}";

    /// The status path of one message, as the answer to a send gives it.
    pub fn status_of(message_id: &str) -> String {
        STATUS.replace("{messageId}", message_id)
    }
}

/// The gateway's product API (contract E).
pub mod gateway {
    /// Enter a message; list messages.
    pub const MESSAGES: &str = "/v1/messages";
    /// One message.
    pub const MESSAGE: &str = "/v1/messages/{messageId}";
    /// Let a refused message go again.
    pub const RELEASE: &str = "/v1/messages/{messageId}/release";
    /// Take a queued message out of its patient's line.
    pub const STOP: &str = "/v1/messages/{messageId}/stop";
    /// Ask the platform now where a message stands.
    pub const LOOK: &str = "/v1/messages/{messageId}/look";
    /// All users.
    pub const USERS: &str = "/v1/users";
    /// One user.
    pub const USER: &str = "/v1/users/{userId}";
    /// A user's authorisation.
    pub const AUTHORISATION: &str = "/v1/users/{userId}/authorisation";
    /// Make a link to the user's own page.
    pub const AUTHORISATION_LINK: &str = "/v1/users/{userId}/authorisation-link";
    /// What the toolbar opens for a practitioner: the launch of our widget.
    pub const LAUNCH: &str = "/launch";
    /// The page where a practitioner enters an access code.
    pub const AUTHORISE: &str = "/authorise/{userId}";
    /// All patients of the app.
    pub const PATIENTS: &str = "/v1/patients";
    /// One patient.
    pub const PATIENT: &str = "/v1/patients/{appUserId}";
    /// A patient's link to their PKB record.
    pub const PATIENT_LINK: &str = "/v1/patients/{appUserId}/link";
    /// The product's word that the patient came back.
    pub const LINK_CONFIRM: &str = "/v1/patients/{appUserId}/link/confirm";
    /// Read the patient's details again.
    pub const LINK_DETAILS: &str = "/v1/patients/{appUserId}/link/refresh-details";
    /// A reading of the patient's record; `path` may have slashes in it.
    pub const PATIENT_PKB: &str = "/v1/patients/{appUserId}/pkb/{path}";
    /// The same, as a router writes it.
    pub const PATIENT_PKB_ROUTE: &str = "/v1/patients/{appUserId}/pkb/{*path}";
    /// What happens, as it happens.
    pub const EVENTS: &str = "/v1/events";
    /// Endpoints that are told.
    pub const WEBHOOKS: &str = "/v1/webhooks";
    /// One endpoint.
    pub const WEBHOOK: &str = "/v1/webhooks/{webhookId}";
    /// See whether it listens.
    pub const WEBHOOK_TEST: &str = "/v1/webhooks/{webhookId}/test";
    /// Give it another secret.
    pub const WEBHOOK_ROTATE: &str = "/v1/webhooks/{webhookId}/rotate-secret";
    /// Post to it again.
    pub const WEBHOOK_ENABLE: &str = "/v1/webhooks/{webhookId}/enable";
    /// What was posted to it, or is owed.
    pub const WEBHOOK_DELIVERIES: &str = "/v1/webhooks/{webhookId}/deliveries";
    /// The OpenAPI document.
    pub const OPENAPI: &str = "/openapi.json";
    /// The readable page made from it.
    pub const DOCS: &str = "/docs";
    /// The page behind a problem's `type`.
    pub const PROBLEM: &str = "/problems/{name}";
    /// Pages for operators.
    pub const CONSOLE: &str = "/console";
    /// Pages for patients.
    pub const PATIENT_APP: &str = "/patient";
    /// Patients Know Best sends patients back to here.
    pub const PKB_CALLBACK: &str = "/pkb/callback";
    /// The query parameter of [`MESSAGES`] that only asks.
    pub const DRY_RUN: &str = "dryRun";
}

/// For operators.
pub mod operator {
    /// The process runs.
    pub const LIVE: &str = "/health/live";
    /// It can take messages.
    pub const READY: &str = "/health/ready";
    /// OpenMetrics text.
    pub const METRICS: &str = "/metrics";
}

/// The toolbar API (contract C).
pub mod practice {
    /// Register a toolbar.
    pub const REGISTRATIONS: &str = "/toolbar/v1/registrations";
    /// Undo one's own registration.
    pub const REGISTRATION: &str = "/toolbar/v1/registrations/current";
    /// Sign in.
    pub const SESSIONS: &str = "/toolbar/v1/sessions";
    /// Sign out.
    pub const SESSION: &str = "/toolbar/v1/sessions/current";
    /// Live delivery.
    pub const STREAM: &str = "/toolbar/v1/stream";
    /// What waits.
    pub const MESSAGES: &str = "/toolbar/v1/messages";
    /// One message.
    pub const MESSAGE: &str = "/toolbar/v1/messages/{messageRef}";
    /// One attachment's bytes.
    pub const ATTACHMENT: &str = "/toolbar/v1/messages/{messageRef}/attachments/{index}";
    /// Take a message under a lease.
    pub const CLAIM: &str = "/toolbar/v1/messages/{messageRef}/claim";
    /// Hold it longer.
    pub const RENEW: &str = "/toolbar/v1/messages/{messageRef}/renew";
    /// It is in the record.
    pub const COMPLETE: &str = "/toolbar/v1/messages/{messageRef}/complete";
    /// The record system would not take it.
    pub const FAIL: &str = "/toolbar/v1/messages/{messageRef}/fail";
    /// The practice refuses it.
    pub const REJECT: &str = "/toolbar/v1/messages/{messageRef}/reject";
    /// Give it back.
    pub const RELEASE: &str = "/toolbar/v1/messages/{messageRef}/release";
    /// Make an access code.
    pub const CODES: &str = "/toolbar/v1/codes";
    /// The practitioner's tokens.
    pub const TOKENS: &str = "/toolbar/v1/tokens";
    /// One token.
    pub const TOKEN: &str = "/toolbar/v1/tokens/{tokenId}";
    /// What stands on the practice's bars.
    pub const WIDGETS: &str = "/toolbar/v1/widgets";
    /// Whether the practitioner wants to see a widget.
    pub const WIDGET_HIDDEN: &str = "/toolbar/v1/widgets/{widgetId}/hidden";
    /// Open a widget.
    pub const WIDGET_LAUNCHES: &str = "/toolbar/v1/widgets/{widgetId}/launches";
}

/// The record system, as a toolbar uses it (contract D).
pub mod record_system {
    /// Who is signed in.
    pub const CURRENT_USER: &str = "/session/current";
    /// Base of its FHIR R4 API.
    pub const FHIR: &str = "/fhir";
}

/// Sandbox controls (contract G); only in `baton up`.
pub mod sandbox {
    /// What is in force.
    pub const STATE: &str = "/sandbox/v1";
    /// Move the clock forward.
    pub const CLOCK: &str = "/sandbox/v1/clock";
    /// Ask for faults.
    pub const FAULTS: &str = "/sandbox/v1/faults";
    /// Clear all faults.
    pub const RESET: &str = "/sandbox/v1/reset";
    /// Make an access code, in the practitioner's stead.
    pub const ACCESS_CODE: &str = "/sandbox/v1/access-code";
}
