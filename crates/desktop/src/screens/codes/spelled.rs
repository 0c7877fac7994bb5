//! A code as people say it: in two groups, letters by the words of the radio alphabet, digits by their names.

/// `ABCD2345` as `ABCD 2345`.
pub(super) fn grouped(code: &str) -> String {
    let half = code.chars().count().div_ceil(2);
    let mut shown = String::new();
    for (place, letter) in code.chars().enumerate() {
        if place == half {
            shown.push(' ');
        }
        shown.push(letter);
    }
    shown
}

/// The two halves of a code, each as words.
pub(super) fn halves(code: &str) -> [String; 2] {
    let words: Vec<&str> = code.chars().map(word).collect();
    let (first, second) = words.split_at(words.len().div_ceil(2));
    [first.join(", "), second.join(", ")]
}

fn word(letter: char) -> &'static str {
    match letter.to_ascii_uppercase() {
        'A' => "Alfa",
        'B' => "Bravo",
        'C' => "Charlie",
        'D' => "Delta",
        'E' => "Echo",
        'F' => "Foxtrot",
        'G' => "Golf",
        'H' => "Hotel",
        'I' => "India",
        'J' => "Juliett",
        'K' => "Kilo",
        'L' => "Lima",
        'M' => "Mike",
        'N' => "November",
        'O' => "Oscar",
        'P' => "Papa",
        'Q' => "Quebec",
        'R' => "Romeo",
        'S' => "Sierra",
        'T' => "Tango",
        'U' => "Uniform",
        'V' => "Victor",
        'W' => "Whiskey",
        'X' => "X-ray",
        'Y' => "Yankee",
        'Z' => "Zulu",
        '0' => "zero",
        '1' => "one",
        '2' => "two",
        '3' => "three",
        '4' => "four",
        '5' => "five",
        '6' => "six",
        '7' => "seven",
        '8' => "eight",
        '9' => "nine",
        _ => "another sign",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_grouped_by_four_and_spelled() {
        assert_eq!(grouped("K7MW2QXH"), "K7MW 2QXH");
        assert_eq!(
            halves("K7MW2QXH"),
            ["Kilo, seven, Mike, Whiskey", "two, Quebec, X-ray, Hotel"]
        );
    }

    #[test]
    fn every_letter_and_digit_has_a_word() {
        for letter in ('A'..='Z').chain('0'..='9') {
            assert_ne!(word(letter), "another sign", "{letter}");
        }
    }
}
