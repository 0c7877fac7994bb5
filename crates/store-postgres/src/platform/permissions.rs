//! Access codes, and the tokens they are exchanged for.

use super::Db;
use super::messages::withdraw_under;
use crate::attempt::Call;
use crate::lookup::Kind;
use crate::sql::statements;
use crate::tx::Tx;
use async_trait::async_trait;
use jiff::Timestamp;
use model::access_code::{GUESS_WINDOW, MAX_WRONG};
use model::practitioner::Practitioner;
use model::{Actor, Hash, TokenId};
use store::platform::{
    Audience, CodeExchange, Exchanged, FeedItem, NewAccessCode, Permissions, Token, TokenSummary,
};
use store::row::Cells as _;
use store::row::permissions::{practitioner, token, token_summary};
use store::{Result, StoreError};

statements! {
    // Somebody else may be using one of them up: that one goes with the next call.
    DROP_ENDED = "DELETE FROM access_code WHERE hash IN (SELECT hash FROM access_code WHERE ends_at <= $1 FOR UPDATE SKIP LOCKED)";
    ADD_CODE = "INSERT INTO access_code (hash, practice, spine_user_id, made_at, ends_at) VALUES ($1, $2, $3, $4, $5)";
    USE_CODE = "DELETE FROM access_code WHERE hash = $1 AND ends_at > $2 RETURNING practice, spine_user_id";
    // One guess of a client system at a time, whichever node it asks.
    LOCK_CLIENT = "SELECT name FROM client WHERE id = $1 FOR NO KEY UPDATE";
    WRONG_CODES = "SELECT count(*), min(at) FROM wrong_code WHERE client = $1 AND at > $2";
    FORGET_WRONG = "DELETE FROM wrong_code WHERE client = $1 AND at <= $2";
    ADD_WRONG = "INSERT INTO wrong_code (client, at) VALUES ($1, $2)";
    ADD_TOKEN = "INSERT INTO token (id, hash, client, practice, spine_user_id, made_at) VALUES ($1, $2, $3, $4, $5, $6)";
    TOKENS_BY_HASH = "SELECT hash, id, client, practice, spine_user_id, withdrawn_at FROM token WHERE hash = ANY ($1::bytea[])";
    TOKENS_OF = "SELECT token.id, client.name, token.made_at, token.last_used_at FROM token JOIN client ON client.id = token.client WHERE token.practice = $1 AND token.spine_user_id = $2 AND token.withdrawn_at IS NULL ORDER BY token.made_at DESC, token.id DESC";
    WITHDRAW = "UPDATE token SET withdrawn_at = $4 WHERE id = $1 AND practice = $2 AND spine_user_id = $3 AND withdrawn_at IS NULL";
}

pub(super) static TOKENS: Kind<Token> = Kind {
    name: "read a token",
    sql: TOKENS_BY_HASH,
    place: "token.hash",
    read: token,
};

async fn exchange(tx: &Tx, by: &Actor, given: &CodeExchange) -> Result<Exchanged> {
    let client = given.client.0;
    let at = given.at.as_millisecond();
    let window = (given.at - GUESS_WINDOW).as_millisecond();
    let client_name = tx
        .one(LOCK_CLIENT, &[&client], |row| {
            row.take::<String>("client.name")
        })
        .await?
        .ok_or(StoreError::Inconsistent { place: "client.id" })?;
    // In a statement of its own: it sees what others wrote before they let go of the client.
    let wrong = tx
        .one(WRONG_CODES, &[&client, &window], |row| {
            let count: u32 = row.take("wrong_code")?;
            let oldest: Option<Timestamp> = row.take("wrong_code.at")?;
            Ok((count, oldest))
        })
        .await?;
    if let Some((count, Some(oldest))) = wrong
        && count >= MAX_WRONG
    {
        let until = oldest + GUESS_WINDOW;
        return Ok(Exchanged::TooMany { until });
    }
    let used = tx
        .one(USE_CODE, &[given.code_hash.as_bytes(), &at], |row| {
            practitioner(row, "access_code.practice", "access_code.spine_user_id")
        })
        .await?;
    let Some(who) = used else {
        tx.write(FORGET_WRONG, &[&client, &window]).await?;
        tx.write_one(ADD_WRONG, &[&client, &at], "wrong_code")
            .await?;
        tx.audit(by, given.at, "offer wrong access code", given.client);
        return Ok(Exchanged::Wrong);
    };
    tx.write_one(
        ADD_TOKEN,
        &[
            &given.token.0,
            given.token_hash.as_bytes(),
            &client,
            &who.practice.as_str(),
            &who.spine_user_id.as_str(),
            &at,
        ],
        "token",
    )
    .await?;
    tx.audit(by, given.at, "exchange access code", given.token);
    let used = FeedItem::CodeUsed {
        only: who.spine_user_id.clone(),
        client_name,
    };
    tx.tell(Audience::Practice(who.practice.clone()), given.at, &used);
    Ok(Exchanged::Token(who))
}

#[async_trait]
impl Permissions for Db {
    async fn add_code(&self, by: &Actor, code: &NewAccessCode) -> Result<()> {
        let call = Call::new("add access code").audited();
        let made_at = code.made_at.as_millisecond();
        let ends_at = code.ends_at.as_millisecond();
        let who = &code.practitioner;
        self.write(call, |tx| async move {
            tx.audit(by, code.made_at, "make access code", &who.spine_user_id);
            tx.write(DROP_ENDED, &[&made_at]).await?;
            tx.write_one(
                ADD_CODE,
                &[
                    code.hash.as_bytes(),
                    &who.practice.as_str(),
                    &who.spine_user_id.as_str(),
                    &made_at,
                    &ends_at,
                ],
                "access_code",
            )
            .await
        })
        .await
    }

    async fn exchange(&self, by: &Actor, given: &CodeExchange) -> Result<Exchanged> {
        let call = Call::new("exchange access code").audited();
        self.write(call, |tx| async move { exchange(&tx, by, given).await })
            .await
    }

    async fn token(&self, hash: Hash) -> Result<Option<Token>> {
        self.tokens.find(&self.core, hash).await
    }

    async fn tokens_of(&self, practitioner: &Practitioner) -> Result<Vec<TokenSummary>> {
        let practice = practitioner.practice.as_str();
        let spine_user_id = practitioner.spine_user_id.as_str();
        self.read("read a practitioner's tokens", |conn| async move {
            conn.all(TOKENS_OF, &[&practice, &spine_user_id], token_summary)
                .await
        })
        .await
    }

    async fn withdraw(
        &self,
        by: &Actor,
        practitioner: &Practitioner,
        token: TokenId,
        at: Timestamp,
    ) -> Result<bool> {
        let call = Call::new("withdraw token").audited();
        let practice = practitioner.practice.as_str();
        let spine_user_id = practitioner.spine_user_id.as_str();
        let withdrawn_at = at.as_millisecond();
        self.write(call, |tx| async move {
            // The token first: whoever accepts a message under it holds its row until that is committed.
            let withdrawn = tx
                .write(
                    WITHDRAW,
                    &[&token.0, &practice, &spine_user_id, &withdrawn_at],
                )
                .await?;
            if withdrawn == 0 {
                return Ok(false);
            }
            tx.audit(by, at, "withdraw token", token);
            withdraw_under(&tx, by, token, at).await?;
            Ok(true)
        })
        .await
    }
}
