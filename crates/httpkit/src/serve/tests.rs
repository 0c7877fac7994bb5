//! What the system cannot give now, it is asked for again.

use super::*;
use std::cell::Cell;

#[tokio::test(start_paused = true)]
async fn no_failure_to_accept_ends_the_server() {
    // Out of file descriptors (24 on Linux) three times, then a client that went away.
    let failures = Cell::new(0);
    let relieved = Cell::new(0);
    let accept = || {
        failures.set(failures.get() + 1);
        std::future::ready(match failures.get() {
            1..=3 => Err(io::Error::from_raw_os_error(24)),
            4 => Err(io::ErrorKind::ConnectionAborted.into()),
            _ => Ok("a connection"),
        })
    };
    let begun = tokio::time::Instant::now();
    let accepted = patiently(&mut None, accept, || relieved.set(relieved.get() + 1)).await;
    assert_eq!((accepted, failures.get()), ("a connection", 5));
    assert_eq!(relieved.get(), 3, "idle connections were asked to go");
    assert_eq!(begun.elapsed(), 3 * BREATH);
}

#[tokio::test(start_paused = true)]
async fn what_lasts_is_said_again_now_and_then() {
    let mut told = None;
    assert!(say(&mut told));
    assert!(!say(&mut told));
    tokio::time::advance(QUIET / 2).await;
    assert!(!say(&mut told));
    tokio::time::advance(QUIET / 2).await;
    assert!(say(&mut told));
    assert!(!say(&mut told));
}
