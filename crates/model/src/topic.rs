//! Topics: the categories a client system may give a message.

/// The one topic that the public documents name; there when a platform is new.
pub const DISPENSE_EVENT: &str = "DispenseEventNotification";

/// Topics that a new platform starts with. Operators add their own.
pub const INITIAL: [&str; 4] = [
    DISPENSE_EVENT,
    "ConsultationSummary",
    "DischargeSummary",
    "TestResultNotification",
];

/// Whether `name` can be a topic: 1 to 64 ASCII letters, digits, hyphens or underscores.
pub fn is_topic_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}
