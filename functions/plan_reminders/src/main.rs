//! Wires the function to Lambda.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use shared::{aws, clock::Clock, lambda, notices::Planner};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
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
