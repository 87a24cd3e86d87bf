//! Who is asked: their ids, and then their profiles and calendars, side by side.

use futures_util::future::try_join_all;
use shared::access::Caller;
use shared::access::rules::OnUser;
use shared::api::Api;
use shared::domain::{User, UserId};
use shared::http::{By, unknown_participants};
use shared::meeting_times::Invitee;
use shared::problem::Problem;
use shared::store::{Found, ReadSet};
use shared::time::Interval;

use crate::request::Query;

/// The ids of everybody, each once: the organizer first, then the attendees in the order of the request.
pub(crate) struct Named(Vec<(UserId, bool)>);

impl Named {
    pub(crate) fn organizer(&self) -> &UserId {
        &self.0[0].0
    }

    /// Adds somebody. The meeting needs whom it needs in one of their entries.
    fn add(&mut self, id: UserId, is_required: bool) {
        match self.0.iter_mut().find(|(known, _)| *known == id) {
            Some((_, required)) => *required |= is_required,
            None => self.0.push((id, is_required)),
        }
    }
}

/// Somebody as read.
pub(crate) struct Person {
    user: User,
    is_required: bool,
    busy: Vec<Interval>,
}

impl Person {
    pub(crate) fn invitee(&self) -> Invitee<'_> {
        Invitee { user: &self.user, is_required: self.is_required, busy: self.busy.clone() }
    }
}

/// Finds everybody's id. Only addresses have to be read.
///
/// # Errors
/// 403 where the caller may not ask for the organizer, before anything else is said about the people; 404
/// `user_not_found`; 422 `unknown_participants`; 503.
pub(crate) async fn named(api: &Api, caller: &Caller, query: &Query) -> Result<Named, Problem> {
    let all = std::iter::once(&query.organizer.by).chain(query.attendees.iter().map(|attendee| &attendee.by));
    let addresses: Vec<_> = all
        .filter_map(|by| match by {
            By::Email(email) => Some(email),
            By::Id(_) => None,
        })
        .collect();
    let found = if addresses.is_empty() {
        Found::default()
    } else {
        let read_set = addresses.into_iter().fold(ReadSet::new(), ReadSet::email);
        let found = api.store.read(caller.with_own_keys(read_set)).await?;
        let actor = caller.actor(&found)?;
        if let By::Id(id) = &query.organizer.by {
            actor.may(OnUser::ActAs, id)?;
        }
        found
    };
    let organizer = match &query.organizer.by {
        By::Id(id) => id.clone(),
        By::Email(email) => {
            caller.may_act_as(email)?;
            found.owner(email)?.ok_or_else(Problem::no_user_of_address)?
        }
    };
    let mut named = Named(vec![(organizer, true)]);
    let mut unknown = Vec::new();
    for attendee in &query.attendees {
        match &attendee.by {
            By::Id(id) => named.add(id.clone(), attendee.is_required),
            By::Email(email) => match found.owner(email)? {
                Some(id) => named.add(id, attendee.is_required),
                None => unknown.push(email.as_str()),
            },
        }
    }
    if unknown.is_empty() { Ok(named) } else { Err(unknown_participants("attendees", &unknown)) }
}

/// Reads profiles and calendars side by side, and the item that says who the caller is.
///
/// # Errors
/// 403 where the caller may not ask for the organizer; 404 `user_not_found`; 422 `unknown_participants`; 503
/// if any page can't be read.
pub(crate) async fn read(
    api: &Api,
    caller: &Caller,
    query: &Query,
    named: &Named,
) -> Result<Vec<Person>, Problem> {
    let profiles = named.0.iter().fold(ReadSet::new(), |read_set, (id, _)| read_set.user(id));
    let days = query.days();
    let calendars = named.0.iter().map(|(id, _)| api.store.busy(id, *days.start(), *days.end()));
    let (found, calendars) =
        tokio::try_join!(api.store.read(caller.with_own_keys(profiles)), try_join_all(calendars))?;
    caller.actor(&found)?.may(OnUser::ActAs, named.organizer())?;
    let mut people = Vec::with_capacity(named.0.len());
    let mut unknown = Vec::new();
    for ((id, is_required), busy) in named.0.iter().zip(calendars) {
        match found.user(id)? {
            Some(user) => people.push(Person { user, is_required: *is_required, busy }),
            None if id == named.organizer() => return Err(Problem::no_user(id)),
            None => unknown.push(id.as_str()),
        }
    }
    if unknown.is_empty() { Ok(people) } else { Err(unknown_participants("attendees", &unknown)) }
}
