//! Readings that are passed on to PKB, and what is passed back.

use crate::client::Product;
use crate::pkb::fake::AMY;
use crate::pkb::setting::{Running, Setting};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, Request, StatusCode, Uri, header};
use axum::response::Response;
use std::sync::{Arc, Mutex};
use tower::ServiceExt as _;

const PATH: &str = "/v1/patients/p-1/pkb";

/// What is answered to every reading.
#[derive(Clone, Default)]
struct Data {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

/// A PKB that takes any token, answers what it is told to, and remembers what it was asked.
#[derive(Clone, Default)]
struct Raw {
    url: String,
    data: Arc<Mutex<Data>>,
    reads: Arc<Mutex<Vec<(String, HeaderMap)>>>,
}

impl Raw {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let raw = Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            ..Self::default()
        };
        let app = Router::new().fallback(answer).with_state(raw.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        raw
    }

    fn answer(&self, data: Data) {
        *self.data.lock().unwrap() = data;
    }

    fn reads(&self) -> Vec<(String, HeaderMap)> {
        self.reads.lock().unwrap().clone()
    }
}

async fn answer(State(raw): State<Raw>, uri: Uri, headers: HeaderMap) -> Response {
    raw.reads.lock().unwrap().push((uri.to_string(), headers));
    let data = raw.data.lock().unwrap().clone();
    let mut response = Response::builder().status(data.status);
    for (name, value) in data.headers {
        response = response.header(name, value);
    }
    response.body(Body::from(data.body)).unwrap()
}

/// A patient with a link, at a gateway that reads there.
async fn linked() -> (Raw, Running) {
    let setting = Setting::new().await;
    let first = setting.start().await;
    setting.link(&first, "p-1", AMY).await;
    first.stop().await;
    let raw = Raw::start().await;
    let pkb = Setting::config_at(&raw.url);
    let running = setting.start_with(|config| config.pkb = Some(pkb)).await;
    (raw, running)
}

async fn call(product: &Product, path: &str) -> Response {
    let request = Request::get(format!("{PATH}{path}"))
        .header(header::AUTHORIZATION, &product.bearer)
        .header(header::ACCEPT, "application/fhir+json")
        .header(header::COOKIE, "session=ours")
        .header(header::REFERER, "https://product.example/patients/amy")
        .header("x-forwarded-for", "10.0.0.7")
        .header("x-org-public-id", "somebody")
        .body(Body::empty());
    let router = product.router.clone();
    router.oneshot(request.unwrap()).await.unwrap()
}

#[tokio::test]
async fn only_what_describes_the_body_goes_either_way() {
    let (pkb, running) = linked().await;
    let product = &running.product;
    let page = "<script>alert(1)</script>";
    pkb.answer(Data {
        status: 200,
        headers: vec![
            ("content-type", "text/html".to_owned()),
            ("etag", "\"1\"".to_owned()),
            ("last-modified", "Sat, 21 Nov 2026 12:00:00 GMT".to_owned()),
            ("set-cookie", "pkb=secret".to_owned()),
            ("www-authenticate", "Bearer".to_owned()),
            ("access-control-allow-origin", "*".to_owned()),
            ("content-security-policy", "default-src *".to_owned()),
            ("location", "https://elsewhere.example/".to_owned()),
            ("refresh", "0;url=https://elsewhere.example/".to_owned()),
        ],
        body: page.into(),
    });
    let path = "/fhir/Observation/a%20b?code=http%3A%2F%2Floinc.org%7C8302-2&_count=5";
    let answer = call(product, path).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let mut names: Vec<_> = answer.headers().keys().map(HeaderName::as_str).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "cache-control",
            "content-length",
            "content-security-policy",
            "content-type",
            "etag",
            "last-modified",
            "referrer-policy",
            "x-content-type-options"
        ]
    );
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let policy = answer.headers()["content-security-policy"]
        .to_str()
        .unwrap();
    assert!(
        policy.starts_with("sandbox; default-src 'none'"),
        "{policy}"
    );
    let body = to_bytes(answer.into_body(), 1 << 20).await.unwrap();
    assert_eq!(body, page);

    let (asked, headers) = pkb.reads().pop().unwrap();
    assert_eq!(asked, path);
    let mut names: Vec<_> = headers.keys().map(HeaderName::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["accept", "authorization", "host", "user-agent"]);
    assert_eq!(headers["accept"], "application/fhir+json");
    assert_ne!(headers["authorization"], product.bearer.as_str());
}

