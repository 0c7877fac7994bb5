//! A TLS server whose certificate nobody trusts.

use base64::{Engine, prelude::BASE64_STANDARD};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// Self-signed, for `localhost` and 127.0.0.1, 2020 to 2120; made for these tests alone.
const CERTIFICATE: &str = include_str!("../../data/localhost-certificate.txt");
/// Its key, as PKCS #8.
const KEY: &str = include_str!("../../data/localhost-key.txt");

pub(crate) struct Stranger {
    pub(crate) address: String,
    heard: Arc<AtomicUsize>,
}

impl Stranger {
    pub(crate) async fn waiting() -> Self {
        drop(rustls::crypto::ring::default_provider().install_default());
        let bytes = |text: &str| BASE64_STANDARD.decode(text.trim_end()).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(bytes(KEY)));
        let config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![CertificateDer::from(bytes(CERTIFICATE))], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let heard = Arc::new(AtomicUsize::new(0));
        let hears = Arc::clone(&heard);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let Ok(mut stream) = acceptor.accept(stream).await else {
                    continue;
                };
                let mut buffer = [0; 4096];
                let count = stream.read(&mut buffer).await.unwrap_or_default();
                hears.fetch_add(count, Ordering::SeqCst);
            }
        });
        Self { address, heard }
    }

    /// How many bytes came that were not of the handshake.
    pub(crate) fn heard(&self) -> usize {
        self.heard.load(Ordering::SeqCst)
    }
}
