//! Token calls over TLS, with a server that is trusted here alone.

use crate::pkb::place::Place;
use crate::pkb::{PkbClient, TokenFailure, Tokens};
use base64::{Engine, prelude::BASE64_STANDARD};
use model::secret::Secret;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use url::Url;

const CERTIFICATE: &str = include_str!("../../../tests/data/localhost-certificate.txt");
const KEY: &str = include_str!("../../../tests/data/localhost-key.txt");
const ANSWER: &str = "HTTP/1.1 200 OK\r\ncontent-length: 58\r\n\r\n\
    {\"access_token\":\"a\",\"token_type\":\"Bearer\",\"expires_in\":60}";

fn bytes(text: &str) -> Vec<u8> {
    BASE64_STANDARD.decode(text.trim_end()).unwrap()
}

/// A client that trusts this server, by that name.
async fn pair(name: &str) -> (PkbClient, tokio::task::JoinHandle<TlsStream<TcpStream>>) {
    drop(rustls::crypto::ring::default_provider().install_default());
    let certificate = CertificateDer::from(bytes(CERTIFICATE));
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(bytes(KEY)));
    let mut served = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .unwrap();
    served.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let accepting = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        TlsAcceptor::from(Arc::new(served))
            .accept(stream)
            .await
            .unwrap()
    });
    let mut roots = RootCertStore::empty();
    roots.add(certificate).unwrap();
    let config = ClientConfig::builder()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let base = format!("https://{name}:{port}");
    let mut pkb = PkbClient::new(&base).unwrap();
    let token = Url::parse(&format!("{base}/apiToken.action")).unwrap();
    pkb.tokens = Place::with(&token, Some(config)).unwrap();
    (pkb, accepting)
}

async fn refresh(line: super::TokenLine) -> Result<Tokens, TokenFailure> {
    line.refresh("our-client", &Secret::new("r-1".to_owned()))
        .await
}

#[tokio::test]
async fn a_call_over_tls_is_http_1_1_to_the_name_that_was_asked_for() {
    for name in ["localhost", "127.0.0.1"] {
        let (pkb, accepting) = pair(name).await;
        let line = pkb.connect().await.unwrap();
        let mut server = accepting.await.unwrap();
        let (_, session) = server.get_ref();
        assert_eq!(session.alpn_protocol(), Some(&b"http/1.1"[..]));
        assert_eq!(session.server_name(), (name == "localhost").then_some(name));
        let answering = tokio::spawn(async move {
            let mut heard = vec![0; 8192];
            let count = server.read(&mut heard).await.unwrap();
            server.write_all(ANSWER.as_bytes()).await.unwrap();
            server.flush().await.unwrap();
            String::from_utf8_lossy(&heard[..count]).into_owned()
        });
        assert_eq!(refresh(line).await.unwrap().expires_in, 60);
        let heard = answering.await.unwrap();
        assert!(heard.contains(&format!("\r\nhost: {name}:")), "{heard}");
    }
}

#[tokio::test]
async fn a_tls_connection_that_was_closed_before_the_call_has_taken_nothing() {
    for politely in [true, false] {
        let (pkb, accepting) = pair("localhost").await;
        let line = pkb.connect().await.unwrap();
        let mut server = accepting.await.unwrap();
        if politely {
            server.shutdown().await.unwrap();
        }
        drop(server);
        tokio::time::sleep(Duration::from_millis(30)).await;
        assert_eq!(refresh(line).await, Err(TokenFailure::NotSent));
    }
}
