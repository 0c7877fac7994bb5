//! The desk: what is known of the toolbar, changed by one step after the other.

use super::codes::Codes;
use super::inbox::Names;
use super::notices::Notices;
use super::review::Review;
use super::{BridgeConfig, Published, Step, Wake, standing};
use crate::command::Command;
use crate::snapshot::Snapshot;
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::task::AbortHandle;
use toolbar::{Agent, AgentConfig, AgentHandle, Pace, RegistrationRequest};

/// What the last practitioner asked for is given so long to be finished before the program ends.
const FINISH: Duration = Duration::from_secs(12);

/// The desk.
pub(super) struct Desk {
    pub(super) config: BridgeConfig,
    pub(super) agent: Option<AgentHandle>,
    pub(super) shown: Snapshot,
    pub(super) review: Review,
    pub(super) codes: Codes,
    pub(super) names: Names,
    pub(super) notices: Notices,
    /// Grows when somebody else signs in: what was asked for one practitioner is not shown to another.
    pub(super) session: u64,
    /// Somebody chose to sign out, and is not out yet.
    pub(super) leaving: bool,
    /// So many pages were drawn.
    pub(super) pictures: u64,
    back: mpsc::UnboundedSender<Step>,
    published: Published,
    wake: Wake,
    followers: Vec<AbortHandle>,
    ended: bool,
}

impl Desk {
    pub(super) fn new(
        config: BridgeConfig,
        back: mpsc::UnboundedSender<Step>,
        published: Published,
        wake: Wake,
    ) -> Self {
        Self {
            shown: config.first_snapshot(),
            config,
            agent: None,
            review: Review::default(),
            codes: Codes::default(),
            names: Names::default(),
            notices: Notices::default(),
            session: 0,
            leaving: false,
            pictures: 0,
            back,
            published,
            wake,
            followers: Vec::new(),
            ended: false,
        }
    }

    /// Takes steps until the end.
    pub(super) async fn run(mut self, mut steps: mpsc::UnboundedReceiver<Step>) {
        let registration = self.config.registration.take();
        self.start_agent(registration);
        self.publish();
        while let Some(step) = steps.recv().await {
            step(&mut self);
            while let Ok(step) = steps.try_recv() {
                step(&mut self);
            }
            self.publish();
            if self.ended {
                break;
            }
        }
        self.finish(&mut steps).await;
    }

    /// Carries out what is pending, signs out and stops.
    async fn finish(&mut self, steps: &mut mpsc::UnboundedReceiver<Step>) {
        self.finish_pending();
        let finishing = async {
            while self.review.is_busy() {
                let Some(step) = steps.recv().await else {
                    break;
                };
                step(self);
            }
        };
        // What could not be finished by then is given back by the claim's end.
        let _ = tokio::time::timeout(FINISH, finishing).await;
        self.close_open();
        if let Some(agent) = self.agent.take() {
            let _ = tokio::time::timeout(FINISH, agent.shutdown()).await;
        }
    }

    fn publish(&mut self) {
        self.shown.now = self.config.clock.now();
        {
            let mut published = self
                .published
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            published.0 += 1;
            published.1 = self.shown.clone();
        }
        (self.wake)();
    }

