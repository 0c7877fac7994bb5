//! What the page says in each case.

use super::Failure;
use crate::app::capture_code::NotTaken;
use crate::context::Ctx;
use crate::pages::SITE;
use crate::pages::link::{LIFETIME, Shown};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use httpkit::csrf::Csrf;
use httpkit::uk_time::moment;
use minijinja::{Value, context, value::Serde};
use model::access_code;
use model::gateway_user::Authorisation;
use store::gateway::User;

/// The form's guard.
pub(super) const CSRF: Csrf = Csrf::new("baton_authorise");

/// What there is to say.
#[derive(Clone, Copy)]
pub(super) enum Said<'s> {
    /// Enter a code.
    Ask,
    /// It worked.
    Done,
    /// There is an authorisation.
    Already,
    /// There is one, and the platform says so.
    StillGood,
    /// The platform says that it was withdrawn.
    FoundWithdrawn,
    /// The platform could not be asked.
    NotVerified,
    /// The form's guard did not hold.
    PageTooOld,
    /// The code was not taken.
    NotTaken {
        /// Why.
        why: &'s NotTaken,
        /// What was typed.
        typed: &'s str,
    },
}

/// Everything a page is made from.
pub(super) struct View<'v> {
    pub(super) ctx: &'v Ctx,
    pub(super) headers: &'v HeaderMap,
    pub(super) user: &'v User,
    pub(super) secret: &'v str,
    pub(super) here: String,
    pub(super) replace: String,
}

/// A fault as the page tells it: in short at the field and at the top, and what to do about it.
struct Fault {
    text: String,
    help: Vec<String>,
    /// Whether what was typed is shown again: only if it is certain that it is no code that still works.
    again: bool,
}

impl View<'_> {
    /// The page.
    pub(super) fn page(self, said: Said<'_>, status: StatusCode) -> Result<Response, Failure> {
        let template = match said {
            Said::Done => "authorise_done.html",
            Said::Already | Said::StillGood | Said::NotVerified => "authorise_already.html",
            _ => "authorise.html",
        };
        let fault = match said {
            Said::NotTaken { why, .. } => Some(fault(why)),
            Said::PageTooOld => Some(Fault {
                text: "The page was open for too long, so nothing was sent".to_owned(),
                help: vec![
                    "Enter the code again, or a new one if it is older than 60 seconds.".to_owned(),
                ],
                again: false,
            }),
            _ => None,
        };
        let typed = match (&fault, said) {
            (Some(Fault { again: true, .. }), Said::NotTaken { typed, .. }) => typed,
            _ => "",
        };
        let form = CSRF.token(self.headers, &*self.ctx.entropy);
        let user = self.user;
        let context = context! {
            site => Value::from(Serde(SITE)),
            here => self.here,
            replace => self.replace,
            secret => self.secret,
            csrf => form.value,
            who => user.name.as_deref().unwrap_or(user.id.as_str()),
            withdrawn => user.authorisation == Authorisation::Withdrawn,
            authorised => user.authorisation == Authorisation::Authorised,
            authorised_at => user.authorised_at.map(moment),
            verified_at => user.verified_at.map(moment),
            still_good => matches!(said, Said::StillGood),
            found_withdrawn => matches!(said, Said::FoundWithdrawn),
            not_verified => matches!(said, Said::NotVerified),
            seconds => access_code::LIFETIME.as_secs(),
            typed,
            fault => fault.as_ref().map(|fault| &fault.text),
            help => fault.as_ref().map(|fault| &fault.help),
        };
        let page = self.ctx.pages.render_value(template, context);
        let mut response = (status, page.map_err(Failure::Page)?).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(cookie) = form.set_cookie {
            headers.append(header::SET_COOKIE, cookie);
        }
        if let Said::NotTaken {
            why: NotTaken::TooMany { seconds },
            ..
        } = said
        {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(*seconds));
        }
        Ok(response)
    }
}

