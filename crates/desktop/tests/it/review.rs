//! A message that is open: patient, documents, deeds, and who may do them.

use crate::asked::deeds;
use crate::inbox::inbox;
use crate::{open, sample};
use desktop::command::Command;
use desktop::snapshot::{Act, Card, Content, Holding, OpenMessage, PendingAct, Snapshot, Standing};
use eframe::egui::Key;
use eframe::egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use jiff::SignedDuration;
use std::sync::Arc;

fn with(change: impl FnOnce(&mut OpenMessage)) -> Snapshot {
    let mut message = open::message();
    change(&mut message);
    open::opened(message)
}

#[test]
fn the_banner_puts_the_record_beside_the_number() {
    let harness = inbox(open::opened(open::message()));
    harness.get_by_role_and_label(Role::Label, "JONES, Mary (Mrs)");
    harness.get_by_label("12-Mar-1956 (70 y)");
    harness.get_by_label("954 785 2140");
    harness.get_by_label("the same in message and record");
    harness.get_by_label_contains("The text names this NHS number and no other.");
}

#[test]
fn a_death_is_said_plainly() {
    let harness = inbox(with(|message| {
        if let Card::One { deceased, .. } = &mut message.card {
            *deceased = true;
        }
    }));
    harness.get_by_label_contains("This patient has died, the record says.");
}

#[test]
fn every_answer_of_the_record_system_is_in_words_and_says_what_it_means() {
    for (card, words, importable) in [
        (
            Card::Asking,
            "Asking your record system who this is.",
            false,
        ),
        (
            Card::Nobody,
            "Nobody in your records has this NHS number, so",
            false,
        ),
        (
            Card::Several(2),
            "2 patients in your records have this NHS number",
            false,
        ),
        (Card::NotAsked, "can't be asked about patients", true),
        (
            Card::Silent {
                reason: "it took longer than 10 s".to_owned(),
            },
            "did not answer (it took longer than 10 s)",
            true,
        ),
    ] {
        let mut harness = inbox(with(|message| message.card = card));
        harness.get_by_label_contains(words);
        let import = harness.get_by_role_and_label(Role::Button, "Import");
        assert_eq!(
            !import.accesskit_node().is_disabled(),
            importable,
            "{words}"
        );
        import.click();
        harness.run();
        harness.key_press(Key::I);
        harness.run();
        let asked = deeds(&harness.state().asked);
        assert_eq!(!asked.is_empty(), importable, "{words}: {asked:?}");
    }
}

#[test]
fn import_and_reject_wait_until_the_message_is_held() {
    for (holding, words) in [
        (Holding::Asking, "Opening it for you…"),
        (
            Holding::Theirs {
                name: Some("Dr Tom Llewellyn".to_owned()),
            },
            "Open at Dr Tom Llewellyn's. You can read it; import and reject wait until it is closed there.",
        ),
        (
            Holding::Theirs { name: None },
            "Somebody else has it open. You can read it; import and reject wait until it is closed there.",
        ),
    ] {
        let mut harness = inbox(with(|message| message.holding = holding));
        harness.get_by_label(words);
        for name in ["Import", "Reject…"] {
            let button = harness.get_by_role_and_label(Role::Button, name);
            assert!(button.accesskit_node().is_disabled());
        }
        harness.key_press(Key::I);
        harness.key_press(Key::R);
        harness.run();
        assert!(deeds(&harness.state().asked).is_empty());
        harness.get_by_label("discharge letter.pdf, page 1 of 3");
    }
}

#[test]
fn a_message_that_was_lost_says_why_and_can_be_opened_again() {
    let mut harness = inbox(with(|message| {
        message.holding = Holding::Lost {
            reason: "this PC was away for too long.".to_owned(),
        };
    }));
    harness.get_by_label("This message is no longer held for you: this PC was away for too long.");
    harness.get_by_label("Open again").click();
    harness.run();
    assert_eq!(
        deeds(&harness.state().asked),
        ["open 00000000-0000-4000-8000-000000000000"]
    );
}

#[test]
fn nothing_is_done_while_the_platform_is_away_or_the_act_is_pending() {
    let mut away = open::opened(open::message());
    away.standing = Standing::Offline {
        who: Some(sample::okafor()),
        reason: "no answer".to_owned(),
        since: sample::now(),
        next_try: None,
    };
    let mut pending = open::opened(open::message());
    pending.pending = Some(PendingAct {
        reference: open::row().reference,
        act: Act::Import,
        final_at: sample::now() + SignedDuration::from_secs(5),
    });
    for (now, words) in [
        (away, "The platform can't be reached at the moment."),
        (pending, "It becomes final in a moment. Undo is above."),
    ] {
        let mut harness = inbox(now);
        harness.get_by_label(words);
        for key in [Key::I, Key::R] {
            harness.key_press(key);
            harness.run();
        }
        assert!(deeds(&harness.state().asked).is_empty(), "{words}");
    }
}

#[test]
fn import_waits_for_the_search_for_other_numbers() {
    let mut harness = inbox(with(|message| message.searched = None));
    harness.get_by_label("The documents are still being searched for other NHS numbers.");
    harness.key_press(Key::I);
    harness.run();
    assert!(deeds(&harness.state().asked).is_empty());
}

