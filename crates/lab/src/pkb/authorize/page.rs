//! How the page looks, and the two pages that are shown instead of it.

use super::super::Context;
use super::super::UserType;
use super::super::people;
use super::super::redirect;
use super::super::request::{BadRequest, Request};
use super::{address, repeated};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use minijinja::{Value, context};

/// Why the page is shown again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// Its token isn't the browser's.
    OpenTooLong,
    /// Neither button was pressed.
    Undecided,
    /// A field was left empty.
    Missing { email: bool, password: bool },
    /// No such e-mail address, or another password.
    Unknown,
    /// Too many wrong passwords.
    Resting,
}

impl Fault {
    fn status(self) -> StatusCode {
        match self {
            Self::Resting => StatusCode::TOO_MANY_REQUESTS,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }

    /// The words, and the field they belong to.
    fn words(self) -> Vec<(&'static str, &'static str)> {
        match self {
            Self::OpenTooLong => vec![(
                "email",
                "The page was open too long. Enter your details again",
            )],
            Self::Undecided => vec![("approve", "Choose Approve or Deny")],
            Self::Missing { email, password } => {
                let email = email.then_some(("email", "Enter your email address"));
                let password = password.then_some(("password", "Enter your password"));
                email.into_iter().chain(password).collect()
            }
            Self::Unknown => vec![("email", "The email address or the password is not right")],
            Self::Resting => vec![(
                "email",
                "There were too many wrong passwords. Try again in 10 minutes",
            )],
        }
    }
}

impl Context {
    /// The page that asks.
    pub(super) fn ask(
        &self,
        headers: &HeaderMap,
        request: &Request<'_>,
        encoded: &[u8],
        typed: &str,
        fault: Option<Fault>,
    ) -> Response {
        let form = self.csrf.token(headers, &*self.entropy);
        let faults: Vec<Value> = fault
            .map(Fault::words)
            .unwrap_or_default()
            .into_iter()
            .map(|(field, text)| context! { field, text })
            .collect();
        let examples: Vec<Value> = people::everyone()
            .iter()
            .filter(|person| super::is_right_kind(request, person.user_type))
            .take(3)
            .map(|person| {
                context! { name => person.display_name(), email => person.email.as_str(), password => person.password.as_str() }
            })
            .collect();
        let page = context! {
            owner => request.client.owner.as_str(),
            product => request.client.product.as_str(),
            kind => request.scope.map_or("", UserType::as_str),
            life => words_for(self.controls.state().session_seconds),
            hidden => repeated(encoded),
            csrf => form.value,
            typed,
            faults,
            examples,
        };
        let status = fault.map_or(StatusCode::OK, Fault::status);
        let mut response = self.page(status, "pkb/authorize.html", page);
        let policy = policy(&request.redirect.uri);
        if let Ok(policy) = HeaderValue::from_str(&policy) {
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        if let Some(cookie) = form.set_cookie {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        response
    }

    /// The page for a request that can't be put to anybody.
    pub(super) fn bad_request(&self, bad: &BadRequest) -> Response {
        let page = context! { parameter => bad.parameter, words => bad.words.as_str() };
        self.page(StatusCode::BAD_REQUEST, "pkb/bad_request.html", page)
    }

    /// The page for somebody who isn't the kind of user that was asked for.
    pub(super) fn wrong_kind(&self, request: &Request<'_>, encoded: &[u8]) -> Response {
        let page = context! {
            product => request.client.product.as_str(),
            kind => request.scope.map_or("", UserType::as_str),
            again => address(encoded),
        };
        self.page(StatusCode::FORBIDDEN, "pkb/wrong_kind.html", page)
    }

    /// A page that nobody keeps or frames. It may be opened in a window by the app, which waits for it.
    fn page(&self, status: StatusCode, template: &str, page: Value) -> Response {
        let headers = [
            (header::CACHE_CONTROL, "no-store"),
            (header::X_FRAME_OPTIONS, "DENY"),
            (
                HeaderName::from_static("cross-origin-opener-policy"),
                "unsafe-none",
            ),
        ];
        let html = self.pages.render_value(template, page);
        match html {
            Ok(html) => (status, headers, html).into_response(),
            Err(error) => error.into_response(),
        }
    }
}

/// Browsers hold every redirect after a form to the page's `form-action`: that to the app, and the app's
/// own to wherever it likes. So any web address will do, and the app's own scheme.
fn policy(redirect_uri: &str) -> String {
    let scheme = redirect::scheme(redirect_uri);
    let own = match scheme {
        "http" | "https" => String::new(),
        _ => format!(" {scheme}:"),
    };
    format!(
        "default-src 'self'; img-src 'self' data:; object-src 'none'; frame-src 'none'; \
         frame-ancestors 'none'; base-uri 'none'; form-action 'self' http: https:{own}"
    )
}

/// A life in words: `90 days`, `2 hours`.
fn words_for(seconds: i64) -> String {
    let units = [
        (86_400, "day"),
        (3_600, "hour"),
        (60, "minute"),
        (1, "second"),
    ];
    let (size, unit) = units
        .into_iter()
        .find(|(size, _)| seconds >= *size)
        .unwrap_or((1, "second"));
    let count = seconds / size;
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lives_are_told_in_the_largest_unit_that_fits() {
        for (seconds, words) in [
            (90 * 86_400, "90 days"),
            (86_400, "1 day"),
            (7_200, "2 hours"),
            (90, "1 minute"),
            (5, "5 seconds"),
        ] {
            assert_eq!(words_for(seconds), words);
        }
    }

    #[test]
    fn an_app_with_its_own_scheme_can_be_gone_back_to() {
        assert!(policy("riverside://cb").ends_with("form-action 'self' http: https: riverside:"));
        assert!(policy("https://a.example/cb").ends_with("form-action 'self' http: https:"));
    }
}
