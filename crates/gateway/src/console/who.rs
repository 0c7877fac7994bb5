//! Who is at the console, as a trusted proxy in front of it says.

use crate::config::OperatorHeader;
use axum::extract::ConnectInfo;
use axum::http::request::Parts;
use std::net::SocketAddr;

/// The longest name, in characters.
const MAX_NAME: usize = 100;

/// The operator whom the proxy names. Only connections from the proxy's own addresses are believed, and only a
/// header that stands there once.
pub(super) fn named(parts: &Parts, trusted: &OperatorHeader) -> Option<String> {
    let ConnectInfo(caller) = parts.extensions.get::<ConnectInfo<SocketAddr>>()?;
    let ip = caller.ip().to_canonical();
    if !trusted.from.iter().any(|proxy| proxy.to_canonical() == ip) {
        return None;
    }
    let mut given = parts.headers.get_all(trusted.name.as_str()).iter();
    let (Some(value), None) = (given.next(), given.next()) else {
        return None;
    };
    let name = value.to_str().ok()?.trim();
    let fits = !name.is_empty() && name.chars().count() <= MAX_NAME;
    fits.then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;

    fn asked(from: &str, names: &[&str]) -> Option<String> {
        let mut request = Request::builder();
        for name in names {
            request = request.header("X-Operator", *name);
        }
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        let caller: SocketAddr = from.parse().unwrap();
        parts.extensions.insert(ConnectInfo(caller));
        let trusted = OperatorHeader {
            name: "x-operator".to_owned(),
            from: vec!["10.0.0.7".parse().unwrap()],
        };
        named(&parts, &trusted)
    }

    #[test]
    fn only_the_proxy_is_believed_and_only_one_name() {
        assert_eq!(asked("10.0.0.7:1", &["ann"]), Some("ann".to_owned()));
        assert_eq!(
            asked("[::ffff:10.0.0.7]:1", &["ann"]),
            Some("ann".to_owned())
        );
        assert_eq!(asked("10.0.0.8:1", &["ann"]), None);
        assert_eq!(asked("10.0.0.7:1", &["ann", "bob"]), None);
        assert_eq!(asked("10.0.0.7:1", &[" "]), None);
        assert_eq!(asked("10.0.0.7:1", &[]), None);
    }
}