const NEW_CODE: &str = "Make a new code in the toolbar and enter it here within 60 seconds.";

fn fault(why: &NotTaken) -> Fault {
    let (text, help): (_, &[&str]) = match why {
        NotTaken::Shape => {
            let text = "Enter the access code: 8 letters and numbers".to_owned();
            return Fault {
                text,
                help: Vec::new(),
                again: true,
            };
        }
        NotTaken::Wrong => (
            "This code is not right, or is older than 60 seconds, or was used before".to_owned(),
            &[
                NEW_CODE,
                "Check for letters and numbers that look alike, such as O and 0.",
            ],
        ),
        NotTaken::TooMany { seconds } => (
            format!(
                "There were too many wrong codes. Wait {}, then try again",
                waiting(*seconds)
            ),
            &["Make a new code when you have waited: codes that you make before then run out."],
        ),
        NotTaken::NotReached => (
            "We could not reach the messaging platform".to_owned(),
            &[
                "Your code may be used up.",
                NEW_CODE,
                "If this happens again, tell the people who support your system.",
            ],
        ),
        NotTaken::NotLetIn => (
            "The messaging platform does not let us use access codes".to_owned(),
            &[
                "You did nothing wrong, and another code will not help. Tell the people who support your system: the gateway’s API key at the platform needs checking.",
            ],
        ),
        NotTaken::NotKept(_) => (
            "Your code was right, but we could not save the result".to_owned(),
            &["Nothing has changed, and the code is used up.", NEW_CODE],
        ),
        NotTaken::NoSuchUser | NotTaken::Storage(_) => (
            "We can’t do this at the moment".to_owned(),
            &["Your code was not used. Try again, with a new code if it is older than 60 seconds."],
        ),
    };
    Fault {
        text,
        help: help.iter().map(|line| (*line).to_owned()).collect(),
        again: false,
    }
}

/// `45 seconds`, `1 minute`, `3 minutes`.
fn waiting(seconds: u64) -> String {
    match seconds {
        0 | 1 => "1 second".to_owned(),
        2..=59 => format!("{seconds} seconds"),
        60 => "1 minute".to_owned(),
        _ => format!("{} minutes", seconds.div_ceil(60)),
    }
}

/// There is no good link.
pub(super) fn no_link(ctx: &Ctx, shown: Shown) -> Response {
    let minutes = LIFETIME.as_secs() / 60;
    plain(
        ctx,
        StatusCode::FORBIDDEN,
        context! {
            title => if shown == Shown::Ended { "This link has run out" } else { "This page needs a link" },
            ended => shown == Shown::Ended,
            minutes,
            developers => true,
        },
    )
}

/// The user is gone.
pub(super) fn no_user(ctx: &Ctx) -> Response {
    plain(
        ctx,
        StatusCode::NOT_FOUND,
        context! {
            title => "Your account is not set up here",
            no_user => true,
        },
    )
}

/// Something of ours does not work.
pub(super) fn ours(ctx: &Ctx) -> Response {
    plain(
        ctx,
        StatusCode::SERVICE_UNAVAILABLE,
        context! {
            title => "Sorry, this page does not work at the moment",
            ours => true,
        },
    )
}

fn plain(ctx: &Ctx, status: StatusCode, context: Value) -> Response {
    let site = context! { site => Value::from(Serde(SITE)) };
    let context = minijinja::value::merge_maps([context, site]);
    let page = ctx.pages.render_value("authorise_not.html", context);
    let no_store = [(header::CACHE_CONTROL, "no-store")];
    match page {
        Ok(page) => (status, no_store, page).into_response(),
        Err(error) => error.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_is_told_in_words() {
        assert_eq!(waiting(1), "1 second");
        assert_eq!(waiting(42), "42 seconds");
        assert_eq!(waiting(60), "1 minute");
        assert_eq!(waiting(61), "2 minutes");
    }
}
