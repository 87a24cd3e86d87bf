//! The tables of docs/scaling.md.

use std::fmt::Write;

use super::cost::month;
use super::counted::{BOOKING, PEOPLE, PLANNING, REMINDING};
use super::day::Day;
use super::limits::{
    DEFAULTS, FIRST_PARTITIONS, Limits, MEMORY, WRITES_OF_A_PARTITION, asked, booking, delivery,
    planned_by_one,
};
use super::load::{DAYS_AHEAD, MINUTES_BEFORE, herd, meetings, most_bookings};

/// The sizes of the document.
pub(crate) const SIZES: [u64; 3] = [1_000, 100_000, 10_000_000];

/// All tables, for so many people.
pub(crate) fn report(sizes: &[u64]) -> String {
    let mut out = String::new();
    for table in [met_first(sizes), lateness(sizes), costs(sizes)] {
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&table);
    }
    out
}

/// A limit, and what so many people need of it.
struct Demand {
    name: &'static str,
    limit: u64,
    of: fn(u64) -> u64,
}

/// What the busiest minute needs if it is to be done within that minute.
const DEMANDS: [Demand; 11] = [
    Demand { name: "SES: mails a second", limit: DEFAULTS.mails, of: mails_per_second },
    Demand { name: "SES: mails a day", limit: DEFAULTS.mails_per_day, of: mails_per_day },
    Demand { name: "Scheduler: schedules", limit: DEFAULTS.schedules, of: schedules },
    Demand { name: "Scheduler: invocations a second", limit: DEFAULTS.invocations, of: mails_per_second },
    Demand { name: "Scheduler: creations a second", limit: DEFAULTS.creations, of: creations },
    Demand { name: "Scheduler: creations a second, smaller regions", limit: 250, of: creations },
    Demand { name: "Lambda: executions at once", limit: DEFAULTS.executions, of: executions },
    Demand { name: "DynamoDB: writes a second of the table", limit: DEFAULTS.writes, of: table_writes },
    Demand {
        name: "DynamoDB: writes a second of `owed`",
        limit: DEFAULTS.owed_shards * WRITES_OF_A_PARTITION,
        of: owed_writes,
    },
    Demand { name: "`WriteRate`: bookings a second", limit: DEFAULTS.bookings, of: bookings_per_second },
    Demand {
        name: "plan_reminders: executions on four shards",
        limit: FIRST_PARTITIONS * DEFAULTS.planners,
        of: planners,
    },
];

fn bookings_per_second(people: u64) -> u64 {
    most_bookings(people).div_ceil(1000)
}

fn invitations_per_second(people: u64) -> u64 {
    most_bookings(people) * u64::from(PEOPLE) / 1000
}

/// Reminders of the busiest minute. Invitations come in other minutes of the day as well as in this one.
fn mails_per_second(people: u64) -> u64 {
    herd(people).div_ceil(60) + invitations_per_second(people)
}

fn mails_per_day(people: u64) -> u64 {
    meetings(people) * u64::from(PLANNING.calls_of("CreateSchedule"))
}

fn schedules(people: u64) -> u64 {
    meetings(people) * u64::from(PEOPLE) * DAYS_AHEAD
}

fn creations(people: u64) -> u64 {
    (most_bookings(people) * u64::from(PLANNING.calls_of("CreateSchedule"))).div_ceil(1000)
}

fn executions(people: u64) -> u64 {
    let notify = (mails_per_second(people) * delivery(MEMORY)).div_ceil(1000);
    notify + planners(people) + (most_bookings(people) * booking()).div_ceil(1_000_000)
}

fn planners(people: u64) -> u64 {
    most_bookings(people).div_ceil(planned_by_one())
}

fn writes(people: u64, of_meeting: u32, of_reminders: u32) -> u64 {
    let booked = most_bookings(people) * u64::from(of_meeting) / 1000;
    booked + (mails_per_second(people) * u64::from(of_reminders)).div_ceil(u64::from(PEOPLE))
}

fn table_writes(people: u64) -> u64 {
    writes(people, BOOKING.units.writes + PLANNING.units.writes, REMINDING.units.writes)
}

fn owed_writes(people: u64) -> u64 {
    writes(people, BOOKING.units.owed + PLANNING.units.owed, REMINDING.units.owed)
}

/// The least number of people, in hundreds, whose demand exceeds the limit.
fn met_at(demand: &Demand) -> u64 {
    let (mut fits, mut exceeds) = (0, 10_000_000);
    while exceeds - fits > 1 {
        let middle = u64::midpoint(fits, exceeds);
        if (demand.of)(middle * 100) > demand.limit { exceeds = middle } else { fits = middle }
    }
    exceeds * 100
}

/// Which limit is met first: the limits by the number of people that meets them.
pub(crate) fn met_first(sizes: &[u64]) -> String {
    let mut demands: Vec<_> = DEMANDS.iter().map(|demand| (met_at(demand), demand)).collect();
    demands.sort_by_key(|(people, _)| *people);
    let mut out = String::from("| limit | by default | met at |");
    for people in sizes {
        let _ = write!(out, " {} need |", grouped(*people));
    }
    let _ = writeln!(out, "\n|{}", "---|".repeat(3 + sizes.len()));
    for (people, demand) in demands {
        let _ = write!(out, "| {} | {} | {} |", demand.name, grouped(demand.limit), grouped(people));
        for people in sizes {
            let _ = write!(out, " {} |", grouped((demand.of)(*people)));
        }
        out.push('\n');
    }
    out
}

pub(crate) fn lateness(sizes: &[u64]) -> String {
    let mut out = String::from(
        "| people | limits | 50 % | 99 % | 100 % | over 5 min | missed | plans wait | refused |\n",
    );
    let _ = writeln!(out, "|{}", "---|".repeat(9));
    for people in sizes {
        let mut cases = vec![("by default", DEFAULTS)];
        if *people > SIZES[0] {
            cases.push(("as asked for", asked(*people)));
        }
        if *people == SIZES[2] {
            cases.push(("as asked for, 8 shards", Limits { owed_shards: 8, ..asked(*people) }));
        }
        for (name, limits) in cases {
            let day = Day::of(*people, &limits);
            let seconds = |share| day.percentile(share).map_or("–".to_owned(), |late| format!("{late} s"));
            let missed = day.later_than(MINUTES_BEFORE * 60);
            let _ = writeln!(
                out,
                "| {} | {name} | {} | {} | {} | {} % | {missed} % | {} s | {} |",
                grouped(*people),
                seconds(50),
                seconds(99),
                seconds(100),
                day.later_than(5 * 60),
                grouped(day.plan_lag as u64),
                grouped(day.refused),
            );
        }
    }
    out
}

pub(crate) fn costs(sizes: &[u64]) -> String {
    let months: Vec<_> = sizes.iter().map(|people| month(*people)).collect();
    let mut out = String::from("| a month |");
    for people in sizes {
        let _ = write!(out, " {} |", grouped(*people));
    }
    let _ = writeln!(out, "\n|{}", "---|".repeat(1 + sizes.len()));
    for (index, (name, _)) in months[0].iter().enumerate() {
        let _ = write!(out, "| {name} |");
        for month in &months {
            let _ = write!(out, " ${} |", grouped(month[index].1.div_ceil(100)));
        }
        out.push('\n');
    }
    out
}

/// A number with commas between thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
