//! Coded data as one text: a JSON array of arrays of code, value, unit and additional text.

use crate::{Result, StoreError};
use model::SnomedCode;
use model::coded_data::{CodedItem, Number};

/// A value stays the text that its sender wrote, so that 37.50 does not become 37.5.
type Row = (String, Option<String>, Option<String>, Option<String>);

const DAMAGED: StoreError = StoreError::Inconsistent {
    place: "message.coded_data",
};

/// Coded data as it is written. It holds no NUL: JSON escapes that.
pub fn coded_data_text(items: &[CodedItem]) -> String {
    let rows = items.iter().map(|item| {
        serde_json::json!([
            item.code.as_str(),
            item.value.as_ref().map(Number::as_str),
            item.unit,
            item.additional_text,
        ])
    });
    rows.collect::<serde_json::Value>().to_string()
}

/// Reads [`coded_data_text`].
pub(super) fn read(text: Option<&str>) -> Result<Vec<CodedItem>> {
    let Some(text) = text else {
        return Ok(Vec::new());
    };
    let rows: Vec<Row> = serde_json::from_str(text).map_err(|_| DAMAGED)?;
    rows.into_iter().map(item).collect()
}

fn item((code, value, unit, additional_text): Row) -> Result<CodedItem> {
    let value = value.map(|text| Number::parse(&text).ok_or(DAMAGED));
    Ok(CodedItem {
        code: SnomedCode::parse(&code).map_err(|_| DAMAGED)?,
        value: value.transpose()?,
        unit,
        additional_text,
    })
}
