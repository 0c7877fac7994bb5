//! The operators' way in.

use crate::context::{Context, storage};
use jiff::Timestamp;
use model::Hash;
use signin::door::{Door, Entrant, Result, Spell};
use store::gateway::OperatorSession;

/// Operators by name.
pub(super) struct Operators;

impl Door for Operators {
    type House = Context;

    const SESSION: &'static str = "baton_gateway_session";
    const KNOWN: &'static str = "baton_gateway_known";
    const KNOWN_PURPOSE: &'static str = "console-known-browser";

    async fn find(ctx: &Context, name: &str) -> Result<Option<Entrant>> {
        let found = ctx.store.access.operator(name).await.map_err(storage)?;
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
        let access = &ctx.store.access;
        let counted = access.set_failures(whose, failures, locked_until).await;
        counted.map_err(storage)
    }

    async fn begin(ctx: &Context, spell: &Spell, before: Option<Hash>) -> Result<bool> {
        let access = &ctx.store.access;
        if let Some(before) = before {
            access.end_session(before).await.map_err(storage)?;
        }
        let session = OperatorSession {
            hash: spell.hash,
            operator: spell.whose.clone(),
            made_at: spell.made_at,
            ends_at: spell.ends_at,
            used_at: spell.used_at,
        };
        access.add_session(&session).await.map_err(storage)?;
        Ok(true)
    }

    async fn spell(ctx: &Context, hash: Hash) -> Result<Option<Spell>> {
        let found = ctx.store.access.session(hash).await.map_err(storage)?;
        Ok(found.map(|session| Spell {
            hash: session.hash,
            whose: session.operator,
            made_at: session.made_at,
            ends_at: session.ends_at,
            used_at: session.used_at,
        }))
    }

    async fn used(ctx: &Context, hash: Hash, at: Timestamp) -> Result<()> {
        let noted = ctx.store.access.use_session(hash, at).await;
        noted.map_err(storage)
    }

    async fn end(ctx: &Context, hash: Hash) -> Result<()> {
        ctx.store.access.end_session(hash).await.map_err(storage)
    }
}
