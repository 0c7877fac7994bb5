//! The same way in the usual arrangement, windows beside the bar, by mouse and clipboard.

use super::screen::{Reader, SIZE, Screen};
use super::window::Window;
use crate::world::message::{attachment, instant, standard};
use crate::world::{PATIENT, World, samples, wait};
use serde_json::json;
use std::time::Duration;

/// What was asked for is on the screen by then.
const SOON: Duration = Duration::from_secs(1);

#[tokio::test]
async fn a_right_click_leads_to_a_code_that_is_copied_and_a_click_on_the_notice_opens_the_record() {
    let Some(screen) = Screen::start(Reader::None).await else {
        return;
    };
    let world = World::start().await;
    world.toolbar_offline().await;
    let _window = Window::open(&screen, &world, &[]);
    let [x, y, width, height] = screen.window("^Baton toolbar$").await;
    assert_eq!((x, y, width, height), (0, 0, SIZE.0, 44), "the bar's place");
    wait::until("the window has registered and signed in", async || {
        world.data().join("window/session.json").exists()
    })
    .await;
    screen.picture("bar").await;

    screen.click((640, 22), "3").await;
    screen.window("^Menu$").await;
    screen.picture("menu").await;
    screen.keys(&["Down", "Return"]).await;
    screen.gone("^Menu$").await;
    screen.window("^Pre-approved messages - ").await;
    screen.picture("codes").await;
    screen.keys(&["Tab", "Return"]).await;
    // The ring is drawn a few times a second.
    tokio::time::sleep(SOON).await;
    screen.picture("code").await;
    screen.keys(&["Tab", "Return"]).await;
    let code = wait::found("the code was copied", async || screen.clipboard().await).await;
    assert_eq!(code.len(), 8, "{code}");
    world.watch.secret(&code);
    let token = world.integrator.exchange(&code).await;
    tokio::time::sleep(SOON).await;
    screen.picture("code-used").await;

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
    let [x, y, width, height] = screen.window("^Notice$").await;
    assert_eq!(x + width, SIZE.0 - 12, "at the right");
    assert_eq!(y + height, SIZE.1 - 12, "at the bottom");
    screen.picture("notice").await;
    screen.click((x + 60, y + 60), "1").await;
    wait::until("the record was opened", async || {
        screen.browsed().contains(PATIENT)
    })
    .await;
    assert_eq!(world.records.documents_of(&id).await.len(), 1);
    world.toolbar_online().await;
}

#[tokio::test]
async fn what_waits_is_listed_and_the_document_stands_beside_the_list() {
    let Some(screen) = Screen::start(Reader::None).await else {
        return;
    };
    let world = World::start().await;
    let letter = || {
        attachment(
            "application/pdf",
            "Dispense notification.pdf",
            &samples::letter(),
        )
    };
    let note = || attachment("text/plain", "Counter note.txt", &samples::note());
    let photograph = || attachment("image/jpeg", "Retina.jpg", &samples::photograph());
    let waiting = [
        ("9992110430", vec![letter()]),
        ("9547852140", vec![letter(), note()]),
        ("9999516173", vec![photograph()]),
        ("9995726289", vec![note()]),
        ("9994245732", vec![letter(), photograph()]),
    ];
    for (number, attachments) in waiting {
        let mut message = standard(attachments);
        message["subject"]["id"]["value"] = json!(number);
        let sent = world.integrator.send_standard(&message).await;
        assert_eq!(sent.status, 200, "{sent:?}");
    }
    let _window = Window::open(&screen, &world, &[]);
    screen.window("^Baton toolbar$").await;
    wait::until("the window has signed in", async || {
        world.data().join("window/session.json").exists()
    })
    .await;
    tokio::time::sleep(SOON).await;
    screen.click((640, 22), "3").await;
    screen.window("^Menu$").await;
    screen.keys(&["Return"]).await;
    screen.window("^Inbox - ").await;
    screen.picture("inbox-beside").await;
    screen.keys(&["Home", "Down", "Return"]).await;
    wait::until("the message is held", async || {
        world.program.log_text().contains("{messageRef}/claim")
    })
    .await;
    // Its pages are drawn by another process.
    tokio::time::sleep(SOON * 4).await;
    screen.picture("review-beside").await;
    screen.keys(&["Escape"]).await;
    wait::until("the message is given back", async || {
        world.program.log_text().contains("{messageRef}/release")
    })
    .await;
}
