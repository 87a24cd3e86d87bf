//! Wires the function to Lambda.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use recompute_meetings::Recomputer;
use serde::de::IgnoredAny;
use shared::{aws, clock::Clock, lambda};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda::start_logging();
    let config = aws::config().await;
    let recomputer = Recomputer::new(aws::store(&config)?, Clock::system());
    recomputer.store.warm_up().await;
    let handle =
        async |_: LambdaEvent<IgnoredAny>| Ok::<_, Error>(recompute_meetings::handle(&recomputer).await?);
    lambda_runtime::run(service_fn(handle)).await
}
