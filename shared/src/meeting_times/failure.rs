use chrono::TimeDelta;

use super::answers::{Answers, Enforced, Obstacles};
use super::{Question, Rank, Suggestion};
use crate::time::Interval;
use crate::time::interval::merge;

/// What a time has to satisfy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Condition {
    /// Who is needed is in no other meeting.
    RequiredAttendeeBusy,
    /// Who is needed is not in their quiet time.
    QuietTime,
    /// Who is needed is in their working hours.
    WorkingHours,
    /// So many can take part as the question says.
    TooFewAttendees,
    /// The window has a start from which the meeting fits into it.
    WindowTooShort,
}

/// Why there is no time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The condition that fails at the most starts; among equals the first in the order of [`Condition`].
    pub reason: Condition,
    /// Who is in the way, and by what: those that the question needs, the longest first.
    pub blocking: Vec<Blocking>,
    /// The best time without one of the conditions.
    pub nearest: Option<Nearest>,
}

/// Somebody whom the question needs and who can't take part at some start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blocking {
    /// Their place among the people of the question.
    pub person: usize,
    /// What they fail.
    pub by: Condition,
    /// How many minutes of the window they fail it; with the buffers, where they are in other meetings.
    pub minutes: i64,
}

/// A time that would do without one condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nearest {
    /// The condition that is left out.
    pub relaxed: Condition,
    /// The time.
    pub suggestion: Suggestion,
}

/// The conditions that can be left out one by one, in the order in which equal times are preferred.
const CONDITIONS: [Condition; 4] = [
    Condition::RequiredAttendeeBusy,
    Condition::QuietTime,
    Condition::WorkingHours,
    Condition::TooFewAttendees,
];

/// Why there is no time for the question.
pub(super) fn explain(question: &Question<'_>, answers: &Answers<'_>) -> Failure {
    let enforced = Enforced::by(question);
    let failures = failures(question, answers, enforced);
    if failures.starts == 0 {
        return Failure { reason: Condition::WindowTooShort, blocking: Vec::new(), nearest: None };
    }
    let most = failures.by_condition.iter().max().copied().unwrap_or(0);
    let reason = CONDITIONS.into_iter().zip(failures.by_condition).find(|(_, starts)| *starts == most);
    Failure {
        reason: reason.map_or(Condition::TooFewAttendees, |(condition, _)| condition),
        blocking: blocking(question, &failures),
        nearest: nearest(answers, enforced),
    }
}

/// At how many starts something fails.
struct Failures {
    starts: usize,
    /// In the order of [`CONDITIONS`].
    by_condition: [usize; 4],
    /// For each person who is counted, whether each of the first three conditions fails at some start.
    by_person: Vec<(usize, [bool; 3])>,
}

fn failures(question: &Question<'_>, answers: &Answers<'_>, enforced: Enforced) -> Failures {
    let mut fails: Vec<[bool; 4]> = Vec::new();
    let mut present: Vec<usize> = Vec::new();
    let mut by_person = Vec::new();
    for (nth, obstacles) in answers.obstacles(enforced).enumerate() {
        let is_needed = nth == 0 || question.people[nth].is_required && enforced.minimum.is_none();
        let mut of_person = [false; 3];
        for (start, obstacle) in obstacles.enumerate() {
            if fails.len() == start {
                fails.push([false; 4]);
                present.push(0);
            }
            match obstacle {
                Some(condition) => {
                    of_person[condition as usize] = true;
                    fails[start][condition as usize] |= is_needed;
                }
                None => present[start] += 1,
            }
        }
        if is_needed || enforced.minimum.is_some() {
            by_person.push((nth, of_person));
        }
    }
    let wanted = enforced.minimum.unwrap_or(0);
    for (fails, present) in fails.iter_mut().zip(&present) {
        fails[Condition::TooFewAttendees as usize] = *present < wanted;
    }
    let by_condition = [0, 1, 2, 3].map(|condition| fails.iter().filter(|fails| fails[condition]).count());
    Failures { starts: fails.len(), by_condition, by_person }
}

fn blocking(question: &Question<'_>, failures: &Failures) -> Vec<Blocking> {
    let mut blocking = Vec::new();
    for &(person, fails) in &failures.by_person {
        let Obstacles { busy, quiet, outside, .. } = Obstacles::of(&question.people[person], question.window);
        let busy = with_buffers(busy, question.buffer);
        for (by, intervals) in CONDITIONS.into_iter().zip([busy, quiet, outside]) {
            if fails[by as usize] {
                blocking.push(Blocking { person, by, minutes: minutes(&intervals, question.window) });
            }
        }
    }
    blocking.sort_by_key(|blocking| std::cmp::Reverse(blocking.minutes));
    blocking
}

/// The times at which nothing may take place because of those meetings.
fn with_buffers(meetings: Vec<Interval>, buffer: u32) -> Vec<Interval> {
    let buffer = TimeDelta::minutes(buffer.into());
    let longer = |meeting: Interval| Interval::new(meeting.start() - buffer, meeting.end() + buffer);
    merge(meetings.into_iter().filter_map(longer).collect())
}

fn minutes(intervals: &[Interval], window: Interval) -> i64 {
    intervals.iter().filter_map(|interval| interval.clip(window)).map(Interval::minutes).sum()
}

/// The best of the times that would do without one condition.
fn nearest(answers: &Answers<'_>, enforced: Enforced) -> Option<Nearest> {
    let best = |relaxed: Condition| -> Option<(Rank, Condition)> {
        let without = enforced.without(relaxed)?;
        let ranked = answers.ranked(without).into_iter();
        // Where people are missing, the more can take part the better.
        let best = match relaxed {
            Condition::TooFewAttendees => {
                ranked.min_by_key(|rank| (std::cmp::Reverse(answers.present(rank.start, without)), *rank))
            }
            _ => ranked.min(),
        };
        Some((best?, relaxed))
    };
    let (rank, relaxed) = CONDITIONS.into_iter().filter_map(best).min()?;
    Some(Nearest { relaxed, suggestion: answers.suggestion(rank) })
}
