//! Who is signed in to the record system on this PC: asked every few seconds.

use crate::record_system::RecordSystemError;
use crate::shared::Shared;
use std::sync::Arc;
use tokio::time::Instant;
use wire::practice::CurrentUser;

/// What the record system says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Observed {
    /// It has not been asked.
    NotYet,
    /// Nobody is signed in.
    Nobody,
    /// This user is.
    User(CurrentUser),
    /// It has not answered for so long that nobody can be presumed to sit there.
    Unreachable,
}

/// Asks until the toolbar stops, and shows what changes.
pub(crate) async fn watch_user(shared: Arc<Shared>) {
    let mut last_answer = Instant::now();
    loop {
        let seen = shared.records.current_user().await;
        if seen.is_ok() {
            last_answer = Instant::now();
        }
        let patient = last_answer.elapsed() < shared.pace.record_system_grace;
        shared.reception.observed.send_if_modified(|known| {
            let now = judge(seen, known.clone(), patient);
            let changed = *known != now;
            *known = now;
            changed
        });
        if shared.pause(shared.pace.user_poll).await {
            return;
        }
    }
}

/// A record system that stumbles does not sign anybody out; one that stays away does.
fn judge(
    seen: Result<Option<CurrentUser>, RecordSystemError>,
    before: Observed,
    patient: bool,
) -> Observed {
    match seen {
        Ok(Some(user)) => Observed::User(user),
        Ok(None) => Observed::Nobody,
        Err(_) if patient && matches!(before, Observed::User(_)) => before,
        Err(_) => Observed::Unreachable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(id: &str) -> CurrentUser {
        CurrentUser {
            spine_user_id: id.to_owned(),
            name: "Dr Amara Okafor".to_owned(),
            ods_code: "GPPRAC001".to_owned(),
            organisation_name: "Riverside Test Practice".to_owned(),
        }
    }

    #[test]
    fn only_a_lasting_silence_signs_a_user_out() {
        let gone = || Err(RecordSystemError::Unavailable("timed out".to_owned()));
        let okafor = Observed::User(user("555000000101"));
        assert_eq!(judge(gone(), okafor.clone(), true), okafor);
        assert_eq!(judge(gone(), okafor.clone(), false), Observed::Unreachable);
        assert_eq!(judge(gone(), Observed::Nobody, true), Observed::Unreachable);
        assert_eq!(judge(Ok(None), okafor, true), Observed::Nobody);
    }
}
