//! Standard messages, reviewed by keys alone: one with another patient's number in it, and one without.

use super::screen::{Reader, Screen};
use super::window::Window;
use crate::world::message::{attachment, id, standard};
use crate::world::{World, samples};
use std::time::Duration;

#[tokio::test]
async fn two_messages_are_reviewed_by_keys_alone_one_rejected_and_one_imported() {
    let Some(screen) = Screen::start(Reader::Listens).await else {
        return;
    };
    let world = World::start().await;
    let other = "Seen with her neighbour, NHS number 999 211 0430, at the counter.";
    let doubtful = standard(vec![attachment(
        "text/plain",
        "Letter.txt",
        other.as_bytes(),
    )]);
    let letter = attachment("application/pdf", "Letter.pdf", &samples::letter());
    let good = standard(vec![letter]);
    for message in [&doubtful, &good] {
        let sent = world.integrator.send_standard(message).await;
        assert_eq!(sent.status, 200, "{sent:?}");
    }
    let _window = Window::open(&screen, &world, &["--one-window"]);
    screen.hears("Inbox: 2 waiting").await;

    // The window manager may give the window the keyboard a moment after it is seen.
    for _ in 0..20 {
        screen.keys(&["shift+F10"]).await;
        tokio::time::sleep(Duration::from_millis(500)).await;
        if screen.words().await.contains("Sign out") {
            break;
        }
    }
    screen.hears("Sign out").await;
    screen.keys(&["Return"]).await;
    screen.hears("Close Inbox").await;
    screen.picture("inbox").await;

    // The older one waits first.
    screen.keys(&["Home", "Return"]).await;
    let review = screen.hears("999 211 0430").await;
    assert!(review.contains("WHITFIELD"), "{review}");
    assert!(review.contains("Import…"), "{review}");
    screen.picture("review-doubtful").await;
    screen.keys(&["i"]).await;
    screen.hears("I have read the document").await;
    assert_eq!(screen.focused().await, "Cancel");
    screen.picture("guard").await;
    screen.keys(&["Return"]).await;
    screen.hears_no_more("I have read the document").await;
    let status = world.integrator.status(&id(&doubtful)).await;
    assert_eq!(status["status"], "PENDING");

    screen.keys(&["r"]).await;
    screen.hears("Nothing goes into the record").await;
    assert_eq!(screen.focused().await, "Not our patient");
    // The reasons are one stop of the Tab key; arrows choose among them.
    screen.keys(&["Down"]).await;
    screen.hears("Wrong patient in the document.").await;
    screen.tab_to("In your words, if you like").await;
    screen.types("Two patients in one letter").await;
    screen
        .hears("Wrong patient in the document. Two patients in one letter")
        .await;
    screen.picture("reject").await;
    screen.tab_to("Reject").await;
    screen.keys(&["Return"]).await;
    screen.hears("Undo").await;
    screen.picture("rejecting").await;
    let status = world.integrator.until(&id(&doubtful), "REJECTED").await;
    let reason = status["reason"].as_str().unwrap_or_default();
    assert!(reason.contains("Two patients in one letter"), "{status}");

    screen.hears("Inbox: 1 waiting").await;
    screen.keys(&["Home", "Return"]).await;
    screen.hears("Letter.pdf").await;
    screen.hears_no_more("Searching the documents").await;
    screen.picture("review").await;
    screen.keys(&["i"]).await;
    screen.hears("Undo").await;
    screen.keys(&["ctrl+z"]).await;
    screen.hears_no_more("Undo").await;
    assert_eq!(world.records.documents_of(&id(&good)).await.len(), 0);
    screen.keys(&["i"]).await;
    screen.hears("Undo").await;
    screen.picture("importing").await;
    world
        .integrator
        .until(&id(&good), "COMPLETED / Imported after review")
        .await;
    assert_eq!(world.records.documents_of(&id(&good)).await.len(), 1);
    assert_eq!(world.records.documents_of(&id(&doubtful)).await.len(), 0);
    screen.keys(&["Escape"]).await;
    screen.hears_no_more("Close Inbox").await;
    screen.picture("done").await;
}
