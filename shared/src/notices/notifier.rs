//! Delivers one notice when its minute has come.

use chrono::{DateTime, Utc};
use futures_util::future::try_join3;
use serde::Serialize;
use tokio::time::sleep;

use super::deadlines::{ATTEMPT, CLAIM, NOTE_BACKOFF, SENDING, next_attempt};
use super::decide::{Action, Delivery, decide};
use super::other_meetings::with_other_meetings;
use super::row_timer::settle_timer;
use super::{Unfinished, log};
use crate::clock::Clock;
use crate::domain::{
    CalendarMessage, CalendarUpdate, Channel, Closed, MessageLimit, Notice, NoticeKey, NoticeKind,
    NoticeStatus, SendTime, Transition,
};
use crate::mail::{self, Mailer};
use crate::metrics;
use crate::sending::{AttemptLimit, SendError, SendFailure};
use crate::store::{ClaimOutcome, Store, StoreError};
use crate::time::{Minute, Reason, begin_before};
use crate::timers::Timers;
use crate::webhook::{self, Reminded, WebhookMessage, Webhooks};

/// How often a delivery decides again after a conflict.
const ROUNDS: usize = 5;

/// What delivering works with.
#[derive(Clone, Debug)]
pub struct Notifier {
    /// The table.
    pub store: Store,
    /// The timers.
    pub timers: Timers,
    /// Sends mail.
    pub mailer: Mailer,
    /// Sends webhooks, where the deployment has a receiver.
    pub webhooks: Option<Webhooks>,
    /// Reads the time.
    pub clock: Clock,
    /// Whether invitations are sent.
    pub invitations: bool,
    /// How many messages one person is sent on a day.
    pub message_limit: MessageLimit,
}

/// The result of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryOutcome {
    /// A message was sent.
    Delivered,
    /// A former address was sent a cancellation. The invitation to the present address is still to come.
    Withdrawn,
    /// It was part of another notice's message.
    Covered,
    /// Its timer is set to another minute.
    Moved,
    /// Its minute is still to come, and its timer is left as it is.
    NotYet,
    /// It will never be sent; its state says why.
    Closed,
    /// It was closed before. It may still have a timer.
    AlreadyClosed,
    /// There is no such notice.
    NotFound,
    /// Another delivery has claimed it. It stays pending, in case that delivery died.
    UnderWay,
    /// The recipient's Do-Not-Disturb hours began before it left, or its claim took too long. It is pending,
    /// and in the next minute the rule decides again.
    TooLate,
    /// Sending failed. It is pending, and tried again until the meeting starts.
    WillRetry,
}

impl Notifier {
    /// Sends, moves or closes one notice, or does nothing, as [`decide`] says for this moment. Safe to
    /// repeat, and to run twice at once: only one of them gets the claim, and sends.
    ///
    /// # Errors
    /// When AWS fails. The notice stays pending then.
    pub async fn deliver(&self, key: &NoticeKey) -> Result<DeliveryOutcome, Unfinished> {
        self.deliver_with_retries(key, true).await
    }

    /// Like [`Notifier::deliver`], but without a call to EventBridge Scheduler: a notice that would move is
    /// [`DeliveryOutcome::NotYet`].
    ///
    /// # Errors
    /// As [`Notifier::deliver`].
    pub async fn deliver_if_due(&self, key: &NoticeKey) -> Result<DeliveryOutcome, Unfinished> {
        self.deliver_with_retries(key, false).await
    }

    async fn deliver_with_retries(
        &self,
        key: &NoticeKey,
        sets_timers: bool,
    ) -> Result<DeliveryOutcome, Unfinished> {
        for _ in 0..ROUNDS {
            // Boxed, since the compiler can't handle futures that are nested so deeply.
            match Box::pin(self.try_once(key, sets_timers)).await {
                Err(error) if error.is_conflict() => {}
                outcome => return outcome,
            }
        }
        Err(Unfinished::Busy)
    }

