//! A patient's browser, without a window and without scripts: pages, cookies, redirects, forms.

use super::form::Form;
use anyhow::Context as _;
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::{RequestBuilder, StatusCode};
use std::time::Duration;
use url::Url;

/// Longer than PKB is waited for.
const PATIENCE: Duration = Duration::from_secs(60);
/// A browser gives up after so many.
const REDIRECTS: usize = 10;

/// One person's browser.
pub(super) struct Browser {
    http: reqwest::Client,
    /// Host, name, value: a host's ports share cookies.
    cookies: Vec<(String, String, String)>,
}

/// What it shows.
pub(super) struct Page {
    pub(super) url: Url,
    pub(super) status: StatusCode,
    pub(super) html: String,
}

impl Browser {
    /// A new one, which has been nowhere.
    pub(super) fn new() -> anyhow::Result<Self> {
        Ok(Self {
            http: httpkit::outbound::client(Some(PATIENCE))?,
            cookies: Vec::new(),
        })
    }

    /// Goes to an address.
    pub(super) async fn open(&mut self, url: Url) -> anyhow::Result<Page> {
        let request = self.http.get(url.clone());
        self.follow(url, request).await
    }

    /// Sends a form of a page.
    pub(super) async fn send(&mut self, page: &Page, form: &Form) -> anyhow::Result<Page> {
        let mut url = page.url.clone();
        if !form.action.is_empty() {
            url = url.join(&form.action)?;
        }
        let request = if form.is_post {
            self.http.post(url.clone()).form(&form.pairs())
        } else {
            url.query_pairs_mut().clear().extend_pairs(form.pairs());
            self.http.get(url.clone())
        };
        self.follow(url, request).await
    }

    async fn follow(&mut self, mut url: Url, mut request: RequestBuilder) -> anyhow::Result<Page> {
        for _ in 0..REDIRECTS {
            let cookies = self.cookies_for(&url);
            if !cookies.is_empty() {
                request = request.header(COOKIE, cookies);
            }
            let answer = request
                .send()
                .await
                .with_context(|| format!("nothing answers at {}", origin(&url)))?;
            for cookie in answer.headers().get_all(SET_COOKIE) {
                self.keep(&url, cookie.to_str().unwrap_or_default());
            }
            let to = answer.headers().get(LOCATION).cloned();
            let Some(to) = to.filter(|_| answer.status().is_redirection()) else {
                return Ok(Page {
                    url,
                    status: answer.status(),
                    html: answer.text().await?,
                });
            };
            url = url.join(to.to_str()?)?;
            request = self.http.get(url.clone());
        }
        anyhow::bail!("{} redirects without end", origin(&url))
    }

    fn cookies_for(&self, url: &Url) -> String {
        let host = url.host_str().unwrap_or_default();
        let ours = self.cookies.iter().filter(|(at, ..)| at == host);
        let pairs: Vec<_> = ours
            .map(|(_, name, value)| format!("{name}={value}"))
            .collect();
        pairs.join("; ")
    }

    fn keep(&mut self, url: &Url, set: &str) {
        let (pair, rest) = set.split_once(';').unwrap_or((set, ""));
        let Some((name, value)) = pair.trim().split_once('=') else {
            return;
        };
        let host = url.host_str().unwrap_or_default();
        self.cookies
            .retain(|(at, known, _)| at != host || known != name);
        let ended = rest
            .split(';')
            .any(|part| part.trim().eq_ignore_ascii_case("Max-Age=0"));
        if !ended {
            let kept = (host.to_owned(), name.to_owned(), value.to_owned());
            self.cookies.push(kept);
        }
    }
}

impl Page {
    /// The form that is posted to an address with that end.
    pub(super) fn form(&self, action: &str) -> anyhow::Result<Form> {
        let posted = Form::all(&self.html)
            .into_iter()
            .filter(|form| form.is_post);
        posted
            .into_iter()
            .find(|form| form.action.ends_with(action))
            .with_context(|| format!("{} shows no form for {action}", self.place()))
    }

    /// Where it is, without what stands behind the path.
    pub(super) fn place(&self) -> String {
        format!(
            "{}{} ({})",
            origin(&self.url),
            self.url.path(),
            self.status.as_u16()
        )
    }
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_go_back_to_their_host_until_they_end() {
        let mut browser = Browser::new().unwrap();
        let app = Url::parse("http://127.0.0.1:8090/patient").unwrap();
        let other = Url::parse("http://localhost:8090/").unwrap();
        browser.keep(&app, "a=1; Path=/; HttpOnly");
        browser.keep(&app, "b=2");
        browser.keep(&app, "a=3; Path=/");
        assert_eq!(browser.cookies_for(&app), "b=2; a=3");
        assert_eq!(browser.cookies_for(&other), "");
        browser.keep(&app, "b=; Path=/; Max-Age=0");
        assert_eq!(browser.cookies_for(&app), "a=3");
    }
}
