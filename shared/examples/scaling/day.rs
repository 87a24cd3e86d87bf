//! One day, second by second. Nothing in it is random: timers of a minute fire evenly over it, which is where
//! EventBridge Scheduler's promise ends, and everything waits in the order in which it is due.

use std::collections::VecDeque;

use super::counted::{BOOKING, PEOPLE, PLANNING, REMINDING, Step};
use super::limits::{
    FIRST_PARTITIONS, Limits, MEMORY, MORE_EXECUTIONS, PATIENCE, SWEEP, WRITES_OF_A_PARTITION, booking,
    delivery, planned_by_one, swept,
};
use super::load::{MINUTES_BEFORE, WORKING_HOURS, bookings, herd, most_bookings, reminders};

/// How far the day went.
#[derive(Debug, Default)]
pub(crate) struct Day {
    /// How many reminders SES took, by their lateness in seconds since the beginning of their minute.
    pub(crate) late: Vec<u64>,
    /// Reminders that SES had not taken when their meeting began.
    pub(crate) missed: u64,
    /// The longest that a booked meeting waited for its plan, in seconds.
    pub(crate) plan_lag: usize,
    /// Bookings that `WriteRate` refused.
    pub(crate) refused: u64,
}

/// Messages of one minute that wait at one place.
#[derive(Clone, Copy, Debug)]
struct Cohort {
    minute: usize,
    is_reminder: bool,
    /// Since when they wait here.
    since: usize,
    open: u64,
    /// Those of a timer that the sweep has delivered meanwhile. The timer fires all the same.
    done: u64,
}

/// Messages in the order in which they are due.
type Queue = VecDeque<Cohort>;

impl Day {
    /// Simulates the day of so many people.
    pub(crate) fn of(people: u64, limits: &Limits) -> Self {
        let mut simulation = Simulation::new(people, *limits);
        for second in WORKING_HOURS.flat_map(|minute| minute * 60..(minute + 1) * 60) {
            simulation.step(second);
        }
        simulation.day
    }

    /// The lateness that this share of all sent reminders, in hundredths, doesn't exceed.
    pub(crate) fn percentile(&self, share: u64) -> Option<usize> {
        let all: u64 = self.late.iter().sum();
        let wanted = (all * share).div_ceil(100);
        let mut sum = 0;
        self.late.iter().position(|count| {
            sum += count;
            all > 0 && sum >= wanted
        })
    }

    /// How many of all reminders are later than that or are never sent, in hundredths.
    pub(crate) fn later_than(&self, seconds: usize) -> u64 {
        let all = self.late.iter().sum::<u64>() + self.missed;
        (self.late.iter().skip(seconds + 1).sum::<u64>() + self.missed) * 100 / all.max(1)
    }
}

struct Simulation {
    people: u64,
    limits: Limits,
    partitions: u64,
    day: Day,
    /// Bookings to plan, in thousandths, with the second of each.
    to_plan: VecDeque<(usize, u64)>,
    /// Invitations of the present minute, in thousandths. They are due in the next one.
    invitations: u64,
    timers: Queue,
    /// What a timer fires in this minute, and how many of them have not yet.
    firing: Vec<(Cohort, u64)>,
    invoked: Queue,
    refused: Queue,
    /// Bookings, in thousandths.
    refused_bookings: u64,
    executions: u64,
    mailed: u64,
}

impl Simulation {
    fn new(people: u64, limits: Limits) -> Self {
        let planned = u64::from(PLANNING.units.writes + BOOKING.units.writes);
        let delivered = (herd(people) / 60).min(limits.invocations) * of_one(&REMINDING);
        let writes = most_bookings(people) * planned / 1000 + delivered;
        Self {
            people,
            limits,
            partitions: writes.min(limits.writes).div_ceil(WRITES_OF_A_PARTITION).max(FIRST_PARTITIONS),
            day: Day { late: vec![0; MINUTES_BEFORE * 60 + 60], ..Day::default() },
            to_plan: VecDeque::new(),
            invitations: 0,
            timers: Queue::new(),
            firing: Vec::new(),
            invoked: Queue::new(),
            refused: Queue::new(),
            refused_bookings: 0,
            executions: 0,
            mailed: 0,
        }
    }

    fn step(&mut self, second: usize) {
        if second.is_multiple_of(60) {
            self.begin_minute(second / 60);
        }
        let mut writes = self.limits.writes;
        let mut owed = (self.limits.owed_shards * WRITES_OF_A_PARTITION).min(self.limits.writes);
        self.fire(second);
        self.deliver(second, &mut writes, &mut owed);
        self.book(second, &mut writes);
        self.plan(second, writes, owed);
    }

