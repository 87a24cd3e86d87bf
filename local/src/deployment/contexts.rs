//! What the functions work with, made from SDK clients and settings. Their `main`s make the same from the
//! environment.

use std::collections::HashMap;
use std::time::Duration;

use page::PageSignIn;
use recompute_meetings::Recomputer;
use shared::access::SignIn;
use shared::api::Api;
use shared::clock::Clock;
use shared::domain::{Channels, Email, MessageLimit, Quotas, Retention};
use shared::mail::Mailer;
use shared::notices::{Notifier, Planner, deadlines};
use shared::sending::RetryPolicy;
use shared::store::Store;
use shared::timers::{TimerSettings, Timers};
use shared::webhook::{Endpoint, Secret, Webhooks};
use sweep::Sweeper;

use super::DeploymentError;
use crate::embedded::secrets::WEBHOOK_SECRET;
use crate::functions;
use crate::gateway::Function;

const SENDER: &str = "reminders@tactful.example";

/// The SDK clients that functions call AWS with.
#[derive(Clone, Debug)]
pub struct Clients {
    /// For DynamoDB.
    pub dynamodb: aws_sdk_dynamodb::Client,
    /// For EventBridge Scheduler.
    pub scheduler: aws_sdk_scheduler::Client,
    /// For SES.
    pub ses: aws_sdk_sesv2::Client,
    /// For Secrets Manager.
    pub secrets: aws_sdk_secretsmanager::Client,
}

/// How the functions are set up. A deployed function reads the same from its environment.
#[derive(Clone, Debug)]
pub struct FunctionSettings<'a> {
    /// The name of the table and of the schedule group.
    pub name: &'a str,
    /// Whether invitations are sent.
    pub invitations: bool,
    /// Where webhooks go. Without it there are none.
    pub webhooks: Option<WebhookSettings>,
    /// How long one delivery of a mail is tried.
    pub mail_retry_policy: RetryPolicy,
    /// How much one user may ask for.
    pub quotas: Quotas,
    /// How many messages one person is sent on a day.
    pub message_limit: MessageLimit,
    /// How long meetings are kept, if not for ever.
    pub retention: Option<Retention>,
    /// How callers sign in.
    pub sign_in: SignIn,
    /// How people sign in on the calendar page.
    pub page: PageSignIn,
    /// How long the store tries to commit a transaction, if not as long as it does by default.
    pub commit_timeout: Option<Duration>,
}

/// Where webhooks go, and how often each is tried.
#[derive(Clone, Debug)]
pub struct WebhookSettings {
    /// The receiver.
    pub endpoint: Endpoint,
    /// How often and how long one delivery is tried.
    pub retry_policy: RetryPolicy,
}

/// What the functions work with. All of them share one store.
#[derive(Clone, Debug)]
pub struct FunctionContexts {
    /// For the functions behind HTTP.
    pub api: Api,
    /// For plan_reminders.
    pub planner: Planner,
    /// For notify.
    pub notifier: Notifier,
    /// How people sign in on the calendar page.
    pub page: PageSignIn,
}

impl Default for FunctionSettings<'_> {
    fn default() -> Self {
        Self {
            name: "tactful",
            invitations: true,
            webhooks: None,
            mail_retry_policy: deadlines::MAIL,
            quotas: Quotas::default(),
            message_limit: MessageLimit::default(),
            retention: None,
            sign_in: SignIn::Anonymous,
            page: PageSignIn::Off,
            commit_timeout: None,
        }
    }
}

impl FunctionContexts {
    /// Connects the functions with AWS.
    ///
    /// # Errors
    /// When the sender's address is none.
    pub fn new(
        clients: &Clients,
        settings: FunctionSettings<'_>,
        clock: &Clock,
    ) -> Result<Self, DeploymentError> {
        let FunctionSettings {
            name,
            invitations,
            webhooks,
            mail_retry_policy,
            quotas,
            message_limit,
            retention,
            sign_in,
            page,
            commit_timeout,
        } = settings;
        let mut store = Store::new(clients.dynamodb.clone(), name).with_retention(retention);
        if let Some(commit_timeout) = commit_timeout {
            store = store.with_commit_timeout(commit_timeout);
        }
        let timer_settings = TimerSettings {
            group: name.into(),
            target_arn: "arn:aws:lambda:local:000000000000:function:notify".into(),
            webhook_target_arn: "arn:aws:lambda:local:000000000000:function:notify_webhook".into(),
            role_arn: "arn:aws:iam::000000000000:role/timers".into(),
            dead_letter_arn: "arn:aws:sqs:local:000000000000:timer-dead-letters".into(),
        };
        let timers = Timers::new(clients.scheduler.clone(), timer_settings);
        let sender = SENDER.parse::<Email>().map_err(DeploymentError::Sender)?;
        let mailer = Mailer::new(clients.ses.clone(), sender, mail_retry_policy);
        let webhooks = webhooks.map(|WebhookSettings { endpoint, retry_policy }| {
            Webhooks::new(endpoint, Secret::new(clients.secrets.clone(), WEBHOOK_SECRET), retry_policy)
        });
        let channels = Channels { webhook: webhooks.is_some() };
        let api = Api { store: store.clone(), clock: clock.clone(), channels, quotas, sign_in };
        let planner =
            Planner { store: store.clone(), timers: timers.clone(), clock: clock.clone(), invitations };
        let clock = clock.clone();
        let notifier = Notifier { store, timers, mailer, webhooks, clock, invitations, message_limit };
        Ok(Self { api, planner, notifier, page })
    }

    /// The context of sweep, which plans and delivers what others left.
    pub fn sweeper(&self) -> Sweeper {
        Sweeper { planner: self.planner.clone(), notifier: self.notifier.clone() }
    }

    /// The context of recompute_meetings.
    pub fn recomputer(&self) -> Recomputer {
        Recomputer::new(self.api.store.clone(), self.api.clock.clone())
    }

    /// Every function behind HTTP by the name of its folder.
    pub fn http(&self) -> HashMap<String, Function> {
        functions::http(&self.api, self.notifier.mailer.sender(), &self.page)
    }
}
