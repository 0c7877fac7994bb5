//! The one way in which we call others over HTTP.

use std::time::Duration;

/// A client with time-outs, no redirects, no proxy, and TLS by ring.
///
/// `whole` bounds a whole exchange; `None` for streams, which end themselves.
///
/// # Errors
/// When TLS cannot be set up.
pub fn client(whole: Option<Duration>) -> Result<reqwest::Client, reqwest::Error> {
    install_tls();
    let builder = reqwest::Client::builder()
        .user_agent(concat!("baton/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(Duration::from_secs(5))
        .redirect(reqwest::redirect::Policy::none())
        // Not by way of whatever the environment names: what we carry is for the other end alone.
        .no_proxy()
        .tcp_nodelay(true);
    match whole {
        Some(limit) => builder.timeout(limit).build(),
        None => builder.build(),
    }
}

/// Makes ring the process's TLS provider; harmless when done before.
pub fn install_tls() {
    // The error says that a provider is installed, which is all we want.
    drop(rustls::crypto::ring::default_provider().install_default());
}
