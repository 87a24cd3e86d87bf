//! What becomes of reminders that fall into quiet time, by three policies: skip them, hold them until quiet
//! time ends, and the rule of docs/time.md. They get the same 100,000 reminders:
//!
//! ```sh
//! cargo run --release --example policies -p shared
//! ```
//!
//! README.md shows the table, and `.ci/run` compares it.

use std::fmt::Write as _;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc, Weekday, WeekdaySet};
use fastrand::Rng;
use shared::time::interval::quiet_time;
use shared::time::{
    Exception, Interval, Minute, MinuteRange, Quiet, Resolved, Schedule, WallTime, WeeklyWindow, Window,
    Zone, remind,
};

const REMINDERS: usize = 100_000;

/// The reminders are always the same.
const SEED: u64 = 2027;

#[allow(clippy::print_stdout, reason = "the table is the result")]
fn main() {
    print!("{}", table());
}

/// A reminder that is planned when its meeting is booked.
struct Reminder {
    zone: Zone,
    hours: Schedule,
    snooze: Option<MinuteRange>,
    start: Minute,
    minutes_before: u32,
    /// The first minute that a timer can be set for.
    earliest: Minute,
}

/// What becomes of reminders.
#[derive(Clone, Copy, Default)]
struct Outcomes {
    delivered: usize,
    after_the_start: usize,
    inside_quiet_time: usize,
    lost: usize,
    lost_with_a_permitted_minute: usize,
}

/// The table in Markdown.
fn table() -> String {
    let mut rng = Rng::with_seed(SEED);
    let zones: Vec<Zone> = Zone::all().filter_map(|name| name.parse::<Zone>().ok()).collect();
    let mut policies = [
        ("skip it", skip as fn(&Reminder) -> Option<Minute>, Outcomes::default()),
        ("hold it until quiet time ends", hold, Outcomes::default()),
        ("Tactful: later, or else earlier", tactful, Outcomes::default()),
    ];
    for _ in 0..REMINDERS {
        let reminder = reminder(&mut rng, &zones);
        for (_, policy, outcomes) in &mut policies {
            outcomes.count(&reminder, policy(&reminder));
        }
    }
    let mut table = String::from(
        "| a reminder in quiet time | delivered | of these after the start | of these inside quiet time | lost | \
         lost although a minute was permitted |\n|---|--:|--:|--:|--:|--:|\n",
    );
    for (name, _, outcomes) in policies {
        let Outcomes { delivered, after_the_start, inside_quiet_time, lost, lost_with_a_permitted_minute } =
            outcomes;
        let _ = writeln!(
            table,
            "| {name} | {delivered} | {after_the_start} | {inside_quiet_time} | {lost} | {lost_with_a_permitted_minute} |"
        );
    }
    table
}

impl Outcomes {
    fn count(&mut self, reminder: &Reminder, delivered_at: Option<Minute>) {
        match delivered_at {
            Some(at) => {
                self.delivered += 1;
                self.after_the_start += usize::from(at > reminder.start);
                self.inside_quiet_time += usize::from(reminder.quiet().contains(at));
            }
            None => {
                self.lost += 1;
                self.lost_with_a_permitted_minute += usize::from(reminder.has_permitted_minute());
            }
        }
    }
}

impl Reminder {
    fn quiet(&self) -> Quiet<'_> {
        Quiet::new(&self.hours, self.zone, self.snooze)
    }

    /// The minute asked for, or the first that is possible, if that is in time.
    fn preferred(&self) -> Option<Minute> {
        let preferred = (self.start - i64::from(self.minutes_before)).max(self.earliest);
        (preferred <= self.last()).then_some(preferred)
    }

    /// The last minute in time for the meeting.
    fn last(&self) -> Minute {
        if self.minutes_before == 0 { self.start } else { self.start - 1 }
    }

    /// Whether some minute from the first that is possible to the last is outside quiet time.
    fn has_permitted_minute(&self) -> bool {
        let Some(time) = Interval::new(self.earliest.start(), (self.last() + 1).start()) else {
            return false;
        };
        quiet_time(time, self.quiet()) != [time]
    }
}

fn skip(reminder: &Reminder) -> Option<Minute> {
    reminder.preferred().filter(|minute| !reminder.quiet().contains(*minute))
}

