//! What a caller may do, as the user that they are.

use super::rules::{OnMeeting, OnUser, Part, Permission, Whom};
use crate::domain::{Meeting, Role, UserId};
use crate::problem::{Code, Problem};

/// A caller as a user.
///
/// ```
/// use shared::access::rules::OnUser;
/// use shared::access::{Actor, Visibility};
/// use shared::domain::UserId;
///
/// let (ana, bo) = (UserId::random(), UserId::random());
/// let actor = Actor::Person(Some(ana.clone()));
/// assert_eq!(actor.may(OnUser::ReadCalendar, &ana).unwrap(), Visibility::All);
/// assert_eq!(actor.may(OnUser::ReadCalendar, &bo).unwrap(), Visibility::Times);
/// assert_eq!(actor.may(OnUser::Read, &bo).unwrap_err().code().as_str(), "user_not_found");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Someone who may act for anyone.
    Unrestricted,
    /// A person, by the id of the user who has their address. `None` when no user has it.
    Person(Option<UserId>),
}

/// How much of a calendar an actor may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visibility {
    /// Everything.
    All,
    /// Only when its owner is busy.
    Times,
}

impl Actor {
    /// Whether they may do that to the user of that id, whether or not that user exists.
    ///
    /// # Errors
    /// 403 `forbidden`; 404 `user_not_found` where they may not know whether the user exists.
    pub fn may(&self, action: OnUser, user: &UserId) -> Result<Visibility, Problem> {
        if *self == Self::Unrestricted {
            return Ok(Visibility::All);
        }
        let whom = if self.is(user) { Whom::Oneself } else { Whom::Other };
        enforce(action.permission(whom), || Problem::no_user(user))
    }

    /// Whether they may do that with the meeting.
    ///
    /// # Errors
    /// 403 `forbidden`; 404 `meeting_not_found` where they may not know whether the meeting exists.
    pub fn may_with(&self, action: OnMeeting, meeting: &Meeting) -> Result<(), Problem> {
        let Self::Person(user) = self else { return Ok(()) };
        let role =
            user.as_ref().and_then(|user| meeting.participant(user)).map(|participant| participant.role);
        let part = match role {
            Some(Role::Organizer) => Part::Organizer,
            Some(Role::Participant) => Part::Participant,
            None => Part::Stranger,
        };
        enforce(action.permission(part), || Problem::no_meeting(&meeting.id))?;
        Ok(())
    }

    /// Whether they may take that user, who may be themselves, out of the meeting.
    ///
    /// # Errors
    /// As [`Actor::may_with`].
    pub fn may_remove(&self, user: &UserId, meeting: &Meeting) -> Result<(), Problem> {
        self.may_with(if self.is(user) { OnMeeting::Leave } else { OnMeeting::Remove }, meeting)
    }

    /// Whether they are the meeting's organizer. Whoever may act for anyone is nobody in particular.
    pub fn organizes(&self, meeting: &Meeting) -> bool {
        matches!(self, Self::Person(Some(own)) if meeting.is_organized_by(own))
    }

    fn is(&self, user: &UserId) -> bool {
        matches!(self, Self::Person(Some(own)) if own == user)
    }
}

/// What a permission comes to; `missing` is the answer where nothing has that id.
fn enforce(permission: Permission, missing: impl FnOnce() -> Problem) -> Result<Visibility, Problem> {
    match permission {
        Permission::Allowed => Ok(Visibility::All),
        Permission::TimesOnly => Ok(Visibility::Times),
        Permission::Forbidden => Err(Problem::new(
            Code::Forbidden,
            "You are signed in, but you may not do this. Nothing was changed.",
        )),
        Permission::Hidden => Err(missing()),
    }
}
