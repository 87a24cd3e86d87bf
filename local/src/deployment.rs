//! The deployment that template.yaml describes, put together from the embedded services and the functions.

mod contexts;
mod services;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use page::{ConnectOrigin, Issuer, OidcClient, OidcClientError, PageSignIn};
use recompute_meetings::Recomputer;
use shared::access::{Administrators, SignIn};
use shared::clock::Clock;
use shared::domain::{MessageLimit, Quotas, Retention};
use shared::notices::deadlines;
use shared::time::Minute;
use shared::webhook::{Endpoint, EndpointError};
use sweep::Sweeper;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio::time::{interval, sleep};

use crate::about::About;
use crate::cors::{Cors, Origin};
use crate::data_dir::{DataDir, DataDirError};
use crate::embedded::dynamodb::{DynamoDb, StartError};
use crate::embedded::scheduler::Backoff;
use crate::functions;
use crate::gateway::authorizer::{Authorizer, DevTokens, IssuerError, IssuerTokens};
use crate::gateway::{Gateway, GatewayError, Services};
use crate::sdk::Loopback;
use crate::stream::{Follower, StreamError};
use crate::template::{Template, TemplateError};

pub use contexts::{Clients, FunctionContexts, FunctionSettings, WebhookSettings};
pub use services::EmbeddedServices;

/// All of Tactful in this process. By itself it only answers SDK calls. [`Deployment::serve`] starts the
/// rest, and a test starts each step itself.
#[derive(Debug)]
pub struct Deployment {
    /// The services that the functions call.
    pub services: EmbeddedServices,
    /// What the functions work with.
    pub contexts: FunctionContexts,
    /// The HTTP API.
    pub gateway: Gateway,
    /// Hands the changes of the table to plan_reminders.
    pub follower: Follower,
    /// Where webhooks go.
    webhook_url: Endpoint,
    /// The pages of other origins that may call the API.
    cors: Cors,
    /// Locks the files as long as they are in use.
    _data_dir: Option<DataDir>,
}

/// How a deployment is set up. Most settings stand for a parameter of the template.
#[derive(Clone, Debug)]
pub struct Settings<'a> {
    /// The directory of all files. Without one everything is in memory.
    pub data_dir: Option<&'a Path>,
    /// The waits between attempts at a failed delivery or planning.
    pub backoff: Backoff,
    /// Whether invitations are sent.
    pub invitations: bool,
    /// Where webhooks go. Without it the embedded receiver gets them.
    pub webhook_url: Option<Endpoint>,
    /// How much one user may ask for.
    pub quotas: Quotas,
    /// How many messages one person is sent on a day.
    pub message_limit: MessageLimit,
    /// How long meetings are kept, if not for ever.
    pub retention: Option<Retention>,
    /// How callers sign in.
    pub auth: Auth,
    /// The origins of web pages that may call the API, beside those of this program.
    pub cors_origins: Vec<Origin>,
}

/// How callers sign in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Auth {
    /// Callers don't sign in: anyone may do anything.
    #[default]
    Off,
    /// Callers send a token, which this program signs for anyone who asks at /local/token.
    Dev,
    /// Callers send a token of an issuer, as they do to a deployment with the parameter `JwtIssuer`.
    Issuer(IssuerSettings),
}

/// The parameters of the template about an issuer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuerSettings {
    /// `JwtIssuer`.
    pub issuer: Issuer,
    /// `JwtAudience`: a token has to be for one of them.
    pub audience: Vec<String>,
    /// `PageClientId`. Without it browsers can't sign in.
    pub page_client_id: Option<String>,
    /// `PageConnectOrigins`.
    pub page_connect_origins: Vec<ConnectOrigin>,
}

impl IssuerSettings {
    /// How people sign in on the calendar page.
    fn page(&self) -> Result<PageSignIn, OidcClientError> {
        let Some(id) = &self.page_client_id else { return Ok(PageSignIn::Unsupported) };
        let client = OidcClient::new(self.issuer.clone(), id, self.page_connect_origins.clone())?;
        Ok(PageSignIn::Oidc(client))
    }
}

