//! Good documents with random damage: whatever becomes of the worker, its caller is answered.

use crate::asked::{jpeg, pdf, worker};
use crate::make::letter;
use preview::{Document, Limits, PreviewError};
use std::time::{Duration, Instant};

/// Damaged documents of each kind in one run.
const TIMES: u64 = 150;

/// Chance that is the same in every run (xorshift).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap()
    }

    fn below(&mut self, most: usize) -> usize {
        self.next() % most.max(1)
    }
}

/// Words of the format that do harm where they are not expected.
const WORDS: [&[u8]; 12] = [
    b"<<",
    b">>",
    b"[",
    b"1 0 R",
    b"2 0 R",
    b"4 0 R",
    b"99999999999",
    b"-1",
    b"/Kids",
    b"stream\n",
    b"endobj",
    b"q q q q",
];

fn damaged(bytes: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=chance.below(8) {
        let at = chance.below(bytes.len());
        let to = (at + chance.below(40)).min(bytes.len());
        match chance.below(6) {
            0 => bytes[at] ^= 1 << chance.below(8),
            1 => bytes[at] = u8::try_from(chance.below(256)).unwrap(),
            2 => drop(bytes.drain(at..to)),
            3 => {
                let piece = bytes[at..to].to_vec();
                bytes.splice(at..at, piece);
            }
            4 => {
                let word = WORDS[chance.below(WORDS.len())];
                let to = (at + word.len()).min(bytes.len());
                bytes[at..to].copy_from_slice(&word[..to - at]);
            }
            _ => bytes.truncate(at.max(bytes.len() / 2)),
        }
        if bytes.is_empty() {
            bytes.push(0);
        }
    }
    bytes
}

fn walk(name: &str, good: &[u8], document: impl Fn(Vec<u8>) -> Document) {
    let worker = worker().with_limits(Limits {
        picture: Duration::from_secs(5),
        text: Duration::from_secs(5),
    });
    let begun = Instant::now();
    let (mut fine, mut refused, mut ended) = (0, 0, 0);
    for seed in 1..=TIMES {
        let bytes = damaged(good, &mut Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
        let document = document(bytes);
        let answers = [
            worker.look(&document).err(),
            worker.picture(&document, 0, 0.3).err(),
            worker.text(&document).err(),
        ];
        for answer in answers {
            match answer {
                None => fine += 1,
                Some(PreviewError::Stopped | PreviewError::TookTooLong) => ended += 1,
                Some(PreviewError::NoWorker | PreviewError::Superseded) => panic!("seed {seed}"),
                Some(_) => refused += 1,
            }
        }
    }
    println!(
        "{name}: {fine} fine, {refused} refused, {ended} ended, {:?}",
        begun.elapsed()
    );
}

#[test]
fn damaged_pdfs_are_answered() {
    walk("letter", &letter(), pdf);
    walk("packed", include_bytes!("../fixtures/packed.pdf"), pdf);
}

#[test]
fn damaged_jpegs_are_answered() {
    walk("picture", include_bytes!("../fixtures/page.jpg"), jpeg);
}