    async fn try_once(&self, key: &NoticeKey, sets_timers: bool) -> Result<DeliveryOutcome, Unfinished> {
        let (meeting, user, stored) = try_join3(
            self.store.meeting(&key.meeting_id),
            self.store.user(&key.user_id),
            self.store.notices_of(&key.meeting_id, &key.user_id),
        )
        .await?;
        let now = self.clock.now();
        let (meeting, user) = (meeting.as_ref(), user.as_ref());
        let action = with_other_meetings(&self.store, |others| {
            decide(key, meeting, user, &stored, others, self.invitations, now)
        });
        match action.await? {
            Action::Deliver(delivery) => self.send(delivery, now).await,
            Action::Covered(notice, delivered_at) => self.cover(notice, delivered_at).await,
            Action::Move(..) if !sets_timers => Ok(DeliveryOutcome::NotYet),
            Action::Move(notice, at, reason) => self.postpone(notice, at, reason).await,
            Action::Close(notice, closed) => self.close(notice, closed).await,
            Action::UnderWay => Ok(DeliveryOutcome::UnderWay),
            Action::AlreadyClosed => Ok(nothing_to_deliver(key, DeliveryOutcome::AlreadyClosed)),
            Action::NotFound => Ok(nothing_to_deliver(key, DeliveryOutcome::NotFound)),
        }
    }

    async fn send(&self, delivery: Delivery<'_>, now: DateTime<Utc>) -> Result<DeliveryOutcome, Unfinished> {
        let webhook = (delivery.channel == Channel::Webhook).then(|| webhook_message(&delivery));
        let webhook_id = webhook.as_ref().map(|message| message.id.as_str());
        let message = delivery.message.as_ref();
        let claim = |notice: &Notice| notice.claimed(now + CLAIM, webhook_id, message);
        let claimed: Vec<_> = delivery.due.iter().map(claim).collect();
        let count = delivery.is_counted().then_some(self.message_limit);
        let count = count.and_then(|limit| limit.count(delivery.meeting, &delivery.user.id, now));
        let outcome = self.store.claim(&transitions(&delivery.due, &claimed), count.as_ref()).await?;
        if outcome == ClaimOutcome::LimitReached {
            return self.close_over_limit(&delivery.due).await;
        }
        if self.clock.now() + SENDING > now + CLAIM {
            return self.release(&delivery, &claimed).await;
        }
        let limit = self.attempt_limit(&delivery, now);
        let sent = match webhook {
            Some(message) => self.send_webhook(&message, &limit).await,
            None => self.send_mail(&delivery, now, &limit).await,
        };
        match sent {
            Ok(()) => self.note_sent(&delivery, &claimed, now).await,
            Err(error) if error.failure == SendFailure::TooLate => self.release(&delivery, &claimed).await,
            Err(error) if error.is_final() => self.note_failed_for_good(&claimed, &error).await,
            Err(error) if error.not_taken => {
                let as_before = delivery.due.iter().zip(&claimed);
                let claimed: Vec<_> = as_before.map(|(before, claimed)| claimed.not_sent(before)).collect();
                self.note_failed(&delivery, &claimed, &error, now).await
            }
            Err(error) => self.note_failed(&delivery, &claimed, &error, now).await,
        }
    }

    async fn close_over_limit(&self, due: &[Notice]) -> Result<DeliveryOutcome, Unfinished> {
        let now = self.clock.now();
        let over_limit = Closed::Suppressed { reason: Reason::RecipientLimit };
        let close = |notice: &Notice| notice.closed(over_limit, notice.may_have_later_timer(now), now);
        let closed: Vec<_> = due.iter().map(close).collect();
        self.store.apply(&transitions(due, &closed)).await?;
        metrics::over_recipient_limit();
        for notice in &closed {
            log::log_transition(notice, "notice closed");
        }
        Ok(DeliveryOutcome::Closed)
    }

    /// Each attempt looks at the clock right before it begins: since the decision the process may have been
    /// slow.
    fn attempt_limit(&self, delivery: &Delivery<'_>, now: DateTime<Utc>) -> AttemptLimit {
        let limit = begin_before(Minute::of(now), ATTEMPT, delivery.user.quiet());
        AttemptLimit::new(self.clock.clone(), limit)
    }

