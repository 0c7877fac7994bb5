//! The text of an API key: `<prefix>_<id>_<secret>`. Stored as a hash, found by its id, compared in constant time.

use crate::{Entropy, Secret, entropy};

const ID_ALPHABET: &[u8] = b"abcdefghijkmnpqrstuvwxyz23456789";
const SECRET_ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// Client systems at the platform.
pub const CLIENT: &str = "bak";
/// Products at the gateway.
pub const PRODUCT: &str = "bgk";

/// A new key: its id, which is public, and the whole text. The secret part has 256 bits.
pub fn generate(prefix: &str, entropy: &dyn Entropy) -> (String, Secret) {
    let id = entropy::text(entropy, ID_ALPHABET, 12);
    let secret = entropy::text(entropy, SECRET_ALPHABET, 43);
    let whole = Secret::new(format!("{prefix}_{id}_{secret}"));
    (id, whole)
}

/// The id in a key's text; `None` when it is no key with this prefix.
pub fn id_of<'a>(prefix: &str, text: &'a str) -> Option<&'a str> {
    let rest = text.strip_prefix(prefix)?.strip_prefix('_')?;
    rest.split_once('_').map(|(id, _)| id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;

    #[test]
    fn a_key_names_its_public_part() {
        for prefix in [CLIENT, PRODUCT] {
            let (id, whole) = generate(prefix, &SeededEntropy::new(3));
            assert_eq!(id_of(prefix, whole.reveal()), Some(id.as_str()));
            assert_eq!(whole.reveal().len(), 4 + 12 + 1 + 43);
        }
        assert_eq!(id_of(CLIENT, "something else"), None);
        assert_eq!(id_of(PRODUCT, "bak_abc_def"), None);
    }
}