fn hold(reminder: &Reminder) -> Option<Minute> {
    let preferred = reminder.preferred()?;
    // No quiet time below lasts longer than that.
    let later = Interval::new(preferred.start(), preferred.start() + TimeDelta::days(40))?;
    let quiet = quiet_time(later, reminder.quiet()).into_iter().find(|quiet| quiet.start() == later.start());
    Some(quiet.map_or(preferred, |quiet| Minute::of(quiet.end())))
}

fn tactful(reminder: &Reminder) -> Option<Minute> {
    let Reminder { start, minutes_before, earliest, .. } = *reminder;
    remind(start, minutes_before, earliest, reminder.quiet()).remind_at
}

/// A meeting within the organizer's working day, somewhere on earth, and one of its participants: half of
/// them have the same clock, the others are anywhere.
fn reminder(rng: &mut Rng, zones: &[Zone]) -> Reminder {
    let organizers = zones[rng.usize(..zones.len())];
    let zone = if rng.bool() { organizers } else { zones[rng.usize(..zones.len())] };
    let day = date(2027, 1, 1) + Days::new(rng.u64(0..365));
    let time = NaiveTime::MIN + TimeDelta::minutes(rng.i64(8 * 4..18 * 4) * 15);
    let start = match organizers.resolve(day.and_time(time)) {
        Resolved::Unique(start)
        | Resolved::Fold { first: start, .. }
        | Resolved::Gap { after: start, .. } => start,
    };
    let booked = start - TimeDelta::minutes(booked_before(rng));
    Reminder {
        zone,
        hours: hours(rng, day),
        snooze: (rng.u8(..20) == 0).then(|| snooze(rng, booked)),
        start: Minute::of(start),
        minutes_before: [0, 5, 10, 15, 30, 60, 60, 60, 120, 1440][rng.usize(..10)],
        earliest: Minute::earliest_timer(booked),
    }
}

/// How many minutes before its start a meeting is booked: one in ten at short notice.
fn booked_before(rng: &mut Rng) -> i64 {
    match rng.u8(..10) {
        0 => rng.i64(3..240),
        1..=6 => rng.i64(240..7 * 1440),
        _ => rng.i64(7 * 1440..60 * 1440),
    }
}

fn hours(rng: &mut Rng, day: NaiveDate) -> Schedule {
    let workdays: WeekdaySet =
        [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri].into_iter().collect();
    let weekend = [Weekday::Sat, Weekday::Sun].into_iter().collect();
    let night = |rng: &mut Rng| window(rng.u16(20 * 60..24 * 60), rng.u16(5 * 60..9 * 60));
    let weekly = match rng.u8(..10) {
        0 => Vec::new(),
        1 | 2 => vec![WeeklyWindow { days: WeekdaySet::ALL, window: night(rng) }],
        // Longer on weekends, and some have quiet from Saturday to Sunday.
        3..=7 => vec![
            WeeklyWindow { days: workdays, window: night(rng) },
            WeeklyWindow { days: weekend, window: window(23 * 60, rng.u16(8 * 60..12 * 60)) },
        ],
        _ => vec![
            WeeklyWindow { days: workdays, window: night(rng) },
            WeeklyWindow { days: weekend, window: window(0, 24 * 60) },
        ],
    };
    let exceptions = match rng.u8(..10) {
        // A holiday of up to three weeks around the meeting.
        0 => {
            let from = day - Days::new(rng.u64(0..14));
            vec![exception(from, from + Days::new(rng.u64(1..21)), vec![window(0, 24 * 60)])]
        }
        // A night on call.
        1 => vec![exception(day - Days::new(1), day, Vec::new())],
        _ => Vec::new(),
    };
    Schedule::new(weekly, exceptions).unwrap_or_default()
}

/// Up to four hours, asked for when the meeting is booked.
fn snooze(rng: &mut Rng, booked: DateTime<Utc>) -> MinuteRange {
    let start = Minute::of(booked);
    MinuteRange { start, end: start + rng.i64(15..240) }
}

#[allow(clippy::expect_used, reason = "the numbers above are minutes of a day")]
fn window(start: u16, end: u16) -> Window {
    let time = |minutes: u16| format!("{:02}:{:02}", minutes / 60, minutes % 60).parse::<WallTime>();
    time(start)
        .ok()
        .zip(time(end).ok())
        .and_then(|(start, end)| Window::new(start, end).ok())
        .expect("a window")
}

#[allow(clippy::expect_used, reason = "the dates above are in order")]
fn exception(from: NaiveDate, until: NaiveDate, windows: Vec<Window>) -> Exception {
    Exception::new(from, until, windows).expect("an exception")
}

fn date(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default()
}
