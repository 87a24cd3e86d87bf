//! Limits on how much one user may request, so that no user slows down the others.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveTime, Utc};
use strum::IntoStaticStr;

use super::MeetingId;
use crate::time::Minute;

/// The limits of a deployment, the same for every user. 0 is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quotas {
    /// How many meetings they may create on a UTC day.
    pub meetings_per_day: u64,
    /// How many people they may invite on a UTC day, over all meetings that they organize.
    pub invitations_per_day: u64,
    /// How many messages and reminders their changes may add or move on a UTC day: of a meeting as
    /// [`Meeting::touched_by`] counts them, of themselves one for each meeting to come, and one.
    ///
    /// [`Meeting::touched_by`]: super::Meeting::touched_by
    pub changes_per_day: u64,
    /// How many reminders may be pending, over all future meetings that they organize.
    pub pending_reminders: u64,
    /// How many requests somebody who signs in may send in a minute of the clock, whatever becomes of them.
    pub requests_per_minute: u64,
}

impl Default for Quotas {
    fn default() -> Self {
        Self {
            meetings_per_day: 1_000,
            invitations_per_day: 5_000,
            changes_per_day: 50_000,
            pending_reminders: 50_000,
            requests_per_minute: 600,
        }
    }
}

/// One of the [`Quotas`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
#[expect(missing_docs, reason = "the fields of `Quotas` say what each limits")]
pub enum Quota {
    MeetingsPerDay,
    InvitationsPerDay,
    ChangesPerDay,
    PendingReminders,
    RequestsPerMinute,
}

impl Quota {
    /// Its name in the API and in the store, such as `meetings_per_day`.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// How much of one quota a request needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Demand {
    /// The quota.
    pub quota: Quota,
    /// Its limit.
    pub limit: u64,
    /// How much the request needs.
    pub wanted: u64,
}

impl Quotas {
    /// The demand of a request; `None` where it needs nothing or there is no limit.
    pub fn demand(self, quota: Quota, wanted: u64) -> Option<Demand> {
        let limit = match quota {
            Quota::MeetingsPerDay => self.meetings_per_day,
            Quota::InvitationsPerDay => self.invitations_per_day,
            Quota::ChangesPerDay => self.changes_per_day,
            Quota::PendingReminders => self.pending_reminders,
            Quota::RequestsPerMinute => self.requests_per_minute,
        };
        (limit > 0 && wanted > 0).then_some(Demand { quota, limit, wanted })
    }
}

impl Demand {
    /// The most that may be used already; `None` when the request alone is beyond the limit.
    pub fn room(self) -> Option<u64> {
        self.limit.checked_sub(self.wanted)
    }

    /// Whether the request fits when `used` is used already.
    pub fn fits(self, used: u64) -> bool {
        self.room().is_some_and(|room| used <= room)
    }

    /// Why the request is refused, in words for the client.
    pub fn refusal(self, used: u64) -> String {
        let Self { limit, wanted, .. } = self;
        let rule = match self.quota {
            Quota::MeetingsPerDay => format!("A user may create {limit} meetings per UTC day"),
            Quota::InvitationsPerDay => format!("A user may invite {limit} people per UTC day"),
            Quota::ChangesPerDay => {
                format!("A user's changes may affect {limit} messages and reminders per UTC day")
            }
            Quota::PendingReminders => {
                format!("A user's future meetings may have {limit} pending reminders")
            }
            Quota::RequestsPerMinute => format!("A caller may send {limit} requests per minute"),
        };
        if self.room().is_none() {
            return format!(
                "{rule}. This request alone needs {wanted}, so waiting does not help. Nothing was changed."
            );
        }
        let left = limit.saturating_sub(used);
        format!("{rule}. Of these, {left} are left, and this request needs {wanted}. Nothing was changed.")
    }
}

