//! The wiring that every function's `main` is made of.

use lambda_http::{Error, service_fn};
use tracing_subscriber::filter::LevelFilter;

use crate::aws;
use crate::clock::Clock;
use crate::http::{Api, Problem, Request, Response, answer};

/// Serves a use case behind HTTP until Lambda ends the process.
///
/// # Errors
/// When the environment is incomplete or the Runtime API can't be reached.
pub async fn serve<F, R>(use_case: F) -> Result<(), Error>
where
    F: Fn(Api, Request) -> R + Copy + Send,
    R: Future<Output = Result<Response, Problem>> + Send,
{
    start_logging();
    let api = Api { store: aws::store(&aws::config().await)?, clock: Clock::system() };
    api.store.warm_up().await;
    lambda_http::run(service_fn(|request: Request| {
        let api = api.clone();
        async move { Ok::<_, std::convert::Infallible>(answer(api, request, use_case).await) }
    }))
    .await
}

/// Serves a use case that needs nothing but its request.
///
/// # Errors
/// When the environment is incomplete or the Runtime API can't be reached.
pub async fn serve_without_store<F, R>(use_case: F) -> Result<(), Error>
where
    F: Fn((), Request) -> R + Copy + Send,
    R: Future<Output = Result<Response, Problem>> + Send,
{
    start_logging();
    let serve =
        |request| async move { Ok::<_, std::convert::Infallible>(answer((), request, use_case).await) };
    lambda_http::run(service_fn(serve)).await
}

/// Logs JSON lines with an RFC 3339 `timestamp` and a top-level `level`, which Lambda reads
/// (<https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html>).
/// `LOG_LEVEL` chooses the least level; the default is `info`.
pub fn start_logging() {
    let level =
        std::env::var("LOG_LEVEL").ok().and_then(|level| level.parse().ok()).unwrap_or(LevelFilter::INFO);
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_max_level(level)
        .init();
}
