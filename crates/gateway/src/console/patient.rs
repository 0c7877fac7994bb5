//! One patient's link: where it stands, and the journal of its renewals. Nothing of what PKB says about the patient.

use super::patients::{of_lapse, one, stands, why};
use super::{Failure, SignedIn, times};
use crate::context::Ctx;
use crate::pkb;
use axum::Form;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use httpkit::problem::Refusal;
use minijinja::value::Serde;
use model::AppUserId;
use model::pkb_link::{Lapse, Standing};
use serde::{Deserialize, Serialize};
use store::gateway::FlightLine;
use store::gateway::linking::RESTORE;

/// Lines of the journal.
const LINES: u32 = 50;
/// So much of a node's id tells it from others.
const NODE: usize = 8;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    id: String,
    done: String,
}

/// Whose link a form is about.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Pressed {
    csrf: String,
    id: String,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
struct Line {
    began: String,
    took: Option<String>,
    words: &'static str,
    colour: &'static str,
    node: String,
}

/// `GET /console/patient?id=…`.
pub(super) async fn show(
    State(ctx): State<Ctx>,
    user: SignedIn,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let found = match AppUserId::parse(&wanted.id) {
        Ok(id) => ctx.store.patients.get(&id).await?,
        Err(_) => None,
    };
    let Some(patient) = found else {
        return Err(Failure::NotFound(Box::new(user)));
    };
    let now = ctx.now();
    let flights = ctx.store.links.flights(&patient.id, LINES).await?;
    let lines: Vec<_> = flights.iter().map(line).collect();
    let (stands, colour) = stands(&patient, now);
    let stood = matches!(
        patient.standing,
        Standing::Linked { .. } | Standing::Lapsed { .. }
    );
    let attempt = patient.attempt_until.filter(|until| *until > now);
    let told = match wanted.done.as_str() {
        "unlinked" => {
            "The link is ended. Its tokens and what PKB said of the patient are destroyed."
        }
        "nothing" => "There was no link to end.",
        _ => "",
    };
    let page = minijinja::context! {
        id => patient.id.as_str(),
        stands,
        colour,
        why => why(&patient),
        lapsed => matches!(patient.standing, Standing::Lapsed { .. }),
        stood,
        made => times::moment(patient.made_at),
        since => patient.since.map(times::moment),
        linked => patient.linked_at.map(times::moment),
        authorised => patient.authorised_at.map(times::moment),
        attempt => attempt.map(times::moment),
        risk_since => patient.risk.map(|risk| times::moment(risk.since)),
        read => patient.details.as_ref().map(|(_, at)| times::moment(*at)),
        lines => Serde(lines),
        most => LINES,
        told,
    };
    user.page("console/patient.html", "patients", page)
}

/// `POST /console/patient/unlink`.
pub(super) async fn unlink(
    State(ctx): State<Ctx>,
    user: SignedIn,
    Form(pressed): Form<Pressed>,
) -> Result<Response, Failure> {
    let user = user.checked(&pressed.csrf)?;
    let Ok(id) = AppUserId::parse(&pressed.id) else {
        return Err(Failure::NotFound(Box::new(user)));
    };
    let ended: Result<bool, Refusal> = pkb::unlink(&ctx, &user.by(), &id).await;
    let done = if ended? { "unlinked" } else { "nothing" };
    let address = format!("{}&done={done}", one(&id));
    Ok(Redirect::to(&address).into_response())
}

fn line(flight: &FlightLine) -> Line {
    let ended = flight.ended.as_ref();
    let outcome = ended.map(|(_, outcome)| outcome.as_str());
    let (words, colour) = match outcome {
        _ if flight.holder == RESTORE => (
            "A backup was restored: the tokens in it may have been spent since, and are not used again",
            "red",
        ),
        None if flight.called_at.is_some() => ("Under way: PKB is being asked", "blue"),
        None => ("Under way: nothing is sent yet", "blue"),
        Some("renewed") => ("Renewed", "green"),
        Some("not-spent") => ("Not renewed, nothing lost: it is tried again", "orange"),
        Some("freed") => ("Given up before PKB was asked, nothing lost", "grey"),
        Some("dropped") => ("Dropped: the link was ended or made anew meanwhile", "grey"),
        Some(word) => (Lapse::parse(word).map_or("Ended", of_lapse), "red"),
    };
    let took = ended.map(|(at, _)| at.duration_since(flight.taken_at).as_millis());
    Line {
        began: times::moment(flight.taken_at),
        took: took.map(|millis| {
            let (seconds, tenths) = (millis / 1000, millis % 1000 / 100);
            format!("{seconds}.{tenths} s")
        }),
        words,
        colour,
        node: flight.holder.chars().take(NODE).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    fn flight(called: bool, ended: Option<&str>) -> Line {
        flight_of("node-1", called, ended)
    }

    fn flight_of(holder: &str, called: bool, ended: Option<&str>) -> Line {
        let at: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
        line(&FlightLine {
            fence: 7,
            holder: holder.to_owned(),
            taken_at: at,
            called_at: called.then_some(at),
            ended: ended.map(|word| {
                (
                    at + jiff::SignedDuration::from_millis(1250),
                    word.to_owned(),
                )
            }),
        })
    }

    #[test]
    fn a_renewal_is_told_in_words() {
        let renewed = flight(true, Some("renewed"));
        assert_eq!((renewed.words, renewed.colour), ("Renewed", "green"));
        assert_eq!(renewed.took.as_deref(), Some("1.2 s"));
        assert!(flight(true, None).words.contains("PKB is being asked"));
        assert!(flight(false, None).words.contains("nothing is sent"));
        let lost = flight(true, Some("answer-lost"));
        assert!(lost.words.contains("was lost") && lost.colour == "red");
        let restored = flight_of(RESTORE, true, Some("answer-lost"));
        assert!(restored.words.contains("backup") && restored.colour == "red");
        for word in ["not-spent", "freed", "dropped"] {
            assert!(flight(false, Some(word)).colour != "red");
        }
    }
}
