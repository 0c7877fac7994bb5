//! Rows of practices, client systems and their keys.

use super::Cells;
use crate::Result;
use crate::platform::FoundApiKey;
use model::organisation::{ApiKeyInfo, ClientSystem, Practice};

/// A practice: ODS code, name.
///
/// # Errors
/// [`crate::StoreError::Inconsistent`], as of every function here.
pub fn practice(cells: &mut impl Cells) -> Result<Practice> {
    Ok(Practice {
        ods_code: cells.take("practice.ods_code")?,
        name: cells.take("practice.name")?,
    })
}

/// A client system: id, name, disabled, instant.
///
/// # Errors
/// As [`practice`].
pub fn client(cells: &mut impl Cells) -> Result<ClientSystem> {
    Ok(ClientSystem {
        id: cells.take("client.id")?,
        name: cells.take("client.name")?,
        disabled: cells.take("client.disabled")?,
        instant: cells.take("client.instant")?,
    })
}

/// An API key: key id, client, issued at, ends at.
///
/// # Errors
/// As [`practice`].
pub fn api_key(cells: &mut impl Cells) -> Result<ApiKeyInfo> {
    Ok(ApiKeyInfo {
        key_id: cells.take("api_key.key_id")?,
        client: cells.take("api_key.client")?,
        issued_at: cells.take("api_key.issued_at")?,
        ends_at: cells.take("api_key.ends_at")?,
    })
}

/// An API key as [`api_key`] reads it, its hash, and its owner as [`client`] reads it.
///
/// # Errors
/// As [`practice`].
pub fn found_api_key(cells: &mut impl Cells) -> Result<FoundApiKey> {
    Ok(FoundApiKey {
        info: api_key(cells)?,
        hash: cells.take("api_key.hash")?,
        client: client(cells)?,
    })
}
