//! Rows of access codes and tokens.

use super::Cells;
use crate::Result;
use crate::platform::{Token, TokenSummary};
use model::practitioner::Practitioner;

/// A practitioner: practice and Spine user id, at the places given.
///
/// # Errors
/// [`crate::StoreError::Inconsistent`], as of every function here.
pub fn practitioner(
    cells: &mut impl Cells,
    practice: &'static str,
    spine_user_id: &'static str,
) -> Result<Practitioner> {
    Ok(Practitioner {
        practice: cells.take(practice)?,
        spine_user_id: cells.take(spine_user_id)?,
    })
}

/// A token: id, client, practice, Spine user id, withdrawn at.
///
/// # Errors
/// As [`practitioner`].
pub fn token(cells: &mut impl Cells) -> Result<Token> {
    Ok(Token {
        id: cells.take("token.id")?,
        client: cells.take("token.client")?,
        practitioner: practitioner(cells, "token.practice", "token.spine_user_id")?,
        withdrawn_at: cells.take("token.withdrawn_at")?,
    })
}

/// A token as its practitioner sees it: id, the client system's name, made at, last used at.
///
/// # Errors
/// As [`practitioner`].
pub fn token_summary(cells: &mut impl Cells) -> Result<TokenSummary> {
    Ok(TokenSummary {
        id: cells.take("token.id")?,
        client_name: cells.take("client.name")?,
        made_at: cells.take("token.made_at")?,
        last_used_at: cells.take("token.last_used_at")?,
    })
}
