//! Launches from the toolbar: the secret of our widget, tokens that were used, and which user is which practitioner.

use super::Sealed;
use crate::Result;
use async_trait::async_trait;
use jiff::Timestamp;
use model::widget::{LaunchUrl, Method, Name};
use model::{DeviceId, OdsCode, SpineUserId, UserId, WidgetSecretId};
use uuid::Uuid;

/// A secret under which our widget is registered at the platform, with what it was registered with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WidgetSecret {
    /// Its own id: a widget has another secret after a change, and both work for a while.
    pub id: WidgetSecretId,
    /// The widget's name.
    pub name: Name,
    /// What the toolbar opens, and so the audience of its tokens.
    pub launch_url: LaunchUrl,
    /// How tokens are encrypted.
    pub method: Method,
    /// The secret, sealed to [`super::SealedPlace::WidgetSecret`].
    pub secret: Sealed,
    /// When it was made.
    pub made_at: Timestamp,
}

/// A practitioner at one practice. That practice's PCs say who sits there, and nobody else can: the same Spine User ID
/// at another practice is somebody else to us, until the product says otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seat {
    /// Who.
    pub spine_user_id: SpineUserId,
    /// At which practice.
    pub ods_code: OdsCode,
}

/// A launch whose tokens were checked.
#[derive(Clone, Debug)]
pub struct Launch {
    /// The toolbar that signed.
    pub device: DeviceId,
    /// The token's id, which works once.
    pub jti: Uuid,
    /// This try to use it: the same when a COMMIT in doubt is run again, another for everybody else.
    pub attempt: Uuid,
    /// From then on the token is refused for its age, and its id need not be remembered.
    pub until: Timestamp,
    /// Who opened the widget, and where.
    pub seat: Seat,
    /// Under which name.
    pub name: String,
}

/// What came of a launch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Launched {
    /// It is this user's, who was made if nobody was this practitioner at this practice.
    By(UserId),
    /// Its token was used before.
    Again,
}

/// A practitioner, and which user they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// The practitioner and the practice.
    pub seat: Seat,
    /// The user, who is nobody else.
    pub user: UserId,
    /// The name at the last launch.
    pub name: Option<String>,
    /// When that became known.
    pub linked_at: Timestamp,
    /// When the toolbar was last used to come here.
    pub last_launch_at: Option<Timestamp>,
}

/// What came of the product's word that a user is a practitioner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// So it is.
    Put {
        /// Whether the user is new.
        new: bool,
    },
    /// Nothing changed: the practitioner is another user at this practice.
    IsAnother(UserId),
    /// Nothing changed: the user is another practitioner, or is this one at another practice.
    IsSomebodyElse,
}

/// How ids begin that the gateway gives to users.
pub const OWN_ID: &str = "spine-";

/// The id of the user who is made for a practitioner whom nobody is: with the practice in lower case, and a number behind
/// it where users have these ids already. Such a user's id says nothing: whoever has it might be anybody.
pub fn own_ids(seat: &Seat) -> impl Iterator<Item = Option<UserId>> {
    let practice = seat.ods_code.as_str().to_ascii_lowercase();
    let first = format!("{OWN_ID}{}-{practice}", seat.spine_user_id);
    let more = (2..1000).map({
        let first = first.clone();
        move |number| format!("{first}-{number}")
    });
    std::iter::once(first)
        .chain(more)
        .map(|id| UserId::parse(&id).ok())
}

/// Launches. `by` says who did it, as in [`super::Happened`].
#[async_trait]
pub trait Launches: Send + Sync {
    /// Adds a secret of our widget.
    async fn add_secret(&self, secret: &WidgetSecret) -> Result<()>;
    /// All of them, newest first.
    async fn secrets(&self) -> Result<Vec<WidgetSecret>>;
    /// Removes the other secrets of the widget of this name. How many went.
    async fn keep_only(&self, name: &Name, id: WidgetSecretId) -> Result<u64>;
    /// Uses a token up, before all else; then finds the user who is this practitioner at this practice, or makes one,
    /// and tells that as an event. Ids of tokens whose time is over go on the way.
    async fn launch(&self, by: &str, launch: &Launch, at: Timestamp) -> Result<Launched>;
    /// Adds a user or gives one a new name, and notes which practitioner that is, and where. New knowledge is told as an event.
    async fn say(
        &self,
        by: &str,
        id: &UserId,
        name: Option<&str>,
        is: &Seat,
        at: Timestamp,
    ) -> Result<Said>;
    /// Which practitioners the users from one id to another are, by the users' ids.
    async fn known(&self, from: &UserId, to: &UserId) -> Result<Vec<Known>>;
}
