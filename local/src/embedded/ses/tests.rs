//! The mailbox behind the real SDK.

use super::*;
use crate::sdk::Loopback;
use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::types::{Body, Destination, EmailContent, Message as Simple, RawMessage};
use aws_smithy_types::Blob;

const REVIEW: &str = "From: t@example.com\r\nSubject: Design review\r\n\r\nAt 10:00.";

async fn send(client: &Client, to: &str, mime: &str) -> Result<String, aws_sdk_sesv2::Error> {
    let raw = RawMessage::builder().data(Blob::new(mime)).build().unwrap();
    let content = EmailContent::builder().raw(raw).build();
    let to = Destination::builder().to_addresses(to).build();
    let sent = client.send_email().destination(to).content(content).send().await?;
    Ok(sent.message_id.unwrap())
}

#[tokio::test]
async fn mail_is_kept_with_the_time_of_the_clock_and_survives_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("state.db");
    let now = DateTime::from_timestamp_millis(1_795_000_000_123).unwrap();

    let ses = Ses::start(Database::open(&file).unwrap(), Clock::manual(now)).await.unwrap();
    let client = Client::new(&Loopback::new().config(ses.endpoint()));
    let first = send(&client, "ana@example.com", REVIEW).await.unwrap();
    let second = send(&client, "bo@example.com", REVIEW).await.unwrap();
    assert_ne!(first, second);
    let kept = ses.outbox().unwrap();
    drop(ses);

    let again = Ses::start(Database::open(&file).unwrap(), Clock::manual(now)).await.unwrap();
    assert_eq!(again.outbox().unwrap(), kept);
    let [ana, bo] = kept.as_slice() else { panic!("{kept:?}") };
    assert_eq!((ana.to.as_str(), bo.to.as_str()), ("ana@example.com", "bo@example.com"));
    let expected = json!({ "to": "ana@example.com", "subject": "Design review", "text": "At 10:00.",
        "sent_at": "2026-11-18T11:06:40.123Z" });
    assert_eq!(serde_json::to_value(ana).unwrap(), expected);
}

#[tokio::test]
async fn it_fails_as_often_as_told() {
    let ses = Ses::start(Database::memory().unwrap(), Clock::system()).await.unwrap();
    let client = Client::new(&Loopback::new().config(ses.endpoint()));
    ses.fail_next(2);
    for _ in 0..2 {
        let error = send(&client, "ana@example.com", REVIEW).await.unwrap_err();
        assert!(matches!(error, aws_sdk_sesv2::Error::SendingPausedException(_)), "{error:?}");
    }
    send(&client, "ana@example.com", REVIEW).await.unwrap();
    assert_eq!(ses.outbox().unwrap().len(), 1);
}

#[tokio::test]
async fn what_it_cannot_keep_is_refused() {
    let ses = Ses::start(Database::memory().unwrap(), Clock::system()).await.unwrap();
    let client = Client::new(&Loopback::new().config(ses.endpoint()));
    let mail = || client.send_email().from_email_address("t@example.com");
    let text = aws_sdk_sesv2::types::Content::builder().data("Design review").build().unwrap();
    let simple = Simple::builder().subject(text.clone()).body(Body::builder().text(text).build()).build();
    let simple = EmailContent::builder().simple(simple).build();
    let to = Destination::builder().to_addresses("ana@example.com").build();
    for sent in [mail().send().await, mail().destination(to).content(simple).send().await] {
        assert!(sent.unwrap_err().into_service_error().is_bad_request_exception());
    }
    assert!(ses.outbox().unwrap().is_empty());
}

#[tokio::test]
async fn raw_mail_is_kept_as_its_reader_sees_it() {
    let ses = Ses::start(Database::memory().unwrap(), Clock::system()).await.unwrap();
    let client = Client::new(&Loopback::new().config(ses.endpoint()));
    let mime = "From: t@example.com\r\nTo: Ana <ana@example.com>\r\nSubject: =?utf-8?Q?Caf=C3=A9?=\r\n\
        Content-Type: multipart/alternative; boundary=x\r\n\r\n\
        --x\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
        At 10=E2=80=9311.\r\nCome.\r\n\r\n\
        --x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>At 10.</p>\r\n--x--\r\n";
    send(&client, "ana@example.com", mime).await.unwrap();
    let kept = ses.outbox().unwrap();
    let [ana] = kept.as_slice() else { panic!("{kept:?}") };
    assert_eq!((ana.to.as_str(), ana.subject.as_str()), ("ana@example.com", "Café"));
    assert_eq!((ana.text.as_str(), ana.html.as_deref()), ("At 10–11.\nCome.\n", Some("<p>At 10.</p>")));
}

#[tokio::test]
async fn raw_mail_without_a_sender_is_refused() {
    let ses = Ses::start(Database::memory().unwrap(), Clock::system()).await.unwrap();
    let client = Client::new(&Loopback::new().config(ses.endpoint()));
    let error = send(&client, "ana@example.com", "Subject: x\r\n\r\nx\r\n").await.unwrap_err();
    assert!(matches!(error, aws_sdk_sesv2::Error::BadRequestException(_)), "{error:?}");
    assert!(ses.outbox().unwrap().is_empty());
}
