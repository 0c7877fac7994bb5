//! Starts the parts of the environment in their order, and ends them in the opposite one.

use super::first_start::{self, Kept};
use super::sdk_dir::{self, AtAdmin, Connection};
use super::{PLATFORM_DIR, SANDBOX_CLOCK, TOOLBAR_DIR};
use super::{gateway, pkb, window};
use crate::args::Up;
use crate::folder::make_own;
use crate::storage::{OldSchema, Place, Served};
use anyhow::Context as _;
use axum::middleware::from_fn;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use httpkit::clock::SandboxClock;
use httpkit::csrf::refuse_cross_site;
use httpkit::entropy::OsEntropy;
use httpkit::host::require_loopback;
use httpkit::lifecycle::Shutdown;
use httpkit::serve::Bound;
use lab::pas::faults::PasFaults;
use lab::pas::{Pas, PasConfig};
use lab::people;
use lab::pkb::PkbControls;
use lab::switchboard::{Answers, Switchboard, ToolbarSwitch, interfere};
use model::{Clock, Entropy};
use platform::{Platform, PlatformConfig};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;
use toolbar::control::ControlServer;
use toolbar::keeper::FileKeeper;
use toolbar::settings::RecordSystemSettings;
use toolbar::{Agent, AgentConfig, AgentHandle, Pace, State};
use wire::practice::NewCode;

/// How long a start waits for the toolbar to be signed in.
const SIGN_IN: Duration = Duration::from_secs(15);

/// The running environment.
pub(crate) struct Parts {
    pub(crate) connection: Connection,
    pub(crate) practitioner: people::Practitioner,
    pub(crate) practice: people::Practice,
    /// Whether the toolbar was signed in when the parts were ready.
    pub(crate) signed_in: bool,
    toolbar: AgentHandle,
    _control: ControlServer,
    gateway: gateway::Running,
    shutdown: Shutdown,
    tasks: Vec<JoinHandle<std::io::Result<()>>>,
}

/// What every part is handed.
pub(super) struct Surroundings {
    pub(super) clock: Arc<SandboxClock>,
    pub(super) entropy: Arc<dyn Entropy>,
}

/// Starts everything.
pub(crate) async fn start(args: &Up) -> anyhow::Result<Parts> {
    // Its own signal: when the user wants an end, the toolbar finishes first.
    let shutdown = Shutdown::default();
    crate::open_files::allow(0);
    let folder = &args.data.data_dir;
    let here = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let platform_bound = Bound::to(here(args.platform_port))
        .await
        .context("choose another with --platform-port")?;
    let pas_bound = Bound::to(here(args.pas_port))
        .await
        .context("choose another with --pas-port")?;
    let gateway_bound = Bound::to(here(args.gateway_port))
        .await
        .context("choose another with --gateway-port")?;
    let pkb_bound = Bound::to(here(args.pkb_port))
        .await
        .context("choose another with --pkb-port")?;
    let clock =
        SandboxClock::open(&folder.join(SANDBOX_CLOCK)).context("cannot read the sandbox clock")?;
    let around = Surroundings {
        clock: Arc::new(clock),
        entropy: Arc::new(OsEntropy),
    };

    let platform_folder = folder.join(PLATFORM_DIR);
    make_own(&platform_folder)?;
    // It is a sandbox: nobody else runs on that database who would have to be asked.
    let Served { store, code_key } = Place::of(&platform_folder, &args.storage)?
        .open_to_serve(OldSchema::Migrate)
        .await?;
    let mut kept =
        first_start::prepare(folder, &store, around.clock.now(), &*around.entropy).await?;
    let now = around.clock.now();
    first_start::prepare_admin(folder, &store, &mut kept, now, &*around.entropy).await?;
    let gateway_data = gateway::prepare(args, &around, &store, &mut kept).await?;
    let (platform_url, pas_url) = (platform_bound.url(), pas_bound.url());
    let mut config = PlatformConfig::new(platform_url.clone(), code_key);
    // The gateway's widget is on this machine, like everything here.
    config.loopback_widgets = true;
    let clock: Arc<dyn Clock> = around.clock.clone();
    let at_platform = store.clone();
    let platform = Platform::new(
        config,
        store,
        clock,
        Arc::clone(&around.entropy),
        shutdown.clone(),
    );

    let pas_faults = Arc::new(PasFaults::new());
    let (pas, practitioner) = test_pas(folder, &around, &pas_faults).await?;
    let mut tasks = vec![tokio::spawn(pas_bound.serve(
        pas.router().layer(from_fn(require_loopback)),
        shutdown.clone(),
    ))];

    let pkb_controls = Arc::new(PkbControls::new());
    let pkb = pkb::start(
        folder,
        pkb_bound,
        &around,
        &pkb_controls,
        &gateway_bound.url(),
        &shutdown,
    )?;
    tasks.push(pkb.task);

    let toolbar = toolbar(folder, &around, &kept, &platform_url, &pas_url).await?;
    let control =
        ControlServer::start(toolbar.clone(), folder.join(TOOLBAR_DIR), &*around.entropy).await?;
    let answers = Arc::new(Answers::default());
    let board = Switchboard {
        clock: Arc::clone(&around.clock),
        pas: pas_faults,
        answers: Arc::clone(&answers),
        pkb: pkb_controls,
        toolbar: Arc::new(Switch(toolbar.clone())),
    };
    let router = platform.router(|router| {
        let router = router.layer(axum::middleware::from_fn_with_state(answers, interfere));
        router.merge(
            board
                .router()
                .layer(from_fn(refuse_cross_site))
                .layer(from_fn(require_loopback)),
        )
    });
    tasks.push(tokio::spawn(platform_bound.serve(router, shutdown.clone())));
    let work = platform.work();
    tasks.push(tokio::spawn(async move {
        work.await;
        Ok(())
    }));

    let kept_gateway = kept.gateway.clone().context("the gateway was not made")?;
    let gateway = gateway::start(
        gateway_bound,
        &around,
        gateway_data,
        &kept_gateway,
        gateway::Others {
            platform: &at_platform,
            platform_url: &platform_url,
            pkb_url: &pkb.access.url,
        },
    )
    .await?;
    let at_practice = record_system(&pas_url);
    window::write(folder, kept.registration(), &platform_url, at_practice)?;
    let practice = people::riverside();
    let admin = kept.admin_password.map(|password| AtAdmin {
        url: format!("{platform_url}/admin"),
        user: first_start::OPERATOR.to_owned(),
        password,
    });
    let connection = Connection {
        platform_url,
        api_key: kept.api_key,
        test_pas_url: pas_url,
        practice_ods_code: practice.ods_code.clone(),
        spine_user_id: practitioner.spine_user_id.clone(),
        nhs_number: people::SAMPLE_NHS_NUMBER.to_owned(),
        gateway: Some(gateway.connection.clone()),
        pkb: Some(pkb.access),
        admin,
    };
    sdk_dir::write(folder, &connection)?;
    let signed_in = signed_in(&toolbar).await;
    Ok(Parts {
        connection,
        practitioner,
        practice,
        signed_in,
        toolbar,
        _control: control,
        gateway,
        shutdown,
        tasks,
    })
}

