//! One document and several parts say the same.

use super::desk::{Desk, MULTIPART, Outcome, apart, cut};
use super::{File, message};
use proptest::prelude::*;

fn sizes() -> impl Strategy<Value = Vec<usize>> {
    proptest::collection::vec(prop_oneof![1_usize..5, 1_usize..200, 1_usize..90_000], 1..6)
}

/// Bytes that look like what stands between parts, and others.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b"\r\n".to_vec()),
        Just(b"\r\n----a-boundar".to_vec()),
        Just(b"--".to_vec()),
        Just(b"\r".to_vec()),
        Just(b"y".to_vec()),
        proptest::collection::vec(any::<u8>(), 0..300),
        (1_usize..80_000).prop_map(|length| vec![b'x'; length]),
    ];
    proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

fn files() -> impl Strategy<Value = Vec<File>> {
    let kind = prop_oneof![
        3 => Just(("application/pdf", b"%PDF-1.7".as_slice())),
        1 => Just(("image/jpeg", b"\xFF\xD8\xFF".as_slice())),
        1 => Just(("text/plain", b"".as_slice())),
        1 => Just(("image/png", b"".as_slice())),
    ];
    let name = prop_oneof![4 => "[a-z]{1,8} [0-9\u{e9}\u{1F600}]{4}", 1 => Just("NUL".to_owned()), 1 => Just(String::new())];
    let file = (kind, name, bytes()).prop_map(|((kind, start), name, rest)| File {
        name,
        kind,
        bytes: [start, &rest].concat(),
    });
    proptest::collection::vec(file, 1..5)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_same_message_in_either_form_is_the_same(files in files(), sizes in sizes(), wrong in any::<bool>()) {
        // By chance the bytes may hold a whole boundary.
        let boundary = b"\r\n----a-boundary";
        prop_assume!(!files.iter().any(|file| file.bytes.windows(boundary.len()).any(|part| part == boundary)));
        let desk = Desk::new();
        let mut message = message();
        if wrong {
            message["nhsNumber"] = "9547852141".into();
            message["body"]["mimeType"] = "text/markdown".into();
            message["codedDataItems"][1]["units"] = 5.into();
        }
        let document = desk.read_json(&message, &files, &sizes);
        let parts = desk.read_parts(&message, &files, &sizes);
        prop_assert_eq!(sorted(parts), sorted(document));
    }
}

/// Files stand after all members in one form, and before the last two in the other.
fn sorted(outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::Faulty(mut faults) => {
            faults.sort_by(|a, b| a.name.cmp(&b.name));
            Outcome::Faulty(faults)
        }
        other => other,
    }
}

/// Changes bytes, takes some away, and puts some in.
fn mutated(mut bytes: Vec<u8>, changes: &[(usize, u8, u8)]) -> Vec<u8> {
    const TELLING: &[u8] = b"\r\n-:;=\"{}[],\\ \0\xC3\xFFfilename";
    for (place, kind, byte) in changes {
        let place = place % bytes.len().max(1);
        let byte = TELLING[usize::from(*byte) % TELLING.len()];
        match kind % 4 {
            0 if !bytes.is_empty() => bytes[place] = byte,
            1 => bytes.insert(place, byte),
            2 if !bytes.is_empty() => drop(bytes.remove(place)),
            3 if kind % 32 == 3 => bytes.truncate(place.max(1)),
            _ => {}
        }
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn noise_never_panics_and_is_never_a_fault_of_ours(changes in proptest::collection::vec((any::<usize>(), any::<u8>(), any::<u8>()), 1..12), sizes in sizes()) {
        let desk = Desk::new();
        let file = super::pdf("a.pdf", b"12\r\n--34");
        let bytes = mutated(apart(&message(), &[file]), &changes);
        let whole = desk.read(MULTIPART, &[&bytes]);
        let in_pieces = desk.read(MULTIPART, &cut(&bytes, &sizes));
        // What is wrong in two ways may be refused for either.
        match (whole, in_pieces) {
            (Outcome::Refused(whole, _), Outcome::Refused(in_pieces, _)) => prop_assert_eq!((whole, in_pieces), (400, 400)),
            (whole, in_pieces) => prop_assert_eq!(in_pieces, whole),
        }
    }
}
