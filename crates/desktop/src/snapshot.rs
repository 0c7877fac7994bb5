//! What the window shows at one moment: plain data, made by the bridge, drawn by the screens.
//!
//! Screens read nothing else of the toolbar, so that a test can show them anything. Types that say who a patient is
//! have no `Debug`.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use model::NhsNumber;
use std::sync::Arc;

/// Everything that is shown. Cheap to clone.
#[derive(Clone)]
pub struct Snapshot {
    /// The present moment, by the toolbar's clock.
    pub now: Timestamp,
    /// How often somebody started the program again to get at it by keyboard.
    pub summoned: u64,
    /// The zone in which times are told.
    pub zone: TimeZone,
    /// Where the toolbar stands.
    pub standing: Standing,
    /// What waits.
    pub inbox: Arc<Inbox>,
    /// The message that is open, if one is.
    pub opened: Option<Arc<OpenMessage>>,
    /// An act that can still be taken back.
    pub pending: Option<PendingAct>,
    /// What the last act came to, in words, until the next one.
    pub told: Option<Told>,
    /// Who may send in the practitioner's name.
    pub permissions: Permissions,
    /// The access code on screen, if the practitioner asked for one.
    pub code: CodeOnScreen,
    /// Notices, oldest first.
    pub notices: Arc<Vec<Notice>>,
    /// Widgets of this practice, hidden ones too.
    pub widgets: Arc<Vec<Widget>>,
    /// Settings as they are in force.
    pub settings: SettingsShown,
    /// The registration form's last answer.
    pub registering: Registering,
}

/// Where the toolbar stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It has only just started.
    Starting,
    /// The platform doesn't know this PC; the first start, or after unregistering.
    NotRegistered {
        /// Why, in words.
        reason: String,
    },
    /// Nobody is signed in.
    SignedOut {
        /// Why, in words, with what to do about it.
        reason: String,
        /// The practitioner chose it, so that a button can undo it.
        by_choice: bool,
    },
    /// On the way to the platform.
    Connecting {
        /// Who.
        who: Who,
    },
    /// Signed in, with the stream open.
    Online {
        /// Who.
        who: Who,
    },
    /// On the way out, by choice: what was decided is handed over first.
    Leaving,
    /// Cut off from the platform.
    Offline {
        /// Who, if somebody was signed in.
        who: Option<Who>,
        /// What is wrong, in words.
        reason: String,
        /// Since when.
        since: Timestamp,
        /// The next try.
        next_try: Option<Timestamp>,
    },
    /// The platform refuses this PC or this practitioner.
    Blocked {
        /// In the platform's words.
        reason: String,
    },
    /// It can't even start on this PC.
    Broken {
        /// Why, in words.
        reason: String,
    },
}

/// The practitioner at this PC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    /// Name.
    pub name: String,
    /// Spine User ID.
    pub spine_user_id: String,
    /// The practice's name; empty until it is known.
    pub practice: String,
    /// Its ODS code.
    pub ods_code: String,
}

/// What waits.
#[derive(Clone, Default)]
pub struct Inbox {
    /// Everything, oldest first.
    pub rows: Vec<Row>,
    /// It was read to its end since the sign-in.
    pub complete: bool,
}

/// Why a message waits for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// Its import failed.
    Failed,
    /// Nobody took it in time.
    TimedOut,
    /// The permission was withdrawn before the import.
    Withdrawn,
    /// It was sent for review.
    Standard,
    /// It imports by itself and has not been taken yet.
    Importing,
}

/// One message of the inbox.
#[derive(Clone)]
pub struct Row {
    /// The platform's name for it.
    pub reference: String,
    /// The patient.
    pub nhs_number: NhsNumber,
    /// The patient's name in the record, once it was looked up.
    pub patient: Option<String>,
    /// The client system's name.
    pub sender: String,
    /// Topic.
    pub topic: String,
    /// When the platform accepted it.
    pub received_at: Timestamp,
    /// When its time runs out.
    pub expires_at: Timestamp,
    /// Why it waits.
    pub why: Why,
    /// The reason in words, for instance of a failed import.
    pub reason: Option<String>,
    /// Who has it open elsewhere, if somebody has.
    pub open_at: Option<String>,
    /// How many documents.
    pub documents: u32,
    /// How many coded items.
    pub coded_items: u32,
}

/// A message that is open for review.
#[derive(Clone)]
pub struct OpenMessage {
    /// As the list shows it.
    pub row: Row,
    /// Whether it may be acted upon.
    pub holding: Holding,
    /// Words for the practice, ready to be drawn.
    pub body: Vec<preview::Block>,
    /// Documents, in the sender's order.
    pub documents: Vec<Document>,
    /// Coded data.
    pub coded: Vec<Coded>,
    /// The patient as the record system knows them.
    pub card: Card,
    /// What a search of every text for NHS numbers came to; `None` while it goes on.
    pub searched: Option<preview::Searched>,
}

impl OpenMessage {
    /// Whether it has a document that can't be shown: whoever imports it has not seen it.
    pub fn holds_unseen(&self) -> bool {
        let contents = self.documents.iter().map(|document| &document.content);
        contents
            .into_iter()
            .any(|content| matches!(content, Content::NotShown { .. }))
    }
}

/// Whether an open message may be acted upon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holding {
    /// The claim is being asked for.
    Asking,
    /// It is ours.
    Ours,
    /// Somebody else has it open.
    Theirs {
        /// Whose toolbar, if the platform says.
        name: Option<String>,
    },
    /// It was ours and is no more.
    Lost {
        /// Why, in words.
        reason: String,
    },
}

