//! Times that suit a group, best first, or why there are none: the search of `POST /api/find_meeting_times`.
//! No I/O, no clock. docs/time.md has the order.
//!
//! A meeting may begin wherever the wall clock of the question's zone shows a step. Everybody is asked about
//! the whole meeting, each by their own clock: whether another meeting takes some of it, whether a minute of
//! it is in their quiet time, and how much of it is outside their working hours. What follows is a total
//! order ([`Rank`]), so that the same question has the same answer.

mod answers;
mod failure;
mod rank;
mod starts;
#[cfg(test)]
mod tests;

use std::cmp::Reverse;

pub use failure::{Blocking, Condition, Failure, Nearest};
pub use rank::Rank;

use answers::{Answers, Enforced};

use crate::domain::User;
use crate::time::{Interval, Minute, Zone};

/// Which times are good enough.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr, strum::VariantArray,
)]
#[strum(serialize_all = "snake_case")]
pub enum Within {
    /// Inside everyone's working hours, and outside their quiet time. Who has no working hours is asked about
    /// quiet time alone.
    WorkingHours,
    /// Outside everyone's quiet time.
    #[default]
    NotQuiet,
    /// Any time at which they are not in another meeting.
    Any,
}

/// What is asked.
#[derive(Clone, Debug)]
pub struct Question<'a> {
    /// The meeting lies in it.
    pub window: Interval,
    /// Meetings begin on steps of this zone's wall clock.
    pub zone: Zone,
    /// How long the meeting is, in minutes.
    pub duration: u32,
    /// From each full hour on a meeting may begin every so many minutes, from 1 to 60.
    pub step: u32,
    /// So many minutes before and after it, nobody who takes part has another meeting.
    pub buffer: u32,
    /// How many have to be able to take part, the organizer among them; without it, the required ones.
    pub minimum: Option<usize>,
    /// Which times are good enough.
    pub within: Within,
    /// Everybody, the organizer first.
    pub people: Vec<Invitee<'a>>,
    /// The most suggestions.
    pub most: usize,
}

/// Somebody who may take part.
#[derive(Clone, Debug)]
pub struct Invitee<'a> {
    /// The person.
    pub user: &'a User,
    /// Whether the meeting needs them. It always needs the organizer.
    pub is_required: bool,
    /// When they are in meetings, in any order, as far as the window and the buffers reach.
    pub busy: Vec<Interval>,
}

/// Whether somebody can take part, by the first of these that holds from the top.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Availability {
    /// Another meeting takes some of the time, or of the buffers.
    Busy,
    /// Some minute is in their quiet time.
    Quiet,
    /// Some minute is outside their working hours.
    OutsideWorkingHours,
    /// None of that.
    Free,
}

/// A time for the meeting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// When it begins.
    pub start: Minute,
    /// Whether each can take part, in the order of the question.
    pub availability: Vec<Availability>,
    /// Its place among others.
    pub rank: Rank,
}

/// The suggestions, best first. None overlaps another, unless nothing else is left to offer: then those that
/// overlap follow, best first.
///
/// # Errors
/// Why there are none.
pub fn find(question: &Question<'_>) -> Result<Vec<Suggestion>, Failure> {
    let starts = starts::starts(question);
    let answers = Answers::new(question, &starts);
    let enforced = Enforced::by(question);
    let mut ranked = answers.ranked(enforced);
    if ranked.is_empty() {
        return Err(failure::explain(question, &answers));
    }
    ranked.sort_unstable();
    let chosen = choose(&ranked, question);
    Ok(chosen.into_iter().map(|rank| answers.suggestion(rank)).collect())
}

/// The first of `ranked`, without those that overlap better ones as long as there are others.
fn choose(ranked: &[Rank], question: &Question<'_>) -> Vec<Rank> {
    let duration = i64::from(question.duration);
    let mut chosen: Vec<Rank> = Vec::new();
    let mut overlapping = Vec::new();
    for rank in ranked {
        if chosen.len() == question.most {
            return chosen;
        }
        if chosen.iter().any(|better| (better.start - rank.start).abs() < duration) {
            if overlapping.len() < question.most {
                overlapping.push(*rank);
            }
        } else {
            chosen.push(*rank);
        }
    }
    let left = question.most - chosen.len();
    chosen.extend(overlapping.into_iter().take(left));
    chosen
}

/// The reverse order of a number of people: more are better.
type More = Reverse<usize>;
