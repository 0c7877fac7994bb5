//! Where a product may have its patients sent back to. The address will carry a one-time `result`, so nobody on the
//! way may read it.

use httpkit::problem::Refusal;
use url::{Host, Url};
use wire::gateway::patients::{ERROR, REASON, RESULT};

/// The longest, in bytes: browsers and proxies must carry it with a `result` behind it.
const LONGEST: usize = 2000;

/// An address as it is kept.
///
/// # Errors
/// 400 that says what is wrong with it, and doesn't quote it.
pub(super) fn checked(text: &str) -> Result<String, Refusal> {
    read(text)
        .map(String::from)
        .map_err(|reason| Refusal::fault("returnUrl", reason))
}

fn read(text: &str) -> Result<Url, &'static str> {
    if text.len() > LONGEST {
        return Err("Must have at most 2000 bytes");
    }
    // What a reader of addresses would drop or turn round in silence.
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) || text.contains('\\') {
        return Err("Must be ASCII without white space, control characters and backslashes");
    }
    let url = Url::parse(text).map_err(|_| "Must be an absolute address")?;
    match url.scheme() {
        "https" if url.host().is_some() => {}
        "http" if is_this_machine(&url) => {}
        "http" => {
            return Err("Must be https, for it carries a secret; http only to the machine itself");
        }
        // An app's own: the name of a domain turned round, so that no other app has it (RFC 8252, section 7.1).
        scheme if scheme.contains('.') => {}
        _ => {
            return Err(
                "Must be https, or an app's own scheme with a dot in it, such as com.example.app",
            );
        }
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("Must not have a user's name or password in it");
    }
    if url.fragment().is_some() {
        return Err("Must not have a fragment (#)");
    }
    if url
        .query_pairs()
        .any(|(name, _)| [RESULT, ERROR, REASON].contains(&&*name))
    {
        return Err("Must not have result, error or reason in its query: the gateway adds them");
    }
    if url.as_str().len() > LONGEST {
        return Err("Must have at most 2000 bytes");
    }
    Ok(url)
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_apps_and_the_machine_itself_are_good() {
        for good in [
            "https://product.example/pkb/back",
            "https://product.example:8443/back?from=pkb&x=1",
            "HTTPS://Product.Example/back",
            "http://localhost:3000/back",
            "http://127.0.0.1:3000/back",
            "http://[::1]:3000/back",
            "com.example.app:/linked",
            "com.example.app://linked/here?x=1",
        ] {
            assert!(read(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn whatever_could_lead_elsewhere_is_not() {
        let long = format!("https://product.example/{}", "x".repeat(2000));
        for (bad, why) in [
            ("", "absolute"),
            ("/back", "absolute"),
            ("//product.example/back", "absolute"),
            ("product.example/back", "absolute"),
            ("https:", "absolute"),
            ("javascript:alert(1)", "scheme"),
            ("data:text/html,hello", "scheme"),
            ("file:///etc/hosts", "scheme"),
            ("myapp:/back", "scheme"),
            ("ftp://product.example/", "scheme"),
            ("http://product.example/back", "http only"),
            ("http://localhost.product.example/", "http only"),
            ("http://127.0.0.1.product.example/", "http only"),
            ("http://10.0.0.7/back", "http only"),
            ("https://amy@product.example/", "name or password"),
            ("https://a:b@product.example/", "name or password"),
            ("https://product.example/#x", "fragment"),
            ("https://product.example/#", "fragment"),
            (
                "https://product.example/?result=x",
                "result, error or reason",
            ),
            (
                "https://product.example/?reason=x",
                "result, error or reason",
            ),
            (
                "https://product.example/?a=b&%65rror=x",
                "result, error or reason",
            ),
            ("https://product.example/a b", "white space"),
            ("https://product.example/\r\nSet-Cookie:a", "control"),
            (
                "https://product.example\\@elsewhere.example/",
                "backslashes",
            ),
            ("https://prodüct.example/", "ASCII"),
            (&long, "2000 bytes"),
        ] {
            let told = read(bad).unwrap_err();
            assert!(told.contains(why), "{bad}: {told}");
        }
    }
}
