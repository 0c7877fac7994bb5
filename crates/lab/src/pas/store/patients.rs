//! Patients: loading a file, finding and listing.

use super::super::{
    Loaded,
    patient::{Details, Patient},
};
use super::{Store, StoreError, filter::Filter};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};

/// One page of what was found.
pub(in super::super) struct Page<T> {
    pub(in super::super) items: Vec<T>,
    /// On all pages.
    pub(in super::super) total: u64,
}

/// Which page is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct Slice {
    pub(in super::super) offset: u64,
    pub(in super::super) limit: u64,
}

const COLUMNS: &str = "id, details, version, updated_at";

impl Store {
    /// Adds or updates all of these, by NHS number, in one transaction. `ids` are for new ones.
    pub(in super::super) async fn load_patients(
        &self,
        patients: Vec<Details>,
        ids: Vec<String>,
        now: Timestamp,
    ) -> Result<Loaded, StoreError> {
        self.run(move |connection| {
            let change = connection.transaction()?;
            let mut loaded = Loaded {
                added: 0,
                updated: 0,
            };
            for (details, id) in patients.iter().zip(ids) {
                if put(&change, details, &id, now)? {
                    loaded.added += 1;
                } else {
                    loaded.updated += 1;
                }
            }
            change.commit()?;
            Ok(loaded)
        })
        .await
    }

    /// How many patients there are.
    pub(in super::super) async fn patient_count(&self) -> Result<u64, StoreError> {
        self.run(|connection| count(connection, "patients", &Filter::default()))
            .await
    }

    /// A patient by id.
    pub(in super::super) async fn patient(&self, id: &str) -> Result<Option<Patient>, StoreError> {
        let id = id.to_owned();
        self.run(move |connection| {
            let sql = format!("select {COLUMNS} from patients where id = ?");
            let row = connection
                .query_row(&sql, [id], |row| Ok(patient(row)))
                .optional()?;
            row.transpose()
        })
        .await
    }

    /// Patients in the order of their names.
    pub(in super::super) async fn patients(
        &self,
        filter: Filter,
        slice: Slice,
    ) -> Result<Page<Patient>, StoreError> {
        self.run(move |connection| {
            let total = count(connection, "patients", &filter)?;
            let (limit, offset) = (slice.limit, slice.offset);
            let sql = format!(
                "select {COLUMNS} from patients where {} order by sort_name, id limit {limit} offset {offset}",
                filter.sql()
            );
            let mut statement = connection.prepare(&sql)?;
            let rows = statement.query_map(params_from_iter(filter.args()), |row| Ok(patient(row)))?;
            let items = rows.map(|row| row?).collect::<Result<_, StoreError>>()?;
            Ok(Page { items, total })
        })
        .await
    }
}

/// How many rows of a table hold the conditions.
pub(super) fn count(
    connection: &Connection,
    table: &str,
    filter: &Filter,
) -> Result<u64, StoreError> {
    let sql = format!("select count(*) from {table} where {}", filter.sql());
    let count: i64 =
        connection.query_row(&sql, params_from_iter(filter.args()), |row| row.get(0))?;
    Ok(u64::try_from(count).unwrap_or(0))
}

/// Writes one patient; says whether they are new.
fn put(
    connection: &Connection,
    details: &Details,
    new_id: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let json = serde_json::to_string(details).map_err(|_| StoreError::Unreadable("patient"))?;
    let birth_date = details.birth_date.to_string();
    let updated = connection.execute(
        "update patients set details = ?2, search_name = ?3, sort_name = ?4, birth_date = ?5,
             version = version + 1, updated_at = ?6 where nhs_number = ?1",
        params![
            details.nhs_number,
            json,
            details.search_name(),
            details.sort_name(),
            birth_date,
            now.as_millisecond()
        ],
    )?;
    if updated == 1 {
        return Ok(false);
    }
    connection.execute(
        "insert into patients (nhs_number, details, search_name, sort_name, birth_date, updated_at, id, version)
         values (?, ?, ?, ?, ?, ?, ?, 1)",
        params![
            details.nhs_number,
            json,
            details.search_name(),
            details.sort_name(),
            birth_date,
            now.as_millisecond(),
            new_id
        ],
    )?;
    Ok(true)
}

fn patient(row: &Row) -> Result<Patient, StoreError> {
    let json: String = row.get("details")?;
    Ok(Patient {
        id: row.get("id")?,
        version: row.get("version")?,
        updated_at: timestamp(row.get("updated_at")?)?,
        details: serde_json::from_str(&json).map_err(|_| StoreError::Unreadable("patient"))?,
    })
}

/// A stored number of milliseconds.
pub(super) fn timestamp(millis: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_millisecond(millis).map_err(|_| StoreError::Unreadable("time"))
}
