//! Widgets: registered by client systems, decided on by operators, opened by practitioners.

use super::Db;
use crate::attempt::Call;
use crate::conn::Conn;
use crate::sql::{Sql, statements};
use crate::tx::Tx;
use async_trait::async_trait;
use jiff::Timestamp;
use model::practitioner::Practitioner;
use model::widget::life::{Event, Practices, Reason, Standing, step};
use model::{Actor, Hash, OdsCode, WidgetId};
use std::collections::HashMap;
use store::platform::{Decided, Launch, Launched, NewWidget, ShownWidget, Widget, Widgets};
use store::row::widgets::{
    decision, launch_noted, shown, token_place, widget, with_practices, written,
};
use store::row::{Cells as _, int};
use store::{Result, StoreError};

statements! {
    ADD = "INSERT INTO widget (id, client, name, icon, launch_url, user_data, patient_data, method, secret, mark, revision, state, everywhere, registered_at, changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14) ON CONFLICT (client, name) DO NOTHING";
    MARK = "SELECT id, mark FROM widget WHERE client = $1 AND name = $2 FOR UPDATE";
    CHANGE = "UPDATE widget SET icon = $2, launch_url = $3, user_data = $4, patient_data = $5, method = $6, secret = $7, mark = $8, revision = $9, changed_at = $10 WHERE id = $1";
    STAND = "UPDATE widget SET state = $2, reason = $3, everywhere = $4, decided_at = $5 WHERE id = $1";
    FORGET_PRACTICES = "DELETE FROM widget_practice WHERE widget = $1";
    ADD_PRACTICE = "INSERT INTO widget_practice (practice, widget) VALUES ($1, $2)";
    WIDGET = "SELECT widget.id, widget.client, client.name, widget.name, widget.icon, widget.launch_url, widget.user_data, widget.patient_data, widget.method, widget.revision, widget.state, widget.reason, widget.everywhere, widget.registered_at, widget.changed_at, widget.decided_at FROM widget JOIN client ON client.id = widget.client WHERE widget.id = $1";
    // Whoever changes or decides holds the row until that is committed.
    LOCKED = "SELECT widget.id, widget.client, client.name, widget.name, widget.icon, widget.launch_url, widget.user_data, widget.patient_data, widget.method, widget.revision, widget.state, widget.reason, widget.everywhere, widget.registered_at, widget.changed_at, widget.decided_at FROM widget JOIN client ON client.id = widget.client WHERE widget.id = $1 FOR UPDATE OF widget";
    WIDGETS = "SELECT widget.id, widget.client, client.name, widget.name, widget.icon, widget.launch_url, widget.user_data, widget.patient_data, widget.method, widget.revision, widget.state, widget.reason, widget.everywhere, widget.registered_at, widget.changed_at, widget.decided_at FROM widget JOIN client ON client.id = widget.client ORDER BY client.name, widget.name, widget.id";
    PRACTICES_OF = "SELECT practice FROM widget_practice WHERE widget = $1 ORDER BY practice";
    PRACTICES = "SELECT widget, practice FROM widget_practice ORDER BY widget, practice";
    SHOWN = "SELECT widget.id, widget.client, client.name, widget.name, widget.icon, widget.launch_url, widget.user_data, widget.patient_data, widget.method, widget.revision, widget.state, widget.reason, widget.everywhere, widget.registered_at, widget.changed_at, widget.decided_at, EXISTS (SELECT 1 FROM widget_hidden WHERE widget_hidden.practice = $1 AND widget_hidden.spine_user_id = $2 AND widget_hidden.widget = widget.id) FROM widget JOIN client ON client.id = widget.client WHERE widget.state = 'approved' AND NOT client.disabled AND (widget.everywhere OR EXISTS (SELECT 1 FROM widget_practice WHERE widget_practice.practice = $1 AND widget_practice.widget = widget.id)) ORDER BY widget.name, widget.id";
    IS_SHOWN = "SELECT widget.revision FROM widget JOIN client ON client.id = widget.client WHERE widget.id = $2 AND widget.state = 'approved' AND NOT client.disabled AND (widget.everywhere OR EXISTS (SELECT 1 FROM widget_practice WHERE widget_practice.practice = $1 AND widget_practice.widget = widget.id))";
    HIDE = "INSERT INTO widget_hidden (practice, spine_user_id, widget) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    SHOW = "DELETE FROM widget_hidden WHERE practice = $1 AND spine_user_id = $2 AND widget = $3";
    SECRET = "SELECT secret FROM widget WHERE id = $1 AND revision = $2";
    USE_TOKEN = "INSERT INTO used_assertion (device, id, ends_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
}

