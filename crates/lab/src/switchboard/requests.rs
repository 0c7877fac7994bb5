//! What the controls are asked, and how it is read.

use crate::control_body::{Control, Controls};
use httpkit::problem::Refusal;
use jiff::{SignedDuration, Span};
use serde::{Deserialize, Deserializer};
use wire::problem::ProblemType;

/// Move the clock forward.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Advance {
    /// `10m`, `36h`, `2d 4h`, `PT10M` …
    pub(super) advance: String,
}

/// Ask for faults; what is left out stays as it is.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ChangeFaults {
    /// `true`, or the reason that the record system gives.
    pub(super) next_import_fails: Option<FailsWith>,
    /// Cut the toolbar off, or let it go on.
    pub(super) toolbar_offline: Option<bool>,
    /// 429 or 503 on the partner API; 0 for none.
    pub(super) platform_answers: Option<u16>,
    /// `slow`, `500` or `lost` by the PKB sandbox; `null` for none of them.
    #[serde(default, deserialize_with = "also_null")]
    pub(super) pkb_answers: Option<PkbAsked>,
    /// How many imports or answers; 1 unless said.
    pub(super) times: Option<u32>,
}

/// What the PKB sandbox is to do.
pub(super) enum PkbAsked {
    /// What this word says.
    Word(String),
    /// Answer as usual: `null`.
    Usual,
}

/// Tells `null` from a member that is not there.
fn also_null<'de, D: Deserializer<'de>>(from: D) -> Result<Option<PkbAsked>, D::Error> {
    let word = Option::<String>::deserialize(from)?;
    Ok(Some(word.map_or(PkbAsked::Usual, PkbAsked::Word)))
}

/// Whether and why.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum FailsWith {
    /// Whether.
    Whether(bool),
    /// Why.
    Why(String),
}

/// The reason for a failing import; `None` when none was asked for.
pub(super) fn reason(fails: FailsWith) -> Option<String> {
    match fails {
        FailsWith::Whether(true) => {
            Some("The record system was told to fail this import.".to_owned())
        }
        FailsWith::Whether(false) => None,
        FailsWith::Why(reason) => Some(reason),
    }
}

/// The status that the platform is to answer with; `None` for none.
pub(super) fn platform_status(asked: u16) -> Result<Option<ProblemType>, Refusal> {
    match asked {
        0 => Ok(None),
        429 => Ok(Some(ProblemType::TooManyRequests)),
        503 => Ok(Some(ProblemType::Unavailable)),
        _ => Err(Refusal::fault("platformAnswers", "Must be 429, 503 or 0")),
    }
}

/// A duration from now on; days count as 24 hours.
pub(super) fn duration(text: &str) -> Result<SignedDuration, Refusal> {
    let fault = || {
        Refusal::fault(
            "advance",
            "Must be a duration ahead, such as 10m, 36h, 30d or PT10M",
        )
    };
    let span: Span = text.parse().map_err(|_| fault())?;
    let relative = jiff::SpanRelativeTo::days_are_24_hours();
    let duration = span.to_duration(relative).map_err(|_| fault())?;
    let most = SignedDuration::from_hours(24 * 366 * 10);
    if duration.is_positive() && duration <= most {
        Ok(duration)
    } else {
        Err(fault())
    }
}

impl Controls for Advance {
    const MEMBERS: &'static [Control] = &[Control::required::<String>(
        "advance",
        "Must be a duration ahead, such as 10m, 36h, 30d or PT10M",
    )];
}

impl Controls for ChangeFaults {
    const MEMBERS: &'static [Control] = &[
        Control::maybe::<FailsWith>("nextImportFails", "Must be true, false or a reason"),
        Control::maybe::<bool>("toolbarOffline", "Must be true or false"),
        Control::maybe::<u16>("platformAnswers", "Must be 429, 503 or 0"),
        Control::maybe::<String>("pkbAnswers", "Must be slow, 500, lost or null"),
        Control::maybe::<u32>("times", "Must be a whole number, 0 or more"),
    ];
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control_body::read;

    #[test]
    fn nothing_said_of_pkb_leaves_it_as_it_is() {
        let asked = |text: &str| {
            serde_json::from_str::<ChangeFaults>(text)
                .unwrap()
                .pkb_answers
        };
        assert!(asked("{}").is_none());
        assert!(matches!(
            asked(r#"{"pkbAnswers":null}"#),
            Some(PkbAsked::Usual)
        ));
        let slow = asked(r#"{"pkbAnswers":"slow"}"#);
        assert!(matches!(slow, Some(PkbAsked::Word(word)) if word == "slow"));
    }

    #[test]
    fn a_slip_is_told_by_its_member() {
        let names = |text: &str| {
            let refused = read::<ChangeFaults>(text.as_bytes()).err().unwrap();
            let told = refused.invalid_parameters().iter();
            told.map(|fault| fault.name.clone()).collect::<Vec<_>>()
        };
        assert_eq!(names(r#"{"pkbanswers":"slow"}"#), ["pkbanswers"]);
        assert_eq!(
            names(r#"{"toolbarOffline":1,"times":"3","platformAnswers":true}"#),
            ["toolbarOffline", "platformAnswers", "times"]
        );
        assert_eq!(names(r#"{"nextImportFails":7}"#), ["nextImportFails"]);
        assert_eq!(names("[]"), ["$"]);
        for (text, advance) in [("{}", "advance"), (r#"{"advance":10}"#, "advance")] {
            let refused = read::<Advance>(text.as_bytes()).err().unwrap();
            assert_eq!(refused.invalid_parameters()[0].name, advance);
        }
        let unnamed = read::<ChangeFaults>(br#"{"times":1,"times":2}"#)
            .err()
            .unwrap();
        assert_eq!(unnamed.kind(), ProblemType::MalformedJson);
        assert!(read::<ChangeFaults>(br#"{"pkbAnswers":null,"toolbarOffline":null}"#).is_ok());
    }

    #[test]
    fn durations_lie_ahead() {
        assert_eq!(duration("10m").ok(), Some(SignedDuration::from_mins(10)));
        assert_eq!(duration("2d 4h").ok(), Some(SignedDuration::from_hours(52)));
        assert_eq!(duration("PT61S").ok(), Some(SignedDuration::from_secs(61)));
        for bad in ["", "-5m", "0s", "soon", "1mo", "99999999h"] {
            assert!(duration(bad).is_err(), "{bad}");
        }
    }
}
