//! NHS numbers: ten digits, the last of which checks the others (Modulus 11).

mod in_text;

pub use in_text::{InText, in_text, others_in};

/// A well-formed NHS number. It says who a patient is, so it prints only its last three digits.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct NhsNumber(String);

/// Why a text is no NHS number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAnNhsNumber {
    /// Not exactly ten digits.
    #[error("must be 10 digits without spaces")]
    Shape,
    /// The Modulus 11 check digit does not fit.
    #[error("fails the NHS number check digit (Modulus 11)")]
    CheckDigit,
}

impl NhsNumber {
    /// Reads ten ASCII digits, as they stand on the wire (no spaces), and checks the last.
    ///
    /// # Errors
    /// [`NotAnNhsNumber`].
    pub fn parse(text: &str) -> Result<Self, NotAnNhsNumber> {
        if text.len() != 10 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(NotAnNhsNumber::Shape);
        }
        let digits = || text.bytes().map(|b| u32::from(b - b'0'));
        let sum: u32 = digits()
            .zip((2..=10).rev())
            .map(|(digit, weight)| digit * weight)
            .sum();
        // 11 stands for 0; 10 has no digit, so it equals none and such a number is never issued.
        let check = match 11 - sum % 11 {
            11 => 0,
            other => other,
        };
        if digits().next_back() == Some(check) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotAnNhsNumber::CheckDigit)
        }
    }

    /// The ten digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As people read it: 3-3-4.
    pub fn spaced(&self) -> String {
        let part = |range| self.0.get(range).unwrap_or_default();
        format!("{} {} {}", part(0..3), part(3..6), part(6..10))
    }
}

impl std::fmt::Debug for NhsNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NhsNumber(…{})", self.0.get(7..).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_documented_sample_passes() {
        assert_eq!(
            NhsNumber::parse("9547852140").unwrap().spaced(),
            "954 785 2140"
        );
    }

    #[test]
    fn shapes_that_are_not_numbers_fail() {
        for text in [
            "",
            "954785214",
            "95478521400",
            "954 785 2140",
            "954785214x",
            "９547852140",
        ] {
            assert_eq!(NhsNumber::parse(text), Err(NotAnNhsNumber::Shape), "{text}");
        }
    }

    #[test]
    fn debug_hides_most_digits() {
        let text = format!("{:?}", NhsNumber::parse("9547852140").unwrap());
        assert!(!text.contains("9547852"), "{text}");
    }

    proptest! {
        #[test]
        fn exactly_one_or_no_check_digit_fits(stem in "[0-9]{9}") {
            let fitting = (0..10).filter(|d| NhsNumber::parse(&format!("{stem}{d}")).is_ok()).count();
            prop_assert!(fitting <= 1);
        }

        #[test]
        fn changing_one_digit_is_always_noticed(stem in "[0-9]{9}", place in 0_usize..10, by in 1_u8..10) {
            if let Some(good) = (0..10).map(|d| format!("{stem}{d}")).find(|t| NhsNumber::parse(t).is_ok()) {
                let mut bytes = good.into_bytes();
                bytes[place] = (bytes[place] - b'0' + by) % 10 + b'0';
                let changed = String::from_utf8(bytes).unwrap();
                prop_assert_eq!(NhsNumber::parse(&changed), Err(NotAnNhsNumber::CheckDigit));
            }
        }

        #[test]
        fn swapping_neighbours_is_always_noticed(stem in "[0-9]{9}", place in 0_usize..8) {
            if let Some(good) = (0..10).map(|d| format!("{stem}{d}")).find(|t| NhsNumber::parse(t).is_ok()) {
                let mut bytes = good.clone().into_bytes();
                bytes.swap(place, place + 1);
                let swapped = String::from_utf8(bytes).unwrap();
                prop_assert!(swapped == good || NhsNumber::parse(&swapped).is_err());
            }
        }
    }
}