    async fn send_mail(
        &self,
        delivery: &Delivery<'_>,
        now: DateTime<Utc>,
        limit: &AttemptLimit,
    ) -> Result<(), SendError> {
        let Delivery { meeting, user, .. } = delivery;
        let mail = mail::compose(meeting, user, delivery.message.as_ref(), self.mailer.sender(), now);
        self.mailer.send(&mail, limit).await
    }

    async fn send_webhook(&self, message: &WebhookMessage, limit: &AttemptLimit) -> Result<(), SendError> {
        let webhooks = self.webhooks.as_ref().ok_or(SendFailure::NoReceiver)?;
        webhooks.send(message, &self.clock, limit).await
    }

    async fn note_sent(
        &self,
        delivery: &Delivery<'_>,
        claimed: &[Notice],
        now: DateTime<Utc>,
    ) -> Result<DeliveryOutcome, Unfinished> {
        let delivered_at = self.clock.now();
        let message = delivery.message.as_ref();
        if let Some(message @ CalendarMessage { update: CalendarUpdate::Withdraw { .. }, .. }) = message {
            let open: Vec<_> = claimed.iter().map(|notice| notice.withdrawn(message, delivered_at)).collect();
            self.apply_with_retries(&transitions(claimed, &open)).await?;
            for notice in &open {
                log::log_transition(notice, "meeting taken off the calendar of a former address");
            }
            return Ok(DeliveryOutcome::Withdrawn);
        }
        let delivered = |notice: &Notice| notice.delivered(delivered_at, message);
        let delivered: Vec<_> = claimed.iter().map(delivered).collect();
        self.apply_with_retries(&transitions(claimed, &delivered)).await?;
        for notice in &delivered {
            log::log_transition(notice, "notice delivered");
            metrics::lateness(notice.remind_at().unwrap_or(Minute::of(now)), delivered_at);
        }
        Ok(DeliveryOutcome::Delivered)
    }

    /// No attempt was made: the notices are as before the claim, and pending.
    async fn release(
        &self,
        delivery: &Delivery<'_>,
        claimed: &[Notice],
    ) -> Result<DeliveryOutcome, Unfinished> {
        let now = self.clock.now();
        let released = |(claimed, before): (&Notice, &Notice)| claimed.released(before, now);
        let released: Vec<_> = claimed.iter().zip(&delivery.due).map(released).collect();
        self.apply_with_retries(&transitions(claimed, &released)).await?;
        if let Some(NoticeKey { meeting_id, user_id, .. }) = claimed.first().map(|notice| &notice.key) {
            tracing::info!(%meeting_id, %user_id, "nothing sent: the hours were too near, or the claim took too long");
        }
        Ok(DeliveryOutcome::TooLate)
    }

    async fn note_failed(
        &self,
        delivery: &Delivery<'_>,
        claimed: &[Notice],
        error: &SendError,
        now: DateTime<Utc>,
    ) -> Result<DeliveryOutcome, Unfinished> {
        let user = delivery.user;
        let fail = |notice: &Notice| {
            let why = error.to_string();
            if error.failure.is_mail_throttling() {
                // The next minute has room again.
                notice.throttled(why, next_attempt(0, notice.start, None, user, now))
            } else {
                let at = next_attempt(notice.attempts, notice.start, error.retry_after, user, now);
                notice.failed(why, at)
            }
        };
        let failed: Vec<_> = claimed.iter().map(fail).collect();
        metrics::not_sent();
        self.store.apply(&transitions(claimed, &failed)).await?;
        if let Some(NoticeKey { meeting_id, user_id, .. }) = claimed.first().map(|notice| &notice.key) {
            tracing::warn!(%meeting_id, %user_id, reason = %error, "notice not sent, will be tried again");
        }
        Ok(DeliveryOutcome::WillRetry)
    }

