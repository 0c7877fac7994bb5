//! The same way in the usual arrangement, windows beside the bar, by mouse and clipboard.

use super::screen::{Reader, SIZE, Screen};
use super::window::Window;
use crate::world::message::{attachment, instant};
use crate::world::{PATIENT, World, samples, wait};

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
    let [x, y, ..] = screen.window("^Pre-approved messages - ").await;
    screen.picture("codes").await;
    screen.keys(&["Tab", "Return"]).await;
    wait::until("a code was made", async || {
        // Its window draws the ring a few times a second.
        tokio::time::sleep(std::time::Duration::from_millis(800)).await;
        true
    })
    .await;
    screen.picture("code").await;
    let _ = (x, y);
    screen.keys(&["Tab", "Return"]).await;
    let code = wait::found("the code was copied", async || screen.clipboard().await).await;
    assert_eq!(code.len(), 8, "{code}");
    world.watch.secret(&code);
    let token = world.integrator.exchange(&code).await;
    tokio::time::sleep(std::time::Duration::from_millis(800)).await;
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
