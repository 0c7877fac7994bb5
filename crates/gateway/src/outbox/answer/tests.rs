//! Every kind of answer, in one table.

use super::*;
use std::time::Duration;
use wire::problem::InvalidParameter;

fn refused(status: u16, kind: Option<ProblemType>, retry_after: Option<u64>) -> Error {
    Error::Refused(Box::new(Refusal {
        status,
        problem: kind.map(|kind| Problem::new(kind, "http://platform.test", uuid::Uuid::nil())),
        words: String::new(),
        retry_after: retry_after.map(Duration::from_secs),
        date: None,
    }))
}

#[test]
fn every_answer_means_what_the_design_says() {
    use Heard::{Busy, Failed, Good, Misconfigured, Nothing};
    use ProblemType as P;
    let secs = SignedDuration::from_secs;
    let again = Verdict::Again(None);
    let table = [
        (
            400,
            Some(P::ValidationError),
            None,
            Verdict::Refused(P::ValidationError),
            Good,
        ),
        (
            400,
            Some(P::UnsafeContent),
            None,
            Verdict::Refused(P::UnsafeContent),
            Good,
        ),
        (400, None, None, Verdict::Refused(P::ValidationError), Good),
        (
            401,
            Some(P::Unauthorized),
            None,
            again.clone(),
            Misconfigured,
        ),
        (
            403,
            Some(P::AccessTokenRefused),
            None,
            Verdict::Refused(P::AccessTokenRefused),
            Good,
        ),
        (403, None, None, Verdict::Refused(P::Forbidden), Good),
        (404, None, None, again.clone(), Misconfigured),
        (405, None, None, again.clone(), Misconfigured),
        (408, None, None, again.clone(), Failed),
        (
            409,
            None,
            None,
            Verdict::Refused(P::MessageIdConflict),
            Good,
        ),
        (413, None, None, Verdict::Refused(P::TooLarge), Good),
        (
            415,
            None,
            None,
            Verdict::Refused(P::UnsupportedMediaType),
            Good,
        ),
        (422, None, None, Verdict::Refused(P::ValidationError), Good),
        (
            429,
            Some(P::TooManyRequests),
            Some(7),
            Verdict::Again(Some(secs(7))),
            Busy(secs(7)),
        ),
        (429, None, None, again.clone(), Nothing),
        (500, None, None, again.clone(), Failed),
        (
            503,
            Some(P::Unavailable),
            Some(2),
            Verdict::Again(Some(secs(2))),
            Failed,
        ),
        (599, None, None, again.clone(), Failed),
    ];
    for (status, kind, retry_after, verdict, heard) in table {
        let judged = judge(&Err(refused(status, kind, retry_after)));
        assert_eq!((judged.verdict, judged.heard), (verdict, heard), "{status}");
        let AttemptOutcome::Answer {
            status: kept,
            problem,
        } = judged.outcome
        else {
            panic!("{status}: no answer");
        };
        assert_eq!((kept, problem.is_some()), (status, kind.is_some()));
    }
    let table = [
        (
            Error::Unreachable("no connection".to_owned()),
            "unreachable",
        ),
        (Error::Unreachable("timed out".to_owned()), "timed-out"),
        (
            Error::Unintelligible("status 302".to_owned()),
            "unintelligible",
        ),
    ];
    for (error, word) in table {
        let judged = judge(&Err(error));
        assert_eq!(judged.outcome, AttemptOutcome::Nothing(word.to_owned()));
        assert_eq!((judged.verdict, judged.heard), (again.clone(), Failed));
    }
    let sent = Sent {
        message_status_endpoint: "/x".to_owned(),
    };
    let judged = judge(&Ok(sent));
    assert_eq!((judged.verdict, judged.heard), (Verdict::Accepted, Good));
}

#[test]
fn a_long_problem_loses_its_last_faults_only() {
    let mut problem = Problem::new(ProblemType::ValidationError, "http://p", uuid::Uuid::nil());
    problem.invalid_parameters = (0..2_000)
        .map(|number| InvalidParameter {
            name: format!("codedDataItems[{number}].code"),
            reason: "must be a SNOMED CT concept with a good check digit".to_owned(),
            value: None,
        })
        .collect();
    let text = kept(Some(&problem)).unwrap();
    assert!(text.len() <= MAX_PROBLEM);
    let read: Problem = serde_json::from_str(&text).unwrap();
    assert!(read.invalid_parameters.len() >= 200);
    assert_eq!(
        read.invalid_parameters.first(),
        problem.invalid_parameters.first()
    );
    problem.detail = Some("x".repeat(MAX_PROBLEM));
    assert_eq!(kept(Some(&problem)), None);
}
