//! The body of `POST /api/users/{user_id}/snooze`.

use chrono::{DateTime, TimeDelta, Utc};
use shared::http::{Fields, read};
use shared::problem::Problem;
use shared::time::{Interval, MinuteRange, ParsedTime, Zone};

/// The longest snooze.
const MAX_DAYS: u32 = 90;
const MAX_MINUTES: u32 = MAX_DAYS * 24 * 60;

/// What a request asks for.
#[derive(Clone, Debug)]
pub(crate) struct SnoozeRequest {
    pub(crate) snooze: Snooze,
    pub(crate) dry_run: bool,
}

/// How long not to disturb the user.
#[derive(Clone, Debug)]
pub(crate) enum Snooze {
    /// For so many minutes from now.
    Minutes(u32),
    /// Until then.
    Until(ParsedTime),
}

pub(crate) fn parse(mut fields: Fields) -> Result<SnoozeRequest, Problem> {
    let minutes = fields.replace("minutes", read::number(1, MAX_MINUTES, false));
    let until = fields.replace("until", read::time);
    let snooze = minutes.zip(until).and_then(|given| match given {
        (Some(minutes), None) => Some(Snooze::Minutes(minutes)),
        (None, Some(until)) => Some(Snooze::Until(until)),
        (Some(_), Some(_)) => {
            fields.fail("until", "must not be sent together with minutes: send one of the two");
            None
        }
        (None, None) => {
            fields.fail("minutes", "is missing: send minutes or until");
            None
        }
    });
    let dry_run = fields.dry_run();
    let request = || Some(SnoozeRequest { snooze: snooze?, dry_run: dry_run? });
    fields.finish(request())
}

impl Snooze {
    /// Its minutes at `now`: from the one that it begins in, which is quiet as a whole, to the one that it
    /// ends in. `zone` is the user's.
    pub(crate) fn minutes(&self, zone: Zone, now: DateTime<Utc>) -> Result<MinuteRange, Problem> {
        let bad = |message: String| Problem::bad_field("until", message);
        let end = match self {
            Self::Minutes(minutes) => now + TimeDelta::minutes((*minutes).into()),
            Self::Until(until) => until.resolve(zone, false).map_err(|why| bad(why.to_string()))?.0,
        };
        if end - now > TimeDelta::days(MAX_DAYS.into()) {
            return Err(bad(format!("must be at most {MAX_DAYS} days from now")));
        }
        let snoozed = Interval::new(now, end).ok_or_else(|| bad("must be in the future".to_owned()))?;
        Ok(MinuteRange::of(snoozed))
    }
}
