//! What one meeting of four people costs, step by step: calls, and capacity units of DynamoDB. The test
//! `scaling` counts them again with the real functions and fails where this table differs.

/// Units of DynamoDB.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Units {
    /// Read units, as if every read were strongly consistent.
    pub(crate) reads: u32,
    /// Write units of the table.
    pub(crate) writes: u32,
    /// Write units of the index `owed`.
    pub(crate) owed: u32,
    /// Write units of the index `organized`.
    pub(crate) organized: u32,
}

/// What one step of a meeting costs, for all its people.
#[derive(Debug)]
pub(crate) struct Step {
    /// How often each operation is called, in alphabetical order.
    pub(crate) calls: &'static [(&'static str, u32)],
    pub(crate) units: Units,
}

/// How many people a meeting has, its organizer among them.
pub(crate) const PEOPLE: u32 = 4;

/// `POST /api/create_meeting`.
pub(crate) const BOOKING: Step = Step {
    calls: &[("BatchGetItem", 2), ("Query", 1), ("TransactWriteItems", 1), ("UpdateItem", 1)],
    units: Units { reads: 12, writes: 11, owed: 1, organized: 1 },
};

/// plan_reminders: an invitation and a reminder for everyone, each with its timer.
pub(crate) const PLANNING: Step = Step {
    calls: &[("BatchGetItem", 1), ("CreateSchedule", 8), ("PutItem", 16), ("Query", 1), ("UpdateItem", 1)],
    units: Units { reads: 5, writes: 17, owed: 25, organized: 0 },
};

/// notify, once for each person: the invitations.
pub(crate) const INVITING: Step = Step {
    calls: &[("GetItem", 8), ("PutItem", 4), ("Query", 4), ("SendEmail", 4), ("TransactWriteItems", 4)],
    units: Units { reads: 12, writes: 20, owed: 4, organized: 0 },
};

/// notify, once for each person: the reminders.
pub(crate) const REMINDING: Step = Step {
    calls: &[("GetItem", 8), ("PutItem", 4), ("Query", 4), ("SendEmail", 4), ("TransactWriteItems", 4)],
    units: Units { reads: 12, writes: 20, owed: 4, organized: 0 },
};

/// How often a delivery waits for AWS, one call after the other, SES among them.
pub(crate) const ROUND_TRIPS_OF_A_DELIVERY: u32 = 4;
/// How often a booking waits for DynamoDB.
pub(crate) const ROUND_TRIPS_OF_A_BOOKING: u32 = 3;

/// Bytes that a meeting leaves in the table for good: itself and its entries in four calendars.
pub(crate) const KEPT_BYTES: u32 = 1489;
/// Bytes of its rows, which DynamoDB removes 104 days after the start.
pub(crate) const ROW_BYTES: u32 = 4535;

impl Step {
    /// How many calls to AWS the step makes.
    pub(crate) fn all_calls(&self) -> u32 {
        self.calls.iter().map(|(_, count)| count).sum()
    }

    /// How many of them are of that operation.
    pub(crate) fn calls_of(&self, operation: &str) -> u32 {
        self.calls.iter().filter(|(name, _)| *name == operation).map(|(_, count)| count).sum()
    }
}
