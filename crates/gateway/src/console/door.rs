//! The operators' way in.

use crate::auth::door::{Door, Entrant, Spell};
use crate::context::Context;
use jiff::Timestamp;
use model::Hash;
use store::Result;
use store::gateway::OperatorSession;

/// Operators by name.
pub(super) struct Operators;

impl Door for Operators {
    const SESSION: &'static str = "baton_gateway_session";
    const KNOWN: &'static str = "baton_gateway_known";
    const KNOWN_PURPOSE: &'static str = "console-known-browser";

    async fn find(ctx: &Context, name: &str) -> Result<Option<Entrant>> {
        let found = ctx.store.access.operator(name).await?;
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
        access.set_failures(whose, failures, locked_until).await
    }

    async fn begin(ctx: &Context, spell: &Spell, before: Option<Hash>) -> Result<bool> {
        let access = &ctx.store.access;
        if let Some(before) = before {
            access.end_session(before).await?;
        }
        let session = OperatorSession {
            hash: spell.hash,
            operator: spell.whose.clone(),
            made_at: spell.made_at,
            ends_at: spell.ends_at,
            used_at: spell.used_at,
        };
        access.add_session(&session).await?;
        Ok(true)
    }

    async fn spell(ctx: &Context, hash: Hash) -> Result<Option<Spell>> {
        let found = ctx.store.access.session(hash).await?;
        Ok(found.map(|session| Spell {
            hash: session.hash,
            whose: session.operator,
            made_at: session.made_at,
            ends_at: session.ends_at,
            used_at: session.used_at,
        }))
    }

    async fn used(ctx: &Context, hash: Hash, at: Timestamp) -> Result<()> {
        ctx.store.access.use_session(hash, at).await
    }

    async fn end(ctx: &Context, hash: Hash) -> Result<()> {
        ctx.store.access.end_session(hash).await
    }
}
