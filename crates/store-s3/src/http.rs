//! The library's way to the network: our own client, which notes what it saw and lets no body of an error
//! through, since such bodies repeat keys and signatures.

use async_trait::async_trait;
use futures_util::StreamExt as _;
use object_store::ClientOptions;
use object_store::client::{
    ClientConfigKey, HttpClient, HttpConnector, HttpError, HttpRequest, HttpResponse, HttpService,
};
use std::cell::RefCell;
use std::future::Future;
use std::time::Duration;

/// So much of an error's body is read to find its code.
const MOST_OF_AN_ERROR: usize = 16 * 1024;

/// What came of the last request of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) whom: Whom,
    /// The answer's; `None` when none came.
    pub(crate) status: Option<u16>,
    /// S3's word for an error, or empty.
    pub(crate) code: String,
}

/// Who was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whom {
    Bucket,
    /// Whoever gives out keys.
    Keys,
}

tokio::task_local! {
    static LAST: RefCell<Option<Seen>>;
}

/// Runs an operation of the library; what the last of its requests met.
pub(crate) async fn seeing<T>(operation: impl Future<Output = T>) -> (T, Option<Seen>) {
    LAST.scope(RefCell::new(None), async {
        let result = operation.await;
        (result, LAST.with(|last| last.borrow_mut().take()))
    })
    .await
}

/// Makes [`Client`]s.
#[derive(Clone, Debug)]
pub(crate) struct Connector {
    secure: reqwest::Client,
    plain: reqwest::Client,
    /// Host and port that the bucket is at, when it isn't one of Amazon's.
    place: Option<String>,
}

impl Connector {
    /// `attempt` bounds one request with its answer.
    pub(crate) fn new(place: Option<String>, attempt: Duration) -> Result<Self, reqwest::Error> {
        // The error says that a provider is installed, which is all we want.
        drop(rustls::crypto::ring::default_provider().install_default());
        let client = || {
            reqwest::Client::builder()
                .user_agent(concat!("baton/", env!("CARGO_PKG_VERSION")))
                .connect_timeout(Duration::from_secs(3))
                .timeout(attempt)
                // Object stores close idle connections after some twenty seconds.
                .pool_idle_timeout(Duration::from_secs(15))
                .redirect(reqwest::redirect::Policy::none())
                // Not by way of whatever the environment names: what we carry is for the bucket alone.
                .no_proxy()
                .http1_only()
                .tcp_nodelay(true)
        };
        Ok(Self {
            secure: client().https_only(true).build()?,
            plain: client().build()?,
            place,
        })
    }
}

impl HttpConnector for Connector {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        let plain = options.get_config_value(&ClientConfigKey::AllowHttp);
        let client = match plain.as_deref() {
            Some("true") => &self.plain,
            _ => &self.secure,
        };
        Ok(HttpClient::new(Client {
            client: client.clone(),
            place: self.place.clone(),
        }))
    }
}

#[derive(Debug)]
struct Client {
    client: reqwest::Client,
    place: Option<String>,
}

impl Client {
    fn whom(&self, request: &HttpRequest) -> Whom {
        let asked = request.uri().authority().map_or("", |at| at.as_str());
        let is_bucket = match &self.place {
            Some(bucket) => asked.eq_ignore_ascii_case(bucket),
            None => asked.contains("s3"),
        };
        if is_bucket { Whom::Bucket } else { Whom::Keys }
    }
}

#[async_trait]
impl HttpService for Client {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let mut seen = Seen {
            whom: self.whom(&request),
            status: None,
            code: String::new(),
        };
        note(&seen);
        let response = self.client.call(request).await?;
        let status = response.status();
        seen.status = Some(status.as_u16());
        if !status.is_client_error() && !status.is_server_error() {
            note(&seen);
            return Ok(response);
        }
        let (parts, body) = response.into_parts();
        let mut pieces = body.bytes_stream();
        let mut text = Vec::new();
        while let Some(Ok(piece)) = pieces.next().await {
            text.extend_from_slice(&piece);
            if text.len() > MOST_OF_AN_ERROR {
                break;
            }
        }
        seen.code = code(&text);
        note(&seen);
        Ok(HttpResponse::from_parts(parts, String::new().into()))
    }
}

fn note(seen: &Seen) {
    // Elsewhere than in `seeing` nobody asks.
    drop(LAST.try_with(|last| last.replace(Some(seen.clone()))));
}

/// S3's word for an error: `<Code>NoSuchBucket</Code>`. One word of letters and digits, or nothing.
fn code(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let word = text
        .split_once("<Code>")
        .and_then(|(_, rest)| rest.split_once("</Code>"))
        .map_or("", |(word, _)| word.trim());
    let is_word = word.len() <= 60 && word.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_word {
        word.to_owned()
    } else {
        String::new()
    }
}

#[cfg(test)]
mod tests {
    use super::code;

    #[test]
    fn only_a_word_is_taken_from_an_error() {
        let found = |text: &str| code(text.as_bytes());
        assert_eq!(
            found("<?xml?><Error><Code>SlowDown</Code><Message>x"),
            "SlowDown"
        );
        assert_eq!(found("<Code>a key = secret</Code>"), "");
        assert_eq!(found("<Code>Open"), "");
        assert_eq!(found("<html>"), "");
        assert_eq!(code(b"\xff\xfe<Code>X1</Code>"), "X1");
    }
}
