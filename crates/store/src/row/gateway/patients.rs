//! Rows of patients, their links, attempts and flights.

use crate::gateway::linking::{Link, Pair};
use crate::gateway::{AtRisk, Awaiting, FlightLine, LinkAttempt, Patient, Sealed, Tokens, Way};
use crate::row::{Cells, int};
use crate::{Result, StoreError};
use jiff::Timestamp;
use model::pkb_link::{Lapse, Risk, Standing};
use model::{DataKeyId, PublicId};
use uuid::Uuid;

/// How [`Standing`] is stored, with the columns `public_id` and `why`.
fn standing(cells: &mut impl Cells) -> Result<Standing> {
    let word: String = cells.take("patient.standing")?;
    let public_id: Option<PublicId> = cells.take("patient.public_id")?;
    let why: Option<Lapse> = cells.take("patient.why")?;
    match (word.as_str(), public_id, why) {
        ("none", None, None) => Ok(Standing::None),
        ("linked", Some(public_id), None) => Ok(Standing::Linked { public_id }),
        ("lapsed", Some(public_id), Some(why)) => Ok(Standing::Lapsed { public_id, why }),
        ("unlinked", None, None) => Ok(Standing::Unlinked),
        _ => Err(StoreError::Inconsistent {
            place: "patient.standing",
        }),
    }
}

fn risk(cells: &mut impl Cells) -> Result<Option<AtRisk>> {
    let why: Option<Risk> = cells.take("patient.risk")?;
    let since: Option<Timestamp> = cells.take("patient.risk_since")?;
    let ends_at = cells.take("patient.risk_ends")?;
    Ok(why.zip(since).map(|(why, since)| AtRisk {
        why,
        since,
        ends_at,
    }))
}

/// A sealed value: data key, bytes.
fn sealed(cells: &mut impl Cells, place: &'static str) -> Result<Option<Sealed>> {
    let key: Option<DataKeyId> = cells.take(place)?;
    let bytes: Option<Vec<u8>> = cells.take(place)?;
    Ok(key.zip(bytes).map(|(key, bytes)| Sealed { key, bytes }))
}

fn details(cells: &mut impl Cells) -> Result<Option<(Sealed, Timestamp)>> {
    let sealed = sealed(cells, "patient.details")?;
    let at = cells.take::<Option<Timestamp>>("patient.details_at")?;
    Ok(sealed.zip(at))
}

/// A patient: id, made at, standing, public id, why, since, linked at, authorised at, risk, risk's beginning, risk's
/// end, the end of the latest attempt, details' key, details, when they were read.
///
/// # Errors
/// [`StoreError::Inconsistent`], as of every function here.
pub fn patient(cells: &mut impl Cells) -> Result<Patient> {
    Ok(Patient {
        id: cells.take("patient.id")?,
        made_at: cells.take("patient.made_at")?,
        standing: standing(cells)?,
        since: cells.take("patient.since")?,
        linked_at: cells.take("patient.linked_at")?,
        authorised_at: cells.take("patient.authorised_at")?,
        risk: risk(cells)?,
        attempt_until: cells.take("link_attempt.until")?,
        details: details(cells)?,
    })
}

/// A patient's link: id, standing, public id, why, since, linked at, authorised at, risk, risk's beginning, risk's end,
/// generation, fence, tokens' key, tokens, has a refresh token, obtained at, good until, due at, used, failures, details'
/// key, details, when they were read.
///
/// # Errors
/// As [`patient`].
pub fn link(cells: &mut impl Cells) -> Result<Link> {
    Ok(Link {
        id: cells.take("patient.id")?,
        standing: standing(cells)?,
        since: cells.take("patient.since")?,
        linked_at: cells.take("patient.linked_at")?,
        authorised_at: cells.take("patient.authorised_at")?,
        risk: risk(cells)?,
        generation: cells.take("patient.generation")?,
        fence: cells.take("patient.fence")?,
        pair: pair(cells)?,
        details: details(cells)?,
    })
}

