//! SES takes a mail and its answer is lost, or late, or the process dies before it is noted: nobody knows
//! what the calendar shows. Whatever follows, calendars show what is true in the end, nobody gets more than
//! one message too many, and nothing is `delivered` until that is certain.

use axum::http::Method;
use chrono::{DateTime, TimeDelta, Utc};
use harness::{CallOutcome, Person, World, instant};
use local::embedded::ses::SentMail;
use serde_json::{Value, json};
use shared::domain::NoticeState;

use crate::calendar_program::{CalendarProgram, Entry};

/// What is done to Ana's meeting with Bo, one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Invite,
    Update,
    Undo,
    Remove,
    AddAgain,
    /// Bo gets another address.
    Readdress,
    /// Ana, who organizes it, gets another address.
    ReaddressOrganizer,
    Cancel,
}

use Step::{AddAgain, Cancel, Invite, Readdress, ReaddressOrganizer, Remove, Undo, Update};

/// The story of which every prefix is tried.
const WHOLE: [Step; 6] = [Invite, Update, Undo, Remove, AddAgain, Cancel];

/// After these nobody knows whether SES has taken the mail. It has.
const TAKEN: [CallOutcome; 3] =
    [CallOutcome::ResponseLost, CallOutcome::AnsweredLate, CallOutcome::ProcessDies];

/// When the next step follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pace {
    /// Before a failed mail is tried again.
    Hurried,
    /// When everything is sent.
    Calm,
}

/// One run: the steps, the one whose mails have a fault, and which.
#[derive(Clone, Debug)]
struct Story {
    steps: Vec<Step>,
    fault: Option<(usize, CallOutcome)>,
    pace: Pace,
}

/// A story while it is told.
struct Scene<'w> {
    world: &'w mut World,
    ana: Person,
    bo: Person,
    /// Every address that each of them has had, the present one last.
    addresses: [Vec<String>; 2],
    meeting: Value,
    start: DateTime<Utc>,
}

