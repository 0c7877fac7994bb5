//! Shapes and spellings.

use super::search::{Token, alternatives, identifier_query};
use super::*;

#[test]
fn a_number_is_kept_as_it_was_written() {
    for text in [
        "1.10",
        "0",
        "-0.50",
        "1e2",
        "120000000000000000000000.5",
        "5E-3",
    ] {
        let json = format!("{{\"value\":{text},\"unit\":\"mmol/L\"}}");
        let quantity: Quantity = serde_json::from_str(&json).unwrap();
        assert_eq!(quantity.value.as_ref().unwrap().as_str(), text);
        assert_eq!(serde_json::to_string(&quantity).unwrap(), json);
    }
}

#[test]
fn what_is_no_number_is_refused() {
    for text in ["\"1\"", "true", "[1]", "{}"] {
        assert!(serde_json::from_str::<Decimal>(text).is_err(), "{text}");
    }
    for text in ["", "01", "1.", ".5", "+1", "NaN", "1e", "1e+", "--1", "1 "] {
        assert!(Decimal::parse(text).is_none(), "{text}");
    }
}

#[test]
fn a_number_survives_inside_a_bundle() {
    let observation = r#"{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":7.00}}"#;
    let text = format!(
        r#"{{"resourceType":"Bundle","type":"transaction","entry":[{{"resource":{observation}}}]}}"#
    );
    let bundle: Bundle = serde_json::from_str(&text).unwrap();
    assert_eq!(bundle.kind, BundleKind::Transaction);
    let raw = bundle.entry[0].resource.as_ref().unwrap();
    assert_eq!(bundle::resource_type(raw).as_deref(), Some("Observation"));
    let read: Observation = bundle::parse_resource(raw).unwrap();
    assert_eq!(read.value_quantity.unwrap().value.unwrap().as_str(), "7.00");
    assert_eq!(serde_json::to_string(&bundle).unwrap(), text);
}

#[test]
fn an_unknown_kind_of_bundle_can_be_told() {
    let bundle: Bundle =
        serde_json::from_str(r#"{"resourceType":"Bundle","type":"batch"}"#).unwrap();
    assert_eq!(bundle.kind, BundleKind::Other("batch".to_owned()));
}

#[test]
fn tokens_are_read_with_and_without_a_system() {
    let token = |system: Option<&str>, value: Option<&str>| Token {
        system: system.map(str::to_owned),
        value: value.map(str::to_owned),
    };
    assert_eq!(Token::parse("a"), token(None, Some("a")));
    assert_eq!(Token::parse("s|a"), token(Some("s"), Some("a")));
    assert_eq!(Token::parse("|a"), token(Some(""), Some("a")));
    assert_eq!(Token::parse("s|"), token(Some("s"), None));
    assert_eq!(Token::parse(r"s|a\|b\,c"), token(Some("s"), Some("a|b,c")));
    assert!(token(None, Some("a")).matches(Some("s"), Some("a")));
    assert!(!token(Some(""), Some("a")).matches(Some("s"), Some("a")));
    assert!(token(Some("s"), None).matches(Some("s"), Some("a")));
}

#[test]
fn a_condition_survives_every_odd_letter() {
    let odd = "cs-1/a+b c,d|e\\f&g=h%é/attachment/0";
    let query = identifier_query(MESSAGE_PART, odd);
    let encoded = query.strip_prefix("identifier=").unwrap();
    assert!(!encoded.contains(['&', '=', '+', ' ', ',']), "{encoded}");
    let mut bytes = Vec::new();
    let mut rest = encoded.bytes();
    while let Some(byte) = rest.next() {
        let hex = |b: u8| char::from(b).to_digit(16).unwrap();
        if byte == b'%' {
            let (high, low) = (rest.next().unwrap(), rest.next().unwrap());
            bytes.push(u8::try_from(hex(high) * 16 + hex(low)).unwrap());
        } else {
            bytes.push(byte);
        }
    }
    let decoded = String::from_utf8(bytes).unwrap();
    let parts = alternatives(&decoded);
    assert_eq!(parts.len(), 1);
    assert_eq!(Token::parse(parts[0]).value.as_deref(), Some(odd));
    assert_eq!(Token::parse(parts[0]).system.as_deref(), Some(MESSAGE_PART));
}
