//! What the practice will see, as a picture: the row in the toolbar's inbox, and the message opened.

use super::words::{escaped, lines, of_html};
use intake::gateway::CompleteMessage;
use jiff::{Timestamp, tz::TimeZone};
use model::attachment::Kind as FileKind;
use model::message::BodyType;
use model::outbox::Kind;
use std::fmt::Write as _;

const WIDTH: u32 = 760;
const LEFT: u32 = 32;
/// Characters of ordinary text on a line.
const LINE: usize = 88;
/// Lines of the message's own words.
const MOST_LINES: usize = 60;
/// Coded items that are shown; the others are counted.
const MOST_ITEMS: usize = 25;

const INK: &str = "#212b32";
const QUIET: &str = "#4c6272";
const BLUE: &str = "#005eb8";
const RULE: &str = "#d8dde0";

/// Draws a message that has no fault.
pub(super) fn draw(
    message: &CompleteMessage,
    user: Option<&str>,
    now: Timestamp,
    expires_at: Timestamp,
) -> String {
    let mut page = Page::default();
    page.text(20, "700", QUIET, "What the practice will see");
    page.gap(14);
    inbox_row(&mut page, message, now);
    page.gap(26);
    page.rule();
    page.text(22, "700", INK, &message.topic);
    page.gap(4);
    let patient = message.subject.spaced();
    page.pair("Patient", &format!("NHS number {patient}"));
    page.pair("From", "Your system, by the name it has at the platform");
    if let Some(name) = user.filter(|_| message.kind == Kind::Instant) {
        page.pair("Authorised by", name);
    }
    page.pair("To", message.to.as_str());
    page.pair("Kind", kind(message.kind));
    page.pair("Runs out", &moment(expires_at));
    body(&mut page, message);
    files(&mut page, message);
    coded(&mut page, message);
    page.finish()
}

fn inbox_row(page: &mut Page, message: &CompleteMessage, now: Timestamp) {
    page.frame(64);
    page.text(16, "700", BLUE, &message.topic);
    let count = message.files.len();
    let files = if count == 1 { "1 file" } else { "files" };
    let files = if count == 1 {
        files.to_owned()
    } else {
        format!("{count} {files}")
    };
    let row = format!(
        "{} · {files} · {} · {}",
        message.subject.spaced(),
        short_kind(message.kind),
        moment(now)
    );
    page.text(14, "400", QUIET, &row);
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Instant => "Instant: filed without review when the practitioner is signed in",
        Kind::Standard => "Standard: waits until someone at the practice has reviewed it",
    }
}

fn short_kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Instant => "Instant",
        Kind::Standard => "For review",
    }
}

fn body(page: &mut Page, message: &CompleteMessage) {
    let Some(body) = &message.body else { return };
    page.heading("Message");
    let text = match body.kind {
        BodyType::Plain => body.content.clone(),
        BodyType::Html => of_html(&body.content),
    };
    for line in lines(&text, LINE, MOST_LINES) {
        page.text(15, "400", INK, &line);
    }
    if body.kind == BodyType::Html {
        page.text(13, "400", QUIET, "HTML, shown here as plain text");
    }
}

fn files(page: &mut Page, message: &CompleteMessage) {
    page.heading("Files");
    for file in &message.files {
        for line in lines(file.file_name.as_str(), LINE - 10, 4) {
            page.text(15, "600", BLUE, &line);
        }
        let facts = format!("{}, {}", file_kind(file.kind), size(file.size));
        page.text(13, "400", QUIET, &facts);
        page.gap(6);
    }
}

fn file_kind(kind: FileKind) -> &'static str {
    match kind {
        FileKind::Pdf => "PDF document",
        FileKind::Jpeg => "JPEG picture",
        FileKind::Text => "Text document",
        FileKind::ConsultationNotes => "Consultation notes: become text in the record",
    }
}

