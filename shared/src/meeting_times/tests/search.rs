//! The search by definition: every minute, every person, every condition.

use chrono::{TimeDelta, Timelike};

use super::*;
use crate::time::Quiet;

/// A person as the search by definition sees them at one start.
#[derive(Clone, Copy)]
struct Seen {
    busy: bool,
    quiet: bool,
    outside: u32,
    outside_or_quiet: u32,
}

/// Whether each minute of the window is quiet for a person, and outside their working hours.
struct Walked {
    first: i64,
    minutes: Vec<(bool, bool)>,
}

fn walk(person: &Invitee<'_>, window: Interval) -> Walked {
    let user = person.user;
    let (first, last) = (Minute::of(window.start()).epoch(), Minute::of(window.end()).epoch());
    let is_outside = |minute: Minute| {
        user.working_hours.as_ref().is_some_and(|hours| !Quiet::new(hours, user.zone, None).contains(minute))
    };
    let minutes = (first..=last).map(Minute::from_epoch);
    let minutes = minutes.map(|minute| (user.quiet().contains(minute), is_outside(minute))).collect();
    Walked { first, minutes }
}

fn seen(person: &Invitee<'_>, walked: &Walked, question: &Question<'_>, start: Minute) -> Seen {
    let length = i64::from(question.duration);
    let buffer = TimeDelta::minutes(i64::from(question.buffer));
    let (from, until) = (start.start() - buffer, (start + length).start() + buffer);
    let index = |minute: Minute| usize::try_from(minute.epoch() - walked.first).unwrap();
    let minutes = &walked.minutes[index(start)..index(start + length)];
    let count = |is: &dyn Fn(&(bool, bool)) -> bool| {
        u32::try_from(minutes.iter().filter(|minute| is(minute)).count()).unwrap()
    };
    Seen {
        busy: person.busy.iter().any(|meeting| meeting.start() < until && from < meeting.end()),
        quiet: minutes.iter().any(|(quiet, _)| *quiet),
        outside: count(&|(_, outside)| *outside),
        outside_or_quiet: count(&|(quiet, outside)| *outside || *quiet),
    }
}

/// Which conditions count, and how many people are wanted.
#[derive(Clone, Copy)]
struct Rules {
    busy: bool,
    quiet: bool,
    working: bool,
    minimum: Option<usize>,
}

fn obstacle(seen: Seen, rules: Rules) -> Option<Condition> {
    [
        (rules.busy && seen.busy, Condition::RequiredAttendeeBusy),
        (rules.quiet && seen.quiet, Condition::QuietTime),
        (rules.working && seen.outside > 0, Condition::WorkingHours),
    ]
    .into_iter()
    .find_map(|(holds, condition)| holds.then_some(condition))
}

/// All minutes at which the meeting fits into the window and the clocks show a step.
fn all_starts(question: &Question<'_>) -> Vec<Minute> {
    let Question { window, zone, duration, step, .. } = question;
    let fits = |minute: &Minute| {
        window.start() <= minute.start() && (*minute + i64::from(*duration)).start() <= window.end()
    };
    let is_step = |minute: &Minute| zone.local(minute.start()).minute() % step == 0;
    let (first, last) = (Minute::of(window.start()).epoch(), Minute::of(window.end()).epoch());
    (first..=last).map(Minute::from_epoch).filter(fits).filter(is_step).collect()
}

fn rank(question: &Question<'_>, everyone: &[Seen], start: Minute, rules: Rules) -> Option<Rank> {
    let is_present = |nth: usize| obstacle(everyone[nth], rules).is_none();
    let people = || question.people.iter().enumerate();
    let required_present = people().filter(|(_, who)| who.is_required).all(|(nth, _)| is_present(nth));
    let enough = match rules.minimum {
        Some(minimum) => is_present(0) && people().filter(|(nth, _)| is_present(*nth)).count() >= minimum,
        None => required_present && is_present(0),
    };
    let present: Vec<_> =
        people().filter(|(nth, _)| is_present(*nth)).map(|(nth, _)| everyone[nth]).collect();
    let burdens = present.iter().map(|seen| if rules.quiet { seen.outside } else { seen.outside_or_quiet });
    enough.then(|| Rank {
        misses_required: !required_present,
        optional: Reverse(people().filter(|(nth, who)| !who.is_required && is_present(*nth)).count()),
        is_quiet: present.iter().any(|seen| seen.quiet),
        largest_burden: burdens.clone().max().unwrap_or(0),
        total_burden: burdens.sum(),
        start,
    })
}

