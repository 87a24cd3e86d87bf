//! Settings from the environment variables that Lambda sets, and clients of AWS made from them.

use std::time::Duration;

use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, ConfigLoader, SdkConfig};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_runtime_api::client::http::SharedHttpClient;

use crate::access::{Administrators, SignIn};
use crate::domain::{Channels, Email, MessageLimit, Quotas, Retention};
use crate::fresh_connections;
use crate::mail::Mailer;
use crate::notices::deadlines;
use crate::store::Store;
use crate::timers::{TimerSettings, Timers};
use crate::webhook::{Endpoint, EndpointError, Secret, Webhooks};

/// A setting that the deployment has to make and that can't be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingError {
    /// The variable is not set, or empty.
    #[error("the environment variable {0} is not set")]
    Missing(&'static str),
    /// The variable has another value than it may have.
    #[error("the environment variable {0} has no valid value")]
    Invalid(&'static str),
}

/// Why webhooks can't be sent with these settings.
#[derive(Debug, thiserror::Error)]
pub enum WebhookSettingError {
    /// `WEBHOOK_URL` is set, but `WEBHOOK_SECRET_ARN` is not.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// Webhooks can't go to the address.
    #[error("WEBHOOK_URL {0}")]
    Endpoint(#[from] EndpointError),
}

/// How to reach AWS from inside Lambda, which sets region and credentials in the environment. No other source
/// is asked, as that would take time.
pub async fn config() -> SdkConfig {
    let loader = aws_config::defaults(BehaviorVersion::latest())
        .credentials_provider(EnvironmentVariableCredentialsProvider::new());
    configured(loader, timeouts()).load().await
}

/// How long a call may take. The SDK merges these limits with those of a call's own `config_override`, so a
/// call that may take longer has to set both the limit of an attempt and that of the operation.
pub(crate) fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(1))
        .operation_attempt_timeout(Duration::from_secs(3))
        .operation_timeout(Duration::from_secs(12))
        .build()
}

fn configured(loader: ConfigLoader, timeouts: TimeoutConfig) -> ConfigLoader {
    loader.http_client(http_client(Connections::Pooled)).timeout_config(timeouts)
}

/// Whether an idle connection is used again.
#[derive(Clone, Copy)]
enum Connections {
    Pooled,
    Fresh,
}

/// A client that trusts Amazon's own roots, and those in the file that `AWS_CA_BUNDLE` names. Reading and
/// parsing every root of the system would take half the time of a cold start.
fn http_client(connections: Connections) -> SharedHttpClient {
    const AMAZON_ROOTS: &[u8] = include_bytes!("amazon-roots.pem");
    let roots = TrustStore::empty().with_pem_certificate(AMAZON_ROOTS);
    let roots = match std::env::var_os("AWS_CA_BUNDLE").map(std::fs::read) {
        Some(Ok(bundle)) => roots.with_pem_certificate(bundle),
        Some(Err(error)) => {
            tracing::error!(%error, "the file named by AWS_CA_BUNDLE can't be read");
            roots
        }
        None => roots,
    };
    let builder = match connections {
        Connections::Pooled => Builder::new(),
        Connections::Fresh => Builder::new().pool_max_idle_per_host(0),
    };
    let builder = builder.tls_provider(Provider::Rustls(CryptoMode::AwsLc));
    match TlsContext::builder().with_trust_store(roots).build() {
        Ok(context) => builder.tls_context(context).build_https(),
        Err(error) => {
            tracing::error!(%error, "Amazon's roots can't be used, trusting the system's");
            builder.build_https()
        }
    }
}

/// The table named by `TABLE_NAME`, in which what is written about a meeting expires `RETENTION_DAYS` after
/// its end, or never.
///
/// # Errors
/// When the first variable is not set, or the second is no number of days.
pub fn store(config: &SdkConfig) -> Result<Store, SettingError> {
    let store = Store::new(aws_sdk_dynamodb::Client::new(config), setting("TABLE_NAME")?);
    let days = setting(RETENTION_DAYS).unwrap_or_else(|_| "0".to_owned());
    Ok(store.with_retention(retention(&days)?))
}

const RETENTION_DAYS: &str = "RETENTION_DAYS";

