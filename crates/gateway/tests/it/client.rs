//! Calls of a gateway's router, as a product and as a browser make them.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use serde_json::Value;
use std::sync::Mutex;
use tower::ServiceExt as _;

/// An answer, read whole.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    pub(crate) fn header(&self, name: header::HeaderName) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().unwrap())
    }
}

async fn send(router: &Router, request: Request<Body>) -> Answer {
    let response = router.clone().oneshot(request).await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    let bytes = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    Answer {
        status,
        headers,
        text: String::from_utf8(bytes.to_vec()).unwrap(),
    }
}

/// A product with a key.
pub(crate) struct Product {
    pub(crate) router: Router,
    pub(crate) bearer: String,
}

impl Product {
    pub(crate) async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, &self.bearer);
        let request = match body {
            Some(body) => request
                .header(header::CONTENT_TYPE, "application/json")
                .body(Body::from(body.to_string())),
            None => request.body(Body::empty()),
        };
        send(&self.router, request.unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, None).await
    }

    pub(crate) async fn put(&self, path: &str) -> Answer {
        self.call(Method::PUT, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Option<Value>) -> Answer {
        self.call(Method::POST, path, body).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.call(Method::DELETE, path, None).await
    }
}

/// A browser that keeps its cookies and runs no scripts.
pub(crate) struct Browser {
    router: Router,
    cookies: Mutex<Vec<String>>,
}

impl Browser {
    pub(crate) fn new(router: &Router) -> Self {
        Self {
            router: router.clone(),
            cookies: Mutex::default(),
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap())
            .await
    }

    /// Sends the first form of a page, or the one that has `what`, with fields changed.
    pub(crate) async fn submit(
        &self,
        page: &Answer,
        what: &str,
        changed: &[(&str, &str)],
    ) -> Answer {
        let forms = page.text.split("<form ").skip(1);
        let form = forms
            .map(|form| form.split("</form>").next().unwrap())
            .find(|form| form.contains(&format!("name=\"what\" value=\"{what}\"")))
            .expect("the page has this form");
        let action = attribute(form, "action").unwrap();
        let mut fields = Vec::new();
        for input in form.split("<input").skip(1) {
            let input = input.split('>').next().unwrap();
            let name = attribute(input, "name").unwrap();
            let other = changed.iter().find(|(changed, _)| *changed == name);
            let value = attribute(input, "value").unwrap_or_default();
            fields.push((name, other.map_or(value, |(_, value)| (*value).to_owned())));
        }
        let body: String = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let request = Request::post(action)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .body(Body::from(body));
        self.send(request.unwrap()).await
    }

    /// Sends something as it is.
    pub(crate) async fn send(&self, mut request: Request<Body>) -> Answer {
        let cookies = self.cookies.lock().unwrap().join("; ");
        if !cookies.is_empty() {
            let cookies = cookies.parse().unwrap();
            request.headers_mut().insert(header::COOKIE, cookies);
        }
        let answer = send(&self.router, request).await;
        for cookie in answer.headers.get_all(header::SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            self.cookies.lock().unwrap().push(pair.to_owned());
        }
        answer
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!("{name}=\""))?;
    let value = rest.split('"').next()?;
    Some(value.replace("&amp;", "&").replace("&#x2f;", "/"))
}
