//! A part of a transaction that may fail alone.

use crate::platform::Tx;
use crate::sql::statements;
use store::Result;

#[cfg(test)]
mod tests;

statements! {
    BEGIN = "SAVEPOINT part";
    UNDO = "ROLLBACK TO part";
    END = "RELEASE part";
}

impl Tx<'_> {
    /// Runs `work`; when that fails, it leaves no trace, and the transaction goes on.
    ///
    /// # Errors
    /// The outer one when the transaction cannot go on.
    pub(super) fn attempt<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<Result<T>> {
        let (head, mark) = (self.side.head, self.side.wakes.len());
        self.write(BEGIN, [])?;
        let outcome = match work(self) {
            // A full disk, for one, makes SQLite roll back everything: why, only that error says.
            Err(cause) if self.is_rolled_back() => return Err(cause),
            outcome => outcome,
        };
        if outcome.is_err() {
            self.write(UNDO, [])?;
            self.side.head = head;
            self.side.wakes.truncate(mark);
        }
        self.write(END, [])?;
        Ok(outcome)
    }
}
