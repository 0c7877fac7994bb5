//! Over real connections.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::routing::{get, post};
use load::{
    Body, Credentials, Fault, Ids, Kind, Length, Messages, Method, Mode, Plan, Reads, Recipe,
    Request, Sends, Shape, Target, Uri, Watch, run, run_apart,
};
use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

type Arrived = Arc<Mutex<Vec<(HeaderMap, usize)>>>;

async fn serve(router: Router) -> Target {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    Target::find(&url).await.unwrap()
}

async fn keep(State(arrived): State<Arrived>, headers: HeaderMap, body: Bytes) -> &'static str {
    arrived.lock().unwrap().push((headers, body.len()));
    "{}"
}

fn get_of(path: &'static str) -> impl Fn(u64) -> Request {
    move |_| Request {
        method: Method::GET,
        path: Uri::from_static(path),
        headers: HeaderMap::new(),
        body: Body::empty(),
        message: None,
    }
}

fn sends(kind: Kind, shape: Shape) -> Sends {
    let recipe = Recipe {
        kind,
        shape,
        practice: "GPPRAC001".to_owned(),
        patient: "9547852140".to_owned(),
        distinct: true,
    };
    let credentials = Credentials {
        api_key: "key".to_owned(),
        access_token: Some("token".to_owned()),
    };
    Sends::new(Messages::new(&recipe, Ids::seeded(3)), &credentials).unwrap()
}

#[tokio::test]
async fn messages_arrive_whole_with_what_proves_the_sender() {
    let arrived = Arrived::default();
    let router = Router::new()
        .route("/api/v1/messages", post(keep))
        .route("/api/v1/messages/instant", post(keep))
        .layer(axum::extract::DefaultBodyLimit::disable())
        .with_state(arrived.clone());
    let target = serve(router).await;
    for (kind, shape, count) in [
        (Kind::Standard, Shape::Tiny, 40),
        (Kind::Instant, Shape::Large, 3),
    ] {
        let mode = Mode::Closed { connections: 2 };
        let source = sends(kind, shape);
        let ids = source.ids();
        let mut plan = Plan::new(target.clone(), mode, Length::Count(count), source);
        plan.keep_acknowledged = true;
        let found = run(plan, &Watch::default()).await.unwrap();
        assert_eq!(found.by_status, [(200, count)].into());
        let ids: HashSet<_> = (0..count).map(|number| ids.id(number)).collect();
        assert_eq!(ids, found.acknowledged.iter().copied().collect());
        let arrived = std::mem::take(&mut *arrived.lock().unwrap());
        let bytes: usize = arrived.iter().map(|(_, len)| len).sum();
        assert_eq!(found.bytes_sent, bytes as u64);
        for (headers, len) in arrived {
            assert_eq!(headers["apikey"], "key");
            assert_eq!(headers["accesstoken"], "token");
            assert_eq!(headers[header::CONTENT_LENGTH], len.to_string());
            assert!(
                headers[header::HOST]
                    .to_str()
                    .unwrap()
                    .starts_with("127.0.0.1:")
            );
        }
    }
}

#[tokio::test]
async fn a_body_can_go_without_its_length() {
    let arrived = Arrived::default();
    let router = Router::new()
        .route("/", post(keep))
        .with_state(arrived.clone());
    let chunked = |_| Request {
        method: Method::POST,
        path: Uri::from_static("/"),
        headers: HeaderMap::new(),
        body: Body::pieces([Bytes::from_static(b"one"), Bytes::from_static(b"four")]).chunked(),
        message: None,
    };
    let mode = Mode::Closed { connections: 1 };
    let plan = Plan::new(serve(router).await, mode, Length::Count(2), chunked);
    let found = run(plan, &Watch::default()).await.unwrap();
    assert_eq!(found.by_status, [(200, 2)].into());
    let arrived = arrived.lock().unwrap();
    assert!(
        arrived
            .iter()
            .all(|(headers, len)| *len == 7 && !headers.contains_key(header::CONTENT_LENGTH))
    );
}

#[tokio::test]
async fn an_open_loop_keeps_its_rate() {
    let target = serve(Router::new().route("/", get(async || StatusCode::NO_CONTENT))).await;
    let mode = Mode::Open {
        rate_per_second: 500,
        connections_max: 8,
    };
    let plan = Plan::new(target, mode, Length::Count(250), get_of("/"));
    let watch = Watch::default();
    let found = run_apart(plan, &watch).await.unwrap();
    assert_eq!(found.by_status, [(204, 250)].into());
    assert_eq!(found.missed, 0);
    assert_eq!(found.lateness.len(), 250);
    assert!(found.elapsed >= Duration::from_millis(490), "{found:?}");
}

#[tokio::test]
async fn reads_go_round_their_paths() {
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let keep = seen.clone();
    let router = Router::new().fallback(async move |uri: Uri| {
        keep.lock().unwrap().push(uri.path().to_owned());
    });
    let reads = Reads::of(["/a", "/b", "/c"], HeaderMap::new());
    let mode = Mode::Closed { connections: 1 };
    let plan = Plan::new(serve(router).await, mode, Length::Count(5), reads);
    run(plan, &Watch::default()).await.unwrap();
    assert_eq!(*seen.lock().unwrap(), ["/a", "/b", "/c", "/a", "/b"]);
}

/// Serves each connection once with these bytes, then closes it.
async fn answers_once(answer: &'static [u8]) -> Target {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            tokio::spawn(async move {
                let mut request = [0; 1024];
                let _ = stream.read(&mut request).await;
                let _ = stream.write_all(answer).await;
            });
        }
    });
    Target::find(&url).await.unwrap()
}

#[tokio::test]
async fn a_server_that_closes_after_each_answer_is_dialled_again_without_a_fault() {
    let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok";
    let mode = Mode::Closed { connections: 1 };
    let target = answers_once(answer).await;
    let plan = Plan::new(target, mode, Length::Count(5), get_of("/"));
    let found = run(plan, &Watch::default()).await.unwrap();
    assert_eq!(found.by_status, [(200, 5)].into());
    assert_eq!(found.failed(), 0);
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_a_fault() {
    let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\nok";
    let mode = Mode::Closed { connections: 1 };
    let target = answers_once(answer).await;
    let plan = Plan::new(target, mode, Length::Count(3), get_of("/"));
    let found = run(plan, &Watch::default()).await.unwrap();
    assert_eq!(found.faults, [(Fault::Broken, 3)].into());
    assert_eq!(found.answered(), 0);
}

#[tokio::test]
async fn nobody_there_is_said_at_once() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let target = Target::find(&url).await.unwrap();
    let mode = Mode::Closed { connections: 3 };
    let plan = Plan::new(target, mode, Length::Count(3), get_of("/"));
    let nobody = run(plan, &Watch::default()).await.unwrap_err();
    assert_eq!(nobody.to_string(), format!("nothing answers at {url}"));
}
