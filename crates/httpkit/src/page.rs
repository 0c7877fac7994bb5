//! Pages in the NHS design system: one shell, one template engine, for every server of ours.
//!
//! A crate keeps its templates in a folder, embeds them, and renders:
//!
//! ```ignore
//! #[derive(rust_embed::RustEmbed)]
//! #[folder = "src/templates/"]
//! struct Templates;
//!
//! let pages = Pages::new(Site { name: "Test PAS", home: "/", strapline: "A stand-in" })
//!     .with_templates::<Templates>();
//! let html = pages.render("subjects.html", &context)?;
//! ```
//!
//! Templates extend `layout.html` (its blocks are listed in that file) and may import every
//! component macro of the design system, such as `nhsuk/components/button/macro.jinja`. Everything
//! is escaped unless a template says `| safe`.

pub mod cookie;
mod jinja;

use axum::{
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use minijinja::{Environment, Value, value::Serde};
use rust_embed::RustEmbed;
use serde::Serialize;
use std::{fmt, sync::Arc};

/// What the shell says about the server on every page.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Site {
    /// The product's name, in the header and after every page title.
    pub name: &'static str,
    /// Where the name in the header leads.
    pub home: &'static str,
    /// One short sentence for the foot of the page.
    pub strapline: &'static str,
}

/// The pages of one server: its site, its own templates, the shared ones and the components.
/// Cheap to clone.
#[derive(Clone)]
pub struct Pages {
    site: Site,
    sources: Vec<jinja::Source>,
    engine: Arc<Environment<'static>>,
}

impl Pages {
    /// Pages with the shared templates only.
    pub fn new(site: Site) -> Self {
        Self::build(site, Vec::new())
    }

    /// Adds a crate's own embedded templates; of two with one name, the one added last wins.
    #[must_use]
    pub fn with_templates<T: RustEmbed + 'static>(self) -> Self {
        let mut sources = self.sources;
        sources.insert(0, |name| T::get(name).map(|file| file.data));
        Self::build(self.site, sources)
    }

    /// Renders a template.
    ///
    /// # Errors
    /// [`PageError`] when the template is missing or faulty: a mistake of ours, never of the reader.
    pub fn render(
        &self,
        template: &str,
        context: impl Serialize,
    ) -> Result<Html<String>, PageError> {
        self.render_value(template, Value::from(Serde(context)))
    }

    /// Renders a template with a context that is one already.
    ///
    /// # Errors
    /// As [`Self::render`].
    pub fn render_value(&self, template: &str, context: Value) -> Result<Html<String>, PageError> {
        let html = self
            .engine
            .get_template(template)
            .and_then(|found| found.render(context))
            .map_err(|error| PageError::new(template, &error))?;
        Ok(Html(html))
    }

    /// A page with a heading and a sentence or two, for answers such as 404.
    pub fn notice(&self, status: StatusCode, title: &str, text: &str) -> Response {
        let page = self.render("notice.html", minijinja::context! { title, text });
        (status, page).into_response()
    }

    fn build(site: Site, sources: Vec<jinja::Source>) -> Self {
        let mut engine = jinja::environment(sources.clone());
        engine.add_global("site", Value::from(Serde(site)));
        Self {
            site,
            sources,
            engine: Arc::new(engine),
        }
    }
}

impl fmt::Debug for Pages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages")
            .field("site", &self.site)
            .finish_non_exhaustive()
    }
}

/// A page that could not be made. It names the place in the template and nothing of what was shown.
#[derive(Debug, thiserror::Error)]
#[error("template {template} failed at {place}: {kind}")]
pub struct PageError {
    template: String,
    place: String,
    kind: String,
}

impl PageError {
    fn new(template: &str, error: &minijinja::Error) -> Self {
        let place = format!(
            "{}:{}",
            error.name().unwrap_or("?"),
            error.line().unwrap_or(0)
        );
        Self {
            template: template.to_owned(),
            place,
            kind: error.kind().to_string(),
        }
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        tracing::error!(error = %self, "page not made");
        let page = "<!DOCTYPE html><html lang=\"en\"><title>Something went wrong</title>\
            <h1>Something went wrong</h1><p>This page could not be made. It has been logged.</p>";
        (StatusCode::INTERNAL_SERVER_ERROR, Html(page)).into_response()
    }
}

#[cfg(test)]
mod tests;
