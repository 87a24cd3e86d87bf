//! `GET /local/outbox`: the caught mail, as JSON for programs and as a page for whoever comes with a browser.

use askama::Template;
use axum::response::Response;

use super::page::{self, Asked};
use super::people::{People, is_same};
use crate::embedded::ses::SentMail;

/// The most messages a page shows.
const MOST: usize = 50;

/// Answers with all messages as JSON, or with the newest as a page; with those to one person if that is
/// asked.
pub(super) fn answer(messages: Vec<SentMail>, asked: &Asked) -> Response {
    let is_asked_for = |message: &SentMail| {
        asked.person.as_ref().is_none_or(|person| message.recipients().any(|to| is_same(to, person)))
    };
    if !asked.wants_page {
        return page::json(messages.into_iter().filter(is_asked_for).collect::<Vec<_>>());
    }
    let recipients = messages.iter().flat_map(SentMail::recipients);
    let people = People::new(recipients.map(|to| (to.to_owned(), to.to_owned())), asked.person.as_deref());
    let numbered = messages.into_iter().zip(1..).map(|(mail, number)| Message { number, mail });
    let messages: Vec<_> = numbered.filter(|message| is_asked_for(&message.mail)).collect();
    let count = messages.len();
    page::live(&OutboxPage { people, count, messages: messages.into_iter().rev().take(MOST).collect() })
}

#[derive(Template)]
#[template(path = "outbox.html")]
struct OutboxPage {
    people: People,
    count: usize,
    messages: Vec<Message>,
}

struct Message {
    /// From 1 on, in the order in which they came.
    number: usize,
    mail: SentMail,
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::to_bytes;
    use axum::http::{Request, header};
    use chrono::DateTime;

    fn message(subject: &str, html: Option<&str>) -> SentMail {
        let sent_at = DateTime::from_timestamp_millis(1_795_000_000_123).unwrap();
        let html = html.map(str::to_owned);
        SentMail {
            to: "ana@example.com".into(),
            subject: subject.into(),
            text: "At <10>.".into(),
            html,
            calendar: None,
            sent_at,
        }
    }

    async fn answered(accept: Option<&str>, query: &str, messages: Vec<SentMail>) -> (Response<()>, String) {
        let request = Request::get(format!("/local/outbox{query}"));
        let request =
            accept.into_iter().fold(request, |request, accept| request.header(header::ACCEPT, accept));
        let asked = Asked::of(&request.body(()).unwrap().into_parts().0);
        let (parts, body) = answer(messages, &asked).into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        (Response::from_parts(parts, ()), String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn programs_get_the_json_they_always_got() {
        let json = r#"[{"to":"ana@example.com","subject":"Hi","text":"At <10>.","sent_at":"2026-11-18T11:06:40.123Z"}]"#;
        let accepts =
            [None, Some("*/*"), Some("application/json"), Some("text/*, application/json, */*;q=0.1")];
        for accept in
            accepts.into_iter().chain([Some("application/json, text/html;q=0.5"), Some("text/html;q=0")])
        {
            let (response, body) = answered(accept, "", vec![message("Hi", Some("<p>"))]).await;
            assert_eq!(
                (response.headers()["content-type"].to_str().unwrap(), body.as_str()),
                ("application/json", json)
            );
        }
    }

    #[tokio::test]
    async fn a_browser_gets_a_page_on_which_mail_stays_in_its_frame() {
        let chrome = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8";
        let evil = message("</h2><script>alert(1)</script>", Some("\"><script>alert(2)</script>"));
        let (response, body) = answered(Some(chrome), "", vec![message("Old", None), evil]).await;
        let headers = response.headers();
        assert_eq!(headers["content-type"], "text/html; charset=utf-8");
        assert_eq!(headers["vary"], "accept");
        assert!(headers["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
        let own = format!("<script>{}</script>", page::SCRIPT);
        assert!(body.contains(&own) && body.matches("<script").count() == 1, "{body}");
        assert!(!body.contains("src=\"http"), "{body}");
        assert_eq!(body.matches("<iframe").count(), 1, "old mail has no HTML");
        assert!(body.contains("<iframe sandbox=\"") && !body.contains("allow-scripts"), "{body}");
        assert!(body.find("alert(2)") < body.find("Old"), "the newest comes first");
    }

    #[tokio::test]
    async fn a_page_has_an_end() {
        let many = (0..MOST + 7).map(|n| message(&format!("No. {n}."), None)).collect();
        let (_, body) = answered(Some("text/html"), "", many).await;
        assert!(body.contains("No. 56.") && body.contains("No. 7.") && !body.contains("No. 6."));
        assert!(answered(Some("text/html"), "", vec![]).await.1.contains("Nothing"));
    }

    #[tokio::test]
    async fn one_person_is_chosen_among_all() {
        let bo = SentMail { to: "Bo@example.com".into(), ..message("For Bo", None) };
        let both = SentMail { to: "ana@example.com, bo@example.com".into(), ..message("For both", None) };
        let all = vec![message("For Ana", None), bo, both];
        let (_, body) = answered(Some("text/html"), "?person=bo%40example.com", all.clone()).await;
        assert!(body.contains("For Bo") && body.contains("For both") && !body.contains("For Ana"), "{body}");
        assert!(body.contains(r#"id="mail-2""#) && body.contains(r#"id="mail-3""#), "numbers stay: {body}");
        assert_eq!((body.matches("<option").count(), body.matches(" selected").count()), (3, 1), "{body}");
        let (_, json) = answered(None, "?person=ana@example.com", all).await;
        assert!(json.contains("For Ana") && json.contains("For both") && !json.contains("For Bo"), "{json}");
    }
}
