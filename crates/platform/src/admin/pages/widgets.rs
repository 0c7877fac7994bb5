//! Widgets: what suppliers would have practices see, and an operator's word on it. Each word is about the revision
//! that was looked at.

use super::words::moment;
use super::{Done, Failure, SignedIn, done, paths};
use crate::admin::AdminError;
use crate::context::Ctx;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use minijinja::value::Serde;
use model::widget::life::{Practices, State as Stands};
use model::{OdsCode, WidgetId};
use serde::{Deserialize, Serialize};
use store::platform::Widget;

/// An operator's word.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Word {
    csrf: String,
    revision: u32,
    /// `all`, or those named.
    who: String,
    practices: String,
    reason: String,
}

/// What is wrong with a word: the field and why.
type Fault<'a> = Option<(&'static str, &'a str)>;

#[derive(Serialize)]
struct Row {
    id: String,
    page: String,
    name: String,
    client: String,
    launch_url: String,
    icon: &'static str,
    method: &'static str,
    /// What a launch carries.
    carries: &'static str,
    revision: u32,
    stands: &'static str,
    colour: &'static str,
    /// Of an approved one.
    practices: Option<String>,
    /// Of a refused one.
    reason: Option<String>,
    registered: String,
    changed: String,
    decided: Option<String>,
    asking: bool,
    approved: bool,
}

impl Row {
    fn new(widget: &Widget) -> Self {
        let content = &widget.content;
        let state = &widget.standing.state;
        let (stands, colour) = match state {
            Stands::AwaitingApproval => ("Awaiting approval", "yellow"),
            Stands::Approved(_) => ("Approved", "green"),
            Stands::Refused(_) => ("Refused", "red"),
        };
        let practices = match state {
            Stands::Approved(Practices::All) => Some("All practices".to_owned()),
            Stands::Approved(Practices::These(codes)) => {
                let codes: Vec<&str> = codes.iter().map(OdsCode::as_str).collect();
                Some(codes.join(", "))
            }
            _ => None,
        };
        let reason = match state {
            Stands::Refused(reason) => Some(reason.as_str().to_owned()),
            _ => None,
        };
        Self {
            id: widget.id.to_string(),
            page: page_of(widget.id),
            name: content.name.as_str().to_owned(),
            client: widget.client_name.clone(),
            launch_url: content.launch_url.as_str().to_owned(),
            icon: content.icon.as_str(),
            method: content.method.as_str(),
            carries: match (content.needs.user(), content.needs.patient()) {
                (_, true) => "Who opens it, and the patient’s NHS number",
                (true, false) => "Who opens it",
                (false, false) => "Nothing about anybody",
            },
            revision: widget.standing.revision,
            stands,
            colour,
            practices,
            reason,
            registered: moment(widget.registered_at),
            changed: moment(widget.changed_at),
            decided: widget.decided_at.map(moment),
            asking: *state == Stands::AwaitingApproval,
            approved: matches!(state, Stands::Approved(_)),
        }
    }
}

fn page_of(id: WidgetId) -> String {
    paths::WIDGET.replace("{id}", &id.to_string())
}

/// `GET /admin/widgets`.
pub(super) async fn list(State(ctx): State<Ctx>, user: SignedIn) -> Result<Response, Failure> {
    let widgets = ctx.store.widgets.widgets().await?;
    let mut rows: Vec<Row> = widgets.iter().map(Row::new).collect();
    rows.sort_by_key(|row| !row.asking);
    let asking = rows.iter().filter(|row| row.asking).count();
    let page = minijinja::context! { rows => Serde(rows), asking };
    user.page("admin/widgets.html", "widgets", page)
}

/// `GET /admin/widgets/{id}`.
pub(super) async fn show(
    State(ctx): State<Ctx>,
    user: SignedIn,
    Path(id): Path<String>,
    Query(wanted): Query<Done>,
) -> Result<Response, Failure> {
    let told = match wanted.done.as_str() {
        "approved" => "The widget is approved. Toolbars show it from their next look on.",
        "refused" => "The widget is refused. Its supplier reads the reason.",
        _ => "",
    };
    page(&ctx, user, &id, told, &Word::default(), None).await
}

