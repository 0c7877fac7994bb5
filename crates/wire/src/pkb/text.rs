//! Text and numbers read leniently: a number for a text, digits for a number, `null` or nothing for neither.

use serde::{Deserialize, Deserializer, de::Error};

#[derive(Deserialize)]
#[serde(untagged)]
enum Scalar {
    Text(String),
    Whole(u64),
    Number(f64),
    Truth(bool),
}

/// A text, or a number or truth value as it would be written; `None` for `null`.
pub(super) fn maybe<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(
        Option::<Scalar>::deserialize(from)?.map(|scalar| match scalar {
            Scalar::Text(text) => text,
            Scalar::Whole(number) => number.to_string(),
            Scalar::Number(number) => number.to_string(),
            Scalar::Truth(truth) => truth.to_string(),
        }),
    )
}

/// A text; `null` is empty.
pub(super) fn sure<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Ok(maybe(from)?.unwrap_or_default())
}

/// Whole seconds, as a number, a number with a fraction of zero, or digits.
pub(super) fn seconds<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
    // The message says nothing of the value: errors may be printed.
    let odd = || D::Error::custom("not a number of seconds");
    let text = maybe(from)?.ok_or_else(odd)?;
    text.trim().parse().map_err(|_| odd())
}
