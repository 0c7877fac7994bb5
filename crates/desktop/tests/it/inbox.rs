//! The inbox: what the list says, sorts, finds and opens, by pointer and by keys.

use crate::asked::deeds;
use crate::stage::{Stage, play};
use crate::{open, sample};
use desktop::command::Command;
use desktop::screens::inbox::{self, InboxState};
use desktop::snapshot::{Act, Inbox, PendingAct, Snapshot, Standing, Told};
use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use jiff::SignedDuration;
use std::sync::Arc;

pub(crate) fn inbox<'a>(now: Snapshot) -> Harness<'a, Stage<InboxState>> {
    play(vec2(1240.0, 800.0), now, InboxState::default(), inbox::show)
}

fn rows(harness: &Harness<'_, Stage<InboxState>>) -> Vec<String> {
    let mut found: Vec<(f32, String)> = harness
        .query_all_by_role(Role::ListBoxOption)
        .map(|node| (node.rect().top(), node.accesskit_node().label().unwrap()))
        .collect();
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    found.into_iter().map(|(_, words)| words).collect()
}

fn selected(harness: &Harness<'_, Stage<InboxState>>) -> String {
    harness
        .get_by(|node| node.role() == Role::ListBoxOption && node.is_selected() == Some(true))
        .accesskit_node()
        .label()
        .unwrap()
}

fn several() -> Snapshot {
    sample::with((0..8).rev().map(sample::row).collect())
}

#[test]
fn a_row_says_who_what_from_whom_how_long_and_why() {
    let mut row = open::row();
    row.received_at = sample::now() - SignedDuration::from_hours(3);
    row.expires_at = sample::now() + SignedDuration::from_hours(47);
    let harness = inbox(sample::with(vec![row]));
    assert_eq!(
        rows(&harness),
        [
            "JONES, Mary (Mrs), NHS number 954 785 2140, Discharge summary from Lakeside Community Clinic, waiting 3 h, expires in 47 h, soon, Sent for review"
        ]
    );
}

#[test]
fn a_row_that_is_open_elsewhere_says_whose_it_is_and_a_failed_one_says_why() {
    let harness = inbox(several());
    let rows = rows(&harness);
    assert!(
        rows.iter()
            .any(|row| row.contains("open at Dr Tom Llewellyn's"))
    );
    assert!(
        rows.iter()
            .any(|row| row.contains("Import failed: The record of this patient is locked."))
    );
}

#[test]
fn an_empty_inbox_says_so_and_an_unread_one_does_not_claim_to_be_empty() {
    let harness = inbox(sample::online());
    harness.get_by_label("Nothing waits for you");
    let mut unread = sample::online();
    unread.inbox = Arc::new(Inbox::default());
    let harness = inbox(unread);
    harness.get_by_label("The inbox has not been read yet");
    assert!(harness.query_by_label("Nothing waits for you").is_none());
}

#[test]
fn the_oldest_stands_first_and_every_column_sorts_both_ways() {
    let mut harness = inbox(several());
    assert!(rows(&harness)[0].contains("waiting 7 h"));
    for (column, first) in [
        ("Patient", "PATIENT, Number 0"),
        ("From", "from City Eye Service, waiting 5 h"),
        (
            "Topic",
            "Consultation notes from Pharmacy First Hub, waiting 7 h",
        ),
        ("Expires", "waiting 7 h"),
        ("Why it waits", "Import failed"),
        ("Waiting", "waiting 7 h"),
    ] {
        harness
            .get_by_label(&format!("{column}, not sorted by this"))
            .click();
        harness.run();
        assert!(
            rows(&harness)[0].contains(first),
            "{column}: {:?}",
            rows(&harness)
        );
    }
    harness.get_by_label("Waiting, sorted by this").click();
    harness.run();
    harness.get_by_label("Waiting, sorted by this, backwards");
    assert!(rows(&harness)[0].contains("waiting under 1 min"));
}

#[test]
fn a_filter_shows_its_count_and_only_its_messages() {
    let mut harness = inbox(several());
    harness.get_by_label("All: 8");
    harness.get_by_label("Failed: 2").click();
    harness.run();
    let failed = rows(&harness);
    assert_eq!(failed.len(), 2);
    assert!(failed.iter().all(|row| row.contains("Import failed")));
    harness.get_by_label("Timed out: 1").click();
    harness.run();
    assert_eq!(rows(&harness).len(), 1);
    harness.get_by_label("Standard: 4").click();
    harness.run();
    assert_eq!(rows(&harness).len(), 4);
}

#[test]
fn the_search_finds_names_numbers_with_or_without_spaces_senders_and_topics() {
    let mut messages: Vec<_> = (1..8).map(sample::row).collect();
    messages.push(open::row());
    let mut harness = inbox(sample::with(messages));
    for (sought, found) in [
        ("jones", 1),
        ("954 785 2140", 1),
        ("9547852140", 1),
        ("eye", 2),
        ("eye results", 2),
        ("no such thing", 0),
    ] {
        harness.key_press(Key::Slash);
        harness.run();
        let box_ = harness.get_by_label("Search by patient, NHS number, sender or topic");
        assert!(box_.is_focused());
        box_.type_text(sought);
        harness.run();
        assert_eq!(rows(&harness).len(), found, "{sought}");
        if found == 0 {
            harness.get_by_label("No message matches");
            harness.get_by_label("Show all messages").click();
        } else {
            harness.get_by_label("Clear").click();
            harness.run();
            harness.key_press(Key::Escape);
        }
        harness.run();
        assert_eq!(rows(&harness).len(), 8, "{sought}");
    }
}

