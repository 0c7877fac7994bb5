//! Which variables make a bucket, and what is said of those that don't.

use super::*;

const KEYS: [(&str, &str); 2] = [
    ("AWS_ACCESS_KEY_ID", "AKIDOFATEST"),
    ("AWS_SECRET_ACCESS_KEY", "sesame"),
];
const REGION: (&str, &str) = ("AWS_REGION", "eu-west-2");
const MINIO: (&str, &str) = ("AWS_ENDPOINT_URL", "http://127.0.0.1:9000");

fn opened(variables: &[&[(&str, &str)]]) -> Result<Bucket, OpenError> {
    let variables = variables.iter().copied().flatten();
    let owned = variables.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let address = "s3://records/a".parse().unwrap();
    open(&address, owned, Limits::default())
}

fn refused(variables: &[&[(&str, &str)]]) -> String {
    let text = opened(variables).err().unwrap().to_string();
    assert!(!text.contains("sesame"), "{text}");
    text
}

/// Where a bucket would be asked.
fn place(variables: &[&[(&str, &str)]]) -> String {
    use object_store::signer::Signer as _;
    let bucket = opened(&[variables, &[&KEYS]].concat()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let object = "k".into();
    let second = Duration::from_secs(1);
    let url = bucket
        .store
        .signed_url("GET".parse().unwrap(), &object, second);
    let mut url = runtime.block_on(url).unwrap();
    url.set_query(None);
    url.to_string()
}

#[test]
fn amazons_buckets_are_found_by_region() {
    let there = "https://records.s3.eu-west-2.amazonaws.com/k";
    assert_eq!(place(&[&[REGION]]), there);
    assert_eq!(place(&[&[("AWS_DEFAULT_REGION", "eu-west-2")]]), there);
    let both = [("AWS_DEFAULT_REGION", "us-east-1"), REGION];
    assert_eq!(place(&[&both]), there);
    let by_path = ("AWS_VIRTUAL_HOSTED_STYLE_REQUEST", "false");
    assert_eq!(
        place(&[&[REGION, by_path]]),
        "https://s3.eu-west-2.amazonaws.com/records/k"
    );
}

#[test]
fn other_stores_are_found_by_their_endpoint() {
    let endpoint = |name| place(&[&[(name, "http://127.0.0.1:9000/")]]);
    for name in ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"] {
        assert_eq!(endpoint(name), "http://127.0.0.1:9000/records/k");
    }
    let both = [MINIO, ("AWS_ENDPOINT_URL_S3", "https://s3.example.org")];
    assert_eq!(place(&[&both]), "https://s3.example.org/records/k");
    let named = ("AWS_VIRTUAL_HOSTED_STYLE_REQUEST", "true");
    for endpoint in ["https://s3.example.org", "https://records.s3.example.org"] {
        let variables = [("AWS_ENDPOINT_URL", endpoint), named];
        assert_eq!(place(&[&variables]), "https://records.s3.example.org/k");
    }
}

#[test]
fn plain_http_is_for_an_endpoint_that_says_so() {
    let allowed = |endpoint: &str| {
        let mut variables = KEYS.to_vec();
        variables.extend([("AWS_ENDPOINT_URL", endpoint), ("AWS_ALLOW_HTTP", "true")]);
        let owned = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let variables = Variables(owned.collect());
        let address = Address::read(&"s3://records".parse().unwrap()).unwrap();
        let endpoint = super::endpoint(&variables, "records").unwrap();
        let connector = Connector::new(None, Duration::from_secs(1)).unwrap();
        let builder = builder(&variables, &address, endpoint.as_ref(), &connector).unwrap();
        let key = Key::Client(object_store::ClientConfigKey::AllowHttp);
        builder.get_config_value(&key).unwrap()
    };
    assert_eq!(allowed("http://127.0.0.1:9000"), "true");
    assert_eq!(allowed("https://s3.example.org"), "false");
}

#[test]
fn keys_come_in_pairs_or_from_a_role() {
    assert!(opened(&[&KEYS, &[MINIO]]).is_ok());
    assert!(opened(&[&KEYS, &[REGION, ("AWS_SESSION_TOKEN", "sesame")]]).is_ok());
    assert!(refused(&[&KEYS[..1], &[REGION]]).contains("only one is set"));
    assert!(refused(&[&KEYS[1..], &[REGION]]).contains("only one is set"));
    let empty = [("AWS_ACCESS_KEY_ID", ""), ("AWS_SECRET_ACCESS_KEY", "")];
    assert!(refused(&[&empty, &[MINIO]]).contains("are not set"));
    // A machine of Amazon's may have a role.
    assert!(opened(&[&[REGION]]).is_ok());
    let none = ("AWS_EC2_METADATA_DISABLED", "true");
    assert!(refused(&[&[REGION, none]]).contains("are not set"));
    let identity = [
        ("AWS_WEB_IDENTITY_TOKEN_FILE", "/t"),
        ("AWS_ROLE_ARN", "arn:aws:iam::1:role/x"),
    ];
    assert!(opened(&[&[REGION, none], &identity]).is_ok());
    let container = [("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/x")];
    assert!(opened(&[&[REGION, none], &container]).is_ok());
}

#[test]
fn what_is_wrong_is_named_and_not_quoted() {
    assert!(refused(&[&KEYS]).contains("AWS_REGION is not set"));
    for (name, value) in [
        ("AWS_ENDPOINT_URL", "127.0.0.1:9000"),
        ("AWS_ENDPOINT_URL_S3", "https://key:sesame@s3.example.org"),
        ("AWS_ENDPOINT_URL_STS", "sesame"),
        ("AWS_METADATA_ENDPOINT", "http://"),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "sesame"),
        ("AWS_CHECKSUM_ALGORITHM", "sesame"),
        ("AWS_UNSIGNED_PAYLOAD", "sesame"),
        ("AWS_SKIP_SIGNATURE", "sesame"),
    ] {
        let text = refused(&[&KEYS, &[REGION, (name, value)]]);
        assert_eq!(
            text,
            format!("the value of {name} is not one that it can have")
        );
    }
    let sealed = [("AWS_SERVER_SIDE_ENCRYPTION", "sesame")];
    let text = refused(&[&KEYS, &[REGION], &sealed]);
    assert!(text.contains("AWS_SERVER_SIDE_ENCRYPTION"), "{text}");
}

#[test]
fn encryption_by_the_server_is_passed_on_and_what_is_unknown_is_left() {
    let encryption = [
        ("AWS_SERVER_SIDE_ENCRYPTION", "aws:kms"),
        ("AWS_SSE_KMS_KEY_ID", "k"),
    ];
    assert!(opened(&[&KEYS, &[REGION], &encryption]).is_ok());
    let others = [
        ("AWS_PROFILE", "x"),
        ("AWS_PAGER", ""),
        ("AWS_ALLOW_HTTP", "maybe"),
        ("HOME", "/"),
    ];
    assert!(opened(&[&KEYS, &[REGION], &others]).is_ok());
}
