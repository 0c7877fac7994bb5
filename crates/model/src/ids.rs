//! Identifiers, each of its own type, so that one kind cannot be passed for another.

use uuid::Uuid;

macro_rules! uuid_ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    )+};
}

uuid_ids! {
    /// A message as its sender names it: unique for one client system only.
    ClientMessageId,
    /// A message as the platform names it: unique here, sorted by arrival.
    MessageRef,
    /// A partner's system that holds an API key.
    ClientSystemId,
    /// One toolbar installation at a practice.
    DeviceId,
    /// One signed-in spell of a practitioner at a device.
    SessionId,
    /// An access token's public name; the token itself is secret.
    TokenId,
    /// A platform itself: its database, and what stands beside it.
    PlatformId,
    /// A key of the gateway's vault.
    DataKeyId,
    /// Files on their way into the gateway with one request.
    UploadId,
    /// An endpoint that is told what happens at the gateway.
    WebhookId,
    /// A page of a supplier's that practices open from the toolbar.
    WidgetId,
    /// A secret under which launches of this gateway's widget are encrypted.
    WidgetSecretId,
    /// One go at linking a patient to their PKB record.
    AttemptId,
}