#[tokio::test]
async fn a_refusal_of_pkb_is_passed_back_and_a_redirect_is_not() {
    let (pkb, running) = linked().await;
    let product = &running.product;
    pkb.answer(Data {
        status: 404,
        headers: vec![("content-type", "application/json".to_owned())],
        body: br#"{"resourceType":"OperationOutcome"}"#.to_vec(),
    });
    let missing = product.get(&format!("{PATH}/fhir/Patient/x")).await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    assert_eq!(missing.text, r#"{"resourceType":"OperationOutcome"}"#);
    assert_eq!(missing.header(header::CONTENT_TYPE), "application/json");
    // Without a type it is bytes, and not the gateway's own word.
    pkb.answer(Data {
        status: 404,
        headers: Vec::new(),
        body: b"gone".to_vec(),
    });
    let bare = product.get(&format!("{PATH}/json/x")).await;
    assert_eq!(
        (bare.status, bare.text.as_str()),
        (StatusCode::NOT_FOUND, "gone")
    );
    assert_eq!(
        bare.header(header::CONTENT_TYPE),
        "application/octet-stream"
    );
    pkb.answer(Data {
        status: 302,
        headers: vec![("location", "https://elsewhere.example/".to_owned())],
        body: Vec::new(),
    });
    let moved = product.get(&format!("{PATH}/json/x")).await;
    assert_eq!(moved.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(!moved.headers.contains_key(header::LOCATION));
}

#[tokio::test]
async fn a_refusal_comes_back_as_it_is_or_not_at_all() {
    let (pkb, running) = linked().await;
    let product = &running.product;
    pkb.answer(Data {
        status: 400,
        headers: vec![
            ("content-type", "application/json".to_owned()),
            ("content-encoding", "gzip".to_owned()),
        ],
        body: b"packed".to_vec(),
    });
    let answer = product.get(&format!("{PATH}/json/x")).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(answer.header(header::CONTENT_ENCODING), "gzip");
    // Too long to be looked at: an empty refusal would say something else.
    pkb.answer(Data {
        status: 400,
        headers: Vec::new(),
        body: vec![b' '; 70 * 1024],
    });
    let answer = product.get(&format!("{PATH}/json/x")).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    pkb.answer(Data {
        status: 429,
        headers: vec![("retry-after", "7".to_owned())],
        body: Vec::new(),
    });
    let answer = product.get(&format!("{PATH}/json/x")).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(answer.header(header::RETRY_AFTER), "7");
}

#[tokio::test]
async fn nothing_but_the_record_can_be_asked_for() {
    let (pkb, running) = linked().await;
    let product = &running.product;
    let before = pkb.reads().len();
    for path in [
        "/apiToken.action",
        "/fhir/../apiToken.action",
        "/fhir/%2e%2e/apiToken.action",
        "/fhir/a%2Fb",
        "/fhir/%252e%252e/x",
        "/fhir//Patient",
        "/FHIR/Patient",
        "/fhir",
    ] {
        let answer = product.get(&format!("{PATH}{path}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}");
        assert_eq!(answer.json()["invalidParameters"][0]["name"], "path");
    }
    assert_eq!(pkb.reads().len(), before);
}

#[tokio::test]
async fn a_long_answer_streams_and_an_endless_one_breaks_off() {
    let (pkb, running) = linked().await;
    let product = &running.product;
    let most = 32 << 20;
    let read = async |size: usize| {
        pkb.answer(Data {
            status: 200,
            headers: vec![("content-type", "application/pdf".to_owned())],
            body: vec![b'x'; size],
        });
        call(product, "/fhir/Binary/1").await
    };
    let whole = read(most).await;
    assert_eq!(whole.status(), StatusCode::OK);
    let body = to_bytes(whole.into_body(), most + 1).await.unwrap();
    assert_eq!(body.len(), most);
    let over = read(most + 1).await;
    assert_eq!(over.status(), StatusCode::BAD_REQUEST);
}
