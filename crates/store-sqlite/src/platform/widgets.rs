//! Widgets: registered by client systems, decided on by operators, opened by practitioners.

use super::Db;
use crate::conn::Conn;
use crate::platform::Tx;
use crate::sql::statements;
use async_trait::async_trait;
use jiff::Timestamp;
use model::practitioner::Practitioner;
use model::widget::life::{Event, Practices, Reason, Standing, step};
use model::{Actor, Hash, OdsCode, WidgetId};
use rusqlite::params;
use std::collections::HashMap;
use store::platform::{Decided, Launch, Launched, NewWidget, ShownWidget, Widget, Widgets};
use store::row::Cells as _;
use store::row::widgets::{
    decision, launch_noted, shown, token_place, widget, with_practices, written,
};
use store::{Result, StoreError};

statements! {
    ADD = "INSERT INTO widget (id, client, name, icon, launch_url, user_data, patient_data, method, secret, mark, revision, state, everywhere, registered_at, changed_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?14) ON CONFLICT (client, name) DO NOTHING";
    MARK = "SELECT id, mark FROM widget WHERE client = ?1 AND name = ?2";
    CHANGE = "UPDATE widget SET icon = ?2, launch_url = ?3, user_data = ?4, patient_data = ?5, method = ?6, secret = ?7, mark = ?8, revision = ?9, changed_at = ?10 WHERE id = ?1";
    STAND = "UPDATE widget SET state = ?2, reason = ?3, everywhere = ?4, decided_at = ?5 WHERE id = ?1";
    FORGET_PRACTICES = "DELETE FROM widget_practice WHERE widget = ?1";
    ADD_PRACTICE = "INSERT INTO widget_practice (practice, widget) VALUES (?1, ?2)";
    WIDGET = "SELECT widget.id, widget.client, client.name, widget.name, widget.icon, widget.launch_url, widget.user_data, widget.patient_data, widget.method, widget.revision, widget.state, widget.reason, widget.everywhere, widget.registered_at, widget.changed_at, widget.decided_at FROM widget JOIN client ON client.id = widget.client WHERE widget.id = ?1";
    WIDGETS = "SELECT widget.id, widget.client, client.name, widget.name, widget.icon, widget.launch_url, widget.user_data, widget.patient_data, widget.method, widget.revision, widget.state, widget.reason, widget.everywhere, widget.registered_at, widget.changed_at, widget.decided_at FROM widget JOIN client ON client.id = widget.client ORDER BY client.name, widget.name, widget.id";
    PRACTICES_OF = "SELECT practice FROM widget_practice WHERE widget = ?1 ORDER BY practice";
    PRACTICES = "SELECT widget, practice FROM widget_practice ORDER BY widget, practice";
    SHOWN = "SELECT widget.id, widget.client, client.name, widget.name, widget.icon, widget.launch_url, widget.user_data, widget.patient_data, widget.method, widget.revision, widget.state, widget.reason, widget.everywhere, widget.registered_at, widget.changed_at, widget.decided_at, EXISTS (SELECT 1 FROM widget_hidden WHERE widget_hidden.practice = ?1 AND widget_hidden.spine_user_id = ?2 AND widget_hidden.widget = widget.id) FROM widget JOIN client ON client.id = widget.client WHERE widget.state = 'approved' AND client.disabled = 0 AND (widget.everywhere = 1 OR EXISTS (SELECT 1 FROM widget_practice WHERE widget_practice.practice = ?1 AND widget_practice.widget = widget.id)) ORDER BY widget.name, widget.id";
    IS_SHOWN = "SELECT widget.revision FROM widget JOIN client ON client.id = widget.client WHERE widget.id = ?2 AND widget.state = 'approved' AND client.disabled = 0 AND (widget.everywhere = 1 OR EXISTS (SELECT 1 FROM widget_practice WHERE widget_practice.practice = ?1 AND widget_practice.widget = widget.id))";
    HIDE = "INSERT INTO widget_hidden (practice, spine_user_id, widget) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
    SHOW = "DELETE FROM widget_hidden WHERE practice = ?1 AND spine_user_id = ?2 AND widget = ?3";
    SECRET = "SELECT secret FROM widget WHERE id = ?1 AND revision = ?2";
    USE_TOKEN = "INSERT INTO used_assertion (device, id, ends_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
}

