//! The functions as one process runs them, wired as the deployment wires them.

use std::time::Duration;

use aws_sdk_dynamodb::config::StalledStreamProtectionConfig;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use local::deployment::sign_in_by_tokens;
use local::embedded::dynamodb::DynamoDb;
use local::embedded::receiver::Receiver;
use local::embedded::scheduler::Scheduler;
use local::embedded::secrets::{Secrets, WEBHOOK_SECRET};
use local::embedded::ses::Ses;
use local::functions;
use local::gateway::Gateway;
use local::gateway::authorizer::Authorizer;
use local::sdk::Loopback;
use local::template::Template;
use shared::access::SignIn;
use shared::api::Api;
use shared::clock::Clock;
use shared::domain::{Channels, Email, Quotas};
use shared::mail::Mailer;
use shared::notices::deadlines;
use shared::notices::{Notifier, Planner};
use shared::sending::RetryPolicy;
use shared::store::Store;
use shared::timers::{TimerSettings, Timers};
use shared::webhook::{Endpoint, Secret, Webhooks};

use crate::calls::Calls;
use crate::{GROUP, TABLE};

/// One process: what it calls is watched apart from any other's.
#[derive(Debug)]
pub struct Process {
    /// What it calls.
    pub calls: Calls,
    /// The HTTP functions behind their routes.
    pub gateway: Gateway,
    /// What plan_reminders works with.
    pub planner: Planner,
    /// What notify works with.
    pub notifier: Notifier,
}

pub(crate) struct Services<'a> {
    pub(crate) dynamodb: &'a DynamoDb,
    pub(crate) scheduler: &'a Scheduler,
    pub(crate) ses: &'a Ses,
    pub(crate) secrets: &'a Secrets,
    pub(crate) receiver: Option<&'a Receiver>,
    /// What checks callers; without it nobody has to sign in.
    pub(crate) authorizer: Option<&'a Authorizer>,
}

impl Process {
    pub(crate) fn start(
        services: &Services<'_>,
        loopback: &Loopback,
        template: &Template,
        clock: &Clock,
        invitations: bool,
        quotas: Quotas,
    ) -> Self {
        let calls = Calls::default();
        let config = |endpoint: &str| {
            let config = loopback.config(endpoint);
            let client = calls.client(config.http_client().unwrap());
            config
                .into_builder()
                .http_client(client)
                // A call that hangs is to hang for good, and one that is tried again is no reason to wait.
                .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
                .retry_config(RetryConfig::standard().with_initial_backoff(Duration::from_millis(1)))
                .build()
        };
        // Who loses a race on a busy machine isn't to fail for it.
        let store = Store::new(aws_sdk_dynamodb::Client::new(&config(services.dynamodb.endpoint())), TABLE)
            .with_commit_timeout(Duration::from_secs(600));
        let settings = TimerSettings {
            group: GROUP.into(),
            target_arn: "arn:aws:lambda:local:000000000000:function:notify".into(),
            role_arn: "arn:aws:iam::000000000000:role/timers".into(),
            dead_letter_arn: "arn:aws:sqs:local:000000000000:timer-dead-letters".into(),
        };
        let timers =
            Timers::new(aws_sdk_scheduler::Client::new(&config(services.scheduler.endpoint())), settings);
        let mailer = Mailer::new(
            aws_sdk_sesv2::Client::new(&config(services.ses.endpoint())),
            "reminders@tactful.example".parse::<Email>().unwrap(),
            deadlines::MAIL,
        );
        let secrets = aws_sdk_secretsmanager::Client::new(&config(services.secrets.endpoint()));
        let webhooks = services.receiver.map(|receiver| {
            let endpoint = Endpoint::https_or_loopback(&receiver.url()).unwrap();
            let retry_policy = RetryPolicy { backoff: &[Duration::ZERO; 2], ..deadlines::WEBHOOK };
            Webhooks::new(endpoint, Secret::new(secrets, WEBHOOK_SECRET), retry_policy)
        });
        let api = Api {
            store: store.clone(),
            clock: clock.clone(),
            channels: Channels { webhook: webhooks.is_some() },
            quotas,
            sign_in: match services.authorizer {
                Some(_) => sign_in_by_tokens(template).unwrap(),
                None => SignIn::Anonymous,
            },
        };
        let functions = functions::http(&api, mailer.sender());
        let authorizer = services.authorizer.cloned();
        let gateway =
            Gateway::new(&template.routes().unwrap(), functions, authorizer, clock.clone()).unwrap();
        let planner =
            Planner { store: store.clone(), timers: timers.clone(), clock: clock.clone(), invitations };
        let notifier = Notifier { store, timers, mailer, webhooks, clock: clock.clone(), invitations };
        Self { calls, gateway, planner, notifier }
    }
}
