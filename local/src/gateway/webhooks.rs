//! `GET /local/webhooks`: where webhooks go, the key to check them with, and what came
//! to the receiver of this program.

use std::io;

use axum::Json;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::Services;
use crate::embedded::receiver::ReceivedWebhook;

#[derive(Serialize)]
struct Answer {
    url: String,
    /// As receivers are given it.
    secret: String,
    received: Vec<ReceivedWebhook>,
}

/// # Errors
/// When what is kept can't be read.
pub(super) fn answer(services: &Services) -> io::Result<Response> {
    let keys = services.secrets.webhook_keys()?;
    let newest = keys.split_whitespace().next().unwrap_or_default();
    let secret = format!("whsec_{}", newest.trim_start_matches("whsec_"));
    let answer =
        Answer { url: services.webhook_url.clone(), secret, received: services.receiver.received()? };
    Ok(Json(answer).into_response())
}
