//! Which crate may use which: only crates of lower levels, and of those only the ones its work is about.

use super::Fault;
use super::metadata::{Metadata, Package};
use super::tree::{Tree, line_of};

/// One crate's place in the house.
#[derive(Debug)]
struct Place {
    name: &'static str,
    level: u8,
    may_use: &'static [&'static str],
    /// What its tests may use besides.
    tests_may_use: &'static [&'static str],
}

/// The whole house. A crate that is not here may not be built.
const HOUSE: &[Place] = &[
    Place {
        name: "model",
        level: 0,
        may_use: &[],
        tests_may_use: &[],
    },
    Place {
        name: "wire",
        level: 0,
        may_use: &[],
        tests_may_use: &[],
    },
    Place {
        name: "faultpoint",
        level: 0,
        may_use: &[],
        tests_may_use: &[],
    },
    Place {
        // For tests and the bench only.
        name: "testdb",
        level: 0,
        may_use: &[],
        tests_may_use: &[],
    },
    Place {
        name: "httpkit",
        level: 1,
        may_use: &["model", "wire"],
        tests_may_use: &[],
    },
    Place {
        name: "sdk",
        level: 1,
        may_use: &["model", "wire"],
        tests_may_use: &[],
    },
    Place {
        name: "store",
        level: 1,
        may_use: &["model", "faultpoint"],
        tests_may_use: &[],
    },
    Place {
        name: "jose",
        level: 1,
        may_use: &[],
        tests_may_use: &[],
    },
    Place {
        name: "preview",
        level: 1,
        may_use: &["model"],
        tests_may_use: &[],
    },
    Place {
        name: "signin",
        level: 2,
        may_use: &["httpkit", "wire", "model"],
        tests_may_use: &[],
    },
    Place {
        name: "intake",
        level: 2,
        may_use: &["httpkit", "store", "wire", "model"],
        tests_may_use: &[],
    },
    Place {
        name: "gateway",
        level: 3,
        may_use: &[
            "signin",
            "intake",
            "jose",
            "httpkit",
            "sdk",
            "store",
            "wire",
            "model",
            "faultpoint",
        ],
        tests_may_use: &["store-sqlite"],
    },
    Place {
        name: "platform",
        level: 3,
        may_use: &[
            "signin",
            "intake",
            "jose",
            "httpkit",
            "store",
            "wire",
            "model",
            "faultpoint",
        ],
        // The one look sideways: its tests need a database.
        tests_may_use: &["store-sqlite"],
    },
    Place {
        name: "toolbar",
        level: 3,
        may_use: &["jose", "httpkit", "sdk", "wire", "model", "faultpoint"],
        tests_may_use: &[],
    },
    Place {
        name: "lab",
        level: 3,
        may_use: &["httpkit", "sdk", "wire", "model", "faultpoint"],
        tests_may_use: &[],
    },
    Place {
        name: "store-sqlite",
        level: 2,
        may_use: &["store", "model", "faultpoint"],
        tests_may_use: &[],
    },
    Place {
        name: "store-postgres",
        level: 2,
        may_use: &["store", "model", "faultpoint"],
        tests_may_use: &["testdb"],
    },
    Place {
        name: "store-s3",
        level: 2,
        may_use: &["store", "model", "faultpoint"],
        tests_may_use: &["testdb"],
    },
    Place {
        name: "load",
        level: 2,
        may_use: &["wire", "model"],
        tests_may_use: &[],
    },
    Place {
        name: "baton",
        level: 4,
        may_use: &[
            "platform",
            "gateway",
            "toolbar",
            "lab",
            "load",
            "store-sqlite",
            "store-postgres",
            "store-s3",
            "httpkit",
            "sdk",
            "store",
            "wire",
            "model",
            "faultpoint",
        ],
        tests_may_use: &[],
    },
    Place {
        // It meets the platform through the toolbar, and documents through preview.
        name: "desktop",
        level: 4,
        may_use: &["toolbar", "preview", "sdk", "wire", "model"],
        tests_may_use: &[],
    },
    Place {
        name: "e2e",
        level: 5,
        may_use: &[],
        // It meets the product as others do: over HTTP and by the command line.
        tests_may_use: &[
            "jose",
            "httpkit",
            "sdk",
            "wire",
            "model",
            "faultpoint",
            "testdb",
        ],
    },
    Place {
        name: "bench",
        level: 5,
        may_use: &["load", "testdb", "wire", "model"],
        tests_may_use: &[],
    },
    Place {
        name: "xtask",
        level: 5,
        may_use: &[],
        tests_may_use: &[],
    },
];

/// Every dependency between crates of ours that the house does not allow.
pub(super) fn check(tree: &Tree, metadata: &Metadata) -> Vec<Fault> {
    metadata
        .ours()
        .flat_map(|package| faults_of(tree, package))
        .collect()
}

fn faults_of(tree: &Tree, package: &Package) -> Vec<Fault> {
    let manifest = package.manifest();
    let Some(place) = place_of(&package.name) else {
        let what = format!("the crate {} has no level", package.name);
        return vec![Fault::new(
            &manifest,
            1,
            what,
            "give it a place in xtask/src/tidy/levels.rs and in ARCHITECTURE.md",
        )];
    };
    let text = tree.text(&manifest).unwrap_or_default();
    let refused = package.dependencies.iter().filter(|dependency| {
        let name = dependency.name.as_str();
        let in_tests =
            dependency.kind.as_deref() == Some("dev") && place.tests_may_use.contains(&name);
        dependency.path.is_some() && !place.may_use.contains(&name) && !in_tests
    });
    refused
        .map(|dependency| {
            let line = line_of(text, |line| is_line_for(line, &dependency.name));
            Fault::new(
                &manifest,
                line,
                reason(place, &dependency.name),
                mend(place),
            )
        })
        .collect()
}

fn place_of(name: &str) -> Option<&'static Place> {
    HOUSE.iter().find(|place| place.name == name)
}

/// Whether a manifest's line declares the dependency `name`.
fn is_line_for(line: &str, name: &str) -> bool {
    line.strip_prefix(name)
        .is_some_and(|rest| rest.starts_with(['.', ' ', '=']))
}

fn reason(place: &Place, name: &str) -> String {
    match place_of(name) {
        Some(used) if used.level >= place.level => {
            format!(
                "{} (level {}) uses {name} (level {})",
                place.name, place.level, used.level
            )
        }
        _ => format!("{} must not know {name}", place.name),
    }
}

fn mend(place: &Place) -> String {
    match (place.may_use, place.tests_may_use) {
        ([], []) => "it may use no crate of ours".to_owned(),
        ([], tests) => format!(
            "only its tests may use crates of ours: {}",
            tests.join(", ")
        ),
        (used, _) => format!("move the code down; it may use {}", used.join(", ")),
    }
}

#[cfg(test)]
mod tests;
