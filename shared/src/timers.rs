//! One-off schedules in EventBridge Scheduler: one for each notice still to come.

use std::time::Duration;

use aws_sdk_scheduler::Client;
use aws_sdk_scheduler::error::BuildError;
use aws_sdk_scheduler::types::{
    ActionAfterCompletion, DeadLetterConfig, FlexibleTimeWindow, FlexibleTimeWindowMode, RetryPolicy, Target,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::time::sleep;

use crate::domain::{Channel, IdError, NoticeKey, NoticeKind, UnknownKind};
use crate::error_chain::error_chain;
use crate::time::Minute;

/// How long EventBridge Scheduler keeps trying to invoke the function, in seconds. After an hour the sweep
/// has long delivered the notice.
const MAX_EVENT_AGE: i32 = 3600;
const MAX_RETRIES: i32 = 10;
/// The longest pauses after EventBridge Scheduler said that another change of the same timer is under way.
/// That happens right after the timer was created.
const CONFLICT_BACKOFF: [Duration; 4] = [
    Duration::from_millis(25),
    Duration::from_millis(100),
    Duration::from_millis(400),
    Duration::from_millis(800),
];
/// The zone in which minutes are written.
const ZONE: &str = "UTC";

/// Where timers are kept, and what they invoke.
#[derive(Clone, Debug)]
pub struct TimerSettings {
    /// The stack's schedule group.
    pub group: String,
    /// The ARN of the function that they invoke.
    pub target_arn: String,
    /// The ARN of the function that those of webhooks invoke: a receiver that hangs must not delay mail.
    pub webhook_target_arn: String,
    /// The ARN of the role that may invoke it.
    pub role_arn: String,
    /// The ARN of the queue for events that could not be delivered.
    pub dead_letter_arn: String,
}

impl TimerSettings {
    fn target_arn_of(&self, key: &NoticeKey) -> &str {
        match key.kind.channel() {
            Channel::Email => &self.target_arn,
            Channel::Webhook => &self.webhook_target_arn,
        }
    }
}

/// The input of a timer: which notice is due, and nothing that could be out of date by then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Input", into = "Input")]
pub struct Due(pub NoticeKey);

/// The JSON of [`Due`].
#[derive(Serialize, Deserialize)]
struct Input {
    meeting_id: String,
    user_id: String,
    /// The channel of a reminder, or `invitation`.
    #[serde(rename = "type")]
    kind: String,
    /// A reminder's alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    minutes_before: Option<u32>,
}

/// An input that names no notice.
#[derive(Debug, thiserror::Error)]
pub enum DueError {
    /// There is no such kind.
    #[error(transparent)]
    Kind(#[from] UnknownKind),
    /// An id can't be one.
    #[error(transparent)]
    Id(#[from] IdError),
}

impl From<Due> for Input {
    fn from(Due(key): Due) -> Self {
        Self {
            meeting_id: key.meeting_id.to_string(),
            user_id: key.user_id.to_string(),
            kind: key.kind.name().to_owned(),
            minutes_before: key.kind.minutes_before(),
        }
    }
}

impl TryFrom<Input> for Due {
    type Error = DueError;

    fn try_from(input: Input) -> Result<Self, DueError> {
        let kind = NoticeKind::of(&input.kind, input.minutes_before)?;
        let (meeting_id, user_id) = (input.meeting_id.parse()?, input.user_id.parse()?);
        Ok(Self(NoticeKey { meeting_id, user_id, kind }))
    }
}

/// The timers. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Timers {
    client: Client,
    settings: std::sync::Arc<TimerSettings>,
}

/// A failed call to EventBridge Scheduler. Its text is for the log.
#[derive(Debug, thiserror::Error)]
#[error("timer: {message}")]
pub struct TimerError {
    message: String,
    is_conflict: bool,
}

impl TimerError {
    /// Whether others kept changing the same timer. EventBridge Scheduler itself works.
    pub fn is_conflict(&self) -> bool {
        self.is_conflict
    }

    fn failed(message: impl Into<String>) -> Self {
        Self { message: message.into(), is_conflict: false }
    }

    fn conflict(message: impl Into<String>) -> Self {
        Self { message: message.into(), is_conflict: true }
    }
}

impl Timers {
    /// The timers of one deployment.
    pub fn new(client: Client, settings: TimerSettings) -> Self {
        Self { client, settings: std::sync::Arc::new(settings) }
    }

    /// Sets a notice's one timer to `minute`, whether it has one or not. Safe to repeat:
    /// the name is made from the key.
    ///
    /// # Errors
    /// When EventBridge Scheduler can't be reached or refuses.
    pub async fn set(&self, key: &NoticeKey, minute: Minute) -> Result<(), TimerError> {
        let schedule = self.schedule(key, minute)?;
        if self.create(&schedule).await? == Created::Yes {
            return Ok(());
        }
        if without_conflict(|| self.update(&schedule)).await? == Updated::Yes {
            return Ok(());
        }
        // It was there and is gone: it fired in between.
        match self.create(&schedule).await? {
            Created::Yes => Ok(()),
            Created::Exists => Err(TimerError::conflict("others keep setting and deleting the same timer")),
        }
    }

    /// Takes a notice's timer away, if it has one.
    ///
    /// # Errors
    /// When EventBridge Scheduler can't be reached or refuses.
    pub async fn cancel(&self, key: &NoticeKey) -> Result<(), TimerError> {
        without_conflict(|| self.delete(key)).await
    }

    async fn delete(&self, key: &NoticeKey) -> Result<(), TimerError> {
        let call = self.client.delete_schedule().group_name(&self.settings.group).name(name(key));
        match call.send().await {
            Ok(_) => Ok(()),
            Err(error) if error.as_service_error().is_some_and(|e| e.is_resource_not_found_exception()) => {
                Ok(())
            }
            Err(error) if error.as_service_error().is_some_and(|e| e.is_conflict_exception()) => {
                Err(TimerError::conflict(error_chain(&error)))
            }
            Err(error) => Err(TimerError::failed(error_chain(&error))),
        }
    }

    /// The timer of that notice in that minute.
    fn schedule(&self, key: &NoticeKey, minute: Minute) -> Result<Schedule, TimerError> {
        let input = serde_json::to_string(&Due(key.clone()))
            .map_err(|error| TimerError::failed(error.to_string()))?;
        let retries = RetryPolicy::builder()
            .maximum_event_age_in_seconds(MAX_EVENT_AGE)
            .maximum_retry_attempts(MAX_RETRIES)
            .build();
        let target = Target::builder()
            .arn(self.settings.target_arn_of(key))
            .role_arn(&self.settings.role_arn)
            .dead_letter_config(DeadLetterConfig::builder().arn(&self.settings.dead_letter_arn).build())
            .retry_policy(retries)
            .input(input);
        let exactly = FlexibleTimeWindow::builder().mode(FlexibleTimeWindowMode::Off);
        Ok(Schedule {
            name: name(key),
            at: minute.start().format("at(%Y-%m-%dT%H:%M:%S)").to_string(),
            window: exactly.build().map_err(incomplete)?,
            target: target.build().map_err(incomplete)?,
        })
    }

    async fn create(&self, schedule: &Schedule) -> Result<Created, TimerError> {
        let call = self
            .client
            .create_schedule()
            .group_name(&self.settings.group)
            .name(&schedule.name)
            .schedule_expression(&schedule.at)
            .schedule_expression_timezone(ZONE)
            .flexible_time_window(schedule.window.clone())
            .action_after_completion(ActionAfterCompletion::Delete)
            .target(schedule.target.clone());
        match call.send().await {
            Ok(_) => Ok(Created::Yes),
            Err(error) if error.as_service_error().is_some_and(|e| e.is_conflict_exception()) => {
                Ok(Created::Exists)
            }
            Err(error) => Err(TimerError::failed(error_chain(&error))),
        }
    }

    async fn update(&self, schedule: &Schedule) -> Result<Updated, TimerError> {
        let call = self
            .client
            .update_schedule()
            .group_name(&self.settings.group)
            .name(&schedule.name)
            .schedule_expression(&schedule.at)
            .schedule_expression_timezone(ZONE)
            .flexible_time_window(schedule.window.clone())
            .action_after_completion(ActionAfterCompletion::Delete)
            .target(schedule.target.clone());
        match call.send().await {
            Ok(_) => Ok(Updated::Yes),
            Err(error) if error.as_service_error().is_some_and(|e| e.is_resource_not_found_exception()) => {
                Ok(Updated::Missing)
            }
            Err(error) if error.as_service_error().is_some_and(|e| e.is_conflict_exception()) => {
                Err(TimerError::conflict(error_chain(&error)))
            }
            Err(error) => Err(TimerError::failed(error_chain(&error))),
        }
    }
}

/// Makes a call again, after a pause, for as long as it is a conflict.
async fn without_conflict<T, C>(call: impl Fn() -> C) -> Result<T, TimerError>
where
    C: Future<Output = Result<T, TimerError>>,
{
    for longest in CONFLICT_BACKOFF {
        match call().await {
            Err(error) if error.is_conflict() => sleep(longest.mul_f64(fastrand::f64())).await,
            done => return done,
        }
    }
    call().await
}

/// What create and update say of a timer.
struct Schedule {
    name: String,
    at: String,
    window: FlexibleTimeWindow,
    target: Target,
}

#[derive(PartialEq, Eq)]
enum Created {
    Yes,
    /// There is one of that name already.
    Exists,
}

#[derive(PartialEq, Eq)]
enum Updated {
    Yes,
    /// There is none of that name.
    Missing,
}

/// A timer's name, always the same for the same notice: a hash, since a name may have 64 characters
/// (<https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html>).
pub fn name(key: &NoticeKey) -> String {
    let text = format!("{}#{}#{}", key.meeting_id, key.user_id, key.kind);
    hex::encode(&Sha256::digest(text)[..20])
}

fn incomplete(error: BuildError) -> TimerError {
    TimerError::failed(error.to_string())
}
