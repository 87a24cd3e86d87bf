//! The body of `PATCH /api/users/{user_id}`.

use shared::domain::{DoNotDisturb, Email, Name, User};
use shared::http::{Fields, Patch, read};
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
    /// Whether the next account that signs in with the user's address is bound to it.
    pub(crate) rebinds_account: bool,
}

pub(crate) fn parse(mut fields: Fields) -> Result<UserPatch, Problem> {
    let email = fields.replace("email", read::text::<Email>);
    let name = fields.replace("name", read::name);
    let spelling = fields.spelling("timezone", "time_zone");
    let zone = fields.replace(spelling, read::zone);
    let dnd_start = fields.patch("dnd_start_time", read::wall_time);
    let dnd_end = fields.patch("dnd_end_time", read::wall_time);
    let rebinds_account = fields.replace("rebind_account", read::flag(false));
    let patch = || {
        Some(UserPatch {
            email: email?,
            name: name?,
            zone: zone?,
            dnd_start: dnd_start?,
            dnd_end: dnd_end?,
            rebinds_account: rebinds_account?.unwrap_or(false),
        })
    };
    fields.finish(patch())
}

impl UserPatch {
    /// The user after the change. A request may change one do-not-disturb hour;
    /// afterwards the user has both or neither.
    pub(crate) fn apply(&self, before: &User) -> Result<User, Problem> {
        let daily = before.do_not_disturb.hours.as_daily();
        let start = self.dnd_start.clone().apply(daily.map(Window::start));
        let end = self.dnd_end.clone().apply(daily.map(Window::end));
        let dnd = match (start, end) {
            (None, None) => None,
            (Some(start), Some(end)) => {
                let field = if start == end { "dnd_end_time" } else { "dnd_start_time" };
                Some(Window::new(start, end).map_err(|why| Problem::bad_field(field, why))?)
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
        Ok(User {
            email: self.email.clone().unwrap_or_else(|| before.email.clone()),
            name: self.name.clone().unwrap_or_else(|| before.name.clone()),
            zone: self.zone.unwrap_or(before.zone),
            do_not_disturb: DoNotDisturb {
                hours: dnd.map_or_else(Schedule::default, Schedule::daily),
                ..before.do_not_disturb.clone()
            },
            ..before.clone()
        })
    }
}