#[test]
fn documents_stand_side_by_side_with_type_and_size_and_brackets_go_through_them() {
    let mut harness = inbox(open::opened(open::message()));
    harness.get_by_role_and_label(Role::Tab, "discharge letter.pdf, PDF, 313 KB");
    harness.get_by_label("discharge letter.pdf, page 1 of 3");
    harness
        .get_by_role_and_label(Role::Tab, "notes.txt, Consultation notes, 313 KB")
        .click();
    harness.run();
    harness.get_by_label_contains("Right knee swollen");
    harness.key_press(Key::CloseBracket);
    harness.run();
    harness.get_by_label("27113001");
    harness.get_by_label("71.5 kg");
    harness.get_by_label("Weight, without shoes");
    for _ in 0..4 {
        harness.key_press(Key::OpenBracket);
    }
    harness.run();
    harness.get_by_role_and_label(Role::Heading, "Seen in clinic today");
    harness.get_by_label_contains("check the blood pressure");
    harness.get_by_label("400 mg three times a day");
}

#[test]
fn pages_are_asked_for_once_at_the_width_that_is_shown_and_again_when_larger() {
    let mut harness = inbox(with(|message| {
        message.documents[0].content = Content::Pages(vec![None, None, None]);
    }));
    harness.run();
    let drawn = |asked: &[Command]| -> Vec<(usize, u32)> {
        asked
            .iter()
            .filter_map(|command| match command {
                Command::DrawPage { page, width, .. } => Some((*page, *width)),
                _ => None,
            })
            .collect()
    };
    let first = drawn(&harness.state().asked);
    assert_eq!(first.len(), 1, "{first:?}");
    assert_eq!(first[0].0, 0);
    harness.get_by_label("Page 1 of 3");
    for _ in 0..3 {
        harness.key_press(Key::Plus);
    }
    harness.run();
    harness.get_by_label("200 %");
    let then = drawn(&harness.state().asked);
    assert!(then.last().unwrap().1 > first[0].1, "{then:?}");
    harness.key_press(Key::Num0);
    harness.run();
    harness.get_by_label("100 %");
    harness.get_by_label("Smaller").click();
    harness.run();
    harness.get_by_label("75 %");
    harness.get_by_label("Fit width").click();
    harness.run();
    harness.get_by_label("100 %");
}

#[test]
fn pages_turn_by_buttons_and_by_keys() {
    let mut harness = inbox(open::opened(open::message()));
    harness.get_by_label("Next page").click();
    harness.run();
    harness.get_by_label("Page 2 of 3");
    harness.get_by_label("Previous page").click();
    harness.run();
    harness.get_by_label("Page 1 of 3");
    for _ in 0..20 {
        harness.key_press(Key::PageDown);
        harness.run();
    }
    harness.get_by_label("Page 3 of 3");
}

#[test]
fn what_cannot_be_shown_says_why() {
    let harness = inbox(with(|message| {
        message.documents[0].content = Content::NotShown {
            reason: "The file is damaged.".to_owned(),
        };
    }));
    harness.get_by_label("discharge letter.pdf can't be shown here");
    harness.get_by_label("The file is damaged.");
    let harness = inbox(with(|message| {
        message.documents[0].content = Content::Pages(Vec::new());
    }));
    harness.get_by_label("It has no pages.");
    let harness = inbox(with(|message| {
        message.documents[0].content = Content::Loading;
    }));
    harness.get_by_label("discharge letter.pdf is on its way…");
}

#[test]
fn a_page_is_put_on_the_graphics_card_once_and_leaves_with_the_message() {
    let mut harness = inbox(open::opened(open::message()));
    let kept = |harness: &egui_kittest::Harness<'_, _>| {
        let textures = harness.ctx.tex_manager();
        let textures = textures.read();
        textures
            .allocated()
            .filter(|(_, meta)| meta.name.starts_with("page-"))
            .count()
    };
    harness.run();
    let first = kept(&harness);
    assert!((1..=2).contains(&first), "{first}");
    harness.run_steps(5);
    assert_eq!(kept(&harness), first);
    harness.state_mut().now.opened = None;
    harness.run();
    assert_eq!(kept(&harness), 0);
}

#[test]
fn escape_and_the_button_let_the_message_go_and_the_record_opens() {
    let mut harness = inbox(open::opened(open::message()));
    harness.get_by_label("Open record").click();
    harness.run();
    harness.key_press(Key::Escape);
    harness.run();
    harness.get_by_role_and_label(Role::Button, "Close").click();
    harness.run();
    assert_eq!(
        deeds(&harness.state().asked),
        [
            "open record http://127.0.0.1:5000/subjects/1",
            "close",
            "close"
        ]
    );
}

#[test]
fn another_message_begins_with_its_own_first_document() {
    let mut harness = inbox(open::opened(open::message()));
    harness.key_press(Key::CloseBracket);
    harness.run();
    harness.get_by_label("wound.jpg, page 1 of 1");
    let mut other = open::message();
    other.row = sample::row(3);
    harness.state_mut().now.opened = Some(Arc::new(other));
    harness.run();
    harness.get_by_label("discharge letter.pdf, page 1 of 3");
}