    async fn note_failed_for_good(
        &self,
        claimed: &[Notice],
        error: &SendError,
    ) -> Result<DeliveryOutcome, Unfinished> {
        let now = self.clock.now();
        let fail = |notice: &Notice| notice.failed_for_good(error.to_string(), now);
        let failed: Vec<_> = claimed.iter().map(fail).collect();
        self.store.apply(&transitions(claimed, &failed)).await?;
        for notice in &failed {
            log::log_transition(notice, "notice closed");
        }
        if let Some(NoticeKey { meeting_id, user_id, .. }) = claimed.first().map(|notice| &notice.key) {
            tracing::warn!(%meeting_id, %user_id, reason = %error, "notice not sent, and not tried again");
        }
        Ok(DeliveryOutcome::Closed)
    }

    /// Retries a failed write: a message that was sent but isn't marked so would be sent twice, and one that
    /// was not sent would count as one that may have been.
    async fn apply_with_retries(&self, transitions: &[Transition]) -> Result<(), StoreError> {
        for pause in NOTE_BACKOFF {
            if self.store.apply(transitions).await.is_ok() {
                return Ok(());
            }
            sleep(pause).await;
        }
        self.store.apply(transitions).await
    }

    async fn cover(
        &self,
        notice: Notice,
        delivered_at: DateTime<Utc>,
    ) -> Result<DeliveryOutcome, Unfinished> {
        let to = notice.delivered(delivered_at, None);
        self.store.apply(&[Transition { from: Some(notice), to }]).await?;
        Ok(DeliveryOutcome::Covered)
    }

    async fn postpone(
        &self,
        notice: Notice,
        at: Minute,
        reason: Reason,
    ) -> Result<DeliveryOutcome, Unfinished> {
        // A row that is planned for that minute already is pending until its timer is set.
        let planned = match notice.status {
            NoticeStatus::Planned(SendTime { at: planned, reason: why, .. })
                if (planned, why) == (at, reason) =>
            {
                notice
            }
            _ => self.plan_anew(notice, at, reason).await?,
        };
        settle_timer(&self.store, &self.timers, planned).await?;
        Ok(DeliveryOutcome::Moved)
    }

    async fn plan_anew(&self, notice: Notice, at: Minute, reason: Reason) -> Result<Notice, Unfinished> {
        let planned = notice.planned(at, reason, self.clock.now());
        self.store.apply(&[Transition { from: Some(notice), to: planned.clone() }]).await?;
        log::log_transition(&planned, "notice moved");
        Ok(planned)
    }

    async fn close(&self, notice: Notice, closed: Closed) -> Result<DeliveryOutcome, Unfinished> {
        let now = self.clock.now();
        let to = notice.closed(closed, notice.may_have_later_timer(now), now);
        self.store.apply(&[Transition { from: Some(notice), to: to.clone() }]).await?;
        // After a change that was undone it is delivered as it was before: nothing to log.
        if !matches!(closed, Closed::Delivered { .. }) {
            log::log_transition(&to, "notice closed");
        }
        Ok(DeliveryOutcome::Closed)
    }
}

fn nothing_to_deliver(key: &NoticeKey, outcome: DeliveryOutcome) -> DeliveryOutcome {
    tracing::info!(meeting_id = %key.meeting_id, user_id = %key.user_id, ?outcome, "nothing to deliver");
    outcome
}

fn transitions(from: &[Notice], to: &[Notice]) -> Vec<Transition> {
    from.iter().zip(to).map(|(from, to)| Transition { from: Some(from.clone()), to: to.clone() }).collect()
}

fn webhook_message(delivery: &Delivery<'_>) -> WebhookMessage {
    let due: Vec<_> = delivery.due.iter().filter_map(reminded).collect();
    webhook::reminder(delivery.meeting, delivery.user, &due, delivery.webhook_id.as_deref())
}

fn reminded(notice: &Notice) -> Option<Reminded> {
    match (notice.key.kind, notice.send_time()) {
        (NoticeKind::Reminder { minutes_before, .. }, Some(send)) => {
            Some(Reminded { minutes_before, remind_at: send.at })
        }
        _ => None,
    }
}
