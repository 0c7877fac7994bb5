//! S3: a bucket, and an end.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use testdb::S3;

fn ask(server: &S3, request: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
#[ignore = "needs moto: scripts/test s3"]
fn a_server_has_one_empty_bucket_and_is_gone_when_it_is_killed() {
    let server = S3::start().unwrap();
    let bucket = server.url().replace("s3://", "");
    // It wants to know who asks, and believes it.
    let head = "HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
                Authorization: AWS4-HMAC-SHA256 Credential=testing/20260101/us-east-1/s3/aws4_request\r\n";
    let put = format!("PUT /{bucket}/a {head}Content-Length: 3\r\n\r\nabc");
    assert!(ask(&server, &put).starts_with("HTTP/1.1 200"));
    let get = format!("GET /{bucket}/a {head}\r\n");
    assert!(ask(&server, &get).ends_with("\r\n\r\nabc"));
    let endpoint = format!("http://127.0.0.1:{}", server.port());
    let told = |(name, value): &(String, String)| name == "AWS_ENDPOINT_URL" && *value == endpoint;
    assert!(server.variables().iter().any(told));
    server.kill();
    assert!(TcpStream::connect(("127.0.0.1", server.port())).is_err());
}