    fn begin_minute(&mut self, minute: usize) {
        let cohort = |is_reminder, open| Cohort { minute, is_reminder, since: minute * 60, open, done: 0 };
        let invitations = std::mem::take(&mut self.invitations) / 1000;
        let due = [cohort(true, reminders(self.people, minute)), cohort(false, invitations)];
        self.firing = due.map(|cohort| (cohort, cohort.open)).into();
        // Meetings whose reminders were due a quarter of an hour ago begin now.
        for queue in [&mut self.timers, &mut self.invoked, &mut self.refused] {
            for cohort in queue.iter_mut().filter(|cohort| cohort.is_reminder) {
                if cohort.minute + MINUTES_BEFORE <= minute {
                    self.day.missed += cohort.open;
                    cohort.done += std::mem::take(&mut cohort.open);
                }
            }
        }
        for queue in [&mut self.invoked, &mut self.refused] {
            queue.retain(|cohort| cohort.open > 0);
        }
    }

    /// Timers of this minute become due, and as many as EventBridge Scheduler may invoke notify.
    fn fire(&mut self, second: usize) {
        for (cohort, left) in &mut self.firing {
            let now = *left / (60 - second as u64 % 60);
            *left -= now;
            if now > 0 {
                push(&mut self.timers, Cohort { open: now, ..*cohort });
            }
        }
        let mut rate = self.limits.invocations;
        while rate > 0
            && let Some(cohort) = self.timers.front_mut()
        {
            let all = cohort.open + cohort.done;
            let now = rate.min(all);
            let done = now * cohort.done / all.max(1);
            let open = (now - done).min(cohort.open);
            rate -= now;
            if open > 0 {
                let since = second - second % PATIENCE;
                push(&mut self.invoked, Cohort { open, done: 0, since, ..*cohort });
            }
            cohort.open -= open;
            cohort.done -= now - open;
            if cohort.open + cohort.done == 0 {
                self.timers.pop_front();
            }
        }
    }

    /// notify and the sweep deliver, as far as executions, DynamoDB and SES allow.
    fn deliver(&mut self, second: usize, writes: &mut u64, owed: &mut u64) {
        let by_table = *writes / of_one(&REMINDING);
        let by_index = *owed * u64::from(PEOPLE) / u64::from(REMINDING.units.owed);
        let by_ses = self.limits.mails.min(self.limits.mails_per_day.saturating_sub(self.mailed));
        let mails = by_ses.min(by_table).min(by_index);
        let notified = self.start_executions() * 1000 / delivery(MEMORY);
        let mut sent = self.take(Place::Invoked, notified.min(mails), second);
        if second % 60 < SWEEP.1 {
            // The sweep delivers whatever has been due for a minute, whether its timer has fired or not.
            let mut swept = swept(self.limits.sweep_memory).min(mails - sent);
            for place in [Place::Refused, Place::Invoked, Place::Timers] {
                let taken = self.take_overdue(place, swept, second);
                swept -= taken;
                sent += taken;
            }
        }
        self.mailed += sent;
        *writes = writes.saturating_sub(sent * of_one(&REMINDING));
        *owed = owed.saturating_sub((sent * u64::from(REMINDING.units.owed)).div_ceil(u64::from(PEOPLE)));
        if mails < notified {
            self.give_up(second);
        }
    }

    /// How many executions of notify run in this second.
    fn start_executions(&mut self) -> u64 {
        let bookings = most_bookings(self.people).min(self.limits.bookings * 1000);
        let others = (bookings * booking()).div_ceil(1_000_000) + self.partitions * self.limits.planners + 1;
        let most = self.limits.executions.saturating_sub(others).max(1).min(self.limits.notified_at_once);
        let waiting = open_up_to(most * 1000, self.invoked.iter());
        let wanted = (waiting * delivery(MEMORY)).div_ceil(1000);
        self.executions = wanted.min(self.executions + MORE_EXECUTIONS).min(most);
        self.executions
    }

    /// Deliveries that SES has refused for too long end, and the sweep makes them again.
    fn give_up(&mut self, second: usize) {
        let mut ending = self.executions / PATIENCE as u64;
        while ending > 0
            && let Some(cohort) = self.invoked.front_mut()
            && cohort.since + PATIENCE <= second
        {
            let open = ending.min(cohort.open);
            ending -= open;
            cohort.open -= open;
            push(&mut self.refused, Cohort { since: second - second % 60, open, ..*cohort });
            if cohort.open == 0 {
                self.invoked.pop_front();
            }
        }
    }

