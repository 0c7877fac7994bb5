//! Access codes, and the tokens they are exchanged for.

use super::Db;
use super::messages::withdraw_under;
use crate::conn::Conn;
use crate::platform::Tx;
use crate::sql::statements;
use async_trait::async_trait;
use jiff::Timestamp;
use model::access_code::{GUESS_WINDOW, MAX_WRONG};
use model::practitioner::Practitioner;
use model::{Actor, ClientSystemId, Hash, TokenId};
use rusqlite::params;
use store::platform::{
    Audience, CodeExchange, Exchanged, FeedItem, NewAccessCode, Permissions, Token, TokenSummary,
};
use store::row::Cells as _;
use store::row::permissions::{practitioner, token, token_summary};
use store::{Result, StoreError};

statements! {
    DROP_ENDED = "DELETE FROM access_code WHERE ends_at <= ?1";
    ADD_CODE = "INSERT INTO access_code (hash, practice, spine_user_id, made_at, ends_at) VALUES (?1, ?2, ?3, ?4, ?5)";
    USE_CODE = "DELETE FROM access_code WHERE hash = ?1 AND ends_at > ?2 RETURNING practice, spine_user_id";
    WRONG_CODES = "SELECT count(*), min(at) FROM wrong_code WHERE client = ?1 AND at > ?2";
    FORGET_WRONG = "DELETE FROM wrong_code WHERE client = ?1 AND at <= ?2";
    ADD_WRONG = "INSERT INTO wrong_code (client, at) VALUES (?1, ?2)";
    CLIENT_NAME = "SELECT name FROM client WHERE id = ?1";
    ADD_TOKEN = "INSERT INTO token (id, hash, client, practice, spine_user_id, made_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    TOKEN = "SELECT id, client, practice, spine_user_id, withdrawn_at FROM token WHERE hash = ?1";
    TOKENS_OF = "SELECT token.id, client.name, token.made_at, token.last_used_at FROM token JOIN client ON client.id = token.client WHERE token.practice = ?1 AND token.spine_user_id = ?2 AND token.withdrawn_at IS NULL ORDER BY token.made_at DESC, token.id DESC";
    WITHDRAW = "UPDATE token SET withdrawn_at = ?4 WHERE id = ?1 AND practice = ?2 AND spine_user_id = ?3 AND withdrawn_at IS NULL";
}

/// When a client system may try again, if it guessed wrong too often.
fn stopped_until(
    conn: &Conn<'_>,
    client: ClientSystemId,
    at: Timestamp,
) -> Result<Option<Timestamp>> {
    let window = params![client.0.as_bytes(), (at - GUESS_WINDOW).as_millisecond()];
    let wrong = conn.one(WRONG_CODES, window, |cells| {
        let count: u32 = cells.take("wrong_code")?;
        let oldest: Option<Timestamp> = cells.take("wrong_code.at")?;
        Ok((count, oldest))
    })?;
    match wrong {
        Some((count, Some(oldest))) if count >= MAX_WRONG => Ok(Some(oldest + GUESS_WINDOW)),
        _ => Ok(None),
    }
}

fn exchange(tx: &mut Tx<'_>, by: &Actor, given: &CodeExchange) -> Result<Exchanged> {
    let client = given.client.0.as_bytes();
    let at = given.at.as_millisecond();
    if let Some(until) = stopped_until(tx, given.client, given.at)? {
        return Ok(Exchanged::TooMany { until });
    }
    let code = params![given.code_hash.as_bytes(), at];
    let Some(who) = tx.one(USE_CODE, code, |cells| {
        practitioner(cells, "access_code.practice", "access_code.spine_user_id")
    })?
    else {
        let left = params![client, (given.at - GUESS_WINDOW).as_millisecond()];
        tx.write(FORGET_WRONG, left)?;
        tx.write_one(ADD_WRONG, params![client, at], "wrong_code")?;
        tx.audit(by, given.at, "offer wrong access code", given.client)?;
        return Ok(Exchanged::Wrong);
    };
    let row = params![
        given.token.0.as_bytes(),
        given.token_hash.as_bytes(),
        client,
        who.practice.as_str(),
        who.spine_user_id.as_str(),
        at,
    ];
    tx.write_one(ADD_TOKEN, row, "token")?;
    let client_name = tx
        .one(CLIENT_NAME, [client], |cells| cells.take("client.name"))?
        .ok_or(StoreError::Inconsistent {
            place: "token.client",
        })?;
    tx.audit(by, given.at, "exchange access code", given.token)?;
    let used = FeedItem::CodeUsed {
        only: who.spine_user_id.clone(),
        client_name,
    };
    tx.tell(Audience::Practice(who.practice.clone()), given.at, &used)?;
    Ok(Exchanged::Token(who))
}

#[async_trait]
impl Permissions for Db {
    async fn add_code(&self, by: &Actor, code: &NewAccessCode) -> Result<()> {
        let (by, code) = (by.clone(), code.clone());
        self.write("add access code", move |tx| {
            tx.write(DROP_ENDED, [code.made_at.as_millisecond()])?;
            let who = &code.practitioner;
            let row = params![
                code.hash.as_bytes(),
                who.practice.as_str(),
                who.spine_user_id.as_str(),
                code.made_at.as_millisecond(),
                code.ends_at.as_millisecond(),
            ];
            tx.write_one(ADD_CODE, row, "access_code")?;
            tx.audit(&by, code.made_at, "make access code", &who.spine_user_id)
        })
        .await
    }

    async fn exchange(&self, by: &Actor, given: &CodeExchange) -> Result<Exchanged> {
        let (by, given) = (by.clone(), given.clone());
        self.write("exchange access code", move |tx| exchange(tx, &by, &given))
            .await
    }

    async fn token(&self, hash: Hash) -> Result<Option<Token>> {
        self.read("read a token", |conn| {
            conn.one(TOKEN, [hash.as_bytes()], |cells| token(cells))
        })
    }

    async fn tokens_of(&self, practitioner: &Practitioner) -> Result<Vec<TokenSummary>> {
        let whose = [
            practitioner.practice.as_str(),
            practitioner.spine_user_id.as_str(),
        ];
        self.read("read a practitioner's tokens", |conn| {
            conn.all(TOKENS_OF, whose, |cells| token_summary(cells))
        })
    }

    async fn withdraw(
        &self,
        by: &Actor,
        practitioner: &Practitioner,
        token: TokenId,
        at: Timestamp,
    ) -> Result<bool> {
        let (by, who) = (by.clone(), practitioner.clone());
        self.write("withdraw token", move |tx| {
            let row = params![
                token.0.as_bytes(),
                who.practice.as_str(),
                who.spine_user_id.as_str(),
                at.as_millisecond(),
            ];
            if tx.write(WITHDRAW, row)? == 0 {
                return Ok(false);
            }
            tx.audit(&by, at, "withdraw token", token)?;
            withdraw_under(tx, &by, token, at)?;
            Ok(true)
        })
        .await
    }
}
