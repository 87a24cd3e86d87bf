//! One-off schedules in EventBridge Scheduler: one for each notice still to come.

use aws_sdk_scheduler::Client;
use aws_sdk_scheduler::error::BuildError;
use aws_sdk_scheduler::operation::create_schedule::CreateScheduleError;
use aws_sdk_scheduler::operation::update_schedule::UpdateScheduleError;
use aws_sdk_scheduler::types::{
    ActionAfterCompletion, DeadLetterConfig, FlexibleTimeWindow, FlexibleTimeWindowMode, RetryPolicy, Target,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::domain::{IdError, NoticeKey, NoticeKind};
use crate::error_chain::error_chain;
use crate::time::Minute;

/// How long EventBridge Scheduler keeps trying to hand a notice over, in seconds. After an hour the sweep has long
/// taken over.
const MAX_EVENT_AGE: i32 = 3600;
const MAX_RETRIES: i32 = 10;

/// Where timers live and what they wake.
#[derive(Clone, Debug)]
pub struct TimerSettings {
    /// The stack's schedule group.
    pub group: String,
    /// The ARN of the function that they invoke.
    pub target_arn: String,
    /// The ARN of the role that may invoke it.
    pub role_arn: String,
    /// The ARN of the queue for what could not be handed over.
    pub dead_letter_arn: String,
}

/// What a timer carries: which notice is due, and nothing that could be out of date by then.
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
    type Error = String;

    fn try_from(input: Input) -> Result<Self, String> {
        let kind = NoticeKind::of(&input.kind, input.minutes_before)
            .ok_or_else(|| format!("there is no notice of the type {}", input.kind))?;
        let bad_id = |why: IdError| why.to_string();
        let meeting_id = input.meeting_id.parse().map_err(bad_id)?;
        let user_id = input.user_id.parse().map_err(bad_id)?;
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
#[error("timer: {0}")]
pub struct TimerError(String);

impl Timers {
    /// The timers of one deployment.
    pub fn new(client: Client, settings: TimerSettings) -> Self {
        Self { client, settings: std::sync::Arc::new(settings) }
    }

    /// Sets a notice's one timer to `minute`, whether it has one or not. Safe to repeat: the name is made from the key.
    ///
    /// # Errors
    /// When EventBridge Scheduler can't be reached or refuses.
    pub async fn set(&self, key: &NoticeKey, minute: Minute) -> Result<(), TimerError> {
        match self.create(key, minute).await? {
            Upsert::Done => return Ok(()),
            Upsert::Conflict => {}
        }
        match self.update(key, minute).await? {
            Upsert::Done => return Ok(()),
            Upsert::Conflict => {}
        }
        // It was there and is gone: it fired in between.
        match self.create(key, minute).await? {
            Upsert::Done => Ok(()),
            Upsert::Conflict => Err(TimerError("others keep setting and deleting the same timer".to_owned())),
        }
    }

    /// Takes a notice's timer away, if it has one.
    ///
    /// # Errors
    /// When EventBridge Scheduler can't be reached or refuses.
    pub async fn cancel(&self, key: &NoticeKey) -> Result<(), TimerError> {
        let call = self.client.delete_schedule().group_name(&self.settings.group).name(name(key));
        match call.send().await {
            Ok(_) => Ok(()),
            Err(error) if error.as_service_error().is_some_and(|e| e.is_resource_not_found_exception()) => {
                Ok(())
            }
            Err(error) => Err(TimerError(error_chain(&error))),
        }
    }

    async fn create(&self, key: &NoticeKey, minute: Minute) -> Result<Upsert, TimerError> {
        let call = self
            .client
            .create_schedule()
            .group_name(&self.settings.group)
            .name(name(key))
            .schedule_expression(at(minute))
            .schedule_expression_timezone("UTC")
            .flexible_time_window(exactly()?)
            .action_after_completion(ActionAfterCompletion::Delete)
            .target(self.target(key)?);
        match call.send().await {
            Ok(_) => Ok(Upsert::Done),
            Err(error)
                if error.as_service_error().is_some_and(CreateScheduleError::is_conflict_exception) =>
            {
                Ok(Upsert::Conflict)
            }
            Err(error) => Err(TimerError(error_chain(&error))),
        }
    }

    async fn update(&self, key: &NoticeKey, minute: Minute) -> Result<Upsert, TimerError> {
        let call = self
            .client
            .update_schedule()
            .group_name(&self.settings.group)
            .name(name(key))
            .schedule_expression(at(minute))
            .schedule_expression_timezone("UTC")
            .flexible_time_window(exactly()?)
            .action_after_completion(ActionAfterCompletion::Delete)
            .target(self.target(key)?);
        let gone = UpdateScheduleError::is_resource_not_found_exception;
        match call.send().await {
            Ok(_) => Ok(Upsert::Done),
            Err(error) if error.as_service_error().is_some_and(gone) => Ok(Upsert::Conflict),
            Err(error) => Err(TimerError(error_chain(&error))),
        }
    }

    fn target(&self, key: &NoticeKey) -> Result<Target, TimerError> {
        let input =
            serde_json::to_string(&Due(key.clone())).map_err(|error| TimerError(error.to_string()))?;
        let retries = RetryPolicy::builder()
            .maximum_event_age_in_seconds(MAX_EVENT_AGE)
            .maximum_retry_attempts(MAX_RETRIES)
            .build();
        Target::builder()
            .arn(&self.settings.target_arn)
            .role_arn(&self.settings.role_arn)
            .dead_letter_config(DeadLetterConfig::builder().arn(&self.settings.dead_letter_arn).build())
            .retry_policy(retries)
            .input(input)
            .build()
            .map_err(refused)
    }
}

/// Whether a call did it, or the other of create and update must.
enum Upsert {
    Done,
    Conflict,
}

/// A timer's name, the same for the same notice for ever: a hash, since a name may have 64 characters
/// (<https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html>).
pub fn name(key: &NoticeKey) -> String {
    let text = format!("{}#{}#{}", key.meeting_id, key.user_id, key.kind);
    hex::encode(&Sha256::digest(text)[..20])
}

fn at(minute: Minute) -> String {
    minute.start().format("at(%Y-%m-%dT%H:%M:%S)").to_string()
}

fn exactly() -> Result<FlexibleTimeWindow, TimerError> {
    FlexibleTimeWindow::builder().mode(FlexibleTimeWindowMode::Off).build().map_err(refused)
}

fn refused(error: BuildError) -> TimerError {
    TimerError(error.to_string())
}