    fn take_overdue(&mut self, place: Place, most: u64, second: usize) -> u64 {
        let minute = second / 60;
        let is_overdue = |cohort: &Cohort| cohort.minute < minute && cohort.since / 60 < minute;
        let overdue = self.queue(place).iter().take_while(|cohort| is_overdue(cohort));
        let overdue = open_up_to(most, overdue);
        self.take(place, overdue, second)
    }

    /// SES takes up to `most` of those that wait there, the oldest first.
    fn take(&mut self, place: Place, most: u64, second: usize) -> u64 {
        let mut taken = Vec::new();
        let mut left = most;
        for cohort in self.queue(place).iter_mut().filter(|cohort| cohort.open > 0) {
            if left == 0 {
                break;
            }
            let now = left.min(cohort.open);
            cohort.open -= now;
            left -= now;
            // The timers that wait fire all the same.
            cohort.done += if place == Place::Timers { now } else { 0 };
            taken.push((*cohort, now));
        }
        drop_empty(self.queue(place));
        for (cohort, now) in taken.into_iter().filter(|(cohort, _)| cohort.is_reminder) {
            self.day.late[second + 1 - cohort.minute * 60] += now;
        }
        most - left
    }

    fn queue(&mut self, place: Place) -> &mut Queue {
        match place {
            Place::Timers => &mut self.timers,
            Place::Invoked => &mut self.invoked,
            Place::Refused => &mut self.refused,
        }
    }

    fn book(&mut self, second: usize, writes: &mut u64) {
        let wanted = bookings(self.people, second / 60);
        let by_table = *writes * 1000 / u64::from(BOOKING.units.writes);
        let booked = wanted.min(self.limits.bookings * 1000).min(by_table);
        self.refused_bookings += wanted - booked;
        *writes = writes.saturating_sub((booked * u64::from(BOOKING.units.writes)).div_ceil(1000));
        if booked > 0 {
            self.to_plan.push_back((second, booked));
        }
        self.day.refused = self.refused_bookings / 1000;
    }

    /// plan_reminders works off the stream.
    fn plan(&mut self, second: usize, writes: u64, owed: u64) {
        let by_executions = self.partitions * self.limits.planners * planned_by_one();
        let by_timers = self.limits.creations * 1000 / u64::from(PLANNING.calls_of("CreateSchedule"));
        let by_table = writes * 1000 / u64::from(PLANNING.units.writes);
        let by_index = owed * 1000 / u64::from(PLANNING.units.owed);
        let mut most = by_executions.min(by_timers).min(by_table).min(by_index);
        while most > 0
            && let Some((booked_at, left)) = self.to_plan.front_mut()
        {
            let planned = most.min(*left);
            *left -= planned;
            most -= planned;
            self.invitations += planned * u64::from(PEOPLE);
            self.day.plan_lag = self.day.plan_lag.max(second - *booked_at);
            if *left == 0 {
                self.to_plan.pop_front();
            }
        }
    }
}

/// How many messages are open, but at most so many.
fn open_up_to<'a>(most: u64, cohorts: impl Iterator<Item = &'a Cohort>) -> u64 {
    let mut open = 0;
    for cohort in cohorts {
        open += cohort.open;
        if open >= most {
            return most;
        }
    }
    open
}

/// Adds messages to the last ones of the same kind and minute, if they came together.
fn push(queue: &mut Queue, cohort: Cohort) {
    let key = |cohort: &Cohort| (cohort.minute, cohort.is_reminder, cohort.since);
    match queue.iter_mut().rev().take(2).find(|last| key(last) == key(&cohort)) {
        Some(last) => last.open += cohort.open,
        None => queue.push_back(cohort),
    }
}

fn drop_empty(queue: &mut Queue) {
    while queue.front().is_some_and(|cohort| cohort.open + cohort.done == 0) {
        queue.pop_front();
    }
}

/// Where messages wait.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// For EventBridge Scheduler, which may invoke only so many a second.
    Timers,
    /// For an execution of notify, or for SES.
    Invoked,
    /// For the sweep, since SES refused them.
    Refused,
}

/// Write units of one delivery.
fn of_one(step: &Step) -> u64 {
    u64::from(step.units.writes / PEOPLE)
}
