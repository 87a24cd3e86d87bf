//! Someone who is about to do something, held against the table.

use super::rules::{OnMeeting, OnUser, Part, Permission, Whom};
use crate::domain::{Meeting, Role, UserId};
use crate::problem::{Code, Problem};

/// A caller by the user that they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Someone who may act for anyone.
    Unrestricted,
    /// A person; without a user as long as nobody was created under their address.
    Person(Option<UserId>),
}

/// How much an actor may be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visibility {
    /// Everything.
    All,
    /// When somebody is busy, and nothing else of it.
    Times,
}

impl Actor {
    /// Whether they may do that to the user of that id, whether or not there is one.
    ///
    /// # Errors
    /// 403 `forbidden`; 404 `user_not_found` where they may not even know.
    pub fn may(&self, action: OnUser, user: &UserId) -> Result<Visibility, Problem> {
        if *self == Self::Unrestricted {
            return Ok(Visibility::All);
        }
        let whom = if self.is(user) { Whom::Oneself } else { Whom::Other };
        carry_out(action.permission(whom), Code::UserNotFound)
    }

    /// Whether they may do that with the meeting.
    ///
    /// # Errors
    /// 403 `forbidden`; 404 `meeting_not_found` where they may not even know.
    pub fn may_with(&self, action: OnMeeting, meeting: &Meeting) -> Result<(), Problem> {
        let Self::Person(user) = self else { return Ok(()) };
        let role =
            user.as_ref().and_then(|user| meeting.participant(user)).map(|participant| participant.role);
        let part = match role {
            Some(Role::Organizer) => Part::Organizer,
            Some(Role::Participant) => Part::Participant,
            None => Part::Stranger,
        };
        carry_out(action.permission(part), Code::MeetingNotFound).map(drop)
    }

    /// Whether they may take that user, who may be themselves, out of the meeting.
    ///
    /// # Errors
    /// As [`Actor::may_with`].
    pub fn may_remove(&self, user: &UserId, meeting: &Meeting) -> Result<(), Problem> {
        self.may_with(if self.is(user) { OnMeeting::Leave } else { OnMeeting::Remove }, meeting)
    }

    fn is(&self, user: &UserId) -> bool {
        matches!(self, Self::Person(Some(own)) if own == user)
    }
}

pub(super) fn carry_out(permission: Permission, missing: Code) -> Result<Visibility, Problem> {
    match permission {
        Permission::Allowed => Ok(Visibility::All),
        Permission::TimesOnly => Ok(Visibility::Times),
        Permission::Forbidden => Err(Problem::new(
            Code::Forbidden,
            "You are signed in, but you may not do this. Nothing was changed.",
        )),
        Permission::Hidden => Err(Problem::not_found(missing)),
    }
}
