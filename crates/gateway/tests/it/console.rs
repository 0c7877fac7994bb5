//! The console's front door and its pages.

mod door;
mod pages;

use crate::world::World;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use gateway::GatewayConfig;
use model::Secret;
use std::collections::BTreeMap;
use std::sync::Mutex;
use tower::ServiceExt as _;

const NAME: &str = "ann";
const PASSWORD: &str = "a long enough password";

/// An answer, read whole.
struct Page {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Page {
    fn header(&self, name: header::HeaderName) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().unwrap())
    }

    /// The token of its forms.
    fn csrf(&self) -> String {
        let (_, rest) = self.text.split_once("name=\"csrf\" value=\"").unwrap();
        rest.split('"').next().unwrap().to_owned()
    }
}

/// A browser that keeps its cookies and runs no scripts.
struct Browser {
    router: Router,
    cookies: Mutex<BTreeMap<String, String>>,
}

impl Browser {
    fn new(router: &Router) -> Self {
        Self {
            router: router.clone(),
            cookies: Mutex::default(),
        }
    }

    fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().unwrap().get(name).cloned()
    }

    fn keep(&self, name: &str, value: &str) {
        let mut cookies = self.cookies.lock().unwrap();
        cookies.insert(name.to_owned(), value.to_owned());
    }

    async fn send(&self, mut request: Request<Body>) -> Page {
        let cookies: Vec<_> = self
            .cookies
            .lock()
            .unwrap()
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        if !cookies.is_empty() {
            let cookies = cookies.join("; ").parse().unwrap();
            request.headers_mut().insert(header::COOKIE, cookies);
        }
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        for cookie in headers.get_all(header::SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.keep(name, value);
        }
        let bytes = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        Page {
            status,
            headers,
            text,
        }
    }

    async fn get(&self, path: &str) -> Page {
        self.send(Request::get(path).body(Body::empty()).unwrap())
            .await
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        self.send(form(path, fields).body(body(fields)).unwrap())
            .await
    }

    /// Loads the sign-in page and sends its form.
    async fn sign_in(&self, name: &str, password: &str) -> Page {
        let csrf = self.get("/console/sign-in").await.csrf();
        let fields = [
            ("csrf", csrf.as_str()),
            ("name", name),
            ("password", password),
        ];
        self.post("/console/sign-in", &fields).await
    }
}

fn form(path: &str, _: &[(&str, &str)]) -> axum::http::request::Builder {
    Request::post(path)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin")
}

fn body(fields: &[(&str, &str)]) -> Body {
    let mut text = url::form_urlencoded::Serializer::new(String::new());
    Body::from(text.extend_pairs(fields).finish())
}

/// A gateway that does not work by itself, with one operator.
async fn console(world: &World) -> Router {
    console_with(world, |_| {}).await
}

async fn console_with(world: &World, set: impl FnOnce(&mut GatewayConfig)) -> Router {
    let password = Secret::new(PASSWORD.to_owned());
    let put = world.admin().put_operator(NAME, &password).await;
    assert!(put.unwrap());
    let mut config = world.config();
    set(&mut config);
    let (gateway, _) = world.gateway(config);
    gateway.router(|router| router)
}

/// A browser with an operator at it.
async fn signed_in(world: &World) -> Browser {
    let browser = Browser::new(&console(world).await);
    let page = browser.sign_in(NAME, PASSWORD).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    browser
}