impl Default for Settings<'_> {
    fn default() -> Self {
        Self {
            data_dir: None,
            backoff: Backoff::default(),
            invitations: true,
            webhook_url: None,
            quotas: Quotas::default(),
            message_limit: MessageLimit::default(),
            retention: None,
            auth: Auth::Off,
            cors_origins: Vec::new(),
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
    Sender(shared::domain::EmailError),
    #[error(transparent)]
    Template(#[from] TemplateError),
    #[error(transparent)]
    Gateway(#[from] GatewayError),
    #[error("the address for webhooks {0}")]
    Endpoint(#[from] EndpointError),
    #[error(transparent)]
    Issuer(#[from] IssuerError),
    #[error("--page-client-id {0}")]
    PageClient(#[from] OidcClientError),
}

/// The name of the table and of the schedule group.
const NAME: &str = "tactful";

/// How long running requests may go on after the shutdown has begun.
const GRACE: Duration = Duration::from_secs(5);

/// How often expired items and old stream records are removed.
const REMOVE_EXPIRED_EVERY: Duration = Duration::from_secs(10);

/// How often meetings are compared with the rules of their zones.
const RECOMPUTE_EVERY: Duration = Duration::from_secs(600);

impl Deployment {
    /// Starts the embedded services on the files of the data directory.
    ///
    /// # Errors
    /// See [`DeploymentError`].
    pub async fn start(settings: Settings<'_>, clock: Clock) -> Result<Self, DeploymentError> {
        let Settings { data_dir, backoff, invitations, webhook_url, .. } = settings;
        let Settings { quotas, message_limit, retention, auth, cors_origins, .. } = settings;
        let data_dir = data_dir.map(DataDir::open).transpose()?;
        let template = Template::deployed()?;
        let services = EmbeddedServices::start(&template, NAME, data_dir.as_ref(), &clock, backoff).await?;
        let webhook_url = match webhook_url {
            Some(url) => url,
            None => Endpoint::https_or_loopback(&services.receiver.url())?,
        };
        let cors = Cors::new(&template, cors_origins)?;
        let (sign_in, page, authorizer) = match auth {
            Auth::Off => (SignIn::Anonymous, PageSignIn::Off, None),
            Auth::Dev => {
                let tokens = DevTokens::new(&services.secrets, clock.clone())?;
                (sign_in_by_tokens(&template)?, PageSignIn::Dev, Some(Authorizer::Dev(tokens)))
            }
            Auth::Issuer(settings) => {
                let page = settings.page()?;
                let IssuerSettings { issuer, audience, .. } = settings;
                let tokens = IssuerTokens::discover(&issuer, audience, clock.clone()).await?;
                (sign_in_by_tokens(&template)?, page, Some(Authorizer::Issuer(tokens)))
            }
        };
        let webhooks =
            Some(WebhookSettings { endpoint: webhook_url.clone(), retry_policy: deadlines::WEBHOOK });
        let loopback = Loopback::new();
        let clients = services.clients(|endpoint| loopback.config(endpoint));
        let settings = FunctionSettings {
            name: NAME,
            invitations,
            webhooks,
            quotas,
            message_limit,
            retention,
            sign_in,
            page,
            ..FunctionSettings::default()
        };
        let contexts = FunctionContexts::new(&clients, settings, &clock)?;
        let gateway = Gateway::new(&template.routes_with_default()?, contexts.http(), authorizer, clock)?;
        let streams = aws_sdk_dynamodbstreams::Client::new(&loopback.config(services.dynamodb.endpoint()));
        let (stream, database) = (services.dynamodb.stream_arn(), services.database.clone());
        let follower = Follower::new(streams, stream, database, template.stream_mapping()?, backoff)?;
        Ok(Self { services, contexts, gateway, follower, webhook_url, cors, _data_dir: data_dir })
    }

    /// Serves HTTP, follows the stream, fires timers and sweeps until `shutdown` is over.
    pub async fn serve(self, listener: TcpListener, about: About, shutdown: impl Future<Output = ()>) {
        let Self { services, contexts, gateway, follower, webhook_url, cors, _data_dir } = self;
        let EmbeddedServices { dynamodb, scheduler, ses, secrets, receiver, database: _ } = services;
        let mut loops = JoinSet::new();
        loops.spawn(sweep_every_minute(contexts.sweeper()));
        loops.spawn(recompute_regularly(contexts.recomputer()));
        let FunctionContexts { api, planner, notifier, .. } = contexts;
        let firing = scheduler.clone();
        loops.spawn(async move { firing.run(functions::notify_until_over(notifier)).await });
        let follower = Arc::new(follower);
        let following = Arc::clone(&follower);
        loops.spawn(async move { following.run(&functions::plan_reminders(planner)).await });
        let dynamodb = Arc::new(dynamodb);
        loops.spawn(remove_expired(Arc::clone(&dynamodb), follower));

        let (begin_grace, grace_begun) = oneshot::channel();
        let webhook_url = webhook_url.as_str().to_owned();
        let store = api.store;
        let services = Services { about, ses, scheduler, store, secrets, receiver, webhook_url, cors };
        let served = gateway.serve(listener, services, async move {
            shutdown.await;
            // The receiver is gone when serving has failed.
            let _ = begin_grace.send(());
        });
        let grace = async {
            if grace_begun.await.is_ok() {
                sleep(GRACE).await;
            }
        };
        tokio::select! {
            () = served => {}
            () = grace => {}
        };
        // The loops can be stopped anywhere: whatever they leave undone is done after the next start.
        loops.shutdown().await;
        if let Some(dynamodb) = Arc::into_inner(dynamodb) {
            dynamodb.stop();
        }
    }

    /// Hands every record of the stream to plan_reminders, also those that it causes. Returns the number of
    /// records.
    ///
    /// # Errors
    /// When the stream can't be read.
    pub async fn plan(&self) -> Result<usize, StreamError> {
        self.follower.drain(&functions::plan_reminders(self.contexts.planner.clone())).await
    }

    /// Fires the timers due at `now` and waits for their deliveries. Returns the number of timers.
    pub async fn fire_due(&self, now: DateTime<Utc>) -> usize {
        self.services.scheduler.fire_due(now, &functions::notify(self.contexts.notifier.clone())).await
    }
}

/// Sign-in by tokens, with the administrators that a deployment has by default.
///
/// # Errors
/// When the template doesn't name them.
pub fn sign_in_by_tokens(template: &Template) -> Result<SignIn, TemplateError> {
    let named = |parameter| template.default_of(parameter).map(str::to_owned);
    Ok(SignIn::Jwt {
        administrators: Administrators { group: named("AdminGroup")?, scope: named("AdminScope")? },
        rebinds_accounts: named("RebindAccounts")? == "true",
    })
}

/// Sweeps at the start, for what a killed process left undone, and then at the beginning of each minute.
async fn sweep_every_minute(sweeper: Sweeper) {
    loop {
        if let Err(error) = sweep::handle(&sweeper).await {
            tracing::error!(%error, "the sweep could not read the pending work");
        }
        let now = sweeper.planner.clock.now();
        let next = (Minute::of(now) + 1).start() - now;
        sleep(next.to_std().unwrap_or_default()).await;
    }
}

/// Compares the tzdb of this program with the one of the table, and moves meetings to newer rules.
async fn recompute_regularly(recomputer: Recomputer) {
    let mut tick = interval(RECOMPUTE_EVERY);
    loop {
        tick.tick().await;
        if let Err(error) = recompute_meetings::handle(&recomputer).await {
            tracing::error!(%error, "meetings could not be compared with the rules of their zones");
        }
    }
}

/// Removes old stream records and expired items, as DynamoDB does by itself.
async fn remove_expired(dynamodb: Arc<DynamoDb>, follower: Arc<Follower>) {
    let mut tick = interval(REMOVE_EXPIRED_EVERY);
    loop {
        tick.tick().await;
        if let Ok(Some(checkpoint)) = follower.checkpoint() {
            dynamodb.forget_stream_before(&checkpoint);
        }
        dynamodb.sweep_expired();
    }
}
