use super::More;
use crate::time::Minute;

/// The place of a time among others: what is less is better, and the fields decide from the first to the
/// last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank {
    /// Whether somebody whom the meeting needs can't take part.
    pub misses_required: bool,
    /// How many can take part whom it doesn't need.
    pub optional: More,
    /// Whether somebody who takes part does so in their quiet time.
    pub is_quiet: bool,
    /// The largest burden of one person, in minutes: how much of the meeting is outside their working hours
    /// or, where quiet time is no obstacle, inside their quiet time. It counts only for those who can
    /// take part.
    pub largest_burden: u32,
    /// The burdens of all, in minutes.
    pub total_burden: u32,
    /// When the meeting begins.
    pub start: Minute,
}
