//! Notices: what they say, what a click does, how long they stay.

use crate::sample;
use crate::stage::{Stage, play};
use desktop::command::Command;
use desktop::screens::notices::{self, CardState};
use desktop::snapshot::{Happened, Notice};
use eframe::egui::vec2;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;

fn notice(what: Happened) -> Notice {
    Notice {
        id: 7,
        at: sample::now(),
        what,
        reference: "message-7".to_owned(),
        patient: "GILL, Sukhdeep".to_owned(),
        message: "NHS 954 785 2140 · Discharge summary from Lakeside Clinic".to_owned(),
        record: Some("http://127.0.0.1:5000/subjects/7".to_owned()),
    }
}

fn card<'a>(what: Happened) -> Harness<'a, Stage<CardState>> {
    let notice = notice(what);
    play(
        vec2(440.0, 240.0),
        sample::online(),
        CardState::default(),
        move |ui, now, local, out| notices::card(ui, now, &notice, local, out),
    )
}

#[test]
fn an_import_says_whose_and_what_and_opens_the_record() {
    let mut harness = card(Happened::Imported { elsewhere: false });
    harness.get_by_label("✔ In the record");
    harness.get_by_label("GILL, Sukhdeep");
    harness.get_by_label("NHS 954 785 2140 · Discharge summary from Lakeside Clinic");
    harness.get_by_label("Open record").click();
    harness.run();
    let [
        Command::OpenRecord { address },
        Command::Dismiss { notice: 7 },
    ] = harness.state().asked.as_slice()
    else {
        panic!("not opened once");
    };
    assert_eq!(address, "http://127.0.0.1:5000/subjects/7");
}

#[test]
fn a_click_on_the_card_opens_the_record_too() {
    let mut harness = card(Happened::Imported { elsewhere: false });
    harness.get_by_label("GILL, Sukhdeep").click();
    harness.run();
    assert!(matches!(
        harness.state().asked.as_slice(),
        [Command::OpenRecord { .. }, Command::Dismiss { notice: 7 }]
    ));
}

#[test]
fn a_failure_says_why_and_leads_to_the_inbox() {
    let mut harness = card(Happened::Failed {
        reason: "The record is locked.".to_owned(),
    });
    harness.get_by_label("✖ Not imported");
    harness.get_by_label("The record is locked.");
    harness.get_by_label("Open in inbox").click();
    harness.run();
    assert_eq!(harness.state().local.open.as_deref(), Some("message-7"));
}

#[test]
fn closing_does_nothing_else() {
    let mut harness = card(Happened::Imported { elsewhere: false });
    harness.get_by_label("Close notice").click();
    harness.run();
    assert!(matches!(
        harness.state().asked.as_slice(),
        [Command::Dismiss { notice: 7 }]
    ));
}

#[test]
fn only_failures_stay() {
    let old = CardState {
        age: notices::STAYS + 0.1,
        ..CardState::default()
    };
    assert!(old.over(&notice(Happened::Imported { elsewhere: false })));
    assert!(old.over(&notice(Happened::Waiting)));
    assert!(!old.over(&notice(Happened::Failed {
        reason: String::new()
    })));
    assert!(!CardState::default().over(&notice(Happened::Waiting)));
}

#[test]
fn trouble_without_a_message_is_told() {
    let harness = card(Happened::Trouble {
        words: "No browser could be opened on this PC.".to_owned(),
    });
    harness.get_by_label("No browser could be opened on this PC.");
    assert!(harness.query_by_label("Open record").is_none());
}
