//! Patients' links while the gateway is being killed: at every point of a renewal and of linking, at every COMMIT around
//! them, and at random. Counted by the sandbox's log, by what went by on the way there, and by the gateway's journal.
//!
//! A session is lost *needlessly* when the patient has to authorise again although the journal shows that the call had
//! not begun, or that the new pair was committed; and also when nobody can say why. What can't be helped is counted
//! apart: the call was noted and the process died, either before the token was spent (the *window*: it can't be told
//! from the other afterwards, so the token is not sent), or with the new pair in its memory.

mod burst;
mod count;
mod journal;
mod kills;
mod linking;
mod pair;
mod renewing;
mod walk;