    /// Does `work` aside; what it comes to is a step, and is dropped if somebody else has signed in by then.
    pub(super) fn aside<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
        then: impl FnOnce(&mut Self, T) + Send + 'static,
    ) {
        let (back, session) = (self.back.clone(), self.session);
        tokio::spawn(async move {
            let result = work.await;
            let step: Step = Box::new(move |desk| {
                if desk.session == session {
                    then(desk, result);
                }
            });
            let _ = back.send(step);
        });
    }

    /// As [`Self::aside`], for what must be heard of whoever is signed in by then.
    pub(super) fn aside_always<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
        then: impl FnOnce(&mut Self, T) + Send + 'static,
    ) {
        let back = self.back.clone();
        tokio::spawn(async move {
            let result = work.await;
            let _ = back.send(Box::new(move |desk| then(desk, result)));
        });
    }

    /// A way to send steps from elsewhere.
    pub(super) fn back(&self) -> mpsc::UnboundedSender<Step> {
        self.back.clone()
    }

    /// Steps on every value of `watched`, the present one first, until the agent is replaced.
    fn follow<T: Clone + Send + Sync + 'static>(
        &mut self,
        mut watched: watch::Receiver<T>,
        then: fn(&mut Self, T),
    ) {
        let back = self.back.clone();
        let task = tokio::spawn(async move {
            loop {
                let value = watched.borrow_and_update().clone();
                if back.send(Box::new(move |desk| then(desk, value))).is_err()
                    || watched.changed().await.is_err()
                {
                    return;
                }
            }
        });
        self.followers.push(task.abort_handle());
    }

    /// Starts the toolbar with the settings in force; without any, there is nothing to start.
    pub(super) fn start_agent(&mut self, registration: Option<RegistrationRequest>) {
        let Some(settings) = self.config.settings.clone() else {
            return;
        };
        let http = match toolbar::pc::http() {
            Ok(http) => http,
            Err(error) => {
                tracing::error!(%error, "no TLS");
                self.shown.standing =
                    standing::broken("Secure connections can't be set up on this PC.");
                return;
            }
        };
        let config = AgentConfig {
            data_dir: self.config.data_dir.clone(),
            platform_url: settings.platform_url,
            record_system: settings.record_system,
            registration,
            http,
            clock: Arc::clone(&self.config.clock),
            entropy: toolbar::pc::entropy(),
            keeper: Arc::clone(&self.config.keeper),
            pace: Pace::default(),
        };
        self.aside_always(Agent::start(config), |desk, started| match started {
            Ok(agent) => desk.take_agent(agent),
            Err(error) => {
                tracing::error!(%error, "the toolbar does not start");
                desk.shown.standing = standing::broken(&super::words::capital(&error.to_string()));
            }
        });
    }

    fn take_agent(&mut self, agent: AgentHandle) {
        self.follow(agent.state(), |desk, _| desk.stand());
        self.follow(agent.connection(), |desk, _| desk.stand());
        self.follow(agent.inbox_view(), Self::take_inbox);
        self.follow(agent.widgets(), Self::take_widgets);
        let (mut events, back) = (agent.events(), self.back.clone());
        let task = tokio::spawn(async move {
            use tokio::sync::broadcast::error::RecvError;
            loop {
                match events.recv().await {
                    Ok(event) => {
                        if back.send(Box::new(move |desk| desk.hear(event))).is_err() {
                            return;
                        }
                    }
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return,
                }
            }
        });
        self.followers.push(task.abort_handle());
        self.agent = Some(agent);
        self.stand();
    }

    /// Stops the toolbar and starts it anew, with the settings in force by now.
    pub(super) fn restart_agent(&mut self) {
        for follower in self.followers.drain(..) {
            follower.abort();
        }
        self.finish_pending();
        self.close_open();
        let Some(agent) = self.agent.take() else {
            return self.start_agent(None);
        };
        self.aside_always(async move { agent.shutdown().await }, |desk, ()| {
            desk.start_agent(None);
        });
    }

    /// Carries out one order.
    pub(super) fn carry_out(&mut self, command: Command) {
        match command {
            Command::Register(form) => self.register(form),
            Command::Unregister => self.unregister(),
            Command::SignIn => self.sign_in(),
            Command::SignOut => self.sign_out(),
            Command::RetryNow => self.retry_now(),
            Command::Quit => self.ended = true,
            Command::ReadPermissions => self.read_permissions(),
            Command::Withdraw { token_id } => self.withdraw(token_id),
            Command::ShowCode => self.show_code(),
            Command::HideCode => self.hide_code(),
            Command::Open { reference } => self.open(reference),
            Command::Close => self.close(),
            Command::DrawPage {
                document,
                page,
                width,
            } => self.draw_page(document, page, width),
            Command::Import {
                reference,
                confirmed,
            } => self.import(&reference, confirmed),
            Command::Reject { reference, reason } => self.reject(&reference, reason),
            Command::Undo => self.undo(),
            Command::WantNames(numbers) => self.want_names(numbers),
            Command::OpenRecord { address } => self.browse(address),
            Command::Dismiss { notice } => self.dismiss(notice),
            Command::LaunchWidget { id, patient } => self.launch_widget(id, patient),
            Command::HideWidget { id, hidden } => self.hide_widget(id, hidden),
            // The windows see to it themselves.
            Command::OneWindow(_) => {}
            Command::SaveSettings { platform, records } => self.save_settings(platform, records),
        }
    }

    fn retry_now(&mut self) {
        match &self.agent {
            Some(agent) => agent.retry_now(),
            None => self.start_agent(None),
        }
    }

    /// Somebody else is here, or nobody: nothing of the last practitioner stays on screen.
    pub(super) fn leave(&mut self) {
        self.session += 1;
        self.drop_open();
        self.codes.stop();
        self.names = Names::default();
        self.shown.told = None;
        self.shown.code = crate::snapshot::CodeOnScreen::None;
        self.shown.permissions = crate::snapshot::Permissions::default();
        self.shown.inbox = Arc::default();
        self.shown.widgets = Arc::default();
        self.clear_notices();
    }
}
