//! Entering messages, and seeing where they stand.

use super::{FileToSend, GatewayClient, SEND_TIMEOUT, form};
use crate::Error;
use crate::http::{fill, send_for};
use reqwest::RequestBuilder;
use wire::gateway::{DryRun, Entered, Looked, Message, MessageEntry, MessageList, Release};
use wire::paths::gateway as paths;

/// Which messages; all of them when nothing is set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MessageFilter {
    /// `queued`, `sending`, `accepted` or `refused`.
    pub state: Option<String>,
    /// `PENDING`, `COMPLETED`, `REJECTED` or `EXPIRED`.
    pub status: Option<String>,
    /// In this user's name.
    pub user_id: Option<String>,
    /// To this practice.
    pub to: Option<String>,
    /// The page after the one that said this `next`.
    pub after: Option<String>,
    /// How many at most, 1 to 1,000.
    pub limit: Option<u32>,
}

fn of(template: &str, id: &str) -> String {
    fill(template, "messageId", id)
}

impl GatewayClient {
    /// Enters a message whose files stand in it in Base64. Give it a `message_id` of your own, so that you may
    /// call again after a lost answer.
    ///
    /// # Errors
    /// [`Error`]; a `validation-error` lists every fault at once.
    pub async fn send(&self, entry: &MessageEntry) -> Result<Entered, Error> {
        send_for(self.entry().json(entry)).await
    }

    /// Enters a message with files beside it, each read while it is sent. Those in `entry.files` are left out.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/gateway.in")); } use doc::{gateway, run};
    /// # run(async { let (http, url) = gateway().await;
    /// # let gateway = sdk::GatewayClient::new(http, &url, "bgk_…")?;
    /// # let entry = wire::gateway::MessageEntry::default();
    /// use sdk::gateway::FileToSend;
    ///
    /// // Any stream of pieces will do; its length must be known.
    /// let pieces = futures_util::stream::iter([Ok("Collected ".into()), Ok("today".into())]);
    /// let note = FileToSend::streamed("Note.txt", "text/plain", 15, pieces);
    /// match gateway.send_files(&entry, vec![note]).await {
    ///     Ok(entered) => println!("{} is {}", entered.message_id, entered.state),
    ///     Err(error) => {
    ///         let problem = error.refusal().and_then(|refusal| refusal.problem.as_ref());
    ///         for fault in problem.iter().flat_map(|problem| &problem.invalid_parameters) {
    ///             println!("{}: {}", fault.name, fault.reason);
    ///         }
    ///     }
    /// }
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    /// [`Error`], as [`Self::send`].
    pub async fn send_files(
        &self,
        entry: &MessageEntry,
        files: Vec<FileToSend>,
    ) -> Result<Entered, Error> {
        send_for(form::fill(self.entry(), entry, files)?).await
    }

    /// Asks whether a message would be taken, with every fault, and for a picture of what the practice will see.
    /// Nothing of it is kept.
    ///
    /// # Errors
    /// [`Error`]; faults of the message are in the answer.
    pub async fn dry_run(
        &self,
        entry: &MessageEntry,
        files: Vec<FileToSend>,
    ) -> Result<DryRun, Error> {
        let path = Self::asking(paths::MESSAGES, &[(paths::DRY_RUN, Some("true"))]);
        let request = self.post(&path).timeout(SEND_TIMEOUT);
        if files.is_empty() {
            return send_for(request.json(entry)).await;
        }
        send_for(form::fill(request, entry, files)?).await
    }

    /// One message, with everything that happened to it; 404 when there is none.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn message(&self, id: &str) -> Result<Message, Error> {
        send_for(self.get(&of(paths::MESSAGE, id))).await
    }

    /// A page of messages, newest first.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/gateway.in")); } use doc::{gateway, run};
    /// # run(async { let (http, url) = gateway().await;
    /// # let gateway = sdk::GatewayClient::new(http, &url, "bgk_…")?;
    /// use sdk::gateway::MessageFilter;
    ///
    /// let refused = MessageFilter { state: Some("refused".to_owned()), ..MessageFilter::default() };
    /// for message in gateway.messages(&refused).await?.messages {
    ///     println!("{} {:?}", message.message_id, message.problem);
    /// }
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    /// [`Error`].
    pub async fn messages(&self, filter: &MessageFilter) -> Result<MessageList, Error> {
        let limit = filter.limit.map(|limit| limit.to_string());
        let asked = [
            ("state", filter.state.as_deref()),
            ("status", filter.status.as_deref()),
            ("userId", filter.user_id.as_deref()),
            ("to", filter.to.as_deref()),
            ("after", filter.after.as_deref()),
            ("limit", limit.as_deref()),
        ];
        send_for(self.get(&Self::asking(paths::MESSAGES, &asked))).await
    }

    /// Lets a refused message go again, mended as `mend` says.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/gateway.in")); } use doc::{gateway, run};
    /// # run(async { let (http, url) = gateway().await;
    /// # let gateway = sdk::GatewayClient::new(http, &url, "bgk_…")?;
    /// use wire::gateway::Release;
    ///
    /// let to_another = Release { to: Some("GPPRAC002".to_owned()), ..Release::default() };
    /// let id = "5f0c2c3e-6d0b-4c0e-9a57-3b1f6f0d7e21";
    /// assert_eq!(gateway.release(id, &to_another).await?.state, "queued");
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    /// [`Error`]; `wrong-state` when it is not refused, or its content is gone.
    pub async fn release(&self, id: &str, mend: &Release) -> Result<Entered, Error> {
        send_for(self.post(&of(paths::RELEASE, id)).json(mend)).await
    }

    /// Takes a queued message out of its patient's line: it is refused with the problem `stopped`, and can be released.
    ///
    /// # Errors
    /// [`Error`]; `wrong-state` when it is not queued, also while it is on its way.
    pub async fn stop(&self, id: &str) -> Result<Entered, Error> {
        send_for(self.post(&of(paths::STOP, id))).await
    }

    /// Has the platform asked now where a message stands, because a person is waiting.
    ///
    /// # Errors
    /// [`Error`]; 503 when the platform does not answer.
    pub async fn look(&self, id: &str) -> Result<Looked, Error> {
        send_for(self.post(&of(paths::LOOK, id))).await
    }

    fn entry(&self) -> RequestBuilder {
        self.post(paths::MESSAGES).timeout(SEND_TIMEOUT)
    }
}
