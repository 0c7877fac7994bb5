//! Widgets: the strip on the bar, the question for a patient, hiding.

use crate::asked::deeds;
use crate::stage::{Stage, play};
use crate::{open, sample};
use desktop::screens::widgets::{self, WidgetsState};
use desktop::snapshot::{Snapshot, Widget};
use eframe::egui::{Key, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use std::sync::Arc;

/// Strip and little window below each other, as nobody sees them, so that a test has both.
pub(crate) fn both<'a>(width: f32, now: Snapshot) -> Harness<'a, Stage<WidgetsState>> {
    play(
        vec2(width, 500.0),
        now,
        WidgetsState::default(),
        |ui, now, local, out| {
            widgets::strip(ui, now, local, out);
            if local.wants_window() {
                widgets::ask(ui, now, local, out);
            }
        },
    )
}

pub(crate) fn with(names: &[(&str, &str, bool, bool)]) -> Snapshot {
    let mut now = sample::online();
    now.widgets = Arc::new(
        names
            .iter()
            .map(|&(name, icon, wants_patient, hidden)| Widget {
                id: name.to_lowercase(),
                name: name.to_owned(),
                icon: icon.to_owned(),
                client: "Lakeside Community Clinic".to_owned(),
                wants_patient,
                hidden,
            })
            .collect(),
    );
    now
}

fn three() -> Snapshot {
    with(&[
        ("Rota", "calendar", false, false),
        ("Referrals", "letter", true, false),
        ("Growth", "chart", true, true),
    ])
}

#[test]
fn a_widget_without_a_patient_opens_at_once() {
    let mut harness = both(900.0, three());
    harness
        .get_by_label("Rota, a widget of Lakeside Community Clinic")
        .click();
    harness.run();
    assert_eq!(deeds(&harness.state().asked), ["launch rota for nobody"]);
    assert!(!harness.state().local.wants_window());
}

#[test]
fn a_widget_that_wants_a_patient_asks_and_checks_the_number() {
    let mut harness = both(900.0, three());
    harness.get_by_label_contains("Referrals, a widget").click();
    harness.run();
    assert_eq!(harness.state().local.title(), "Which patient?");
    harness.get_by_label("Open Referrals for which patient?");
    let number = harness.get_by_label("NHS number");
    assert!(number.is_focused());
    number.type_text("954 785 2141");
    harness.run();
    harness.get_by_label_contains("This is not an NHS number. Check its digits.");
    assert!(harness.get_by_label("Open").accesskit_node().is_disabled());
    harness.key_press(Key::Enter);
    harness.run();
    assert!(deeds(&harness.state().asked).is_empty());
    harness.get_by_label("NHS number").focus();
    harness.run();
    harness.key_press(Key::End);
    harness.key_press(Key::Backspace);
    harness.run();
    harness.get_by_label("NHS number").type_text("0");
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    assert_eq!(
        deeds(&harness.state().asked),
        ["launch referrals for 9547852140"]
    );
    assert!(!harness.state().local.wants_window());
}

#[test]
fn the_patient_of_the_open_message_is_offered() {
    let mut now = three();
    now.opened = Some(Arc::new(open::message()));
    let mut harness = both(900.0, now);
    harness.get_by_label_contains("Referrals, a widget").click();
    harness.run();
    harness.get_by_label("JONES, Mary (Mrs), the patient of the message that is open.");
    harness.get_by_label("Open").click();
    harness.run();
    assert_eq!(
        deeds(&harness.state().asked),
        ["launch referrals for 9547852140"]
    );
}

#[test]
fn a_hidden_widget_is_not_on_the_bar_and_comes_back_from_the_list() {
    let mut harness = both(900.0, three());
    assert!(harness.query_by_label_contains("Growth").is_none());
    harness.get_by_label("More widgets").click();
    harness.run();
    assert_eq!(harness.state().local.title(), "Widgets");
    harness.get_by_label("Show Growth on the bar").click();
    harness.run();
    harness.get_by_label("Show Rota on the bar").click();
    harness.run();
    assert_eq!(
        deeds(&harness.state().asked),
        ["hide growth: false", "hide rota: true"]
    );
}

#[test]
fn widgets_that_find_no_room_are_behind_more() {
    let names: Vec<String> = (0..12).map(|n| format!("A long widget name {n}")).collect();
    let all: Vec<_> = names
        .iter()
        .map(|name| (name.as_str(), "rocket", false, false))
        .collect();
    let mut harness = both(560.0, with(&all));
    let on_bar = harness.query_all_by_label_contains(", a widget of").count();
    assert!((1..5).contains(&on_bar), "{on_bar}");
    harness.get_by_label("More widgets").click();
    harness.run();
    harness.get_by_label("Open A long widget name 3").click();
    harness.run();
    assert_eq!(
        deeds(&harness.state().asked),
        ["launch a long widget name 3 for nobody"]
    );
}

#[test]
fn a_widget_that_is_taken_away_takes_its_question_with_it() {
    let mut harness = both(900.0, three());
    harness.get_by_label_contains("Referrals, a widget").click();
    harness.run();
    harness.state_mut().now.widgets = Arc::default();
    harness.run();
    assert!(!harness.state().local.wants_window());
}
