//! References and paths.

use super::*;

const FHIR: &str = "https://pkb.example/fhir";
const ID: &str = "1d4a8b2d-f885-499f-ba51-50600312f316";

#[test]
fn a_reference_is_read_in_each_of_fhirs_spellings() {
    let patient = Some(Purview::Patient(Uuid::parse_str(ID).unwrap()));
    for reference in [
        format!("Patient/{ID}"),
        format!("Patient/{}", ID.to_uppercase()),
        format!("https://pkb.example/fhir/Patient/{ID}"),
        format!("Patient/{ID}/_history/3"),
    ] {
        assert!(belongs_to(&reference, FHIR) == patient, "{reference}");
    }
    let practitioner = Some(Purview::Other("Practitioner"));
    assert!(belongs_to(&format!("Practitioner/{ID}"), FHIR) == practitioner);
    assert!(belongs_to("Device/1", FHIR) == Some(Purview::Other("unknown")));
    let plain = ID.replace('-', "");
    for none in [
        "",
        ID,
        "Patient/",
        "Patient/12",
        "Patient",
        "Patient/00000000-0000-0000-0000-000000000000",
        &format!("Patient/{plain}"),
        &format!("Patient/{{{ID}}}"),
        &format!("x/Patient/{ID}"),
        &format!("https://elsewhere.example/fhir/Patient/{ID}"),
        &format!("{FHIR}x/Patient/{ID}"),
    ] {
        assert!(belongs_to(none, FHIR).is_none(), "{none}");
    }
}

#[test]
fn a_path_that_would_lead_elsewhere_is_not_sent() {
    let client = PkbClient::new("https://pkb.example/base/").unwrap();
    let at = |path: &str| client.below(path).map(|url| url.to_string());
    assert_eq!(
        at("/fhir/Consent/$purview?a=../b").unwrap(),
        "https://pkb.example/base/fhir/Consent/$purview?a=../b"
    );
    for path in [
        "",
        "fhir",
        "@evil.example/",
        "/fhir/../x",
        "/fhir/./x",
        "/fhir/%2e%2E/x",
        "/fhir/.%2e",
        "/fhir\\x",
        "/fhir#x",
        "/fhir/\nx",
        "?x",
    ] {
        assert!(at(path).is_none(), "{path}");
    }
}

#[test]
fn nobodys_id_is_printed() {
    let purview = Purview::Patient(Uuid::parse_str(ID).unwrap());
    assert_eq!(format!("{purview:?}"), "Patient(…)");
}
