//! The bytes between organisations: JSON shapes, headers, paths and problem types.
//!
//! Servers, clients, the OpenAPI document and the Postman collection are made from what stands here.
//! It knows shapes, not rules: whether a number checks is `model`'s business.

pub mod endpoints;
pub mod fhir_r4;
pub mod gateway;
pub mod headers;
pub mod members;
pub mod openapi;
pub mod partner;
pub mod paths;
pub mod pkb;
pub mod postman;
pub mod practice;
pub mod problem;
pub mod widgets;
