//! A connection that is made before anything is put at risk: what it sends, and what is known when it breaks.

use super::raw::{Deed, Raw, one};
use super::{TOKENS, secret};
use crate::server::{Answer, Server};
use sdk::pkb::{PkbClient, TokenFailure, TokenLine, Tokens};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

async fn connect(url: &str) -> TokenLine {
    PkbClient::new(url).unwrap().connect().await.unwrap()
}

async fn refresh(line: TokenLine) -> Result<Tokens, TokenFailure> {
    line.refresh("our-client", &secret("r-1")).await
}

/// As long as a journal takes.
async fn a_while() {
    tokio::time::sleep(Duration::from_millis(30)).await;
}

#[tokio::test]
async fn connecting_sends_nothing() {
    let (url, accepted) = one().await;
    let line = connect(&url).await;
    assert_eq!(format!("{line:?}"), "TokenLine(…)");
    let mut server = accepted.await.unwrap();
    a_while().await;
    drop(line);
    let mut heard = Vec::new();
    server.read_to_end(&mut heard).await.unwrap();
    assert_eq!(heard, b"");
}

#[tokio::test]
async fn what_goes_over_the_wire_is_one_whole_request() {
    let (url, accepted) = one().await;
    let line = connect(&format!("{url}/a%20b/")).await;
    let mut server = accepted.await.unwrap();
    let answering = tokio::spawn(async move {
        let mut heard = vec![0; 8192];
        let count = server.read(&mut heard).await.unwrap();
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n",
            TOKENS.len()
        );
        server.write_all(head.as_bytes()).await.unwrap();
        server.write_all(TOKENS.as_bytes()).await.unwrap();
        // Whoever asked hangs up by itself.
        assert_eq!(server.read(&mut [0]).await.unwrap(), 0);
        String::from_utf8_lossy(&heard[..count]).into_owned()
    });
    assert_eq!(refresh(line).await.unwrap().access, secret("a-1"));
    let heard = answering.await.unwrap();
    let host = url.strip_prefix("http://").unwrap();
    let body = "grant_type=refresh_token&client_id=our-client&refresh_token=r-1&scope=PATIENT";
    let agent = concat!("baton/", env!("CARGO_PKG_VERSION"));
    let expected = format!(
        "POST /a%20b/apiToken.action HTTP/1.1\r\nhost: {host}\r\nuser-agent: {agent}\r\n\
         accept: application/json\r\ncontent-type: application/x-www-form-urlencoded\r\n\
         connection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    assert_eq!(heard, expected);
}

#[tokio::test]
async fn a_name_with_several_addresses_is_reached_by_the_one_that_answers() {
    // On most machines `localhost` is ::1 first, where this server does not listen.
    let server = Server::with([Answer::json(200, TOKENS)]).await;
    let line = connect(&server.url.replace("127.0.0.1", "localhost")).await;
    assert!(refresh(line).await.is_ok());
    let host = server.url.replace("http://127.0.0.1", "localhost");
    assert_eq!(server.asked().headers["host"], host.as_str());
}

#[tokio::test]
async fn a_connection_that_was_closed_before_the_call_has_taken_nothing() {
    let (url, accepted) = one().await;
    let line = connect(&url).await;
    drop(accepted.await.unwrap());
    a_while().await;
    assert_eq!(refresh(line).await, Err(TokenFailure::NotSent));
}

#[tokio::test]
async fn a_connection_that_was_reset_before_the_call_has_taken_nothing() {
    let (url, accepted) = one().await;
    let line = connect(&url).await;
    let server = accepted.await.unwrap();
    server.set_zero_linger().unwrap();
    drop(server);
    a_while().await;
    assert_eq!(refresh(line).await, Err(TokenFailure::NotSent));
}

