//! The writing itself, inside the transaction that the caller commits or drops.

use super::{Clinical, Columns, Done, ImportError, Planned, Subject, What, Why};
use crate::pas::{
    fhir::json,
    store::{StoreError, filter::Filter},
};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params, params_from_iter};
use std::collections::{HashMap, HashSet};
use wire::fhir_r4::search::Token;

/// An import on its way.
pub(super) struct Import<'i> {
    db: &'i Connection,
    entries: &'i [Planned],
    now: Timestamp,
    /// Place of each `Binary` by its `fullUrl`.
    binaries: HashMap<&'i str, usize>,
    /// Which of them have been written or were there, and under which id.
    binary_ids: HashMap<usize, (bool, String)>,
    refused: Vec<(usize, Why)>,
}

impl<'i> Import<'i> {
    pub(super) fn new(db: &'i Connection, entries: &'i [Planned], now: Timestamp) -> Self {
        let binaries = entries
            .iter()
            .enumerate()
            .filter_map(|(place, entry)| match entry.what {
                What::Binary { .. } => Some((entry.full_url.as_deref()?, place)),
                What::Clinical(_) => None,
            });
        Self {
            db,
            entries,
            now,
            binaries: binaries.collect(),
            binary_ids: HashMap::new(),
            refused: Vec::new(),
        }
    }

    /// Writes every entry, or says which can't be.
    pub(super) fn run(mut self) -> Result<Vec<Done>, ImportError> {
        let mut done: HashMap<usize, Done> = HashMap::new();
        for (place, entry) in self.entries.iter().enumerate() {
            if let What::Clinical(clinical) = &entry.what
                && let Some(result) = self.clinical(place, &entry.id, clinical)?
            {
                done.insert(place, result);
            }
        }
        for (place, entry) in self.entries.iter().enumerate() {
            if matches!(entry.what, What::Binary { .. }) {
                match self.binary_ids.remove(&place) {
                    Some((created, id)) => {
                        done.insert(
                            place,
                            Done {
                                created,
                                resource_type: "Binary",
                                id,
                            },
                        );
                    }
                    None if self.refused.is_empty() => {
                        self.refused.push((place, Why::UnusedBinary));
                    }
                    None => {}
                }
            }
        }
        if !self.refused.is_empty() {
            self.refused.sort_by_key(|(place, _)| *place);
            return Err(ImportError::Refused(self.refused));
        }
        Ok((0..self.entries.len())
            .filter_map(|place| done.remove(&place))
            .collect())
    }

    fn refuse(&mut self, place: usize, why: Why) -> Option<Done> {
        self.refused.push((place, why));
        None
    }

    fn clinical(
        &mut self,
        place: usize,
        new_id: &str,
        clinical: &Clinical,
    ) -> Result<Option<Done>, ImportError> {
        let resource_type = clinical.resource_type();
        if let Some(tokens) = &clinical.only_if_none {
            let found = matching(self.db, resource_type, tokens)?;
            match found.as_slice() {
                [] => {}
                [id] => {
                    self.recall_binary(id, clinical)?;
                    return Ok(Some(Done {
                        created: false,
                        resource_type,
                        id: id.clone(),
                    }));
                }
                _ => return Ok(self.refuse(place, Why::SeveralMatch)),
            }
        }
        let Some(patient) = patient_id(self.db, &clinical.subject)? else {
            return Ok(self.refuse(place, Why::UnknownSubject));
        };
        match &clinical.columns {
            Columns::Document { .. } => {
                if !self.document(place, new_id, &patient, clinical)? {
                    return Ok(None);
                }
            }
            Columns::Observation { .. } => self.observation(new_id, &patient, clinical)?,
        }
        self.identifiers(new_id, clinical)?;
        Ok(Some(Done {
            created: true,
            resource_type,
            id: new_id.to_owned(),
        }))
    }

    /// The bytes of a document that is there already are there already too.
    fn recall_binary(&mut self, document: &str, clinical: &Clinical) -> Result<(), ImportError> {
        let Columns::Document { url, .. } = &clinical.columns else {
            return Ok(());
        };
        if let Some(place) = self.binaries.get(url.as_str()) {
            let sql = "select binary_id from documents where id = ?";
            let id = self.db.query_row(sql, [document], |row| row.get(0))?;
            self.binary_ids.entry(*place).or_insert((false, id));
        }
        Ok(())
    }

