//! Reading one cookie, and writing one that scripts and other sites can't use.

use axum::http::{HeaderMap, HeaderValue, header};

/// The value of the first cookie with this name.
pub fn read<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}

/// A `Set-Cookie` value: `HttpOnly`, `SameSite=Lax`, the whole site, until the browser closes or for
/// `max_age_seconds`. `value` must be made of URL-safe characters, as our tokens are.
pub fn write(name: &str, value: &str, max_age_seconds: Option<u64>) -> Option<HeaderValue> {
    let age = max_age_seconds
        .map(|s| format!("; Max-Age={s}"))
        .unwrap_or_default();
    HeaderValue::from_str(&format!(
        "{name}={value}; Path=/; HttpOnly; SameSite=Lax{age}"
    ))
    .ok()
}

/// A `Set-Cookie` value that removes the cookie.
pub fn remove(name: &str) -> Option<HeaderValue> {
    write(name, "", Some(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_cookie_is_found_among_many() {
        let mut headers = HeaderMap::new();
        headers.append(
            header::COOKIE,
            HeaderValue::from_static("a=1; session=abc; b=2"),
        );
        assert_eq!(read(&headers, "session"), Some("abc"));
        assert_eq!(read(&headers, "ession"), None);
    }

    #[test]
    fn a_cookie_is_kept_from_scripts_and_other_sites() {
        let made = write("s", "abc", None).unwrap();
        assert_eq!(made, "s=abc; Path=/; HttpOnly; SameSite=Lax");
    }
}
