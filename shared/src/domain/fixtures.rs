//! People and meetings for unit tests. A test names what it is about, and takes the rest from here.

use chrono::{DateTime, TimeDelta, Utc};

use super::{DoNotDisturb, Email, Event, Meeting, MeetingId, Name, Participant, Role, User, UserId};
use crate::time::{Interval, Schedule, Window, Zone};

/// The instant that `text` is in RFC 3339.
pub(crate) fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// The hour that begins at `start`.
pub(crate) fn hour(start: DateTime<Utc>) -> Interval {
    Interval::new(start, start + TimeDelta::hours(1)).unwrap()
}

/// A person in UTC without do-not-disturb hours, who goes by their id.
pub(crate) fn user(id: &str) -> User {
    User {
        id: id.parse::<UserId>().unwrap(),
        email: format!("{id}@example.com").parse::<Email>().unwrap(),
        name: id.parse::<Name>().unwrap(),
        zone: Zone::UTC,
        do_not_disturb: DoNotDisturb::default(),
        working_hours: None,
        version: 1,
        idempotency: None,
    }
}

/// The same person, not to be disturbed in that window of each day.
pub(crate) fn sleeping(user: User, night: Window) -> User {
    let do_not_disturb = DoNotDisturb { hours: Schedule::daily(night), ..DoNotDisturb::default() };
    User { do_not_disturb, ..user }
}

/// A meeting of an hour in UTC that has a start and people, and nothing else. The first of them organizes it.
pub(crate) fn meeting(start: DateTime<Utc>, people: &[&User]) -> Meeting {
    let role = |index| if index == 0 { Role::Organizer } else { Role::Participant };
    let people = people.iter().enumerate();
    let participants: Vec<_> = people.map(|(index, user)| Participant::new(user, role(index))).collect();
    let (id, creator_id) = ("m-1".parse::<MeetingId>().unwrap(), participants[0].user_id.clone());
    Meeting { planned_version: 1, ..Meeting::new(id, creator_id, participants, hour(start), Zone::UTC) }
}

/// The meeting after `user` was removed from it.
pub(crate) fn without(user: &User, meeting: &Meeting) -> Meeting {
    let others = meeting.participants.iter().filter(|who| who.user_id != user.id);
    Meeting { participants: others.cloned().collect(), ..meeting.clone() }
}

/// An event that differs from what a calendar shows of `meeting` in nothing that people see.
pub(crate) fn other_digest(meeting: &Meeting) -> Event {
    Event { digest: "another".to_owned(), ..Event::of(meeting) }
}
