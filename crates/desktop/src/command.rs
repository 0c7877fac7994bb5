//! What somebody asked of the window: collected by the screens, carried out by the bridge.

use model::{NhsNumber, Secret};

/// One order.
pub enum Command {
    /// Register this PC.
    Register(Registration),
    /// Undo the registration.
    Unregister,
    /// Sign in again after signing out by choice.
    SignIn,
    /// Sign out.
    SignOut,
    /// Try the platform now.
    RetryNow,
    /// Finish what is pending, sign out and end.
    Quit,

    /// Read the permissions again.
    ReadPermissions,
    /// Withdraw one.
    Withdraw {
        /// Its public name.
        token_id: String,
    },
    /// Show access codes, one after the other, until [`Command::HideCode`].
    ShowCode,
    /// No more codes.
    HideCode,

    /// Open a message for review.
    Open {
        /// The platform's name for it.
        reference: String,
    },
    /// Let it go.
    Close,
    /// Draw a page of the open message.
    DrawPage {
        /// Which document.
        document: usize,
        /// Which page, from 0.
        page: usize,
        /// Pixels across that it will be shown with.
        width: u32,
    },
    /// Put the open message into the record, in a few seconds.
    Import {
        /// Which message was looked at; refused if another is open by then.
        reference: String,
        /// Somebody confirmed, having been shown that another patient's NHS number is in it.
        confirmed: bool,
    },
    /// Reject the open message, in a few seconds.
    Reject {
        /// Which message was looked at; refused if another is open by then.
        reference: String,
        /// The words that its sender will read: 1 to 500 characters.
        reason: String,
    },
    /// Take the pending act back.
    Undo,
    /// Look up the names of these patients.
    WantNames(Vec<NhsNumber>),

    /// Open a record's page in the browser.
    OpenRecord {
        /// Its address, from a notice or a card.
        address: String,
    },
    /// Close a notice.
    Dismiss {
        /// Its number.
        notice: u64,
    },

    /// Open a widget.
    LaunchWidget {
        /// Which.
        id: String,
        /// For which patient, if it wants one.
        patient: Option<NhsNumber>,
    },
    /// Hide a widget or show it again.
    HideWidget {
        /// Which.
        id: String,
        /// Whether it is to be hidden.
        hidden: bool,
    },

    /// Keep everything in one window, or let every part have its own.
    OneWindow(bool),
    /// Keep new settings; they are in force after a restart of the connection.
    SaveSettings {
        /// The platform's address.
        platform: String,
        /// The record system.
        records: crate::snapshot::RecordsChoice,
    },
}

/// What the registration form holds.
pub struct Registration {
    /// Key part 1.
    pub key_part1: Secret,
    /// Key part 2.
    pub key_part2: Secret,
    /// The practice's ODS code.
    pub practice: String,
    /// What the practice calls this PC.
    pub device_name: String,
}
