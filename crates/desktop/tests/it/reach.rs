//! What everybody must be able to reach and read: sizes of targets, and contrast of every colour that text is set in.

use crate::{codes, inbox, open, sample, widgets};
use desktop::look::{self, Tone};
use eframe::egui::accesskit::Role;
use eframe::egui::{Color32, Key};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};

const OPERATED: [Role; 6] = [
    Role::Button,
    Role::CheckBox,
    Role::RadioButton,
    Role::Tab,
    Role::ComboBox,
    Role::ListBoxOption,
];

fn targets_are_large<S>(harness: &Harness<'_, S>, screen: &str) {
    let mut seen = 0;
    for node in harness.query_all_by(|node| OPERATED.contains(&node.role())) {
        let rect = node.rect();
        let name = node.accesskit_node().label().unwrap_or_default();
        let least = look::TARGET - 0.5;
        assert!(
            rect.height() >= least && rect.width() >= least,
            "{screen}: {name}: {rect:?}"
        );
        seen += 1;
    }
    assert!(seen > 2, "{screen}");
}

#[test]
fn no_target_is_smaller_than_thirty_two_points() {
    targets_are_large(
        &inbox::inbox(sample::with((0..9).map(sample::row).collect())),
        "inbox",
    );
    let mut message = open::message();
    message.searched = Some(open::searched(&[sample::nhs_number(77)]));
    let mut review = inbox::inbox(open::opened(message));
    targets_are_large(&review, "review");
    for key in [Key::I, Key::R, Key::F1] {
        review.key_press(key);
        review.run();
        targets_are_large(&review, "dialog");
        review.key_press(Key::Escape);
        review.run();
    }
    let mut now = codes::permitted();
    now.code = codes::shown(None);
    targets_are_large(&codes::screen(now), "codes");
    let mut strip = widgets::both(
        900.0,
        widgets::with(&[
            ("Rota", "calendar", false, false),
            ("Eyes", "eye", true, true),
        ]),
    );
    strip.get_by_label("More widgets").click();
    strip.run();
    targets_are_large(&strip, "widgets");
}

#[test]
fn every_text_has_a_contrast_of_four_and_a_half_on_its_ground() {
    for ground in [look::PAPER, look::WASH, look::ACCENT_WASH] {
        for ink in [look::INK, look::INK_SOFT, look::ACCENT] {
            readable(ink, ground);
        }
    }
    for tone in [Tone::Plain, Tone::Good, Tone::Warn, Tone::Bad] {
        readable(look::INK, tone.wash());
        for ground in [look::PAPER, look::WASH, look::ACCENT_WASH, tone.wash()] {
            readable(tone.ink(), ground);
        }
    }
    for ground in [look::ACCENT, look::ACCENT_DARK, Tone::Bad.ink()] {
        readable(look::PAPER, ground);
    }
}

/// The contrast of WCAG 2.2.
fn readable(ink: Color32, ground: Color32) {
    let light = |colour: Color32| {
        let [r, g, b] = [colour.r(), colour.g(), colour.b()].map(|part| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 {
                part / 12.92
            } else {
                ((part + 0.055) / 1.055).powf(2.4)
            }
        });
        0.2126 * r + 0.7152 * g + 0.0722 * b
    };
    let (a, b) = (light(ink), light(ground));
    let contrast = (a.max(b) + 0.05) / (a.min(b) + 0.05);
    assert!(contrast >= 4.5, "{ink:?} on {ground:?}: {contrast:.2}");
}
