//! Out and in again: signed out, the platform gone, the window killed. Nothing half done, nothing lost.

use super::screen::{Reader, Screen};
use super::window::Window;
use crate::world::message::{attachment, id, standard};
use crate::world::program::Program;
use crate::world::{UP, World, samples};
use serde_json::Value;

/// The address of one of its parts, without the host.
fn port(ready: &Value, part: &str) -> String {
    let url = ready[part]["url"].as_str().unwrap();
    url.rsplit(':').next().unwrap().to_owned()
}

/// The whole `up` again, where it was before.
fn again(world: &World) -> Program {
    let mut words: Vec<String> = UP.map(str::to_owned).to_vec();
    let parts = ["platform", "testPas", "gateway", "pkb"];
    for (part, place) in parts.into_iter().zip([2, 4, 6, 8]) {
        words[place] = port(&world.ready, part);
    }
    words.extend([
        "--data-dir".to_owned(),
        world.data().to_str().unwrap().to_owned(),
    ]);
    let log = world.program.log();
    let program = Program::start(&words, &[], &log, world.watch.clone());
    program.ready();
    program
}

/// How many sessions toolbars have begun.
fn sessions(world: &World) -> usize {
    let log = world.program.log_text();
    let begun = |line: &&str| {
        line.contains("method=\"POST\"") && line.contains("route=\"/toolbar/v1/sessions\"")
    };
    log.lines().filter(begun).count()
}

#[tokio::test]
async fn somebody_signs_out_and_in_and_the_platform_goes_and_comes_back() {
    let Some(screen) = Screen::start(Reader::Listens).await else {
        return;
    };
    let mut world = World::start().await;
    let message = standard(vec![attachment("text/plain", "Note.txt", b"marker-away")]);
    assert_eq!(world.integrator.send_standard(&message).await.status, 200);
    let _window = Window::open(&screen, &world, &["--one-window"]);
    screen.hears("Inbox: 1 waiting").await;

    screen.press("☰ Menu").await;
    screen.press("Sign out").await;
    screen.hears("Signed out").await;
    screen.hears_no_more("Dr Amara Okafor").await;
    screen.picture("signed-out").await;
    screen.press("☰ Menu").await;
    screen.press("Sign in").await;
    screen.hears("Inbox: 1 waiting").await;

    world.program.kill();
    screen.hears("Offline").await;
    screen.press("✖ Offline").await;
    screen.hears("Nothing is lost").await;
    screen.picture("offline").await;
    let next = again(&world);
    world.program = next;
    screen.hears("Inbox: 1 waiting").await;
    screen.hears_no_more("Offline").await;
    screen.picture("back").await;
}

#[tokio::test]
async fn a_window_killed_with_an_import_pending_leaves_the_message_and_takes_its_session_up_again()
{
    let Some(screen) = Screen::start(Reader::Listens).await else {
        return;
    };
    let world = World::start().await;
    let letter = attachment("application/pdf", "Letter.pdf", &samples::letter());
    let message = standard(vec![letter]);
    assert_eq!(world.integrator.send_standard(&message).await.status, 200);
    let window = Window::open(&screen, &world, &["--one-window"]);
    screen.hears("Inbox: 1 waiting").await;
    let begun = sessions(&world);
    screen.press("Inbox: 1 waiting").await;
    screen.hears("Close Inbox").await;
    screen.keys(&["Home", "Return"]).await;
    screen.hears("Letter.pdf").await;
    screen.hears_no_more("Searching the documents").await;
    screen.keys(&["i"]).await;
    screen.hears("Undo").await;
    window.kill();
    let status = world.integrator.status(&id(&message)).await;
    assert_eq!(status["status"], "PENDING", "{status}");
    assert_eq!(world.records.documents_of(&id(&message)).await.len(), 0);

    let _window = Window::open(&screen, &world, &["--one-window"]);
    screen.hears("Inbox: 1 waiting").await;
    assert_eq!(sessions(&world), begun, "the session was taken up again");
    screen.press("Inbox: 1 waiting").await;
    screen.hears("Close Inbox").await;
    // The hold of the window that was killed ends by itself.
    world.advance("10m").await;
    screen.keys(&["Home", "Return"]).await;
    screen.hears("Letter.pdf").await;
    screen.hears_no_more("Searching the documents").await;
    screen.picture("after-a-kill").await;
    screen.press("Import").await;
    world
        .integrator
        .until(&id(&message), "COMPLETED / Imported after review")
        .await;
    assert_eq!(world.records.documents_of(&id(&message)).await.len(), 1);
}
