//! The functions as one process runs them.

use std::time::Duration;

use aws_sdk_dynamodb::config::StalledStreamProtectionConfig;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use local::deployment::{EmbeddedServices, FunctionContexts, FunctionSettings};
use local::gateway::Gateway;
use local::gateway::authorizer::{Authorizer, DevTokens};
use local::sdk::Loopback;
use local::template::Template;
use recompute_meetings::Recomputer;
use shared::clock::Clock;
use shared::domain::Quotas;
use shared::notices::{Notifier, Planner, deadlines};
use shared::sending::RetryPolicy;

use crate::World;
use crate::calls::Calls;

/// One process. Its calls are recorded apart from those of any other process.
#[derive(Debug)]
pub struct Process {
    /// Its calls to AWS.
    pub calls: Calls,
    /// The HTTP functions behind their routes.
    pub gateway: Gateway,
    /// The context of plan_reminders.
    pub planner: Planner,
    /// The context of notify.
    pub notifier: Notifier,
    /// The context of recompute_meetings.
    pub recomputer: Recomputer,
}

impl Process {
    /// Starts a process. `tokens` checks those of callers; without it nobody has to sign in.
    pub(crate) fn start(
        services: &EmbeddedServices,
        loopback: &Loopback,
        template: &Template,
        clock: &Clock,
        tokens: Option<&DevTokens>,
        settings: FunctionSettings<'_>,
    ) -> Self {
        let calls = Calls::default();
        let clients = services.clients(|endpoint| {
            let config = loopback.config(endpoint);
            let client = calls.client(config.http_client().unwrap());
            config
                .into_builder()
                .http_client(client)
                // A call that hangs must hang for good, and the SDK's retries need no pause here.
                .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
                .retry_config(RetryConfig::standard().with_initial_backoff(Duration::from_millis(1)))
                .build()
        });
        // On a busy machine a transaction may conflict often. It must not fail for that.
        // A mail is tried once in a delivery: another attempt would take real time.
        let once = RetryPolicy { total: deadlines::MAIL.attempt, ..deadlines::MAIL };
        let commit_timeout = Some(Duration::from_secs(600));
        let settings = FunctionSettings { commit_timeout, mail_retry_policy: once, ..settings };
        let contexts = FunctionContexts::new(&clients, settings, clock).unwrap();
        let routes = template.routes_with_default().unwrap();
        let gateway =
            Gateway::new(&routes, contexts.http(), tokens.cloned().map(Authorizer::Dev), clock.clone());
        let recomputer = contexts.recomputer();
        let FunctionContexts { planner, notifier, .. } = contexts;
        Self { calls, gateway: gateway.unwrap(), planner, notifier, recomputer }
    }
}

impl World {
    /// A new process, deployed with those quotas.
    pub fn restart_with(&mut self, quotas: Quotas) {
        self.settings.quotas = quotas;
        self.restart();
    }

    /// A new process that waits for the receiver of webhooks for so long only.
    pub fn restart_with_patience(&mut self, attempt: Duration) {
        self.settings.webhook_policy.attempt = attempt;
        self.restart();
    }
}

/// The usual attempts at a webhook, without pauses between them.
pub fn retries_without_pauses() -> RetryPolicy {
    RetryPolicy { backoff: &[Duration::ZERO; 2], ..deadlines::WEBHOOK }
}
