//! Proof that what got a 200 is kept: after `kill -9` every message has a status, and attachments their bytes.

use crate::client::Connection;
use crate::drive;
use crate::world::World;
use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use load::{Length, Messages, Mode, Outcome, Plan, Reads, Requests, Target, Watch};
use model::Hash;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use uuid::Uuid;
use wire::partner::SendMessage;
use wire::paths::practice as paths;
use wire::practice::{Detail, Inbox};

/// How many messages' attachments are fetched.
const SAMPLE: usize = 50;

/// Loads a platform, kills it after `time`, and gives the ids that got a 200.
///
/// # Errors
/// When the load could not begin.
pub(crate) async fn kill_under_load(
    world: World,
    connections: usize,
    requests: Arc<dyn Requests>,
    time: Duration,
) -> Result<Vec<Uuid>> {
    let target = Target::find(world.platform.url()).await?;
    let mut plan = Plan::new(
        target,
        Mode::Closed { connections },
        Length::For(time + Duration::from_secs(30)),
        Shared(requests),
    );
    plan.keep_acknowledged = true;
    let watch = Watch::default();
    let stopping = watch.clone();
    let killing = async move {
        tokio::time::sleep(time).await;
        let killed = world.platform.kill();
        stopping.stop();
        killed
    };
    let (outcome, killed) = tokio::join!(load::run(plan, &watch), killing);
    killed?;
    let Outcome { acknowledged, .. } = outcome?;
    Ok(acknowledged)
}

struct Shared(Arc<dyn Requests>);

impl Requests for Shared {
    fn next(&self, number: u64) -> load::Request {
        self.0.next(number)
    }
}

/// How many of these have a status.
///
/// # Errors
/// When the platform does not answer.
pub(crate) async fn with_status(world: &World, ids: &[Uuid]) -> Result<usize> {
    if ids.is_empty() {
        return Ok(0);
    }
    let statuses = Reads::statuses(ids.iter().copied(), &world.access.credentials())?;
    let target = Target::find(world.platform.url()).await?;
    let count = Length::Count(ids.len() as u64);
    let mode = Mode::Closed { connections: 16 };
    let outcome = load::run(Plan::new(target, mode, count, statuses), &Watch::default()).await?;
    Ok(usize::try_from(outcome.accepted())?)
}

/// Looks at the attachments of some of the acknowledged messages, through the toolbar; what is wrong.
///
/// # Errors
/// When the platform does not answer.
pub(crate) async fn wrong_attachments(
    world: &World,
    messages: &Messages,
    acknowledged: &[Uuid],
) -> Result<Option<String>> {
    let numbers: HashMap<Uuid, u64> = (0..2 * acknowledged.len() as u64 + 1000)
        .map(|number| (messages.ids().id(number), number))
        .collect();
    let step = (acknowledged.len() / SAMPLE).max(1);
    let mut sample: HashMap<String, u64> = acknowledged
        .iter()
        .rev()
        .step_by(step)
        .filter_map(|id| Some((id.to_string(), *numbers.get(id)?)))
        .collect();
    let mut connection = Connection::open(world.platform.address()).await?;
    let headers = [("Authorization", world.access.session.as_str())];
    let mut page = paths::MESSAGES.to_owned();
    loop {
        let inbox: Inbox = connection.get(&page, &headers).await?.json(200)?;
        for summary in &inbox.messages {
            let Some(number) = sample.remove(&summary.message_id) else {
                continue;
            };
            let wanted = hashes(&messages.body(number).to_vec())?;
            let path = paths::MESSAGE.replace("{messageRef}", &summary.message_ref);
            let detail: Detail = connection.get(&path, &headers).await?.json(200)?;
            for (place, wanted) in wanted.iter().enumerate() {
                let told = detail
                    .attachments
                    .get(place)
                    .map(|told| told.sha256.as_str());
                let path = paths::ATTACHMENT
                    .replace("{messageRef}", &summary.message_ref)
                    .replace("{index}", &place.to_string());
                let answer = connection.get(&path, &headers).await?;
                let found = Hash::of(&answer.body).to_hex();
                if answer.status != 200 || found != *wanted || told != Some(wanted) {
                    return Ok(Some(format!(
                        "attachment {place} of {} differs",
                        summary.message_id
                    )));
                }
            }
        }
        match inbox.next {
            Some(next) if !sample.is_empty() => page = format!("{}?after={next}", paths::MESSAGES),
            _ => break,
        }
    }
    Ok((!sample.is_empty()).then(|| format!("{} messages are not in the inbox", sample.len())))
}

/// SHA-256 of each attachment that was sent.
fn hashes(body: &[u8]) -> Result<Vec<String>> {
    let message: SendMessage = serde_json::from_slice(body).ok().context("no message")?;
    let hash = |content: &str| anyhow::Ok(Hash::of(&STANDARD.decode(content)?).to_hex());
    message
        .attachments
        .iter()
        .map(|file| hash(&file.content))
        .collect()
}

/// Everything at once: kills under load, starts again and checks; the world, and what is wrong.
///
/// # Errors
/// When anything but a promise broke.
pub(crate) async fn killed_and_checked(
    baton: &crate::baton::Baton,
    world: World,
    kill: Kill,
) -> Result<(World, Kept)> {
    let folder = world.platform.folder().to_owned();
    let access = world.access.clone();
    let ids = drive::fresh_ids();
    let sends = drive::sends(&world, kill.kind, kill.shape, crate::world::PRACTICE, ids)?;
    let requests = Arc::new(sends);
    let acknowledged = kill_under_load(world, kill.connections, requests, kill.after).await?;
    let began = Instant::now();
    let world = World::again(baton, &folder, access)?;
    world.first_answer().await?;
    let restart = began.elapsed().as_secs_f64() * 1000.0;
    let found = with_status(&world, &acknowledged).await?;
    let recipe = drive::recipe(kill.kind, kill.shape, crate::world::PRACTICE);
    let messages = Messages::new(&recipe, ids);
    let wrong = wrong_attachments(&world, &messages, &acknowledged).await?;
    let kept = Kept {
        acknowledged: acknowledged.len(),
        found,
        restart,
        wrong,
    };
    Ok((world, kept))
}

/// How to kill.
pub(crate) struct Kill {
    pub(crate) kind: load::Kind,
    pub(crate) shape: load::Shape,
    pub(crate) connections: usize,
    /// How long after the load began.
    pub(crate) after: Duration,
}

/// What was there after a kill.
pub(crate) struct Kept {
    pub(crate) acknowledged: usize,
    pub(crate) found: usize,
    /// Milliseconds from the second start to the first 200.
    pub(crate) restart: f64,
    /// An attachment that is not what was sent.
    wrong: Option<String>,
}

impl Kept {
    /// Which promise was broken, if one was.
    pub(crate) fn broken(&self) -> Option<String> {
        if self.found < self.acknowledged {
            let lost = self.acknowledged - self.found;
            return Some(format!(
                "{lost} of {} acknowledged messages are gone",
                self.acknowledged
            ));
        }
        self.wrong.clone()
    }
}
