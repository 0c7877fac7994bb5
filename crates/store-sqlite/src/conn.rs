//! Running statements: prepared once a connection, errors mapped, rows read through [`RowCells`].

use crate::error::during;
use crate::row::RowCells;
use crate::sql::Sql;
use rusqlite::{Connection, Params};
use store::{Result, StoreError};

/// A connection within a named transaction.
pub(crate) struct Conn<'a> {
    connection: &'a Connection,
    transaction: &'static str,
}

impl<'a> Conn<'a> {
    pub(crate) fn new(connection: &'a Connection, transaction: &'static str) -> Self {
        Self {
            connection,
            transaction,
        }
    }

    /// The first row, if there is one.
    pub(crate) fn one<T>(
        &self,
        sql: Sql,
        params: impl Params,
        read: impl FnOnce(&mut RowCells<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        let wrap = during(self.transaction);
        let mut statement = self.connection.prepare_cached(sql.0).map_err(&wrap)?;
        let mut rows = statement.query(params).map_err(&wrap)?;
        match rows.next().map_err(&wrap)? {
            Some(row) => read(&mut RowCells::of(row)).map(Some),
            None => Ok(None),
        }
    }

    /// Every row.
    pub(crate) fn all<T>(
        &self,
        sql: Sql,
        params: impl Params,
        mut read: impl FnMut(&mut RowCells<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let wrap = during(self.transaction);
        let mut statement = self.connection.prepare_cached(sql.0).map_err(&wrap)?;
        let mut rows = statement.query(params).map_err(&wrap)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(&wrap)? {
            found.push(read(&mut RowCells::of(row))?);
        }
        Ok(found)
    }

    /// Writes; says how many rows it touched.
    pub(crate) fn write(&self, sql: Sql, params: impl Params) -> Result<usize> {
        let wrap = during(self.transaction);
        let mut statement = self.connection.prepare_cached(sql.0).map_err(&wrap)?;
        statement.execute(params).map_err(&wrap)
    }

    /// Writes exactly one row; `place` says where it went wrong otherwise.
    pub(crate) fn write_one(
        &self,
        sql: Sql,
        params: impl Params,
        place: &'static str,
    ) -> Result<()> {
        match self.write(sql, params)? {
            1 => Ok(()),
            _ => Err(StoreError::Inconsistent { place }),
        }
    }

    /// Whether SQLite has rolled the transaction back by itself.
    pub(crate) fn is_rolled_back(&self) -> bool {
        self.connection.is_autocommit()
    }

    /// The key of the row inserted last.
    pub(crate) fn last_insert_id(&self) -> i64 {
        self.connection.last_insert_rowid()
    }
}
