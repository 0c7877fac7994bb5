//! What a token may read.

use super::{DataFault, Fake};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

pub(super) async fn data(State(fake): State<Fake>, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path_and_query().unwrap().as_str().to_owned();
    let value = |name| {
        headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    };
    let accept = value(header::ACCEPT).to_owned();
    let rest = !path.starts_with("/fhir/");
    let now = fake.clock.now();
    let mut inner = fake.lock();
    inner.reads.push((path.clone(), accept));
    let standing = inner.data_fault.filter(|(part, _)| path.contains(part));
    let fault = inner
        .next_data
        .pop_front()
        .or(standing.map(|(_, fault)| fault));
    match fault {
        Some(DataFault::Code(status, code)) => return refuse(rest, status, code),
        Some(DataFault::Says(status)) => {
            let status = StatusCode::from_u16(status).unwrap();
            return (status, "for no reason").into_response();
        }
        None => {}
    }
    let token = value(header::AUTHORIZATION).strip_prefix("Bearer ");
    let Some((session, until)) = token.and_then(|token| inner.access.get(token)) else {
        return refuse(rest, 401, "BAD_AUTHENTICATION");
    };
    let session = &inner.sessions[*session];
    if !session.alive {
        return refuse(rest, 401, "API_SESSION_INVALID");
    }
    if *until <= now {
        return refuse(rest, 401, "ACC_TOKEN_EXPIRED");
    }
    let person = session.person;
    match path.as_str() {
        "/fhir/Consent/$purview" => {
            let reference = json!({ "reference": person.reference });
            let parameter = json!([{ "name": "purview", "valueReference": reference }]);
            Json(json!({ "resourceType": "Parameters", "parameter": parameter })).into_response()
        }
        "/json/users/self" => Json(json!({
            "id": "1234567", "firstName": person.name, "lastName": "Featherstonehaugh",
            "dob": "1980-01-31", "gender": "F", "email": "amaryllis@example.com",
            "address1": "1 Canary Street", "postalCode": "AA1 1AA", "country": "GB-ENG",
            "nationalIds": [{
                "value": person.nhs_number, "name": "NHS number", "countryCodes": ["GB-ENG"],
            }],
            "patient": true,
        }))
        .into_response(),
        _ => Json(json!({ "of": person.reference, "path": path })).into_response(),
    }
}

fn refuse(rest: bool, status: u16, code: &str) -> Response {
    let status = StatusCode::from_u16(status).unwrap();
    let body: Value = if rest {
        json!({ "code": code, "message": "no" })
    } else {
        let coding = json!([{
            "system": "http://fhir.patientsknowbest.com/codesystem/response-code", "code": code,
        }]);
        json!({
            "resourceType": "OperationOutcome",
            "issue": [{ "severity": "error", "code": "login", "details": { "coding": coding } }],
        })
    };
    (status, Json(body)).into_response()
}
