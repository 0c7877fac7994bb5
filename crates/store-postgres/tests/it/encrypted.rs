//! TLS to the server: used when asked for, and only with a certificate that is trusted and names the host.

use model::Secret;
use std::path::Path;
use std::process::Command;
use store::StoreError;
use store_postgres::Settings;
use testdb::Postgres;

/// Makes an authority and a certificate of it for this machine.
const MAKE: &str = "
set -e
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
  -keyout ca.key -out ca.pem -subj '/CN=Test authority' 2>/dev/null
openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
  -keyout server.key -out server.csr -subj '/CN=localhost' 2>/dev/null
printf 'subjectAltName=DNS:localhost\\nbasicConstraints=CA:FALSE\\n' > server.ext
openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 \
  -extfile server.ext -out server.pem 2>/dev/null
";

fn pem(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).unwrap()
}

/// A server that speaks TLS, and the folder with its authority's certificate.
fn start() -> (Postgres, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let made = Command::new("sh")
        .args(["-c", MAKE])
        .current_dir(folder.path())
        .status()
        .unwrap();
    assert!(made.success(), "openssl is needed for this test");
    let postgres = Postgres::start(&testdb::Settings::default().careless()).unwrap();
    // Into the server's own folder, as the server's own user.
    for name in ["server.key", "server.pem"] {
        let text = pem(folder.path(), name).trim_end().replace('\n', "\\n");
        let sql = format!(
            "COPY (SELECT 1) TO PROGRAM 'umask 077; cat > /dev/null; printf -- \"{text}\\n\" > {name}'"
        );
        postgres.sql("postgres", &sql).unwrap();
    }
    postgres.set("ssl_cert_file", "server.pem").unwrap();
    postgres.set("ssl_key_file", "server.key").unwrap();
    postgres.set("ssl", "on").unwrap();
    (postgres, folder)
}

async fn reach(postgres: &Postgres, host: &str, options: &str) -> store::Result<()> {
    let port = postgres.port();
    let url = format!("postgres://baton@{host}:{port}/postgres?{options}");
    store_postgres::schema(&Settings::new(Secret::new(url)))
        .await
        .map(drop)
}

fn why(outcome: store::Result<()>) -> String {
    match outcome {
        Err(StoreError::Unavailable {
            source: Some(source),
            ..
        }) => source.to_string(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn a_server_is_believed_only_with_a_certificate_that_names_it() {
    let (postgres, folder) = tokio::task::spawn_blocking(start).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let roots = folder.path().join("ca.pem");
    let trusting = format!("sslmode=require&sslrootcert={}", roots.display());
    reach(&postgres, "localhost", &trusting).await.unwrap();

    let named_otherwise = why(reach(&postgres, "127.0.0.1", &trusting).await);
    assert!(named_otherwise.contains("certificate"), "{named_otherwise}");
    let unknown = why(reach(&postgres, "localhost", "sslmode=require").await);
    assert!(unknown.contains("certificate"), "{unknown}");
    reach(&postgres, "localhost", "sslmode=disable")
        .await
        .unwrap();

    let sql = "ALTER SYSTEM SET ssl = off";
    postgres.sql("postgres", sql).unwrap();
    postgres.sql("postgres", "SELECT pg_reload_conf()").unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let in_the_clear = why(reach(&postgres, "localhost", &trusting).await);
    assert!(in_the_clear.contains("TLS"), "{in_the_clear}");
}
