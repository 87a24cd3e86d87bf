//! The table. A caller who isn't restricted, as in an open deployment or as an administrator, never comes here.
//!
//! Two rules stand behind the rows. What a caller may not see answers exactly as what isn't there, so that nobody learns
//! whether an id exists; what they may see but not do is forbidden. And to act in a person's name, or to have a person's
//! address, is for that person alone, whether or not there is such a user.

/// What may be done to a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnUser {
    /// To have their address: create them, or change a user's address to it.
    HaveAddress,
    /// To create a meeting in their name.
    ActAs,
    /// To read their name, address, zone and hours.
    Read,
    /// To change those.
    Change,
    /// To read what stands on their calendar and what is free.
    ReadCalendar,
}

/// What may be done to a meeting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnMeeting {
    /// To read it, as JSON or as a file for calendars.
    Read,
    /// To read when its participants are reminded.
    ReadReminders,
    /// To change its time, its text or its reminders.
    Change,
    /// To cancel it.
    Cancel,
    /// To add somebody.
    Add,
    /// To remove somebody else.
    Remove,
    /// To leave it oneself.
    Leave,
}

/// Whom something is done to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whom {
    /// The caller themselves.
    Oneself,
    /// Somebody else, or nobody at all.
    Other,
}

/// As what the caller takes part in a meeting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// They organize it.
    Organizer,
    /// They were invited.
    Participant,
    /// Not at all.
    Stranger,
}

/// What the table says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// Go ahead.
    Allowed,
    /// Go ahead, but tell nothing beyond the times.
    TimesOnly,
    /// The caller may know of it, and may not do it: 403.
    Forbidden,
    /// The caller may not even know of it: 404, as if it weren't there.
    Hidden,
}

use Permission::{Allowed, Forbidden, Hidden, TimesOnly};

impl OnUser {
    /// Every one of them.
    pub const ALL: [Self; 5] = [Self::HaveAddress, Self::ActAs, Self::Read, Self::Change, Self::ReadCalendar];

    /// Whether the caller may do it.
    pub const fn permission(self, whom: Whom) -> Permission {
        let (oneself, other) = match self {
            Self::HaveAddress => (Allowed, Forbidden),
            Self::ActAs => (Allowed, Forbidden),
            Self::Read => (Allowed, Hidden),
            Self::Change => (Allowed, Hidden),
            Self::ReadCalendar => (Allowed, TimesOnly),
        };
        match whom {
            Whom::Oneself => oneself,
            Whom::Other => other,
        }
    }
}

impl OnMeeting {
    /// Every one of them.
    pub const ALL: [Self; 7] =
        [Self::Read, Self::ReadReminders, Self::Change, Self::Cancel, Self::Add, Self::Remove, Self::Leave];

    /// Whether the caller may do it. Whether an organizer can leave at all is no question of access.
    pub const fn permission(self, part: Part) -> Permission {
        let (organizer, participant, stranger) = match self {
            Self::Read => (Allowed, Allowed, Hidden),
            Self::ReadReminders => (Allowed, Allowed, Hidden),
            Self::Change => (Allowed, Forbidden, Hidden),
            Self::Cancel => (Allowed, Forbidden, Hidden),
            Self::Add => (Allowed, Forbidden, Hidden),
            Self::Remove => (Allowed, Forbidden, Hidden),
            Self::Leave => (Allowed, Allowed, Hidden),
        };
        match part {
            Part::Organizer => organizer,
            Part::Participant => participant,
            Part::Stranger => stranger,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stranger_sees_nothing_of_a_meeting() {
        for action in OnMeeting::ALL {
            assert_eq!(action.permission(Part::Stranger), Hidden, "{action:?}");
            assert_eq!(action.permission(Part::Organizer), Allowed, "{action:?}");
        }
    }

    #[test]
    fn everyone_may_do_everything_to_themselves_and_nothing_to_others_but_look_at_their_times() {
        for action in OnUser::ALL {
            assert_eq!(action.permission(Whom::Oneself), Allowed, "{action:?}");
            let others = action.permission(Whom::Other);
            assert_eq!(others == TimesOnly, action == OnUser::ReadCalendar, "{action:?}");
            assert_ne!(others, Allowed, "{action:?}");
        }
    }
}
