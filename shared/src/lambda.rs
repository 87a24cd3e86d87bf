//! What every function's `main` calls: serving a use case, and logging.

use std::convert::Infallible;
use std::panic::PanicHookInfo;

use aws_config::SdkConfig;
use futures_util::future::BoxFuture;
use lambda_http::{Error, service_fn};
use tracing::Subscriber;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, filter_fn};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::api::{Api, Context};
use crate::aws::{self, SettingError};
use crate::clock::Clock;
use crate::http::{Request, Response, answer};
use crate::metrics::{self, EmbeddedMetrics};
use crate::problem::Problem;

/// Serves a use case behind HTTP until Lambda ends the process.
///
/// # Errors
/// When the environment is incomplete or the Runtime API can't be reached.
pub async fn serve<F, R>(use_case: F) -> Result<(), Error>
where
    F: Fn(Api, Request) -> R + Copy + Send + Sync + 'static,
    R: Future<Output = Result<Response, Problem>> + Send + 'static,
{
    serve_with(Ok, use_case).await
}

/// Serves a use case that needs more than [`Api`], until Lambda ends the
/// process. `context` adds what it needs.
///
/// # Errors
/// When the environment is incomplete or the Runtime API can't be reached.
pub async fn serve_with<C, F, R>(
    context: impl FnOnce(Api) -> Result<C, SettingError>,
    use_case: F,
) -> Result<(), Error>
where
    C: Context + Clone + Send + Sync + 'static,
    F: Fn(C, Request) -> R + Copy + Send + Sync + 'static,
    R: Future<Output = Result<Response, Problem>> + Send + 'static,
{
    start_logging();
    let api = api(&aws::config().await)?;
    let store = api.store.clone();
    let context = context(api)?;
    store.warm_up().await;
    run(Box::new(move |request| Box::pin(answer(context.clone(), request, use_case)))).await
}

/// Serves a use case that needs no table. `context` reads what else it needs from the environment.
///
/// # Errors
/// When the environment is incomplete or the Runtime API can't be reached.
pub async fn serve_without_store<C, F, R>(
    context: impl FnOnce() -> Result<C, SettingError>,
    use_case: F,
) -> Result<(), Error>
where
    C: Context + Clone + Send + Sync + 'static,
    F: Fn(C, Request) -> R + Copy + Send + Sync + 'static,
    R: Future<Output = Result<Response, Problem>> + Send + 'static,
{
    start_logging();
    let context = context()?;
    run(Box::new(move |request| Box::pin(answer(context.clone(), request, use_case)))).await
}

fn api(config: &SdkConfig) -> Result<Api, SettingError> {
    Ok(Api {
        store: aws::store(config)?,
        clock: Clock::system(),
        channels: aws::channels(),
        sign_in: aws::sign_in()?,
        quotas: aws::quotas()?,
    })
}

type Handler = Box<dyn Fn(Request) -> BoxFuture<'static, Response> + Send + Sync>;

/// The type of its argument says nothing about the use case. So the runtime below it is compiled once, and
/// not once for each use case.
async fn run(handler: Handler) -> Result<(), Error> {
    let handler = &handler;
    let serve = |request| async move { Ok::<_, Infallible>(handler(request).await) };
    lambda_http::run(service_fn(serve)).await
}

/// Logs to standard output, as [`logging`] does, and panics as [`log_panic`] does. `AWS_LAMBDA_LOG_LEVEL`,
/// which Lambda sets from the function's configuration, is the lowest level that is logged; the default is
/// `info`. Metrics go into the namespace `METRICS_NAMESPACE`; the default is `Tactful`.
pub fn start_logging() {
    let setting = |name| std::env::var(name).ok();
    let level =
        setting("AWS_LAMBDA_LOG_LEVEL").and_then(|level| level.parse().ok()).unwrap_or(LevelFilter::INFO);
    let namespace = setting("METRICS_NAMESPACE").unwrap_or_else(|| "Tactful".to_owned());
    logging(std::io::stdout, Clock::system(), level, namespace).init();
    std::panic::set_hook(Box::new(log_panic));
}

/// Logs JSON lines with an RFC 3339 `timestamp` and a top-level `level`, which Lambda reads
/// (<https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html>), and metrics as
/// lines of their own. Nothing below `info` is ever logged, whatever `level` says: at those levels the SDK
/// and the runtime log whole requests and answers, and this service logs nothing.
pub fn logging<W>(writer: W, clock: Clock, level: LevelFilter, namespace: String) -> impl Subscriber
where
    W: for<'a> MakeWriter<'a> + Clone + Send + Sync + 'static,
{
    let lines = tracing_subscriber::fmt::layer().json().flatten_event(true).with_current_span(false);
    let lines = lines.with_writer(writer.clone());
    let lines = lines
        .with_filter(filter_fn(|metadata| metadata.target() != metrics::TARGET))
        .with_filter(level.min(LevelFilter::INFO));
    let metrics = EmbeddedMetrics { writer, clock, namespace };
    tracing_subscriber::registry().with(metrics.with_filter(LevelFilter::INFO)).with(lines)
}

/// Logs where a panic was, and never its message: for text that is sliced within a
/// character, that has all of the text.
pub fn log_panic(panic: &PanicHookInfo<'_>) {
    let location = panic.location().map(ToString::to_string);
    tracing::error!(location, "panicked");
}