fn find(conn: &Conn<'_>, id: WidgetId) -> Result<Option<Widget>> {
    let id = [id.0.as_bytes()];
    let Some(found) = conn.one(WIDGET, id, |cells| widget(cells))? else {
        return Ok(None);
    };
    let codes: Vec<OdsCode> = conn.all(PRACTICES_OF, id, |cells| {
        cells.take("widget_practice.practice")
    })?;
    with_practices(found, codes).map(Some)
}

fn require(conn: &Conn<'_>, id: WidgetId) -> Result<Widget> {
    find(conn, id)?.ok_or(StoreError::Inconsistent { place: "widget.id" })
}

/// Writes where a widget stands now.
fn stand(
    tx: &mut Tx<'_>,
    by: &Actor,
    mut now: Widget,
    standing: Standing,
    at: Timestamp,
    decided_at: Option<Timestamp>,
) -> Result<Widget> {
    now.standing = standing;
    now.decided_at = decided_at;
    let id = now.id.0.as_bytes();
    let (state, reason, everywhere, codes) = written(&now.standing.state);
    let decided_at = decided_at.map(Timestamp::as_millisecond);
    let row = params![id, state, reason, everywhere, decided_at];
    tx.write_one(STAND, row, "widget.state")?;
    tx.write(FORGET_PRACTICES, [id])?;
    for code in codes {
        tx.write_one(ADD_PRACTICE, params![code, id], "widget_practice")?;
    }
    let (action, subject) = decision(&now);
    tx.audit(by, at, action, subject)?;
    Ok(now)
}

fn add(tx: &mut Tx<'_>, by: &Actor, new: &NewWidget) -> Result<Option<Widget>> {
    let standing = Standing::new();
    let (content, at) = (&new.content, new.at.as_millisecond());
    let row = params![
        new.id.0.as_bytes(),
        new.client.0.as_bytes(),
        content.name.as_str(),
        content.icon.as_str(),
        content.launch_url.as_str(),
        content.needs.user(),
        content.needs.patient(),
        content.method.as_str(),
        new.secret,
        new.mark.as_bytes(),
        standing.revision,
        standing.state.as_str(),
        false,
        at,
    ];
    if tx.write(ADD, row)? == 0 {
        return Ok(None);
    }
    let added = require(tx, new.id)?;
    let (action, subject) = decision(&added);
    tx.audit(by, new.at, action, subject)?;
    Ok(Some(added))
}

fn register(tx: &mut Tx<'_>, by: &Actor, new: &NewWidget) -> Result<Widget> {
    if let Some(added) = add(tx, by, new)? {
        return Ok(added);
    }
    let content = &new.content;
    let key = params![new.client.0.as_bytes(), content.name.as_str()];
    let (id, mark): (WidgetId, Hash) = tx
        .one(MARK, key, |cells| {
            Ok((cells.take("widget.id")?, cells.take("widget.mark")?))
        })?
        .ok_or(StoreError::Inconsistent {
            place: "widget.name",
        })?;
    let before = require(tx, id)?;
    if mark == new.mark {
        return Ok(before);
    }
    let Ok(Some(standing)) = step(&before.standing, Event::Changed) else {
        return Ok(before);
    };
    let row = params![
        id.0.as_bytes(),
        content.icon.as_str(),
        content.launch_url.as_str(),
        content.needs.user(),
        content.needs.patient(),
        content.method.as_str(),
        new.secret,
        new.mark.as_bytes(),
        standing.revision,
        new.at.as_millisecond(),
    ];
    tx.write_one(CHANGE, row, "widget")?;
    let changed = Widget {
        content: content.clone(),
        changed_at: new.at,
        ..before
    };
    stand(tx, by, changed, standing, new.at, None)
}

fn decide(
    tx: &mut Tx<'_>,
    by: &Actor,
    id: WidgetId,
    event: Event,
    at: Timestamp,
) -> Result<Decided> {
    let Some(before) = find(tx, id)? else {
        return Ok(Decided::Unknown);
    };
    match step(&before.standing, event) {
        Err(other) => Ok(Decided::Other(other)),
        Ok(None) => Ok(Decided::Stands(Box::new(before))),
        Ok(Some(standing)) => {
            let stands = stand(tx, by, before, standing, at, Some(at))?;
            Ok(Decided::Stands(Box::new(stands)))
        }
    }
}

