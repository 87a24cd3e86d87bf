//! The front: an HTTP server that does what API Gateway's HTTP API does. It finds the function of a
//! route, writes the request as the JSON that Lambda would get, and lets lambda_http read it: the
//! functions can't see the difference.

pub mod authorizer;
mod event;
mod outbox;
mod page;
mod people;
mod reminders;
mod routes;
mod start;
mod webhooks;

use std::collections::HashMap;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::rejection::QueryRejection;
use axum::extract::{ConnectInfo, Query, Request, State as Shared};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::middleware::{Next, from_fn_with_state, map_response};
use axum::response::Response;
use axum::routing::get;
use futures_util::future::BoxFuture;
use lambda_http::Body as LambdaBody;
use shared::clock::Clock;
use shared::http::{add_security_headers, method_not_allowed};
use shared::problem::{Code, Problem};
use shared::store::Store;
use tokio::net::TcpListener;

use crate::about::About;
use crate::browsers::{is_addressed_here, is_cross_site};
use crate::cors::{Cors, vary_by_origin};
use crate::embedded::receiver::Receiver;
use crate::embedded::scheduler::Scheduler;
use crate::embedded::secrets::Secrets;
use crate::embedded::ses::Ses;
use crate::serve::serve;
use crate::template::RouteDefinition;
use authorizer::{Authorizer, TokenRequest};
use event::ReceivedRequest;
use page::Asked;
use routes::Routes;

/// A function behind HTTP.
pub type Function =
    Arc<dyn Fn(shared::http::Request) -> BoxFuture<'static, shared::http::Response> + Send + Sync>;

/// Routes and the functions behind them; clones share them.
#[derive(Clone)]
pub struct Gateway(Arc<Inner>);

struct Inner {
    routes: Routes,
    functions: HashMap<String, Function>,
    /// What checks callers; without it nobody has to sign in.
    authorizer: Option<Authorizer>,
    clock: Clock,
}

/// The template has a route that can't be served.
#[derive(Debug, thiserror::Error)]
#[error("template.yaml: {0}")]
pub struct GatewayError(String);

/// API Gateway's limit on a body
/// (<https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html>).
const MAX_BODY: usize = 10 * 1024 * 1024;

const START_PAGE: &str = "/local";
const OUTBOX: &str = "/local/outbox";
const REMINDERS: &str = "/local/reminders";
const WEBHOOKS: &str = "/local/webhooks";
const TOKEN: &str = "/local/token";

/// How long the head of a request may take. API Gateway closes idle connections too.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);

/// What can be looked at beside the API.
#[derive(Clone, Debug)]
pub struct Services {
    /// The program itself.
    pub about: About,
    /// The mail.
    pub ses: Ses,
    /// The timers.
    pub scheduler: Scheduler,
    /// The table.
    pub store: Store,
    /// The keys of webhooks.
    pub secrets: Secrets,
    /// The receiver of this program.
    pub receiver: Receiver,
    /// Where webhooks go, which may be elsewhere.
    pub webhook_url: String,
    /// The pages of other origins that may call the API.
    pub cors: Cors,
}

impl Gateway {
    /// The routes of a template before functions that go by the name of their folder. With an authorizer,
    /// those that the template doesn't leave open need a token.
    ///
    /// # Errors
    /// When a route's function isn't among them or its path says something this gateway doesn't know.
    pub fn new(
        routes: &[RouteDefinition],
        functions: HashMap<String, Function>,
        authorizer: Option<Authorizer>,
        clock: Clock,
    ) -> Result<Self, GatewayError> {
        if let Some(route) = routes.iter().find(|route| !functions.contains_key(&route.function)) {
            let message =
                format!("{} {} goes to {}, which isn't here", route.method, route.path, route.function);
            return Err(GatewayError(message));
        }
        let routes = Routes::new(routes).map_err(GatewayError)?;
        Ok(Self(Arc::new(Inner { routes, functions, authorizer, clock })))
    }

    /// Serves the routes, and what only this program has: `GET /local`, the start page,
    /// `GET /local/outbox`, the mail that was caught, `GET /local/webhooks`, the webhooks that came here,
    /// `GET /local/reminders`, the timers and the pending work, and `GET /local/token`, a token where this
    /// program signs them. Returns once `shutdown` is over and running requests have been answered.
    pub async fn serve(self, listener: TcpListener, services: Services, shutdown: impl Future<Output = ()>) {
        let Services { about, ses, scheduler, store, cors, .. } = services.clone();
        let (clock, links_to_api) = (self.0.clock.clone(), !about.needs_tokens());
        let start = get(move |headers: HeaderMap| async move { start::answer(&about, &headers) })
            .fallback(|| async { only_get() });
        let outbox = get(move |request: Parts| async move { outbox(&ses, &Asked::of(&request)) })
            .fallback(|| async { only_get() });
        let reminders = get(move |request: Parts| async move {
            let asked = Asked::of(&request);
            let answer = reminders::answer(&scheduler, &store, clock.now(), links_to_api, &asked).await;
            answer.unwrap_or_else(|error| failed(&error))
        });
        let reminders = reminders.fallback(|| async { only_get() });
        let webhooks = get(move |request: Parts| async move { webhooks(&services, &Asked::of(&request)) });
        let webhooks = webhooks.fallback(|| async { only_get() });
        let router = Router::new().route(START_PAGE, start);
        let router = router.route(OUTBOX, outbox).route(REMINDERS, reminders).route(WEBHOOKS, webhooks);
        let tokens = match &self.0.authorizer {
            Some(Authorizer::Dev(tokens)) => Some(tokens.clone()),
            Some(Authorizer::Issuer(_)) | None => None,
        };
        let token = get(move |request: Result<Query<TokenRequest>, QueryRejection>| async move {
            authorizer::token(tokens.as_ref(), request)
        });
        let router = router.route(TOKEN, token.fallback(|| async { only_get() }));
        let router = router.layer(map_response(protected));
        let router = router.fallback(answer).with_state(self).layer(from_fn_with_state(cors, from_here));
        serve(listener, router, Some(HEAD_TIMEOUT), shutdown).await;
    }

