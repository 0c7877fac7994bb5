//! The PKB sandbox's data: FHIR, the REST API and system clients, over real sockets and by our own client of PKB.

mod client;
mod fhir;
mod rest;
mod sandbox;
mod system;
