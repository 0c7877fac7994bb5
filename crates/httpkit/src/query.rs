//! What stands behind the question mark of an address.

use crate::problem::Refusal;
use std::collections::BTreeMap;
use wire::problem::InvalidParameter;

/// No name is told back beyond so many characters.
const MAX_NAME: usize = 100;

/// The parameters of a query, each of which must be `known` and given once. One that is misspelt would otherwise
/// do something else than was asked for.
///
/// # Errors
/// Every fault at once.
pub fn read(query: Option<&str>, known: &[&str]) -> Result<BTreeMap<String, String>, Refusal> {
    let mut found = BTreeMap::new();
    let mut faults = Vec::new();
    for (name, value) in url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        let reason = if !known.contains(&name.as_ref()) {
            unknown(known)
        } else if found.contains_key(name.as_ref()) {
            "Must be given once".to_owned()
        } else {
            found.insert(name.into_owned(), value.into_owned());
            continue;
        };
        faults.push(InvalidParameter {
            name: name.chars().take(MAX_NAME).collect(),
            reason,
            value: None,
        });
    }
    if faults.is_empty() {
        Ok(found)
    } else {
        Err(Refusal::validation(faults))
    }
}

fn unknown(known: &[&str]) -> String {
    if known.is_empty() {
        "Is no parameter of this call; it has none".to_owned()
    } else {
        format!("Is no parameter of this call; it has {}", known.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_unknown_or_given_twice_is_refused() {
        let read = |query| read(Some(query), &["state", "to"]);
        assert_eq!(read("state=a%20b&to=c").unwrap()["state"], "a b");
        assert!(read("").unwrap().is_empty());
        for bad in ["stat=a", "State=a", "state=a&state=b", "x"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn every_fault_is_told_by_its_name() {
        let refused = read(Some("dryrun=true&dry_run=1"), &["dryRun"]).unwrap_err();
        let names: Vec<_> = refused
            .invalid_parameters()
            .iter()
            .map(|fault| fault.name.as_str())
            .collect();
        assert_eq!(names, ["dryrun", "dry_run"]);
        let refused = read(Some("x"), &[]).unwrap_err();
        let reason = &refused.invalid_parameters()[0].reason;
        assert_eq!(reason, "Is no parameter of this call; it has none");
    }
}
