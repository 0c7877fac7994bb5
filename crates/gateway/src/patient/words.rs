//! Where a link stands, and why it was not made or stands no more, in a patient's words.

use httpkit::uk_time;
use model::pkb_link::{Failure, Lapse, Risk};
use store::gateway::AtRisk;

/// What a page says of something that went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Told {
    /// The heading.
    pub(super) title: &'static str,
    /// What happened, one paragraph each.
    pub(super) happened: &'static [&'static str],
    /// What to do, one step each.
    pub(super) steps: &'static [&'static str],
}

const NOTHING_SHARED: &str = "Nothing was shared with this app.";

/// Why there is no new connection.
pub(super) fn failure(why: Failure) -> Told {
    match why {
        Failure::Denied => Told {
            title: "You chose not to connect",
            happened: &[
                "You said no at Patients Know Best, so nothing was shared with this app.",
                "You can still use your account here. If you change your mind, you can connect at any time.",
            ],
            steps: &[],
        },
        Failure::Expired => Told {
            title: "Connecting took too long",
            happened: &[
                "To keep your record safe, you have 10 minutes to sign in at Patients Know Best and say yes.",
                NOTHING_SHARED,
            ],
            steps: &[
                "Have your Patients Know Best email address and password ready.",
                "Start again.",
            ],
        },
        Failure::RefusedByPkb | Failure::NotTheirs => Told {
            title: "Patients Know Best did not connect you",
            happened: &[
                "Patients Know Best stopped before it was finished, and did not say why. You have done nothing wrong.",
                NOTHING_SHARED,
            ],
            steps: &[
                "Try again.",
                "If it happens again, ask Patients Know Best, or tell the people who run this app.",
            ],
        },
        Failure::Frozen => Told {
            title: "Your Patients Know Best account is frozen",
            happened: &[
                "Patients Know Best has stopped access to your record for now. This app cannot change that.",
                NOTHING_SHARED,
            ],
            steps: &[
                "Ask Patients Know Best, or the team that looks after you, why it is frozen.",
                "When it is open again, come back and connect.",
            ],
        },
        Failure::Cancelled => Told {
            title: "You stopped connecting",
            happened: &["You ended it before it was finished.", NOTHING_SHARED],
            steps: &["If you change your mind, start again."],
        },
        Failure::NotReached => Told {
            title: "We could not reach Patients Know Best",
            happened: &[
                "You said yes, but Patients Know Best did not answer us when we asked for your details.",
                "You have done nothing wrong, and nothing has changed.",
            ],
            steps: &[
                "Wait for a few minutes.",
                "Try again. You may have to sign in at Patients Know Best once more.",
            ],
        },
        Failure::NotAPatient => Told {
            title: "That is not a patient’s account",
            happened: &[
                "You signed in at Patients Know Best with an account for professionals. This app connects to the record of a patient.",
                NOTHING_SHARED,
            ],
            steps: &[
                "Try again, and sign in at Patients Know Best with your own account as a patient.",
                "If you have no such account, ask the hospital or GP surgery that uses Patients Know Best to invite you.",
            ],
        },
        Failure::AnotherPerson => Told {
            title: "Somebody else signed in at Patients Know Best",
            happened: &[
                "Your account here belongs with one Patients Know Best record, and this time a different person’s record was offered. We have not connected it.",
                "Your own connection is as it was.",
            ],
            steps: &[
                "If you share this phone or computer, check that nobody else is signed in at Patients Know Best.",
                "Try again, and sign in there with your own account.",
                "If you do want to connect a different record, first disconnect the one you have.",
            ],
        },
        Failure::LinkedElsewhere => Told {
            title: "This record is connected to another account",
            happened: &[
                "The Patients Know Best record you signed in to is already connected to another account of this app. One record can only be connected to one account.",
                NOTHING_SHARED,
            ],
            steps: &[
                "If you have another account here, perhaps with an older email address, sign in with that one.",
                "If you have not, tell the people who run this app.",
            ],
        },
    }
}

/// Why a patient has to connect again.
pub(super) fn lapse(why: Lapse) -> &'static str {
    match why {
        Lapse::SessionOver => {
            "Patients Know Best has ended the connection. It does this from time to time to keep your record safe."
        }
        Lapse::AnswerLost => {
            "The line to Patients Know Best broke while we were renewing your connection. You have done nothing wrong."
        }
        Lapse::TokenOver => "The time that Patients Know Best gave this connection is over.",
        Lapse::NotAccepted => "Patients Know Best does not accept the connection any more.",
    }
}

/// What a patient should know of a link at risk: in short, and what to do. Whether connecting again helps.
pub(super) fn risk(risk: &AtRisk) -> (String, String, bool) {
    let by = risk.ends_at.map(uk_time::moment);
    match risk.why {
        Risk::LastToken | Risk::SessionEnding => (
            match &by {
                Some(by) => format!("Your connection ends on {by}"),
                None => "Your connection ends soon".to_owned(),
            },
            "Connect again before then to keep it. It takes about 2 minutes, and nothing you have here is lost."
                .to_owned(),
            true,
        ),
        Risk::RefreshFailing => (
            "We cannot reach Patients Know Best at the moment".to_owned(),
            "We keep trying, and you do not need to do anything. Until then, what you see here may be out of date."
                .to_owned(),
            false,
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_has_words_of_its_own_and_says_what_now() {
        for why in Failure::ALL {
            let told = failure(*why);
            assert!(!told.happened.is_empty(), "{why:?}");
            let calm = !told.steps.is_empty() || *why == Failure::Denied;
            assert!(calm, "{why:?}");
            let same = Failure::ALL.iter().filter(|other| failure(**other) == told);
            let alone = same.count() == 1;
            let ours = matches!(why, Failure::RefusedByPkb | Failure::NotTheirs);
            assert!(alone || ours, "{why:?}");
        }
    }

    #[test]
    fn a_connection_that_ends_says_when() {
        let at = AtRisk {
            why: Risk::SessionEnding,
            since: "2026-11-21T12:00:00Z".parse().unwrap(),
            ends_at: Some("2026-12-03T09:00:00Z".parse().unwrap()),
        };
        let (short, _, again) = risk(&at);
        assert_eq!(short, "Your connection ends on 3 December 2026 at 09:00");
        assert!(again);
    }
}
