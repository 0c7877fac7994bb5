//! Toolbars, blocking them, and the keys that register them.

use super::words::moment;
use super::{Failure, SignedIn, done, paths};
use crate::context::Ctx;
use axum::Form;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};
use minijinja::value::Serde;
use model::device::{RegistrationKey, SESSION_IDLE};
use model::{DeviceId, OdsCode};
use serde::{Deserialize, Serialize};
use store::platform::SeenDevice;

/// Lines on the page.
const MOST: u32 = 200;
/// The longest life of a registration key, in days.
const MOST_DAYS: i64 = 366;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    practice: String,
    done: String,
}

/// A button beside a toolbar or a key.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Pressed {
    csrf: String,
    id: String,
    /// The practice whose toolbars were shown.
    practice: String,
}

/// A new registration key.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct NewKey {
    csrf: String,
    code: String,
    days: String,
    many: String,
}

/// A toolbar in a list.
#[derive(Serialize)]
pub(super) struct Row {
    id: String,
    name: String,
    practice: String,
    registered: String,
    used: Option<String>,
    stands: &'static str,
    colour: &'static str,
    blocked: Option<String>,
}

impl Row {
    fn new(seen: &SeenDevice, now: Timestamp) -> Self {
        let device = &seen.device;
        let in_use = seen
            .used_at
            .is_some_and(|at| now.duration_since(at) < SESSION_IDLE);
        let (stands, colour) = match (device.blocked_at, in_use) {
            (Some(_), _) => ("Blocked", "red"),
            (None, true) => ("Signed in", "green"),
            (None, false) => ("Registered", "grey"),
        };
        Self {
            id: device.id.to_string(),
            name: device.name.clone(),
            practice: device.practice.as_str().to_owned(),
            registered: moment(device.registered_at),
            used: seen.used_at.map(moment),
            stands,
            colour,
            blocked: device.blocked_at.map(moment),
        }
    }
}

/// A registration key in a list.
#[derive(Serialize)]
pub(super) struct Key {
    part_1: String,
    practice: String,
    many: bool,
    uses: u32,
    ends: String,
}

impl Key {
    pub(super) fn new(key: &RegistrationKey, uses: u32) -> Self {
        Self {
            part_1: key.part_1.clone(),
            practice: key.practice.as_str().to_owned(),
            many: key.many,
            uses,
            ends: moment(key.ends_at),
        }
    }

    /// Whether it can still register a toolbar.
    fn is_good(&self) -> bool {
        self.many || self.uses == 0
    }
}

/// Toolbars as a page lists them.
pub(super) async fn rows(ctx: &Ctx, practice: Option<&OdsCode>) -> Result<Vec<Row>, Failure> {
    let now = ctx.now();
    let found = ctx.store.oversight.seen_devices(practice, MOST).await?;
    Ok(found.iter().map(|one| Row::new(one, now)).collect())
}

/// `GET /admin/toolbars`.
pub(super) async fn list(
    State(ctx): State<Ctx>,
    user: SignedIn,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let typed = NewKey {
        code: wanted.practice.clone(),
        ..NewKey::default()
    };
    show(&ctx, &user, &wanted, &typed, &Faults::default()).await
}

/// A line of what is wrong with a form.
#[derive(Serialize)]
struct Fault {
    text: &'static str,
    href: &'static str,
}

/// What is wrong with a new key.
#[derive(Default, Serialize)]
struct Faults {
    code: Option<&'static str>,
    days: Option<&'static str>,
}

impl Faults {
    fn list(&self) -> Vec<Fault> {
        let lines = [("#code", self.code), ("#days", self.days)];
        let lines = lines.into_iter();
        lines
            .filter_map(|(href, text)| text.map(|text| Fault { text, href }))
            .collect()
    }
}

