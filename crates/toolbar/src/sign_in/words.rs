//! What went wrong between this PC and the platform, for the person in front of it.

use jiff::{SignedDuration, Timestamp};
use model::device::CLOCK_SKEW;
use sdk::{Error, Refusal};

/// Why a call had no result, as a sentence.
pub(super) fn problem(error: &Error) -> String {
    match error {
        Error::Refused(refusal) if !refusal.words.is_empty() => refusal.words.clone(),
        Error::Refused(refusal) => format!(
            "The messaging platform refused (status {}).",
            refusal.status
        ),
        Error::Unreachable(why) => format!("The messaging platform did not answer ({why})."),
        Error::Unintelligible(_) => {
            "What answered does not seem to be the messaging platform.".to_owned()
        }
    }
}

/// What to say if the platform refused for the sake of this PC's clock, which says `now`: sign-ins live for seconds,
/// so that one from a clock that is further off is never valid. The platform's own words ask to check the clock then;
/// its `Date` says by how much it is off.
pub(super) fn clock(error: &Error, now: Timestamp) -> Option<String> {
    let doubted = |refusal: &&Refusal| refusal.status == 401 && refusal.words.contains("clock");
    let refusal = error.refusal().filter(doubted)?;
    let off = refusal.date.map(|date| now.duration_since(date));
    let Some(off) = off.filter(|off| off.abs() > CLOCK_SKEW) else {
        return Some(refusal.words.clone());
    };
    let way = if off.is_positive() { "fast" } else { "slow" };
    let by = amount(off.abs());
    Some(format!(
        "This PC\u{2019}s clock is {by} {way}. Set the PC\u{2019}s date and time right, and it will sign in by itself."
    ))
}

fn amount(off: SignedDuration) -> String {
    let seconds = off.as_secs();
    let (count, unit) = match seconds {
        ..90 => (seconds, "second"),
        90..5_400 => ((seconds + 30) / 60, "minute"),
        5_400..129_600 => ((seconds + 1_800) / 3_600, "hour"),
        _ => ((seconds + 43_200) / 86_400, "day"),
    };
    let s = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{s}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_rounded_to_what_people_say() {
        for (seconds, said) in [
            (45, "45 seconds"),
            (90, "2 minutes"),
            (420, "7 minutes"),
            (3_600, "60 minutes"),
            (5_400, "2 hours"),
            (86_400, "24 hours"),
            (31_536_000, "365 days"),
        ] {
            assert_eq!(amount(SignedDuration::from_secs(seconds)), said);
        }
    }
}
