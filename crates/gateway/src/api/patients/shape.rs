//! A patient as a product is told.

use crate::pkb::Details;
use jiff::Timestamp;
use model::PublicId;
use model::pkb_link::{Lapse, Standing};
use store::gateway::{AtRisk, Patient};
use wire::gateway::patients as shapes;

/// A patient without demographics.
pub(super) fn patient(patient: &Patient, now: Timestamp) -> shapes::Patient {
    shapes::Patient {
        app_user_id: patient.id.as_str().to_owned(),
        created_at: patient.made_at.to_string(),
        link: link(patient, now),
        demographics: None,
    }
}

fn link(patient: &Patient, now: Timestamp) -> shapes::Link {
    let (public_id, why) = match patient.standing {
        Standing::Linked { public_id } => (Some(public_id), None),
        Standing::Lapsed { public_id, why } => (Some(public_id), Some(why)),
        Standing::None | Standing::Unlinked => (None, None),
    };
    shapes::Link {
        state: patient.state(now).as_str().to_owned(),
        public_id: public_id.map(PublicId::as_text),
        since: patient.since.map(|at| at.to_string()),
        linked_at: patient.linked_at.map(|at| at.to_string()),
        authorised_at: patient.authorised_at.map(|at| at.to_string()),
        reason: why.map(|why: Lapse| why.as_str().to_owned()),
        at_risk: patient.risk.map(at_risk),
    }
}

fn at_risk(risk: AtRisk) -> shapes::AtRisk {
    shapes::AtRisk {
        reason: risk.why.as_str().to_owned(),
        since: risk.since.to_string(),
        ends_at: risk.ends_at.map(|at| at.to_string()),
    }
}

/// What PKB said of the patient.
pub(super) fn demographics(details: Details) -> shapes::Demographics {
    let national_ids = details.national_ids.into_iter();
    let national_ids = national_ids.map(|id| shapes::NationalId {
        name: id.name,
        value: id.value,
        country_codes: id.country_codes,
    });
    shapes::Demographics {
        title: details.title,
        first_name: details.first_name,
        last_name: details.last_name,
        date_of_birth: details.date_of_birth,
        gender: details.gender,
        nhs_number: details.nhs_number.map(|number| number.as_str().to_owned()),
        national_ids: national_ids.collect(),
        address: shapes::Address {
            lines: details.address_lines,
            city: details.city,
            county: details.county,
            postcode: details.postcode,
            country: details.country,
        },
        email: details.email,
        phone: details.phone,
        read_at: details.read_at.to_string(),
    }
}
