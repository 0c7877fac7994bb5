//! Launches from the toolbar: the secret of our widget, tokens that were used, and which user is which practitioner.

use super::{Db, Rerun, Tx};
use crate::attempt::Call;
use crate::conn::Params;
use crate::row::clean;
use crate::sql::statements;
use async_trait::async_trait;
use jiff::Timestamp;
use model::widget::Name;
use model::{UserId, WidgetSecretId};
use store::gateway::{Happening, Known, Launch, Launched, Launches, Said, Seat, WidgetSecret};
use store::row::Cells as _;
use store::row::gateway::launches::{known, seat, widget_secret};
use store::{Result, StoreError};

statements! {
    ADD_SECRET = "INSERT INTO widget_secret (id, name, launch_url, method, secret_key, secret, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING";
    SECRETS = "SELECT id, name, launch_url, method, secret_key, secret, made_at FROM widget_secret ORDER BY made_at DESC, id DESC";
    DROP_OTHERS = "DELETE FROM widget_secret WHERE name = $1 AND id <> $2";
    // Whose the row is: of two who use a token at once, the second waits here and sees the first.
    USE_UP = "INSERT INTO launch (device, jti, attempt, until) VALUES ($1, $2, $3, $4) ON CONFLICT (device, jti) DO UPDATE SET until = launch.until RETURNING attempt";
    FORGET_OLD = "DELETE FROM launch WHERE (device, jti) IN (SELECT device, jti FROM launch WHERE until <= $1 LIMIT 1000 FOR UPDATE SKIP LOCKED)";
    HOLD = "SELECT pg_advisory_xact_lock(hashtextextended('baton gateway practitioner ' || $1::text || ' ' || $2::text, 0))";
    USER_OF = "SELECT app_user FROM practitioner WHERE spine_user_id = $1 AND ods_code = $2 FOR NO KEY UPDATE";
    SEAT_OF = "SELECT spine_user_id, ods_code FROM practitioner WHERE app_user = $1";
    ADD_USER = "INSERT INTO app_user (id, name, made_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    HOLD_USER = "SELECT made_at = $2 FROM app_user WHERE id = $1 FOR NO KEY UPDATE";
    RENAME = "UPDATE app_user SET name = $2 WHERE id = $1";
    LINK = "INSERT INTO practitioner (spine_user_id, ods_code, app_user, linked_at) VALUES ($1, $2, $3, $4)";
    NOTE_LAUNCH = "UPDATE practitioner SET name = $3, last_launch_at = $4 WHERE spine_user_id = $1 AND ods_code = $2";
    KNOWN = "SELECT spine_user_id, ods_code, app_user, name, linked_at, last_launch_at FROM practitioner WHERE app_user BETWEEN $1 AND $2 ORDER BY app_user";
}

/// Holds a practitioner at a practice until the transaction ends, so that of all nodes one at a time decides who that is.
async fn hold(tx: &Tx, seat: &Seat) -> Result<()> {
    let which: Params<'_> = &[&seat.spine_user_id.as_str(), &seat.ods_code.as_str()];
    // The lock's own row is nothing.
    tx.write(HOLD, which).await.map(drop)
}

/// The user who is a practitioner that is held.
async fn user_of(tx: &Tx, seat: &Seat) -> Result<Option<UserId>> {
    let which: Params<'_> = &[&seat.spine_user_id.as_str(), &seat.ods_code.as_str()];
    tx.one(USER_OF, which, |row| row.take("practitioner.app_user"))
        .await
}

/// Notes who somebody is, and tells it.
async fn link(tx: &Tx, by: &str, seat: &Seat, user: &UserId, at: Timestamp) -> Result<()> {
    let when = at.as_millisecond();
    let (who, practice) = (seat.spine_user_id.as_str(), seat.ods_code.as_str());
    let row: Params<'_> = &[&who, &practice, &user.as_str(), &when];
    tx.write_one(LINK, row, "practitioner").await?;
    tx.happen(by, at, &Happening::Identified(user.clone()));
    Ok(())
}

/// Makes a user for a practitioner.
async fn make_user(tx: &Tx, launch: &Launch, name: &str, at: Timestamp) -> Result<UserId> {
    let at = at.as_millisecond();
    for id in store::gateway::own_ids(&launch.seat).flatten() {
        let row: Params<'_> = &[&id.as_str(), &name, &at];
        if tx.write(ADD_USER, row).await? == 1 {
            return Ok(id);
        }
    }
    Err(StoreError::Inconsistent {
        place: "practitioner.app_user",
    })
}

