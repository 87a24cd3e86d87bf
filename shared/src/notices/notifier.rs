//! Delivers one notice when its minute has come.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::try_join3;
use serde::Serialize;
use tokio::time::sleep;

use super::decide::{Action, Delivery, decide};
use super::{Unfinished, log, next_minute};
use crate::clock::Clock;
use crate::domain::{
    CalendarUpdate, Channel, Meeting, Notice, NoticeKey, NoticeKind, NoticeState, Transition, User,
};
use crate::mail::{self, Mail, Mailer};
use crate::metrics;
use crate::store::{Store, StoreError};
use crate::time::{Minute, Reason};
use crate::timers::Timers;
use crate::webhook::{self, Reminded, Webhooks};

/// How long a delivery has its notices to itself. Sending takes less, and begins only while that much of the claim is
/// left, so that nobody else can begin before it has ended. Short, as a process that dies keeps others waiting for it.
const CLAIM: TimeDelta = TimeDelta::seconds(20);
const _: () = assert!(CLAIM.num_seconds().unsigned_abs() >= 2 * mail::TIMEOUT.as_secs());
/// The longest wait before a failed message is tried again, in minutes.
const LONGEST_BACKOFF: i64 = 16;
/// How often a judgement is passed anew because others write too.
const ROUNDS: usize = 5;

/// The pauses between the attempts to note that a message left.
const MARKS: [Duration; 3] =
    [Duration::from_millis(10), Duration::from_millis(40), Duration::from_millis(160)];

/// What delivering works with.
#[derive(Clone, Debug)]
pub struct Notifier {
    /// The table.
    pub store: Store,
    /// The timers.
    pub timers: Timers,
    /// The way out for mail.
    pub mailer: Mailer,
    /// The way out for webhooks, where the deployment has a receiver.
    pub webhooks: Option<Webhooks>,
    /// What time it is.
    pub clock: Clock,
    /// Whether invitations are sent.
    pub invitations: bool,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryOutcome {
    /// A message left.
    Delivered,
    /// It was part of another notice's message.
    Covered,
    /// Its timer is set to another minute.
    Moved,
    /// Its minute is still to come, and its timer is left as it is.
    NotYet,
    /// It will never be sent; its state says why.
    Closed,
    /// There was nothing to do.
    Nothing,
    /// Another delivery has it to itself. Should that one have died, the notice stays owed.
    UnderWay,
    /// Sending failed; it is owed, and tried again until the meeting starts.
    WillRetry,
}

impl Notifier {
    /// Does what is right for one notice at this moment: sends, moves, closes, or nothing. Safe to repeat, and to run twice
    /// at once: only who wins the claim sends.
    ///
    /// # Errors
    /// When AWS fails. The notice stays owed then.
    pub async fn deliver(&self, key: &NoticeKey) -> Result<DeliveryOutcome, Unfinished> {
        self.deliver_with_retries(key, true).await
    }

    /// The same, but what would need EventBridge Scheduler is left as it is: [`DeliveryOutcome::NotYet`].
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
            // Boxed, since the compiler gives up on futures that lie so deep in each other.
            match Box::pin(self.try_once(key, sets_timers)).await {
                Err(error) if error.is_conflict() => {}
                done => return done,
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
        match decide(key, meeting.as_ref(), user.as_ref(), &stored, self.invitations, now) {
            Action::Deliver(delivery) => match (meeting, user) {
                (Some(meeting), Some(user)) => self.send(&meeting, &user, delivery, now).await,
                _ => Ok(DeliveryOutcome::Nothing),
            },
            Action::Covered(notice, delivered_at) => self.cover(notice, delivered_at).await,
            Action::Move(..) if !sets_timers => Ok(DeliveryOutcome::NotYet),
            Action::Move(notice, at, reason) => self.postpone(notice, at, reason).await,
            Action::Close(notice, state, reason) => self.close(notice, state, reason).await,
            Action::UnderWay => Ok(DeliveryOutcome::UnderWay),
            Action::Nothing(why) => {
                tracing::info!(meeting_id = %key.meeting_id, user_id = %key.user_id, why, "nothing to deliver");
                Ok(DeliveryOutcome::Nothing)
            }
        }
    }