impl Scene<'_> {
    /// Ana and Bo, each with an address that nobody in this world had before.
    async fn set(world: &mut World, number: usize) -> Scene<'_> {
        let [ana, bo] = [format!("ana{number}"), format!("bo{number}")];
        let (ana, bo) = (world.person(&ana, "UTC").await, world.person(&bo, "UTC").await);
        let addresses = [vec![ana.email.clone()], vec![bo.email.clone()]];
        // The seconds are those of a request in the middle of a minute.
        let now = world.clock.now();
        let minute = now - TimeDelta::seconds(now.timestamp() % 60) + TimeDelta::seconds(90);
        world.clock.set(minute);
        let start = minute + TimeDelta::hours(24) - TimeDelta::seconds(30);
        Scene { world, ana, bo, addresses, meeting: Value::Null, start }
    }

    async fn run(&mut self, story: &Story) {
        for (index, step) in story.steps.iter().enumerate() {
            let fault = story.fault.filter(|(faulty, _)| *faulty == index).map(|(_, outcome)| outcome);
            self.step(*step).await;
            self.world.settle().await;
            self.send(fault).await;
            if story.pace == Pace::Calm {
                let later = self.world.clock.now() + TimeDelta::minutes(6);
                self.world.pass_to(later).await;
            }
            self.world.clock.set(self.world.clock.now() + TimeDelta::seconds(30));
        }
        let later = self.world.clock.now() + TimeDelta::minutes(20);
        self.world.pass_to(later).await;
    }

    async fn step(&mut self, step: Step) {
        let participation = |change: &str| format!("/api/meeting/participant/{change}");
        let both = json!({ "user_id": self.bo.id, "meeting_id": self.meeting["meeting_id"] });
        let path = format!("/api/meetings/{}", self.meeting["meeting_id"].as_str().unwrap_or_default());
        let change = |hours: i64, location: &str| {
            let at = |minutes: i64| {
                let at = self.start + TimeDelta::hours(hours) + TimeDelta::minutes(minutes);
                at.format("%Y-%m-%dT%H:%M").to_string()
            };
            json!({ "start_time": at(0), "end_time": at(30), "location": location })
        };
        let (method, path, body) = match step {
            Invite => {
                let more = json!({ "location": "Room 1", "notification_interval": [] });
                let times = change(0, "");
                let [start, end] = ["start_time", "end_time"].map(|name| times[name].as_str().unwrap());
                self.meeting = self.world.book(&self.ana, start, end, &[&self.bo], more).await;
                return;
            }
            Update => (Method::PATCH, path, change(1, "Room 2")),
            Undo => (Method::PATCH, path, change(0, "Room 1")),
            Remove => (Method::POST, participation("remove"), both),
            AddAgain => (Method::POST, participation("add"), both),
            Cancel => (Method::DELETE, path, Value::Null),
            Readdress | ReaddressOrganizer => {
                let index = usize::from(step == Readdress);
                let id = if step == Readdress { &self.bo.id } else { &self.ana.id };
                let path = format!("/api/users/{id}");
                let email = format!("new.{}", self.addresses[index].last().unwrap());
                self.addresses[index].push(email.clone());
                (Method::PATCH, path, json!({ "email": email }))
            }
        };
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let answer = self.world.send(method, &path, body).await;
        assert_eq!(answer.status, 200, "{step:?}: {}", answer.body);
    }

    /// Everything that is due after a step is sent, with that fault.
    async fn send(&mut self, fault: Option<CallOutcome>) {
        self.world.clock.set(self.world.clock.now() + TimeDelta::seconds(90));
        self.world.calls().watch(move |call| match fault {
            Some(outcome) if call.operation == "SendEmail" => outcome,
            _ => CallOutcome::Pass,
        });
        let sending = async {
            self.world.fire_due().await;
            self.world.sweep().await;
        };
        let survived = self.world.calls().survive(sending).await;
        let tried = self.world.calls().operations().iter().any(|operation| operation == "SendEmail");
        self.world.calls().clear();
        if survived.is_none() {
            self.world.restart();
        }
        if fault.is_some() && tried {
            let states = self.states().await;
            assert!(
                states.iter().any(|state| *state != NoticeState::Delivered),
                "{fault:?} counts as delivered"
            );
        }
    }

    /// The states of the invitations.
    async fn states(&self) -> Vec<NoticeState> {
        let meeting = self.meeting["meeting_id"].as_str().unwrap().parse().unwrap();
        let read = [&self.ana, &self.bo].map(async |person| {
            let user = person.id.parse().unwrap();
            self.world.process.planner.store.notices_of(&meeting, &user).await.unwrap()
        });
        let rows = futures_util::future::join_all(read).await.into_iter().flatten();
        rows.map(|row| row.state()).collect()
    }

    /// Asserts that every calendar shows what is true, and returns how many messages each person got.
    async fn outcome(&self, what: &Story) -> [usize; 2] {
        let path = format!("/api/meetings/{}", self.meeting["meeting_id"].as_str().unwrap());
        let (_, meeting) = self.world.get(&path).await;
        let outbox = self.world.outbox();
        let counts = [(&self.ana, 0), (&self.bo, 1)].map(|(person, index)| {
            let participants = meeting["participants"].as_array().unwrap().iter();
            let takes_part = participants.map(|one| &one["user_id"]).any(|id| *id == *person.id);
            let truth = (takes_part && meeting["status"] == "confirmed").then(|| Entry {
                start: instant(meeting["start_time"].as_str().unwrap()).format("%Y%m%dT%H%M%SZ").to_string(),
                location: meeting["location"].as_str().map(str::to_owned),
                chair: (index > 0).then(|| self.addresses[0].last().unwrap().clone()),
            });
            let (present, former) = self.addresses[index].split_last().unwrap();
            let shown = CalendarProgram::after(&outbox, present);
            assert_eq!(shown.shows(), truth.iter().collect::<Vec<_>>(), "{present}, {what:?}");
            for address in former {
                let shown = CalendarProgram::after(&outbox, address);
                assert!(shown.shows().is_empty(), "{address} still shows it, {what:?}");
            }
            outbox.iter().filter(|mail| self.addresses[index].contains(&mail.to)).count()
        });
        let closed = [NoticeState::Delivered, NoticeState::Cancelled];
        let states = self.states().await;
        assert!(states.iter().all(|state| closed.contains(state)), "{states:?}, {what:?}");
        counts
    }
}