#[tokio::test]
async fn a_peer_that_speaks_before_it_was_asked_gets_nothing() {
    for word in [
        "HTTP/1.1 408 Request Timeout\r\nconnection: close\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
        "hello",
    ] {
        let (url, accepted) = one().await;
        let line = connect(&url).await;
        let mut server = accepted.await.unwrap();
        server.write_all(word.as_bytes()).await.unwrap();
        a_while().await;
        assert_eq!(refresh(line).await, Err(TokenFailure::NotSent), "{word}");
        let mut heard = Vec::new();
        server.read_to_end(&mut heard).await.unwrap();
        assert_eq!(heard, b"");
    }
}

/// However closing and sending meet: what is called unsent never arrived.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_arrived_is_called_unsent() {
    // Busy waiting: timers are too coarse for this.
    let wait = |rounds: u64| (0..rounds * 100).for_each(|_| std::hint::spin_loop());
    let mut unsent = 0;
    for round in 0..200 {
        let (url, accepted) = one().await;
        let line = connect(&url).await;
        let mut server = accepted.await.unwrap();
        let closing = tokio::spawn(async move {
            if round % 2 == 0 {
                wait(round);
            }
            // It hears on, so that we know what came.
            server.shutdown().await.unwrap();
            let mut heard = Vec::new();
            server.read_to_end(&mut heard).await.unwrap();
            heard.len()
        });
        if round % 2 == 1 {
            wait(round);
        }
        let failure = refresh(line).await.unwrap_err();
        let heard = closing.await.unwrap();
        if failure == TokenFailure::NotSent {
            assert_eq!(heard, 0);
            unsent += 1;
        } else {
            assert_eq!(failure, TokenFailure::Lost);
        }
    }
    println!("{unsent} of 200 unsent");
}

#[tokio::test]
async fn a_refusal_whose_body_never_ends_is_a_refusal_when_the_time_is_over() {
    let head = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 200\r\n\r\n{\"error\":";
    let patience = sdk::pkb::Patience {
        connect: Duration::from_millis(500),
        whole: Duration::from_secs(1),
    };
    let (url, accepted) = one().await;
    let pkb = PkbClient::with_patience(&url, patience).unwrap();
    let line = pkb.connect().await.unwrap();
    let mut server = accepted.await.unwrap();
    let answering = tokio::spawn(async move {
        let mut heard = [0; 8192];
        assert!(server.read(&mut heard).await.unwrap() > 0);
        server.write_all(head).await.unwrap();
        tokio::time::sleep(Duration::from_secs(60)).await;
    });
    let refusal = TokenFailure::Answered {
        status: 400,
        error: None,
        retry_after: None,
    };
    assert_eq!(refresh(line).await, Err(refusal));
    answering.abort();
}

#[tokio::test]
async fn an_answer_in_pieces_is_an_answer() {
    let (url, accepted) = one().await;
    let line = connect(&url).await;
    let mut server = accepted.await.unwrap();
    let answering = tokio::spawn(async move {
        let mut heard = [0; 8192];
        assert!(server.read(&mut heard).await.unwrap() > 0);
        let mut whole = String::from("HTTP/1.1 103 Early Hints\r\n\r\n");
        whole.push_str("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
        for byte in TOKENS.chars() {
            whole.push_str("1\r\n");
            whole.push(byte);
            whole.push_str("\r\n");
        }
        whole.push_str("0\r\n\r\n");
        for piece in whole.as_bytes().chunks(50) {
            server.write_all(piece).await.unwrap();
            tokio::task::yield_now().await;
        }
    });
    assert_eq!(refresh(line).await.unwrap().expires_in, 600);
    answering.await.unwrap();
}

#[tokio::test]
async fn the_time_of_a_call_begins_with_the_connection() {
    let server = Raw::that(Deed::Silent).await;
    let patience = sdk::pkb::Patience {
        connect: Duration::from_secs(1),
        whole: Duration::from_secs(2),
    };
    let url = format!("http://{}", server.address);
    let pkb = PkbClient::with_patience(&url, patience).unwrap();
    let line = pkb.connect().await.unwrap();
    let began = std::time::Instant::now();
    assert_eq!(refresh(line).await, Err(TokenFailure::Lost));
    assert!(began.elapsed() <= Duration::from_millis(2500));
}
