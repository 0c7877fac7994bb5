//! A message in several parts (multipart/form-data, RFC 7578): `message` first, then each `file`.
//!
//! Parts pass as they come. What is wrong with their names and order is told with everything else.

use super::file_name;
use super::shape::PART;
use super::source::{self, Progress};
use crate::content::Contents;
use crate::faults::{Faults, Place};
use crate::incoming::Incoming;
use crate::json::{self, Malformed};
use crate::keep::{Begin, Keeper, Kept};
use crate::reading::essence;
use crate::shape::{FILE_NAME, Node, SHORT};
use crate::skeleton::Skeleton;
use axum::body::Bytes;
use axum::http::{HeaderMap, header};
use httpkit::problem::Refusal;
use model::attachment;
use multer::{Field, Multipart};

/// The longest boundary (RFC 2046, 5.1.1).
const MAX_BOUNDARY: usize = 70;
/// Parts of other names are told of up to so many; all are passed over.
const MAX_STRAYS: usize = 10;

/// Parts that were read to the last one.
pub(super) struct Parts {
    /// The tree of the part `message`, if there was one.
    pub(super) message: Option<Node>,
    /// The list of the parts `file`, as a document would have it.
    pub(super) files: Node,
    /// What is known of the files' contents.
    pub(super) contents: Contents,
    /// The contents themselves, by number.
    pub(super) kept: Vec<Option<Kept>>,
}

/// Where the list of files stands: after the members of the message.
pub(super) fn files_place() -> Place {
    Place::root().member("files", AFTER_MEMBERS)
}

const AFTER_MEMBERS: i64 = i64::MAX;

/// The boundary between parts that `Content-Type` names.
///
/// # Errors
/// 400 when it names none.
pub(super) fn boundary(kind: &str) -> Result<String, Refusal> {
    let named = multer::parse_boundary(kind).ok();
    named
        .filter(|boundary| (1..=MAX_BOUNDARY).contains(&boundary.len()))
        .ok_or_else(|| Refusal::fault("Content-Type", "Must name the boundary between the parts"))
}

/// The answer to a body that cannot be taken apart.
pub(super) fn unreadable(detail: &str) -> Refusal {
    Refusal::fault("$", "Must be well-formed multipart/form-data").detail(detail)
}

/// Reads all parts. Faults of their names and order go to `faults`.
///
/// # Errors
/// Those of [`crate::read_body`], and 400 for a body that cannot be taken apart.
pub(super) async fn read(
    incoming: &mut Incoming<'_>,
    boundary: String,
    begin: &Begin,
    faults: &mut Faults,
) -> Result<Parts, Refusal> {
    let progress = Progress::default();
    let mut reader = Reader {
        progress: &progress,
        faults,
        message: None,
        files: Vec::new(),
        more: false,
        contents: Contents::default(),
        keeper: Keeper::new(begin, 0),
        strays: 0,
        repeated: false,
    };
    let mut parts = Multipart::new(source::pieces(incoming, &progress), boundary);
    let mut index = 0;
    while let Some(part) = told(&progress, parts.next_field().await)? {
        reader.part(index, part).await?;
        index += 1;
    }
    drop(parts);
    // What stands after the last part says nothing (RFC 2046, 5.1.1), but is still on its way.
    let parts = reader.finish();
    while incoming.next().await?.is_some() {}
    Ok(parts)
}

struct Reader<'a> {
    progress: &'a Progress,
    faults: &'a mut Faults,
    message: Option<Node>,
    files: Vec<Node>,
    /// Whether there were more files than are taken.
    more: bool,
    contents: Contents,
    keeper: Keeper,
    strays: usize,
    /// Whether a second `message` was told of.
    repeated: bool,
}

