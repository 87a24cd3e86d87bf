//! The functions of the deployment by the name of their folder, each called the way Lambda calls it.

use std::collections::HashMap;
use std::sync::Arc;

use get_invite::Invites;
use page::{Page, PageSignIn};
use shared::api::{Api, Context};
use shared::domain::Email;
use shared::http::{Request, Response, answer};
use shared::notices::{DeliveryOutcome, Notifier, Planner};
use shared::problem::Problem;

use crate::embedded::scheduler::{NotDone, Target};
use crate::gateway::Function;
use crate::stream::BatchHandler;

/// Every function behind HTTP; mail comes from `sender`, and people sign in on the calendar page as `page`
/// says.
pub fn http(api: &Api, sender: &Email, page: &PageSignIn) -> HashMap<String, Function> {
    let invites = Invites { api: api.clone(), sender: sender.clone() };
    let functions = [
        ("cancel_meeting", function(api, cancel_meeting::handle)),
        ("change_feed", function(api, change_feed::handle)),
        ("create_meeting", function(api, create_meeting::handle)),
        ("create_user", function(api, create_user::handle)),
        ("find_meeting_times", function(api, find_meeting_times::handle)),
        ("find_user", function(api, find_user::handle)),
        ("get_feed", function(api, get_feed::handle)),
        ("get_free_slots", function(api, get_free_slots::handle)),
        ("get_invite", function(&invites, get_invite::handle)),
        ("get_meeting", function(api, get_meeting::handle)),
        ("get_reminders", function(api, get_reminders::handle)),
        ("get_user", function(api, get_user::handle)),
        ("health", function(&(), health::handle)),
        ("list_meetings", function(api, list_meetings::handle)),
        ("openapi", function(&api.sign_in, openapi::handle)),
        ("page", function(&Page::new(page), page::handle)),
        ("participant_add", function(api, participant_add::handle)),
        ("participant_remove", function(api, participant_remove::handle)),
        ("snooze_user", function(api, snooze_user::handle)),
        ("unknown_route", function(&(), unknown_route::handle)),
        ("update_meeting", function(api, update_meeting::handle)),
        ("update_user", function(api, update_user::handle)),
    ];
    functions.into_iter().map(|(name, function)| (name.to_owned(), function)).collect()
}

/// plan_reminders as the handler of the table's stream.
pub fn plan_reminders(planner: Planner) -> BatchHandler {
    let planner = Arc::new(planner);
    Arc::new(move |event| {
        let planner = Arc::clone(&planner);
        Box::pin(async move { plan_reminders::handle(&planner, event).await })
    })
}

/// notify as the target of timers.
pub fn notify(notifier: Notifier) -> Target {
    let notifier = Arc::new(notifier);
    Arc::new(move |invocation| {
        let notifier = Arc::clone(&notifier);
        Box::pin(async move { Ok(deliver(&notifier, &invocation.input).await.map(drop)?) })
    })
}

/// notify as the target of timers in the program, where it also does Lambda's part. If an invocation dies
/// with a claim, Lambda invokes again. Here the timers that a killed process left are retried until the claim
/// has expired.
pub fn notify_until_over(notifier: Notifier) -> Target {
    let notifier = Arc::new(notifier);
    Arc::new(move |invocation| {
        let notifier = Arc::clone(&notifier);
        Box::pin(async move {
            match deliver(&notifier, &invocation.input).await? {
                DeliveryOutcome::UnderWay => Err(NotDone::UnderWay),
                _ => Ok(()),
            }
        })
    })
}

async fn deliver(notifier: &Notifier, input: &str) -> Result<DeliveryOutcome, String> {
    let event = serde_json::from_str(input).map_err(|error| error.to_string())?;
    notify::handle(notifier, event).await.map_err(|error| error.to_string())
}

fn function<C, F, R>(context: &C, handle: F) -> Function
where
    C: Context + Clone + Send + Sync + 'static,
    F: Fn(C, Request) -> R + Copy + Send + Sync + 'static,
    R: Future<Output = Result<Response, Problem>> + Send + 'static,
{
    let context = context.clone();
    Arc::new(move |request| Box::pin(answer(context.clone(), request, handle)))
}
