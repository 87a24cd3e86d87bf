//! What a month costs, at list prices of us-east-1 in 2026 and without free tiers. docs/scaling.md has
//! the pages.

use super::counted::{BOOKING, INVITING, KEPT_BYTES, PLANNING, REMINDING, ROW_BYTES, Step, Units};
use super::limits::{MEMORY, booking, delivery, planning};
use super::load::{DAYS_OF_A_MONTH, meetings};

/// Prices in millionths of a dollar.
mod price {
    /// For a million write units, and a million read units.
    pub(super) const WRITES: u64 = 625_000;
    pub(super) const READS: u64 = 125_000;
    /// For a GB of the table and of its backup by the second, for a month.
    pub(super) const STORAGE: u64 = 250_000 + 200_000;
    /// For a million requests, and a million GB-seconds, of Lambda.
    pub(super) const INVOCATIONS: u64 = 200_000;
    pub(super) const GB_SECONDS: u64 = 16_666_700;
    /// For a million requests of an HTTP API.
    pub(super) const REQUESTS: u64 = 1_000_000;
    /// For a million invocations by EventBridge Scheduler.
    pub(super) const TIMERS: u64 = 1_000_000;
    /// For a million mails.
    pub(super) const MAILS: u64 = 100_000_000;
    /// For a GB of logs.
    pub(super) const LOGS: u64 = 500_000;
}

const MILLION: u64 = 1_000_000;
/// How many bytes each invocation and each request logs.
const LOGGED: u64 = 1_500;
/// For how long rows and meetings are counted as stored: 104 days, and a year.
const DAYS_OF_ROWS: u64 = 75;
const DAYS_OF_A_YEAR: u64 = 12 * DAYS_OF_A_MONTH;

/// What a month costs, by service and in all, in cents.
pub(crate) fn month(people: u64) -> Vec<(&'static str, u64)> {
    let of_a_day = meetings(people);
    let meetings = of_a_day * DAYS_OF_A_MONTH;
    let steps = [&BOOKING, &PLANNING, &INVITING, &REMINDING];
    let units =
        |of: fn(&Units) -> u32| meetings * steps.iter().map(|step| u64::from(of(&step.units))).sum::<u64>();
    let writes = units(|units| units.writes + units.owed + units.organized);
    let reads = units(|units| units.reads);
    let stored = of_a_day * (u64::from(KEPT_BYTES) * DAYS_OF_A_YEAR + u64::from(ROW_BYTES) * DAYS_OF_ROWS);
    let calls = |operation| {
        meetings * steps.iter().map(|step: &&Step| u64::from(step.calls_of(operation))).sum::<u64>()
    };
    let mails = calls("SendEmail");
    // A booking, a plan, and a delivery for each mail. A batch of plans is one invocation, but one alone too.
    let invocations = 2 * meetings + mails;
    let milliseconds = meetings * (booking() + planning()) + mails * delivery(MEMORY);
    let gb_seconds = milliseconds / 1000 * MEMORY / 1024;
    let logs = (invocations + meetings) * LOGGED;
    let rows = [
        ("SES", mails * price::MAILS / MILLION),
        ("DynamoDB: writes", writes * price::WRITES / MILLION),
        ("DynamoDB: reads", reads * price::READS / MILLION),
        ("DynamoDB: storage and backup, after a year", stored / MILLION * price::STORAGE / 1000),
        ("EventBridge Scheduler", calls("CreateSchedule") * price::TIMERS / MILLION),
        ("Lambda", invocations * price::INVOCATIONS / MILLION + gb_seconds * price::GB_SECONDS / MILLION),
        ("API Gateway", meetings * price::REQUESTS / MILLION),
        ("CloudWatch logs", logs / MILLION * price::LOGS / 1000),
    ];
    let mut rows: Vec<_> = rows.into_iter().map(|(name, millionths)| (name, millionths / 10_000)).collect();
    let all = rows.iter().map(|(_, cents)| cents).sum();
    rows.push(("all", all));
    rows
}
