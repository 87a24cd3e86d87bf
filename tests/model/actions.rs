//! Random sequences of actions. The number of a person is taken modulo how many there are. Meetings are
//! chosen among the newest three, because little happens to old ones.

use proptest::bool::weighted;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::clocks::{DndHours, ZONES};

/// Actions, and when the first one happens, in UTC.
#[derive(Clone, Debug)]
pub(crate) struct ActionSequence {
    pub(crate) begins: &'static str,
    /// Whether the deployment sends invitations.
    pub(crate) inviting: bool,
    pub(crate) actions: Vec<Action>,
}

/// One action. Times are in minutes from now.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    CreateUser {
        zone: usize,
        hours: Option<DndHours>,
    },
    CreateMeeting {
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
    /// Mostly one of those who were invited.
    Remove {
        meeting: usize,
        person: usize,
    },
    Move {
        meeting: usize,
        starts: i64,
        lasts: i64,
    },
    /// Back to when it was before it moved.
    MoveBack {
        meeting: usize,
    },
    /// To one of two titles, in turn.
    ChangeTitle {
        meeting: usize,
    },
    /// Changes the title and removes someone, and then undoes both.
    RemoveAndAddAgain {
        meeting: usize,
        person: usize,
    },
    /// To another place and back to none, in turn.
    ChangeLocation {
        meeting: usize,
    },
    /// The meeting itself is in another zone, at the same time.
    ChangeMeetingZone {
        meeting: usize,
        zone: usize,
    },
    ChangeReminders {
        meeting: usize,
        list: usize,
    },
    Cancel {
        meeting: usize,
    },
    SetDnd {
        person: usize,
        hours: Option<DndHours>,
    },
    /// Hours that differ by day. Exceptions begin so many days from today on, and have so many days.
    SetWeek {
        person: usize,
        weekly: Vec<([bool; 7], DndHours)>,
        exceptions: Vec<(i64, i64, Vec<DndHours>)>,
    },
    /// The hours end shortly before the meeting, or in it.
    SetDndBefore {
        person: usize,
        meeting: usize,
        ends: i64,
        lasts: i64,
    },
    /// The hours begin in a minute.
    SetDndFromNow {
        person: usize,
        lasts: i64,
    },
    Snooze {
        person: usize,
        minutes: i64,
    },
    EndSnooze {
        person: usize,
    },
    ChangeZone {
        person: usize,
        zone: usize,
    },
    ChangeAddress {
        person: usize,
    },
    GetFreeSlots {
        person: usize,
        from: i64,
        lasts: i64,
        awake: bool,
    },
    Wait {
        seconds: i64,
    },
}

/// How a reminder is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Channel {
    Mail,
    Webhook,
}

/// Channel, minutes before the start, and minutes between repetitions.
type Entry = (Channel, i64, Option<i64>);

const fn mail(before: i64) -> Entry {
    (Channel::Mail, before, None)
}

const fn webhook(before: i64) -> Entry {
    (Channel::Webhook, before, None)
}

const fn every(spacing: i64, (channel, before, _): Entry) -> Entry {
    (channel, before, Some(spacing))
}

pub(crate) const LISTS: [&[Entry]; 16] = [
    &[],
    &[mail(0)],
    &[mail(1)],
    &[mail(60)],
    &[mail(10), mail(5)],
    &[mail(240), mail(60), mail(10)],
    &[mail(30), mail(30), mail(0)],
    &[every(15, mail(60))],
    &[every(7, mail(120)), mail(15)],
    &[mail(1440), every(45, mail(90))],
    &[webhook(60)],
    &[webhook(0), mail(0)],
    &[mail(60), webhook(60), webhook(15)],
    &[webhook(45), mail(20), webhook(45), webhook(1)],
    &[every(15, webhook(90)), every(20, mail(90))],
    &[every(5, webhook(50)), webhook(1440), mail(5)],
];

/// The most people and meetings in a run.
pub(crate) const MOST: usize = 5;

/// Nights in which clocks change somewhere, now or soon, and one in which none does.
const BEGINNINGS: [&str; 6] = [
    "2026-07-01T09:00:00Z",
    "2026-10-24T17:30:00Z",
    "2026-10-31T21:00:10Z",
    "2027-03-13T23:20:00Z",
    "2027-03-27T18:00:59Z",
    "2027-04-03T08:00:00Z",
];

pub(crate) fn action_sequences() -> impl Strategy<Value = ActionSequence> {
    let chapter = prop_oneof![
        10 => action().prop_map(|action| vec![action]),
        3 => meeting_with_change(),
    ];
    let sequence = (select(&BEGINNINGS[..]), weighted(0.7), vec(chapter, 8..20));
    sequence.prop_map(|(begins, inviting, chapters)| ActionSequence {
        begins,
        inviting,
        actions: chapters.concat(),
    })
}

