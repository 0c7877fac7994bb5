//! 1,000 waiting messages in the real window: what a key press costs. Printed, and never a reason to fail.

use super::screen::{Reader, Screen};
use super::window::Window;
use crate::world::message::{attachment, standard};
use crate::world::{World, wait};
use futures_util::StreamExt as _;
use std::time::{Duration, Instant};

const MESSAGES: usize = 1_000;

#[tokio::test]
async fn a_thousand_messages_scroll() {
    let Some(screen) = Screen::start(Reader::None).await else {
        return;
    };
    let world = World::start().await;
    let sent = futures_util::stream::iter(0..MESSAGES)
        .map(|n| {
            let text = format!("marker-thousand {n}");
            let message = standard(vec![attachment("text/plain", "Note.txt", text.as_bytes())]);
            let integrator = &world.integrator;
            async move { integrator.send_standard(&message).await.status }
        })
        .buffer_unordered(16)
        .filter(|status| std::future::ready(*status == 200))
        .count()
        .await;
    assert_eq!(sent, MESSAGES);
    let window = Window::open(&screen, &world, &[]);
    screen.window("^Baton toolbar$").await;
    wait::until("the window has signed in", async || {
        world.data().join("window/session.json").exists()
    })
    .await;
    // It reads the inbox page by page.
    tokio::time::sleep(Duration::from_secs(3)).await;
    screen.click((640, 22), "3").await;
    screen.window("^Menu$").await;
    screen.keys(&["Return"]).await;
    screen.window("^Inbox - ").await;
    screen.picture("thousand").await;

    let idle = window.busy();
    tokio::time::sleep(Duration::from_secs(3)).await;
    let idle = (window.busy() - idle) / 3.0;
    println!(
        "{MESSAGES} waiting messages: {:.1} % of a core while nothing happens, {} MiB of memory",
        idle * 100.0,
        window.memory()
    );
    for (key, times) in [("Down", 300), ("Next", 60), ("Prior", 60)] {
        let (before, begun) = (window.busy(), Instant::now());
        let many = times.to_string();
        let words = [
            "key",
            "--repeat",
            &many,
            "--repeat-delay",
            "16",
            "--delay",
            "16",
            key,
        ];
        assert!(screen.ask("xdotool", &words).await.is_some());
        let used = window.busy() - before;
        println!(
            "{times} times {key}: {:.1} ms of processor time a key, at {:.0} keys a second",
            used * 1000.0 / f64::from(times),
            f64::from(times) / begun.elapsed().as_secs_f64()
        );
    }
    screen.keys(&["End"]).await;
    screen.picture("thousand-end").await;
}
