//! The wiring of the functions that no route leads to.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use recompute_meetings::Recomputer;
use serde::de::IgnoredAny;
use shared::clock::Clock;
use shared::notices::{Notifier, Planner};
use shared::{aws, lambda};
use sweep::Sweeper;

pub(crate) async fn notify() -> Result<(), Error> {
    let notifier = notifier().await?;
    let handle =
        async |event: LambdaEvent<_>| Ok::<_, Error>(notify::handle(&notifier, event.payload).await?);
    lambda_runtime::run(service_fn(handle)).await
}

pub(crate) async fn notify_webhook() -> Result<(), Error> {
    let notifier = notifier().await?;
    let handle =
        async |event: LambdaEvent<_>| Ok::<_, Error>(notify_webhook::handle(&notifier, event.payload).await?);
    lambda_runtime::run(service_fn(handle)).await
}

async fn notifier() -> Result<Notifier, Error> {
    lambda::start_logging();
    let config = aws::config().await;
    let (store, timers, mailer) = (aws::store(&config)?, aws::timers(&config)?, aws::mailer(&config)?);
    let (webhooks, invitations) = (aws::webhooks(&config)?, aws::invitations());
    let (clock, message_limit) = (Clock::system(), aws::message_limit()?);
    let notifier = Notifier { store, timers, mailer, webhooks, clock, invitations, message_limit };
    notifier.store.warm_up().await;
    Ok(notifier)
}

pub(crate) async fn plan_reminders() -> Result<(), Error> {
    lambda::start_logging();
    let config = aws::config().await;
    let planner = Planner {
        store: aws::store(&config)?,
        timers: aws::timers(&config)?,
        clock: Clock::system(),
        invitations: aws::invitations(),
    };
    planner.store.warm_up().await;
    let handle =
        async |event: LambdaEvent<_>| Ok::<_, Error>(plan_reminders::handle(&planner, event.payload).await);
    lambda_runtime::run(service_fn(handle)).await
}

pub(crate) async fn recompute_meetings() -> Result<(), Error> {
    lambda::start_logging();
    let config = aws::config().await;
    let recomputer = Recomputer::new(aws::store(&config)?, Clock::system());
    recomputer.store.warm_up().await;
    let handle =
        async |_: LambdaEvent<IgnoredAny>| Ok::<_, Error>(recompute_meetings::handle(&recomputer).await?);
    lambda_runtime::run(service_fn(handle)).await
}

pub(crate) async fn sweep() -> Result<(), Error> {
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
