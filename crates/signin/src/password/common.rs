//! Passwords that anybody would guess, although they are long.
//!
//! Lists of leaked passwords hold few of 12 characters and more, and nearly all of these are a well-known word, a row
//! of the keyboard or a run of digits, said twice or with digits and signs around it. So these patterns are known here,
//! and no long list.

/// Words and rows that the long ones of leaked lists are made of, in small letters.
const WORDS: [&str; 44] = [
    "password",
    "passw",
    "passphrase",
    "passcode",
    "letmein",
    "welcome",
    "iloveyou",
    "loveyou",
    "qwerty",
    "qwertyuiop",
    "qwertz",
    "azerty",
    "asdf",
    "asdfgh",
    "asdfghjkl",
    "zxcv",
    "zxcvbnm",
    "qaz",
    "wsx",
    "edc",
    "rfv",
    "admin",
    "administrator",
    "login",
    "secret",
    "changeme",
    "default",
    "football",
    "liverpool",
    "arsenal",
    "chelsea",
    "manchester",
    "united",
    "baseball",
    "dragon",
    "monkey",
    "princess",
    "sunshine",
    "superman",
    "batman",
    "starwars",
    "trustno",
    "abc",
    "abcd",
];
/// Words that people think of on these pages.
const OURS: [&str; 12] = [
    "patientsknowbest",
    "patients",
    "patient",
    "know",
    "best",
    "health",
    "healthapp",
    "app",
    "nhs",
    "doctor",
    "hospital",
    "my",
];
/// Runs that are read forwards, backwards and with their end joined to their beginning.
const RUNS: [&str; 5] = [
    "0123456789",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
];
/// A password has at least so many different characters.
const DIFFERENT: usize = 5;

/// Whether many people use a password, or one like it.
pub(super) fn is_common(password: &str) -> bool {
    let small = password.to_lowercase();
    let mut different: Vec<char> = small.chars().collect();
    different.sort_unstable();
    different.dedup();
    if different.len() < DIFFERENT {
        return true;
    }
    // What stands around a word is no part of it.
    let core = small.trim_matches(|c: char| !c.is_alphabetic());
    let plain: String = core.chars().map(meant).collect();
    [small.as_str(), plain.as_str()].into_iter().any(|text| {
        let letters: String = text.chars().filter(|c| c.is_alphabetic()).collect();
        is_made_of_words(&letters) || is_run(text) || is_repeated(text)
    })
}

/// Whether a password is little more than the name that its owner signs in with.
pub(super) fn is_like(password: &str, name: &str) -> bool {
    let letters = |text: &str| -> String {
        let small = text.to_lowercase();
        small.chars().filter(|c| c.is_alphanumeric()).collect()
    };
    let (password, whole) = (letters(password), letters(name));
    let own = name.split('@').next().map(letters).unwrap_or_default();
    if whole.is_empty() || password.is_empty() {
        return false;
    }
    [whole, own].iter().any(|name| {
        let rest = password.replacen(name.as_str(), "", 2);
        name.chars().count() >= 4 && rest.chars().count() < 5 && rest != password
    })
}

/// The letter that is meant by a digit or sign in its place.
fn meant(c: char) -> char {
    match c {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    }
}

/// Whether nothing is left when well-known words are taken away; no letters at all are digits and signs, and only runs
/// of them are common.
fn is_made_of_words(letters: &str) -> bool {
    let mut made = vec![false; letters.len() + 1];
    if let Some(first) = made.first_mut() {
        *first = true;
    }
    for start in 0..letters.len() {
        if made.get(start) != Some(&true) {
            continue;
        }
        let Some(rest) = letters.get(start..) else {
            continue;
        };
        for word in WORDS.iter().chain(&OURS) {
            if rest.starts_with(word)
                && let Some(end) = made.get_mut(start + word.len())
            {
                *end = true;
            }
        }
    }
    !letters.is_empty() && made.last() == Some(&true)
}

/// Whether most neighbours stand side by side in the alphabet, on the keyboard or in the row of digits.
fn is_run(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    let side_by_side = |pair: &&[char]| {
        let [a, b] = pair else { return false };
        RUNS.iter().any(|run| {
            let place = |c: &char| run.chars().position(|other| other == *c);
            let (Some(a), Some(b)) = (place(a), place(b)) else {
                return false;
            };
            let last = run.len() - 1;
            a.abs_diff(b) <= 1 || a.abs_diff(b) == last
        })
    };
    let beside = chars.windows(2).filter(side_by_side).count();
    beside * 4 >= chars.len().saturating_sub(1) * 3
}

/// Whether it is one short piece again and again.
fn is_repeated(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    (1..=chars.len() / 2)
        .filter(|piece| *piece <= 6)
        .any(|piece| {
            let mut pieces = chars.chunks(piece);
            let first = pieces.next().unwrap_or_default();
            pieces.all(|next| first.starts_with(next))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_anybody_would_guess_is_common() {
        for password in [
            "aaaaaaaaaaaa",
            "passwordpassword",
            "Password1234!",
            "P@ssw0rd2026!",
            "123456789012",
            "210987654321",
            "qwertyuiop123",
            "1qaz2wsx3edc4rfv",
            "iloveyou1234",
            "abcdefghijkl",
            "abc123abc123",
            "letmein-welcome",
            "MyHealthApp2026",
            "patientsknowbest",
            "kittykittykitty",
        ] {
            assert!(is_common(password), "{password}");
        }
    }

    #[test]
    fn what_nobody_would_guess_is_not() {
        for password in [
            "correct horse battery",
            "three random words",
            "amber-otter-4821",
            "a long enough password",
            "password manager made this",
            "tr0ub4dor&3-and-more",
            "8f3a91c07e5d",
            "Ein Hut, ein Stock",
            "пароль длинный и мой",
        ] {
            assert!(!is_common(password), "{password}");
        }
    }

    #[test]
    fn ones_own_address_is_no_password() {
        let name = "amy.oneill@example.com";
        for password in [
            "amy.oneill@example.com",
            "AmyOneill2026",
            "Amy.Oneill.1984!",
            "amyoneillamyoneill",
        ] {
            assert!(is_like(password, name), "{password}");
        }
        assert!(!is_like("amy keeps three bees", name));
        assert!(!is_like("three random words", "al@example.com"));
        assert!(!is_like("three random words", ""));
    }
}
