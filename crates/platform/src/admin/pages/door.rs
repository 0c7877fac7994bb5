//! The operators' way in.

use crate::context::{Context, storage};
use jiff::Timestamp;
use model::Hash;
use signin::door::{Door, Entrant, Result, Spell};
use store::platform::OperatorSession;

/// Operators by name.
pub(super) struct Operators;

impl Door for Operators {
    type House = Context;

    const SESSION: &'static str = "baton_platform_admin_session";
    const KNOWN: &'static str = "baton_platform_admin_known";
    const KNOWN_PURPOSE: &'static str = "admin-known-browser";

    async fn find(ctx: &Context, name: &str) -> Result<Option<Entrant>> {
        let found = ctx.store.operators.operator(name).await.map_err(storage)?;
        Ok(found.map(|operator| Entrant {
            whose: operator.name,
            password_hash: operator.password_hash,
            failures: operator.failures,
            locked_until: operator.locked_until,
        }))
    }

    async fn count(
        ctx: &Context,
        whose: &str,
        failures: u32,
        locked_until: Option<Timestamp>,
    ) -> Result<()> {
        let operators = &ctx.store.operators;
        let counted = operators.set_failures(whose, failures, locked_until, ctx.now());
        counted.await.map_err(storage)
    }

    async fn begin(ctx: &Context, spell: &Spell, before: Option<Hash>) -> Result<bool> {
        let session = OperatorSession {
            hash: spell.hash,
            operator: spell.whose.clone(),
            made_at: spell.made_at,
            ends_at: spell.ends_at,
            used_at: spell.used_at,
        };
        let begun = ctx.store.operators.begin_session(&session, before).await;
        begun.map_err(storage)
    }

    async fn spell(ctx: &Context, hash: Hash) -> Result<Option<Spell>> {
        let found = ctx.store.operators.operator_session(hash).await;
        Ok(found.map_err(storage)?.map(|session| Spell {
            hash: session.hash,
            whose: session.operator,
            made_at: session.made_at,
            ends_at: session.ends_at,
            used_at: session.used_at,
        }))
    }

    async fn used(ctx: &Context, hash: Hash, at: Timestamp) -> Result<()> {
        let noted = ctx.store.operators.use_session(hash, at).await;
        noted.map_err(storage)
    }

    async fn end(ctx: &Context, hash: Hash) -> Result<()> {
        let ended = ctx.store.operators.leave(hash, ctx.now()).await;
        ended.map_err(storage)
    }
}
