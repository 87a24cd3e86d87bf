//! Hours as requests write them: weekly windows with exceptions. A request changes them as RFC 7396 has it:
//! members that are absent stay, null ones get their default, and an array takes the place of the one before.

mod shown;
mod words;

use chrono::WeekdaySet;

use super::nested::{Nested, NestedErrors, Object};
use super::{Fields, Patch, read};
use crate::domain::DoNotDisturb;
use crate::time::{Exception, ExceptionError, Schedule, WeeklyWindow, Window, WindowError};

pub(super) use shown::{DoNotDisturbView, ScheduleView};
pub use words::week_in_words;

const DO_NOT_DISTURB: &str = "do_not_disturb";
const WORKING_HOURS: &str = "working_hours";

/// What a request says about hours.
#[derive(Clone, Debug)]
pub struct SchedulePatch {
    /// A schedule of these windows alone.
    weekly: Patch<Schedule>,
    /// A schedule of these exceptions alone.
    exceptions: Patch<Schedule>,
}

impl SchedulePatch {
    /// The hours after the change.
    pub fn apply(&self, before: &Schedule) -> Schedule {
        let nothing = Schedule::default();
        let exceptions = match &self.exceptions {
            Patch::Keep => before,
            Patch::Clear => &nothing,
            Patch::Set(exceptions) => exceptions,
        };
        match &self.weekly {
            Patch::Keep => exceptions.with_week_of(before),
            Patch::Clear => exceptions.with_week_of(&nothing),
            Patch::Set(weekly) => exceptions.with_week_of(weekly),
        }
    }
}

/// What a request says about `do_not_disturb`.
#[derive(Clone, Debug)]
pub struct DoNotDisturbPatch {
    hours: SchedulePatch,
    during_meetings: Patch<bool>,
}

impl DoNotDisturbPatch {
    /// The same after the change. A snooze stays.
    pub fn apply(&self, before: &DoNotDisturb) -> DoNotDisturb {
        let during_meetings = self.during_meetings.clone().apply(Some(before.during_meetings));
        DoNotDisturb {
            hours: self.hours.apply(&before.hours),
            during_meetings: during_meetings.unwrap_or_default(),
            snooze: before.snooze,
        }
    }
}

impl Fields {
    /// Reads `do_not_disturb`. `None` when something in it is bad, or when the request has `dnd_start_time`
    /// or `dnd_end_time` too, which is another form for the same. Of these, null ones don't count.
    pub fn do_not_disturb(&mut self) -> Option<Patch<DoNotDisturbPatch>> {
        let read = self.nested(DO_NOT_DISTURB, |nested, errors| {
            let members = ["weekly", "exceptions", "during_meetings"];
            let example = r#"{"weekly": [{"days": ["mon"], "start": "22:00", "end": "07:00"}]}"#;
            let object = nested.object(errors, &members, example)?;
            let weekly = object.patch(errors, "weekly", |weekly, errors| {
                let schedule = weekly_windows(weekly, errors)?;
                if schedule.fills_the_week() {
                    weekly.fail(errors, "leaves no minute of the week open: no reminder could ever be sent");
                    return None;
                }
                Some(schedule)
            });
            let exceptions = object.patch(errors, "exceptions", exceptions);
            let flag = |flag: &Nested<'_>, errors: &mut NestedErrors| flag.read(errors, read::flag(false));
            let during_meetings = object.patch(errors, "during_meetings", flag);
            let hours = SchedulePatch { weekly: weekly?, exceptions: exceptions? };
            Some(DoNotDisturbPatch { hours, during_meetings: during_meetings? })
        });
        let is_given = |name: &str| self.values().get(name).is_some_and(|value| !value.is_null());
        let other_form: Vec<_> =
            ["dnd_start_time", "dnd_end_time"].into_iter().filter(|name| is_given(name)).collect();
        if !is_given(DO_NOT_DISTURB) || other_form.is_empty() {
            return read;
        }
        self.fail(
            DO_NOT_DISTURB,
            &format!("must not come with {}: send one of the two", other_form.join(" and ")),
        );
        for name in other_form {
            self.fail(name, &format!("must not come with {DO_NOT_DISTURB}: send one of the two"));
        }
        None
    }

