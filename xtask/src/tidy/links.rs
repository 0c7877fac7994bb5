//! Links between our own documents lead somewhere.

use super::Fault;
use super::tree::Tree;

/// Every relative link whose file, or whose heading in a document, is not there.
pub(super) fn check(tree: &Tree) -> Vec<Fault> {
    tree.ending(&[".md"])
        .flat_map(|(path, text)| faults_of(tree, path, text))
        .collect()
}

fn faults_of(tree: &Tree, path: &str, text: &str) -> Vec<Fault> {
    let broken = links(text)
        .into_iter()
        .filter(|(_, target)| !leads_somewhere(tree, path, target));
    broken
        .map(|(line, target)| {
            Fault::new(
                path,
                line,
                format!("the link to {target} leads nowhere"),
                "mend the link",
            )
        })
        .collect()
}

/// The targets of inline links and pictures outside code, with their line.
fn links(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for (line, prose) in prose(text) {
        for part in prose.split("](").skip(1) {
            if let Some((target, _)) = part.split_once(')') {
                found.push((line, target));
            }
        }
    }
    found
}

/// The lines outside fenced code, numbered from 1.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fenced = false;
    text.lines().enumerate().filter_map(move |(index, line)| {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        (!fenced && !fence).then_some((index + 1, line))
    })
}

fn leads_somewhere(tree: &Tree, from: &str, target: &str) -> bool {
    if target.contains("://") || target.starts_with("mailto:") {
        return true;
    }
    let (file, heading) = target.split_once('#').unwrap_or((target, ""));
    let place = if file.is_empty() {
        Some(from.to_owned())
    } else {
        beside(from, file)
    };
    let Some(place) = place else { return false };
    match tree.text(&place) {
        Some(text) if !heading.is_empty() => {
            prose(text).any(|(_, line)| line.starts_with('#') && anchor(line) == heading)
        }
        _ => tree.has(&place),
    }
}

/// The path from the root that `link` means in the document `from`; `None` if it leaves the repository.
fn beside(from: &str, link: &str) -> Option<String> {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for step in link.trim_end_matches('/').split('/') {
        match step {
            "." => {}
            ".." => {
                parts.pop()?;
            }
            step => parts.push(step),
        }
    }
    Some(parts.join("/"))
}

/// The anchor that a heading gets: lower case, spaces as hyphens, without punctuation.
fn anchor(heading: &str) -> String {
    let words = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = words
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[cfg(test)]
mod tests;