    async fn send(
        &self,
        meeting: &Meeting,
        user: &User,
        delivery: Delivery,
        now: DateTime<Utc>,
    ) -> Result<DeliveryOutcome, Unfinished> {
        let webhook =
            (delivery.channel == Channel::Webhook).then(|| webhook_message(meeting, user, &delivery));
        let webhook_id = webhook.as_ref().map(|message| message.id.as_str());
        let claimed: Vec<_> = delivery.due.iter().map(|notice| claim(notice, webhook_id, now)).collect();
        self.store.apply(&transitions(&delivery.due, &claimed)).await?;
        if self.clock.now() + mail::TIMEOUT > now + CLAIM {
            return Err(Unfinished::Busy);
        }
        let sent = match webhook {
            Some(webhook) => self.call(&webhook).await,
            None => {
                let update = delivery.update.as_ref();
                self.write(&mail::compose(meeting, user, update, self.mailer.sender(), now)).await
            }
        };
        match sent {
            Ok(()) => {
                let delivered_at = self.clock.now();
                let done = |notice| delivered(notice, delivery.update.as_ref(), delivered_at);
                let done: Vec<_> = claimed.iter().map(done).collect();
                self.mark(&transitions(&claimed, &done)).await?;
                for notice in &done {
                    log::log_transition(notice, "notice delivered");
                    metrics::lateness(notice.remind_at.unwrap_or(Minute::of(now)), delivered_at);
                }
                Ok(DeliveryOutcome::Delivered)
            }
            Err(failure) => {
                let failed: Vec<_> = claimed.iter().map(|notice| failed(notice, &failure, now)).collect();
                metrics::not_sent();
                self.store.apply(&transitions(&claimed, &failed)).await?;
                tracing::warn!(
                    meeting_id = %meeting.id,
                    user_id = %user.id,
                    reason = failure,
                    "notice not sent, will be tried again"
                );
                Ok(DeliveryOutcome::WillRetry)
            }
        }
    }

    /// Sends mail. The error is the kind of failure in a word.
    async fn write(&self, mail: &Mail) -> Result<(), String> {
        self.mailer.send(mail).await.map_err(|error| error.to_string())
    }

    /// Calls the receiver of webhooks. The error is the kind of failure in a word.
    async fn call(&self, message: &webhook::WebhookMessage) -> Result<(), String> {
        // It was there when the meeting was booked, and may be again before it starts.
        let webhooks = self.webhooks.as_ref().ok_or("NoReceiver")?;
        webhooks.send(message, &self.clock).await.map_err(|error| error.to_string())
    }

