//! The program: its options, what it prints, and when it stops.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, ValueEnum};
use page::{ConnectOrigin, Issuer};
use shared::clock::Clock;
use shared::domain::{MessageLimit, Quotas, Retention};
use shared::webhook::Endpoint;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::time::sleep;

use crate::about::About;
use crate::cors::Origin;
use crate::data_dir::DataDirError;
use crate::deployment::{Auth, Deployment, DeploymentError, IssuerSettings, Settings};
use crate::log;

/// All of Tactful on this machine: the HTTP API, its store, its timers and its
/// mail, which is caught and not sent.
#[derive(Clone, Debug, Parser)]
#[command(version)]
pub struct Options {
    /// Where to serve HTTP, an address of this machine's loopback: whoever reaches it may do anything.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:3000", value_parser = loopback)]
    pub listen: SocketAddr,
    /// What to keep everything in, across restarts.
    #[arg(long, value_name = "DIRECTORY", default_value = ".local")]
    pub data_dir: PathBuf,
    /// Keep nothing across restarts.
    #[arg(long, conflicts_with = "data_dir")]
    pub in_memory: bool,
    /// Send reminders alone.
    #[arg(long)]
    pub no_invitations: bool,
    /// Where webhook reminders go, an https address or an http one of this
    /// machine. Without it they stay here.
    #[arg(long, value_name = "URL", value_parser = Endpoint::https_or_loopback)]
    pub webhook_url: Option<Endpoint>,
    /// How many meetings a user may create on a UTC day; 0 is no limit.
    #[arg(long, value_name = "NUMBER", default_value_t = Quotas::default().meetings_per_day)]
    pub meetings_per_day: u64,
    /// How many people a user may invite on a UTC day; 0 is no limit.
    #[arg(long, value_name = "NUMBER", default_value_t = Quotas::default().invitations_per_day)]
    pub invitations_per_day: u64,
    /// How many messages a user's changes may make or move on a UTC day; 0 is no limit.
    #[arg(long, value_name = "NUMBER", default_value_t = Quotas::default().changes_per_day)]
    pub changes_per_day: u64,
    /// How many reminders may be pending over all future meetings that a user organizes; 0 is no limit.
    #[arg(long, value_name = "NUMBER", default_value_t = Quotas::default().pending_reminders)]
    pub pending_reminders: u64,
    /// How many requests somebody who signs in may send in a minute; 0 is no limit.
    #[arg(long, value_name = "NUMBER", default_value_t = Quotas::default().requests_per_minute)]
    pub requests_per_minute: u64,
    /// How many messages one person is sent on a UTC day, at most 2000; 0 is no limit.
    #[arg(long, value_name = "NUMBER", default_value = "200", value_parser = message_limit)]
    pub messages_per_recipient_per_day: MessageLimit,
    /// How many days a meeting is kept after its end, at most 36500; 0 keeps it for ever.
    #[arg(long, value_name = "NUMBER", default_value = "0", value_parser = retention_days)]
    pub retention_days: u32,
    /// How callers are known: not at all, or by tokens that this program signs for whoever asks.
    #[arg(long, value_enum, default_value_t)]
    pub auth: AuthOption,
    /// The OpenID Connect issuer whose tokens callers send, an https address or an http one of this machine,
    /// as its tokens have it in iss.
    #[arg(long, value_name = "URL", value_parser = Issuer::https_or_loopback, requires = "jwt_audience", conflicts_with = "auth")]
    pub jwt_issuer: Option<Issuer>,
    /// The audience that tokens must have; several are separated by commas.
    #[arg(long, value_name = "AUDIENCE", value_delimiter = ',', requires = "jwt_issuer")]
    pub jwt_audience: Vec<String>,
    /// The client of the calendar page at the issuer. Without it browsers can't sign in.
    #[arg(long, value_name = "ID", requires = "jwt_issuer")]
    pub page_client_id: Option<String>,
    /// The origins that the calendar page may call beside the issuer's; several are separated by commas.
    #[arg(long, value_name = "ORIGIN", value_delimiter = ',', requires = "page_client_id", value_parser = ConnectOrigin::https_or_loopback)]
    pub page_connect_origins: Vec<ConnectOrigin>,
    /// The origin of web pages that may call the API, as http://localhost:5173, beside the pages of this
    /// program. It can be given several times.
    #[arg(long = "cors-origin", value_name = "ORIGIN")]
    pub cors_origins: Vec<Origin>,
}

/// How callers are known without an issuer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum AuthOption {
    /// Callers don't sign in: anyone may do anything.
    #[default]
    Off,
    /// Callers send a token, which this program signs for anyone who asks at /local/token.
    Dev,
}

