//! Chains are checked side by side, and their heads are one.

use super::*;

fn at() -> Timestamp {
    Timestamp::from_second(1_795_251_600).unwrap()
}

/// The next entry of a chain.
fn next(entries: &[Entry], number: u32) -> Entry {
    let last = entries.iter().rev().find(|entry| entry.chain == number);
    let seq = last.map_or(1, |last| last.seq + 1);
    let before = last.map_or_else(|| start_of(number), |last| last.hash);
    Entry {
        chain: number,
        seq,
        at: at(),
        actor: "system".to_owned(),
        action: "accept message".to_owned(),
        subject: format!("{number}-{seq}"),
        hash: chain(
            before,
            seq,
            at(),
            "system",
            "accept message",
            &format!("{number}-{seq}"),
        ),
    }
}

fn log(chains: &[u32]) -> Vec<Entry> {
    let mut entries = Vec::new();
    for number in chains {
        let entry = next(&entries, *number);
        entries.push(entry);
    }
    entries
}

fn check(entries: &[Entry]) -> Verified {
    let mut check = Check::default();
    for entry in entries {
        check.entry(entry);
    }
    check.done()
}

#[test]
fn a_log_without_entries_is_at_its_start() {
    let empty = Verified {
        entries: 0,
        broken_at: None,
        head: start(),
    };
    assert_eq!(check(&[]), empty);
    assert_eq!(head_of(&[]), start());
    assert_eq!(start_of(1), start());
}

#[test]
fn one_chain_has_its_own_head() {
    let entries = log(&[1, 1, 1]);
    let found = check(&entries);
    assert_eq!((found.entries, found.broken_at), (3, None));
    assert_eq!(found.head, entries[2].hash);
}

#[test]
fn several_chains_are_checked_in_whatever_order_they_come() {
    let entries = log(&[3, 1, 3, 2, 1]);
    let found = check(&entries);
    assert_eq!((found.entries, found.broken_at), (5, None));
    let mut sorted = entries;
    sorted.sort_by_key(|entry| (entry.chain, entry.seq));
    assert_eq!(check(&sorted), found);
    sorted.pop();
    assert_ne!(check(&sorted).head, found.head);
}

#[test]
fn chains_cannot_stand_for_each_other() {
    let starts = [1, 2, 3].map(start_of);
    assert!(starts[0] != starts[1] && starts[1] != starts[2] && starts[0] != starts[2]);
    let mut entries = log(&[2, 2]);
    for entry in &mut entries {
        entry.chain = 3;
    }
    let broken = Broken { chain: 3, seq: 1 };
    assert_eq!(check(&entries).broken_at, Some(broken));
    let (one, other) = (Hash::of(b"one"), Hash::of(b"other"));
    assert_ne!(
        head_of(&[(1, one), (2, other)]),
        head_of(&[(1, other), (2, one)])
    );
    assert_eq!(
        head_of(&[(1, one), (2, other)]),
        head_of(&[(2, other), (1, one)])
    );
}

#[test]
fn the_first_entry_that_does_not_fit_is_told() {
    let mut entries = log(&[1, 2, 2, 1, 2]);
    entries[2].subject = "somebody else's".to_owned();
    let broken = Broken { chain: 2, seq: 2 };
    assert_eq!(check(&entries).broken_at, Some(broken));
    let mut entries = log(&[1, 2, 2, 1, 2]);
    entries.remove(2);
    let broken = Broken { chain: 2, seq: 3 };
    assert_eq!(check(&entries).broken_at, Some(broken));
}