    /// The message left. Should that not be written down, it is sent again, so that a failure is not the end of it.
    async fn mark(&self, transitions: &[Transition]) -> Result<(), StoreError> {
        for pause in MARKS {
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
        let to = delivered(&notice, None, delivered_at);
        self.store.apply(&[Transition { from: Some(notice), to }]).await?;
        Ok(DeliveryOutcome::Covered)
    }

    async fn postpone(
        &self,
        notice: Notice,
        at: Minute,
        reason: Reason,
    ) -> Result<DeliveryOutcome, Unfinished> {
        // A row that says so already is owed since it does, and stays so until its timer is set.
        let says_so =
            notice.state == NoticeState::Planned && (notice.remind_at, notice.reason) == (Some(at), reason);
        let planned = if says_so { notice } else { self.replan(notice, at, reason).await? };
        self.timers.set(&planned.key, at).await?;
        let scheduled = planned.moved_to(NoticeState::Scheduled, Some(at + 1));
        self.store.apply(&[Transition { from: Some(planned), to: scheduled }]).await?;
        Ok(DeliveryOutcome::Moved)
    }

    async fn replan(&self, notice: Notice, at: Minute, reason: Reason) -> Result<Notice, Unfinished> {
        let planned = notice.moved_to(NoticeState::Planned, Some(next_minute(self.clock.now())));
        let planned = Notice { remind_at: Some(at), reason, ..planned };
        self.store.apply(&transitions(&[notice], std::slice::from_ref(&planned))).await?;
        log::log_transition(&planned, "notice moved");
        Ok(planned)
    }

    async fn close(
        &self,
        notice: Notice,
        state: NoticeState,
        reason: Reason,
    ) -> Result<DeliveryOutcome, Unfinished> {
        let now = self.clock.now();
        // The timer that is due now goes by itself; one for another minute has still to be taken away.
        let armed =
            notice.state == NoticeState::Planned || notice.remind_at.is_some_and(|at| at > Minute::of(now));
        let owed_at = armed.then(|| next_minute(now));
        let closed = Notice { remind_at: None, reason, ..notice.moved_to(state, owed_at) };
        self.store.apply(&transitions(&[notice], std::slice::from_ref(&closed))).await?;
        // What was undone leaves it as it was delivered before.
        if state != NoticeState::Delivered {
            log::log_transition(&closed, "notice closed");
        }
        Ok(DeliveryOutcome::Closed)
    }
}

fn transitions(from: &[Notice], to: &[Notice]) -> Vec<Transition> {
    from.iter().zip(to).map(|(from, to)| Transition { from: Some(from.clone()), to: to.clone() }).collect()
}

fn reminded(notice: &Notice) -> Option<Reminded> {
    let NoticeKind::Reminder { minutes_before, .. } = notice.key.kind else { return None };
    let asked_for = notice.start - i64::from(minutes_before);
    Some(Reminded { minutes_before, remind_at: notice.remind_at.unwrap_or(asked_for) })
}

/// The message for the receiver of webhooks: under the id that it was tried under, if it was.
fn webhook_message(meeting: &Meeting, user: &User, delivery: &Delivery) -> webhook::WebhookMessage {
    let due: Vec<_> = delivery.due.iter().filter_map(reminded).collect();
    let message = webhook::reminder(meeting, user, &due);
    match &delivery.webhook_id {
        Some(id) => webhook::WebhookMessage { id: id.clone(), ..message },
        None => message,
    }
}

fn claim(notice: &Notice, webhook_id: Option<&str>, now: DateTime<Utc>) -> Notice {
    Notice {
        webhook_id: webhook_id.map(str::to_owned),
        claimed_until: Some(now + CLAIM),
        revision: notice.revision + 1,
        owed_at: Some(Minute::of(now + CLAIM) + 1),
        ..notice.clone()
    }
}

fn delivered(notice: &Notice, update: Option<&CalendarUpdate>, delivered_at: DateTime<Utc>) -> Notice {
    let last_sent = match update {
        Some(update) if notice.is_invitation() => update.shown_after().cloned(),
        _ => notice.last_sent.clone(),
    };
    Notice {
        last_sent,
        delivered_at: Some(delivered_at),
        delivered_for: Some(notice.start),
        attempts: 0,
        failure: None,
        ..notice.moved_to(NoticeState::Delivered, None)
    }
}

/// A message that did not leave: owed again after a pause that doubles each time. However long it is, the last minute
/// before the start is not slept through, and neither is the start, when it has failed for good.
fn failed(notice: &Notice, failure: &str, now: DateTime<Utc>) -> Notice {
    let minute = Minute::of(now);
    let backoff = (1i64 << notice.attempts.min(10)).min(LONGEST_BACKOFF);
    let last_chance = if minute < notice.start - 1 { notice.start - 1 } else { notice.start.max(minute + 1) };
    Notice {
        attempts: notice.attempts + 1,
        failure: Some(failure.to_owned()),
        ..notice.moved_to(notice.state, Some(last_chance.min(minute + backoff)))
    }
}
