//! Wires the function to Lambda.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde::de::IgnoredAny;
use shared::notices::{Notifier, Planner};
use shared::{aws, clock::Clock, lambda};
use sweep::Sweeper;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda::start_logging();
    let config = aws::config().await;
    let (store, timers, mailer) = (aws::store(&config)?, aws::timers(&config)?, aws::mailer(&config)?);
    let (webhooks, clock, invitations) = (aws::webhooks(&config)?, Clock::system(), aws::invitations());
    let planner = Planner { store: store.clone(), timers: timers.clone(), clock: clock.clone(), invitations };
    let message_limit = aws::message_limit()?;
    let notifier = Notifier { store, timers, mailer, webhooks, clock, invitations, message_limit };
    let sweeper = Sweeper { planner, notifier };
    sweeper.planner.store.warm_up().await;
    let handle = async |_: LambdaEvent<IgnoredAny>| Ok::<_, Error>(sweep::handle(&sweeper).await?);
    lambda_runtime::run(service_fn(handle)).await
}