async fn page(
    ctx: &Ctx,
    user: SignedIn,
    id: &str,
    told: &str,
    word: &Word,
    fault: Fault<'_>,
) -> Result<Response, Failure> {
    let found = match id.parse::<WidgetId>() {
        Ok(id) => ctx.store.widgets.widget(id).await?,
        Err(_) => None,
    };
    let Some(widget) = found else {
        return Err(Failure::NotFound(Box::new(user)));
    };
    // A form that nobody has sent yet says how it is.
    let (who, practices) = match &widget.standing.state {
        Stands::Approved(Practices::These(codes)) if word.who.is_empty() => {
            let codes: Vec<&str> = codes.iter().map(OdsCode::as_str).collect();
            ("these", codes.join(", "))
        }
        _ if word.who == "these" => ("these", word.practices.clone()),
        _ => ("all", word.practices.clone()),
    };
    let page = minijinja::context! {
        told,
        row => Serde(Row::new(&widget)),
        who,
        practices,
        reason => word.reason.as_str(),
        wrong => fault.map(|(field, _)| field),
    };
    let fault = fault.map(|(_, text)| text);
    user.form("admin/widget.html", "widgets", fault, page)
}

/// `POST /admin/widgets/{id}/approve`.
pub(super) async fn approve(
    State(ctx): State<Ctx>,
    user: SignedIn,
    Path(id): Path<String>,
    Form(word): Form<Word>,
) -> Result<Response, Failure> {
    let user = user.checked(&word.csrf)?;
    let Ok(widget) = id.parse::<WidgetId>() else {
        return Err(Failure::NotFound(Box::new(user)));
    };
    let practices = match practices(&word) {
        Ok(practices) => practices,
        Err(fault) => {
            let fault = Some(("practices", fault));
            return page(&ctx, user, &id, "", &word, fault).await;
        }
    };
    let admin = user.admin();
    let said = admin.approve_widget(widget, word.revision, &practices);
    let fault = match said.await {
        Ok(_) => return Ok(done(&page_of(widget), "approved")),
        Err(AdminError::Unknown(_)) => "there is no practice with one of these codes",
        Err(AdminError::Invalid(fault)) => fault,
        Err(error) => return Err(error.into()),
    };
    page(&ctx, user, &id, "", &word, Some(("practices", fault))).await
}

/// The practices of the form: none for all of them.
fn practices(word: &Word) -> Result<Vec<OdsCode>, &'static str> {
    // A form that says nothing must not show a widget to everybody.
    match word.who.as_str() {
        "all" => return Ok(Vec::new()),
        "these" => {}
        _ => return Err("say who sees it"),
    }
    let codes = word.practices.split([',', ' ', '\n', '\r', ';']);
    let codes = codes.filter(|code| !code.is_empty());
    let codes: Result<Vec<_>, _> = codes
        .map(|code| OdsCode::parse(&code.to_ascii_uppercase()))
        .collect();
    match codes {
        Err(_) => Err("one of these is no ODS code"),
        Ok(codes) if codes.is_empty() => Err("name at least one practice"),
        Ok(codes) => Ok(codes),
    }
}

/// `POST /admin/widgets/{id}/refuse`.
pub(super) async fn refuse(
    State(ctx): State<Ctx>,
    user: SignedIn,
    Path(id): Path<String>,
    Form(word): Form<Word>,
) -> Result<Response, Failure> {
    let user = user.checked(&word.csrf)?;
    let Ok(widget) = id.parse::<WidgetId>() else {
        return Err(Failure::NotFound(Box::new(user)));
    };
    let admin = user.admin();
    let said = admin.refuse_widget(widget, word.revision, word.reason.trim());
    match said.await {
        Ok(_) => Ok(done(&page_of(widget), "refused")),
        Err(AdminError::Invalid(fault)) => {
            page(&ctx, user, &id, "", &word, Some(("reason", fault))).await
        }
        Err(AdminError::Unknown(_)) => Err(Failure::NotFound(Box::new(user))),
        Err(error) => Err(error.into()),
    }
}
