//! The mailbox behind the real SDK.

use super::*;
use crate::sdk::Loopback;
use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message as Email, RawMessage};
use aws_smithy_types::Blob;

async fn send(client: &Client, to: &str) -> Result<String, aws_sdk_sesv2::Error> {
    let content = |text: &str| Content::builder().data(text).build().unwrap();
    let body = Body::builder().text(content("At 10:00.")).html(content("<p>At 10:00.</p>")).build();
    let email = Email::builder().subject(content("Design review")).body(body).build();
    let sent = client
        .send_email()
        .from_email_address("tactful@example.com")
        .destination(Destination::builder().to_addresses(to).build())
        .content(EmailContent::builder().simple(email).build())
        .send()
        .await?;
    Ok(sent.message_id.unwrap())
}

#[tokio::test]
async fn mail_is_kept_with_the_time_of_the_clock_and_survives_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("state.db");
    let now = DateTime::from_timestamp_millis(1_795_000_000_123).unwrap();

    let ses = Ses::start(State::open(&file).unwrap(), Clock::manual(now)).await.unwrap();
    let client = Client::new(&Loopback::new().config(ses.endpoint()));
    let first = send(&client, "ana@example.com").await.unwrap();
    let second = send(&client, "bo@example.com").await.unwrap();
    assert_ne!(first, second);
    let kept = ses.outbox().unwrap();
    drop(ses);

    let again = Ses::start(State::open(&file).unwrap(), Clock::manual(now)).await.unwrap();
    assert_eq!(again.outbox().unwrap(), kept);
    let [ana, bo] = kept.as_slice() else { panic!("{kept:?}") };
    assert_eq!((ana.to.as_str(), bo.to.as_str()), ("ana@example.com", "bo@example.com"));
    let expected = json!({ "to": "ana@example.com", "subject": "Design review", "text": "At 10:00.",
        "sent_at": "2026-11-18T11:06:40.123Z" });
    assert_eq!(serde_json::to_value(ana).unwrap(), expected);
}

#[tokio::test]
async fn it_fails_as_often_as_told() {
    let ses = Ses::start(State::memory().unwrap(), Clock::system()).await.unwrap();
    let client = Client::new(&Loopback::new().config(ses.endpoint()));
    ses.fail_next(2);
    for _ in 0..2 {
        let error = send(&client, "ana@example.com").await.unwrap_err();
        assert!(matches!(error, aws_sdk_sesv2::Error::SendingPausedException(_)), "{error:?}");
    }
    send(&client, "ana@example.com").await.unwrap();
    assert_eq!(ses.outbox().unwrap().len(), 1);
}

#[tokio::test]
async fn what_it_cannot_keep_is_refused() {
    let ses = Ses::start(State::memory().unwrap(), Clock::system()).await.unwrap();
    let client = Client::new(&Loopback::new().config(ses.endpoint()));
    let nobody = client.send_email().from_email_address("a@example.com").send().await;
    assert!(nobody.unwrap_err().into_service_error().is_bad_request_exception());
    assert!(ses.outbox().unwrap().is_empty());
}

async fn send_raw(client: &Client, mime: &str) -> Result<(), aws_sdk_sesv2::Error> {
    let raw = RawMessage::builder().data(Blob::new(mime)).build().unwrap();
    let to = Destination::builder().to_addresses("ana@example.com").build();
    let content = EmailContent::builder().raw(raw).build();
    client.send_email().from_email_address("t@example.com").destination(to).content(content).send().await?;
    Ok(())
}

#[tokio::test]
async fn raw_mail_is_kept_as_its_reader_sees_it() {
    let ses = Ses::start(State::memory().unwrap(), Clock::system()).await.unwrap();
    let client = Client::new(&Loopback::new().config(ses.endpoint()));
    let mime = "From: t@example.com\r\nTo: Ana <ana@example.com>\r\nSubject: =?utf-8?Q?Caf=C3=A9?=\r\n\
        Content-Type: multipart/alternative; boundary=x\r\n\r\n\
        --x\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
        At 10=E2=80=9311.\r\nCome.\r\n\r\n\
        --x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>At 10.</p>\r\n--x--\r\n";
    send_raw(&client, mime).await.unwrap();
    let kept = ses.outbox().unwrap();
    let [ana] = kept.as_slice() else { panic!("{kept:?}") };
    assert_eq!((ana.to.as_str(), ana.subject.as_str()), ("ana@example.com", "Café"));
    assert_eq!((ana.text.as_str(), ana.html.as_deref()), ("At 10–11.\nCome.\n", Some("<p>At 10.</p>")));
}

#[tokio::test]
async fn raw_mail_without_a_sender_is_refused() {
    let ses = Ses::start(State::memory().unwrap(), Clock::system()).await.unwrap();
    let client = Client::new(&Loopback::new().config(ses.endpoint()));
    let error = send_raw(&client, "Subject: x\r\n\r\nx\r\n").await.unwrap_err();
    assert!(matches!(error, aws_sdk_sesv2::Error::BadRequestException(_)), "{error:?}");
    assert!(ses.outbox().unwrap().is_empty());
}