impl Options {
    fn auth(&self) -> Auth {
        let issuer = self.jwt_issuer.as_ref().map(|issuer| IssuerSettings {
            issuer: issuer.clone(),
            audience: self.jwt_audience.clone(),
            page_client_id: self.page_client_id.clone(),
            page_connect_origins: self.page_connect_origins.clone(),
        });
        match (issuer, self.auth) {
            (Some(settings), _) => Auth::Issuer(settings),
            (None, AuthOption::Dev) => Auth::Dev,
            (None, AuthOption::Off) => Auth::Off,
        }
    }
}

fn message_limit(text: &str) -> Result<MessageLimit, String> {
    let per_day = text.parse().map_err(|_| "must be a whole number".to_owned())?;
    MessageLimit::new(per_day).map_err(|error| error.to_string())
}

fn retention_days(text: &str) -> Result<u32, String> {
    let days = text.parse().map_err(|_| "must be a whole number".to_owned())?;
    Retention::of_days(days).map(|_| days).map_err(|error| error.to_string())
}

/// Tokens are signed for whoever asks, and without them nobody has to sign in:
/// neither is for others on the network.
fn loopback(text: &str) -> Result<SocketAddr, String> {
    let address: SocketAddr =
        text.parse().map_err(|_| "must be an address and a port, as 127.0.0.1:3000".to_owned())?;
    match address.ip().is_loopback() {
        true => Ok(address),
        false => Err("must be an address of the loopback, as 127.0.0.1:3000 or [::1]:3000".to_owned()),
    }
}

/// Why the program could not run.
#[derive(Debug, thiserror::Error)]
pub enum ProgramError {
    /// The address is taken or not ours.
    #[error("can't listen on {address}: {error}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        error: io::Error,
    },
    /// See [`DeploymentError`].
    #[error(transparent)]
    Deployment(#[from] DeploymentError),
    /// The terminal or the signals failed.
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// Runs until Ctrl-C or SIGTERM.
///
/// # Errors
/// See [`ProgramError`].
pub async fn run(options: Options) -> Result<(), ProgramError> {
    let clock = Clock::system();
    log::start(clock.clone());
    let address = options.listen;
    let bind = async || TcpListener::bind(address).await;
    let listener = patiently(bind, |error| error.kind() == io::ErrorKind::AddrInUse).await;
    let listener = listener.map_err(|error| ProgramError::Listen { address, error })?;
    // A file is faster than dynoxide's memory once there is much in it.
    let temporary = options.in_memory.then(tempfile::tempdir).transpose()?;
    let data_dir = temporary.as_ref().map_or(options.data_dir.as_path(), TempDir::path);
    let start = async || {
        let settings = Settings {
            data_dir: Some(data_dir),
            invitations: !options.no_invitations,
            webhook_url: options.webhook_url.clone(),
            auth: options.auth(),
            cors_origins: options.cors_origins.clone(),
            quotas: Quotas {
                meetings_per_day: options.meetings_per_day,
                invitations_per_day: options.invitations_per_day,
                changes_per_day: options.changes_per_day,
                pending_reminders: options.pending_reminders,
                requests_per_minute: options.requests_per_minute,
            },
            message_limit: options.messages_per_recipient_per_day,
            retention: Retention::of_days(options.retention_days).unwrap_or_default(),
            ..Settings::default()
        };
        Deployment::start(settings, clock.clone()).await
    };
    let in_use = |error: &DeploymentError| matches!(error, DeploymentError::DataDir(DataDirError::InUse(_)));
    let deployment = patiently(start, in_use).await?;
    // Before the banner: whoever has read it may end the program.
    let stop = stop_signal()?;
    let about = About {
        address: listener.local_addr()?,
        data_dir: (!options.in_memory).then(|| data_dir.to_owned()),
        auth: options.auth(),
        cors_origins: options.cors_origins,
    };
    io::stdout().write_all(about.banner().as_bytes())?;
    deployment.serve(listener, about, stop).await;
    Ok(())
}

/// Tries for a second to get what is `taken`: a process that was killed just
/// now lets go of it a moment later.
async fn patiently<T, E>(
    mut attempt: impl AsyncFnMut() -> Result<T, E>,
    taken: impl Fn(&E) -> bool,
) -> Result<T, E> {
    for _ in 0..20 {
        match attempt().await {
            Err(error) if taken(&error) => sleep(Duration::from_millis(50)).await,
            done => return done,
        }
    }
    attempt().await
}

#[cfg(unix)]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        // Without the handler there is nothing to wait for; the system still ends the process.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
