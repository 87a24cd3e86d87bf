//! The deployment: what template.yaml describes, put together from the embedded services and the functions.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use shared::access::{Administrators, SignIn};
use shared::api::Api;
use shared::clock::Clock;
use shared::domain::{Channels, Email, EmailError, Quotas};
use shared::mail::Mailer;
use shared::notices::deadlines;
use shared::notices::{Notifier, Planner};
use shared::store::Store;
use shared::time::Minute;
use shared::timers::{TimerSettings, Timers};
use shared::webhook::{Endpoint, EndpointError, Secret, Webhooks};
use sweep::Sweeper;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio::time::{interval, sleep};

use crate::about::About;
use crate::data_dir::{DataDir, DataDirError};
use crate::database::Database;
use crate::embedded::dynamodb::{DynamoDb, Place, StartError};
use crate::embedded::receiver::Receiver;
use crate::embedded::scheduler::{Backoff, Scheduler};
use crate::embedded::secrets::{Secrets, WEBHOOK_SECRET};
use crate::embedded::ses::Ses;
use crate::functions;
use crate::gateway::authorizer::Authorizer;
use crate::gateway::{Gateway, GatewayError, Services};
use crate::sdk::Loopback;
use crate::stream::{Follower, StreamError};
use crate::template::{Template, TemplateError};

/// All of Tactful in this process. By itself it only answers SDK calls; [`Deployment::serve`] sets it in
/// motion, and a test does step by step what it wants.
#[derive(Debug)]
pub struct Deployment {
    /// The embedded DynamoDB.
    pub dynamodb: DynamoDb,
    /// The embedded EventBridge Scheduler.
    pub scheduler: Scheduler,
    /// The embedded SES.
    pub ses: Ses,
    /// The embedded Secrets Manager.
    pub secrets: Secrets,
    /// Where webhooks arrive unless they go elsewhere.
    pub receiver: Receiver,
    /// What the functions behind HTTP work with.
    pub api: Api,
    /// What plan_reminders works with.
    pub planner: Planner,
    /// What notify works with.
    pub notifier: Notifier,
    /// The HTTP API.
    pub gateway: Gateway,
    /// What follows the table's stream.
    pub follower: Follower,
    /// Where webhooks go.
    webhook_url: Endpoint,
    /// Held as long as the files are in use.
    _data_dir: Option<DataDir>,
}

/// How a deployment is set up: what stands in for the template's parameters.
#[derive(Clone, Debug)]
pub struct Settings<'a> {
    /// Where everything is kept; in memory without one.
    pub data_dir: Option<&'a Path>,
    /// The waits between attempts at a failed delivery or planning.
    pub backoff: Backoff,
    /// Whether invitations are sent.
    pub invitations: bool,
    /// Where webhooks go; they stay here without one.
    pub webhook_url: Option<Endpoint>,
    /// How much one user may ask for.
    pub quotas: Quotas,
    /// How callers are known.
    pub auth: Auth,
}

/// How callers are known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Auth {
    /// Not at all: anyone may do anything.
    #[default]
    Off,
    /// By tokens that this program signs for whoever asks, at /local/token.
    Dev,
}

impl Default for Settings<'_> {
    fn default() -> Self {
        Self {
            data_dir: None,
            backoff: Backoff::default(),
            invitations: true,
            webhook_url: None,
            quotas: Quotas::default(),
            auth: Auth::Off,
        }
    }
}

