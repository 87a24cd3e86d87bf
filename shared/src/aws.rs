//! From the environment that Lambda gives a function to clients of AWS.

use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use std::time::Duration;

use crate::notify::Mailer;
use crate::store::Store;
use crate::timers::{TimerSettings, Timers};

/// A setting that the deployment should have given.
#[derive(Debug, thiserror::Error)]
#[error("the environment variable {0} is not set")]
pub struct MissingSetting(&'static str);

/// How to reach AWS from inside Lambda, which hands region and credentials over in the environment: no other source is
/// asked, so that nothing is waited for.
pub async fn config() -> SdkConfig {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(1))
        .operation_attempt_timeout(Duration::from_secs(3))
        .operation_timeout(Duration::from_secs(12))
        .build();
    aws_config::defaults(BehaviorVersion::latest())
        .credentials_provider(EnvironmentVariableCredentialsProvider::new())
        .timeout_config(timeouts)
        .load()
        .await
}

/// The table named by `TABLE_NAME`.
///
/// # Errors
/// When the variable is not set.
pub fn store(config: &SdkConfig) -> Result<Store, MissingSetting> {
    Ok(Store::new(aws_sdk_dynamodb::Client::new(config), setting("TABLE_NAME")?))
}

/// The timers described by the `TIMER_…` variables.
///
/// # Errors
/// When one of them is not set.
pub fn timers(config: &SdkConfig) -> Result<Timers, MissingSetting> {
    let settings = TimerSettings {
        group: setting("TIMER_GROUP")?,
        target_arn: setting("TIMER_TARGET_ARN")?,
        role_arn: setting("TIMER_ROLE_ARN")?,
        dead_letter_arn: setting("TIMER_DEAD_LETTER_ARN")?,
    };
    Ok(Timers::new(aws_sdk_scheduler::Client::new(config), settings))
}

/// Mail from the address in `SENDER`.
///
/// # Errors
/// When the variable is not set.
pub fn mailer(config: &SdkConfig) -> Result<Mailer, MissingSetting> {
    Ok(Mailer::new(aws_sdk_sesv2::Client::new(config), setting("SENDER")?))
}

fn setting(name: &'static str) -> Result<String, MissingSetting> {
    std::env::var(name).ok().filter(|value| !value.is_empty()).ok_or(MissingSetting(name))
}
