//! What the sandbox was told to do other than usual: lives of tokens, denials, slowness, failures.
//!
//! Kept in memory: a restart is as good as a reset.

use crate::control_body::{Control, Controls};
use serde::{Deserialize, Serialize};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

const DAY: i64 = 24 * 60 * 60;
/// Nothing lives longer: 20 years, as far as the sandbox's clock goes.
const LONGEST_SECONDS: i64 = 20 * 366 * DAY;
/// Nobody is kept waiting longer.
const SLOWEST_MILLIS: u64 = 10 * 60 * 1000;
/// The usual lives, in seconds.
const ACCESS: i64 = 600;
const SESSION: i64 = 90 * DAY;
const CODE: i64 = 60;

/// What is in force. Shared between the sandbox and whoever asks.
#[derive(Debug, Default)]
pub struct PkbControls(Mutex<PkbState>);

/// What is in force, to be shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PkbState {
    /// How long an access token lives.
    pub access_token_seconds: i64,
    /// How long a session lives that begins now.
    pub session_seconds: i64,
    /// How long a code lives.
    pub code_seconds: i64,
    /// So many approvals are still to be taken for denials.
    pub deny: u32,
    /// Token and data calls are answered so much later.
    pub slow_millis: u64,
    /// What is answered instead of the real answer, if anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answers: Option<PkbAnswers>,
    /// So many answers of the token endpoint are still to be lost on their way.
    pub lose_answers: u32,
    /// So many answers of the token endpoint are still to come without a refresh token.
    pub omit_refresh_token: u32,
}

impl Default for PkbState {
    fn default() -> Self {
        Self {
            access_token_seconds: ACCESS,
            session_seconds: SESSION,
            code_seconds: CODE,
            deny: 0,
            slow_millis: 0,
            answers: None,
            lose_answers: 0,
            omit_refresh_token: 0,
        }
    }
}

/// An answer that is given before anything else is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PkbAnswers {
    /// 400 to 599.
    pub status: u16,
    /// Which calls get it.
    #[serde(default)]
    pub on: PkbCalls,
    /// How many of them; 1 unless said.
    #[serde(default = "once")]
    pub times: u32,
    /// `Retry-After`, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
}

fn once() -> u32 {
    1
}

/// Some of the sandbox's calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PkbCalls {
    /// Both token endpoints.
    Token,
    /// FHIR and the REST API.
    Data,
    /// These, and the page that asks the user.
    #[default]
    All,
}

/// What to change; what is left out stays as it is.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PkbChange {
    /// [`PkbState::access_token_seconds`].
    pub access_token_seconds: Option<i64>,
    /// [`PkbState::session_seconds`].
    pub session_seconds: Option<i64>,
    /// [`PkbState::code_seconds`].
    pub code_seconds: Option<i64>,
    /// [`PkbState::deny`].
    pub deny: Option<u32>,
    /// [`PkbState::slow_millis`].
    pub slow_millis: Option<u64>,
    /// [`PkbState::answers`]; 0 times is none.
    pub answers: Option<PkbAnswers>,
    /// [`PkbState::lose_answers`].
    pub lose_answers: Option<u32>,
    /// [`PkbState::omit_refresh_token`].
    pub omit_refresh_token: Option<u32>,
}

const COUNT: &str = "Must be a whole number, 0 or more";
const SECONDS: &str = "Must be a whole number of seconds";

impl Controls for PkbChange {
    const MEMBERS: &'static [Control] = &[
        Control::maybe::<i64>("accessTokenSeconds", SECONDS),
        Control::maybe::<i64>("sessionSeconds", SECONDS),
        Control::maybe::<i64>("codeSeconds", SECONDS),
        Control::maybe::<u32>("deny", COUNT),
        Control::maybe::<u64>("slowMillis", "Must be a whole number of milliseconds"),
        Control::maybe::<PkbAnswers>("answers", "Must be an object with a status").with(&[
            Control::required::<u16>("status", "Must be 400 to 599"),
            Control::required::<PkbCalls>("on", "Must be token, data or all").or_left_out(),
            Control::required::<u32>("times", COUNT).or_left_out(),
            Control::maybe::<u32>("retryAfter", SECONDS),
        ]),
        Control::maybe::<u32>("loseAnswers", COUNT),
        Control::maybe::<u32>("omitRefreshToken", COUNT),
    ];
}

/// A value that is not possible; nothing was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {reason}")]
pub struct PkbControlFault {
    /// The member's name.
    pub name: &'static str,
    /// What it must be.
    pub reason: &'static str,
}

impl PkbControls {
    /// Everything as usual.
    pub fn new() -> Self {
        Self::default()
    }

    /// What is in force.
    pub fn state(&self) -> PkbState {
        self.lock().clone()
    }

