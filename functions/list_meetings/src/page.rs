//! The part of an agenda that one answer has.
//!
//! A page is what stands after one place and not after another, the place of its last candidate. Candidates
//! are read before the meetings, and others may change these in between. So the meetings decide what is told,
//! and the candidates only where the page ends: what stands after that is left to the next page, and nothing
//! is told twice.

use shared::domain::{Agenda, AgendaPlace, Candidate, Meeting, MeetingId};

/// A page whose meetings are still to be read.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub(crate) agenda: Agenda,
    /// The last place of the page before.
    after: Option<AgendaPlace>,
    places: Vec<AgendaPlace>,
    has_more: bool,
}

impl Page {
    /// The first `limit` of the candidates, which come in their order. They are all that there are after that
    /// place, or more than `limit` of them are in the agenda's window.
    pub(crate) fn new(
        agenda: Agenda,
        after: Option<AgendaPlace>,
        candidates: Vec<Candidate>,
        limit: usize,
    ) -> Self {
        let candidates = candidates.into_iter().filter(|candidate| candidate.may_overlap(agenda.window));
        let mut places: Vec<_> = candidates.map(|candidate| candidate.place).collect();
        let has_more = places.len() > limit;
        places.truncate(limit);
        Self { agenda, after, places, has_more }
    }

    /// The meetings to read.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &MeetingId> + Clone {
        self.places.iter().map(|place| &place.meeting_id)
    }

    /// The meetings of this page among those read, in their order.
    pub(crate) fn of(&self, mut meetings: Vec<Meeting>) -> Vec<Meeting> {
        meetings.retain(|meeting| self.agenda.includes(meeting) && self.has(&AgendaPlace::of(meeting)));
        meetings.sort_by_cached_key(AgendaPlace::of);
        meetings
    }

    /// Where the page ends, if there is another one.
    pub(crate) fn last(&self) -> Option<AgendaPlace> {
        if self.has_more { self.places.last().cloned() } else { None }
    }

    fn has(&self, place: &AgendaPlace) -> bool {
        self.after.as_ref().is_none_or(|after| place > after) && self.last().is_none_or(|last| *place <= last)
    }
}

#[cfg(test)]
mod tests;
