//! Wires every function to Lambda. All functions are one binary, so that a deployment links once; each still
//! runs as a Lambda function of its own, with its own role, environment and logs.
//!
//! Which one a process is, its handler says. What a function doesn't need is not made in its process: clients
//! and settings belong to the function's own wiring.

mod background;

use std::fmt;

use futures_util::future::LocalBoxFuture;
use get_invite::Invites;
use lambda_runtime::Error;
use page::{Page, PageSignIn};
use shared::aws;
use shared::lambda::{serve, serve_with, serve_without_store};

/// Serves a function until Lambda ends the process.
pub type Serve = fn() -> LocalBoxFuture<'static, Result<(), Error>>;

/// Every function by its handler, which is also the name of its crate.
pub const FUNCTIONS: [(&str, Serve); 27] = [
    ("cancel_meeting", || Box::pin(serve(cancel_meeting::handle))),
    ("change_feed", || Box::pin(serve(change_feed::handle))),
    ("create_meeting", || Box::pin(serve(create_meeting::handle))),
    ("create_user", || Box::pin(serve(create_user::handle))),
    ("find_meeting_times", || Box::pin(serve(find_meeting_times::handle))),
    ("find_user", || Box::pin(serve(find_user::handle))),
    ("get_feed", || Box::pin(serve(get_feed::handle))),
    ("get_free_slots", || Box::pin(serve(get_free_slots::handle))),
    ("get_invite", || {
        Box::pin(serve_with(|api| Ok(Invites { api, sender: aws::sender()? }), get_invite::handle))
    }),
    ("get_meeting", || Box::pin(serve(get_meeting::handle))),
    ("get_reminders", || Box::pin(serve(get_reminders::handle))),
    ("get_user", || Box::pin(serve(get_user::handle))),
    ("health", || Box::pin(serve_without_store(|| Ok(()), health::handle))),
    ("list_meetings", || Box::pin(serve(list_meetings::handle))),
    ("notify", || Box::pin(background::notify())),
    ("notify_webhook", || Box::pin(background::notify_webhook())),
    ("openapi", || Box::pin(serve_without_store(aws::sign_in, openapi::handle))),
    ("page", || {
        let page = || PageSignIn::deployed(&aws::sign_in()?, aws::page_client().as_ref());
        Box::pin(serve_without_store(move || Ok(Page::new(&page()?)), page::handle))
    }),
    ("participant_add", || Box::pin(serve(participant_add::handle))),
    ("participant_remove", || Box::pin(serve(participant_remove::handle))),
    ("plan_reminders", || Box::pin(background::plan_reminders())),
    ("recompute_meetings", || Box::pin(background::recompute_meetings())),
    ("snooze_user", || Box::pin(serve(snooze_user::handle))),
    ("sweep", || Box::pin(background::sweep())),
    ("unknown_route", || Box::pin(serve_without_store(|| Ok(()), unknown_route::handle))),
    ("update_meeting", || Box::pin(serve(update_meeting::handle))),
    ("update_user", || Box::pin(serve(update_user::handle))),
];

/// Runs the function that the handler names, until Lambda ends the process.
///
/// # Errors
/// When no function has that name, when the environment is incomplete, or when the Runtime API can't be
/// reached. The process then ends before it polls, which Lambda reports as a failed init.
pub async fn run(handler: &str) -> Result<(), Error> {
    match FUNCTIONS.iter().find(|(name, _)| *name == handler) {
        Some((_, serve)) => serve().await,
        None => Err(UnknownHandler(handler.to_owned()).into()),
    }
}

/// The handler of the Lambda function names no function of this binary.
struct UnknownHandler(String);

impl std::error::Error for UnknownHandler {}

impl fmt::Display for UnknownHandler {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = FUNCTIONS.map(|(name, _)| name).join(", ");
        write!(formatter, "no function has the handler {:?}; Handler must be one of {known}", self.0)
    }
}

/// The sentence itself: it is what a `main` that fails prints, and so what the log has.
impl fmt::Debug for UnknownHandler {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_unknown_handler_fails_with_a_sentence_that_names_the_known_ones() {
        for handler in ["", "bootstrap", "create_meetings"] {
            let error = run(handler).await.unwrap_err();
            let sentence =
                format!("no function has the handler {handler:?}; Handler must be one of cancel_m");
            assert!(format!("{error:?}").starts_with(&sentence), "{error:?}");
        }
    }
}