async fn find(conn: &Conn, sql: Sql, id: WidgetId) -> Result<Option<Widget>> {
    let Some(found) = conn.one(sql, &[&id.0], widget).await? else {
        return Ok(None);
    };
    let codes: Vec<OdsCode> = conn
        .all(PRACTICES_OF, &[&id.0], |row| {
            row.take("widget_practice.practice")
        })
        .await?;
    with_practices(found, codes).map(Some)
}

async fn require(conn: &Conn, id: WidgetId) -> Result<Widget> {
    let found = find(conn, WIDGET, id).await?;
    found.ok_or(StoreError::Inconsistent { place: "widget.id" })
}

/// Writes where a widget stands now.
async fn stand(
    tx: &Tx,
    by: &Actor,
    mut now: Widget,
    standing: Standing,
    at: Timestamp,
    decided_at: Option<Timestamp>,
) -> Result<Widget> {
    now.standing = standing;
    now.decided_at = decided_at;
    let id = &now.id.0;
    let (state, reason, everywhere, codes) = written(&now.standing.state);
    let decided_at = decided_at.map(Timestamp::as_millisecond);
    tx.write_one(
        STAND,
        &[id, &state, &reason, &everywhere, &decided_at],
        "widget.state",
    )
    .await?;
    tx.write(FORGET_PRACTICES, &[id]).await?;
    for code in codes {
        tx.write_one(ADD_PRACTICE, &[&code, id], "widget_practice")
            .await?;
    }
    let (action, subject) = decision(&now);
    tx.audit(by, at, action, subject);
    Ok(now)
}

async fn add(tx: &Tx, by: &Actor, new: &NewWidget) -> Result<Option<Widget>> {
    let standing = Standing::new();
    let content = &new.content;
    let written = tx
        .write(
            ADD,
            &[
                &new.id.0,
                &new.client.0,
                &content.name.as_str(),
                &content.icon.as_str(),
                &content.launch_url.as_str(),
                &content.needs.user(),
                &content.needs.patient(),
                &content.method.as_str(),
                &new.secret,
                new.mark.as_bytes(),
                &int(standing.revision),
                &standing.state.as_str(),
                &false,
                &new.at.as_millisecond(),
            ],
        )
        .await?;
    if written == 0 {
        return Ok(None);
    }
    let added = require(tx, new.id).await?;
    let (action, subject) = decision(&added);
    tx.audit(by, new.at, action, subject);
    Ok(Some(added))
}

async fn register(tx: &Tx, by: &Actor, new: &NewWidget) -> Result<Widget> {
    if let Some(added) = add(tx, by, new).await? {
        return Ok(added);
    }
    let content = &new.content;
    let (id, mark): (WidgetId, Hash) = tx
        .one(MARK, &[&new.client.0, &content.name.as_str()], |row| {
            Ok((row.take("widget.id")?, row.take("widget.mark")?))
        })
        .await?
        .ok_or(StoreError::Inconsistent {
            place: "widget.name",
        })?;
    let before = require(tx, id).await?;
    if mark == new.mark {
        tx.confirm();
        return Ok(before);
    }
    let Ok(Some(standing)) = step(&before.standing, Event::Changed) else {
        return Ok(before);
    };
    tx.write_one(
        CHANGE,
        &[
            &id.0,
            &content.icon.as_str(),
            &content.launch_url.as_str(),
            &content.needs.user(),
            &content.needs.patient(),
            &content.method.as_str(),
            &new.secret,
            new.mark.as_bytes(),
            &int(standing.revision),
            &new.at.as_millisecond(),
        ],
        "widget",
    )
    .await?;
    let changed = Widget {
        content: content.clone(),
        changed_at: new.at,
        ..before
    };
    stand(tx, by, changed, standing, new.at, None).await
}

async fn decide(tx: &Tx, by: &Actor, id: WidgetId, event: Event, at: Timestamp) -> Result<Decided> {
    let Some(before) = find(tx, LOCKED, id).await? else {
        return Ok(Decided::Unknown);
    };
    match step(&before.standing, event) {
        Err(other) => Ok(Decided::Other(other)),
        Ok(None) => {
            tx.confirm();
            Ok(Decided::Stands(Box::new(before)))
        }
        Ok(Some(standing)) => {
            let stands = stand(tx, by, before, standing, at, Some(at)).await?;
            Ok(Decided::Stands(Box::new(stands)))
        }
    }
}

/// The revision of a widget, if the practice sees it.
async fn shown_revision(conn: &Conn, practice: &OdsCode, id: WidgetId) -> Result<Option<u32>> {
    conn.one(IS_SHOWN, &[&practice.as_str(), &id.0], |row| {
        row.take("widget.revision")
    })
    .await
}

