//! A TLS server whose certificate nobody trusts.

use base64::{Engine, prelude::BASE64_STANDARD};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// Self-signed, for `localhost` and 127.0.0.1, until 2126; made for this test alone.
const CERTIFICATE: &str = "\
    MIIBmzCCAUGgAwIBAgIUDDh74Qn1sSmPV8KO6ID8x9k+sQUwCgYIKoZIzj0EAwIwFDESMBAGA1UEAwwJbG9jYWxob3N0MCAX\
    DTI2MTEyMTE3MjgyOFoYDzIxMjYxMDI4MTcyODI4WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO\
    PQMBBwNCAAT+fOTFek/giS9qn3QGnzTA0Qtaz+NB/WXHAK0gbNfQd4/QErlWSNe+KumLDnq844IEYe9RZ2QtZuTTvf45EsO5\
    o28wbTAdBgNVHQ4EFgQUo4QGR8Yy090lKVtBmvUV1d5ZZdAwHwYDVR0jBBgwFoAUo4QGR8Yy090lKVtBmvUV1d5ZZdAwDwYD\
    VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZIzj0EAwIDSAAwRQIgMQqLm49fpk58ZrjV\
    VEPw/rzFGdMBlmQ46EgJ+mOIzvoCIQCbOH6gF/X4AY5QSBfcGIYWxBxVnfjai/51itdKRNdeMg==";
/// Its key, as PKCS #8.
const KEY: &str = "\
    MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgUGKcjg97vLX30ieq2Yv0fuFyHcI/MBvpo52jCnTuud6hRANC\
    AAT+fOTFek/giS9qn3QGnzTA0Qtaz+NB/WXHAK0gbNfQd4/QErlWSNe+KumLDnq844IEYe9RZ2QtZuTTvf45EsO5";

pub(crate) struct Stranger {
    pub(crate) address: String,
    heard: Arc<AtomicUsize>,
}

impl Stranger {
    pub(crate) async fn waiting() -> Self {
        drop(rustls::crypto::ring::default_provider().install_default());
        let bytes = |text| BASE64_STANDARD.decode(text).unwrap();
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