async fn show(
    ctx: &Ctx,
    user: &SignedIn,
    wanted: &Wanted,
    typed: &NewKey,
    wrong: &Faults,
) -> Result<Response, Failure> {
    let sought = wanted.practice.trim().to_ascii_uppercase();
    let practice = OdsCode::parse(&sought).ok();
    let unread = practice.is_none() && !sought.is_empty();
    let rows = rows(ctx, practice.as_ref()).await?;
    let keys = ctx.store.oversight.registration_keys(ctx.now()).await?;
    let keys: Vec<Key> = keys
        .iter()
        .filter(|(key, _)| practice.as_ref().is_none_or(|code| key.practice == *code))
        .map(|(key, uses)| Key::new(key, *uses))
        .filter(Key::is_good)
        .collect();
    let told = match wanted.done.as_str() {
        "blocked" => "The toolbar is blocked. Whoever was signed in at it is signed out.",
        "unblocked" => "The toolbar may sign in again.",
        "ended" => "The key registers no more toolbars. Those that it registered stay.",
        _ => "",
    };
    let faults = wrong.list();
    let page = minijinja::context! {
        told,
        practice => sought,
        unread,
        full => rows.len() >= MOST as usize,
        most => MOST,
        rows => Serde(rows),
        keys => Serde(keys),
        code => typed.code.trim().to_ascii_uppercase(),
        days => if typed.days.is_empty() { "30" } else { typed.days.as_str() },
        many => !typed.many.is_empty(),
        wrong => Serde(wrong),
        faults => Serde(&faults),
    };
    let status = if faults.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    user.page_with(status, "admin/toolbars.html", "toolbars", page)
}

/// The list that a button was pressed on.
fn back(pressed: &Pressed) -> String {
    super::words::address(paths::TOOLBARS, &[("practice", pressed.practice.trim())])
}

/// `POST /admin/toolbars/block`.
pub(super) async fn block(
    State(ctx): State<Ctx>,
    user: SignedIn,
    Form(pressed): Form<Pressed>,
) -> Result<Response, Failure> {
    let user = user.checked(&pressed.csrf)?;
    let devices = &ctx.store.devices;
    match pressed.id.parse::<DeviceId>() {
        Ok(id) if devices.block_device(&user.by(), id, ctx.now()).await? => {
            Ok(done(&back(&pressed), "blocked"))
        }
        _ => Err(Failure::NotFound(Box::new(user))),
    }
}

/// `POST /admin/toolbars/unblock`.
pub(super) async fn unblock(
    State(ctx): State<Ctx>,
    user: SignedIn,
    Form(pressed): Form<Pressed>,
) -> Result<Response, Failure> {
    let user = user.checked(&pressed.csrf)?;
    let Ok(id) = pressed.id.parse::<DeviceId>() else {
        return Err(Failure::NotFound(Box::new(user)));
    };
    // One that is not blocked any more is as it should be.
    let devices = &ctx.store.devices;
    devices.unblock_device(&user.by(), id, ctx.now()).await?;
    Ok(done(&back(&pressed), "unblocked"))
}

/// `POST /admin/toolbars/keys`: a registration key, shown once.
pub(super) async fn issue(
    State(ctx): State<Ctx>,
    user: SignedIn,
    Form(typed): Form<NewKey>,
) -> Result<Response, Failure> {
    let user = user.checked(&typed.csrf)?;
    let code = OdsCode::parse(&typed.code.trim().to_ascii_uppercase()).ok();
    let practice = match &code {
        Some(code) => ctx.store.directory.practice(code).await?,
        None => None,
    };
    let days = typed.days.trim().parse().ok();
    let days = days.filter(|days| (1..=MOST_DAYS).contains(days));
    let wrong = Faults {
        code: practice
            .is_none()
            .then_some("There is no practice with this code"),
        days: days.is_none().then_some("A key lives for 1 to 366 days"),
    };
    let (Some(practice), Some(days)) = (practice, days) else {
        return show(&ctx, &user, &Wanted::default(), &typed, &wrong).await;
    };
    let lives = SignedDuration::from_hours(days * 24);
    let many = !typed.many.is_empty();
    let admin = user.admin();
    let key = admin
        .issue_registration_key(&practice.ods_code, many, lives)
        .await?;
    let page = minijinja::context! {
        code => practice.ods_code.as_str(),
        name => practice.name,
        many,
        part_1 => key.part_1,
        part_2 => key.part_2.reveal(),
        ends => moment(key.ends_at),
        back => super::words::address(paths::TOOLBARS, &[("practice", practice.ods_code.as_str())]),
    };
    user.page("admin/registration_key.html", "toolbars", page)
}

/// `POST /admin/toolbars/keys/end`.
pub(super) async fn end(
    State(ctx): State<Ctx>,
    user: SignedIn,
    Form(pressed): Form<Pressed>,
) -> Result<Response, Failure> {
    let user = user.checked(&pressed.csrf)?;
    let (devices, by) = (&ctx.store.devices, user.by());
    let ended = devices.end_registration_key(&by, pressed.id.trim(), ctx.now());
    if ended.await? {
        Ok(done(&back(&pressed), "ended"))
    } else {
        Err(Failure::NotFound(Box::new(user)))
    }
}