/// The Test PAS, with its patients and the practitioner who sits at this PC.
async fn test_pas(
    folder: &Path,
    around: &Surroundings,
    faults: &Arc<PasFaults>,
) -> anyhow::Result<(Pas, people::Practitioner)> {
    let users = people::riverside_practitioners();
    let first = users
        .first()
        .cloned()
        .context("the demo practice has no practitioner")?;
    let data_dir = folder.join("pas");
    make_own(&data_dir)?;
    let pas = Pas::open(PasConfig {
        data_dir,
        organisation: people::riverside(),
        users,
        clock: around.clock.clone(),
        entropy: Arc::clone(&around.entropy),
        faults: Arc::clone(faults),
    })?;
    if pas.patient_count().await? == 0 {
        pas.load_patients(people::patients_json().as_bytes())
            .await?;
        pas.sign_in_at_pc(&first.spine_user_id).await?;
    }
    Ok((pas, first))
}

/// The Test PAS as toolbars know it.
fn record_system(pas_url: &str) -> RecordSystemSettings {
    RecordSystemSettings::FhirR4 {
        url: pas_url.to_owned(),
        record_url_template: Some(format!("{pas_url}/subjects/nhs-number/{{nhsNumber}}")),
    }
}

async fn toolbar(
    folder: &Path,
    around: &Surroundings,
    kept: &Kept,
    platform_url: &str,
    pas_url: &str,
) -> anyhow::Result<AgentHandle> {
    let data_dir = folder.join(TOOLBAR_DIR);
    let config = AgentConfig {
        keeper: Arc::new(FileKeeper::new(&data_dir)),
        data_dir,
        platform_url: platform_url.to_owned(),
        record_system: record_system(pas_url),
        registration: Some(kept.registration()),
        http: httpkit::outbound::client(None)?,
        clock: around.clock.clone(),
        entropy: Arc::clone(&around.entropy),
        pace: Pace {
            retry: Duration::from_millis(50),
            ..Pace::default()
        },
    };
    Ok(Agent::start(config).await?)
}

/// Waits until the toolbar is signed in, or it is clear that it will not be for now.
async fn signed_in(toolbar: &AgentHandle) -> bool {
    let mut states = toolbar.state();
    let online = states.wait_for(|state| {
        matches!(
            state,
            State::Online { .. }
                | State::NotRegistered { .. }
                | State::Blocked { .. }
                | State::SignedOut {
                    reason: toolbar::SignedOutReason::NobodyAtRecordSystem
                }
        )
    });
    match tokio::time::timeout(SIGN_IN, online).await {
        Ok(Ok(state)) => matches!(*state, State::Online { .. }),
        _ => false,
    }
}

impl Parts {
    /// Ends everything: the toolbar and the gateway first, so that what they are at is finished and reported.
    pub(crate) async fn end(self) {
        self.toolbar.shutdown().await;
        self.gateway.end().await;
        self.shutdown.begin();
        ended(self.tasks).await;
    }
}

/// Waits until tasks have ended.
pub(super) async fn ended(tasks: Vec<JoinHandle<std::io::Result<()>>>) {
    for task in tasks {
        match task.await {
            Ok(Err(error)) => tracing::error!(%error, "a part did not end well"),
            Err(error) => tracing::error!(%error, "a part did not end well"),
            Ok(Ok(())) => {}
        }
    }
}

/// The toolbar as the switchboard sees it.
struct Switch(AgentHandle);

impl ToolbarSwitch for Switch {
    fn set_offline(&self, offline: bool) {
        self.0.set_offline(offline);
    }

    fn is_offline(&self) -> bool {
        self.0.is_offline()
    }

    fn make_code(&self) -> BoxFuture<'static, Option<NewCode>> {
        let toolbar = self.0.clone();
        async move { toolbar.new_code().await.ok() }.boxed()
    }
}
