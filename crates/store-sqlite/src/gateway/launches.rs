//! Launches from the toolbar: the secret of our widget, tokens that were used, and which user is which practitioner.

use super::{Db, Tx};
use crate::sql::statements;
use async_trait::async_trait;
use jiff::Timestamp;
use model::widget::Name;
use model::{UserId, WidgetSecretId};
use rusqlite::params;
use store::gateway::{Happening, Known, Launch, Launched, Launches, Said, Seat, WidgetSecret};
use store::row::Cells as _;
use store::row::gateway::launches::{known, seat, widget_secret};
use store::{Result, StoreError};

statements! {
    ADD_SECRET = "INSERT INTO widget_secret (id, name, launch_url, method, secret_key, secret, made_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    SECRETS = "SELECT id, name, launch_url, method, secret_key, secret, made_at FROM widget_secret ORDER BY made_at DESC, id DESC";
    DROP_OTHERS = "DELETE FROM widget_secret WHERE name = ?1 AND id <> ?2";
    USE_UP = "INSERT INTO launch (device, jti, attempt, until) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
    FORGET_OLD = "DELETE FROM launch WHERE until <= ?1";
    USER_OF = "SELECT app_user FROM practitioner WHERE spine_user_id = ?1 AND ods_code = ?2";
    SEAT_OF = "SELECT spine_user_id, ods_code FROM practitioner WHERE app_user = ?1";
    ADD_USER = "INSERT INTO app_user (id, name, made_at, authorisation) VALUES (?1, ?2, ?3, 'none') ON CONFLICT DO NOTHING";
    RENAME = "UPDATE app_user SET name = ?2 WHERE id = ?1";
    LINK = "INSERT INTO practitioner (spine_user_id, ods_code, app_user, linked_at) VALUES (?1, ?2, ?3, ?4)";
    NOTE_LAUNCH = "UPDATE practitioner SET name = ?3, last_launch_at = ?4 WHERE spine_user_id = ?1 AND ods_code = ?2";
    KNOWN = "SELECT spine_user_id, ods_code, app_user, name, linked_at, last_launch_at FROM practitioner WHERE app_user BETWEEN ?1 AND ?2 ORDER BY app_user";
}

/// The user who is this practitioner at this practice.
fn user_of(tx: &Tx<'_>, seat: &Seat) -> Result<Option<UserId>> {
    let which = [seat.spine_user_id.as_str(), seat.ods_code.as_str()];
    tx.one(USER_OF, which, |cells| cells.take("practitioner.app_user"))
}

/// Notes who somebody is, and tells it.
fn link(tx: &mut Tx<'_>, by: &str, seat: &Seat, user: &UserId, at: Timestamp) -> Result<()> {
    let row = params![
        seat.spine_user_id.as_str(),
        seat.ods_code.as_str(),
        user.as_str(),
        at.as_millisecond(),
    ];
    tx.write_one(LINK, row, "practitioner")?;
    tx.tell(by, at, &Happening::Identified(user.clone()))
}

/// Makes a user for a practitioner.
fn make_user(tx: &Tx<'_>, launch: &Launch, at: Timestamp) -> Result<UserId> {
    for id in store::gateway::own_ids(&launch.seat).flatten() {
        let row = params![id.as_str(), launch.name, at.as_millisecond()];
        if tx.write(ADD_USER, row)? > 0 {
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
        let secret = secret.clone();
        self.write("add a widget's secret", move |tx| {
            let row = params![
                secret.id.0.as_bytes(),
                secret.name.as_str(),
                secret.launch_url.as_str(),
                secret.method.as_str(),
                secret.secret.key.0.as_bytes(),
                secret.secret.bytes,
                secret.made_at.as_millisecond(),
            ];
            tx.write_one(ADD_SECRET, row, "widget_secret")
        })
        .await
    }

    async fn secrets(&self) -> Result<Vec<WidgetSecret>> {
        self.read("read widgets' secrets", |conn| {
            conn.all(SECRETS, [], |cells| widget_secret(cells))
        })
    }

    async fn keep_only(&self, name: &Name, id: WidgetSecretId) -> Result<u64> {
        let name = name.clone();
        self.write("drop a widget's older secrets", move |tx| {
            let gone = tx.write(DROP_OTHERS, params![name.as_str(), id.0.as_bytes()])?;
            *tx.forget |= gone > 0;
            Ok(gone as u64)
        })
        .await
    }

    async fn launch(&self, by: &str, launch: &Launch, at: Timestamp) -> Result<Launched> {
        let (by, launch) = (by.to_owned(), launch.clone());
        self.write("launch", move |tx| {
            let row = params![
                launch.device.0.as_bytes(),
                launch.jti.as_bytes(),
                launch.attempt.as_bytes(),
                launch.until.as_millisecond(),
            ];
            if tx.write(USE_UP, row)? == 0 {
                return Ok(Launched::Again);
            }
            tx.write(FORGET_OLD, [at.as_millisecond()])?;
            let seat = &launch.seat;
            let user = if let Some(user) = user_of(tx, seat)? {
                user
            } else {
                let user = make_user(tx, &launch, at)?;
                link(tx, &by, seat, &user, at)?;
                user
            };
            let row = params![
                seat.spine_user_id.as_str(),
                seat.ods_code.as_str(),
                launch.name,
                at.as_millisecond(),
            ];
            tx.write_one(NOTE_LAUNCH, row, "practitioner")?;
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
        let (by, id, is) = (by.to_owned(), id.clone(), is.clone());
        let name = name.map(ToOwned::to_owned);
        self.write("say who a user is", move |tx| {
            let linked = match user_of(tx, &is)? {
                Some(user) if user != id => return Ok(Said::IsAnother(user)),
                linked => linked.is_some(),
            };
            let other = tx.one(SEAT_OF, [id.as_str()], |cells| seat(cells))?;
            if other.is_some_and(|other| other != is) {
                return Ok(Said::IsSomebodyElse);
            }
            let row = params![id.as_str(), name, at.as_millisecond()];
            let new = tx.write(ADD_USER, row)? > 0;
            if !new {
                tx.write(RENAME, params![id.as_str(), name])?;
            }
            if !linked {
                link(tx, &by, &is, &id, at)?;
            }
            Ok(Said::Put { new })
        })
        .await
    }

    async fn known(&self, from: &UserId, to: &UserId) -> Result<Vec<Known>> {
        self.read("read who users are", |conn| {
            conn.all(KNOWN, [from.as_str(), to.as_str()], |cells| known(cells))
        })
    }
}
