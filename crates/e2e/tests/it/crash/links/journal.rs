//! What a gateway that died left in its database: read from a copy, so that nothing is mended by looking.

use crate::world::linking::Patient;
use rusqlite::Connection;
use std::path::Path;

/// A copy of the database of a gateway that is not running.
pub(super) struct Journal {
    database: Connection,
    _copy: tempfile::TempDir,
}

/// A renewal.
#[derive(Clone, Debug)]
pub(super) struct Flight {
    pub(super) number: i64,
    /// Its call was noted: the token may have been sent.
    pub(super) called: bool,
    /// How it ended, if it did.
    pub(super) outcome: Option<String>,
}

impl Journal {
    /// Of the gateway with its data in this folder.
    pub(super) fn of(data: &Path) -> Self {
        let copy = tempfile::tempdir().unwrap();
        for name in ["gateway.sqlite", "gateway.sqlite-wal"] {
            let from = data.join(name);
            if from.exists() {
                std::fs::copy(from, copy.path().join(name)).unwrap();
            }
        }
        let database = Connection::open(copy.path().join("gateway.sqlite")).unwrap();
        Self {
            database,
            _copy: copy,
        }
    }

    /// A patient's renewals, oldest first.
    pub(super) fn flights(&self, patient: &Patient) -> Vec<Flight> {
        let sql = "SELECT fence, called_at IS NOT NULL, outcome FROM link_flight WHERE patient = ? ORDER BY fence";
        let mut found = self.database.prepare(sql).unwrap();
        let flights = found.query_map([&patient.id], |row| {
            Ok(Flight {
                number: row.get(0)?,
                called: row.get(1)?,
                outcome: row.get(2)?,
            })
        });
        flights.unwrap().map(Result::unwrap).collect()
    }

    /// Why the patient has to authorise again, if so.
    pub(super) fn lapsed(&self, patient: &Patient) -> Option<String> {
        let sql = "SELECT why FROM patient WHERE id = ?";
        let why = self
            .database
            .query_row(sql, [&patient.id], |row| row.get(0));
        why.unwrap()
    }

    /// How often such an event was told about a patient.
    pub(super) fn told(&self, patient: &Patient, kind: &str) -> u64 {
        let sql = "SELECT count(*) FROM event WHERE patient = ? AND kind = ?";
        let count = self
            .database
            .query_row(sql, (&patient.id, kind), |row| row.get::<_, i64>(0));
        u64::try_from(count.unwrap()).unwrap()
    }
}
