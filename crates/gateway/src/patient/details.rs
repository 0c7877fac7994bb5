//! What PKB says of the patient, as the patient may see it; read anew on demand.

use super::sign_in::Pressed;
use super::{Calls, Failure, SignedIn, paths};
use crate::context::Ctx;
use crate::pkb::{self, Details, NotRead};
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use httpkit::problem::Refusal;
use httpkit::uk_time;
use jiff::civil::Date;
use minijinja::{context, value::Serde};
use model::pkb_link::Standing;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    done: String,
}

/// One line of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Row {
    name: String,
    /// Lines.
    value: Vec<String>,
    /// How a screen reader says it, if not as it is written.
    spoken: Option<String>,
}

/// `GET /patient/details`.
pub(super) async fn show(
    State(ctx): State<Ctx>,
    user: SignedIn,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let patient = user.patient().await?;
    let lapsed = match patient.standing {
        Standing::Linked { .. } => false,
        Standing::Lapsed { .. } => true,
        Standing::None | Standing::Unlinked => return Ok(home()),
    };
    let details = pkb::details(&ctx, &patient).await?;
    let (done, trouble) = match wanted.done.as_str() {
        "read" => (Some("We have just read your details again."), None),
        "not-reached" => (
            None,
            Some("Patients Know Best did not answer. Try again in a few minutes."),
        ),
        "frozen" => (
            None,
            Some(
                "Patients Know Best has stopped access to your record. Ask them, or the team that looks after you.",
            ),
        ),
        _ => (None, None),
    };
    let rows = details.as_ref().map(rows).unwrap_or_default();
    let page = context! {
        rows => Serde(rows),
        read_at => details.map(|details| uk_time::moment(details.read_at)),
        lapsed,
        done,
        problem => trouble,
    };
    user.page("patient/details.html", page)
}

/// `POST /patient/details`.
pub(super) async fn read_anew(
    State(ctx): State<Ctx>,
    Extension(calls): Extension<Arc<Calls>>,
    user: SignedIn,
    Form(sent): Form<Pressed>,
) -> Result<Response, Failure> {
    let user = user.checked(&sent.csrf)?.seldom(&calls)?;
    let done = match pkb::read_details(&ctx, &user.id).await {
        Ok(()) => "read",
        // The first page says what to do.
        Err(NotRead::NotLinked(_)) => return Ok(home()),
        Err(NotRead::Frozen) => "frozen",
        Err(NotRead::NotReached { .. } | NotRead::NotUnderstood) => "not-reached",
        Err(other) => return Err(Refusal::from(other).into()),
    };
    Ok(Redirect::to(&format!("{}?done={done}", paths::DETAILS)).into_response())
}

fn home() -> Response {
    Redirect::to(paths::HOME).into_response()
}

fn rows(details: &Details) -> Vec<Row> {
    let name = [&details.title, &details.first_name, &details.last_name];
    let name: Vec<_> = name.into_iter().filter_map(Option::as_deref).collect();
    let mut rows = vec![
        row("Name", vec![name.join(" ")]),
        row("Date of birth", born(details).into_iter().collect()),
        row("Sex", sex(details).into_iter().collect()),
    ];
    match &details.nhs_number {
        Some(number) => {
            let spoken = number.as_str().chars().map(String::from);
            rows.push(Row {
                spoken: Some(spoken.collect::<Vec<_>>().join(" ")),
                ..row("NHS number", vec![number.spaced()])
            });
        }
        // Scotland and Northern Ireland have numbers of their own.
        None if details.national_ids.is_empty() => rows.push(row("NHS number", Vec::new())),
        None => {}
    }
    for id in &details.national_ids {
        let shown = details.nhs_number.as_ref();
        let same = shown.is_some_and(|number| digits(&id.value) == number.as_str());
        if !same {
            rows.push(row(&id.name, vec![id.value.clone()]));
        }
    }
    rows.push(row("Address", address(details)));
    rows.push(row(
        "Email address",
        details.email.iter().cloned().collect(),
    ));
    rows.push(row("Phone number", details.phone.iter().cloned().collect()));
    rows
}

