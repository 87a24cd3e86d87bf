//! The limits, whose pages docs/scaling.md names, and how long things take.

use super::counted::{BOOKING, PEOPLE};
use super::counted::{PLANNING, REMINDING, ROUND_TRIPS_OF_A_BOOKING, ROUND_TRIPS_OF_A_DELIVERY, Step};

/// What an account and a deployment allow. Rates are by the second.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// EventBridge Scheduler: `CreateSchedule` requests, 250 in its smaller regions.
    pub(crate) creations: u64,
    /// EventBridge Scheduler: invocations of targets.
    pub(crate) invocations: u64,
    /// EventBridge Scheduler: schedules that exist at once.
    pub(crate) schedules: u64,
    /// SES: mails a second.
    pub(crate) mails: u64,
    /// SES: mails in 24 hours.
    pub(crate) mails_per_day: u64,
    /// Lambda: executions at once, of all functions of the account.
    pub(crate) executions: u64,
    /// The parameter `NotifyConcurrency`: executions of notify at once.
    pub(crate) notified_at_once: u64,
    /// DynamoDB: write units of a table and of each of its indexes.
    pub(crate) writes: u64,
    /// The parameter `WriteRate`: bookings.
    pub(crate) bookings: u64,
    /// The parameter `PlannersPerShard`.
    pub(crate) planners: u64,
    /// Partitions of the index `owed`.
    pub(crate) owed_shards: u64,
    /// The parameter `SweepMemorySize`, in MB.
    pub(crate) sweep_memory: u64,
}

/// What AWS gives without asking, in its larger regions, and the parameters' defaults. AWS publishes no
/// sending rate for accounts outside the sandbox: they usually begin with 14 a second and 50,000 a day.
pub(crate) const DEFAULTS: Limits = Limits {
    creations: 5_000,
    invocations: 1_000,
    schedules: 10_000_000,
    mails: 14,
    mails_per_day: 50_000,
    executions: 1_000,
    notified_at_once: u64::MAX,
    writes: 40_000,
    bookings: 100,
    planners: 2,
    owed_shards: 64,
    sweep_memory: 1_024,
};

/// What so many people need.
pub(crate) fn asked(people: u64) -> Limits {
    match people {
        0..=1_000 => DEFAULTS,
        1_001..=100_000 => Limits { mails: 1_000, mails_per_day: 1_500_000, ..DEFAULTS },
        _ => Limits {
            creations: 10_000,
            invocations: 25_000,
            schedules: 500_000_000,
            mails: 40_000,
            mails_per_day: 150_000_000,
            executions: 10_000,
            // No more than SES takes: what it refuses waits for the sweep.
            notified_at_once: 7_500,
            writes: 250_000,
            bookings: 1_500,
            ..DEFAULTS
        },
    }
}

/// DynamoDB: write units a second of one partition, of a table or an index.
pub(crate) const WRITES_OF_A_PARTITION: u64 = 1_000;
/// DynamoDB: the partitions of a new table, which takes 4,000 writes a second.
pub(crate) const FIRST_PARTITIONS: u64 = 4;
/// Lambda: how many executions a function gains in a second.
pub(crate) const MORE_EXECUTIONS: u64 = 100;
/// How many deliveries the sweep makes at once, and in how many seconds of a minute.
pub(crate) const SWEEP: (u64, usize) = (32, 40);
/// How many meetings an execution of plan_reminders plans at once.
pub(crate) const PLANS_AT_ONCE: u64 = 4;
/// For how many seconds a delivery tries a mail that SES throttles.
pub(crate) const PATIENCE: usize = 4;

/// Milliseconds of a call to DynamoDB, to EventBridge Scheduler and to SES.
const DYNAMODB: u64 = 10;
const SCHEDULER: u64 = 50;
const SES: u64 = 150;
/// Microseconds of a whole processor for each call: encryption, signature and JSON.
const PROCESSOR: u64 = 500;
/// Memory in MB with which Lambda gives a function a whole processor.
const WHOLE_PROCESSOR: u64 = 1_769;
/// The parameter `MemorySize`, in MB.
pub(crate) const MEMORY: u64 = 256;

/// Milliseconds of processor time of a step with that memory.
fn processing(step: &Step, memory: u64) -> u64 {
    (u64::from(step.all_calls()) * PROCESSOR * WHOLE_PROCESSOR / memory.min(WHOLE_PROCESSOR)).div_ceil(1000)
}

/// Milliseconds of one delivery by a function with that memory.
pub(crate) fn delivery(memory: u64) -> u64 {
    let waits = u64::from(ROUND_TRIPS_OF_A_DELIVERY - 1) * DYNAMODB + SES;
    waits + processing(&REMINDING, memory).div_ceil(u64::from(PEOPLE))
}

/// Milliseconds of a booking.
pub(crate) fn booking() -> u64 {
    u64::from(ROUND_TRIPS_OF_A_BOOKING) * DYNAMODB + processing(&BOOKING, MEMORY)
}

/// Milliseconds of planning a meeting: five calls to DynamoDB and one to EventBridge Scheduler, each after
/// the other; the rows and timers of one meeting are written side by side.
pub(crate) fn planning() -> u64 {
    5 * DYNAMODB + SCHEDULER + processing(&PLANNING, MEMORY)
}

/// Meetings that one execution of plan_reminders plans in a thousand seconds: by its processor or its
/// waits, whichever is less.
pub(crate) fn planned_by_one() -> u64 {
    (1_000_000 / processing(&PLANNING, MEMORY)).min(PLANS_AT_ONCE * 1_000_000 / planning())
}

/// Deliveries that the sweep makes in a second.
pub(crate) fn swept(memory: u64) -> u64 {
    let processing = processing(&REMINDING, memory).div_ceil(u64::from(PEOPLE));
    (SWEEP.0 * 1000 / delivery(memory)).min(1000 / processing)
}