fn retention(days: &str) -> Result<Option<Retention>, SettingError> {
    let days = days.parse().ok().and_then(|days| Retention::of_days(days).ok());
    days.ok_or(SettingError::Invalid(RETENTION_DAYS))
}

/// The timers described by the `TIMER_…` variables.
///
/// # Errors
/// When one of them is not set.
pub fn timers(config: &SdkConfig) -> Result<Timers, SettingError> {
    let settings = TimerSettings {
        group: setting("TIMER_GROUP")?,
        target_arn: setting("TIMER_TARGET_ARN")?,
        webhook_target_arn: setting("TIMER_WEBHOOK_TARGET_ARN")?,
        role_arn: setting("TIMER_ROLE_ARN")?,
        dead_letter_arn: setting("TIMER_DEAD_LETTER_ARN")?,
    };
    Ok(Timers::new(aws_sdk_scheduler::Client::new(config), settings))
}

/// Mail from the address in `SENDER`, under the configuration set that `CONFIGURATION_SET` names, if it does.
///
/// # Errors
/// When `SENDER` is not set to an address.
pub fn mailer(config: &SdkConfig) -> Result<Mailer, SettingError> {
    let mailer = Mailer::new(mail_client(config), sender()?, deadlines::MAIL);
    Ok(mailer.with_configuration_set(setting("CONFIGURATION_SET").ok()))
}

/// A client of SES. A mail may be sent again only if it certainly didn't leave, so each has a connection of
/// its own.
pub(crate) fn mail_client(config: &SdkConfig) -> aws_sdk_sesv2::Client {
    let client = fresh_connections::client(|| http_client(Connections::Fresh));
    aws_sdk_sesv2::Client::new(&config.to_builder().http_client(client).build())
}

/// The address that mail comes from, in `SENDER`.
///
/// # Errors
/// When the variable is not set to an address.
pub fn sender() -> Result<Email, SettingError> {
    setting("SENDER")?.parse::<Email>().map_err(|_| SettingError::Invalid("SENDER"))
}

/// Whether invitations are sent: unless `INVITATIONS` is `false`.
pub fn invitations() -> bool {
    std::env::var("INVITATIONS").map_or(true, |value| value != "false")
}

/// Webhooks to the address in `WEBHOOK_URL`, signed with the secret that `WEBHOOK_SECRET_ARN`
/// names; `None` without an address.
///
/// # Errors
/// When webhooks may not go to that address, or the secret isn't named.
pub fn webhooks(config: &SdkConfig) -> Result<Option<Webhooks>, WebhookSettingError> {
    let Ok(url) = setting("WEBHOOK_URL") else { return Ok(None) };
    let secrets = aws_sdk_secretsmanager::Client::new(config);
    let secret = Secret::new(secrets, setting("WEBHOOK_SECRET_ARN")?);
    Ok(Some(Webhooks::new(Endpoint::https(&url)?, secret, deadlines::WEBHOOK)))
}

/// The channels of this deployment: webhooks are among them where `WEBHOOKS` is `on`. A function that only
/// has to know whether there is a receiver doesn't get its address.
pub fn channels() -> Channels {
    Channels { webhook: setting("WEBHOOKS").is_ok_and(|value| value == "on") }
}

/// How callers sign in, from `SIGN_IN`: `jwt`, `iam` or `anonymous`. With `jwt`, `ADMIN_GROUP` and
/// `ADMIN_SCOPE` name who may act for anyone, and `REBIND_ACCOUNTS` is `true` where an address may pass to
/// another account.
///
/// # Errors
/// When the variable has another value or none: a deployment is open only where it says so.
pub fn sign_in() -> Result<SignIn, SettingError> {
    const NAME: &str = "SIGN_IN";
    let named = |name| setting(name).unwrap_or_default();
    match setting(NAME)?.as_str() {
        "jwt" => Ok(SignIn::Jwt {
            administrators: Administrators { group: named("ADMIN_GROUP"), scope: named("ADMIN_SCOPE") },
            rebinds_accounts: named("REBIND_ACCOUNTS") == "true",
        }),
        "iam" => Ok(SignIn::Iam),
        "anonymous" => Ok(SignIn::Anonymous),
        _ => Err(SettingError::Invalid(NAME)),
    }
}

