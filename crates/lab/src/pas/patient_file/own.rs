//! One entry of `{"patients":[…]}`, as the shipped file has them.

use super::super::patient::{Deceased, Details};
use super::entry::Entry;
use jiff::civil::Date;
use serde_json::Value;

/// Reads an entry; every member is looked at even when one is wrong.
pub(super) fn patient(entry: &mut Entry, value: &Value, today: Date) -> Option<Details> {
    if !value.is_object() {
        entry.fault("the entry must be an object in braces");
        return None;
    }
    let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default();
    let first = value
        .get("givenNames")
        .and_then(|g| g.get(0))
        .and_then(Value::as_str)
        .unwrap_or_default();
    entry.call(&[text("title"), first, text("familyName")]);

    let nhs_number = entry.number(value.get("nhsNumber"), "nhsNumber");
    let title = entry.text(value.get("title"), "title", true);
    let given = entry.texts(value.get("givenNames"), "givenNames", false);
    let family = entry.text(value.get("familyName"), "familyName", false);
    let birth_date = entry.day(value.get("birthDate"), "birthDate", today);
    let gender = entry.gender(value.get("gender"), "gender");
    let address = address(entry, value.get("address"));
    let phone = entry.optional_text(value.get("phone"), "phone");
    let email = entry.optional_text(value.get("email"), "email");
    let deceased = deceased(entry, value.get("deceasedDate"), birth_date, today);
    let (address_lines, city, postcode) = address?;
    Some(Details {
        nhs_number: nhs_number?,
        title: title?,
        given: given?,
        family: family?,
        birth_date: birth_date?,
        gender: gender?,
        address_lines,
        city,
        postcode,
        phone,
        email,
        deceased,
    })
}

fn address(entry: &mut Entry, value: Option<&Value>) -> Option<(Vec<String>, String, String)> {
    let Some(address) = value.filter(|v| v.is_object()) else {
        entry.fault(if value.is_some() {
            "address must be an object in braces"
        } else {
            "address is missing"
        });
        return None;
    };
    let lines = entry.texts(address.get("lines"), "address.lines", false);
    let city = entry.text(address.get("city"), "address.city", false);
    let postcode = entry.text(address.get("postcode"), "address.postcode", false);
    Some((lines?, city?, postcode?))
}

fn deceased(
    entry: &mut Entry,
    value: Option<&Value>,
    birth: Option<Date>,
    today: Date,
) -> Option<Deceased> {
    let value = value.filter(|value| !value.is_null())?;
    let day = entry.day(Some(value), "deceasedDate", today)?;
    entry
        .after_birth(day, birth, "deceasedDate")
        .then_some(Deceased::On(day))
}