/// The search by definition: every minute, every person, every condition.
pub(super) fn search(question: &Question<'_>) -> Result<Vec<Suggestion>, Failure> {
    let starts = all_starts(question);
    let walks: Vec<_> = question.people.iter().map(|person| walk(person, question.window)).collect();
    let people = || question.people.iter().zip(&walks);
    let everyone: Vec<Vec<Seen>> = starts
        .iter()
        .map(|start| people().map(|(person, walked)| seen(person, walked, question, *start)).collect())
        .collect();
    let rules = Rules {
        busy: true,
        quiet: question.within != Within::Any,
        working: question.within == Within::WorkingHours,
        minimum: question.minimum,
    };
    let suggestion = |rank: Rank| {
        let nth = starts.iter().position(|start| *start == rank.start).unwrap();
        let availability = everyone[nth].iter().map(|seen| match seen {
            Seen { busy: true, .. } => Availability::Busy,
            Seen { quiet: true, .. } => Availability::Quiet,
            Seen { outside: 1.., .. } => Availability::OutsideWorkingHours,
            _ => Availability::Free,
        });
        Suggestion { start: rank.start, availability: availability.collect(), rank }
    };
    let ranks = |rules: Rules| -> Vec<Rank> {
        let mut ranks: Vec<_> = starts
            .iter()
            .zip(&everyone)
            .filter_map(|(start, seen)| rank(question, seen, *start, rules))
            .collect();
        ranks.sort();
        ranks
    };
    let good = ranks(rules);
    if !good.is_empty() {
        let overlaps = |a: &Rank, b: &Rank| (a.start - b.start).abs() < i64::from(question.duration);
        let mut apart: Vec<Rank> = Vec::new();
        for rank in &good {
            if apart.iter().all(|better| !overlaps(better, rank)) {
                apart.push(*rank);
            }
        }
        let rest = good.iter().filter(|rank| !apart.contains(rank)).copied();
        let listed = apart.clone().into_iter().chain(rest).take(question.most);
        return Ok(listed.map(suggestion).collect());
    }
    if starts.is_empty() {
        return Err(Failure { reason: Condition::WindowTooShort, blocking: Vec::new(), nearest: None });
    }
    let conditions = [
        Condition::RequiredAttendeeBusy,
        Condition::QuietTime,
        Condition::WorkingHours,
        Condition::TooFewAttendees,
    ];
    let is_needed = |nth: usize| nth == 0 || rules.minimum.is_none() && question.people[nth].is_required;
    let fails = |seen: &[Seen], condition: Condition| match condition {
        Condition::TooFewAttendees => {
            let present = seen.iter().filter(|seen| obstacle(**seen, rules).is_none()).count();
            rules.minimum.is_some_and(|minimum| present < minimum)
        }
        _ => (0..seen.len()).any(|nth| is_needed(nth) && obstacle(seen[nth], rules) == Some(condition)),
    };
    let failing = |condition| everyone.iter().filter(|seen| fails(seen, condition)).count();
    let reason =
        conditions.into_iter().max_by_key(|condition| (failing(*condition), Reverse(*condition))).unwrap();

    let (window, buffer) = (question.window, TimeDelta::minutes(question.buffer.into()));
    let minutes = |is: &dyn Fn(Minute) -> bool| {
        let all = Minute::of(window.start()).epoch()..Minute::of(window.end()).epoch();
        i64::try_from(all.map(Minute::from_epoch).filter(|minute| is(*minute)).count()).unwrap()
    };
    let mut blocking = Vec::new();
    for (person, who) in question.people.iter().enumerate() {
        if !is_needed(person) && rules.minimum.is_none() {
            continue;
        }
        let quiet = |minute: Minute| who.user.quiet().contains(minute);
        let busy = |minute: Minute| {
            let (from, until) = (minute.start() - buffer, minute.start() + buffer);
            who.busy.iter().any(|meeting| meeting.start() <= until && from < meeting.end())
        };
        let outside = |minute: Minute| {
            let hours = who.user.working_hours.as_ref();
            hours.is_some_and(|hours| !Quiet::new(hours, who.user.zone, None).contains(minute))
        };
        let all: [(Condition, &dyn Fn(Minute) -> bool); 3] =
            [(conditions[0], &busy), (conditions[1], &quiet), (conditions[2], &outside)];
        for (by, is) in all {
            if everyone.iter().any(|seen| obstacle(seen[person], rules) == Some(by)) {
                blocking.push(Blocking { person, by, minutes: minutes(is) });
            }
        }
    }
    blocking.sort_by(|a, b| b.minutes.cmp(&a.minutes).then(a.person.cmp(&b.person)).then(a.by.cmp(&b.by)));

    let relaxed = conditions.into_iter().filter_map(|condition| {
        let without = match condition {
            Condition::RequiredAttendeeBusy => Rules { busy: false, ..rules },
            Condition::QuietTime if rules.quiet => Rules { quiet: false, ..rules },
            Condition::WorkingHours if rules.working => Rules { working: false, ..rules },
            Condition::TooFewAttendees if rules.minimum.is_some() => Rules { minimum: Some(1), ..rules },
            _ => return None,
        };
        let ranks = ranks(without);
        let present = |rank: &Rank| {
            let nth = starts.iter().position(|start| *start == rank.start).unwrap();
            everyone[nth].iter().filter(|seen| obstacle(**seen, without).is_none()).count()
        };
        let best = match condition {
            Condition::TooFewAttendees => ranks.into_iter().rev().max_by_key(present),
            _ => ranks.into_iter().next(),
        };
        best.map(|best| (best, condition))
    });
    let nearest = relaxed.min().map(|(rank, relaxed)| Nearest { relaxed, suggestion: suggestion(rank) });
    Err(Failure { reason, blocking, nearest })
}
