//! Rejecting a message.

use crate::asked::deeds;
use crate::inbox::inbox;
use crate::open;
use crate::stage::Stage;
use desktop::screens::inbox::InboxState;
use eframe::egui::Key;
use eframe::egui::accesskit::{Role, Toggled};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};

type Shown<'a> = Harness<'a, Stage<InboxState>>;

#[test]
fn a_reason_and_words_are_shown_as_the_sender_will_read_them() {
    let mut harness = inbox(open::opened(open::message()));
    harness.get_by_label("Reject…").click();
    harness.run();
    harness.get_by_role_and_label(Role::Dialog, "Reject this message");
    harness.get_by_label("Choose a reason.");
    assert!(
        harness
            .get_by_role_and_label(Role::Button, "Reject")
            .accesskit_node()
            .is_disabled()
    );
    harness
        .get_by_label("Wrong patient in the document")
        .click();
    harness.run();
    harness.get_by_label("In your words, if you like").focus();
    harness.run();
    harness
        .get_by_label("In your words, if you like")
        .type_text("Page 2 is about somebody else.");
    harness.run();
    harness.get_by_label("Wrong patient in the document. Page 2 is about somebody else.");
    harness.get_by_label("61 of 500 characters");
    harness
        .get_by_role_and_label(Role::Button, "Reject")
        .click();
    harness.run();
    assert_eq!(
        deeds(&harness.state().asked),
        ["reject: Wrong patient in the document. Page 2 is about somebody else."]
    );
    assert!(harness.query_by_label("Reject this message").is_none());
}

#[test]
fn other_needs_words() {
    let mut harness = inbox(open::opened(open::message()));
    harness.key_press(Key::R);
    harness.run();
    harness.get_by_label("Other").click();
    harness.run();
    harness.get_by_label("Write the reason in words.");
    harness
        .get_by_role_and_label(Role::Button, "Reject")
        .click();
    harness.run();
    assert!(deeds(&harness.state().asked).is_empty());
}

#[test]
fn too_many_characters_are_counted_and_not_sent() {
    let mut harness = inbox(open::opened(open::message()));
    harness.key_press(Key::R);
    harness.run();
    harness.get_by_label("Duplicate").click();
    harness.run();
    harness.get_by_label("In your words, if you like").focus();
    harness.run();
    harness
        .get_by_label("In your words, if you like")
        .type_text(&"w".repeat(490));
    harness.run();
    harness.get_by_label_contains("501 of 500 characters");
    harness.get_by_label("1 character too long.");
    assert!(
        harness
            .get_by_role_and_label(Role::Button, "Reject")
            .accesskit_node()
            .is_disabled()
    );
}

#[test]
fn escape_and_cancel_reject_nothing() {
    let mut harness = inbox(open::opened(open::message()));
    for leave_by_key in [true, false] {
        harness.key_press(Key::R);
        harness.run();
        harness.get_by_label("Duplicate").click();
        harness.run();
        if leave_by_key {
            harness.key_press(Key::Escape);
        } else {
            harness.get_by_label("Cancel").click();
        }
        harness.run();
        assert!(harness.query_by_label("Reject this message").is_none());
    }
    assert!(deeds(&harness.state().asked).is_empty());
}

#[test]
fn letters_typed_as_words_are_not_taken_for_keys() {
    let mut harness = inbox(open::opened(open::message()));
    harness.key_press(Key::R);
    harness.run();
    harness.get_by_label("In your words, if you like").focus();
    harness.run();
    for key in [Key::I, Key::R, Key::Slash] {
        harness.key_press(key);
        harness.run();
    }
    assert!(deeds(&harness.state().asked).is_empty());
    harness.get_by_role_and_label(Role::Dialog, "Reject this message");
}

#[test]
fn the_reasons_are_one_stop_of_the_tab_key_and_arrows_choose() {
    let mut harness = inbox(open::opened(open::message()));
    harness.key_press(Key::R);
    harness.run();
    let reason = |name| (Role::RadioButton, name);
    let get = |harness: &Shown, (role, name): (Role, &str)| {
        let node = harness.get_by_role_and_label(role, name);
        let chosen = node.accesskit_node().toggled() == Some(Toggled::True);
        (node.is_focused(), chosen)
    };
    assert_eq!(get(&harness, reason("Not our patient")), (true, false));
    for (key, name) in [
        (Key::ArrowDown, "Wrong patient in the document"),
        (Key::ArrowDown, "Duplicate"),
        (Key::ArrowUp, "Wrong patient in the document"),
        (Key::ArrowUp, "Not our patient"),
        (Key::ArrowUp, "Other"),
        (Key::ArrowUp, "Not for this practice"),
    ] {
        harness.key_press(key);
        harness.run();
        assert_eq!(get(&harness, reason(name)), (true, true), "{name}");
    }
    let mut left_to_right = Vec::new();
    for name in ["In your words, if you like", "Reject", "Cancel"] {
        harness.key_press(Key::Tab);
        harness.run();
        let focused = harness
            .query_all_by_label(name)
            .find(egui_kittest::Node::is_focused);
        left_to_right.push(focused.expect(name).rect().left());
    }
    let [_, reject, cancel] = left_to_right[..] else {
        panic!("three stops");
    };
    assert!(reject < cancel);
}
