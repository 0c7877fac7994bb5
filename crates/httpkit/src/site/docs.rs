//! The documentation page: the OpenAPI document, chapter by chapter.

use super::operation::{self, Operation};
use super::rows::text;
use super::{Manual, prose};
use serde::Serialize;
use serde_json::Value;
use wire::openapi::Api;
use wire::problem::ProblemType;

/// What the page shows.
#[derive(Serialize)]
pub(super) struct Docs {
    title: &'static str,
    address: String,
    version: String,
    introduction: Vec<String>,
    /// Whether some call needs a practitioner's token.
    needs_token: bool,
    chapters: Vec<Chapter>,
    problems: Vec<Kind>,
}

#[derive(Serialize)]
struct Chapter {
    id: String,
    title: String,
    description: String,
    operations: Vec<Operation>,
}

#[derive(Serialize)]
struct Kind {
    name: &'static str,
    status: u16,
    title: &'static str,
    happened: String,
}

/// The page of a server that is reached at `base_url`.
pub(super) fn view(manual: &Manual, document: &Value, base_url: &str) -> Docs {
    let tags = document.get("tags").and_then(Value::as_array);
    let chapters: Vec<_> = tags
        .into_iter()
        .flatten()
        .map(|tag| {
            let title = text(tag, "name");
            Chapter {
                id: title.to_lowercase(),
                title: title.to_owned(),
                description: prose::line(text(tag, "description")),
                operations: operations(document, base_url, title),
            }
        })
        .collect();
    let info = document.get("info").unwrap_or(&Value::Null);
    let mut operations = chapters.iter().flat_map(|chapter| &chapter.operations);
    Docs {
        title: manual.title,
        address: base_url.to_owned(),
        version: text(info, "version").to_owned(),
        introduction: prose::paragraphs(text(info, "description")),
        needs_token: operations.any(Operation::needs_token),
        problems: manual
            .problems
            .iter()
            .map(|which| kind(manual.api, *which))
            .collect(),
        chapters,
    }
}

fn operations(document: &Value, base_url: &str, tag: &str) -> Vec<Operation> {
    let mut found = Vec::new();
    let paths = document.get("paths").and_then(Value::as_object);
    for (path, item) in paths.into_iter().flatten() {
        for (method, operation) in item.as_object().into_iter().flatten() {
            let its_tag = operation.pointer("/tags/0").and_then(Value::as_str);
            if its_tag == Some(tag) {
                let method = method.to_uppercase();
                found.push(operation::view(
                    document, base_url, &method, path, operation,
                ));
            }
        }
    }
    found
}

fn kind(api: &Api, kind: ProblemType) -> Kind {
    Kind {
        name: kind.name(),
        status: kind.status(),
        title: kind.title(),
        happened: prose::line(api.explain(kind).happened),
    }
}
