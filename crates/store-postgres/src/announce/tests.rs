//! Words survive the way from node to node.

use super::*;

fn practice(number: u32) -> Word {
    let code = OdsCode::parse(&format!("A{number:05}")).unwrap();
    Word::Audience(Audience::Practice(code))
}

fn client(number: u128) -> Word {
    let id = ClientSystemId(Uuid::from_u128(number));
    Word::Audience(Audience::Client(id))
}

#[test]
fn another_node_reads_what_was_packed() {
    let words = [practice(7), client(9), Word::Directory, Word::Everyone];
    let payloads = pack(1, &words);
    assert_eq!(payloads.len(), 1);
    assert_eq!(unpack(2, &payloads[0]), words);
}

#[test]
fn a_node_does_not_listen_to_itself() {
    let payloads = pack(u64::MAX, &[Word::Everyone]);
    assert_eq!(unpack(u64::MAX, &payloads[0]), []);
    assert_eq!(unpack(0, &payloads[0]), [Word::Everyone]);
}

#[test]
fn many_words_are_spread_over_payloads_that_fit() {
    let words: Vec<Word> = (0..5_000)
        .map(practice)
        .chain((0..5_000).map(client))
        .collect();
    let payloads = pack(3, &words);
    assert!(payloads.iter().all(|payload| payload.len() < 8_000));
    assert!(payloads.len() < 32, "{} payloads", payloads.len());
    let read: Vec<Word> = payloads
        .iter()
        .flat_map(|payload| unpack(4, payload))
        .collect();
    assert_eq!(read, words);
}

#[test]
fn nothing_to_tell_is_no_payload() {
    assert_eq!(pack(1, &[]), Vec::<String>::new());
}

#[test]
fn words_of_a_newer_program_are_passed_over() {
    let payload = "0000000000000001 zlater d p! cnot-a-uuid dx é";
    assert_eq!(unpack(2, payload), [Word::Directory]);
    assert_eq!(unpack(2, ""), []);
}

#[test]
fn too_many_words_become_one() {
    let waiting = Waiting::default();
    waiting.add((0..=20_000).map(practice));
    assert_eq!(
        waiting.take(),
        HashSet::from([Word::Everyone, Word::Directory])
    );
}