fn pair(cells: &mut impl Cells) -> Result<Option<Pair>> {
    let sealed = sealed(cells, "patient.tokens")?;
    let has_refresh: Option<bool> = cells.take("patient.has_refresh")?;
    let obtained_at: Option<Timestamp> = cells.take("patient.obtained_at")?;
    let good_until: Option<Timestamp> = cells.take("patient.good_until")?;
    let due_at: Option<Timestamp> = cells.take("patient.due_at")?;
    let used: Option<bool> = cells.take("patient.used")?;
    let failures = cells.take("patient.failures")?;
    let (Some(sealed), Some(has_refresh), Some(obtained_at), Some(good_until), Some(due_at)) =
        (sealed, has_refresh, obtained_at, good_until, due_at)
    else {
        return Ok(None);
    };
    Ok(Some(Pair {
        sealed,
        has_refresh,
        obtained_at,
        good_until,
        due_at,
        used: used.unwrap_or_default(),
        failures,
    }))
}

/// The tokens of a link: the columns of [`link`]. `None` unless it stands.
///
/// # Errors
/// As [`patient`].
pub fn tokens(cells: &mut impl Cells) -> Result<Option<Tokens>> {
    Ok(link(cells)?.tokens())
}

/// What is written of a link, by column; times in milliseconds, truth values 0 and 1.
#[derive(Clone, Copy)]
pub struct Columns<'l> {
    /// Where it stands.
    pub standing: &'static str,
    /// Whose record.
    pub public_id: Option<Uuid>,
    /// Why it lapsed.
    pub why: Option<&'static str>,
    /// Since when it stands so.
    pub since: Option<i64>,
    /// Since when they have been a pair.
    pub linked_at: Option<i64>,
    /// When the patient last authorised.
    pub authorised_at: Option<i64>,
    /// Why it is at risk.
    pub risk: Option<&'static str>,
    /// Since when.
    pub risk_since: Option<i64>,
    /// Until when.
    pub risk_ends: Option<i64>,
    /// Which pair.
    pub generation: i64,
    /// Its last flight.
    pub fence: i64,
    /// The tokens' data key.
    pub tokens_key: Option<Uuid>,
    /// The sealed tokens.
    pub tokens: Option<&'l [u8]>,
    /// Whether a refresh token is among them.
    pub has_refresh: Option<i32>,
    /// When they were obtained.
    pub obtained_at: Option<i64>,
    /// Until when the access token is used.
    pub good_until: Option<i64>,
    /// When they are to be renewed.
    pub due_at: Option<i64>,
    /// Whether they were used.
    pub used: Option<i32>,
    /// Renewals in a row that came to nothing.
    pub failures: i64,
    /// The details' data key.
    pub details_key: Option<Uuid>,
    /// The sealed details.
    pub details: Option<&'l [u8]>,
    /// When they were read.
    pub details_at: Option<i64>,
}

/// What is written of a link.
pub fn columns(link: &Link) -> Columns<'_> {
    let ms = |at: Option<Timestamp>| at.map(Timestamp::as_millisecond);
    let (standing, why) = match link.standing {
        Standing::None => ("none", None),
        Standing::Linked { .. } => ("linked", None),
        Standing::Lapsed { why, .. } => ("lapsed", Some(why.as_str())),
        Standing::Unlinked => ("unlinked", None),
    };
    let (pair, details) = (link.pair.as_ref(), link.details.as_ref());
    Columns {
        standing,
        public_id: link.public_id().map(|id| id.0),
        why,
        since: ms(link.since),
        linked_at: ms(link.linked_at),
        authorised_at: ms(link.authorised_at),
        risk: link.risk.map(|risk| risk.why.as_str()),
        risk_since: ms(link.risk.map(|risk| risk.since)),
        risk_ends: ms(link.risk.and_then(|risk| risk.ends_at)),
        generation: int(link.generation),
        fence: int(link.fence),
        tokens_key: pair.map(|pair| pair.sealed.key.0),
        tokens: pair.map(|pair| pair.sealed.bytes.as_slice()),
        has_refresh: pair.map(|pair| pair.has_refresh.into()),
        obtained_at: ms(pair.map(|pair| pair.obtained_at)),
        good_until: ms(pair.map(|pair| pair.good_until)),
        due_at: ms(pair.map(|pair| pair.due_at)),
        used: pair.map(|pair| pair.used.into()),
        failures: pair.map_or(0, |pair| pair.failures.into()),
        details_key: details.map(|(sealed, _)| sealed.key.0),
        details: details.map(|(sealed, _)| sealed.bytes.as_slice()),
        details_at: ms(details.map(|(_, at)| *at)),
    }
}