/// The beginning of the next UTC day, when the daily counts start again at 0.
pub fn next_day(now: DateTime<Utc>) -> DateTime<Utc> {
    let midnight = now.date_naive().and_time(NaiveTime::MIN).and_utc();
    midnight.checked_add_days(Days::new(1)).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// The beginning of the next minute, when the count of requests starts again at 0.
pub fn next_minute(now: DateTime<Utc>) -> DateTime<Utc> {
    Minute::after(now).start()
}

/// The pending reminders of a user's future meetings.
#[derive(Clone, Debug, Default)]
pub struct PendingReminders(BTreeMap<MeetingId, (DateTime<Utc>, u64)>);

impl PendingReminders {
    /// The reminders of those meetings: of each, when it starts and how many reminders it makes.
    pub fn new(meetings: impl IntoIterator<Item = (MeetingId, (DateTime<Utc>, u64))>) -> Self {
        Self(meetings.into_iter().collect())
    }

    /// How many reminders they are together.
    pub fn total(&self) -> u64 {
        self.0.values().map(|(_, reminders)| reminders).sum()
    }

    /// The start of the meeting after which at most `room` reminders are left; `None` if they are as few now.
    pub fn shrinks_to(&self, room: u64) -> Option<DateTime<Utc>> {
        let mut meetings: Vec<_> = self.0.values().copied().collect();
        meetings.sort_unstable();
        let mut left = self.total();
        let mut room_at = None;
        for (start, reminders) in meetings {
            if left <= room {
                break;
            }
            left -= reminders;
            room_at = Some(start);
        }
        room_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUOTAS: Quotas = Quotas {
        meetings_per_day: 3,
        invitations_per_day: 0,
        changes_per_day: 0,
        pending_reminders: 10,
        requests_per_minute: 0,
    };

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn quotas_have_the_names_of_the_api() {
        for (quota, name) in [
            (Quota::MeetingsPerDay, "meetings_per_day"),
            (Quota::InvitationsPerDay, "invitations_per_day"),
            (Quota::ChangesPerDay, "changes_per_day"),
            (Quota::PendingReminders, "pending_reminders"),
            (Quota::RequestsPerMinute, "requests_per_minute"),
        ] {
            assert_eq!(quota.as_str(), name);
        }
    }

    #[test]
    fn a_demand_fits_up_to_the_limit() {
        let two = QUOTAS.demand(Quota::MeetingsPerDay, 2).unwrap();
        assert_eq!([0, 1, 2, 3, 4].map(|used| two.fits(used)), [true, true, false, false, false]);
        let four = QUOTAS.demand(Quota::MeetingsPerDay, 4).unwrap();
        assert_eq!((four.room(), four.fits(0)), (None, false));
    }

    #[test]
    fn no_need_or_no_limit_is_no_demand() {
        assert_eq!(QUOTAS.demand(Quota::MeetingsPerDay, 0), None);
        assert_eq!(QUOTAS.demand(Quota::InvitationsPerDay, u64::MAX), None);
    }

    #[test]
    fn a_refusal_states_the_limit_and_what_is_left() {
        let two = QUOTAS.demand(Quota::MeetingsPerDay, 2).unwrap();
        assert_eq!(
            two.refusal(2),
            "A user may create 3 meetings per UTC day. Of these, 1 are left, and this request needs 2. \
             Nothing was changed."
        );
        // The limit may have been lowered below what is used.
        assert!(two.refusal(9).contains(" 0 are left, "));
        let twelve = QUOTAS.demand(Quota::PendingReminders, 12).unwrap();
        assert_eq!(
            twelve.refusal(0),
            "A user's future meetings may have 10 pending reminders. This request alone needs 12, so waiting does \
             not help. Nothing was changed."
        );
    }

    #[test]
    fn a_day_ends_at_midnight_in_utc() {
        assert_eq!(next_day(at("2026-12-31T23:59:59.999Z")), at("2027-01-01T00:00:00Z"));
        assert_eq!(next_day(at("2027-01-01T00:00:00Z")), at("2027-01-02T00:00:00Z"));
    }

    #[test]
    fn room_comes_when_enough_meetings_have_started() {
        let (first, second) = (at("2026-12-02T10:00:00Z"), at("2026-12-03T10:00:00Z"));
        let meetings = [(second, 4), (first, 3)].map(|meeting| (MeetingId::random(), meeting));
        let pending = PendingReminders::new(meetings);
        assert_eq!(pending.total(), 7);
        assert_eq!(pending.shrinks_to(7), None);
        assert_eq!(pending.shrinks_to(6), Some(first));
        assert_eq!(pending.shrinks_to(4), Some(first));
        assert_eq!(pending.shrinks_to(3), Some(second));
        assert_eq!(pending.shrinks_to(0), Some(second));
    }
}