#[async_trait]
impl Launches for Db {
    async fn add_secret(&self, secret: &WidgetSecret) -> Result<()> {
        let call = Call::new("add a widget's secret").repeatable();
        let (name, url) = (secret.name.as_str(), secret.launch_url.as_str());
        let (method, made_at) = (secret.method.as_str(), secret.made_at.as_millisecond());
        let (key, bytes) = (secret.secret.key.0, &&*secret.secret.bytes);
        self.write(call, |tx| async move {
            let row: Params<'_> = &[&secret.id.0, &name, &url, &method, &key, bytes, &made_at];
            tx.write(ADD_SECRET, row).await.map(drop)
        })
        .await
    }

    async fn secrets(&self) -> Result<Vec<WidgetSecret>> {
        self.read("read widgets' secrets", |conn| async move {
            conn.all(SECRETS, &[], widget_secret).await
        })
        .await
    }

    async fn keep_only(&self, name: &Name, id: WidgetSecretId) -> Result<u64> {
        let call = Call::new("drop a widget's older secrets");
        let name = name.as_str();
        self.write(call, |tx| async move {
            let which: Params<'_> = &[&name, &id.0];
            tx.write(DROP_OTHERS, which).await
        })
        .await
    }

    async fn launch(&self, by: &str, launch: &Launch, at: Timestamp) -> Result<Launched> {
        let call = Call::new("launch").repeatable();
        let (until, when) = (launch.until.as_millisecond(), at.as_millisecond());
        let name = &*clean(&launch.name);
        self.write(call, |tx| async move {
            let token: Params<'_> = &[&launch.device.0, &launch.jti, &launch.attempt, &until];
            let whose = tx.one(USE_UP, token, |row| row.take::<Vec<u8>>("launch.attempt"));
            if whose.await?.as_deref() != Some(launch.attempt.as_bytes().as_slice()) {
                return Ok(Launched::Again);
            }
            tx.write(FORGET_OLD, &[&when]).await?;
            let seat = &launch.seat;
            hold(&tx, seat).await?;
            let user = if let Some(user) = user_of(&tx, seat).await? {
                user
            } else {
                let user = make_user(&tx, launch, name, at).await?;
                link(&tx, by, seat, &user, at).await?;
                user
            };
            let (who, practice) = (seat.spine_user_id.as_str(), seat.ods_code.as_str());
            let row: Params<'_> = &[&who, &practice, &name, &when];
            tx.write_one(NOTE_LAUNCH, row, "practitioner").await?;
            Ok(Launched::By(user))
        })
        .await
    }

    async fn say(
        &self,
        by: &str,
        id: &UserId,
        name: Option<&str>,
        is: &Seat,
        at: Timestamp,
    ) -> Result<Said> {
        let call = Call::new("say who a user is").repeatable();
        let name = &name.map(clean);
        let when = at.as_millisecond();
        let rerun = &Rerun::default();
        self.write(call, |tx| async move {
            let rerun = rerun.is_one();
            let name = &name.as_deref();
            hold(&tx, is).await?;
            let linked = match user_of(&tx, is).await? {
                Some(user) if user != *id => return Ok(Said::IsAnother(user)),
                linked => linked.is_some(),
            };
            let row: Params<'_> = &[&id.as_str(), name, &when];
            let mut new = tx.write(ADD_USER, row).await? == 1;
            // Held from here on: nobody says at the same time that this user is another practitioner.
            let held: Params<'_> = &[&id.as_str(), &when];
            let ours = tx.one(HOLD_USER, held, |row| row.take::<bool>("app_user.made_at"));
            new |= ours.await? == Some(true) && rerun;
            let which: Params<'_> = &[&id.as_str()];
            let other = tx.one(SEAT_OF, which, seat).await?;
            if other.is_some_and(|other| other != *is) {
                return Ok(Said::IsSomebodyElse);
            }
            let row: Params<'_> = &[&id.as_str(), name];
            tx.write(RENAME, row).await?;
            if !linked {
                link(&tx, by, is, id, at).await?;
            }
            Ok(Said::Put { new })
        })
        .await
    }

    async fn known(&self, from: &UserId, to: &UserId) -> Result<Vec<Known>> {
        let (from, to) = (from.as_str(), to.as_str());
        self.read("read who users are", |conn| async move {
            conn.all(KNOWN, &[&from, &to], known).await
        })
        .await
    }
}
