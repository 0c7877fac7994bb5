//! The whole way of an instant message, in one window as a screen reader tells it: menu, access code, permission,
//! message, notice, record.

use super::screen::{Reader, Screen};
use super::window::Window;
use crate::world::message::{attachment, instant};
use crate::world::{World, samples};

/// The eight signs of a code, from what is told.
fn code_in(words: &str) -> Option<String> {
    words.lines().find_map(|line| {
        let signs: String = line.split(' ').collect();
        let grouped = line.len() == 9 && line.as_bytes().get(4) == Some(&b' ');
        let good = signs.len() == 8
            && signs
                .chars()
                .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
        (grouped && good).then_some(signs)
    })
}

#[tokio::test]
async fn a_code_read_from_the_window_lets_a_client_system_send_into_the_record() {
    let Some(screen) = Screen::start(Reader::Listens).await else {
        return;
    };
    let world = World::start().await;
    // So that only the window is there to import.
    world.toolbar_offline().await;
    let _window = Window::open(&screen, &world, &["--one-window"]);
    let bar = screen.hears("Connected").await;
    assert!(bar.contains("Dr Amara Okafor"), "{bar}");
    screen.picture("bar-one").await;

    screen.press("☰ Menu").await;
    screen.press("Pre-approved messages").await;
    screen.press("Create a new access token").await;
    let shown = screen.hears("s left").await;
    let code = code_in(&shown).unwrap_or_else(|| panic!("no code in:\n{shown}"));
    world.watch.secret(&code);
    screen.picture("code-one").await;
    let token = world.integrator.exchange(&code).await;
    screen.hears("Used by").await;
    screen.picture("code-used-one").await;

    let message = instant(vec![attachment(
        "application/pdf",
        "Letter.pdf",
        &samples::letter(),
    )]);
    let id = world.integrator.sent(&token, &message).await;
    world
        .integrator
        .until(&id, "COMPLETED / Imported automatically")
        .await;
    screen.hears("In the record").await;
    screen.picture("notice-one").await;
    let documents = world.records.read(&id).await;
    assert_eq!(documents.len(), 1);
    assert_eq!(documents[0].bytes, samples::letter());
    world.toolbar_online().await;
}
