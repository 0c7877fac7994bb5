//! The patients' way in.

use crate::context::{Context, storage};
use jiff::Timestamp;
use model::patient::Email;
use model::{AppUserId, Hash};
use signin::door::{Door, Entrant, Result, Spell};
use store::gateway::AccountSession;

/// Patients by e-mail address.
pub(super) struct Patients;

impl Door for Patients {
    type House = Context;

    const SESSION: &'static str = "baton_patient_session";
    const KNOWN: &'static str = "baton_patient_known";
    const KNOWN_PURPOSE: &'static str = "patient-known-browser";

    async fn find(ctx: &Context, name: &str) -> Result<Option<Entrant>> {
        let Ok(email) = Email::parse(name) else {
            return Ok(None);
        };
        let found = ctx.store.accounts.by_email(&email).await.map_err(storage)?;
        Ok(found.map(|account| Entrant {
            whose: account.patient.as_str().to_owned(),
            password_hash: account.password_hash,
            failures: account.failures,
            locked_until: account.locked_until,
        }))
    }

    async fn count(
        ctx: &Context,
        whose: &str,
        failures: u32,
        locked_until: Option<Timestamp>,
    ) -> Result<()> {
        let Ok(id) = AppUserId::parse(whose) else {
            return Ok(());
        };
        let accounts = &ctx.store.accounts;
        let counted = accounts.set_failures(&id, failures, locked_until).await;
        counted.map_err(storage)
    }

    async fn begin(ctx: &Context, spell: &Spell, before: Option<Hash>) -> Result<bool> {
        let Ok(patient) = AppUserId::parse(&spell.whose) else {
            return Ok(false);
        };
        let session = AccountSession {
            hash: spell.hash,
            patient,
            made_at: spell.made_at,
            ends_at: spell.ends_at,
            used_at: spell.used_at,
        };
        let added = ctx.store.accounts.add_session(&session, before).await;
        added.map_err(storage)
    }

    async fn spell(ctx: &Context, hash: Hash) -> Result<Option<Spell>> {
        let found = ctx.store.accounts.session(hash).await.map_err(storage)?;
        Ok(found.map(|session| Spell {
            hash: session.hash,
            whose: session.patient.as_str().to_owned(),
            made_at: session.made_at,
            ends_at: session.ends_at,
            used_at: session.used_at,
        }))
    }

    async fn used(ctx: &Context, hash: Hash, at: Timestamp) -> Result<()> {
        let noted = ctx.store.accounts.use_session(hash, at).await;
        noted.map_err(storage)
    }

    async fn end(ctx: &Context, hash: Hash) -> Result<()> {
        ctx.store.accounts.end_session(hash).await.map_err(storage)
    }
}
