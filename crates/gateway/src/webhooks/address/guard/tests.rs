//! Names that change their mind, and what the client makes of them.

use super::*;
use std::sync::Mutex;
use tokio::net::TcpListener;

/// A name that means something else each time it is looked up.
struct Rebinding(Mutex<Vec<Vec<IpAddr>>>);

#[async_trait]
impl Names for Rebinding {
    async fn look_up(&self, _: &str) -> io::Result<Vec<IpAddr>> {
        self.0
            .lock()
            .unwrap()
            .pop()
            .ok_or_else(|| io::Error::other("asked too often"))
    }
}

fn names(answers: &[&[&str]]) -> Arc<dyn Names> {
    let parsed = |answer: &&[&str]| answer.iter().map(|ip| ip.parse().unwrap()).collect();
    Arc::new(Rebinding(Mutex::new(
        answers.iter().rev().map(parsed).collect(),
    )))
}

async fn handed(answers: &[&[&str]], allow_private: bool) -> Result<Vec<String>, bool> {
    let guard = Guard {
        names: names(answers),
        allow_private,
    };
    match guard.resolve("hooks.example.org".parse().unwrap()).await {
        Ok(found) => Ok(found.map(|address| address.ip().to_string()).collect()),
        Err(error) => Err(NotPublic::is_behind(&*error)),
    }
}

#[tokio::test]
async fn only_public_addresses_are_handed_on() {
    let mixed: &[&[&str]] = &[&["127.0.0.1", "8.8.8.8", "::1", "fd00::1", "2606:4700::1111"]];
    let public = vec!["8.8.8.8".to_owned(), "2606:4700::1111".to_owned()];
    assert_eq!(handed(mixed, false).await, Ok(public));
    assert_eq!(handed(mixed, true).await.unwrap().len(), 5);
    assert_eq!(
        handed(&[&["10.0.0.1", "::ffff:10.0.0.1"]], false).await,
        Err(true)
    );
    // A name that cannot be looked up is another matter.
    assert_eq!(handed(&[], false).await, Err(false));
}

#[tokio::test]
async fn a_name_that_turns_to_loopback_reaches_nobody() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let url = format!("http://hooks.example.org:{port}/");
    for answer in [["127.0.0.1"].as_slice(), &["::ffff:127.0.0.1", "0.0.0.0"]] {
        let client = client(names(&[answer]), false).unwrap();
        let error = client.post(&url).send().await.unwrap_err();
        assert!(NotPublic::is_behind(&error), "{error:?}");
    }
    let never = tokio::time::timeout(Duration::from_millis(200), listener.accept()).await;
    assert!(never.is_err(), "somebody connected");
    // Where private addresses are allowed, the same name does reach it.
    let client = client(names(&[&["127.0.0.1"]]), true).unwrap();
    let sent = tokio::spawn(client.post(&url).send());
    assert!(
        tokio::time::timeout(Duration::from_secs(5), listener.accept())
            .await
            .unwrap()
            .is_ok()
    );
    sent.abort();
}
