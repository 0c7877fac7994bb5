//! What is in patients' records: documents, their bytes, and coded entries.

use super::{
    Store, StoreError,
    filter::Filter,
    patients::{Page, Slice, count},
};
use rusqlite::{OptionalExtension, Row, params_from_iter};

/// A document, without its bytes.
#[derive(Clone)]
pub(in super::super) struct Document {
    pub(in super::super) id: String,
    pub(in super::super) patient_id: String,
    pub(in super::super) binary_id: String,
    /// A code of the document kinds, or empty.
    pub(in super::super) kind: String,
    pub(in super::super) title: String,
    pub(in super::super) topic: String,
    pub(in super::super) author: String,
    /// As FHIR has it.
    pub(in super::super) dated: String,
    pub(in super::super) content_type: String,
    /// In bytes.
    pub(in super::super) size: i64,
}

/// A coded entry.
#[derive(Clone)]
pub(in super::super) struct Coded {
    pub(in super::super) code: String,
    pub(in super::super) words: String,
    /// As its sender wrote it, or empty.
    pub(in super::super) value: String,
    pub(in super::super) unit: String,
    pub(in super::super) dated: String,
}

/// Bytes and what they are.
pub(in super::super) struct Bytes {
    pub(in super::super) content_type: String,
    pub(in super::super) bytes: Vec<u8>,
}

/// The two tables whose rows are FHIR resources.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Table {
    Documents,
    Observations,
}

impl Table {
    fn name(self) -> &'static str {
        match self {
            Self::Documents => "documents",
            Self::Observations => "observations",
        }
    }
}

const DOCUMENT: &str = "select id, patient_id, binary_id, kind, title, topic, author, dated, content_type, size from documents";

impl Store {
    /// A patient's documents, newest first.
    pub(in super::super) async fn documents_of(
        &self,
        patient: &str,
    ) -> Result<Vec<Document>, StoreError> {
        let patient = patient.to_owned();
        self.run(move |connection| {
            let sql =
                format!("{DOCUMENT} where patient_id = ? order by dated desc, created_at desc, id");
            let mut statement = connection.prepare_cached(&sql)?;
            let rows = statement.query_map([patient], document)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// A document.
    pub(in super::super) async fn document(
        &self,
        id: &str,
    ) -> Result<Option<Document>, StoreError> {
        let id = id.to_owned();
        self.run(move |connection| {
            Ok(connection
                .query_row(&format!("{DOCUMENT} where id = ?"), [id], document)
                .optional()?)
        })
        .await
    }

    /// A patient's coded entries, newest first.
    pub(in super::super) async fn coded_of(&self, patient: &str) -> Result<Vec<Coded>, StoreError> {
        let patient = patient.to_owned();
        self.run(move |connection| {
            let sql =
                "select code, words, value, unit, dated from observations where patient_id = ?
                order by dated desc, created_at desc, id";
            let mut statement = connection.prepare_cached(sql)?;
            let rows = statement.query_map([patient], |row| {
                Ok(Coded {
                    code: row.get("code")?,
                    words: row.get("words")?,
                    value: row.get("value")?,
                    unit: row.get("unit")?,
                    dated: row.get("dated")?,
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// The bytes of a document.
    pub(in super::super) async fn binary(&self, id: &str) -> Result<Option<Bytes>, StoreError> {
        let id = id.to_owned();
        self.run(move |connection| {
            let sql = "select content_type, bytes from binaries where id = ?";
            let read = |row: &Row| {
                Ok(Bytes {
                    content_type: row.get(0)?,
                    bytes: row.get(1)?,
                })
            };
            Ok(connection.query_row(sql, [id], read).optional()?)
        })
        .await
    }

    /// FHIR resources as they are kept: id and JSON.
    pub(in super::super) async fn resources(
        &self,
        table: Table,
        filter: Filter,
        slice: Slice,
    ) -> Result<Page<(String, String)>, StoreError> {
        self.run(move |connection| {
            let total = count(connection, table.name(), &filter)?;
            let sql = format!(
                "select id, resource from {} where {} order by dated desc, created_at desc, id limit {} offset {}",
                table.name(),
                filter.sql(),
                slice.limit,
                slice.offset
            );
            let mut statement = connection.prepare(&sql)?;
            let rows = statement.query_map(params_from_iter(filter.args()), |row| Ok((row.get(0)?, row.get(1)?)))?;
            let items = rows.collect::<Result<_, _>>()?;
            Ok(Page { items, total })
        })
        .await
    }
}

fn document(row: &Row) -> rusqlite::Result<Document> {
    Ok(Document {
        id: row.get("id")?,
        patient_id: row.get("patient_id")?,
        binary_id: row.get("binary_id")?,
        kind: row.get("kind")?,
        title: row.get("title")?,
        topic: row.get("topic")?,
        author: row.get("author")?,
        dated: row.get("dated")?,
        content_type: row.get("content_type")?,
        size: row.get("size")?,
    })
}
