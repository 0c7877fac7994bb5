//! Which paths go to PKB.

use super::*;

#[test]
fn what_is_in_the_record_goes_as_it_came() {
    for (path, query, whole) in [
        ("fhir/Patient", None, "/fhir/Patient"),
        ("fhir/Consent/$purview", None, "/fhir/Consent/$purview"),
        (
            "fhir/Observation",
            Some("code=http%3A%2F%2Floinc.org%7C8302-2&_count=50"),
            "/fhir/Observation?code=http%3A%2F%2Floinc.org%7C8302-2&_count=50",
        ),
        ("json/users/self", Some(""), "/json/users/self?"),
        ("rest/a/b%20c/d.e", None, "/rest/a/b%20c/d.e"),
        ("fhir/Patient/..a", None, "/fhir/Patient/..a"),
        ("json/%C3%80/x;v=1", None, "/json/%C3%80/x;v=1"),
    ] {
        assert_eq!(checked(path, query), Ok(whole.to_owned()));
    }
}

#[test]
fn nothing_else_does() {
    let long = format!("fhir/{}", "x".repeat(LONGEST));
    for bad in [
        "",
        "fhir",
        "fhir/",
        "FHIR/Patient",
        "apiToken.action",
        "%66hir/Patient",
        "fhirx/Patient",
        "/fhir/Patient",
        "fhir//Patient",
        "fhir/Patient/",
        "fhir/./Patient",
        "fhir/../apiToken.action",
        "fhir/%2e%2e/apiToken.action",
        "fhir/.%2E/apiToken.action",
        "fhir/..%20/x",
        "fhir/..;a=b/x",
        "fhir/%2e%2e%3b/x",
        "fhir/;a/x",
        "fhir/a%2fb",
        "fhir/a%2Fb",
        "fhir/a%5cb",
        "fhir/a\\b",
        "fhir/%252e%252e/x",
        "fhir/a%00b",
        "fhir/a%0d%0ab",
        "fhir/a%",
        "fhir/a%4",
        "fhir/a%zz",
        &long,
    ] {
        assert!(checked(bad, None).is_err(), "{bad}");
    }
}
