//! What a product with an app of its own does about its patients' records at PKB.

use super::partner::Answer;
use super::people::{People, Person, parameter};
use super::product::Product;
use reqwest::{Method, header};
use serde_json::{Value, json};

/// A page of the product, on the machine itself.
pub(crate) const RETURN_URL: &str = "http://localhost:3000/back?from=pkb";

/// What the browser brought back from PKB.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Brought {
    /// To be confirmed.
    Result(String),
    /// No link: why.
    Error(String),
}

impl Product {
    /// Adds a patient; the id.
    pub(crate) async fn new_patient(&self) -> String {
        let id = format!("app-{}", super::message::new_id());
        let put = self.call(Method::PUT, &of(&id));
        let answer = Answer::of(put.send().await.unwrap()).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        id
    }

    /// Everything about a patient.
    pub(crate) async fn patient(&self, id: &str) -> Value {
        let answer = self.get(&of(id)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }

    /// Where a patient's link stands.
    pub(crate) async fn link_state(&self, id: &str) -> String {
        let patient = self.patient(id).await;
        patient["link"]["state"].as_str().unwrap().to_owned()
    }

    /// Begins a link; PKB's page for the patient's browser.
    pub(crate) async fn begin(&self, id: &str) -> String {
        let begin = json!({ "returnUrl": RETURN_URL });
        let answer = self.post(&format!("{}/link", of(id)), &begin).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.json()["grantUrl"].as_str().unwrap().to_owned()
    }

    /// The browser comes from PKB to the gateway, and is sent on to the product.
    pub(crate) async fn come_back(&self, location: &str) -> Brought {
        let answer = self.http.get(location).send().await.unwrap();
        assert_eq!(answer.status(), 303, "{}", answer.text().await.unwrap());
        let to = answer.headers()[header::LOCATION].to_str().unwrap();
        let front = format!("{RETURN_URL}&");
        assert!(to.starts_with(&front), "it was sent elsewhere");
        match (parameter(to, "result"), parameter(to, "error")) {
            (Some(result), None) => {
                self.keep_secret(&result);
                Brought::Result(result)
            }
            (None, Some(error)) => Brought::Error(error),
            other => panic!("{other:?}"),
        }
    }

    /// The patient who is signed in to the product came back with this.
    pub(crate) async fn confirm(&self, id: &str, result: &str) -> Answer {
        let path = format!("{}/link/confirm", of(id));
        self.post(&path, &json!({ "result": result })).await
    }

    /// A patient begins, and somebody says yes at PKB; what is to be confirmed.
    pub(crate) async fn approved(&self, id: &str, pkb: &People, person: &Person) -> String {
        let location = pkb.approve(&self.begin(id).await, person).await;
        match self.come_back(&location).await {
            Brought::Result(result) => result,
            Brought::Error(error) => panic!("{error}"),
        }
    }

    /// Links a patient to somebody's record.
    pub(crate) async fn link(&self, id: &str, pkb: &People, person: &Person) {
        let result = self.approved(id, pkb, person).await;
        let answer = self.confirm(id, &result).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.json()["link"]["state"], "linked", "{answer:?}");
    }

    /// Reads something of a patient's record.
    pub(crate) async fn read(&self, id: &str, path: &str) -> Answer {
        self.get(&format!("{}/pkb/{path}", of(id))).await
    }

    /// Ends a link.
    pub(crate) async fn unlink(&self, id: &str) {
        let end = self.call(Method::DELETE, &format!("{}/link", of(id)));
        let answer = Answer::of(end.send().await.unwrap()).await;
        assert_eq!(answer.status, 204, "{answer:?}");
    }
}

/// A patient's place in the API.
pub(crate) fn of(id: &str) -> String {
    format!("/v1/patients/{id}")
}
