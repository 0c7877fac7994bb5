//! The menu: its entries, and the keyboard.

use crate::sample;
use crate::stage::{Stage, play};
use desktop::command::Command;
use desktop::place::Place;
use desktop::screens::menu::{self, MenuState};
use desktop::snapshot::{Snapshot, Standing};
use eframe::egui::accesskit::Role;
use eframe::egui::{Key, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};

fn menu<'a>(now: Snapshot) -> Harness<'a, Stage<MenuState>> {
    play(vec2(320.0, 320.0), now, MenuState::opened(), menu::show)
}

fn press(harness: &mut Harness<'_, Stage<MenuState>>, key: Key) {
    harness.key_press(key);
    harness.run();
}

#[test]
fn its_entries_stand_in_their_order() {
    let harness = menu(sample::online());
    let names: Vec<_> = harness
        .get_all_by_role(Role::Button)
        .filter_map(|node| node.accesskit_node().label())
        .collect();
    assert_eq!(
        names,
        [
            "Inbox",
            "Pre-approved messages",
            "Settings",
            "About",
            "Sign out",
            "Quit"
        ]
    );
}

#[test]
fn arrows_walk_and_enter_chooses() {
    let mut harness = menu(sample::online());
    harness.run();
    assert!(harness.get_by_label("Inbox").is_focused());
    press(&mut harness, Key::ArrowDown);
    assert!(harness.get_by_label("Pre-approved messages").is_focused());
    press(&mut harness, Key::ArrowDown);
    assert!(harness.get_by_label("Settings").is_focused());
    press(&mut harness, Key::ArrowUp);
    press(&mut harness, Key::ArrowUp);
    press(&mut harness, Key::ArrowUp);
    assert!(harness.get_by_label("Quit").is_focused());
    press(&mut harness, Key::Home);
    press(&mut harness, Key::Enter);
    assert_eq!(harness.state().local.wants, Some(Place::Inbox));
    assert!(harness.state().local.done);
}

#[test]
fn signing_out_and_in_take_turns() {
    let mut harness = menu(sample::online());
    harness.get_by_label("Sign out").click();
    harness.run();
    assert!(matches!(
        harness.state().asked.as_slice(),
        [Command::SignOut]
    ));
    let mut harness = menu(sample::standing(Standing::SignedOut {
        reason: "You signed out.".to_owned(),
        by_choice: true,
    }));
    harness.get_by_label("Sign in").click();
    harness.run();
    assert!(matches!(
        harness.state().asked.as_slice(),
        [Command::SignIn]
    ));
}

#[test]
fn an_unknown_pc_has_no_inbox_to_open() {
    let mut harness = menu(sample::standing(Standing::NotRegistered {
        reason: String::new(),
    }));
    harness.run();
    assert!(harness.get_by_label("Settings").is_focused());
    harness.get_by_label("Inbox").click();
    harness.run();
    assert_eq!(harness.state().local.wants, None);
}
