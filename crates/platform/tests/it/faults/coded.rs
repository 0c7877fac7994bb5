//! Coded data: codes, numbers kept as written, units under two names, and how many.

use super::{Row, check, rewritten, wrong};
use serde_json::{Value, json};

const VALUE: &str = "\"value\":140";

fn items(count: usize) -> Value {
    (0..count).map(|_| json!({ "code": "407554009" })).collect()
}

pub(super) fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    let no_codes = [
        "",
        "22298",
        "0407554009",
        "40755400x",
        " 407554009",
        "1234567890123456789",
        "４０７５５４００９",
    ];
    let shape = "Must be a SNOMED CT identifier: 6 to 18 digits";
    rows.extend(no_codes.map(|code| wrong("/codedDataItems/0/code", code).because(shape)));
    for code in ["407554008", "407545009", "73211008"] {
        rows.push(
            wrong("/codedDataItems/0/code", code)
                .because("Fails the SNOMED CT check digit (Verhoeff)"),
        );
    }
    // A description's identifier, well formed.
    rows.push(
        wrong("/codedDataItems/0/code", "754786014")
            .because("Is a SNOMED CT identifier, but not of a concept"),
    );
    rows.push(wrong("/codedDataItems/0/code", "4".repeat(513)).because("Is too long"));
    for number in ["1e999", "-1e400", "99e9999"] {
        rows.push(
            rewritten(
                VALUE,
                &format!("\"value\":{number}"),
                "codedDataItems[0].value",
            )
            .because("Must be a finite number"),
        );
    }
    for number in [
        "1".repeat(65),
        format!("0.{}", "1".repeat(63)),
        format!("-{}e1", "9".repeat(62)),
    ] {
        let row = rewritten(
            VALUE,
            &format!("\"value\":{number}"),
            "codedDataItems[0].value",
        );
        rows.push(row.because("Must be a number of at most 64 characters"));
    }
    rows.push(wrong("/codedDataItems/0/unit", "m".repeat(257)));
    rows.push(wrong("/codedDataItems/0/unit", "µ".repeat(129)));
    rows.push(wrong("/codedDataItems/0/units", "m".repeat(257)));
    rows.push(wrong("/codedDataItems/0/additionalText", "a".repeat(4097)));
    for units in ["kPa", "mmhg", "mmHg ", ""] {
        rows.push(
            wrong("/codedDataItems/0/units", units)
                .because("Must be the same as unit, or left out"),
        );
    }
    for count in [201, 202, 500] {
        rows.push(wrong("/codedDataItems", items(count)).because("Must hold at most 200 items"));
    }
    rows
}

#[tokio::test]
async fn coded_data_that_breaks_a_rule_is_named() {
    assert!(check(rows()).await >= 25);
}

#[tokio::test]
async fn what_lies_at_the_limits_is_accepted() {
    let sender = super::Sender::new().await;
    let base = crate::sample::standard();
    let cases = [
        (VALUE, "\"value\":-0.000".to_owned()),
        (VALUE, "\"value\":37.50".to_owned()),
        (VALUE, "\"value\":1E+2".to_owned()),
        (VALUE, format!("\"value\":{}", "1".repeat(64))),
        (VALUE, "\"value\":null".to_owned()),
        ("\"unit\":\"mmHg\"", "\"units\":\"mmHg\"".to_owned()),
        (
            "\"unit\":\"mmHg\"",
            "\"unit\":\"mmHg\",\"units\":\"mmHg\"".to_owned(),
        ),
        (
            "\"unit\":\"mmHg\"",
            "\"unit\":null,\"units\":\"mmHg\"".to_owned(),
        ),
        (
            "\"unit\":\"mmHg\"",
            format!("\"unit\":\"{}\"", "m".repeat(256)),
        ),
        ("\"Sitting\"", format!("\"{}\"", "é".repeat(2048))),
        ("\"407554009\"", "\"999002881000000100\"".to_owned()),
    ];
    for (place, (from, to)) in cases.into_iter().enumerate() {
        let number = u32::try_from(place).unwrap();
        let text = crate::sample::with_id(base.clone(), &crate::sample::id(number)).to_string();
        assert_eq!(text.matches(from).count(), 1, "{from}");
        let request = sender
            .partner
            .posting("/api/v1/messages", text.replacen(from, &to, 1));
        let answer = sender.world.call(request).await;
        assert_eq!(answer.status.as_u16(), 200, "{to}: {}", answer.text());
    }
    let mut message = crate::sample::with_id(base, &crate::sample::id(99));
    super::set(&mut message, "/codedDataItems", items(200));
    assert_eq!(
        sender
            .partner
            .send(&sender.world, &message)
            .await
            .status
            .as_u16(),
        200
    );
}