/// What is written of where a patient goes afterwards: session, return address.
pub fn way_columns(way: &Way) -> (Option<&[u8; 32]>, Option<&str>) {
    match way {
        Way::App { session } => (Some(session.as_bytes()), None),
        Way::Product { return_url } => (None, Some(return_url)),
    }
}

/// An attempt: id, patient, session, return address, redirect URI, secret's key, secret, until, when it was burned, the
/// hash of its result.
///
/// # Errors
/// As [`patient`].
pub fn attempt(cells: &mut impl Cells) -> Result<LinkAttempt> {
    let id = cells.take("link_attempt.id")?;
    let patient = cells.take("link_attempt.patient")?;
    let session = cells.take("link_attempt.session")?;
    let return_url = cells.take("link_attempt.return_url")?;
    let way = match (session, return_url) {
        (Some(session), None) => Way::App { session },
        (None, Some(return_url)) => Way::Product { return_url },
        _ => {
            return Err(StoreError::Inconsistent {
                place: "link_attempt.session",
            });
        }
    };
    let redirect_uri = cells.take("link_attempt.redirect_uri")?;
    let secret = sealed(cells, "link_attempt.secret")?;
    let until = cells.take("link_attempt.until")?;
    let burned = cells.take::<Option<Timestamp>>("link_attempt.burned_at")?;
    let result: Option<model::Hash> = cells.take("link_attempt.result_hash")?;
    Ok(LinkAttempt {
        id,
        patient,
        way,
        redirect_uri,
        // Once it waits, what lies there are tokens.
        verifier: secret.filter(|_| result.is_none()),
        until,
        burned: burned.is_some(),
    })
}

/// An attempt that waits: id, patient, public id, secret's key, secret, until.
///
/// # Errors
/// As [`patient`].
pub fn awaiting(cells: &mut impl Cells) -> Result<Awaiting> {
    Ok(Awaiting {
        id: cells.take("link_attempt.id")?,
        patient: cells.take("link_attempt.patient")?,
        public_id: cells.take("link_attempt.public_id")?,
        secret: Sealed {
            key: cells.take("link_attempt.secret_key")?,
            bytes: cells.take("link_attempt.secret")?,
        },
        until: cells.take("link_attempt.until")?,
    })
}

/// A line of the journal: fence, holder, taken at, called at, ended at, outcome.
///
/// # Errors
/// As [`patient`].
pub fn flight(cells: &mut impl Cells) -> Result<FlightLine> {
    let fence = cells.take("link_flight.fence")?;
    let holder = cells.take("link_flight.holder")?;
    let taken_at = cells.take("link_flight.taken_at")?;
    let called_at = cells.take("link_flight.called_at")?;
    let ended_at: Option<Timestamp> = cells.take("link_flight.ended_at")?;
    let outcome: Option<String> = cells.take("link_flight.outcome")?;
    Ok(FlightLine {
        fence,
        holder,
        taken_at,
        called_at,
        ended: ended_at.zip(outcome),
    })
}