fn coded(page: &mut Page, message: &CompleteMessage) {
    if message.coded_data.is_empty() {
        return;
    }
    page.heading("Coded data");
    for item in message.coded_data.iter().take(MOST_ITEMS) {
        let mut line = format!("SNOMED CT {}", item.code.as_str());
        if let Some(value) = &item.value {
            let _ = write!(line, ": {}", value.as_str());
            if let Some(unit) = &item.unit {
                let _ = write!(line, " {unit}");
            }
        }
        for line in lines(&line, LINE, 3) {
            page.text(15, "400", INK, &line);
        }
        for line in lines(item.additional_text.as_deref().unwrap_or_default(), LINE, 3) {
            page.text(13, "400", QUIET, &line);
        }
    }
    if let Some(more) = message.coded_data.len().checked_sub(MOST_ITEMS + 1) {
        page.text(13, "400", QUIET, &format!("and {} more", more + 1));
    }
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} bytes"),
        1024..1_048_576 => format!("{} KB", bytes.div_ceil(1024)),
        _ => format!(
            "{}.{} MB",
            bytes / 1_048_576,
            bytes % 1_048_576 * 10 / 1_048_576
        ),
    }
}

/// As people in the United Kingdom read it.
fn moment(at: Timestamp) -> String {
    let uk = TimeZone::posix("GMT0BST,M3.5.0/1,M10.5.0").unwrap_or(TimeZone::UTC);
    at.to_zoned(uk).strftime("%-d %B %Y, %H:%M").to_string()
}

/// A page that grows downwards.
#[derive(Default)]
struct Page {
    shapes: String,
    /// How far down the next line begins, from below the margin.
    down: u32,
}

impl Page {
    fn top(&self) -> u32 {
        self.down + 28
    }

    fn gap(&mut self, height: u32) {
        self.down += height;
    }

    /// One line of text.
    fn text(&mut self, size: u32, weight: &str, colour: &str, text: &str) {
        let y = self.top() + size;
        // Writing to a String does not fail.
        let _ = write!(
            self.shapes,
            r#"<text x="{LEFT}" y="{y}" font-size="{size}" font-weight="{weight}" fill="{colour}">{}</text>"#,
            escaped(text)
        );
        self.down += size + size / 2;
    }

    /// A name and what belongs to it.
    fn pair(&mut self, name: &str, value: &str) {
        let all = lines(value, LINE - 18, 3);
        for (number, line) in all.iter().enumerate() {
            let y = self.top() + 15;
            let label = if number == 0 { name } else { "" };
            let _ = write!(
                self.shapes,
                r#"<text x="{LEFT}" y="{y}" font-size="15" font-weight="600" fill="{QUIET}">{}</text><text x="{}" y="{y}" font-size="15" fill="{INK}">{}</text>"#,
                escaped(label),
                LEFT + 130,
                escaped(line)
            );
            self.down += 23;
        }
    }

    fn heading(&mut self, text: &str) {
        self.gap(14);
        self.text(17, "700", INK, text);
    }

    fn rule(&mut self) {
        let y = self.top();
        let right = WIDTH - LEFT;
        let _ = write!(
            self.shapes,
            r#"<path d="M{LEFT} {y}H{right}" stroke="{RULE}" stroke-width="2"/>"#
        );
        self.gap(16);
    }

    /// A frame around the next lines.
    fn frame(&mut self, height: u32) {
        let (x, y, width) = (LEFT - 14, self.top() - 8, WIDTH - 2 * LEFT + 28);
        let _ = write!(
            self.shapes,
            r##"<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="6" fill="#f0f4f5" stroke="{RULE}"/>"##
        );
    }

    fn finish(self) -> String {
        let height = self.down + 60;
        format!(
            r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" font-family="Arial, Helvetica, sans-serif" role="img" aria-label="What the practice will see"><rect width="{WIDTH}" height="{height}" fill="#fff"/>{}</svg>"##,
            self.shapes
        )
    }
}
