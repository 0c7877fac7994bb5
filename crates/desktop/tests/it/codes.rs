//! Pre-approved messages: the code, its ring, and the list of those who may send.

use crate::asked::deeds;
use crate::sample;
use crate::stage::{Stage, play};
use desktop::command::Command;
use desktop::screens::codes::{self, CodesState};
use desktop::snapshot::{CodeOnScreen, Permission, Snapshot, Standing, Used};
use eframe::egui::accesskit::Role;
use eframe::egui::{OutputCommand, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use jiff::SignedDuration;
use std::sync::Arc;

pub(crate) fn screen<'a>(now: Snapshot) -> Harness<'a, Stage<CodesState>> {
    play(vec2(760.0, 720.0), now, CodesState::default(), codes::show)
}

pub(crate) fn permitted() -> Snapshot {
    let mut now = sample::online();
    let day = |hours| sample::now() - SignedDuration::from_hours(hours);
    now.permissions.list = Some(Arc::new(vec![
        Permission {
            token_id: "token-2".to_owned(),
            client: "City Eye Service".to_owned(),
            made_at: day(2),
            last_used_at: None,
        },
        Permission {
            token_id: "token-1".to_owned(),
            client: "Lakeside Community Clinic".to_owned(),
            made_at: day(24 * 90),
            last_used_at: Some(sample::now() - SignedDuration::from_mins(25)),
        },
    ]));
    now
}

pub(crate) fn shown(used: Option<Used>) -> CodeOnScreen {
    CodeOnScreen::Shown {
        code: "K7MW2QXH".to_owned(),
        made_at: sample::now() - SignedDuration::from_secs(23),
        ends_at: sample::now() + SignedDuration::from_secs(37),
        used,
    }
}

pub(crate) fn used() -> Used {
    Used {
        client: "City Eye Service".to_owned(),
        at: sample::now() - SignedDuration::from_secs(4),
    }
}

#[test]
fn the_list_says_when_each_was_made_and_last_used() {
    let harness = screen(permitted());
    harness.get_by_label("City Eye Service");
    harness.get_by_label("Made today 08:30 · last used never");
    harness.get_by_label("Made 23-Aug-2026 10:30 · last used today 10:05");
    assert!(matches!(
        harness.state().asked[..],
        [Command::ReadPermissions]
    ));
}

#[test]
fn an_empty_list_an_unread_one_and_trouble_are_told_apart() {
    let mut now = permitted();
    now.permissions.list = Some(Arc::default());
    screen(now).get_by_label("Nobody. Every message waits in the inbox for you.");
    screen(sample::online()).get_by_label("Being read…");
    let mut now = sample::online();
    now.permissions.trouble = Some("the platform did not answer.".to_owned());
    screen(now).get_by_label("The list can't be read now: the platform did not answer.");
}

#[test]
fn withdrawing_asks_first_and_says_what_happens() {
    let mut harness = screen(permitted());
    harness
        .get_by_label("Withdraw from Lakeside Community Clinic")
        .click();
    harness.run();
    harness.get_by_role_and_label(
        Role::Dialog,
        "Withdraw the permission of Lakeside Community Clinic?",
    );
    harness.get_by_label_contains("Messages on their way wait in the inbox");
    assert!(harness.get_by_label("Keep it").is_focused());
    harness.get_by_label("Keep it").click();
    harness.run();
    assert!(deeds(&harness.state().asked).is_empty());
    harness
        .get_by_label("Withdraw from Lakeside Community Clinic")
        .click();
    harness.run();
    harness
        .get_by_role_and_label(Role::Button, "Withdraw")
        .click();
    harness.run();
    assert_eq!(deeds(&harness.state().asked), ["withdraw token-1"]);
    assert!(harness.query_by_label("Keep it").is_none());
}

#[test]
fn a_code_is_large_spelled_and_counts_down() {
    let mut now = permitted();
    now.code = shown(None);
    let mut harness = screen(now);
    let code = harness.get_by_label("K7MW 2QXH");
    assert!(code.rect().height() > 45.0);
    harness.get_by_label("Kilo, seven, Mike, Whiskey");
    harness.get_by_label("two, Quebec, X-ray, Hotel");
    harness.get_by_label("37 s left");
    harness.state_mut().now.now = sample::now() + SignedDuration::from_secs(30);
    harness.run();
    harness.get_by_label("7 s left");
}

#[test]
fn a_code_is_asked_for_copied_and_stopped() {
    let mut harness = screen(permitted());
    harness.get_by_label("Create a new access token").click();
    harness.run();
    harness.state_mut().now.code = CodeOnScreen::Making;
    harness.run();
    harness.get_by_label("A code is being made…");
    harness.state_mut().now.code = shown(None);
    harness.run();
    harness.get_by_label("Copy").click();
    let mut copied = Vec::new();
    for _ in 0..4 {
        harness.step();
        for command in &harness.output().platform_output.commands {
            if let OutputCommand::CopyText(text) = command {
                copied.push(text.clone());
            }
        }
    }
    assert_eq!(copied, ["K7MW2QXH"]);
    harness.get_by_label("Copied");
    harness.get_by_label("Stop").click();
    harness.run();
    assert_eq!(deeds(&harness.state().asked), ["show code", "hide code"]);
}

#[test]
fn the_use_of_a_code_is_told_beside_the_next_and_alone() {
    let mut now = permitted();
    now.code = shown(Some(used()));
    let mut harness = screen(now);
    let words = "Used by City Eye Service just now. It may send in your name from now on.";
    harness.get_by_label(words);
    harness.get_by_label("K7MW 2QXH");
    harness.state_mut().now.code = CodeOnScreen::Done(used());
    harness.run();
    harness.get_by_label(words);
    harness.get_by_label("Create another access token");
    harness.state_mut().now.now = sample::now() + SignedDuration::from_mins(5);
    harness.run();
    harness.get_by_label_contains("Used by City Eye Service today 10:29.");
}

#[test]
fn trouble_is_in_words_and_can_be_tried_again() {
    let mut now = permitted();
    now.code = CodeOnScreen::Trouble {
        reason: "too many codes at the same time.".to_owned(),
    };
    let mut harness = screen(now);
    harness.get_by_label("No code can be made now: too many codes at the same time.");
    harness.get_by_label("Try again").click();
    harness.run();
    assert_eq!(deeds(&harness.state().asked), ["show code"]);
}

#[test]
fn no_code_is_asked_for_while_cut_off() {
    let mut now = permitted();
    now.standing = Standing::Offline {
        who: Some(sample::okafor()),
        reason: "no answer".to_owned(),
        since: sample::now(),
        next_try: None,
    };
    let harness = screen(now);
    let button = harness.get_by_label("Create a new access token");
    assert!(button.accesskit_node().is_disabled());
    harness.get_by_label("Codes can be made while you are signed in and connected.");
}

#[test]
fn nobody_is_told_to_read_a_code_to_whoever_asks() {
    let mut now = permitted();
    let harness = screen(now.clone());
    harness.get_by_label_contains("give it to nobody who rings you for it");
    now.code = shown(None);
    let harness = screen(now);
    harness.get_by_label_contains("Type it into the product that you want to let send.");
    harness.get_by_label_contains("nobody rings you for it");
    assert!(harness.query_by_label_contains("who asks").is_none());
}

#[test]
fn the_list_is_read_again_for_each_who_signs_in() {
    let mut harness = screen(permitted());
    let read = |harness: &Harness<Stage<CodesState>>| {
        let asked = harness.state().asked.iter();
        asked
            .filter(|command| matches!(command, Command::ReadPermissions))
            .count()
    };
    harness.run();
    assert_eq!(read(&harness), 1);
    let mut other = sample::okafor();
    other.spine_user_id = "555000000102".to_owned();
    harness.state_mut().now.standing = Standing::Online { who: other };
    harness.run();
    assert_eq!(read(&harness), 2);
    // A window that was closed is read anew.
    harness.key_press(eframe::egui::Key::Escape);
    harness.run();
    assert_eq!(read(&harness), 3);
}
