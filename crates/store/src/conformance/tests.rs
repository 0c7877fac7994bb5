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
        ("operators", include_str!("operators.rs")),
        ("overseeing", include_str!("overseeing.rs")),
        ("permissions", include_str!("permissions.rs")),
        ("retention", include_str!("retention.rs")),
        ("time", include_str!("time.rs")),
        ("widgets", include_str!("widgets.rs")),
        ("withdrawing", include_str!("withdrawing.rs")),
    ];
    // `blobs` is no port of a database, and `gateway` is another one's: each has a suite of its own.
    assert_eq!(list.matches("pub mod ").count(), ports.len() + 2);
    every_function_is_listed(list, &ports);
}

#[test]
fn every_function_of_the_gateways_suite_is_in_its_list() {
    let list = include_str!("gateway.rs");
    let ports = [
        ("access", include_str!("gateway/access.rs")),
        ("accounts", include_str!("gateway/accounts.rs")),
        ("attempts", include_str!("gateway/attempts.rs")),
        ("deliveries", include_str!("gateway/deliveries.rs")),
        ("emptying", include_str!("gateway/emptying.rs")),
        ("entering", include_str!("gateway/entering.rs")),
        ("events", include_str!("gateway/events.rs")),
        ("flights", include_str!("gateway/flights.rs")),
        ("following", include_str!("gateway/following.rs")),
        ("journal", include_str!("gateway/journal.rs")),
        ("late", include_str!("gateway/late.rs")),
        ("launches", include_str!("gateway/launches.rs")),
        ("linking", include_str!("gateway/linking.rs")),
        ("listing", include_str!("gateway/listing.rs")),
        ("patients", include_str!("gateway/patients.rs")),
        ("pieces", include_str!("gateway/pieces.rs")),
        ("releasing", include_str!("gateway/releasing.rs")),
        ("sending", include_str!("gateway/sending.rs")),
        ("stopping", include_str!("gateway/stopping.rs")),
        ("tallying", include_str!("gateway/tallying.rs")),
        ("tokens", include_str!("gateway/tokens.rs")),
        ("turns", include_str!("gateway/turns.rs")),
        ("users", include_str!("gateway/users.rs")),
        ("vault", include_str!("gateway/vault.rs")),
        ("webhooks", include_str!("gateway/webhooks.rs")),
    ];
    assert_eq!(list.matches("pub mod ").count(), ports.len());
    every_function_is_listed(list, &ports);
}

fn every_function_is_listed(list: &str, ports: &[(&str, &str)]) {
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