    /// Writes a document and, if nobody has yet, its bytes. Says whether it could.
    fn document(
        &mut self,
        place: usize,
        id: &str,
        patient: &str,
        clinical: &Clinical,
    ) -> Result<bool, ImportError> {
        let Columns::Document {
            kind,
            title,
            topic,
            author,
            content_type,
            url,
            size,
            hash,
        } = &clinical.columns
        else {
            return Ok(false);
        };
        let Some(binary) = self.binary(url)? else {
            self.refused.push((place, Why::UnknownBinary));
            return Ok(false);
        };
        if size.is_some_and(|size| i64::try_from(size) != Ok(binary.size)) {
            self.refused.push((place, Why::SizeDiffers));
            return Ok(false);
        }
        if hash
            .as_ref()
            .zip(binary.sha1)
            .is_some_and(|(told, is)| *told != is)
        {
            self.refused.push((place, Why::HashDiffers));
            return Ok(false);
        }
        let moved = HashMap::from([(url.as_str(), format!("Binary/{}", binary.id))]);
        let resource = json::filed(
            &clinical.resource,
            clinical.resource_type(),
            id,
            1,
            self.now,
            &moved,
        )
        .ok_or(StoreError::Unreadable("resource"))?;
        self.db.prepare_cached(
            "insert into documents (id, patient_id, binary_id, kind, title, topic, author, dated, content_type, size,
                 resource, created_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            id,
            patient,
            binary.id,
            kind,
            title,
            topic,
            author,
            clinical.dated,
            content_type.as_ref().unwrap_or(&binary.content_type),
            binary.size,
            resource,
            self.now.as_millisecond()
        ])?;
        Ok(true)
    }

    fn observation(&self, id: &str, patient: &str, clinical: &Clinical) -> Result<(), ImportError> {
        let Columns::Observation {
            code,
            words,
            value,
            unit,
        } = &clinical.columns
        else {
            return Ok(());
        };
        let resource = json::filed(
            &clinical.resource,
            clinical.resource_type(),
            id,
            1,
            self.now,
            &HashMap::new(),
        )
        .ok_or(StoreError::Unreadable("resource"))?;
        self.db.prepare_cached(
            "insert into observations (id, patient_id, code, words, value, unit, dated, resource, created_at)
             values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            id,
            patient,
            code,
            words,
            value,
            unit,
            clinical.dated,
            resource,
            self.now.as_millisecond()
        ])?;
        Ok(())
    }

    fn identifiers(&self, id: &str, clinical: &Clinical) -> Result<(), ImportError> {
        let sql = "insert or ignore into identifiers (system, value, resource_type, resource_id) values (?, ?, ?, ?)";
        let mut statement = self.db.prepare_cached(sql)?;
        for (system, value) in clinical.identifiers.iter().collect::<HashSet<_>>() {
            statement.execute(params![system, value, clinical.resource_type(), id])?;
        }
        Ok(())
    }

    /// The bytes that an address means: of this bundle, or written before.
    fn binary(&mut self, url: &str) -> Result<Option<Stored>, ImportError> {
        let Some(place) = self.binaries.get(url).copied() else {
            let Some(id) = url.strip_prefix("Binary/") else {
                return Ok(None);
            };
            let sql = "select id, content_type, length(bytes) from binaries where id = ?";
            let read = |row: &rusqlite::Row| {
                Ok(Stored {
                    id: row.get(0)?,
                    content_type: row.get(1)?,
                    size: row.get(2)?,
                    sha1: None,
                })
            };
            return Ok(self.db.query_row(sql, [id], read).optional()?);
        };
        let Some(Planned {
            id,
            what:
                What::Binary {
                    content_type,
                    bytes,
                    sha1,
                },
            ..
        }) = self.entries.get(place)
        else {
            return Ok(None);
        };
        let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        // A second document may point at the same bytes; another one's older copy doesn't count.
        let known = self.binary_ids.get(&place).filter(|(created, _)| *created);
        if known.is_none() {
            self.db
                .prepare_cached("insert into binaries (id, content_type, bytes, created_at) values (?, ?, ?, ?)")?
                .execute(params![id, content_type, bytes, self.now.as_millisecond()])?;
            self.binary_ids.insert(place, (true, id.clone()));
        }
        let stored = Stored {
            id: id.clone(),
            content_type: content_type.clone(),
            size,
            sha1: Some(sha1.clone()),
        };
        Ok(Some(stored))
    }
}

struct Stored {
    id: String,
    content_type: String,
    size: i64,
    sha1: Option<String>,
}

/// At most two ids of what carries one of the identifiers: none, one, or too many.
fn matching(
    db: &Connection,
    resource_type: &str,
    tokens: &[Token],
) -> Result<Vec<String>, ImportError> {
    let mut filter = Filter::default();
    filter.identifier(resource_type, tokens);
    let table = if resource_type == "Observation" {
        "observations"
    } else {
        "documents"
    };
    let sql = format!("select id from {table} where {} limit 2", filter.sql());
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_map(params_from_iter(filter.args()), |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn patient_id(db: &Connection, subject: &Subject) -> Result<Option<String>, ImportError> {
    let (column, value) = match subject {
        Subject::Id(id) => ("id", id),
        Subject::NhsNumber(number) => ("nhs_number", number),
    };
    let sql = format!("select id from patients where {column} = ?");
    Ok(db.query_row(&sql, [value], |row| row.get(0)).optional()?)
}