    /// Changes what is named.
    ///
    /// # Errors
    /// [`PkbControlFault`]; nothing was changed then.
    pub fn change(&self, change: PkbChange) -> Result<PkbState, PkbControlFault> {
        change.check()?;
        let mut state = self.lock();
        let set = |to: &mut i64, value: Option<i64>| *to = value.unwrap_or(*to);
        set(&mut state.access_token_seconds, change.access_token_seconds);
        set(&mut state.session_seconds, change.session_seconds);
        set(&mut state.code_seconds, change.code_seconds);
        let set = |to: &mut u32, value: Option<u32>| *to = value.unwrap_or(*to);
        set(&mut state.deny, change.deny);
        set(&mut state.lose_answers, change.lose_answers);
        set(&mut state.omit_refresh_token, change.omit_refresh_token);
        state.slow_millis = change.slow_millis.unwrap_or(state.slow_millis);
        if let Some(answers) = change.answers {
            state.answers = (answers.times > 0).then_some(answers);
        }
        Ok(state.clone())
    }

    /// Everything as usual again.
    pub fn clear(&self) {
        *self.lock() = PkbState::default();
    }

    /// Whether this approval is to be taken for a denial; counts it.
    pub(super) fn take_denial(&self) -> bool {
        take(&mut self.lock().deny)
    }

    /// Whether this answer is to be lost; counts it.
    pub(super) fn take_loss(&self) -> bool {
        take(&mut self.lock().lose_answers)
    }

    /// Whether this answer is to come without a refresh token; counts it.
    pub(super) fn take_omission(&self) -> bool {
        take(&mut self.lock().omit_refresh_token)
    }

    /// What such a call is to be answered, if it is; counts it.
    pub(super) fn take_answer(&self, call: PkbCalls) -> Option<PkbAnswers> {
        let mut state = self.lock();
        let asked = state
            .answers
            .filter(|answers| answers.on == PkbCalls::All || answers.on == call)?;
        let times = asked.times.saturating_sub(1);
        state.answers = (times > 0).then_some(PkbAnswers { times, ..asked });
        Some(asked)
    }

    /// How much later calls are answered.
    pub(super) fn slowness(&self) -> Duration {
        Duration::from_millis(self.lock().slow_millis)
    }

    fn lock(&self) -> MutexGuard<'_, PkbState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PkbChange {
    fn check(&self) -> Result<(), PkbControlFault> {
        let fault = |name, reason| Err(PkbControlFault { name, reason });
        for (name, seconds) in [
            ("accessTokenSeconds", self.access_token_seconds),
            ("sessionSeconds", self.session_seconds),
            ("codeSeconds", self.code_seconds),
        ] {
            if seconds.is_some_and(|seconds| !(1..=LONGEST_SECONDS).contains(&seconds)) {
                return fault(name, "Must be 1 or more, and at most 20 years");
            }
        }
        if self.slow_millis.is_some_and(|slow| slow > SLOWEST_MILLIS) {
            return fault("slowMillis", "Must be at most 600000, ten minutes");
        }
        let status = self.answers.map(|answers| answers.status);
        if status.is_some_and(|status| !(400..=599).contains(&status)) {
            return fault("answers.status", "Must be 400 to 599");
        }
        Ok(())
    }
}

fn take(left: &mut u32) -> bool {
    let some = *left > 0;
    *left = left.saturating_sub(1);
    some
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_is_counted_down() {
        let controls = PkbControls::new();
        assert!(!controls.take_denial() && !controls.take_loss() && !controls.take_omission());
        let change = PkbChange {
            deny: Some(1),
            lose_answers: Some(2),
            ..PkbChange::default()
        };
        assert_eq!(controls.change(change).unwrap().lose_answers, 2);
        assert!(controls.take_denial() && !controls.take_denial());
        assert!(controls.take_loss() && controls.take_loss() && !controls.take_loss());
    }

    #[test]
    fn an_answer_is_given_to_the_calls_it_was_meant_for() {
        let controls = PkbControls::new();
        let answers = PkbAnswers {
            status: 503,
            on: PkbCalls::Token,
            times: 2,
            retry_after: Some(7),
        };
        let change = PkbChange {
            answers: Some(answers),
            ..PkbChange::default()
        };
        controls.change(change).unwrap();
        assert_eq!(controls.take_answer(PkbCalls::Data), None);
        assert_eq!(controls.take_answer(PkbCalls::All), None);
        assert_eq!(controls.take_answer(PkbCalls::Token), Some(answers));
        assert!(controls.take_answer(PkbCalls::Token).is_some());
        assert_eq!(controls.take_answer(PkbCalls::Token), None);
        assert_eq!(controls.state(), PkbState::default());
    }

    #[test]
    fn what_is_not_possible_changes_nothing() {
        let controls = PkbControls::new();
        let change = |text: &str| serde_json::from_str::<PkbChange>(text).unwrap();
        for (text, name) in [
            (r#"{"deny":3,"accessTokenSeconds":0}"#, "accessTokenSeconds"),
            (r#"{"deny":3,"sessionSeconds":-1}"#, "sessionSeconds"),
            (r#"{"deny":3,"codeSeconds":99999999999}"#, "codeSeconds"),
            (r#"{"deny":3,"slowMillis":600001}"#, "slowMillis"),
            (r#"{"deny":3,"answers":{"status":200}}"#, "answers.status"),
        ] {
            let fault = controls.change(change(text)).unwrap_err();
            assert_eq!(fault.name, name);
            assert_eq!(controls.state(), PkbState::default());
        }
        assert!(serde_json::from_str::<PkbChange>(r#"{"denny":3}"#).is_err());
    }
}
