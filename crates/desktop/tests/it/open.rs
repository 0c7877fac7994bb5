//! Messages that are open, for tests; nobody in them is a real person.

use crate::sample;
use desktop::snapshot::{
    Card, Coded, Content, Document, Holding, OpenMessage, PageImage, Row, Snapshot,
};
use model::NhsNumber;
use preview::{Block, Found, Marker, Part, Place, Searched, Span};
use std::sync::Arc;

/// The first message of the sample, open and held, with everything in it.
pub(crate) fn message() -> OpenMessage {
    OpenMessage {
        row: row(),
        holding: Holding::Ours,
        body: body(),
        documents: vec![
            document("discharge letter.pdf", "PDF", pages(3)),
            document("wound.jpg", "Picture", pages(1)),
            document(
                "notes.txt",
                "Consultation notes",
                Content::Text(Arc::from(
                    "Seen at the walk-in clinic on 20-Nov-2026.\n\nRight knee swollen since a fall. No fracture on X-ray. Ibuprofen 400 mg three times a day with food, for one week. Review if it is not better by then.",
                )),
            ),
        ],
        coded: vec![
            Coded {
                code: "27113001".to_owned(),
                value: Some("71.5 kg".to_owned()),
                words: Some("Weight, without shoes".to_owned()),
            },
            Coded {
                code: "271649006".to_owned(),
                value: Some("128 mmHg".to_owned()),
                words: None,
            },
        ],
        card: jones(),
        searched: Some(searched(&[])),
    }
}

/// The row of that message.
pub(crate) fn row() -> Row {
    Row {
        patient: Some("JONES, Mary (Mrs)".to_owned()),
        nhs_number: own(),
        ..sample::row(0)
    }
}

/// The message's own NHS number.
pub(crate) fn own() -> NhsNumber {
    NhsNumber::parse("9547852140").unwrap()
}

/// The patient of the sample in the record.
pub(crate) fn jones() -> Card {
    Card::One {
        name: "JONES, Mary (Mrs)".to_owned(),
        born: Some("1956-03-12".parse().unwrap()),
        deceased: false,
        record: Some("http://127.0.0.1:5000/subjects/1".to_owned()),
    }
}

/// What a search came to that found these numbers on page 2 of the first document.
pub(crate) fn searched(others: &[NhsNumber]) -> Searched {
    Searched {
        others: others
            .iter()
            .map(|number| Found {
                number: number.clone(),
                places: vec![Place {
                    part: Part::Attachment(0),
                    page: Some(2),
                }],
            })
            .collect(),
        own_seen: true,
        unsearchable: false,
        unread: Vec::new(),
        failed: Vec::new(),
        pictures: false,
    }
}

/// The inbox with `message` open.
pub(crate) fn opened(message: OpenMessage) -> Snapshot {
    let mut rows: Vec<Row> = (1..12).map(sample::row).collect();
    rows.insert(0, row());
    Snapshot {
        opened: Some(Arc::new(message)),
        ..sample::with(rows)
    }
}

pub(crate) fn document(name: &str, kind: &'static str, content: Content) -> Document {
    Document {
        name: name.to_owned(),
        kind,
        size: 312_400,
        content,
    }
}

/// `n` drawn pages.
pub(crate) fn pages(n: usize) -> Content {
    Content::Pages((0..n).map(|page| Some(Arc::new(drawn(page)))).collect())
}

/// A page with grey lines where words would be.
pub(crate) fn drawn(page: usize) -> PageImage {
    let (width, height) = (840_u32, 1188_u32);
    let mut rgba = vec![255; usize::try_from(width * height * 4).unwrap()];
    for y in 0..height {
        let line = y / 22;
        let inked = (90..1080).contains(&y) && y % 22 < 9 && line % 7 != usize_u32(page % 5);
        for x in 80..(700 - (line * 97) % 190) {
            if inked {
                let at = usize::try_from((y * width + x) * 4).unwrap();
                rgba[at..at + 3].fill(120);
            }
        }
    }
    PageImage {
        id: u64::try_from(page).unwrap() + 1,
        width,
        height,
        rgba,
    }
}

fn usize_u32(n: usize) -> u32 {
    u32::try_from(n).unwrap()
}

fn plain(text: &str) -> Span {
    Span {
        text: text.to_owned(),
        ..Span::default()
    }
}

fn bold(text: &str) -> Span {
    Span {
        bold: true,
        ..plain(text)
    }
}

fn body() -> Vec<Block> {
    vec![
        Block::Heading {
            level: 2,
            spans: vec![plain("Seen in clinic today")],
        },
        Block::Paragraph {
            spans: vec![
                plain("Please "),
                bold("check the blood pressure"),
                plain(" in two weeks and change the dressing twice a week."),
            ],
        },
        Block::Item {
            depth: 0,
            marker: Marker::Bullet,
            spans: vec![plain("Dressing: dry, non-adherent")],
        },
        Block::Item {
            depth: 0,
            marker: Marker::Bullet,
            spans: vec![plain("Back to us if the wound opens")],
        },
        Block::Row {
            head: true,
            cells: vec![vec![plain("Medicine")], vec![plain("Dose")]],
        },
        Block::Row {
            head: false,
            cells: vec![
                vec![plain("Ibuprofen")],
                vec![plain("400 mg three times a day")],
            ],
        },
        Block::Rule,
        Block::Paragraph {
            spans: vec![plain("Lakeside Community Clinic")],
        },
    ]
}
