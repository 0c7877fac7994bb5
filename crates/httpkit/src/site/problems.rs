//! The page behind a problem's `type`.

use super::prose;
use serde::Serialize;
use wire::openapi::Api;
use wire::openapi::problems::Retry;
use wire::problem::ProblemType;

/// What the page shows.
#[derive(Serialize)]
pub(super) struct Page {
    title: &'static str,
    name: &'static str,
    status: u16,
    happened: String,
    steps: Vec<String>,
    retry: &'static str,
    example: String,
    told_by: Vec<Caller>,
}

#[derive(Serialize)]
struct Caller {
    id: &'static str,
    summary: &'static str,
}

/// The page of a server that is reached at `base_url`.
pub(super) fn view(api: &Api, kind: ProblemType, base_url: &str) -> Page {
    let explanation = api.explain(kind);
    let told_by = api
        .endpoints()
        .filter(|endpoint| endpoint.all_problems().contains(&kind))
        .map(|endpoint| Caller {
            id: endpoint.id,
            summary: endpoint.summary,
        });
    Page {
        title: kind.title(),
        name: kind.name(),
        status: kind.status(),
        happened: prose::line(explanation.happened),
        steps: explanation.steps.iter().map(|s| prose::line(s)).collect(),
        retry: match explanation.retry {
            Retry::Never => "The same request will be refused again. Put it right first.",
            Retry::Later => "The same request may succeed later.",
        },
        example: serde_json::to_string_pretty(&api.example(kind, base_url)).unwrap_or_default(),
        told_by: told_by.collect(),
    }
}