/// Tells each of these stories without a fault, and then with each of these faults of the mails of each step.
async fn tell(stories: &[&[Step]], faults: &[CallOutcome], pace: Pace) {
    for steps in stories {
        // One world for all faults, as starting one takes as long as a story.
        let mut world = World::inviting().await;
        let faulty = (0..steps.len()).flat_map(|step| faults.iter().map(move |fault| (step, *fault)));
        let mut plain = None;
        for (number, fault) in std::iter::once(None).chain(faulty.map(Some)).enumerate() {
            let story = Story { steps: steps.to_vec(), fault, pace };
            let mut scene = Scene::set(&mut world, number).await;
            scene.run(&story).await;
            let counts = scene.outcome(&story).await;
            let plain = plain.get_or_insert(counts);
            let at_most = |(plain, count): (&usize, &usize)| *count <= *plain + 1;
            assert!(plain.iter().zip(&counts).all(at_most), "{counts:?}, not {plain:?} mails: {story:?}");
        }
        assert!(world.timers().await.is_empty(), "{steps:?} leaves timers");
    }
}

#[tokio::test]
async fn every_prefix_of_a_story() {
    tell(&[1, 2, 3, 4].map(|length| &WHOLE[..length]), &TAKEN, Pace::Hurried).await;
}

/// The three faults differ in what the process knows, which shorter prefixes show; longer ones show what
/// follows, and that is the same after each of them.
#[tokio::test]
async fn longer_prefixes_of_a_story() {
    let faults = if harness::all_cases() { &TAKEN[..] } else { &[CallOutcome::ResponseLost] };
    tell(&[5, 6].map(|length| &WHOLE[..length]), faults, Pace::Hurried).await;
}

#[tokio::test]
async fn what_is_over_before_its_mail_is_tried_again() {
    let stories: [&[Step]; 3] = [&[Invite, Cancel], &[Invite, Remove], &[Invite, Remove, AddAgain]];
    tell(&stories, &TAKEN, Pace::Hurried).await;
    tell(&[&[Invite, Update, Cancel]], &[CallOutcome::ResponseLost], Pace::Calm).await;
}

/// SES has not taken these mails: after the first fault nobody knows that, and after the second it is
/// certain.
#[tokio::test]
async fn mails_that_were_not_taken() {
    let faults = [CallOutcome::Unreachable, CallOutcome::Throttled];
    tell(&[&[Invite, Update, Undo], &[Invite, Remove, AddAgain]], &faults, Pace::Hurried).await;
}

#[tokio::test]
async fn who_was_surely_never_invited_gets_no_cancellation() {
    for end in [Cancel, Remove] {
        let mut world = World::inviting().await;
        let story =
            Story { steps: vec![Invite, end], fault: Some((0, CallOutcome::Throttled)), pace: Pace::Hurried };
        let mut scene = Scene::set(&mut world, 0).await;
        scene.run(&story).await;
        let [anas, bos] = scene.outcome(&story).await;
        assert_eq!((anas, bos), (usize::from(end == Remove), 0), "{end:?}");
    }
}

#[tokio::test]
async fn addresses_that_change() {
    let stories: [&[Step]; 5] = [
        &[Invite, Readdress],
        &[Invite, ReaddressOrganizer],
        &[Invite, Readdress, Cancel],
        &[Invite, Readdress, Remove, AddAgain],
        &[Invite, Update, ReaddressOrganizer, Undo],
    ];
    tell(&stories, &[CallOutcome::ResponseLost], Pace::Hurried).await;
}

/// Each calendar gets one message, or two where a mailbox is another one.
#[tokio::test]
async fn another_address_is_told_once() {
    for (step, mails) in [(Readdress, [1, 3]), (ReaddressOrganizer, [3, 2])] {
        let mut world = World::inviting().await;
        let story = Story { steps: vec![Invite, step], fault: None, pace: Pace::Calm };
        let mut scene = Scene::set(&mut world, 0).await;
        scene.run(&story).await;
        assert_eq!(scene.outcome(&story).await, mails, "{step:?}");
        let who = usize::from(step == Readdress);
        let outbox = scene.world.outbox();
        let of = |address: &String| outbox.iter().filter(|mail| mail.to == *address).collect::<Vec<_>>();
        let [former, present] = [0, 1].map(|index| of(&scene.addresses[who][index]));
        let words = |mails: &[&SentMail]| {
            let words = mails.iter().map(|mail| mail.subject.split_once(':').unwrap().0.to_owned());
            words.collect::<Vec<_>>()
        };
        assert_eq!(
            (words(&former), words(&present)),
            (words_of(&["Invitation", "Withdrawn"]), words_of(&["Invitation"]))
        );
        assert!(former[1].sent_at < present[0].sent_at);
    }
}

fn words_of(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}
