//! The table of what a caller may do. It doesn't apply to those who may act for anyone: every caller of an
//! open deployment, and administrators.
//!
//! Two rules stand behind the rows. What a caller may not see is answered exactly like what doesn't exist, so
//! that nobody learns whether an id exists; what they may see but not do is forbidden. And only a person
//! themselves may act in their name or have their address, whether or not there is such a user.

use strum::VariantArray;

/// What may be done to a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, VariantArray)]
pub enum OnUser {
    /// Have their address: create them, or change a user's address to theirs.
    HaveAddress,
    /// Create a meeting in their name.
    ActAs,
    /// Read their name, address, zone and do-not-disturb hours.
    Read,
    /// Change those.
    Change,
    /// Let another account sign in with their address.
    RebindAccount,
    /// Read what is on their calendar and what is free.
    ReadCalendar,
    /// Read their meetings whole.
    ReadMeetings,
    /// Give it an address that anyone who has it may read, and end that.
    ShareCalendar,
}

/// What may be done to a meeting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, VariantArray)]
pub enum OnMeeting {
    /// Read it, as JSON or as a calendar file.
    Read,
    /// Read when its participants are reminded.
    ReadReminders,
    /// Read that of people who take part no longer, with their addresses.
    ReadRemindersOfFormerParticipants,
    /// Change its time, its text or its reminders.
    Change,
    /// Cancel it.
    Cancel,
    /// Add somebody.
    Add,
    /// Remove somebody else.
    Remove,
    /// Leave it oneself.
    Leave,
}

/// The user that something is done to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whom {
    /// The caller's own.
    Oneself,
    /// Any other, whether or not they exist.
    Other,
}

/// The caller's part in a meeting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// They organize it.
    Organizer,
    /// They were invited.
    Participant,
    /// They don't take part.
    Stranger,
}

/// The table's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// The caller may do it.
    Allowed,
    /// The caller may do it, and sees only the times.
    TimesOnly,
    /// The caller may not do it: 403.
    Forbidden,
    /// The caller may not know whether it exists: 404, as if it didn't.
    Hidden,
}

use Permission::{Allowed, Forbidden, Hidden, TimesOnly};

impl OnUser {
    /// Whether the caller may do it.
    pub const fn permission(self, whom: Whom) -> Permission {
        let (oneself, other) = match self {
            Self::HaveAddress => (Allowed, Forbidden),
            Self::ActAs => (Allowed, Forbidden),
            Self::Read => (Allowed, Hidden),
            Self::Change => (Allowed, Hidden),
            // Whoever has the address would otherwise hand it on.
            Self::RebindAccount => (Forbidden, Hidden),
            Self::ReadCalendar => (Allowed, TimesOnly),
            Self::ReadMeetings => (Allowed, Hidden),
            Self::ShareCalendar => (Allowed, Hidden),
        };
        match whom {
            Whom::Oneself => oneself,
            Whom::Other => other,
        }
    }
}

impl OnMeeting {
    /// Whether the caller may do it. That an organizer can't leave is a rule of meetings, not of access.
    pub const fn permission(self, part: Part) -> Permission {
        let (organizer, participant, stranger) = match self {
            Self::Read => (Allowed, Allowed, Hidden),
            Self::ReadReminders => (Allowed, Allowed, Hidden),
            Self::ReadRemindersOfFormerParticipants => (Allowed, Forbidden, Hidden),
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
        for action in OnMeeting::VARIANTS {
            assert_eq!(action.permission(Part::Stranger), Hidden, "{action:?}");
            assert_eq!(action.permission(Part::Organizer), Allowed, "{action:?}");
        }
    }

    #[test]
    fn of_others_a_caller_sees_only_the_times_of_their_calendar() {
        for action in OnUser::VARIANTS {
            let own = action.permission(Whom::Oneself);
            assert_eq!(own == Allowed, *action != OnUser::RebindAccount, "{action:?}");
            let others = action.permission(Whom::Other);
            assert_eq!(others == TimesOnly, *action == OnUser::ReadCalendar, "{action:?}");
            assert_ne!(others, Allowed, "{action:?}");
        }
    }
}
