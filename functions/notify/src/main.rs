//! Wires the function to Lambda.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use shared::{aws, clock::Clock, lambda, notices::Notifier};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda::start_logging();
    let config = aws::config().await;
    let (store, timers, mailer) = (aws::store(&config)?, aws::timers(&config)?, aws::mailer(&config)?);
    let (webhooks, invitations) = (aws::webhooks(&config)?, aws::invitations());
    let (clock, message_limit) = (Clock::system(), aws::message_limit()?);
    let notifier = Notifier { store, timers, mailer, webhooks, clock, invitations, message_limit };
    notifier.store.warm_up().await;
    let handle =
        async |event: LambdaEvent<_>| Ok::<_, Error>(notify::handle(&notifier, event.payload).await?);
    lambda_runtime::run(service_fn(handle)).await
}
