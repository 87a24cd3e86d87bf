//! The load: who meets when, and how many bookings and reminders that makes in each minute of a day.
//!
//! Everyone takes part in five meetings a day, of four people each, so there are 5/4 meetings for each
//! person. (If everyone organized five, they would sit in twenty.) All live in one time zone, which is
//! the worst case: in several zones the peaks don't coincide. Meetings start on the hour and half hour
//! from 9:00 to 16:30, twice as many on the hour. Everyone is reminded 15 minutes before. Meetings are
//! booked in the same eight hours, a fifth of them in the first hour, and a week before they start.

use std::ops::Range;

use super::counted::PEOPLE;

/// How many meetings everyone takes part in on a working day.
pub(crate) const MEETINGS_OF_A_PERSON: u64 = 5;
/// For how many working days ahead meetings are booked.
pub(crate) const DAYS_AHEAD: u64 = 5;
/// Working days of a month.
pub(crate) const DAYS_OF_A_MONTH: u64 = 22;
/// How long before the start everyone is reminded.
pub(crate) const MINUTES_BEFORE: usize = 15;
/// The minutes of a day from before the first reminder until the last meeting has begun.
pub(crate) const WORKING_HOURS: Range<usize> = 8 * 60 + 30..16 * 60 + 45;

const FIRST_HOUR: usize = 9;
const HOURS: usize = 8;

/// How many meetings so many people have on a day.
pub(crate) fn meetings(people: u64) -> u64 {
    people * MEETINGS_OF_A_PERSON / u64::from(PEOPLE)
}

/// How many bookings there are in a second of that minute of the day, in thousandths.
pub(crate) fn bookings(people: u64, minute: usize) -> u64 {
    let hour = (minute / 60).checked_sub(FIRST_HOUR).filter(|hour| *hour < HOURS);
    let of_the_day = match hour {
        None => 0,
        Some(0) => meetings(people) * 1000 / 5,
        Some(_) => meetings(people) * 1000 * 4 / 5 / (HOURS as u64 - 1),
    };
    of_the_day / 3600
}

/// How many reminders are due in that minute of the day.
pub(crate) fn reminders(people: u64, minute: usize) -> u64 {
    let start = minute + MINUTES_BEFORE;
    let weight = match start % 60 {
        0 => 2,
        30 => 1,
        _ => 0,
    };
    let works = (FIRST_HOUR..FIRST_HOUR + HOURS).contains(&(start / 60));
    if works { people * MEETINGS_OF_A_PERSON * weight / (3 * HOURS as u64) } else { 0 }
}

/// The most reminders of one minute.
pub(crate) fn herd(people: u64) -> u64 {
    WORKING_HOURS.map(|minute| reminders(people, minute)).max().unwrap_or_default()
}

/// The most bookings of one second, in thousandths.
pub(crate) fn most_bookings(people: u64) -> u64 {
    WORKING_HOURS.map(|minute| bookings(people, minute)).max().unwrap_or_default()
}
