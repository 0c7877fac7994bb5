//! A person of the sandbox as the Facade's Patient.

use crate::pkb::people::Person;
use wire::pkb::stu3::{
    Address, ContactPoint, Extension, HumanName, Identifier, Kind, Patient, SHARING_DISABLED,
};
use wire::pkb::{CHI_NUMBER, HEALTH_AND_CARE_NUMBER, NHS_NUMBER, NationalId};

/// The resource; what isn't known is left out.
pub(super) fn patient(person: &Person) -> Patient {
    let given = [Some(&person.first_name), person.middle_name.as_ref()];
    let lines = [&person.address1, &person.address2];
    let contacts = [("email", &person.email), ("phone", &person.phone)];
    let identifiers = person.national_ids.iter().filter_map(identifier);
    Patient {
        resource_type: Kind::Patient,
        id: Some(person.public_id.clone()),
        extension: vec![Extension {
            url: SHARING_DISABLED.to_owned(),
            value_boolean: Some(person.sharing_disabled),
        }],
        identifier: identifiers.collect(),
        name: vec![HumanName {
            family: some(&person.last_name),
            given: given.into_iter().flatten().cloned().collect(),
            prefix: some(&person.title).into_iter().collect(),
            ..HumanName::default()
        }],
        telecom: contacts
            .into_iter()
            .filter_map(|(system, value)| {
                Some(ContactPoint {
                    system: some(system),
                    value: Some(some(value)?),
                    usage: None,
                })
            })
            .collect(),
        gender: some(gender(&person.gender)),
        birth_date: some(&person.dob),
        deceased_boolean: person.date_deceased.is_none().then_some(false),
        deceased_date_time: person.date_deceased.clone(),
        address: vec![Address {
            line: lines.into_iter().filter_map(|line| some(line)).collect(),
            city: some(&person.city),
            state: some(&person.county),
            postal_code: some(&person.postal_code),
            country: some(&person.country),
        }],
    }
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn gender(code: &str) -> &'static str {
    match code {
        "M" => "male",
        "F" => "female",
        "I" => "other",
        _ => "unknown",
    }
}

/// A number with the system of the country that gave it.
fn identifier(id: &NationalId) -> Option<Identifier> {
    let used_in = |country: &str| id.country_codes().iter().any(|code| code == country);
    let system = if used_in("GB-ENG") || used_in("GB-WLS") {
        NHS_NUMBER
    } else if used_in("GB-SCT") {
        CHI_NUMBER
    } else if used_in("GB-NIR") {
        HEALTH_AND_CARE_NUMBER
    } else {
        return None;
    };
    Some(Identifier::new(system, &id.value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pkb::people;

    fn of(family: &str) -> Patient {
        let person = people::everyone().iter().find(|p| p.last_name == family);
        patient(person.unwrap())
    }

    #[test]
    fn each_member_is_where_the_facade_has_it() {
        let whitfield = serde_json::to_value(of("Whitfield")).unwrap();
        assert_eq!(whitfield["name"][0]["given"][1], "Anne");
        assert_eq!(whitfield["name"][0]["prefix"][0], "Mrs");
        assert_eq!(whitfield["identifier"][0]["system"], NHS_NUMBER);
        assert_eq!(whitfield["telecom"][0]["system"], "email");
        assert_eq!(whitfield["telecom"][1]["value"], "07700 900174");
        assert_eq!(whitfield["address"][0]["state"], "West Yorkshire");
        assert_eq!(whitfield["deceasedBoolean"], false);
        assert_eq!(whitfield["extension"][0]["valueBoolean"], false);
        assert_eq!(of("Duxbury").address[0].line.len(), 2);
        assert_eq!(of("Tattersall").gender.as_deref(), Some("other"));
        assert_eq!(of("Hartnoll").gender.as_deref(), Some("unknown"));
        assert!(of("Hartnoll").identifier.is_empty());
        let chi = of("Drummond").identifier[0].system.clone();
        assert_eq!(chi.as_deref(), Some(CHI_NUMBER));
        let died = of("Ogilvie");
        assert_eq!(died.deceased_date_time.as_deref(), Some("2026-08-17"));
        assert_eq!(died.deceased_boolean, None);
        assert_eq!(of("Khan").extension[0].value_boolean, Some(true));
    }
}
