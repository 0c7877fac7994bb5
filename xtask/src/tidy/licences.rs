//! What we are built from: every crate under a licence that we may ship, and none that we do without.

use super::Fault;
use super::metadata::Metadata;

/// Licences that ask for no more than to be named, and MPL-2.0, which keeps to its own files.
const ALLOWED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    // Of fonts that the window draws with, unedited: they may be shipped inside a program.
    "OFL-1.1",
    "Ubuntu-font-1.0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Additions to a licence that take nothing away.
const ALLOWED_EXCEPTIONS: &[&str] = &["LLVM-exception"];

/// Crates that must not come in by any way, and what does their work here.
const BANNED: &[(&str, &str)] = &[
    ("aws-lc-rs", "TLS comes from ring"),
    ("aws-lc-sys", "TLS comes from ring"),
    ("cmake", "nothing here is built by cmake"),
    ("native-tls", "TLS comes from rustls"),
    ("openssl", "TLS comes from rustls"),
    ("openssl-sys", "TLS comes from rustls"),
];

/// Every crate that we may not ship, or do not want.
pub(super) fn check(metadata: &Metadata) -> Vec<Fault> {
    let mut faults = Vec::new();
    for package in metadata.others() {
        let named = format!("{} {}", package.name, package.version);
        match package.license.as_deref() {
            None => {
                let what = format!("{named} names no licence");
                faults.push(Fault::new("Cargo.lock", 1, what, "do without it"));
            }
            Some(licence) if !allows(licence) => {
                let what = format!("{named} is under {licence}");
                let mend =
                    "do without it; the list is in xtask/src/tidy/licences.rs and in deny.toml";
                faults.push(Fault::new("Cargo.lock", 1, what, mend));
            }
            Some(_) => {}
        }
        if let Some((_, instead)) = BANNED.iter().find(|(name, _)| *name == package.name) {
            let mend = format!(
                "{instead}; `cargo tree -i {}` tells who brings it in",
                package.name
            );
            faults.push(Fault::new(
                "Cargo.lock",
                1,
                format!("{named} is banned"),
                mend,
            ));
        }
    }
    faults
}

/// Whether an SPDX expression leaves us a choice that is on the list. The old `A/B` means `A OR B`.
/// What is no such expression allows nothing.
fn allows(expression: &str) -> bool {
    let spaced = expression
        .replace('(', " ( ")
        .replace(')', " ) ")
        .replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    any_of(&mut rest) == Some(true) && rest.is_empty()
}

/// `A OR B OR …`
fn any_of(rest: &mut &[&str]) -> Option<bool> {
    let mut good = all_of(rest)?;
    while take(rest, "OR") {
        good |= all_of(rest)?;
    }
    Some(good)
}

/// `A AND B AND …`
fn all_of(rest: &mut &[&str]) -> Option<bool> {
    let mut good = single(rest)?;
    while take(rest, "AND") {
        good &= single(rest)?;
    }
    Some(good)
}

/// One licence, with its exception if it has one, or an expression in brackets.
fn single(rest: &mut &[&str]) -> Option<bool> {
    let licence = next(rest)?;
    if licence == "(" {
        let good = any_of(rest)?;
        return take(rest, ")").then_some(good);
    }
    let plain = ALLOWED.contains(&licence);
    if take(rest, "WITH") {
        return Some(plain && ALLOWED_EXCEPTIONS.contains(&next(rest)?));
    }
    Some(plain)
}

/// The next word, which is then behind us.
fn next<'a>(rest: &mut &[&'a str]) -> Option<&'a str> {
    let (first, after) = rest.split_first()?;
    *rest = after;
    Some(first)
}

/// Steps over `word` if it comes next.
fn take(rest: &mut &[&str], word: &str) -> bool {
    match rest.split_first() {
        Some((first, after)) if *first == word => {
            *rest = after;
            true
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests;
