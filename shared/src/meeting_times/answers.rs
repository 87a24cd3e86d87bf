use std::cmp::Reverse;

use super::{Availability, Condition, Invitee, Question, Rank, Suggestion, Within};
use crate::time::interval::{merge, quiet_time, subtract};
use crate::time::{Interval, Minute, Quiet};

/// What everybody answers about each start.
pub(super) struct Answers<'a> {
    question: &'a Question<'a>,
    starts: &'a [Minute],
    /// For each person, their answers in the order of the starts.
    people: Vec<Vec<Answer>>,
}

/// What one person answers about one start.
#[derive(Clone, Copy, Default)]
struct Answer {
    is_busy: bool,
    is_quiet: bool,
    /// How many minutes are outside their working hours.
    outside_working_hours: u16,
    /// How many minutes are outside their working hours or inside their quiet time.
    outside_or_quiet: u16,
}

/// Which obstacles count, and how many people have to be able to take part.
#[derive(Clone, Copy)]
pub(super) struct Enforced {
    pub(super) busy: bool,
    pub(super) quiet: bool,
    pub(super) working_hours: bool,
    pub(super) minimum: Option<usize>,
}

impl Enforced {
    pub(super) fn by(question: &Question<'_>) -> Self {
        Self {
            busy: true,
            quiet: question.within != Within::Any,
            working_hours: question.within == Within::WorkingHours,
            minimum: question.minimum,
        }
    }

    /// The same without one condition; `None` if it is not among them.
    pub(super) fn without(self, condition: Condition) -> Option<Self> {
        match condition {
            Condition::RequiredAttendeeBusy => Some(Self { busy: false, ..self }),
            Condition::QuietTime if self.quiet => Some(Self { quiet: false, ..self }),
            Condition::WorkingHours if self.working_hours => Some(Self { working_hours: false, ..self }),
            Condition::TooFewAttendees if self.minimum.is_some() => Some(Self { minimum: Some(1), ..self }),
            _ => None,
        }
    }
}

impl Answer {
    /// The first obstacle that counts.
    fn obstacle(self, enforced: Enforced) -> Option<Condition> {
        if enforced.busy && self.is_busy {
            Some(Condition::RequiredAttendeeBusy)
        } else if enforced.quiet && self.is_quiet {
            Some(Condition::QuietTime)
        } else if enforced.working_hours && self.outside_working_hours > 0 {
            Some(Condition::WorkingHours)
        } else {
            None
        }
    }

    fn burden(self, enforced: Enforced) -> u32 {
        if enforced.quiet { self.outside_working_hours.into() } else { self.outside_or_quiet.into() }
    }

    fn availability(self) -> Availability {
        if self.is_busy {
            Availability::Busy
        } else if self.is_quiet {
            Availability::Quiet
        } else if self.outside_working_hours > 0 {
            Availability::OutsideWorkingHours
        } else {
            Availability::Free
        }
    }
}

impl<'a> Answers<'a> {
    pub(super) fn new(question: &'a Question<'a>, starts: &'a [Minute]) -> Self {
        let people = question.people.iter().map(|person| ask(person, question, starts)).collect();
        Self { question, starts, people }
    }

    /// The starts at which enough can take part, in order of time.
    pub(super) fn ranked(&self, enforced: Enforced) -> Vec<Rank> {
        (0..self.starts.len()).filter_map(|index| self.rank(index, enforced)).collect()
    }

    fn rank(&self, index: usize, enforced: Enforced) -> Option<Rank> {
        let mut rank = Rank {
            misses_required: false,
            optional: Reverse(0),
            is_quiet: false,
            largest_burden: 0,
            total_burden: 0,
            start: self.starts[index],
        };
        let mut present = 0;
        for (nth, (person, answers)) in self.question.people.iter().zip(&self.people).enumerate() {
            let answer = answers[index];
            if answer.obstacle(enforced).is_some() {
                let is_needed = nth == 0 || person.is_required && enforced.minimum.is_none();
                if is_needed {
                    return None;
                }
                rank.misses_required |= person.is_required;
                continue;
            }
            present += 1;
            if !person.is_required {
                rank.optional.0 += 1;
            }
            rank.is_quiet |= answer.is_quiet;
            rank.largest_burden = rank.largest_burden.max(answer.burden(enforced));
            rank.total_burden += answer.burden(enforced);
        }
        (present >= enforced.minimum.unwrap_or(0)).then_some(rank)
    }