/// Where people sign in on the calendar page. The values are as the deployment sets them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageClient {
    /// The issuer of the tokens, `JWT_ISSUER`.
    pub issuer: String,
    /// The page's client at that issuer, `PAGE_CLIENT_ID`.
    pub client_id: String,
    /// The other origins of the issuer that the page calls, `PAGE_CONNECT_ORIGINS`, separated by commas.
    pub connect_origins: String,
}

/// Where people sign in on the calendar page; `None` where it has no client at an issuer.
pub fn page_client() -> Option<PageClient> {
    Some(PageClient {
        issuer: setting("JWT_ISSUER").ok()?,
        client_id: setting("PAGE_CLIENT_ID").ok()?,
        connect_origins: setting("PAGE_CONNECT_ORIGINS").unwrap_or_default(),
    })
}

/// How much one user may ask for, from the `QUOTA_…` variables; a variable that is not set has its default.
///
/// # Errors
/// When one of them is not a whole number.
pub fn quotas() -> Result<Quotas, SettingError> {
    let limit = |name, default| match setting(name) {
        Ok(limit) => limit.parse().map_err(|_| SettingError::Invalid(name)),
        Err(_) => Ok(default),
    };
    let defaults = Quotas::default();
    Ok(Quotas {
        meetings_per_day: limit("QUOTA_MEETINGS_PER_DAY", defaults.meetings_per_day)?,
        invitations_per_day: limit("QUOTA_INVITATIONS_PER_DAY", defaults.invitations_per_day)?,
        changes_per_day: limit("QUOTA_CHANGES_PER_DAY", defaults.changes_per_day)?,
        pending_reminders: limit("QUOTA_PENDING_REMINDERS", defaults.pending_reminders)?,
        requests_per_minute: limit("QUOTA_REQUESTS_PER_MINUTE", defaults.requests_per_minute)?,
    })
}

/// How many messages one person is sent on a day, from `MESSAGES_PER_RECIPIENT_PER_DAY`; the default where
/// that is not set.
///
/// # Errors
/// When it is not a whole number, or too large.
pub fn message_limit() -> Result<MessageLimit, SettingError> {
    const NAME: &str = "MESSAGES_PER_RECIPIENT_PER_DAY";
    let Ok(per_day) = setting(NAME) else { return Ok(MessageLimit::default()) };
    let limit = per_day.parse().ok().and_then(|per_day| MessageLimit::new(per_day).ok());
    limit.ok_or(SettingError::Invalid(NAME))
}

/// The value of an environment variable. One that is empty counts as not set.
fn setting(name: &'static str) -> Result<String, SettingError> {
    std::env::var(name).ok().filter(|value| !value.is_empty()).ok_or(SettingError::Missing(name))
}

#[cfg(test)]
pub(crate) mod tests {
    use aws_config::Region;
    use aws_sdk_sesv2::config::Credentials;

    use super::*;

    /// The configuration of a function, for a service at `url`.
    pub(crate) async fn config(url: &str, timeouts: TimeoutConfig) -> SdkConfig {
        let loader = aws_config::defaults(BehaviorVersion::latest())
            .credentials_provider(Credentials::new("key", "secret", None, None, "test"))
            .region(Region::from_static("eu-west-1"))
            .endpoint_url(url);
        configured(loader, timeouts).load().await
    }

    #[test]
    fn a_retention_is_a_number_of_days() {
        assert_eq!(retention("0").unwrap(), None);
        assert_eq!(retention("30").unwrap(), Retention::of_days(30).unwrap());
        for bad in ["-1", "1.5", "a month", "36501"] {
            let error = retention(bad).unwrap_err().to_string();
            assert_eq!(error, "the environment variable RETENTION_DAYS has no valid value", "{bad}");
        }
    }

    #[test]
    fn the_roots_can_be_read() {
        assert_eq!(include_str!("amazon-roots.pem").matches("BEGIN CERTIFICATE").count(), 5);
        // It panics on a certificate that it can't read.
        assert!(format!("{:?}", http_client(Connections::Pooled)).contains("SharedHttpClient"));
    }
}
