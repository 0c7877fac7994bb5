//! Moments that screens are shown in tests; nobody in them is a real person.

use desktop::snapshot::{
    CodeOnScreen, FhirChoice, Inbox, Permissions, RecordsChoice, Registering, Row, SettingsShown,
    Snapshot, Standing, Who, Why,
};
use jiff::{SignedDuration, Timestamp};
use model::NhsNumber;
use std::sync::Arc;

/// The present moment of every sample.
pub(crate) fn now() -> Timestamp {
    "2026-11-21T10:30:00Z".parse().unwrap()
}

pub(crate) fn okafor() -> Who {
    Who {
        name: "Dr Amara Okafor".to_owned(),
        spine_user_id: "555000000101".to_owned(),
        practice: "Riverside Test Practice".to_owned(),
        ods_code: "GPPRAC001".to_owned(),
    }
}

/// Signed in; nothing waits.
pub(crate) fn online() -> Snapshot {
    standing(Standing::Online { who: okafor() })
}

/// Anything else, with nothing in it.
pub(crate) fn standing(standing: Standing) -> Snapshot {
    Snapshot {
        now: now(),
        summoned: 0,
        zone: jiff::tz::TimeZone::UTC,
        standing,
        inbox: Arc::new(Inbox {
            rows: Vec::new(),
            complete: true,
        }),
        opened: None,
        pending: None,
        told: None,
        permissions: Permissions::default(),
        code: CodeOnScreen::None,
        notices: Arc::default(),
        widgets: Arc::default(),
        settings: SettingsShown {
            platform: "https://messages.example.nhs.uk".to_owned(),
            records: RecordsChoice::Fhir(FhirChoice {
                url: "http://127.0.0.1:5000".to_owned(),
                page: String::new(),
            }),
            device_name: "Reception 2".to_owned(),
            key_kept: "the operating system's keyring".to_owned(),
            folder: "/srv/reception/baton-toolbar".to_owned(),
            one_window: false,
            saved: None,
        },
        registering: Registering::No,
    }
}

/// Signed in, with these messages, oldest first.
pub(crate) fn with(rows: Vec<Row>) -> Snapshot {
    Snapshot {
        inbox: Arc::new(Inbox {
            rows,
            complete: true,
        }),
        ..online()
    }
}

/// The `n`th of many made-up messages: a new one each hour, of every kind in turn.
pub(crate) fn row(n: usize) -> Row {
    const SENDERS: [&str; 3] = [
        "Lakeside Community Clinic",
        "Pharmacy First Hub",
        "City Eye Service",
    ];
    const TOPICS: [&str; 3] = ["Discharge summary", "Consultation notes", "Test results"];
    const WHYS: [Why; 5] = [
        Why::Standard,
        Why::Failed,
        Why::Standard,
        Why::TimedOut,
        Why::Withdrawn,
    ];
    let why = WHYS[n % 5];
    let received_at = now() - SignedDuration::from_hours(i64::try_from(n).unwrap());
    Row {
        reference: format!("00000000-0000-4000-8000-{n:012}"),
        nhs_number: nhs_number(n),
        patient: n.is_multiple_of(4).then(|| format!("PATIENT, Number {n}")),
        sender: SENDERS[n % 3].to_owned(),
        topic: TOPICS[n % 3].to_owned(),
        received_at,
        expires_at: received_at + SignedDuration::from_hours(24 * 30),
        why,
        reason: (why == Why::Failed).then(|| "The record of this patient is locked.".to_owned()),
        open_at: (n == 2).then(|| "Dr Tom Llewellyn".to_owned()),
        documents: 1,
        coded_items: u32::try_from(n % 3).unwrap(),
    }
}

/// A valid NHS number, another for each `n`.
pub(crate) fn nhs_number(n: usize) -> NhsNumber {
    (n * 3..)
        .find_map(|n| {
            let digits = 999_000_000 + n;
            (0..10).find_map(|check| NhsNumber::parse(&format!("{digits}{check}")).ok())
        })
        .unwrap()
}
