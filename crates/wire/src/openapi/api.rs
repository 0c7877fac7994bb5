//! One API: its operations, its words, and the document made from them.

use super::{examples, operation, problems, schemas};
use crate::endpoints::{self, Chapter, Endpoint};
use crate::headers;
use crate::problem::{Problem, ProblemType};
use problems::Explanation;
use serde_json::{Map, Value, json};

/// One of our APIs.
#[derive(Debug)]
pub struct Api {
    which: Which,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Which {
    Partner,
    Gateway,
}

/// The messaging platform's partner API (contract A).
pub static PARTNER: Api = Api {
    which: Which::Partner,
};

/// The gateway's product API (contract E).
pub static GATEWAY: Api = Api {
    which: Which::Gateway,
};

/// What the document says of the partner API before any operation.
const PARTNER_DESCRIPTION: &str = "Send documents about a patient from your system to the patient's GP practice.

An **instant message** goes straight into the record, on the standing permission of one practitioner. A **standard message** waits until someone at the practice has reviewed it.

Every call under `/api/v1` carries your key in the `ApiKey` header. Every refusal is a problem document (`application/problem+json`, RFC 9457) whose `type` leads to a page that explains it.";

/// The same of the gateway's.
const GATEWAY_DESCRIPTION: &str = "Hand documents about a patient to the gateway; it sends them to the patient's GP practice, tries again when something is away, follows them until they are in the record, and tells you.

An **instant message** goes straight into the record, on the standing permission of one practitioner, whom you name by your own id. A **standard message** waits until someone at the practice has reviewed it.

A **patient** of your app may link their record at Patients Know Best (PKB): they approve it there, once, and from then on you read through the gateway, which keeps the tokens alive.

Every call under `/v1` carries your key as `Authorization: Bearer …`. Every refusal is a problem document (`application/problem+json`, RFC 9457) whose `type` leads to a page that explains it: also of a path that is none (404 `not-found`), and of a method that a path does not have (405 `method-not-allowed`, with `Allow`).";

impl Api {
    /// Its operations, in reading order.
    pub fn endpoints(&self) -> impl Iterator<Item = &'static Endpoint> + use<> {
        let (partner, gateway) = match self.which {
            Which::Partner => (Some(endpoints::all()), None),
            Which::Gateway => (None, Some(endpoints::gateway::all())),
        };
        partner
            .into_iter()
            .flatten()
            .chain(gateway.into_iter().flatten())
    }

    /// Its chapters, in reading order.
    pub fn chapters(&self) -> &'static [Chapter] {
        match self.which {
            Which::Partner => &Chapter::PARTNER,
            Which::Gateway => &Chapter::GATEWAY,
        }
    }

    /// The kinds of problem that its operations may answer with, and those of an address that is none.
    pub fn problems(&self) -> Vec<ProblemType> {
        let told: Vec<_> = self.endpoints().flat_map(Endpoint::all_problems).collect();
        ProblemType::ALL
            .into_iter()
            .filter(|kind| {
                told.contains(kind)
                    || matches!(kind, ProblemType::NotFound | ProblemType::MethodNotAllowed)
            })
            .collect()
    }

    /// What a kind of problem means here.
    pub fn explain(&self, kind: ProblemType) -> Explanation {
        match self.which {
            Which::Partner => problems::explain(kind),
            Which::Gateway => problems::gateway::explain(kind),
        }
    }

    /// An example of a kind of problem, as the server at `base` tells it.
    pub fn example(&self, kind: ProblemType, base: &str) -> Problem {
        match self.which {
            Which::Partner => problems::example(kind, base),
            Which::Gateway => problems::gateway::example(kind, base),
        }
    }

    /// The document for a server reached at `server_url` (no slash at its end), in this `version`.
    pub fn document(&self, server_url: &str, version: &str) -> Value {
        let (title, summary, description) = match self.which {
            Which::Partner => (
                "Baton messaging platform: partner API",
                "Documents from a supplier's system to a GP practice's record.",
                PARTNER_DESCRIPTION,
            ),
            Which::Gateway => (
                "Baton gateway: product API",
                "Documents from a supplier's product to a GP practice's record, without the work between.",
                GATEWAY_DESCRIPTION,
            ),
        };
        let (scheme, security) = self.security();
        json!({
            "openapi": "3.1.0",
            "info": {
                "title": title,
                "version": version,
                "summary": summary,
                "description": description,
                "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" }
            },
            "servers": [{ "url": server_url, "description": "This server." }],
            "externalDocs": { "url": format!("{server_url}{}", crate::paths::partner::DOCS), "description": "The same, as a page to read." },
            "tags": self.tags(),
            "paths": self.paths(server_url),
            "components": {
                "securitySchemes": { scheme: security },
                "schemas": self.schemas()
            }
        })
    }

    /// The name of its security scheme, and what it is.
    fn security(&self) -> (&'static str, Value) {
        match self.which {
            Which::Partner => (
                self.scheme(),
                json!({
                    "type": "apiKey",
                    "in": "header",
                    "name": headers::API_KEY,
                    "description": "The key of your system. Whoever runs the server gives it to you, once; each environment has its own."
                }),
            ),
            Which::Gateway => (
                self.scheme(),
                json!({
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The key of your product, made with `baton gateway key`. It is shown once."
                }),
            ),
        }
    }

    /// The name of its security scheme.
    pub(super) fn scheme(&self) -> &'static str {
        match self.which {
            Which::Partner => headers::API_KEY,
            Which::Gateway => "ProductKey",
        }
    }

    /// The examples of a request or an answer with that schema.
    pub(super) fn examples(&self, schema: &str) -> Vec<examples::Example> {
        match self.which {
            Which::Partner => examples::of(schema),
            Which::Gateway => examples::gateway::of(schema),
        }
    }

    /// Its stream of events, as it comes over the wire.
    pub(super) fn stream(&self) -> &'static str {
        match self.which {
            Which::Partner => examples::EVENTS,
            Which::Gateway => examples::gateway::EVENTS,
        }
    }

    fn schemas(&self) -> Map<String, Value> {
        match self.which {
            Which::Partner => schemas::all(),
            Which::Gateway => schemas::gateway::all(),
        }
    }

    fn tags(&self) -> Vec<Value> {
        self.chapters()
            .iter()
            .map(|chapter| json!({ "name": chapter.title(), "description": chapter.description() }))
            .collect()
    }

    fn paths(&self, server_url: &str) -> Map<String, Value> {
        let mut paths = Map::new();
        for endpoint in self.endpoints() {
            let item = paths
                .entry(endpoint.path)
                .or_insert_with(|| Map::new().into());
            if let Some(item) = item.as_object_mut() {
                let method = endpoint.method.as_str().to_ascii_lowercase();
                item.insert(method, operation::operation(self, endpoint, server_url));
            }
        }
        paths
    }
}
