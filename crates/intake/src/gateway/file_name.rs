//! A part's file name.
//!
//! RFC 7578 knows `filename` only, in UTF-8, but some clients (.NET among them) add the `filename*` of RFC 8187
//! and put something unreadable into `filename`. So that one goes first.

use axum::http::{HeaderMap, header};
use multer::Field;

/// The name of the file in a part, if it has one.
pub(super) fn of(part: &Field<'_>) -> Option<String> {
    extended(part.headers()).or_else(|| part.file_name().map(str::to_owned))
}

/// What `filename*` says, if it is there, in UTF-8 and well-formed.
fn extended(headers: &HeaderMap) -> Option<String> {
    let disposition = headers.get(header::CONTENT_DISPOSITION)?.as_bytes();
    let parameter = parameters(disposition).find_map(|parameter| {
        let (name, value) = std::str::from_utf8(parameter).ok()?.split_once('=')?;
        let found = name.trim().eq_ignore_ascii_case("filename*");
        found.then(|| value.trim())
    })?;
    let (charset, rest) = parameter.split_once('\'')?;
    let (_language, text) = rest.split_once('\'')?;
    if charset.eq_ignore_ascii_case("utf-8") {
        decoded(text)
    } else {
        None
    }
}

/// What stands between semicolons, those in quotes apart.
fn parameters(disposition: &[u8]) -> impl Iterator<Item = &[u8]> {
    let (mut quoted, mut escaped) = (false, false);
    disposition.split(move |byte| {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b';' => return !quoted,
            _ => {}
        }
        false
    })
}

/// Undoes percent-encoding.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first == b'%' {
            let (digits, after) = rest.split_at_checked(2)?;
            let mut value = 0;
            for digit in digits {
                value = value * 16 + char::from(*digit).to_digit(16)?;
            }
            bytes.push(u8::try_from(value).ok()?);
            rest = after;
        } else {
            bytes.push(*first);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn name(rest: &str) -> Option<String> {
        let text = format!("form-data; name=file{rest}");
        let value = HeaderValue::from_bytes(text.as_bytes()).unwrap();
        extended(&HeaderMap::from_iter([(
            header::CONTENT_DISPOSITION,
            value,
        )]))
    }

    #[test]
    fn the_extended_form_is_read_where_it_stands_and_only_there() {
        for given in [
            "; filename=\"=?utf-8?B?TsO2dGUgMQ==?=\"; filename*=utf-8''N%C3%B6te%201.pdf",
            "; filename*=UTF-8'en'N%c3%b6te%201.pdf; filename=x.pdf",
        ] {
            assert_eq!(name(given).as_deref(), Some("N\u{f6}te 1.pdf"), "{given}");
        }
        for other in [
            "",
            "; filename=\"x.pdf\"",
            "; filename=\"a; filename*=utf-8''b.pdf\"",
            "; filename=\"a\\\"; filename*=utf-8''b.pdf\"",
            "; filename*=iso-8859-1''N%F6te",
            "; filename*=utf-8''N%F6te",
            "; filename*=utf-8''N%+1",
            "; filename*=utf-8''N%C",
            "; filename*=N",
        ] {
            assert_eq!(name(other), None, "{other}");
        }
    }
}