/// A document of an open message.
#[derive(Clone)]
pub struct Document {
    /// File name.
    pub name: String,
    /// For people: `PDF`, `Picture`, `Text`, `Consultation notes`.
    pub kind: &'static str,
    /// Bytes.
    pub size: u64,
    /// What can be seen of it.
    pub content: Content,
}

/// What can be seen of a document.
#[derive(Clone)]
pub enum Content {
    /// It is on its way.
    Loading,
    /// Pages, or one picture: those that have been drawn.
    Pages(Vec<Option<Arc<PageImage>>>),
    /// Text.
    Text(Arc<str>),
    /// It can't be shown.
    NotShown {
        /// Why, in words.
        reason: String,
    },
}

/// A drawn page.
pub struct PageImage {
    /// Tells one drawing from another: a texture is made once for each.
    pub id: u64,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Red, green, blue, alpha, not premultiplied; row after row.
    pub rgba: Vec<u8>,
}

/// A coded item.
#[derive(Clone)]
pub struct Coded {
    /// SNOMED CT concept.
    pub code: String,
    /// Value and unit as the sender wrote them.
    pub value: Option<String>,
    /// Words.
    pub words: Option<String>,
}

/// The patient as the record system knows them.
#[derive(Clone, PartialEq, Eq)]
pub enum Card {
    /// Being asked.
    Asking,
    /// Nobody has this NHS number.
    Nobody,
    /// This patient has it.
    One {
        /// Name.
        name: String,
        /// Date of birth.
        born: Option<Date>,
        /// They have died.
        deceased: bool,
        /// The record's page, if the record system has one.
        record: Option<String>,
    },
    /// So many patients have it.
    Several(usize),
    /// This record system can't be asked.
    NotAsked,
    /// It did not answer.
    Silent {
        /// Why, in words.
        reason: String,
    },
}

/// An act that can still be taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingAct {
    /// The message.
    pub reference: String,
    /// What is about to happen.
    pub act: Act,
    /// When it becomes final.
    pub final_at: Timestamp,
}

/// What is done about a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Into the record.
    Import,
    /// Back to its sender.
    Reject,
}

/// What an act came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Whether it is good news.
    pub good: bool,
    /// In words.
    pub words: String,
}

/// Who may send in the practitioner's name.
#[derive(Clone, Default)]
pub struct Permissions {
    /// Newest first; `None` until they were read.
    pub list: Option<Arc<Vec<Permission>>>,
    /// Why they can't be read, in words.
    pub trouble: Option<String>,
}

/// One permission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permission {
    /// Its public name.
    pub token_id: String,
    /// The client system.
    pub client: String,
    /// Since when.
    pub made_at: Timestamp,
    /// Its last use.
    pub last_used_at: Option<Timestamp>,
}

/// The access code on screen. No `Debug`: it is a secret.
#[derive(Clone, Default)]
pub enum CodeOnScreen {
    /// None was asked for.
    #[default]
    None,
    /// One is being made.
    Making,
    /// This one.
    Shown {
        /// Eight characters.
        code: String,
        /// When it was shown, for the ring.
        made_at: Timestamp,
        /// When it ends; a new one follows by itself.
        ends_at: Timestamp,
        /// Who used the one before it, or this one, and when.
        used: Option<Used>,
    },
    /// A code was used and no new one was asked for.
    Done(Used),
    /// None can be made now.
    Trouble {
        /// Why, in words.
        reason: String,
    },
}

/// That a code was used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Used {
    /// By which client system.
    pub client: String,
    /// When.
    pub at: Timestamp,
}

/// Something that happened by itself, told at the bottom right.
#[derive(Clone)]
pub struct Notice {
    /// Its number.
    pub id: u64,
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: Happened,
    /// The message.
    pub reference: String,
    /// The patient's name and NHS number as far as they are known, for people.
    pub patient: String,
    /// Topic and sender, for people.
    pub message: String,
    /// The record's page, if a click can open it.
    pub record: Option<String>,
}

/// What a notice tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happened {
    /// It is in the record.
    Imported {
        /// Another PC of the practitioner did it.
        elsewhere: bool,
    },
    /// It could not be imported and waits in the inbox.
    Failed {
        /// Why, in words.
        reason: String,
    },
    /// It is in the record, but the platform does not know yet.
    Unreported,
    /// A message arrived that waits for review.
    Waiting,
    /// Something that somebody asked for could not be done, in words; it has no message.
    Trouble {
        /// Why.
        words: String,
    },
}

/// A widget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Widget {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its icon, by the pack's name.
    pub icon: String,
    /// Whose it is.
    pub client: String,
    /// It wants to know which patient.
    pub wants_patient: bool,
    /// This practitioner hid it.
    pub hidden: bool,
}

/// Settings as they are in force.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct SettingsShown {
    /// The platform's address.
    pub platform: String,
    /// The record system.
    pub records: RecordsChoice,
    /// The PC's name at the platform.
    pub device_name: String,
    /// Where the private key is kept, in words.
    pub key_kept: String,
    /// Where settings and device are kept.
    pub folder: String,
    /// Everything is kept in one window.
    pub one_window: bool,
    /// What the last save came to.
    pub saved: Option<Result<String, String>>,
}

/// A record system that speaks FHIR R4.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct FhirChoice {
    /// Its address.
    pub url: String,
    /// The page of a patient's record, with `{nhsNumber}` in it; empty if it has none.
    pub page: String,
}

/// Which record system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordsChoice {
    /// FHIR R4.
    Fhir(FhirChoice),
    /// A watched folder.
    Folder(String),
}

impl Default for RecordsChoice {
    fn default() -> Self {
        Self::Fhir(FhirChoice::default())
    }
}

/// The registration form's last answer.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Registering {
    /// It was not sent.
    #[default]
    No,
    /// It is on its way.
    Sent,
    /// It was refused.
    Refused(String),
}