    /// How many can take part at a start.
    pub(super) fn present(&self, start: Minute, enforced: Enforced) -> usize {
        let Ok(index) = self.starts.binary_search(&start) else { return 0 };
        self.people.iter().filter(|answers| answers[index].obstacle(enforced).is_none()).count()
    }

    /// What stands in the way of each person at each start, in the order of the question.
    pub(super) fn obstacles(
        &self,
        enforced: Enforced,
    ) -> impl Iterator<Item = impl Iterator<Item = Option<Condition>>> {
        self.people.iter().map(move |answers| answers.iter().map(move |answer| answer.obstacle(enforced)))
    }

    pub(super) fn suggestion(&self, rank: Rank) -> Suggestion {
        let index = self.starts.binary_search(&rank.start).unwrap_or_default();
        let availability = self.people.iter().map(|answers| answers[index].availability());
        Suggestion { start: rank.start, availability: availability.collect(), rank }
    }
}

fn ask(person: &Invitee<'_>, question: &Question<'_>, starts: &[Minute]) -> Vec<Answer> {
    let Obstacles { busy, quiet, outside, outside_or_quiet } = Obstacles::of(person, question.window);
    let (duration, buffer) = (i64::from(question.duration), i64::from(question.buffer));
    let (mut busy, mut quiet) = (Sweep::new(&busy), Sweep::new(&quiet));
    let (mut outside, mut outside_or_quiet) = (Sweep::new(&outside), Sweep::new(&outside_or_quiet));
    let answer = |start: &Minute| {
        let (from, until) = (*start, *start + duration);
        Answer {
            is_busy: busy.seconds(from - buffer, until + buffer) > 0,
            is_quiet: quiet.seconds(from, until) > 0,
            outside_working_hours: outside.minutes(from, until),
            outside_or_quiet: outside_or_quiet.minutes(from, until),
        }
    };
    starts.iter().map(answer).collect()
}

/// When something stands in a person's way, in a window: in order, and none overlaps.
pub(super) struct Obstacles {
    /// They are in meetings; this reaches beyond the window.
    pub(super) busy: Vec<Interval>,
    /// They are in quiet time.
    pub(super) quiet: Vec<Interval>,
    /// They are outside their working hours.
    pub(super) outside: Vec<Interval>,
    outside_or_quiet: Vec<Interval>,
}

impl Obstacles {
    pub(super) fn of(person: &Invitee<'_>, window: Interval) -> Self {
        let user = person.user;
        let quiet = quiet_time(window, user.quiet());
        let outside = match &user.working_hours {
            Some(hours) => subtract(window, &quiet_time(window, Quiet::new(hours, user.zone, None))),
            None => Vec::new(),
        };
        let outside_or_quiet = merge(outside.iter().chain(&quiet).copied().collect());
        Self { busy: merge(person.busy.clone()), quiet, outside, outside_or_quiet }
    }
}

/// Goes once over intervals that are in order, for times that are in order.
struct Sweep<'a> {
    /// Those that end later than the last time began.
    left: &'a [Interval],
}

impl<'a> Sweep<'a> {
    fn new(intervals: &'a [Interval]) -> Self {
        Self { left: intervals }
    }

    /// How many seconds from `from` up to `until` are in the intervals.
    fn seconds(&mut self, from: Minute, until: Minute) -> i64 {
        let (from, until) = (from.epoch() * 60, until.epoch() * 60);
        while let [first, rest @ ..] = self.left
            && first.end().timestamp() <= from
        {
            self.left = rest;
        }
        let seconds = |interval: &Interval| {
            interval.end().timestamp().min(until) - interval.start().timestamp().max(from)
        };
        self.left.iter().take_while(|interval| interval.start().timestamp() < until).map(seconds).sum()
    }

    fn minutes(&mut self, from: Minute, until: Minute) -> u16 {
        u16::try_from(self.seconds(from, until) / 60).unwrap_or(u16::MAX)
    }
}
