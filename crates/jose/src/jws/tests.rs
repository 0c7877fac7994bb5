//! RFC 8037, appendix A.4: the one published example of Ed25519 in a compact token.

use super::*;

const SEED: &str = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
const TOKEN: &str = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";

#[test]
fn signing_is_rfc_8037_a_4() {
    let key = SigningKey::from_seed(&decode_array(SEED).unwrap()).unwrap();
    let bare = Written {
        alg: ALGORITHM,
        enc: None,
        typ: None,
        cty: None,
        kid: None,
    };
    let made = key.sign_as(&bare, b"Example of Ed25519 signing").unwrap();
    assert_eq!(made, TOKEN);
}

#[test]
fn checking_is_rfc_8037_a_4() {
    let key = SigningKey::from_seed(&decode_array(SEED).unwrap()).unwrap();
    let unchecked = Unchecked::parse(TOKEN).unwrap();
    assert_eq!(unchecked.kid(), None);
    let content = unchecked.check(&key.public().unwrap()).unwrap();
    assert_eq!(content, b"Example of Ed25519 signing");
}

#[test]
fn a_key_prints_nothing() {
    let key = SigningKey::from_seed(&[7; 32]).unwrap();
    assert_eq!(format!("{key:?}"), "SigningKey(…)");
    assert!(PublicKey::from_x("AAAA").is_err() && PublicKey::from_x("").is_err());
    let public = key.public().unwrap();
    assert_eq!(PublicKey::from_x(&public.x()).unwrap(), public);
}
