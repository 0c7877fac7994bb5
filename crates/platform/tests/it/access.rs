//! Who may call what: every route with every kind of caller (contract A.1, A.2 and C).

mod edges;
mod partner_api;
mod toolbar_api;

/// Every constant of one module of `wire::paths`, as its source has it: (name, path).
fn paths_of(module: &str) -> Vec<(String, String)> {
    let source = include_str!("../../../wire/src/paths.rs");
    let start = source.find(&format!("pub mod {module} {{")).unwrap();
    let rest = &source[start..];
    let block = &rest[..rest.find("\n}").unwrap()];
    block
        .lines()
        .filter_map(|line| line.trim().strip_prefix("pub const "))
        .map(|line| {
            let (name, rest) = line.split_once(':').unwrap();
            let path = rest.split('"').nth(1).unwrap();
            (name.to_owned(), path.to_owned())
        })
        .collect()
}

#[test]
fn the_source_of_the_paths_is_read_as_it_is_meant() {
    let found = paths_of("partner");
    assert!(found.contains(&("TEST".to_owned(), wire::paths::partner::TEST.to_owned())));
    assert!(found.len() >= 13 && paths_of("practice").len() >= 20);
}
