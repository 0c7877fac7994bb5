//! Text and numbers read leniently: a number for a text, digits for a number, `null` or nothing for neither.

use serde::de::{Error, IgnoredAny};
use serde::{Deserialize, Deserializer};

#[derive(Deserialize)]
#[serde(untagged)]
enum Scalar {
    Text(String),
    Whole(u64),
    Number(f64),
    Truth(bool),
    Other(IgnoredAny),
}

/// A text, or a number or truth value as it would be written; `None` for `null`, and for what is none of these.
pub(super) fn maybe<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(
        Option::<Scalar>::deserialize(from)?.and_then(|scalar| match scalar {
            Scalar::Text(text) => Some(text),
            Scalar::Whole(number) => Some(number.to_string()),
            Scalar::Number(number) => Some(number.to_string()),
            Scalar::Truth(truth) => Some(truth.to_string()),
            Scalar::Other(_) => None,
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
    maybe_seconds(from)?.ok_or_else(|| D::Error::custom("not a number of seconds"))
}

/// The same, if it is that.
pub(super) fn maybe_seconds<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    Ok(maybe(from)?.and_then(|text| text.trim().parse().ok()))
}
