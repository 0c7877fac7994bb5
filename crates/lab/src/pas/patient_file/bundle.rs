//! One entry of a FHIR R4 Bundle of Patient.

use super::super::patient::{Deceased, Details};
use super::entry::Entry;
use jiff::civil::Date;
use serde_json::Value;
use wire::fhir_r4::NHS_NUMBER;

/// Reads an entry; every member is looked at even when one is wrong.
pub(super) fn patient(entry: &mut Entry, value: &Value, today: Date) -> Option<Details> {
    let resource = value.get("resource").unwrap_or(&Value::Null);
    if resource.get("resourceType").and_then(Value::as_str) != Some("Patient") {
        entry.fault("resource is no Patient");
        return None;
    }
    let name = preferred(resource.get("name"), &["official", "usual"]);
    let member = |name_of: &str| name.and_then(|n| n.get(name_of));
    let first = |list: &str| member(list).and_then(|l| l.get(0));
    let words =
        |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    entry.call(&[
        &words(first("prefix")),
        &words(first("given")),
        &words(member("family")),
    ]);

    let number = items(resource.get("identifier"))
        .find(|i| i.get("system").and_then(Value::as_str) == Some(NHS_NUMBER))
        .and_then(|i| i.get("value"));
    let nhs_number = entry.number(number, "identifier of the NHS number");
    let title = match first("prefix") {
        None => Some(String::new()),
        some => entry.text(some, "name.prefix[0]", true),
    };
    let given = entry.texts(member("given"), "name.given", false);
    let family = entry.text(member("family"), "name.family", false);
    let birth_date = entry.day(resource.get("birthDate"), "birthDate", today);
    let gender = entry.gender(resource.get("gender"), "gender");
    let address = preferred(resource.get("address"), &["home"]);
    let lines = match address.and_then(|a| a.get("line")) {
        None => Some(Vec::new()),
        some => entry.texts(some, "address.line", true),
    };
    let city = entry.optional_text(address.and_then(|a| a.get("city")), "address.city");
    let postcode = entry.optional_text(
        address.and_then(|a| a.get("postalCode")),
        "address.postalCode",
    );
    let phone = entry.optional_text(telecom(resource, "phone"), "telecom phone");
    let email = entry.optional_text(telecom(resource, "email"), "telecom email");
    let deceased = deceased(entry, resource, birth_date, today);
    Some(Details {
        nhs_number: nhs_number?,
        title: title?,
        given: given?,
        family: family?,
        birth_date: birth_date?,
        gender: gender?,
        address_lines: lines?,
        city: city.unwrap_or_default(),
        postcode: postcode.unwrap_or_default(),
        phone,
        email,
        deceased,
    })
}

fn items(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    value.and_then(Value::as_array).into_iter().flatten()
}

/// The first item of one of these uses, else the first that is not an old one.
fn preferred<'v>(list: Option<&'v Value>, uses: &[&str]) -> Option<&'v Value> {
    let usage = |v: &Value| v.get("use").and_then(Value::as_str).map(str::to_owned);
    uses.iter()
        .find_map(|wanted| items(list).find(|v| usage(v).as_deref() == Some(wanted)))
        .or_else(|| items(list).find(|v| usage(v).as_deref() != Some("old")))
}

fn telecom<'v>(resource: &'v Value, system: &str) -> Option<&'v Value> {
    items(resource.get("telecom"))
        .find(|t| t.get("system").and_then(Value::as_str) == Some(system))
        .and_then(|t| t.get("value"))
}

fn deceased(
    entry: &mut Entry,
    resource: &Value,
    birth: Option<Date>,
    today: Date,
) -> Option<Deceased> {
    match (
        resource.get("deceasedDateTime"),
        resource.get("deceasedBoolean"),
    ) {
        (Some(at), _) => {
            let day = at
                .as_str()
                .map(|text| Value::from(text.get(..10).unwrap_or(text)));
            let day = entry.day(day.as_ref().or(Some(at)), "deceasedDateTime", today)?;
            entry
                .after_birth(day, birth, "deceasedDateTime")
                .then_some(Deceased::On(day))
        }
        (None, Some(Value::Bool(true))) => Some(Deceased::SomeDay),
        (None, None | Some(Value::Bool(false))) => None,
        (None, Some(_)) => {
            entry.fault("deceasedBoolean must be true or false");
            None
        }
    }
}