impl Reader<'_> {
    async fn part(&mut self, index: usize, mut part: Field<'_>) -> Result<(), Refusal> {
        match part.name() {
            Some("message") if self.message.is_none() => {
                if index > 0 {
                    self.faults.add(&first("message"), "must be the first part");
                }
                return self.message(part).await;
            }
            Some("file") => return self.file(part).await,
            Some("message") => {
                if !std::mem::replace(&mut self.repeated, true) {
                    let place = self.here("message");
                    self.faults.add(&place, "must be given once only");
                }
            }
            other => self.stray(index, other),
        }
        while next(self.progress, &mut part).await?.is_some() {}
        Ok(())
    }

    async fn message(&mut self, mut part: Field<'_>) -> Result<(), Refusal> {
        let kind = content_type(part.headers()).unwrap_or("application/json");
        if !kind.eq_ignore_ascii_case("application/json") {
            let place = first("message");
            self.faults.add_value(
                &place,
                "must be of the content type 'application/json'",
                kind,
            );
        }
        let mut reader = json::Reader::new();
        let mut skeleton = Skeleton::new(&PART);
        while let Some(piece) = next(self.progress, &mut part).await? {
            reader.feed(&piece, &mut skeleton).map_err(malformed)?;
        }
        reader.finish(&mut skeleton).map_err(malformed)?;
        let (root, _) = skeleton.finish();
        self.message = Some(root);
        Ok(())
    }

    async fn file(&mut self, mut part: Field<'_>) -> Result<(), Refusal> {
        if self.files.len() >= attachment::MAX {
            self.more = true;
            while next(self.progress, &mut part).await?.is_some() {}
            return Ok(());
        }
        // In the order of the shape.
        let given = [
            file_name::of(&part).map(|name| Node::text(&name, FILE_NAME)),
            content_type(part.headers()).map(|kind| Node::text(kind, SHORT)),
        ];
        self.contents.begin_plain();
        while let Some(piece) = next(self.progress, &mut part).await? {
            self.contents.text(&piece);
            self.keep().await?;
        }
        let number = self.contents.end();
        self.keep().await?;
        let members = given
            .into_iter()
            .chain([Some(Node::Content(number))])
            .enumerate()
            .filter_map(|(place, node)| Some((place, node?)))
            .collect();
        self.files.push(Node::Object {
            members,
            repeated: Vec::new(),
        });
        Ok(())
    }

    async fn keep(&mut self) -> Result<(), Refusal> {
        let actions = self.contents.take_actions();
        let followed = self.keeper.follow(actions).await;
        followed.map_err(|error| Refusal::unavailable(&error))
    }

    fn stray(&mut self, index: usize, name: Option<&str>) {
        self.strays += 1;
        if self.strays > MAX_STRAYS {
            return;
        }
        let place = self.here(&format!("parts[{index}]"));
        let reason = "must be named 'message' or 'file'";
        match name {
            Some(name) => self.faults.add_value(&place, reason, name),
            None => self.faults.add(&place, reason),
        }
    }

    /// A place after the file that came last.
    fn here(&self, name: &str) -> Place {
        let after = i64::try_from(self.files.len()).unwrap_or(i64::MAX) - 1;
        let stray = i64::try_from(self.strays).unwrap_or(i64::MAX);
        Place::beside(name, vec![AFTER_MEMBERS, after, i64::MAX, stray])
    }

    fn finish(self) -> Parts {
        if self.message.is_none() {
            self.faults
                .add(&first("message"), "is required, as the first part");
        }
        Parts {
            message: self.message,
            files: Node::List {
                items: self.files,
                more: self.more,
            },
            contents: self.contents,
            kept: self.keeper.finish(),
        }
    }
}

/// The next bytes of a part.
async fn next(progress: &Progress, part: &mut Field<'_>) -> Result<Option<Bytes>, Refusal> {
    told(progress, part.chunk().await)
}

/// A place before all members.
fn first(name: &str) -> Place {
    Place::beside(name, vec![0])
}

fn content_type(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::CONTENT_TYPE)?;
    Some(essence(value.to_str().unwrap_or_default()))
}

/// What came of the parser, and if it stopped, why. Its own words may quote what was sent.
fn told<T>(progress: &Progress, outcome: multer::Result<T>) -> Result<T, Refusal> {
    use multer::Error;
    progress.made();
    outcome.map_err(|error| {
        if let Some(why) = progress.stopped() {
            return why;
        }
        unreadable(match error {
            Error::ReadHeaderFailed(_)
            | Error::IncompleteHeaders
            | Error::DecodeHeaderName { .. }
            | Error::DecodeHeaderValue { .. } => "The headers of a part cannot be read.",
            _ => "Parts stand between the boundary that Content-Type names, which also ends the last one.",
        })
    })
}

fn malformed(fault: Malformed) -> Refusal {
    Refusal::malformed(
        fault.line,
        fault.column,
        &format!("In the part 'message': {}.", fault.what),
    )
}
