//! `GET /local/webhooks`: where webhooks go, the key to check them with, and what came
//! to the receiver of this program; as JSON for programs and as a page for whoever comes with a browser.

use std::io;

use askama::Template;
use axum::response::Response;
use serde::Serialize;
use serde_json::Value;

use super::Services;
use super::page::{self, Asked};
use super::people::{People, is_same};
use crate::embedded::receiver::ReceivedWebhook;

/// The most webhooks a page shows.
const MOST: usize = 50;

#[derive(Serialize)]
struct Answer {
    url: String,
    /// As receivers are given it.
    secret: String,
    received: Vec<ReceivedWebhook>,
}

#[derive(Template)]
#[template(path = "webhooks.html")]
struct WebhooksPage {
    people: People,
    url: String,
    secret: String,
    /// Whether webhooks come to this program.
    come_here: bool,
    count: usize,
    received: Vec<Webhook>,
}

struct Webhook {
    /// From 1 on, in the order in which they came.
    number: usize,
    request: ReceivedWebhook,
}

/// # Errors
/// When what is kept can't be read.
pub(super) fn answer(services: &Services, asked: &Asked) -> io::Result<Response> {
    let keys = services.secrets.webhook_keys()?;
    let newest = keys.split_whitespace().next().unwrap_or_default();
    let secret = format!("whsec_{}", newest.trim_start_matches("whsec_"));
    let (url, received) = (services.webhook_url.clone(), services.receiver.received()?);
    let is_asked_for =
        |request: &ReceivedWebhook| asked.person.as_ref().is_none_or(|person| request.is_for(person));
    if !asked.wants_page {
        let received = received.into_iter().filter(is_asked_for).collect();
        return Ok(page::json(Answer { url, secret, received }));
    }
    let people = received.iter().filter_map(|request| {
        let address = request.participant("email")?;
        Some((
            address.to_owned(),
            format!("{} ({address})", request.participant("name").unwrap_or("Somebody")),
        ))
    });
    let people = People::new(people, asked.person.as_deref());
    let numbered = received.into_iter().zip(1..).map(|(request, number)| Webhook { number, request });
    let received: Vec<_> = numbered.filter(|webhook| is_asked_for(&webhook.request)).collect();
    let count = received.len();
    let received = received.into_iter().rev().take(MOST).collect();
    let come_here = url == services.receiver.url();
    Ok(page::live(&WebhooksPage { people, url, secret, come_here, count, received }))
}

impl ReceivedWebhook {
    /// A member of the participant that a reminder is for.
    fn participant(&self, member: &str) -> Option<&str> {
        self.body.pointer("/data/participant")?.get(member)?.as_str()
    }

    /// Whether it reminds that person, named by an address or an id.
    fn is_for(&self, person: &str) -> bool {
        ["email", "user_id"]
            .iter()
            .any(|member| self.participant(member).is_some_and(|own| is_same(own, person)))
    }

    /// What a reader looks for first.
    fn heading(&self) -> &str {
        let title = self.body.pointer("/data/meeting/title").and_then(Value::as_str);
        title.or_else(|| self.body.get("type").and_then(Value::as_str)).unwrap_or("A request")
    }

    fn pretty_body(&self) -> String {
        match &self.body {
            Value::String(text) => text.clone(),
            body => serde_json::to_string_pretty(body).unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;

    fn webhook(number: usize, body: Value) -> Webhook {
        let request = ReceivedWebhook {
            received_at: chrono::DateTime::UNIX_EPOCH,
            path: "/webhooks".into(),
            headers: BTreeMap::from([("x-evil".into(), "<script>alert(1)</script>".into())]),
            body,
            verified: false,
            status: 401,
        };
        Webhook { number, request }
    }

    #[test]
    fn a_webhook_is_for_its_participant() {
        let request =
            webhook(1, json!({"data": {"participant": {"email": "bo@example.com", "user_id": "b1"}}}))
                .request;
        assert!(
            request.is_for("BO@example.com") && request.is_for("b1") && !request.is_for("ana@example.com")
        );
        assert!(!webhook(1, json!("no JSON")).request.is_for(""));
    }

    #[test]
    fn whatever_came_is_text_on_the_page() {
        let evil = "</pre><script>alert(2)</script>";
        let title = json!({"data": {"meeting": {"title": evil}, "participant": {"email": evil}}});
        let page = WebhooksPage {
            people: People::new([(evil.to_owned(), evil.to_owned())], Some(evil)),
            url: evil.into(),
            secret: "whsec_x".into(),
            come_here: false,
            count: 2,
            received: vec![webhook(2, json!(evil)), webhook(1, title)],
        };
        let page = page.to_string();
        assert_eq!(page.matches("<script").count(), 1, "only the page's own: {page}");
        assert!(page.contains("Signature or time is wrong") && page.contains("answered 401"), "{page}");
    }
}