fn row(name: &str, value: Vec<String>) -> Row {
    Row {
        name: name.to_owned(),
        value: value.into_iter().filter(|line| !line.is_empty()).collect(),
        spoken: None,
    }
}

/// `21 November 1984`; what is no date stands as PKB wrote it.
fn born(details: &Details) -> Option<String> {
    let text = details.date_of_birth.as_ref()?;
    let date = text.parse::<Date>();
    Some(date.map_or_else(|_| text.clone(), uk_time::day))
}

fn sex(details: &Details) -> Option<String> {
    let word = match details.gender.as_deref()? {
        "M" => "Male",
        "F" => "Female",
        "I" => "Indeterminate",
        _ => "Not known",
    };
    Some(word.to_owned())
}

fn address(details: &Details) -> Vec<String> {
    let lines = details.address_lines.iter();
    let rest = [&details.city, &details.county, &details.postcode];
    let country = match details.country.as_deref() {
        Some("GB-ENG") => Some("England".to_owned()),
        Some("GB-WLS") => Some("Wales".to_owned()),
        Some("GB-SCT") => Some("Scotland".to_owned()),
        Some("GB-NIR") => Some("Northern Ireland".to_owned()),
        Some(other) => Some(other.to_owned()),
        None => None,
    };
    let rest = rest.into_iter().flatten();
    let lines = lines.chain(rest).cloned();
    let lines: Vec<_> = lines.collect();
    // A country alone is no address.
    let country = country.filter(|_| !lines.is_empty());
    lines.into_iter().chain(country).collect()
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use model::NhsNumber;
    use serde_json::json;

    fn nobody() -> Details {
        Details {
            title: None,
            first_name: None,
            last_name: None,
            date_of_birth: None,
            gender: None,
            nhs_number: None,
            national_ids: Vec::new(),
            address_lines: Vec::new(),
            city: None,
            county: None,
            postcode: None,
            country: Some("GB-ENG".to_owned()),
            email: None,
            phone: None,
            read_at: Timestamp::UNIX_EPOCH,
        }
    }

    fn value(details: &Details, name: &str) -> Option<String> {
        let rows = rows(details);
        let row = rows.iter().find(|row| row.name == name)?;
        Some(row.value.join(", "))
    }

    #[test]
    fn a_number_stands_once_and_is_said_digit_by_digit() {
        let ids = |name: &str, value: &str| {
            let id = json!([{ "name": name, "value": value, "country_codes": [] }]);
            serde_json::from_value(id).unwrap()
        };
        let mut details = nobody();
        assert_eq!(value(&details, "NHS number").as_deref(), Some(""));
        details.national_ids = ids("CHI number", "1403671036");
        assert_eq!(value(&details, "NHS number"), None);
        assert_eq!(value(&details, "CHI number").as_deref(), Some("1403671036"));
        details.national_ids = ids("NHS number", "954 785 2140");
        details.nhs_number = NhsNumber::parse("9547852140").ok();
        let rows = rows(&details);
        let mut numbers = rows.iter().filter(|row| row.name == "NHS number");
        let number = numbers.next().unwrap();
        assert_eq!(number.value, ["954 785 2140"]);
        assert_eq!(number.spoken.as_deref(), Some("9 5 4 7 8 5 2 1 4 0"));
        assert_eq!(numbers.next(), None);
    }

    #[test]
    fn a_day_is_written_out_and_what_is_none_stands_as_it_is() {
        let mut details = nobody();
        details.date_of_birth = Some("1948-02-20".to_owned());
        assert_eq!(
            value(&details, "Date of birth").as_deref(),
            Some("20 February 1948")
        );
        details.date_of_birth = Some("about 1948".to_owned());
        assert_eq!(
            value(&details, "Date of birth").as_deref(),
            Some("about 1948")
        );
    }

    #[test]
    fn a_country_alone_is_no_address() {
        let mut details = nobody();
        assert_eq!(value(&details, "Address").as_deref(), Some(""));
        details.address_lines = vec!["1 High Street".to_owned()];
        details.postcode = Some("LS1 1AA".to_owned());
        assert_eq!(
            value(&details, "Address").as_deref(),
            Some("1 High Street, LS1 1AA, England")
        );
    }
}