#[async_trait]
impl Widgets for Db {
    async fn register(&self, by: &Actor, new: &NewWidget) -> Result<Widget> {
        let call = Call::new("register widget").audited();
        self.write(call, |tx| async move { register(&tx, by, new).await })
            .await
    }

    async fn widget(&self, id: WidgetId) -> Result<Option<Widget>> {
        self.read("read a widget", |conn| async move {
            find(&conn, WIDGET, id).await
        })
        .await
    }

    async fn widgets(&self) -> Result<Vec<Widget>> {
        self.read("read widgets", |conn| async move {
            let all = conn.all(WIDGETS, &[], widget).await?;
            let rows = conn
                .all(PRACTICES, &[], |row| {
                    let id: WidgetId = row.take("widget_practice.widget")?;
                    let code: OdsCode = row.take("widget_practice.practice")?;
                    Ok((id, code))
                })
                .await?;
            let mut codes: HashMap<WidgetId, Vec<OdsCode>> = HashMap::new();
            for (id, code) in rows {
                codes.entry(id).or_default().push(code);
            }
            all.into_iter()
                .map(|widget| {
                    let codes = codes.remove(&widget.id).unwrap_or_default();
                    with_practices(widget, codes)
                })
                .collect()
        })
        .await
    }

    async fn approve(
        &self,
        by: &Actor,
        id: WidgetId,
        revision: u32,
        practices: &Practices,
        at: Timestamp,
    ) -> Result<Decided> {
        let call = Call::new("approve widget").audited();
        self.write(call, |tx| async move {
            let event = Event::Approve {
                revision,
                practices: practices.clone(),
            };
            decide(&tx, by, id, event, at).await
        })
        .await
    }

    async fn refuse(
        &self,
        by: &Actor,
        id: WidgetId,
        revision: u32,
        reason: &Reason,
        at: Timestamp,
    ) -> Result<Decided> {
        let call = Call::new("refuse widget").audited();
        self.write(call, |tx| async move {
            let event = Event::Refuse {
                revision,
                reason: reason.clone(),
            };
            decide(&tx, by, id, event, at).await
        })
        .await
    }

    async fn shown_to(&self, who: &Practitioner) -> Result<Vec<ShownWidget>> {
        let practice = who.practice.as_str();
        let spine_user_id = who.spine_user_id.as_str();
        self.read("read a practice's widgets", |conn| async move {
            conn.all(SHOWN, &[&practice, &spine_user_id], |row| {
                let ShownWidget { widget, hidden } = shown(row)?;
                let widget = with_practices(widget, [who.practice.clone()])?;
                Ok(ShownWidget { widget, hidden })
            })
            .await
        })
        .await
    }

    async fn hide(
        &self,
        by: &Actor,
        who: &Practitioner,
        id: WidgetId,
        hidden: bool,
        at: Timestamp,
    ) -> Result<bool> {
        let call = Call::new("hide widget").audited();
        let (sql, action) = if hidden {
            (HIDE, "hide widget")
        } else {
            (SHOW, "show widget")
        };
        let practice = who.practice.as_str();
        let spine_user_id = who.spine_user_id.as_str();
        self.write(call, |tx| async move {
            let shown = shown_revision(&tx, &who.practice, id).await?;
            if shown.is_none() {
                return Ok(false);
            }
            let written = tx.write(sql, &[&practice, &spine_user_id, &id.0]).await?;
            if written > 0 {
                tx.audit(by, at, action, id);
            } else {
                tx.confirm();
            }
            Ok(true)
        })
        .await
    }

    async fn secret(&self, id: WidgetId, revision: u32) -> Result<Option<Vec<u8>>> {
        let revision = int(revision);
        self.read("read a widget's secret", |conn| async move {
            conn.one(SECRET, &[&id.0, &revision], |row| row.take("widget.secret"))
                .await
        })
        .await
    }

    async fn launch(&self, by: &Actor, launch: &Launch) -> Result<Launched> {
        let call = Call::new("launch widget").audited();
        self.write(call, |tx| async move {
            let shown = shown_revision(&tx, &launch.who.practice, launch.widget).await?;
            if shown != Some(launch.revision) {
                return Ok(Launched::NotShown);
            }
            let mut fresh = true;
            for (id, until) in &launch.tokens {
                let (place, until) = (token_place(id), until.as_millisecond());
                let used = tx
                    .write(USE_TOKEN, &[&launch.device.0, &place, &until])
                    .await?;
                fresh &= used == 1;
            }
            if !fresh {
                return Ok(Launched::UsedBefore);
            }
            tx.audit(by, launch.at, "launch widget", launch_noted(launch));
            Ok(Launched::Noted)
        })
        .await
    }
}
