//! What the switchboard lets the PKB sandbox do: three of its controls, each by one word. The sandbox's own address
//! has the others.

use super::requests::PkbAsked;
use crate::pkb::{PkbAnswers, PkbCalls, PkbChange, PkbState};
use httpkit::problem::Refusal;

const SLOW: &str = "slow";
const LOST: &str = "lost";
const FAILING: u16 = 500;
/// How much later a slow answer comes: longer than a person likes to wait, shorter than a client gives up.
const SLOW_MILLIS: u64 = 5000;

/// What is to be changed for a word; one of them is in force at a time.
pub(super) fn change(asked: &PkbAsked, times: u32) -> Result<PkbChange, Refusal> {
    let word = match asked {
        PkbAsked::Word(word) => Some(word.as_str()),
        PkbAsked::Usual => None,
    };
    let (slow, fails, lost) = match word {
        None => (0, 0, 0),
        Some(SLOW) => (SLOW_MILLIS, 0, 0),
        Some("500") => (0, times, 0),
        Some(LOST) => (0, 0, times),
        Some(_) => {
            return Err(Refusal::fault(
                "pkbAnswers",
                "Must be slow, 500, lost or null",
            ));
        }
    };
    Ok(PkbChange {
        slow_millis: Some(slow),
        lose_answers: Some(lost),
        answers: Some(PkbAnswers {
            status: FAILING,
            on: PkbCalls::All,
            times: fails,
            retry_after: None,
        }),
        ..PkbChange::default()
    })
}

/// The word for what is in force: a status when PKB was told at its own address to give another one.
pub(super) fn in_force(state: &PkbState) -> Option<String> {
    if let Some(answers) = state.answers {
        return Some(answers.status.to_string());
    }
    if state.lose_answers > 0 {
        return Some(LOST.to_owned());
    }
    (state.slow_millis > 0).then(|| SLOW.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pkb::PkbControls;

    #[test]
    fn each_word_takes_the_place_of_the_one_before() {
        let controls = PkbControls::new();
        let ask = |word: Option<&str>| {
            let asked = word.map_or(PkbAsked::Usual, |word| PkbAsked::Word(word.to_owned()));
            let Ok(change) = change(&asked, 2) else {
                return Err(());
            };
            controls.change(change).unwrap();
            Ok(in_force(&controls.state()))
        };
        for word in ["slow", "lost", "500", "slow"] {
            assert_eq!(ask(Some(word)), Ok(Some(word.to_owned())));
        }
        assert_eq!(ask(Some("404")), Err(()));
        assert_eq!(ask(None), Ok(None));
        assert_eq!(controls.state(), PkbState::default());
    }

    #[test]
    fn times_are_counted_by_the_sandbox() {
        let state = |word| {
            let controls = PkbControls::new();
            let Ok(change) = change(&PkbAsked::Word(String::from(word)), 3) else {
                panic!("{word}");
            };
            controls.change(change).unwrap()
        };
        assert_eq!(state("lost").lose_answers, 3);
        assert_eq!(state("500").answers.map(|answers| answers.times), Some(3));
        assert_eq!(state("slow").slow_millis, SLOW_MILLIS);
    }
}
