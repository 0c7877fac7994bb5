//! The list of subjects, and the one search box above it.

use super::{Failure, SignedIn, paths};
use crate::pas::{
    Context,
    patient::View,
    store::{
        filter::{Compare, Filter},
        patients::Slice,
    },
    times,
};
use axum::{
    extract::{Query, State},
    response::{IntoResponse, Redirect, Response},
};
use jiff::civil::Date;
use serde::Deserialize;
use std::sync::Arc;

/// Subjects on a page.
const PAGE: u64 = 50;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    q: String,
    page: String,
}

/// `GET /subjects`.
pub(super) async fn list(
    State(context): State<Arc<Context>>,
    user: SignedIn,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let query = wanted.q.trim();
    let number = wanted.page.parse::<u32>().map_or(1, u64::from).max(1);
    let slice = Slice {
        offset: (number - 1) * PAGE,
        limit: PAGE,
    };
    let found = context.store.patients(filter(query), slice).await?;
    let today = times::local_date(context.clock.now());
    let subjects: Vec<_> = found
        .items
        .iter()
        .map(|patient| View::new(patient, today))
        .collect();
    let pages = found.total.div_ceil(PAGE).max(1);
    let address = |page: u64| {
        let mut out = url::form_urlencoded::Serializer::new(String::new());
        if !query.is_empty() {
            out.append_pair("q", query);
        }
        let query = out.append_pair("page", &page.to_string()).finish();
        format!("{}?{query}", paths::SUBJECTS)
    };
    if number > pages {
        return Ok(Redirect::to(&address(pages)).into_response());
    }
    let links = minijinja::context! {
        previous => (number > 1).then(|| address(number - 1)),
        next => (number < pages).then(|| address(number + 1)),
    };
    let loaded = if query.is_empty() {
        found.total
    } else {
        context.store.patient_count().await?
    };
    let page = minijinja::context! {
        query,
        total => found.total,
        loaded,
        number,
        pages,
        first => slice.offset + 1,
        last => slice.offset + u64::try_from(subjects.len()).unwrap_or(0),
        links,
        subjects => minijinja::value::Serde(subjects),
    };
    user.page("pas/subjects.html", "subjects", page)
}

/// A number is an NHS number or a part of one, a date a date of birth, and all else a name.
fn filter(query: &str) -> Filter {
    let mut filter = Filter::default();
    let digits: String = query.chars().filter(|c| !c.is_whitespace()).collect();
    if query.is_empty() {
        return filter;
    }
    if let Some(day) = day(query) {
        filter.born(&[(Compare::Equal, day, day)]);
    } else if digits.bytes().all(|b| b.is_ascii_digit()) {
        filter.digits(&digits);
    } else {
        filter.name(&[query]);
    }
    filter
}

/// A date as people type it: `1948-02-20`, `20/02/1948`, `20.2.1948`, `20 Feb 1948`.
fn day(text: &str) -> Option<Date> {
    if text.len() == 10
        && let Ok(day) = text.parse()
    {
        return Some(day);
    }
    let text = text.replace(['.', '-'], "/").replace(',', " ");
    let parts: Vec<_> = text
        .split(['/', ' '])
        .filter(|part| !part.is_empty())
        .collect();
    let [day, month, year] = parts.as_slice() else {
        return None;
    };
    let year = (year.len() == 4).then(|| year.parse().ok()).flatten()?;
    let month = month.parse().ok().or_else(|| named(month))?;
    Date::new(year, month, day.parse().ok()?).ok()
}

fn named(month: &str) -> Option<i8> {
    let names = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    let month = month.to_lowercase();
    let place = names.iter().position(|name| month.starts_with(name))?;
    i8::try_from(place + 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn dates_are_understood_as_people_type_them() {
        for text in [
            "1948-02-20",
            "20/02/1948",
            "20/2/1948",
            "20.02.1948",
            "20-2-1948",
            "20 Feb 1948",
            "20 February 1948",
        ] {
            assert_eq!(day(text), Some(date(1948, 2, 20)), "{text}");
        }
        for text in [
            "",
            "Whitfield",
            "9547852140",
            "954 785 2140",
            "30/02/1948",
            "20/02/48",
            "1/2/3/4",
        ] {
            assert_eq!(day(text), None, "{text}");
        }
    }
}
