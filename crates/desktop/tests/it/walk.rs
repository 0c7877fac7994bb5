//! Without a pointer: from the inbox to an imported document, past the guard, and to an access code.

use crate::asked::deeds;
use crate::inbox::inbox;
use crate::{codes, open, sample};
use desktop::snapshot::{Act, PendingAct, Told};
use eframe::egui::Key;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use jiff::SignedDuration;
use std::sync::Arc;

#[test]
fn a_document_is_imported_by_keys_alone() {
    let mut shown = open::opened(open::message());
    shown.opened = None;
    let mut harness = inbox(shown);
    harness.key_press(Key::ArrowDown);
    harness.run();
    harness.key_press(Key::ArrowUp);
    harness.key_press(Key::Home);
    harness.run();
    for _ in 0..20 {
        let on_it = harness
            .query_by_label_contains("JONES, Mary (Mrs), NHS number")
            .is_some_and(|row| row.accesskit_node().is_selected() == Some(true));
        if on_it {
            break;
        }
        harness.key_press(Key::ArrowDown);
        harness.run();
    }
    harness.key_press(Key::Enter);
    harness.run();
    assert_eq!(
        deeds(&harness.state().asked),
        [format!("open {}", open::row().reference)]
    );

    // The bridge opens it: another patient's number is on page 2.
    let mut message = open::message();
    message.searched = Some(open::searched(&[sample::nhs_number(77)]));
    harness.state_mut().asked.clear();
    harness.state_mut().now.opened = Some(Arc::new(message));
    harness.run();
    for _ in 0..4 {
        harness.key_press(Key::PageDown);
        harness.run();
    }
    harness.key_press(Key::I);
    harness.run();
    assert!(harness.get_by_label("Cancel").is_focused());
    tab_to(
        &mut harness,
        "I have read the document; it is about JONES, Mary (Mrs), NHS number 954\u{a0}785\u{a0}2140",
    );
    harness.key_press(Key::Space);
    harness.run();
    tab_to(&mut harness, "Import for this patient");
    harness.key_press(Key::Space);
    harness.run();
    assert_eq!(deeds(&harness.state().asked), ["import, confirmed true"]);

    // Five seconds to undo; then it is told.
    harness.state_mut().now.pending = Some(PendingAct {
        reference: open::row().reference,
        act: Act::Import,
        final_at: sample::now() + SignedDuration::from_secs(5),
    });
    harness.run();
    harness.get_by_label("Importing Discharge summary for JONES, Mary (Mrs)");
    harness.state_mut().now.pending = None;
    harness.state_mut().now.opened = None;
    harness.state_mut().now.told = Some(Told {
        good: true,
        words: "Discharge summary is in the record of JONES, Mary (Mrs).".to_owned(),
    });
    harness.run();
    harness.get_by_label("Discharge summary is in the record of JONES, Mary (Mrs).");
    // The keyboard is back in the list.
    harness.key_press(Key::ArrowDown);
    harness.key_press(Key::Enter);
    harness.run();
    assert_eq!(deeds(&harness.state().asked).len(), 2);
}

#[test]
fn a_code_is_made_and_stopped_by_keys_alone() {
    let mut harness = codes::screen(codes::permitted());
    tab_to(&mut harness, "Create a new access token");
    harness.key_press(Key::Enter);
    harness.run();
    harness.state_mut().now.code = codes::shown(None);
    harness.run();
    tab_to(&mut harness, "Copy");
    harness.key_press(Key::Enter);
    harness.run();
    tab_to(&mut harness, "Stop");
    harness.key_press(Key::Enter);
    harness.run();
    assert_eq!(deeds(&harness.state().asked), ["show code", "hide code"]);
}

fn tab_to<S>(harness: &mut egui_kittest::Harness<'_, S>, name: &str) {
    for _ in 0..40 {
        if harness.get_by_label(name).is_focused() {
            return;
        }
        harness.key_press(Key::Tab);
        harness.run();
    }
    panic!("Tab never comes to {name}");
}
