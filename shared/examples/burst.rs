//! How late 1,000 reminders of one minute are, by the rate that SES accepts, by `NotifyConcurrency`, and by
//! how long SES takes to answer: `cargo run -p shared --example burst`. The same numbers every time.
//!
//! A simulation of what happens in which millisecond, with the limits that deliveries really have. Timers
//! fire anywhere in the minute, as EventBridge Scheduler promises. What doesn't fit into the concurrency
//! waits, and the sweep of each minute delivers what is open.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};
use std::ops::Range;
use std::time::Duration;

use fastrand::Rng;
use shared::notices::deadlines::MAIL;

const REMINDERS: usize = 1000;
/// Milliseconds, as are all times here.
const MINUTE: u64 = 60_000;
/// How many the sweep delivers at once, and for how long.
const SWEEP: (usize, u64) = (32, 40_000);
/// How soon SES refuses a mail.
const REFUSAL: u64 = 50;

/// What happens next, in notify or in the sweep.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Timer(usize),
    Sweep,
    Attempt { reminder: usize, begun: u64, pauses: usize, by_sweep: bool },
    End { reminder: usize, retry: Retry, by_sweep: bool },
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Retry {
    Never,
    NextMinute,
    AfterFailures,
}

#[derive(Clone, Copy, Default)]
struct Reminder {
    taken_at: Option<u64>,
    copies: u32,
    is_claimed: bool,
    is_done: bool,
    failures: u32,
    retry_at: u64,
}

struct Lane {
    free: usize,
    waiting: VecDeque<usize>,
}

struct Burst {
    rng: Rng,
    rate: u32,
    answers: Range<u64>,
    accepted: BTreeMap<u64, u32>,
    reminders: Vec<Reminder>,
    events: BinaryHeap<Reverse<(u64, Event)>>,
    lanes: [Lane; 2],
}

impl Burst {
    fn new(rate: u32, concurrency: Option<usize>, answers: Range<u64>) -> Self {
        let mut rng = Rng::with_seed(14);
        let timers = (0..REMINDERS).map(|reminder| Reverse((rng.u64(0..MINUTE), Event::Timer(reminder))));
        let events = timers.chain([Reverse((MINUTE, Event::Sweep))]).collect();
        let lane = |free| Lane { free, waiting: VecDeque::new() };
        let lanes = [lane(concurrency.unwrap_or(usize::MAX)), lane(SWEEP.0)];
        let reminders = vec![Reminder { retry_at: MINUTE, ..Reminder::default() }; REMINDERS];
        Self { rng, rate, answers, accepted: BTreeMap::new(), reminders, events, lanes }
    }

    fn run(mut self) -> Vec<Reminder> {
        while let Some(Reverse((now, event))) = self.events.pop() {
            match event {
                Event::Timer(reminder) => self.lanes[0].waiting.push_back(reminder),
                Event::Sweep => {
                    let open = |who: &&Reminder| !who.is_done && !who.is_claimed && who.retry_at <= now;
                    let found = self.reminders.iter().enumerate().filter(|(_, who)| open(who));
                    self.lanes[1].waiting = found.map(|(reminder, _)| reminder).collect();
                    if self.reminders.iter().any(|reminder| !reminder.is_done) {
                        self.events.push(Reverse((now + MINUTE, Event::Sweep)));
                    }
                }
                Event::Attempt { reminder, begun, pauses, by_sweep } => {
                    self.attempt(now, reminder, begun, pauses, by_sweep);
                }
                Event::End { reminder, retry, by_sweep } => self.end(now, reminder, retry, by_sweep),
            }
            self.begin_what_fits(now);
        }
        self.reminders
    }

    fn begin_what_fits(&mut self, now: u64) {
        for by_sweep in [false, true] {
            while self.lanes[usize::from(by_sweep)].free > 0 {
                let lane = &mut self.lanes[usize::from(by_sweep)];
                let Some(reminder) = lane.waiting.pop_front() else { break };
                let state = &mut self.reminders[reminder];
                let is_over = by_sweep && now % MINUTE > SWEEP.1;
                if state.is_done || state.is_claimed || is_over {
                    continue;
                }
                state.is_claimed = true;
                lane.free -= 1;
                self.events
                    .push(Reverse((now, Event::Attempt { reminder, begun: now, pauses: 0, by_sweep })));
            }
        }
    }

    fn attempt(&mut self, now: u64, reminder: usize, begun: u64, pauses: usize, by_sweep: bool) {
        let accepted = self.accepted.entry(now / 1000).or_default();
        let (total, longest) = (millis(MAIL.total), millis(MAIL.attempt));
        let (at, event) = if *accepted < self.rate {
            *accepted += 1;
            let state = &mut self.reminders[reminder];
            state.copies += 1;
            state.taken_at.get_or_insert(now);
            let answer = self.rng.u64(self.answers.clone());
            let retry = if answer > longest { Retry::AfterFailures } else { Retry::Never };
            (now + answer.min(longest), Event::End { reminder, retry, by_sweep })
        } else {
            let backoff = MAIL.backoff.get(pauses).or(MAIL.backoff.last()).copied().unwrap_or_default();
            let next = now + REFUSAL + millis(backoff.mul_f64(0.5 + self.rng.f64() / 2.0));
            if next + longest > begun + total {
                (now + REFUSAL, Event::End { reminder, retry: Retry::NextMinute, by_sweep })
            } else {
                (next, Event::Attempt { reminder, begun, pauses: pauses + 1, by_sweep })
            }
        };
        self.events.push(Reverse((at, event)));
    }

    fn end(&mut self, now: u64, reminder: usize, retry: Retry, by_sweep: bool) {
        self.lanes[usize::from(by_sweep)].free += 1;
        let state = &mut self.reminders[reminder];
        state.is_claimed = false;
        let wait = match retry {
            Retry::Never => {
                state.is_done = true;
                return;
            }
            Retry::NextMinute => 1,
            Retry::AfterFailures => {
                state.failures += 1;
                1 << (state.failures - 1).min(4)
            }
        };
        state.retry_at = (now / MINUTE + wait) * MINUTE;
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[expect(clippy::print_stdout, reason = "the table is what it is for")]
fn main() {
    println!("| SES accepts | `NotifyConcurrency` | SES answers after | 50 % | 99 % | 100 % | sent twice |");
    println!("|---|---|---|---|---|---|---|");
    for rate in [14, 1] {
        for concurrency in [None, Some(10)] {
            for answers in [100..500, 2000..7000] {
                let shown = format!("{} to {} s", answers.start as f64 / 1000.0, answers.end as f64 / 1000.0);
                let reminders = Burst::new(rate, concurrency, answers).run();
                let mut late: Vec<_> = reminders.iter().filter_map(|reminder| reminder.taken_at).collect();
                assert_eq!(late.len(), REMINDERS, "one was never sent");
                late.sort_unstable();
                let [half, most, all] = [500, 990, 1000].map(|nth| late[nth - 1].div_ceil(1000));
                let twice: u32 = reminders.iter().map(|reminder| reminder.copies - 1).sum();
                let concurrency = concurrency.map_or("none".to_owned(), |most| most.to_string());
                println!("| {rate}/s | {concurrency} | {shown} | {half} s | {most} s | {all} s | {twice} |");
            }
        }
    }
}