/// A meeting is booked, and changes soon after its invitations were sent. Perhaps someone's DND hours begin.
fn meeting_with_change() -> impl Strategy<Value = Vec<Action>> {
    let wait_for_invitations = (60_i64..240).prop_map(|seconds| Action::Wait { seconds });
    let meeting_with_change = (
        book(60_i64..900),
        wait_for_invitations,
        change(0..1_usize),
        option::weighted(0.8, set_dnd_from_now()),
        wait(),
    );
    meeting_with_change.prop_map(|(book, wait_for_invitations, change, set_dnd_from_now, wait)| {
        [Some(book), Some(wait_for_invitations), Some(change), set_dnd_from_now, Some(wait)]
            .into_iter()
            .flatten()
            .collect()
    })
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        2 => (zone(), hours()).prop_map(|(zone, hours)| Action::CreateUser { zone, hours }),
        4 => book(starts()),
        14 => change(someone()),
        3 => (someone(), hours()).prop_map(|(person, hours)| Action::SetDnd { person, hours }),
        3 => (someone(), weekly(), exceptions()).prop_map(|(person, weekly, exceptions)| Action::SetWeek {
            person, weekly, exceptions
        }),
        3 => (someone(), someone(), minutes_before_start(), dnd_minutes()).prop_map(
            |(person, meeting, ends, lasts)| Action::SetDndBefore { person, meeting, ends, lasts }
        ),
        1 => set_dnd_from_now(),
        2 => (someone(), dnd_minutes()).prop_map(|(person, minutes)| Action::Snooze { person, minutes }),
        1 => someone().prop_map(|person| Action::EndSnooze { person }),
        1 => (someone(), zone()).prop_map(|(person, zone)| Action::ChangeZone { person, zone }),
        2 => someone().prop_map(|person| Action::ChangeAddress { person }),
        2 => (someone(), -600_i64..600, 1_i64..2000, any::<bool>()).prop_map(
            |(person, from, lasts, awake)| Action::GetFreeSlots { person, from, lasts, awake }
        ),
        7 => wait(),
    ]
}

fn book(starts: impl Strategy<Value = i64>) -> impl Strategy<Value = Action> {
    (someone(), starts, lasts(), vec(someone(), 0..5), list()).prop_map(
        |(creator, starts, lasts, invited, list)| Action::CreateMeeting {
            creator,
            starts,
            lasts,
            invited,
            list,
        },
    )
}

/// Something that happens to a meeting.
fn change(meeting: impl Strategy<Value = usize> + Clone) -> impl Strategy<Value = Action> {
    let meeting = move || meeting.clone();
    prop_oneof![
        2 => (meeting(), someone()).prop_map(|(meeting, person)| Action::Add { meeting, person }),
        5 => (meeting(), someone()).prop_map(|(meeting, person)| Action::Remove { meeting, person }),
        3 => (meeting(), starts(), lasts()).prop_map(|(meeting, starts, lasts)| Action::Move {
            meeting, starts, lasts
        }),
        1 => meeting().prop_map(|meeting| Action::MoveBack { meeting }),
        2 => meeting().prop_map(|meeting| Action::ChangeTitle { meeting }),
        2 => (meeting(), someone()).prop_map(|(meeting, person)| Action::RemoveAndAddAgain { meeting, person }),
        1 => meeting().prop_map(|meeting| Action::ChangeLocation { meeting }),
        1 => (meeting(), zone()).prop_map(|(meeting, zone)| Action::ChangeMeetingZone { meeting, zone }),
        2 => (meeting(), list()).prop_map(|(meeting, list)| Action::ChangeReminders { meeting, list }),
        3 => meeting().prop_map(|meeting| Action::Cancel { meeting }),
    ]
}

fn set_dnd_from_now() -> impl Strategy<Value = Action> {
    (someone(), dnd_minutes()).prop_map(|(person, lasts)| Action::SetDndFromNow { person, lasts })
}

fn someone() -> impl Strategy<Value = usize> + Clone {
    0..MOST
}

fn list() -> impl Strategy<Value = usize> {
    0..LISTS.len()
}

fn zone() -> impl Strategy<Value = usize> {
    0..ZONES.len()
}

/// Mostly soon, so that the run reaches the start.
fn starts() -> impl Strategy<Value = i64> {
    prop_oneof![1 => -90_i64..3, 4 => 1_i64..180, 4 => 60_i64..900]
}

fn lasts() -> impl Strategy<Value = i64> {
    prop_oneof![3 => 1_i64..120, 1 => 60_i64..600, 1 => 600_i64..3000]
}

fn hours() -> impl Strategy<Value = Option<DndHours>> {
    option::weighted(0.8, window())
}

/// On a grid of five minutes, so that edges and reminders meet.
fn window() -> impl Strategy<Value = DndHours> {
    (0_i64..288, 1_i64..240).prop_map(|(start, length)| (start * 5, (start * 5 + length * 5) % 1440))
}

fn weekly() -> impl Strategy<Value = Vec<([bool; 7], DndHours)>> {
    let days = any::<[bool; 7]>().prop_filter("on no day", |days| days.contains(&true));
    vec((days, window()), 0..4)
}

fn exceptions() -> impl Strategy<Value = Vec<(i64, i64, Vec<DndHours>)>> {
    vec((-2_i64..3, 1_i64..4, vec(window(), 0..3)), 0..3)
}

/// Around five minutes: the rule treats less notice than that differently.
fn minutes_before_start() -> impl Strategy<Value = i64> {
    prop_oneof![3 => 4_i64..7, 1 => -2_i64..9]
}

fn dnd_minutes() -> impl Strategy<Value = i64> {
    prop_oneof![2 => 2_i64..60, 1 => 60_i64..300]
}

fn wait() -> impl Strategy<Value = Action> {
    let seconds = prop_oneof![2 => 1_i64..90, 4 => 60_i64..3600, 1 => 1800_i64..30_000];
    seconds.prop_map(|seconds| Action::Wait { seconds })
}
