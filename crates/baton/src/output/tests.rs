//! What becomes of lines that nobody reads.

use super::write;
use std::io::{self, ErrorKind, Write};

/// A pipe that can't be written to.
struct Gone(ErrorKind);

impl Write for Gone {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(self.0.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_reader_that_has_seen_enough_is_no_fault_and_a_full_disk_is() {
    assert!(write(&mut Gone(ErrorKind::BrokenPipe), "x").is_ok());
    assert!(write(&mut Gone(ErrorKind::StorageFull), "x").is_err());
    let mut told = Vec::new();
    write(&mut told, "x").unwrap();
    assert_eq!(told, b"x\n");
}