/// Why there is no deployment.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "each says what its error says")]
pub enum DeploymentError {
    #[error(transparent)]
    DataDir(#[from] DataDirError),
    #[error("the embedded DynamoDB can't start: {0}")]
    DynamoDb(#[from] StartError),
    #[error("the embedded services can't keep their state: {0}")]
    State(#[from] rusqlite::Error),
    #[error("an embedded service can't start: {0}")]
    Service(#[from] std::io::Error),
    #[error("the table's stream can't be followed: {0}")]
    Stream(#[from] StreamError),
    #[error("the sender {0}")]
    Sender(EmailError),
    #[error(transparent)]
    Template(#[from] TemplateError),
    #[error(transparent)]
    Gateway(#[from] GatewayError),
    #[error("the address for webhooks {0}")]
    Endpoint(#[from] EndpointError),
}

const TABLE: &str = "tactful";
const GROUP: &str = "tactful";
const SENDER: &str = "reminders@tactful.example";

/// How long running requests may take to end once told to.
const GRACE: Duration = Duration::from_secs(5);

/// How often what DynamoDB would have forgotten is removed.
const UPKEEP: Duration = Duration::from_secs(10);

impl Deployment {
    /// Starts the embedded services with what the data directory holds.
    ///
    /// # Errors
    /// See [`DeploymentError`].
    pub async fn start(settings: Settings<'_>, clock: Clock) -> Result<Self, DeploymentError> {
        let Settings { data_dir, backoff, invitations, webhook_url, quotas, auth } = settings;
        let data_dir = data_dir.map(DataDir::open).transpose()?;
        let template = Template::deployed()?;
        let table = template.table(TABLE)?;
        let (state, dynamodb) = match &data_dir {
            None => (Database::memory()?, DynamoDb::start(Place::Memory, &table)?),
            Some(data_dir) => (
                Database::open(&data_dir.file("services.db"))?,
                DynamoDb::start(Place::File(&data_dir.file("dynamodb.db")), &table)?,
            ),
        };
        let scheduler = Scheduler::start(state.clone(), clock.clone(), backoff).await?;
        scheduler.ensure_group(GROUP)?;
        let ses = Ses::start(state.clone(), clock.clone()).await?;
        let secrets = Secrets::start(state.clone()).await?;
        let receiver = Receiver::start(state.clone(), secrets.clone(), clock.clone()).await?;
        let webhook_url = match webhook_url {
            Some(url) => url,
            None => Endpoint::https_or_loopback(&receiver.url())?,
        };

        let loopback = Loopback::new();
        let dynamodb_config = loopback.config(dynamodb.endpoint());
        let store = Store::new(aws_sdk_dynamodb::Client::new(&dynamodb_config), TABLE);
        let timers = Timers::new(
            aws_sdk_scheduler::Client::new(&loopback.config(scheduler.endpoint())),
            TimerSettings {
                group: GROUP.into(),
                target_arn: "arn:aws:lambda:local:000000000000:function:notify".into(),
                role_arn: "arn:aws:iam::000000000000:role/timers".into(),
                dead_letter_arn: "arn:aws:sqs:local:000000000000:timer-dead-letters".into(),
            },
        );
        let mailer = Mailer::new(
            aws_sdk_sesv2::Client::new(&loopback.config(ses.endpoint())),
            SENDER.parse::<Email>().map_err(DeploymentError::Sender)?,
            deadlines::MAIL,
        );

        let (sign_in, authorizer) = match auth {
            Auth::Off => (SignIn::Anonymous, None),
            Auth::Dev => (sign_in_by_tokens(&template)?, Some(Authorizer::new(&secrets, clock.clone())?)),
        };
        let channels = Channels { webhook: true };
        let api = Api { store: store.clone(), clock: clock.clone(), channels, quotas, sign_in };
        let planner =
            Planner { store: store.clone(), timers: timers.clone(), clock: clock.clone(), invitations };
        let secret = Secret::new(
            aws_sdk_secretsmanager::Client::new(&loopback.config(secrets.endpoint())),
            WEBHOOK_SECRET,
        );
        let webhooks = Some(Webhooks::new(webhook_url.clone(), secret, deadlines::WEBHOOK));
        let notifier = Notifier { store, timers, mailer, webhooks, clock: clock.clone(), invitations };
        let functions = functions::http(&api, notifier.mailer.sender());
        let gateway = Gateway::new(&template.routes()?, functions, authorizer, clock)?;
        let streams = aws_sdk_dynamodbstreams::Client::new(&dynamodb_config);
        let mapping = template.stream_mapping()?;
        let follower = Follower::new(streams, dynamodb.stream_arn(), state, mapping, backoff)?;
        Ok(Self {
            dynamodb,
            scheduler,
            ses,
            secrets,
            receiver,
            api,
            planner,
            notifier,
            gateway,
            follower,
            webhook_url,
            _data_dir: data_dir,
        })
    }

    /// Serves HTTP, follows the stream, fires timers and sweeps until `shutdown` is over.
    ///
    /// # Errors
    /// When the listener fails.
    pub async fn serve(
        self,
        listener: TcpListener,
        about: About,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> std::io::Result<()> {
        let Self {
            dynamodb,
            scheduler,
            ses,
            secrets,
            receiver,
            api,
            planner,
            notifier,
            gateway,
            follower,
            webhook_url,
            _data_dir,
        } = self;
        let mut loops = JoinSet::new();
        loops.spawn(sweep_every_minute(Sweeper { planner: planner.clone(), notifier: notifier.clone() }));
        let firing = scheduler.clone();
        loops.spawn(async move { firing.run(functions::notify_until_over(notifier)).await });
        let follower = Arc::new(follower);
        let following = Arc::clone(&follower);
        loops.spawn(async move { following.run(&functions::plan_reminders(planner)).await });
        let dynamodb = Arc::new(dynamodb);
        loops.spawn(keep_up(Arc::clone(&dynamodb), follower));

        let (tell, told) = oneshot::channel();
        let webhook_url = webhook_url.as_str().to_owned();
        let services = Services { about, ses, scheduler, store: api.store, secrets, receiver, webhook_url };
        let served = gateway.serve(listener, services, async move {
            shutdown.await;
            // Nobody waits any more when serving has failed.
            let _ = tell.send(());
        });
        let grace = async {
            if told.await.is_ok() {
                sleep(GRACE).await;
            }
        };
        let outcome = tokio::select! {
            outcome = served => outcome,
            () = grace => Ok(()),
        };
        // The loops bear being stopped anywhere, as they bear being killed.
        loops.shutdown().await;
        if let Some(dynamodb) = Arc::into_inner(dynamodb) {
            dynamodb.stop();
        }
        outcome
    }

    /// Hands over what the stream holds to plan_reminders, until nothing new comes.
    /// Answers the number of records.
    ///
    /// # Errors
    /// When the stream can't be read.
    pub async fn plan(&self) -> Result<usize, StreamError> {
        self.follower.drain(&functions::plan_reminders(self.planner.clone())).await
    }

    /// Fires the timers due at `now` and waits for their deliveries. Answers how many there were.
    pub async fn fire_due(&self, now: DateTime<Utc>) -> usize {
        self.scheduler.fire_due(now, &functions::notify(self.notifier.clone())).await
    }
}

/// How callers are known where they have tokens, with the administrators that a deployment has by default.
///
/// # Errors
/// When the template doesn't name them.
pub fn sign_in_by_tokens(template: &Template) -> Result<SignIn, TemplateError> {
    let named = |parameter| template.default_of(parameter).map(str::to_owned);
    Ok(SignIn::Jwt(Administrators { group: named("AdminGroup")?, scope: named("AdminScope")? }))
}

/// Sweeps at the start, for what a killed process left, and then as each minute
/// begins: debts are owed by the minute.
async fn sweep_every_minute(sweeper: Sweeper) {
    loop {
        if let Err(error) = sweep::handle(&sweeper).await {
            tracing::error!(%error, "what is owed could not be read");
        }
        let now = sweeper.planner.clock.now();
        let next = (Minute::of(now) + 1).start() - now;
        sleep(next.to_std().unwrap_or_default()).await;
    }
}

/// Does what DynamoDB does by itself: forgets old stream records and removes expired items.
async fn keep_up(dynamodb: Arc<DynamoDb>, follower: Arc<Follower>) {
    let mut tick = interval(UPKEEP);
    loop {
        tick.tick().await;
        if let Ok(Some(checkpoint)) = follower.checkpoint() {
            dynamodb.forget_stream_before(&checkpoint);
        }
        dynamodb.sweep_expired();
    }
}
