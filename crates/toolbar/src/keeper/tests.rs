//! A key is never lost between file and keyring, whatever fails in between.

use super::*;
use std::sync::{Arc, Mutex};

/// A keyring with faults.
#[derive(Default)]
struct Ring {
    kept: Mutex<Option<[u8; 32]>>,
    fault: Mutex<Option<KeeperError>>,
    /// It says yes and keeps nothing.
    forgetful: bool,
}

impl Ring {
    fn check(&self) -> Result<(), KeeperError> {
        self.fault.lock().unwrap().clone().map_or(Ok(()), Err)
    }

    fn fails(&self, fault: Option<KeeperError>) {
        *self.fault.lock().unwrap() = fault;
    }
}

impl KeyKeeper for Ring {
    fn read(&self) -> Result<Option<PcKey>, KeeperError> {
        self.check()?;
        Ok(self.kept.lock().unwrap().map(Zeroizing::new))
    }
    fn keep(&self, key: &[u8; 32]) -> Result<(), KeeperError> {
        self.check()?;
        if !self.forgetful {
            *self.kept.lock().unwrap() = Some(*key);
        }
        Ok(())
    }
    fn forget(&self) -> Result<(), KeeperError> {
        self.check()?;
        *self.kept.lock().unwrap() = None;
        Ok(())
    }
    fn name(&self) -> &'static str {
        "the ring"
    }
}

fn locked() -> KeeperError {
    KeeperError::Refused("locked".to_owned())
}

struct World {
    dir: tempfile::TempDir,
    ring: Arc<Ring>,
}

impl World {
    fn new(ring: Ring) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let ring = Arc::new(ring);
        Self { dir, ring }
    }

    fn file(&self) -> FileKeeper {
        FileKeeper::new(self.dir.path())
    }

    fn moving(&self) -> MovingKeeper {
        let ring: Arc<dyn KeyKeeper> = self.ring.clone();
        MovingKeeper::new(ring, self.file())
    }

    fn has_file(&self) -> bool {
        self.dir.path().join(KEY_FILE).exists()
    }
}

const KEY: [u8; 32] = [7; 32];

fn read(keeper: &dyn KeyKeeper) -> Option<[u8; 32]> {
    keeper.read().unwrap().map(|key| *key)
}

#[test]
fn a_key_moves_from_its_file_into_the_keyring_once() {
    let world = World::new(Ring::default());
    world.file().keep(&KEY).unwrap();
    let moving = world.moving();
    assert_eq!(read(&moving), Some(KEY));
    assert!(!world.has_file());
    assert_eq!(*world.ring.kept.lock().unwrap(), Some(KEY));
    assert_eq!(moving.name(), "the ring");
    assert_eq!(read(&world.moving()), Some(KEY));
    moving.forget().unwrap();
    assert_eq!(read(&moving), None);
}

#[test]
fn a_keyring_that_does_not_keep_leaves_the_file() {
    let forgetful = Ring {
        forgetful: true,
        ..Ring::default()
    };
    let world = World::new(forgetful);
    world.file().keep(&KEY).unwrap();
    let moving = world.moving();
    assert_eq!(read(&moving), Some(KEY));
    assert!(world.has_file());
    assert_eq!(moving.name(), world.file().name());
    assert!(moving.keep(&KEY).is_err());
}

#[test]
fn a_file_that_was_written_later_is_the_key() {
    let world = World::new(Ring::default());
    world.moving().keep(&[1; 32]).unwrap();
    world.file().keep(&KEY).unwrap();
    assert_eq!(read(&world.moving()), Some(KEY));
    assert_eq!(read(&world.moving()), Some(KEY));
    assert!(!world.has_file());
}

#[test]
fn without_a_keyring_the_file_has_it() {
    let world = World::new(Ring::default());
    world.ring.fails(Some(KeeperError::Absent));
    let moving = world.moving();
    assert_eq!(read(&moving), None);
    moving.keep(&KEY).unwrap();
    assert_eq!(moving.name(), world.file().name());
    assert_eq!(read(&world.moving()), Some(KEY));
    moving.forget().unwrap();
    assert!(!world.has_file());
}

#[test]
fn a_locked_keyring_is_not_taken_for_an_empty_one() {
    let world = World::new(Ring::default());
    world.moving().keep(&KEY).unwrap();
    world.ring.fails(Some(locked()));
    assert_eq!(world.moving().read().unwrap_err(), locked());
    assert_eq!(world.moving().keep(&[1; 32]).unwrap_err(), locked());
    assert!(!world.has_file());
    world.ring.fails(None);
    assert_eq!(read(&world.moving()), Some(KEY));
}

#[test]
fn a_locked_keyring_does_not_take_the_file_away() {
    let world = World::new(Ring::default());
    world.file().keep(&KEY).unwrap();
    world.ring.fails(Some(locked()));
    assert_eq!(read(&world.moving()), Some(KEY));
    assert!(world.has_file());
}

#[test]
fn a_file_of_another_length_is_no_key() {
    let world = World::new(Ring::default());
    std::fs::write(world.dir.path().join(KEY_FILE), [7; 31]).unwrap();
    assert_eq!(
        world.moving().read().unwrap_err(),
        KeeperError::Damaged(KEY_FILE)
    );
}
