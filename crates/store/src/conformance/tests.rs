//! The suite's list names every function, so that no back end leaves one out.

#[test]
fn every_function_is_in_the_list() {
    let list = include_str!("../conformance.rs");
    let ports = [
        ("accepting", include_str!("accepting.rs")),
        ("audit", include_str!("audit.rs")),
        ("condemning", include_str!("condemning.rs")),
        ("devices", include_str!("devices.rs")),
        ("directory", include_str!("directory.rs")),
        ("feed", include_str!("feed.rs")),
        ("health", include_str!("health.rs")),
        ("inbox", include_str!("inbox.rs")),
        ("life", include_str!("life.rs")),
        ("permissions", include_str!("permissions.rs")),
        ("retention", include_str!("retention.rs")),
        ("time", include_str!("time.rs")),
        ("withdrawing", include_str!("withdrawing.rs")),
    ];
    // `blobs` is no port of a database and has a suite of its own.
    assert_eq!(list.matches("pub mod ").count(), ports.len() + 1);
    for (port, source) in ports {
        let (_, rest) = list
            .split_once(&format!("            {port} {{\n"))
            .unwrap();
        let (listed, _) = rest.split_once('}').unwrap();
        let listed: Vec<_> = listed.split(',').map(str::trim).collect();
        let written: Vec<_> = source
            .split("pub async fn ")
            .skip(1)
            .filter_map(|rest| rest.split('(').next())
            .collect();
        for name in &written {
            assert!(listed.contains(name), "{port}: {name} is not in the list");
        }
        assert_eq!(listed.len() - 1, written.len(), "{port}");
    }
}

#[test]
fn every_function_of_the_blob_suite_is_in_its_list() {
    let source = include_str!("blobs.rs");
    let names = source.split("pub async fn ").skip(1);
    for name in names.filter_map(|rest| rest.split('(').next()) {
        let listed = format!("            {name},\n");
        assert!(source.contains(&listed), "{name} is not in the list");
    }
}