    /// Answers one request as [`Gateway::serve`] does, without a connection.
    pub async fn call(&self, request: Request) -> Response {
        let source = SocketAddr::from(([127, 0, 0, 1], 0));
        self.dispatch(request, source).await
    }

    async fn dispatch(&self, request: Request, source: SocketAddr) -> Response {
        let (parts, body) = request.into_parts();
        let Some(found) = self.0.routes.find(&parts.method, parts.uri.path()) else { return unknown_route() };
        let Some(function) = self.0.functions.get(found.function).map(Arc::clone) else {
            return unknown_route();
        };
        let authorizer = if found.is_open { None } else { self.0.authorizer.as_ref() };
        let caller = match authorizer {
            Some(authorizer) => match authorizer.authorize(&parts.headers).await {
                Ok(caller) => Some(caller),
                Err(problem) => return refused(problem),
            },
            None => None,
        };
        let Ok(body) = to_bytes(body, MAX_BODY).await else {
            let detail = "A body may have 10 MiB at most.";
            return refused(Problem::new(Code::BodyTooLarge, detail));
        };
        let received = ReceivedRequest {
            parts: &parts,
            body: &body,
            source: source.ip(),
            route_key: found.key(),
            path_parameters: found.parameters,
            caller,
            now: self.0.clock.now(),
        };
        let event = event::to_json(&received);
        // A task of its own: it goes on when the client hangs up, as in Lambda, and a panic stays in it.
        let answered = tokio::spawn(async move {
            let request = lambda_http::request::from_str(&event.to_string())?;
            Ok::<_, serde_json::Error>(function(request).await)
        });
        match answered.await {
            Ok(Ok(response)) => to_axum(response),
            Ok(Err(error)) => failed(&error),
            Err(error) => failed(&error),
        }
    }
}

impl fmt::Debug for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gateway").field("routes", &self.0.routes).finish_non_exhaustive()
    }
}

/// Refuses what a page from elsewhere sends, or sends to a name of its own that leads here: it would change
/// everything, and read everybody's mail. Pages of the origins of `cors` may call the API.
async fn from_here(Shared(cors): Shared<Cors>, request: Request, next: Next) -> Response {
    if !is_addressed_here(&request) {
        let detail = "This program answers to localhost, 127.0.0.1 and [::1] alone.";
        return refused(Problem::new(Code::Forbidden, detail));
    }
    let (granted, depends_on_origin) = (cors.granted(&request), cors.concerns(&request));
    let mut response = if granted.is_none() && is_cross_site(&request) {
        let detail = "A page of another origin sent this. Only pages of this program may call it, and those of \
            the origins that it was started with (--cors-origin) may call the API.";
        refused(Problem::new(Code::Forbidden, detail))
    } else {
        next.run(request).await
    };
    if depends_on_origin {
        vary_by_origin(response.headers_mut());
    }
    if let Some(granted) = granted {
        granted.add_to(response.headers_mut());
    }
    response
}

async fn answer(
    Shared(gateway): Shared<Gateway>,
    ConnectInfo(source): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    // Not the path as it came: whatever stands where an id should may be anyone's address.
    let route = gateway.0.routes.find(&method, request.uri().path()).map(|found| found.path.to_owned());
    let response = gateway.dispatch(request, source).await;
    let (status, millis) = (response.status().as_u16(), started.elapsed().as_millis());
    tracing::info!("{method} {} {status} {millis} ms", route.as_deref().unwrap_or("(no route)"));
    response
}

fn outbox(ses: &Ses, asked: &Asked) -> Response {
    ses.outbox().map_or_else(|error| failed(&error), |messages| outbox::answer(messages, asked))
}

fn webhooks(services: &Services, asked: &Asked) -> Response {
    webhooks::answer(services, asked).unwrap_or_else(|error| failed(&error))
}

fn unknown_route() -> Response {
    let detail = "No function answers this method and path.";
    refused(Problem::new(Code::RouteNotFound, detail))
}

/// What this program's own pages answer to other methods.
fn only_get() -> Response {
    to_axum(method_not_allowed("This page can only be read, with GET.", &["GET", "HEAD"]))
}

fn failed(error: &dyn fmt::Display) -> Response {
    tracing::error!(%error, "a request could not be answered");
    refused(Problem::internal(error.to_string()))
}

/// A problem that no function answered. Functions protect their answers themselves.
fn refused(problem: Problem) -> Response {
    let mut response = problem.into_response();
    add_security_headers(response.headers_mut());
    to_axum(response)
}

async fn protected(mut response: Response) -> Response {
    add_security_headers(response.headers_mut());
    response
}

fn to_axum(response: shared::http::Response) -> Response {
    response.map(|body| match body {
        LambdaBody::Text(text) => Body::from(text),
        LambdaBody::Binary(bytes) => Body::from(Bytes::from(bytes)),
        _ => Body::empty(),
    })
}

#[cfg(test)]
mod tests;
