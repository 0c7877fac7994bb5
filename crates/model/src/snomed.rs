//! SNOMED CT identifiers: shape and check digit only; their meaning is the sender's duty.

/// A well-formed SNOMED CT concept identifier.
///
/// 6 to 18 digits without a leading zero, whose last is a Verhoeff check digit and whose two before
/// it, the partition, say "concept" (`00`, or `10` for a concept of an extension). Source: the SNOMED
/// CT release file specification, "SCTID".
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SnomedCode(String);

/// Why a text is no concept identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotASnomedCode {
    /// Not 6 to 18 digits, or a leading zero.
    #[error("must be a SNOMED CT identifier: 6 to 18 digits")]
    Shape,
    /// The Verhoeff check digit does not fit.
    #[error("fails the SNOMED CT check digit (Verhoeff)")]
    CheckDigit,
    /// A description or relationship, not a concept.
    #[error("is a SNOMED CT identifier, but not of a concept")]
    NotAConcept,
}

/// The Verhoeff scheme's multiplication table: the dihedral group D5.
const PRODUCT: [[u8; 10]; 10] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    [1, 2, 3, 4, 0, 6, 7, 8, 9, 5],
    [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
    [3, 4, 0, 1, 2, 8, 9, 5, 6, 7],
    [4, 0, 1, 2, 3, 9, 5, 6, 7, 8],
    [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
    [6, 5, 9, 8, 7, 1, 0, 4, 3, 2],
    [7, 6, 5, 9, 8, 2, 1, 0, 4, 3],
    [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
    [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
];

/// The Verhoeff scheme's permutation, by place from the right modulo 8.
const PERMUTED: [[u8; 10]; 8] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    [1, 5, 7, 6, 2, 8, 3, 0, 9, 4],
    [5, 8, 0, 3, 7, 9, 6, 1, 4, 2],
    [8, 9, 1, 6, 0, 4, 3, 5, 2, 7],
    [9, 4, 5, 3, 1, 2, 6, 8, 7, 0],
    [4, 2, 8, 6, 5, 7, 3, 9, 0, 1],
    [2, 7, 9, 3, 8, 0, 6, 4, 1, 5],
    [7, 0, 4, 6, 9, 1, 3, 2, 5, 8],
];

fn cell<const N: usize>(table: &[[u8; 10]; N], row: usize, column: u8) -> u8 {
    table
        .get(row)
        .and_then(|row| row.get(usize::from(column)))
        .copied()
        .unwrap_or(u8::MAX)
}

fn verhoeff_fits(digits: &str) -> bool {
    let sum = digits
        .bytes()
        .rev()
        .enumerate()
        .fold(0, |sum, (place, byte)| {
            cell(
                &PRODUCT,
                usize::from(sum),
                cell(&PERMUTED, place % 8, byte - b'0'),
            )
        });
    sum == 0
}

impl SnomedCode {
    /// Reads an identifier as written.
    ///
    /// # Errors
    /// [`NotASnomedCode`].
    pub fn parse(text: &str) -> Result<Self, NotASnomedCode> {
        let shaped = (6..=18).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_digit())
            && !text.starts_with('0');
        if !shaped {
            return Err(NotASnomedCode::Shape);
        }
        if !verhoeff_fits(text) {
            return Err(NotASnomedCode::CheckDigit);
        }
        match text.get(text.len() - 3..text.len() - 1) {
            Some("00" | "10") => Ok(Self(text.to_owned())),
            _ => Err(NotASnomedCode::NotAConcept),
        }
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn documented_and_well_known_codes_pass() {
        for code in [
            "407554009",
            "407555005",
            "248223005",
            "22298006",
            "73211009",
            "999002881000000100",
        ] {
            assert!(SnomedCode::parse(code).is_ok(), "{code}");
        }
    }

    #[test]
    fn a_description_is_no_concept() {
        let answers: Vec<_> = (0..10)
            .map(|check| SnomedCode::parse(&format!("75478601{check}")))
            .collect();
        let fitting = answers
            .iter()
            .filter(|a| **a != Err(NotASnomedCode::CheckDigit))
            .count();
        assert_eq!(fitting, 1);
        assert!(answers.contains(&Err(NotASnomedCode::NotAConcept)));
    }

    #[test]
    fn other_shapes_fail() {
        for code in ["", "22298", "022298006", "2229800x", "1234567890123456789"] {
            assert_eq!(
                SnomedCode::parse(code),
                Err(NotASnomedCode::Shape),
                "{code}"
            );
        }
    }

    proptest! {
        #[test]
        fn exactly_one_check_digit_fits(stem in "[1-9][0-9]{2,14}(00|10)") {
            let fitting = (0..10).filter(|d| SnomedCode::parse(&format!("{stem}{d}")).is_ok()).count();
            prop_assert_eq!(fitting, 1);
        }

        #[test]
        fn one_wrong_digit_or_two_swapped_are_noticed(stem in "[1-9][0-9]{2,14}(00|10)", place in 0_usize..15, by in 1_u8..10) {
            let good = (0..10).map(|d| format!("{stem}{d}")).find(|t| SnomedCode::parse(t).is_ok()).unwrap();
            let mut bytes = good.clone().into_bytes();
            let place = place % (bytes.len() - 1);
            bytes[place] = (bytes[place] - b'0' + by) % 10 + b'0';
            prop_assert!(SnomedCode::parse(std::str::from_utf8(&bytes).unwrap()).is_err());
            let mut bytes = good.clone().into_bytes();
            bytes.swap(place, place + 1);
            let swapped = String::from_utf8(bytes).unwrap();
            prop_assert!(swapped == good || SnomedCode::parse(&swapped).is_err());
        }
    }
}
