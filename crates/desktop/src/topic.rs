//! Topics in words: senders write them for machines as well as for people.

/// `DispenseEventNotification` as `Dispense event notification`; what has a space in it was written for people.
pub fn in_words(topic: &str) -> String {
    if topic.contains(char::is_whitespace) {
        return topic.to_owned();
    }
    let letters: Vec<char> = topic.chars().collect();
    let mut words = vec![String::new()];
    for (place, &letter) in letters.iter().enumerate() {
        let before = place.checked_sub(1).and_then(|place| letters.get(place));
        let after = letters.get(place + 1);
        // A capital begins a word after a small letter or a digit; of several in a row the last does, before a small one.
        let begins = letter.is_uppercase()
            && before.is_some_and(|before| {
                before.is_lowercase()
                    || before.is_ascii_digit()
                    || (before.is_uppercase() && after.is_some_and(|after| after.is_lowercase()))
            });
        if begins || letter == '_' {
            words.push(String::new());
        }
        if letter != '_'
            && let Some(word) = words.last_mut()
        {
            word.push(letter);
        }
    }
    words.retain(|word| !word.is_empty());
    let mut shown = String::new();
    for word in &words {
        if shown.is_empty() {
            shown.push_str(word);
        } else {
            shown.push(' ');
            let short = word.chars().count() > 1 && !word.chars().any(char::is_lowercase);
            shown.push_str(&if short {
                word.clone()
            } else {
                word.to_lowercase()
            });
        }
    }
    if shown.is_empty() {
        topic.to_owned()
    } else {
        shown
    }
}

#[cfg(test)]
mod tests {
    use super::in_words;

    #[test]
    fn capitals_begin_words_and_what_people_wrote_stays() {
        for (topic, words) in [
            ("DispenseEventNotification", "Dispense event notification"),
            ("dischargeSummary", "discharge summary"),
            ("NHSNumberChange", "NHS number change"),
            ("PatientNHSChange", "Patient NHS change"),
            ("Covid19Vaccination", "Covid19 vaccination"),
            ("LAB_RESULT", "LAB RESULT"),
            ("Discharge Summary", "Discharge Summary"),
            ("Discharge", "Discharge"),
            ("x-ray", "x-ray"),
            ("_", "_"),
            ("", ""),
        ] {
            assert_eq!(in_words(topic), words);
        }
    }
}
