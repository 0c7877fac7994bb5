//! A thousand waiting messages scroll; how long their frames take is printed and decides nothing.

use crate::inbox::inbox;
use crate::sample;
use eframe::egui::{Event, Modifiers, MouseWheelSource, MouseWheelUnit, TouchPhase, pos2, vec2};
use std::time::{Duration, Instant};

#[test]
fn a_thousand_messages_scroll_from_end_to_end() {
    let mut harness = inbox(sample::with((0..1000).map(sample::row).collect()));
    harness.run();
    harness.hover_at(pos2(600.0, 500.0));
    harness.run();
    let mut took: Vec<Duration> = Vec::new();
    for _ in 0..600 {
        harness.event(Event::MouseWheel {
            source: MouseWheelSource::Wheel,
            unit: MouseWheelUnit::Point,
            delta: vec2(0.0, -120.0),
            phase: TouchPhase::Move,
            modifiers: Modifiers::NONE,
        });
        let begun = Instant::now();
        harness.step();
        took.push(begun.elapsed());
    }
    took.sort();
    let at = |share: usize| took[(took.len() - 1) * share / 100];
    println!(
        "1,000 messages, {} frames while scrolling, with the tree for screen readers: median {:.2?}, p99 {:.2?}, worst {:.2?}",
        took.len(),
        at(50),
        at(99),
        at(100),
    );
}
