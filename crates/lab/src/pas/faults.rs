//! Failures that the sandbox asks for, so that a developer sees what a failing import does.

use std::sync::{Mutex, PoisonError};

/// What is to fail. Shared between the Test PAS and whoever asks.
#[derive(Debug, Default)]
pub struct PasFaults(Mutex<Imports>);

#[derive(Debug, Default)]
struct Imports {
    left: u32,
    reason: String,
}

impl PasFaults {
    /// Nothing fails.
    pub fn new() -> Self {
        Self::default()
    }

    /// The next `times` imports are refused with this reason. Replaces what was asked before.
    pub fn fail_next_imports(&self, times: u32, reason: impl Into<String>) {
        *self.lock() = Imports {
            left: times,
            reason: reason.into(),
        };
    }

    /// Nothing fails any more.
    pub fn clear(&self) {
        *self.lock() = Imports::default();
    }

    /// How many imports are still to fail, and why, if any.
    pub fn failing_imports(&self) -> Option<(u32, String)> {
        let imports = self.lock();
        (imports.left > 0).then(|| (imports.left, imports.reason.clone()))
    }

    /// The reason why this import is to fail, if it is; counts it.
    pub(super) fn take_import_failure(&self) -> Option<String> {
        let mut imports = self.lock();
        imports.left = imports.left.checked_sub(1)?;
        Some(imports.reason.clone())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Imports> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_imports_fail_as_were_asked_for() {
        let faults = PasFaults::new();
        assert_eq!(faults.take_import_failure(), None);
        faults.fail_next_imports(2, "disk full");
        assert_eq!(faults.take_import_failure().as_deref(), Some("disk full"));
        assert_eq!(faults.failing_imports(), Some((1, "disk full".to_owned())));
        assert!(faults.take_import_failure().is_some());
        assert_eq!(faults.take_import_failure(), None);
        assert_eq!(faults.failing_imports(), None);
    }
}
