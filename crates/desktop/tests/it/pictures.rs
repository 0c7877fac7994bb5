//! Pictures of the screens, for eyes: `target/screenshots/desktop-*.png`. Skipped, with a word, where nothing can draw.

use crate::{codes, open, sample, widgets};
use desktop::command::Command;
use desktop::look;
use desktop::screens::inbox::{self, InboxState};
use desktop::snapshot::{
    Act, Card, CodeOnScreen, Content, Holding, OpenMessage, PendingAct, Snapshot, Told,
};
use eframe::egui::{self, Key, Vec2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use egui_kittest::wgpu::WgpuTestRenderer;
use jiff::SignedDuration;
use std::path::PathBuf;

type Asked = Vec<Command>;

fn folder() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
        .parent()
        .unwrap()
        .join("screenshots");
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Draws `show`, lets `play` press keys and buttons, and keeps the picture.
fn picture(
    name: &str,
    size: Vec2,
    mut show: impl FnMut(&mut egui::Ui),
    play: impl FnOnce(&mut Harness<'_>),
) {
    let mut harness = Harness::builder()
        .with_size(size)
        .with_theme(egui::Theme::Light)
        .with_render_cursor(false)
        .with_context_setup(look::apply)
        .renderer(WgpuTestRenderer::new())
        .build_ui(move |ui| show(ui));
    play(&mut harness);
    harness.run();
    let drawn = harness.render().unwrap();
    drawn
        .save(folder().join(format!("desktop-{name}.png")))
        .unwrap();
}

fn inbox(name: &str, now: Snapshot, play: impl FnOnce(&mut Harness<'_>)) {
    inbox_of(vec2(1240.0, 800.0), name, now, play);
}

fn inbox_of(size: Vec2, name: &str, now: Snapshot, play: impl FnOnce(&mut Harness<'_>)) {
    let mut local = InboxState::default();
    let show = move |ui: &mut egui::Ui| inbox::show(ui, &now, &mut local, &mut Asked::new());
    picture(name, size, show, play);
}

fn with(change: impl FnOnce(&mut OpenMessage)) -> Snapshot {
    let mut message = open::message();
    change(&mut message);
    open::opened(message)
}

fn mixed() -> Snapshot {
    let mut now = open::opened(open::message());
    now.opened = None;
    let mut rows: Vec<_> = (1..30).rev().map(sample::row).collect();
    rows[3].expires_at = sample::now() + SignedDuration::from_hours(9);
    rows[1].patient =
        Some("FEATHERSTONEHAUGH-CHOLMONDELEY, Bartholomew Maximilian (Mr)".to_owned());
    rows.insert(2, open::row());
    now.inbox = sample::with(rows).inbox;
    now
}

#[test]
fn every_screen_is_drawn_for_eyes() {
    if std::panic::catch_unwind(WgpuTestRenderer::new).is_err() {
        println!("skipped: no graphics adapter here, not even one in software");
        return;
    }
    lists();
    reviews();
    dialogs();
    codes_and_widgets();
}

fn lists() {
    inbox("inbox", mixed(), |harness| {
        for _ in 0..4 {
            harness.key_press(Key::ArrowDown);
        }
    });
    inbox("inbox-empty", sample::online(), |_| ());
    let mut told = mixed();
    told.told = Some(Told {
        good: true,
        words: "Discharge summary is in the record of JONES, Mary (Mrs).".to_owned(),
    });
    inbox("inbox-told", told, |harness| {
        harness.get_by_label("Failed: 6").click();
    });
}

fn reviews() {
    inbox("review", open::opened(open::message()), |_| ());
    inbox("review-text", open::opened(open::message()), |harness| {
        harness.key_press(Key::OpenBracket);
    });
    inbox("review-notes", open::opened(open::message()), |harness| {
        harness.key_press(Key::CloseBracket);
        harness.key_press(Key::CloseBracket);
    });
    inbox("review-coded", open::opened(open::message()), |harness| {
        for _ in 0..3 {
            harness.key_press(Key::CloseBracket);
        }
    });
    inbox(
        "review-nobody",
        with(|message| {
            message.card = Card::Nobody;
            message.documents[0].content = Content::NotShown {
                reason: "The file is damaged: its pages can't be found.".to_owned(),
            };
            message.row.reason = Some("The record of this patient is locked.".to_owned());
            message.row.why = desktop::snapshot::Why::Failed;
        }),
        |_| (),
    );
    inbox(
        "review-theirs",
        with(|message| {
            message.holding = Holding::Theirs {
                name: Some("Dr Tom Llewellyn".to_owned()),
            };
            if let Card::One { deceased, .. } = &mut message.card {
                *deceased = true;
            }
        }),
        |_| (),
    );
    let mut pending = open::opened(open::message());
    pending.pending = Some(PendingAct {
        reference: open::row().reference,
        act: Act::Import,
        final_at: sample::now() + SignedDuration::from_millis(3200),
    });
    inbox("review-pending", pending, |_| ());
    let small = with(|message| {
        message.searched = Some(open::searched(&[sample::nhs_number(77)]));
    });
    inbox_of(vec2(900.0, 600.0), "review-small", small, |_| ());
}

fn dialogs() {
    let suspicious = || {
        with(|message| {
            message.searched = Some(open::searched(&[sample::nhs_number(77)]));
        })
    };
    inbox("guard-warning", suspicious(), |_| ());
    inbox("guard", suspicious(), |harness| harness.key_press(Key::I));
    inbox("reject", open::opened(open::message()), |harness| {
        harness.key_press(Key::R);
        harness.run();
        harness
            .get_by_label("Wrong patient in the document")
            .click();
        harness.run();
        let words = harness.get_by_label("In your words, if you like");
        words.focus();
        words.type_text("Page 2 is about somebody else.");
    });
    inbox("keys", mixed(), |harness| harness.key_press(Key::F1));
}

fn codes_and_widgets() {
    let codes = |name: &str, code: CodeOnScreen, play: fn(&mut Harness<'_>)| {
        let mut now = codes::permitted();
        now.code = code;
        let mut local = desktop::screens::codes::CodesState::default();
        let show = move |ui: &mut egui::Ui| {
            look::page().show(ui, |ui| {
                desktop::screens::codes::show(ui, &now, &mut local, &mut Asked::new());
            });
        };
        picture(name, vec2(760.0, 720.0), show, play);
    };
    codes("codes", CodeOnScreen::None, |_| ());
    codes("code", codes::shown(None), |_| ());
    codes("code-used", codes::shown(Some(codes::used())), |_| ());
    codes("withdraw", CodeOnScreen::None, |harness| {
        harness
            .get_by_label("Withdraw from City Eye Service")
            .click();
    });

    let names = [
        "calendar",
        "letter",
        "chart",
        "pill",
        "phone",
        "video",
        "form",
        "flask",
        "heart",
        "lungs",
        "bone",
        "baby",
        "brain",
        "eye",
        "tooth",
        "syringe",
        "ambulance",
        "people",
        "chat",
        "camera",
        "map",
        "book",
        "shield",
        "star",
        "rocket",
    ];
    let all: Vec<_> = names
        .iter()
        .map(|&name| (name, name, name == "chart", name == "pill"))
        .collect();
    for (name, act) in [
        (
            "widgets-ask",
            "chart, a widget of Lakeside Community Clinic",
        ),
        ("widgets", "More widgets"),
    ] {
        let now = widgets::with(&all);
        let mut local = desktop::screens::widgets::WidgetsState::default();
        let show = move |ui: &mut egui::Ui| {
            look::page().show(ui, |ui| {
                desktop::screens::widgets::strip(ui, &now, &mut local, &mut Asked::new());
                ui.add_space(20.0);
                desktop::screens::widgets::ask(ui, &now, &mut local, &mut Asked::new());
            });
        };
        picture(name, vec2(700.0, 900.0), show, |harness| {
            harness.get_by_label(act).click();
        });
    }
}
