//! Stories: what people do, one thing after another. People and meetings are meant modulo how many there are.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::wall::{Hours, ZONES};

/// A story and when it begins, in UTC.
#[derive(Clone, Debug)]
pub(crate) struct Story {
    pub(crate) begins: &'static str,
    pub(crate) deeds: Vec<Deed>,
}

/// One thing that somebody does. Times are in minutes from now.
#[derive(Clone, Debug)]
pub(crate) enum Deed {
    Join {
        zone: usize,
        hours: Option<Hours>,
    },
    Book {
        creator: usize,
        starts: i64,
        lasts: i64,
        invited: Vec<usize>,
        list: usize,
    },
    Add {
        meeting: usize,
        person: usize,
    },
    Remove {
        meeting: usize,
        person: usize,
    },
    Move {
        meeting: usize,
        starts: i64,
        lasts: i64,
    },
    Retitle {
        meeting: usize,
    },
    Relist {
        meeting: usize,
        list: usize,
    },
    Cancel {
        meeting: usize,
    },
    Rest {
        person: usize,
        hours: Option<Hours>,
    },
    /// Hours that end shortly before a meeting, or just in it.
    RestBefore {
        person: usize,
        meeting: usize,
        ends: i64,
        lasts: i64,
    },
    Fly {
        person: usize,
        zone: usize,
    },
    Readdress {
        person: usize,
    },
    Look {
        person: usize,
        from: i64,
        lasts: i64,
        awake: bool,
    },
    Wait {
        seconds: i64,
    },
}

/// Lists of reminders: minutes before the start, and the spacing of repetitions.
pub(crate) const LISTS: [&[(i64, Option<i64>)]; 10] = [
    &[],
    &[(0, None)],
    &[(1, None)],
    &[(60, None)],
    &[(10, None), (5, None)],
    &[(240, None), (60, None), (10, None)],
    &[(30, None), (30, None), (0, None)],
    &[(60, Some(15))],
    &[(120, Some(7)), (15, None)],
    &[(1440, None), (90, Some(45))],
];

/// The most people and meetings in a story.
pub(crate) const MOST: usize = 5;

/// Nights in which clocks change somewhere, or soon will, and one in which none does.
const BEGINNINGS: [&str; 6] = [
    "2026-07-01T09:00:00Z",
    "2026-10-24T17:30:00Z",
    "2026-10-31T21:00:10Z",
    "2027-03-13T23:20:00Z",
    "2027-03-27T18:00:59Z",
    "2027-04-03T08:00:00Z",
];

pub(crate) fn stories() -> impl Strategy<Value = Story> {
    (select(&BEGINNINGS[..]), vec(deed(), 12..30)).prop_map(|(begins, deeds)| Story { begins, deeds })
}

fn deed() -> impl Strategy<Value = Deed> {
    let someone = || 0..MOST;
    let list = || 0..LISTS.len();
    let zone = || 0..ZONES.len();
    let book = (someone(), starts(), lasts(), vec(someone(), 0..5), list());
    prop_oneof![
        2 => (zone(), hours()).prop_map(|(zone, hours)| Deed::Join { zone, hours }),
        6 => book.prop_map(|(creator, starts, lasts, invited, list)| Deed::Book {
            creator, starts, lasts, invited, list
        }),
        2 => (someone(), someone()).prop_map(|(meeting, person)| Deed::Add { meeting, person }),
        2 => (someone(), someone()).prop_map(|(meeting, person)| Deed::Remove { meeting, person }),
        3 => (someone(), starts(), lasts()).prop_map(|(meeting, starts, lasts)| Deed::Move {
            meeting, starts, lasts
        }),
        1 => someone().prop_map(|meeting| Deed::Retitle { meeting }),
        2 => (someone(), list()).prop_map(|(meeting, list)| Deed::Relist { meeting, list }),
        1 => someone().prop_map(|meeting| Deed::Cancel { meeting }),
        3 => (someone(), hours()).prop_map(|(person, hours)| Deed::Rest { person, hours }),
        3 => (someone(), someone(), shortly(), naps()).prop_map(
            |(person, meeting, ends, lasts)| Deed::RestBefore { person, meeting, ends, lasts }
        ),
        1 => (someone(), zone()).prop_map(|(person, zone)| Deed::Fly { person, zone }),
        1 => someone().prop_map(|person| Deed::Readdress { person }),
        2 => (someone(), -600_i64..600, 1_i64..2000, any::<bool>()).prop_map(
            |(person, from, lasts, awake)| Deed::Look { person, from, lasts, awake }
        ),
        6 => wait().prop_map(|seconds| Deed::Wait { seconds }),
    ]
}

/// Mostly soon, so that time gets there.
fn starts() -> impl Strategy<Value = i64> {
    prop_oneof![1 => -90_i64..3, 4 => 1_i64..180, 3 => 60_i64..900]
}

fn lasts() -> impl Strategy<Value = i64> {
    prop_oneof![3 => 1_i64..120, 1 => 60_i64..600, 1 => 600_i64..3000]
}

fn hours() -> impl Strategy<Value = Option<Hours>> {
    let hours = (0_i64..288, 1_i64..240);
    // On a grid of five minutes, so that edges and reminders meet.
    option::weighted(0.8, hours.prop_map(|(start, length)| (start * 5, (start * 5 + length * 5) % 1440)))
}

/// Five minutes are the shortest notice worth waiting for.
fn shortly() -> impl Strategy<Value = i64> {
    prop_oneof![3 => 4_i64..7, 1 => -2_i64..9]
}

fn naps() -> impl Strategy<Value = i64> {
    prop_oneof![2 => 2_i64..60, 1 => 60_i64..300]
}

fn wait() -> impl Strategy<Value = i64> {
    prop_oneof![2 => 1_i64..90, 3 => 60_i64..3600, 2 => 1800_i64..30_000]
}
