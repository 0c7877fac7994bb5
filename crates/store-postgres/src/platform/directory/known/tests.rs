//! When memory may be believed.

use super::*;

fn has(known: &Known) -> bool {
    known.find(|held| held.has_topic("Referral")).is_some()
}

fn learn(known: &Known, moment: Moment) {
    known.keep(moment, |held| held.keep_topic("Referral"));
}

#[test]
fn nothing_is_believed_while_nobody_is_heard() {
    let known = Known::default();
    learn(&known, known.moment());
    assert!(!has(&known));
    known.heard();
    assert!(!has(&known), "it was learnt before");
    learn(&known, known.moment());
    assert!(has(&known));
    known.unheard();
    assert!(!has(&known));
}

#[test]
fn a_change_ends_what_was_known_and_what_is_being_read() {
    let known = Known::default();
    known.heard();
    learn(&known, known.moment());
    let reading = known.moment();
    known.changed();
    assert!(!has(&known));
    learn(&known, reading);
    assert!(!has(&known), "it may have been read before the change");
    learn(&known, known.moment());
    assert!(has(&known));
}

#[test]
fn nothing_is_believed_for_long() {
    let known = Known::default();
    known.heard();
    let now = known.moment();
    let Some(at) = now.at.checked_sub(PRESENT) else {
        return;
    };
    learn(&known, Moment { at, ..now });
    assert!(!has(&known));
}
