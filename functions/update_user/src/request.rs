//! The body of `PATCH /api/users/{user_id}`.

use shared::domain::{DoNotDisturb, Email, Name, User};
use shared::http::{DoNotDisturbPatch, Fields, Patch, SchedulePatch, read, week_in_words};
use shared::problem::Problem;
use shared::time::{Schedule, WallTime, Window, Zone};

/// The changes that a request asks for.
#[derive(Clone, Debug)]
pub(crate) struct UserPatch {
    email: Option<Email>,
    name: Option<Name>,
    zone: Option<Zone>,
    dnd_start: Patch<WallTime>,
    dnd_end: Patch<WallTime>,
    do_not_disturb: Patch<DoNotDisturbPatch>,
    working_hours: Patch<SchedulePatch>,
    /// Whether the next account that signs in with the user's address is bound to it.
    pub(crate) rebinds_account: bool,
    pub(crate) dry_run: bool,
}

pub(crate) fn parse(mut fields: Fields) -> Result<UserPatch, Problem> {
    let email = fields.replace("email", read::text::<Email>);
    let name = fields.replace("name", read::name);
    let spelling = fields.spelling("timezone", "time_zone");
    let zone = fields.replace(spelling, read::zone);
    let dnd_start = fields.patch("dnd_start_time", read::wall_time);
    let dnd_end = fields.patch("dnd_end_time", read::wall_time);
    let do_not_disturb = fields.do_not_disturb();
    let working_hours = fields.working_hours();
    let rebinds_account = fields.replace("rebind_account", read::flag(false));
    let dry_run = fields.dry_run();
    let patch = || {
        Some(UserPatch {
            email: email?,
            name: name?,
            zone: zone?,
            dnd_start: dnd_start?,
            dnd_end: dnd_end?,
            do_not_disturb: do_not_disturb?,
            working_hours: working_hours?,
            rebinds_account: rebinds_account?.unwrap_or(false),
            dry_run: dry_run?,
        })
    };
    fields.finish(patch())
}

impl UserPatch {
    /// The user after the change.
    pub(crate) fn changed(&self, before: &User) -> Result<User, Problem> {
        let working_hours = match &self.working_hours {
            Patch::Keep => before.working_hours.clone(),
            Patch::Clear => None,
            Patch::Set(hours) => Some(hours.apply(&before.working_hours.clone().unwrap_or_default())),
        };
        Ok(User {
            email: self.email.clone().unwrap_or_else(|| before.email.clone()),
            name: self.name.clone().unwrap_or_else(|| before.name.clone()),
            zone: self.zone.unwrap_or(before.zone),
            do_not_disturb: self.do_not_disturb(&before.do_not_disturb)?,
            working_hours,
            ..before.clone()
        })
    }

    /// The window of all days is changed first, so that null ones beside `do_not_disturb` don't hide what it
    /// says.
    fn do_not_disturb(&self, before: &DoNotDisturb) -> Result<DoNotDisturb, Problem> {
        let nothing = DoNotDisturb { snooze: before.snooze, ..DoNotDisturb::default() };
        match &self.do_not_disturb {
            Patch::Keep => self.with_daily(before),
            Patch::Clear => self.with_daily(&nothing),
            Patch::Set(quiet) if self.dnd_start == Patch::Keep && self.dnd_end == Patch::Keep => {
                Ok(quiet.apply(before))
            }
            Patch::Set(quiet) => {
                let hours = before.hours.with_week_of(&Schedule::default());
                Ok(quiet.apply(&DoNotDisturb { hours, ..before.clone() }))
            }
        }
    }

    /// The same with another window of all days. A request may change one of its times; afterwards the user
    /// has both or neither.
    fn with_daily(&self, before: &DoNotDisturb) -> Result<DoNotDisturb, Problem> {
        let (start, end) = (&self.dnd_start, &self.dnd_end);
        let daily = before.hours.as_daily();
        let is_other_week = daily.is_none() && !before.hours.weekly().is_empty();
        let alone = match (start, end) {
            (Patch::Keep, Patch::Keep) => return Ok(before.clone()),
            (Patch::Keep, _) => Some("dnd_end_time"),
            (_, Patch::Keep) => Some("dnd_start_time"),
            _ => None,
        };
        if let Some(field) = alone.filter(|_| is_other_week) {
            let week = week_in_words(before.hours.weekly());
            let message = format!(
                "can't be changed alone: the hours are not one window on all days, but {week}; send \
                 do_not_disturb, or both dnd_start_time and dnd_end_time to replace the week"
            );
            return Err(Problem::bad_field(field, message));
        }
        let start = start.clone().apply(daily.map(Window::start));
        let end = end.clone().apply(daily.map(Window::end));
        let week = match (start, end) {
            (None, None) => Schedule::default(),
            (Some(start), Some(end)) => {
                let field = if start == end { "dnd_end_time" } else { "dnd_start_time" };
                Schedule::daily(Window::new(start, end).map_err(|why| Problem::bad_field(field, why))?)
            }
            (Some(_), None) => {
                return Err(Problem::bad_field(
                    "dnd_start_time",
                    "needs dnd_end_time too: set both or neither",
                ));
            }
            (None, Some(_)) => {
                return Err(Problem::bad_field(
                    "dnd_end_time",
                    "needs dnd_start_time too: set both or neither",
                ));
            }
        };
        Ok(DoNotDisturb { hours: before.hours.with_week_of(&week), ..before.clone() })
    }
}