    /// Reads `working_hours`. `None` when something in it is bad.
    pub fn working_hours(&mut self) -> Option<Patch<SchedulePatch>> {
        self.nested(WORKING_HOURS, |nested, errors| {
            let example = r#"{"weekly": [{"days": ["mon"], "start": "09:00", "end": "17:00"}]}"#;
            let object = nested.object(errors, &["weekly", "exceptions"], example)?;
            let weekly = object.patch(errors, "weekly", weekly_windows);
            let exceptions = object.patch(errors, "exceptions", exceptions);
            Some(SchedulePatch { weekly: weekly?, exceptions: exceptions? })
        })
    }
}

fn weekly_windows(nested: &Nested<'_>, errors: &mut NestedErrors) -> Option<Schedule> {
    let example = r#"[{"days": ["mon", "tue"], "start": "22:00", "end": "07:00"}]"#;
    let entries = nested.entries(errors, example)?;
    let weekly = Nested::each(&entries, errors, |entry, errors| {
        let example = r#"{"days": ["mon", "tue"], "start": "22:00", "end": "07:00"}"#;
        let object = entry.object(errors, &["days", "start", "end"], example)?;
        let days = object.required(errors, "days");
        let days = days.and_then(|nested| days_of_week(&nested, errors));
        let window = window(&object, errors);
        Some(WeeklyWindow { days: days?, window: window? })
    });
    Schedule::new(weekly?, Vec::new()).map_err(|why| nested.fail(errors, why)).ok()
}

fn exceptions(nested: &Nested<'_>, errors: &mut NestedErrors) -> Option<Schedule> {
    let entries =
        nested.entries(errors, r#"[{"from": "2026-12-24", "until": "2026-12-26", "windows": []}]"#)?;
    let exceptions = Nested::each(&entries, errors, exception);
    Schedule::new(Vec::new(), exceptions?).map_err(|why| nested.fail(errors, why)).ok()
}

fn exception(nested: &Nested<'_>, errors: &mut NestedErrors) -> Option<Exception> {
    let example = r#"{"from": "2026-12-24", "until": "2026-12-26", "windows": []}"#;
    let object = nested.object(errors, &["from", "until", "windows"], example)?;
    let from = object.required(errors, "from").and_then(|from| from.read(errors, read::date));
    let until = object.required(errors, "until").and_then(|until| until.read(errors, read::date));
    let windows = object.required(errors, "windows").and_then(|windows| {
        let entries = windows.entries(errors, r#"[{"start": "00:00", "end": "24:00"}]"#)?;
        Nested::each(&entries, errors, |entry, errors| {
            let object = entry.object(errors, &["start", "end"], r#"{"start": "00:00", "end": "24:00"}"#)?;
            window(&object, errors)
        })
    });
    match Exception::new(from?, until?, windows?) {
        Ok(exception) => Some(exception),
        Err(why) => {
            let member = match why {
                ExceptionError::Reversed(_) | ExceptionError::TooLong(_) => "until",
                ExceptionError::TooManyWindows(_) => "windows",
            };
            errors.fail(object.path(member), why);
            None
        }
    }
}

/// The window from the `start` to the `end` of an object.
fn window(object: &Object<'_>, errors: &mut NestedErrors) -> Option<Window> {
    let start = object.required(errors, "start").and_then(|start| start.read(errors, read::wall_time));
    let end = object.required(errors, "end").and_then(|end| end.read(errors, read::wall_time));
    match Window::new(start?, end?) {
        Ok(window) => Some(window),
        Err(why) => {
            let member = match why {
                WindowError::StartsAtMidnightEnd => "start",
                WindowError::Empty(_) => "end",
            };
            errors.fail(object.path(member), why);
            None
        }
    }
}

fn days_of_week(nested: &Nested<'_>, errors: &mut NestedErrors) -> Option<WeekdaySet> {
    let entries = nested.entries(errors, r#"["mon", "tue"]"#)?;
    if entries.is_empty() {
        nested.fail(errors, r#"must have at least one day, such as "mon""#);
        return None;
    }
    let days = Nested::each(&entries, errors, |day, errors| day.read(errors, read::day_of_week))?;
    Some(days.into_iter().collect())
}