#[test]
fn the_keys_go_through_the_list_and_enter_opens() {
    let mut harness = inbox(several());
    harness.key_press(Key::ArrowDown);
    harness.run();
    assert!(selected(&harness).contains("waiting 7 h"));
    harness.key_press(Key::ArrowDown);
    harness.key_press(Key::ArrowDown);
    harness.key_press(Key::ArrowUp);
    harness.run();
    assert!(selected(&harness).contains("waiting 6 h"));
    harness.key_press(Key::End);
    harness.run();
    assert!(selected(&harness).contains("under 1 min"));
    harness.key_press(Key::Home);
    harness.key_press(Key::Enter);
    harness.run();
    assert_eq!(
        deeds(&harness.state().asked),
        ["open 00000000-0000-4000-8000-000000000007"]
    );
}

#[test]
fn a_click_opens_a_message_and_a_notice_opens_one_that_the_filter_hides() {
    let mut harness = inbox(several());
    harness.get_by_label_contains("waiting 3 h").click();
    harness.run();
    harness.get_by_label("Timed out: 1").click();
    harness.run();
    harness
        .state_mut()
        .local
        .open("00000000-0000-4000-8000-000000000004");
    harness.run();
    assert_eq!(
        deeds(&harness.state().asked),
        [
            "open 00000000-0000-4000-8000-000000000003",
            "open 00000000-0000-4000-8000-000000000004"
        ]
    );
    assert!(selected(&harness).contains("waiting 4 h"));
}

#[test]
fn names_are_asked_for_once_and_only_for_rows_in_sight() {
    let mut harness = inbox(sample::with((0..1000).map(sample::row).collect()));
    harness.run();
    let wanted: usize = harness
        .state()
        .asked
        .iter()
        .map(|command| match command {
            Command::WantNames(names) => names.len(),
            _ => 0,
        })
        .sum();
    assert!((5..30).contains(&wanted), "{wanted}");
    assert!(rows(&harness).len() < 30);
    harness.key_press(Key::End);
    harness.run();
    assert!(selected(&harness).contains("waiting 41 days") || !rows(&harness).is_empty());
}

#[test]
fn a_pending_act_counts_down_and_can_be_undone_by_button_and_key() {
    for act in [Act::Import, Act::Reject] {
        let mut now = several();
        now.pending = Some(PendingAct {
            reference: sample::row(4).reference,
            act,
            final_at: sample::now() + SignedDuration::from_millis(4200),
        });
        let mut harness = inbox(now);
        let doing = if act == Act::Import {
            "Importing"
        } else {
            "Rejecting"
        };
        harness.get_by_label(&format!("{doing} Consultation notes for PATIENT, Number 4"));
        harness.get_by_label("in 5 s");
        harness.get_by_label("Undo").click();
        harness.run();
        harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
        harness.run();
        // Once it is being done, it is too late.
        harness.state_mut().now.now = sample::now() + SignedDuration::from_secs(5);
        harness.run();
        harness.get_by_label("now");
        harness.get_by_label("Undo").click();
        harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
        harness.run();
        assert_eq!(deeds(&harness.state().asked), ["undo", "undo"]);
    }
}

#[test]
fn what_an_act_came_to_is_told_until_the_next() {
    let mut now = several();
    now.told = Some(Told {
        good: false,
        words: "The record system refused it: the record is locked.".to_owned(),
    });
    let harness = inbox(now);
    harness.get_by_label("The record system refused it: the record is locked.");
}

#[test]
fn f1_shows_the_keys_and_escape_hides_them() {
    let mut harness = inbox(several());
    harness.key_press(Key::F1);
    harness.run();
    harness.get_by_role_and_label(Role::Dialog, "Keys of the inbox");
    harness.key_press(Key::Escape);
    harness.run();
    assert!(harness.query_by_label("Keys of the inbox").is_none());
    harness.get_by_label("Keys").click();
    harness.run();
    harness.get_by_role_and_label(Role::Dialog, "Keys of the inbox");
}

#[test]
fn what_one_practitioner_searched_for_is_gone_when_another_comes() {
    let mut harness = inbox(several());
    harness.key_press(Key::Slash);
    harness.run();
    harness
        .get_by_label("Search by patient, NHS number, sender or topic")
        .type_text("eye");
    harness.run();
    assert_eq!(rows(&harness).len(), 2);
    harness.state_mut().now.standing = Standing::SignedOut {
        reason: "Nobody is signed in to the record system.".to_owned(),
        by_choice: false,
    };
    harness.run();
    assert_eq!(rows(&harness).len(), 8);
}

#[test]
fn topics_are_in_words_and_found_as_they_were_sent() {
    let mut row = sample::row(1);
    row.topic = "DispenseEventNotification".to_owned();
    let mut harness = inbox(sample::with(vec![row]));
    harness.get_by_label_contains("Dispense event notification from");
    harness.key_press(Key::Slash);
    harness.run();
    harness
        .get_by_label("Search by patient, NHS number, sender or topic")
        .type_text("dispenseevent");
    harness.run();
    harness.get_by_label_contains("Dispense event notification from");
}

#[test]
fn what_is_pending_stays_above_while_another_message_is_read() {
    let mut now = crate::open::opened(crate::open::message());
    now.pending = Some(PendingAct {
        reference: sample::row(1).reference,
        act: Act::Import,
        final_at: sample::now() + SignedDuration::from_secs(4),
    });
    let mut harness = inbox(now);
    harness.get_by_label("Undo").click();
    harness.get_by_label("in 4 s");
    harness.get_by_label("Import").click();
    harness.run();
    assert_eq!(
        crate::asked::deeds(&harness.state().asked),
        ["undo", "import, confirmed false"]
    );
}
