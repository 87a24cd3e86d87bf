//! An HTTP server on a loopback port of the system's choice, for the clients of this process alone.

use std::future::pending;
use std::io;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

use super::signature::is_signed;
use crate::browsers::{is_addressed_here, is_of_a_page};
use crate::sdk;
use crate::serve::serve;

/// Serves until dropped.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) endpoint: String,
    task: AbortHandle,
}

impl Server {
    /// Serves a service of AWS. Its requests must be signed with the credentials of this process.
    pub(super) async fn start(router: Router) -> io::Result<Self> {
        Self::listen(for_this_process(router)).await
    }

    /// Serves what checks by itself who sends a request. Web pages are refused all the same.
    pub(super) async fn start_without_credentials(router: Router) -> io::Result<Self> {
        Self::listen(for_no_page(router)).await
    }

    async fn listen(router: Router) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let endpoint = format!("http://{}", listener.local_addr()?);
        // Idle connections stay open, as clients use them again.
        let serving = tokio::spawn(serve(listener, router, None, pending()));
        Ok(Self { endpoint, task: serving.abort_handle() })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// `router`, for requests that are signed with the credentials of this process and sent by no web page.
pub(super) fn for_this_process(router: Router) -> Router {
    for_no_page(router.layer(from_fn(signed)))
}

fn for_no_page(router: Router) -> Router {
    router.layer(from_fn(of_no_page))
}

/// DynamoDB's own limit, the largest of these services
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html>).
const MAX_BODY: usize = 16 * 1024 * 1024;

async fn signed(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MAX_BODY).await else {
        return refused("RequestEntityTooLargeException", "The body is too large.");
    };
    if !is_signed(&parts, &body, sdk::credentials()) {
        let message = "The request is not signed with the credentials of this process.";
        return refused("InvalidSignatureException", message);
    }
    next.run(Request::from_parts(parts, Body::from(body))).await
}

async fn of_no_page(request: Request, next: Next) -> Response {
    if is_of_a_page(request.headers()) || !is_addressed_here(&request) {
        return refused("AccessDeniedException", "This service is for the program that it belongs to.");
    }
    next.run(request).await
}

fn refused(code: &'static str, message: &str) -> Response {
    let body = Json(json!({ "__type": code, "message": message }));
    (StatusCode::FORBIDDEN, [("x-amzn-errortype", code)], body).into_response()
}

#[cfg(test)]
mod tests;
