//! Words that must not be committed: addresses of package registries, paths of one machine, and notes to oneself.

use super::Fault;
use super::tree::Tree;

/// What is looked for, in which files, and what to do instead. Split in two, so that this file passes its own check.
struct Word {
    text: &'static str,
    /// Ends of the names of files it is looked for in; empty means all.
    files: &'static [&'static str],
    mend: &'static str,
}

const REGISTRY: &str = "name the package, not the registry's host";
const MACHINE: &str = "write it from the root of the repository";
const NOTE: &str = "do it now, or file an issue";
const RUST: &[&str] = &[".rs"];

const WORDS: &[Word] = &[
    Word {
        text: concat!("npm", "js."),
        files: &[],
        mend: REGISTRY,
    },
    Word {
        text: concat!("npm", "mirror"),
        files: &[],
        mend: REGISTRY,
    },
    Word {
        text: concat!("crates", ".io"),
        files: &[],
        mend: REGISTRY,
    },
    Word {
        text: concat!("py", "pi.org"),
        files: &[],
        mend: REGISTRY,
    },
    Word {
        text: concat!("python", "hosted.org"),
        files: &[],
        mend: REGISTRY,
    },
    Word {
        text: concat!("deb.", "debian.org"),
        files: &[],
        mend: REGISTRY,
    },
    Word {
        text: concat!("\"reso", "lved\":"),
        files: &["package-lock.json"],
        mend: REGISTRY,
    },
    Word {
        text: concat!("/wo", "rk/"),
        files: &[],
        mend: MACHINE,
    },
    Word {
        text: concat!("/ro", "ot/"),
        files: &[],
        mend: MACHINE,
    },
    Word {
        text: concat!("/home", "/"),
        files: &[],
        mend: MACHINE,
    },
    Word {
        text: concat!("\"/t", "mp/"),
        files: RUST,
        mend: "use a temporary folder made by the test",
    },
    Word {
        text: concat!("TO", "DO"),
        files: &[],
        mend: NOTE,
    },
    Word {
        text: concat!("FIX", "ME"),
        files: &[],
        mend: NOTE,
    },
    Word {
        text: concat!("dbg", "!("),
        files: RUST,
        mend: "take it out",
    },
];

/// Every line with a word that is on the list.
pub(super) fn check(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (path, text) in tree.all() {
        for word in WORDS
            .iter()
            .filter(|word| word.is_for(path) && text.contains(word.text))
        {
            for (index, _) in text
                .lines()
                .enumerate()
                .filter(|(_, line)| line.contains(word.text))
            {
                faults.push(Fault::new(
                    path,
                    index + 1,
                    format!("it says {:?}", word.text),
                    word.mend,
                ));
            }
        }
    }
    faults
}

impl Word {
    fn is_for(&self, path: &str) -> bool {
        self.files.is_empty() || self.files.iter().any(|end| path.ends_with(end))
    }
}

#[cfg(test)]
mod tests;
