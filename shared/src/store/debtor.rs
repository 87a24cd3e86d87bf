//! Who owes something: the items that can stand in the `owed` index.

use std::fmt;

use super::keys::MEETING;
use crate::domain::MeetingId;

/// An item that owes work.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Debtor {
    /// A meeting whose newest version is not planned yet.
    Meeting(MeetingId),
}

impl Debtor {
    /// The debtor with that primary key; `None` when such an item can't owe a plan.
    pub fn of_key(pk: &str, sk: &str) -> Option<Self> {
        match (pk.split_once('#')?, sk) {
            (("MEETING", id), MEETING) => MeetingId::parse(id).ok().map(Self::Meeting),
            _ => None,
        }
    }
}

impl fmt::Display for Debtor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Meeting(id) => write!(f, "meeting {id}"),
        }
    }
}
