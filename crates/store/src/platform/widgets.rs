//! Widgets: registered by client systems, decided on by operators, opened by practitioners.

use crate::Result;
use async_trait::async_trait;
use jiff::Timestamp;
use model::practitioner::Practitioner;
use model::widget::Content;
use model::widget::life::{OtherRevision, Practices, Reason, Standing};
use model::{Actor, ClientSystemId, DeviceId, Hash, WidgetId};

/// What a client system registers.
#[derive(Clone, Debug)]
pub struct NewWidget {
    /// The id it gets, unless the client system has a widget of that name.
    pub id: WidgetId,
    /// Who.
    pub client: ClientSystemId,
    /// What it said.
    pub content: Content,
    /// A keyed hash of [`Content::to_mark`]: equal when nothing changed.
    pub mark: Hash,
    /// The secret, sealed to this client system's widget of this name.
    pub secret: Vec<u8>,
    /// When.
    pub at: Timestamp,
}

/// A widget without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Widget {
    /// Its id.
    pub id: WidgetId,
    /// Whose.
    pub client: ClientSystemId,
    /// That client system's name.
    pub client_name: String,
    /// What its client system said of it.
    pub content: Content,
    /// Which revision that is, and where it stands.
    pub standing: Standing,
    /// When it was registered first.
    pub registered_at: Timestamp,
    /// When it was changed last, or registered.
    pub changed_at: Timestamp,
    /// When an operator approved or refused this revision.
    pub decided_at: Option<Timestamp>,
}

/// A widget as a practitioner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownWidget {
    /// It.
    pub widget: Widget,
    /// Whether they want it out of sight.
    pub hidden: bool,
}

/// What came of an operator's word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decided {
    /// It stands so now, or stood so already.
    Stands(Box<Widget>),
    /// It was about another content than there is.
    Other(OtherRevision),
    /// There is no such widget.
    Unknown,
}

/// A practitioner opens a widget.
#[derive(Clone, Debug)]
pub struct Launch {
    /// What.
    pub widget: WidgetId,
    /// As they saw it.
    pub revision: u32,
    /// Who.
    pub who: Practitioner,
    /// Whose device signed the tokens.
    pub device: DeviceId,
    /// The tokens' ids, each with the moment until which it is remembered. Each works once.
    pub tokens: Vec<(String, Timestamp)>,
    /// The tokens as the audit log names them ([`model::widget::launch::named`]); never what they say.
    pub noted: Vec<String>,
    /// When.
    pub at: Timestamp,
}

/// What came of opening a widget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Launched {
    /// It is in the audit log, and its tokens are used up.
    Noted,
    /// One of its tokens was used before. The other one is used up now, too.
    UsedBefore,
    /// The practice does not see this revision, or no longer. Nothing was written.
    NotShown,
}

/// Widgets.
#[async_trait]
pub trait Widgets: Send + Sync {
    /// Registers a widget, or changes the one of that name ([`model::widget::life::Event::Changed`]); the same again
    /// changes nothing, and leaves no audit entry.
    async fn register(&self, by: &Actor, new: &NewWidget) -> Result<Widget>;
    /// One widget.
    async fn widget(&self, id: WidgetId) -> Result<Option<Widget>>;
    /// Every widget, by client system's name and its own.
    async fn widgets(&self) -> Result<Vec<Widget>>;
    /// An operator lets practices see one revision.
    async fn approve(
        &self,
        by: &Actor,
        id: WidgetId,
        revision: u32,
        practices: &Practices,
        at: Timestamp,
    ) -> Result<Decided>;
    /// An operator refuses one revision.
    async fn refuse(
        &self,
        by: &Actor,
        id: WidgetId,
        revision: u32,
        reason: &Reason,
        at: Timestamp,
    ) -> Result<Decided>;
    /// What a practitioner's practice sees, by name; nothing of a client system that is disabled.
    async fn shown_to(&self, who: &Practitioner) -> Result<Vec<ShownWidget>>;
    /// Puts a widget that the practice sees out of a practitioner's sight, or back. `false` when the practice does not
    /// see it.
    async fn hide(
        &self,
        by: &Actor,
        who: &Practitioner,
        id: WidgetId,
        hidden: bool,
        at: Timestamp,
    ) -> Result<bool>;
    /// The sealed secret of a widget at a revision.
    async fn secret(&self, id: WidgetId, revision: u32) -> Result<Option<Vec<u8>>>;
    /// Notes that a widget is opened, and uses up its tokens.
    async fn launch(&self, by: &Actor, launch: &Launch) -> Result<Launched>;
}
