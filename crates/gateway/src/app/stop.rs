//! Takes a queued message out of its patient's line.

use crate::context::{Ctx, storage};
use httpkit::problem::Refusal;
use model::outbox::State;
use store::gateway::{Stopped, Stored};
use wire::problem::ProblemType;

/// Stops a message.
///
/// # Errors
/// 409 when it is not queued.
pub(crate) async fn stop(ctx: &Ctx, by: &str, message: &Stored) -> Result<(), Refusal> {
    let outbox = &ctx.store.outbox;
    let problem = ProblemType::Stopped.name();
    let stopped = outbox.stop(by, message.id, problem, ctx.now()).await;
    match stopped.map_err(storage)? {
        Stopped::Done => Ok(()),
        Stopped::Unknown => Err(Refusal::new(ProblemType::NotFound)),
        Stopped::NotQueued => {
            let now = outbox.find(message.id).await.map_err(storage)?;
            let words = match now.map(|message| message.state) {
                // Queued: a try has ended this moment.
                Some(State::Sending | State::Queued) => {
                    "It is on its way this moment. Ask again when this attempt has ended."
                }
                Some(State::Refused) => "It is refused, so it holds nobody up.",
                Some(State::Accepted) => {
                    "The platform has it. What it is too late to stop here, the practice can reject."
                }
                None => "There is no such message.",
            };
            Err(Refusal::new(ProblemType::WrongState).detail(words))
        }
    }
}
