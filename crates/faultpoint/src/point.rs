//! The dangerous moments, each with what a death there must leave behind.

use std::fmt;

macro_rules! points {
    ($($(#[$doc:meta])* $name:ident $kind:ident $text:literal,)*) => {
        /// A dangerous moment. What every one of them has in common: after the next start and the retry of
        /// whoever had no answer, a message that was answered with 200 is in the record exactly once and
        /// its sender can read how it ended.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Point { $($(#[$doc])* $name,)* }

        impl Point {
            /// Every point, in the order in which a message meets them.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// Its name in a plan.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// Whether it is on a patient's way to their PKB record, where no message comes by. What such a death must
            /// leave behind: no refresh token is sent twice, and no link is lost whose token was not spent.
            pub fn is_of_links(self) -> bool {
                matches!(
                    self,
                    Self::GatewayLinkExchanged
                        | Self::GatewayRefreshTaken
                        | Self::GatewayRefreshCalling
                        | Self::GatewayRefreshAnswered
                        | Self::GatewayRefreshStored
                )
            }

            /// Whether it is in a toolbar that files into a folder, not into a record system that speaks FHIR.
            pub fn is_of_folders(self) -> bool {
                matches!(
                    self,
                    Self::FolderWrite
                        | Self::FolderWritten
                        | Self::FolderMoving
                        | Self::FolderMoved
                        | Self::FolderFiled
                        | Self::FolderTakenBack
                )
            }

            /// Whether it is passed by [`crate::disk`], so that it can be slowed and failed.
            pub fn is_disk(self) -> bool {
                match self { $(Self::$name => points!(@ $kind),)* }
            }
        }
    };
    (@ disk) => { true };
    (@ moment) => { false };
}

points! {
    /// The platform has exchanged an access code, and the gateway has not sealed the token. It is lost with the
    /// code; the practitioner makes another one.
    GatewayExchanged moment "gateway-exchanged",
    /// Before the gateway stores a message. Nothing of it but files that are swept; nobody was answered.
    GatewayEntry moment "gateway-entry",
    /// After it, before the product is answered. The message is sent; a retry gets the answer that was lost.
    GatewayEntered moment "gateway-entered",
    /// Before the gateway sends a message. Its lease ends, and it is sent then.
    GatewaySend moment "gateway-send",
    /// Before the file of a blob is made. Nothing of the message is left.
    BlobBegin disk "blob-begin",
    /// Before a piece of a blob is written. The unfinished file is removed at the next start.
    BlobWrite disk "blob-write",
    /// Before the content of a blob is synced. As [`Self::BlobWrite`].
    BlobSync disk "blob-sync",
    /// After it. As [`Self::BlobWrite`].
    BlobSynced disk "blob-synced",
    /// Before a blob gets its name. As [`Self::BlobWrite`].
    BlobRename disk "blob-rename",
    /// After it, before the folder is synced. A blob that no row names; a sweep removes it.
    BlobRenamed disk "blob-renamed",
    /// After the folder was synced. As [`Self::BlobRenamed`].
    BlobFolderSynced disk "blob-folder-synced",
    /// Before COMMIT of the platform's database. Nothing of any call in the batch; nobody was answered.
    Commit disk "commit",
    /// After COMMIT, before anybody is woken or answered. All of it; whoever asks again finds it done.
    Committed moment "committed",
    /// After a message was stored, before its sender is answered. The message is delivered; a retry
    /// gets the answer that was lost.
    Accepted moment "accepted",
    /// The platform has answered, and the gateway has not stored the answer. It sends the same again, and the
    /// platform answers the same.
    GatewayAnswered moment "gateway-answered",
    /// The gateway has stored the answer. The message is followed.
    GatewaySettled moment "gateway-settled",
    /// PKB has exchanged a patient's code, and the gateway has not stored the tokens. They are lost with the code; no
    /// link is changed, and the patient connects again.
    GatewayLinkExchanged moment "gateway-link-exchanged",
    /// The gateway has the lease to renew a link's tokens; nothing was sent. The lease ends, and they are renewed then.
    GatewayRefreshTaken moment "gateway-refresh-taken",
    /// It is noted that the refresh token is about to be sent, and it was not sent. That can't be told from the next
    /// point afterwards: the patient has to authorise again, and the token is not sent.
    GatewayRefreshCalling moment "gateway-refresh-calling",
    /// PKB has answered with new tokens, and the gateway has not stored them. The old refresh token is spent: the patient
    /// has to authorise again, and it is not sent a second time.
    GatewayRefreshAnswered moment "gateway-refresh-answered",
    /// The gateway has stored the new tokens. They are used.
    GatewayRefreshStored moment "gateway-refresh-stored",
    /// Before an event is posted to an endpoint. Its lease ends, and it is posted then.
    WebhookPost moment "webhook-post",
    /// The endpoint has answered, and the gateway has not stored that. It is posted again, with the same id.
    WebhookPosted moment "webhook-posted",
    /// Before a blob that no row names is deleted. It stays for the next sweep.
    BlobDelete disk "blob-delete",
    /// After it. Nothing.
    BlobDeleted disk "blob-deleted",
    /// Before a toolbar asks for a message. The message waits.
    Claim moment "claim",
    /// The claim is stored and not answered. It ends by itself.
    ClaimAnswer moment "claim-answer",
    /// A toolbar has the claim. It ends by itself.
    Claimed moment "claimed",
    /// Before a toolbar notes that it is about to write. The claim ends by itself.
    JournalNote disk "journal-note",
    /// The note is on the disk, the record is untouched. The next start finds nothing in the record.
    JournalNoted disk "journal-noted",
    /// Before the record system is asked to write. As [`Self::JournalNoted`].
    RecordWrite moment "record-write",
    /// In the record system, before its COMMIT. Nothing of the import is in the record.
    RecordCommit moment "record-commit",
    /// In the record system, after its COMMIT, before it answers. All of it, which a second write finds.
    RecordCommitted moment "record-committed",
    /// Before a file of a message is written beside a record system's folder. What is unfinished there is swept before
    /// the next message.
    FolderWrite disk "folder-write",
    /// After the last one. As [`Self::FolderWrite`].
    FolderWritten disk "folder-written",
    /// It is noted that the sub-folder is about to be moved to where the record system sees it. The next try moves it.
    FolderMoving disk "folder-moving",
    /// It was moved, and that is not noted. The next try sees that it is no longer beside.
    FolderMoved disk "folder-moved",
    /// It was moved, and that is noted. Nothing.
    FolderFiled disk "folder-filed",
    /// A message that was not moved is taken back: its note is gone, its sub-folder is not. As [`Self::FolderWrite`].
    FolderTakenBack disk "folder-taken-back",
    /// The record system has said yes, the platform doesn't know. The note leads the next start to the truth.
    RecordWritten moment "record-written",
    /// Before a toolbar tells the platform. As [`Self::RecordWritten`].
    Complete moment "complete",
    /// The platform has stored that the message is in the record, and has not said so. The toolbar asks again.
    CompleteAnswer moment "complete-answer",
    /// The toolbar knows that the platform knows. The note is looked into once more.
    Completed moment "completed",
    /// Before the note is removed. As [`Self::Completed`].
    JournalForget disk "journal-forget",
    /// After it. Nothing.
    JournalForgotten disk "journal-forgotten",
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
