//! A browser without JavaScript: pages, cookies, forms.

use reqwest::header;
use std::time::Duration;

/// Somebody who visits a site.
pub(crate) struct Visitor {
    base: String,
    http: reqwest::Client,
    cookies: Vec<String>,
}

/// A page.
pub(crate) struct Page {
    /// Where it was.
    pub(crate) path: String,
    pub(crate) status: u16,
    /// Where it leads, if it does.
    pub(crate) location: Option<String>,
    pub(crate) text: String,
}

impl Visitor {
    /// Of the site at `base`.
    pub(crate) fn of(base: &str) -> Self {
        Self {
            base: base.to_owned(),
            http: httpkit::outbound::client(Some(Duration::from_secs(60))).unwrap(),
            cookies: Vec::new(),
        }
    }

    /// The cookies that it has.
    pub(crate) fn cookies(&self) -> &[String] {
        &self.cookies
    }

    /// Opens a page; a redirection is not followed.
    pub(crate) async fn open(&mut self, path: &str) -> Page {
        let request = self.http.get(format!("{}{path}", self.base));
        self.visit(request, path).await
    }

    /// Sends a page's form with these fields, its own hidden ones, and no others.
    pub(crate) async fn send(&mut self, page: &Page, fields: &[(&str, &str)]) -> Page {
        let mut all: Vec<_> = hidden(&page.text);
        let given = fields.iter();
        all.extend(given.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let action = attribute(form(&page.text), "action");
        let path = action.unwrap_or_else(|| page.path.clone());
        let request = self.http.post(format!("{}{path}", self.base)).form(&all);
        let request = request.header(header::ORIGIN, &self.base);
        self.visit(request, &path).await
    }

    async fn visit(&mut self, request: reqwest::RequestBuilder, path: &str) -> Page {
        let request = request.header(header::COOKIE, self.cookies.join("; "));
        let answer = request.send().await.unwrap();
        for cookie in answer.headers().get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().unwrap().split(';').next().unwrap();
            let name = cookie.split('=').next().unwrap();
            self.cookies
                .retain(|kept| !kept.starts_with(&format!("{name}=")));
            self.cookies.push(cookie.to_owned());
        }
        let location = answer.headers().get(header::LOCATION);
        Page {
            path: path.to_owned(),
            status: answer.status().as_u16(),
            location: location.map(|to| to.to_str().unwrap().to_owned()),
            text: answer.text().await.unwrap(),
        }
    }
}

/// The main form of a page.
fn form(text: &str) -> &str {
    let main = text.split_once("<main").map_or(text, |(_, main)| main);
    let (_, form) = main.split_once("<form").expect("the page has no form");
    form.split_once("</form>").map_or(form, |(form, _)| form)
}

fn hidden(text: &str) -> Vec<(String, String)> {
    let inputs = form(text).split("<input").skip(1);
    let inputs = inputs.map(|input| input.split('>').next().unwrap());
    inputs
        .filter(|input| input.contains("type=\"hidden\""))
        .filter_map(|input| Some((attribute(input, "name")?, attribute(input, "value")?)))
        .collect()
}

fn attribute(text: &str, name: &str) -> Option<String> {
    let (_, rest) = text.split_once(&format!("{name}=\""))?;
    let value = rest.split('"').next()?;
    Some(value.replace("&amp;", "&").replace("&#38;", "&"))
}