/// The revision of a widget, if the practice sees it.
fn shown_revision(conn: &Conn<'_>, practice: &OdsCode, id: WidgetId) -> Result<Option<u32>> {
    let key = params![practice.as_str(), id.0.as_bytes()];
    conn.one(IS_SHOWN, key, |cells| cells.take("widget.revision"))
}

#[async_trait]
impl Widgets for Db {
    async fn register(&self, by: &Actor, new: &NewWidget) -> Result<Widget> {
        let (by, new) = (by.clone(), new.clone());
        self.write("register widget", move |tx| register(tx, &by, &new))
            .await
    }

    async fn widget(&self, id: WidgetId) -> Result<Option<Widget>> {
        self.read("read a widget", |conn| find(conn, id))
    }

    async fn widgets(&self) -> Result<Vec<Widget>> {
        self.read("read widgets", |conn| {
            let all = conn.all(WIDGETS, [], |cells| widget(cells))?;
            let rows = conn.all(PRACTICES, [], |cells| {
                let id: WidgetId = cells.take("widget_practice.widget")?;
                let code: OdsCode = cells.take("widget_practice.practice")?;
                Ok((id, code))
            })?;
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
    }

    async fn approve(
        &self,
        by: &Actor,
        id: WidgetId,
        revision: u32,
        practices: &Practices,
        at: Timestamp,
    ) -> Result<Decided> {
        let by = by.clone();
        let event = Event::Approve {
            revision,
            practices: practices.clone(),
        };
        self.write("approve widget", move |tx| {
            decide(tx, &by, id, event.clone(), at)
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
        let by = by.clone();
        let event = Event::Refuse {
            revision,
            reason: reason.clone(),
        };
        self.write("refuse widget", move |tx| {
            decide(tx, &by, id, event.clone(), at)
        })
        .await
    }

    async fn shown_to(&self, who: &Practitioner) -> Result<Vec<ShownWidget>> {
        let key = [who.practice.as_str(), who.spine_user_id.as_str()];
        self.read("read a practice's widgets", |conn| {
            conn.all(SHOWN, key, |cells| {
                let ShownWidget { widget, hidden } = shown(cells)?;
                let widget = with_practices(widget, [who.practice.clone()])?;
                Ok(ShownWidget { widget, hidden })
            })
        })
    }

    async fn hide(
        &self,
        by: &Actor,
        who: &Practitioner,
        id: WidgetId,
        hidden: bool,
        at: Timestamp,
    ) -> Result<bool> {
        let (by, who) = (by.clone(), who.clone());
        self.write("hide widget", move |tx| {
            if shown_revision(tx, &who.practice, id)?.is_none() {
                return Ok(false);
            }
            let (sql, action) = if hidden {
                (HIDE, "hide widget")
            } else {
                (SHOW, "show widget")
            };
            let row = params![
                who.practice.as_str(),
                who.spine_user_id.as_str(),
                id.0.as_bytes(),
            ];
            if tx.write(sql, row)? > 0 {
                tx.audit(&by, at, action, id)?;
            }
            Ok(true)
        })
        .await
    }

    async fn secret(&self, id: WidgetId, revision: u32) -> Result<Option<Vec<u8>>> {
        self.read("read a widget's secret", |conn| {
            conn.one(SECRET, params![id.0.as_bytes(), revision], |cells| {
                cells.take("widget.secret")
            })
        })
    }

    async fn launch(&self, by: &Actor, launch: &Launch) -> Result<Launched> {
        let (by, launch) = (by.clone(), launch.clone());
        self.write("launch widget", move |tx| {
            let shown = shown_revision(tx, &launch.who.practice, launch.widget)?;
            if shown != Some(launch.revision) {
                return Ok(Launched::NotShown);
            }
            let mut fresh = true;
            for (id, until) in &launch.tokens {
                let row = params![
                    launch.device.0.as_bytes(),
                    token_place(id),
                    until.as_millisecond(),
                ];
                fresh &= tx.write(USE_TOKEN, row)? == 1;
            }
            if !fresh {
                return Ok(Launched::UsedBefore);
            }
            tx.audit(&by, launch.at, "launch widget", launch_noted(&launch))?;
            Ok(Launched::Noted)
        })
        .await
    }
}
