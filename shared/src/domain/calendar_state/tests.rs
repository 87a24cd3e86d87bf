use proptest::prelude::*;

use super::*;
use crate::domain::fixtures::{hour, instant, meeting, user, without};
use crate::domain::{Status, User};

fn start() -> chrono::DateTime<chrono::Utc> {
    instant("2026-12-01T09:00:00Z")
}

fn email(text: &str) -> Email {
    text.parse().unwrap()
}

/// Ana's meeting with Bo in that version, some hours after [`start`].
fn review(version: u64, hours: i64) -> Meeting {
    let (ana, bo) = (user("ana"), user("bo"));
    let interval = hour(start() + chrono::TimeDelta::hours(hours));
    Meeting { version, interval, ..meeting(start(), &[&ana, &bo]) }
}

fn next(state: &CalendarState, meeting: &Meeting) -> Option<CalendarMessage> {
    let bo = user("bo");
    state.next_message(meeting, &bo.id, &bo.email)
}

/// The state after a message about `meeting` that certainly left.
fn sent(state: &CalendarState, meeting: &Meeting) -> CalendarState {
    state.sent(&next(state, meeting).unwrap())
}

/// The state after a message about `meeting` whose answer was lost.
fn lost(state: &CalendarState, meeting: &Meeting) -> CalendarState {
    state.sending(&next(state, meeting).unwrap())
}

#[test]
fn a_message_brings_what_the_calendar_lacks() {
    let (nothing, first, moved) = (CalendarState::default(), review(1, 0), review(2, 2));
    let cancelled = Meeting { status: Status::Cancelled, ..review(2, 0) };
    let (before, now) = (Event::of(&first), Event::of(&moved));
    let invited = sent(&nothing, &first);
    let update =
        |state: &CalendarState, meeting: &Meeting| next(state, meeting).map(|message| message.update);
    assert_eq!(update(&nothing, &first), Some(CalendarUpdate::Invite(before.clone())));
    assert_eq!(update(&invited, &first), None);
    assert_eq!(update(&invited, &moved), Some(CalendarUpdate::Change { before: before.clone(), now }));
    assert_eq!(update(&invited, &cancelled), Some(CalendarUpdate::Cancel { before: before.clone() }));
    assert_eq!(update(&nothing, &cancelled), None);
    for meeting in [without(&user("bo"), &first), without(&user("bo"), &cancelled)] {
        assert_eq!(update(&invited, &meeting), Some(CalendarUpdate::Remove { before: before.clone() }));
        assert_eq!(update(&nothing, &meeting), None);
    }
}

#[test]
fn an_address_that_passed_to_another_participant_is_sent_no_cancellation() {
    let (ana, bo, cy) = (user("ana"), user("bo"), user("cy"));
    let invited = sent(&CalendarState::default(), &review(1, 0));
    let robert = email("robert@example.com");
    // Cy takes the address that Bo gave up.
    let newcomer = User { email: bo.email.clone(), ..cy };
    let renamed = User { email: robert.clone(), ..bo.clone() };
    let both = Meeting { version: 2, ..meeting(start(), &[&ana, &renamed, &newcomer]) };
    let message = |meeting: &Meeting| invited.next_message(meeting, &bo.id, &robert);
    let invitation = message(&both).unwrap();
    assert_eq!((&invitation.update, &invitation.to), (&CalendarUpdate::Invite(Event::of(&both)), &robert));
    assert!(invitation.sequence > 0, "a calendar may have seen the one before");
    for after in [invited.sending(&invitation), invited.sent(&invitation)] {
        assert_eq!(after.mailbox.unwrap().address, robert);
    }
    // Nor is it if Bo left. Without Cy, and when the meeting is cancelled for all, it is.
    assert_eq!(message(&without(&renamed, &both)), None);
    let alone = without(&newcomer, &both);
    assert!(matches!(message(&alone).unwrap().update, CalendarUpdate::Withdraw { .. }));
    let cancelled = Meeting { status: Status::Cancelled, ..both };
    let cancellation = message(&cancelled).unwrap();
    assert_eq!(cancellation.to, bo.email);
    assert!(matches!(cancellation.update, CalendarUpdate::Cancel { .. }));
}

#[test]
fn a_message_is_due_before_the_latest_start_that_anybody_may_know() {
    let invited = sent(&CalendarState::default(), &review(1, 4));
    let deadline = |state: &CalendarState, meeting: &Meeting| next(state, meeting).unwrap().deadline;
    let hours = |hours: i64| Minute::of(start()) + 60 * hours;
    assert_eq!(deadline(&CalendarState::default(), &review(1, 4)), hours(4));
    assert_eq!(deadline(&invited, &review(2, 2)), hours(4));
    assert_eq!(deadline(&invited, &review(2, 6)), hours(6));
    // The answer to a change to six hours later was lost. It is undone, or the meeting is cancelled.
    let maybe_later = lost(&invited, &review(2, 6));
    let cancelled = Meeting { status: Status::Cancelled, ..review(3, 4) };
    assert_eq!(deadline(&maybe_later, &review(3, 2)), hours(6));
    assert_eq!(deadline(&maybe_later, &cancelled), hours(6));
}

#[test]
fn what_may_have_been_sent_is_taken_back() {
    let (nothing, first, moved) = (CalendarState::default(), review(1, 0), review(2, 2));
    let cancelled = Meeting { status: Status::Cancelled, ..review(3, 0) };
    let alone = without(&user("bo"), &review(2, 0));
    let update = |state: &CalendarState, meeting: &Meeting| next(state, meeting).unwrap().update;
    let (before, now) = (Event::of(&first), Event::of(&moved));
    // An invitation, then the end or a change of it.
    let maybe_invited = lost(&nothing, &first);
    assert_eq!(update(&maybe_invited, &cancelled), CalendarUpdate::Cancel { before: before.clone() });
    assert_eq!(update(&maybe_invited, &alone), CalendarUpdate::Remove { before: before.clone() });
    assert_eq!(update(&maybe_invited, &moved), CalendarUpdate::Invite(now.clone()));
    // A change that is undone.
    let maybe_moved = lost(&sent(&nothing, &first), &moved);
    let back = CalendarUpdate::Change { before: now, now: before.clone() };
    assert_eq!(update(&maybe_moved, &review(3, 0)), back);
    // A removal, and then the person is added again.
    let maybe_removed = lost(&sent(&nothing, &first), &alone);
    assert_eq!(update(&maybe_removed, &review(3, 0)), CalendarUpdate::Invite(before));
}

#[test]
fn the_sequence_rises_unless_the_same_is_sent_again() {
    let sequence = |state: &CalendarState, meeting: &Meeting| next(state, meeting).unwrap().sequence;
    let nothing = CalendarState::default();
    assert_eq!(sequence(&nothing, &review(4, 0)), 3);
    let maybe_invited = lost(&nothing, &review(4, 0));
    assert_eq!(sequence(&maybe_invited, &review(4, 0)), 3);
    assert_eq!(sequence(&sent(&maybe_invited, &review(4, 0)), &review(5, 2)), 4);
    // Another address is no new version of the meeting.
    let (bo, old) = (user("bo"), sent(&nothing, &review(4, 0)));
    let withdrawal = old.next_message(&review(4, 0), &bo.id, &email("bo@new.example")).unwrap();
    let invitation = old.sent(&withdrawal).next_message(&review(4, 0), &bo.id, &email("bo@new.example"));
    assert_eq!((withdrawal.sequence, invitation.unwrap().sequence), (4, 5));
}

#[test]
fn a_former_address_is_sent_a_cancellation_and_the_present_one_an_invitation() {
    let (first, bo) = (review(1, 0), user("bo"));
    let (old, new) = (bo.email.clone(), email("bo@new.example"));
    let invited = sent(&CalendarState::default(), &first);
    assert_eq!(invited.next_message(&first, &bo.id, &email("BO@example.com")), None);
    let withdrawal = invited.next_message(&first, &bo.id, &new).unwrap();
    let update = CalendarUpdate::Withdraw { before: Event::of(&first) };
    assert_eq!((&withdrawal.update, &withdrawal.to), (&update, &old));
    // The answer is lost, and then the person takes the old address back.
    let maybe_withdrawn = invited.sending(&withdrawal);
    assert_eq!(next(&maybe_withdrawn, &first).unwrap().update, CalendarUpdate::Invite(Event::of(&first)));
    let invitation = invited.sent(&withdrawal).next_message(&first, &bo.id, &new).unwrap();
    assert_eq!((&invitation.update, &invitation.to), (&CalendarUpdate::Invite(Event::of(&first)), &new));
    // What is over is told where it is known.
    let cancelled = Meeting { status: Status::Cancelled, ..review(2, 0) };
    let cancellation = invited.next_message(&cancelled, &bo.id, &new).unwrap();
    assert_eq!((cancellation.update.shown_after(), &cancellation.to), (None, &old));
}

#[test]
fn the_organizer_stays_the_one_that_the_calendar_was_told() {
    let first = review(1, 0);
    let told = first.organizer().unwrap().email.clone();
    let invited = sent(&CalendarState::default(), &first);
    let mut moved_house = first;
    moved_house.participants[0].email = email("ana@new.example");
    let message = next(&invited, &moved_house).unwrap();
    assert!(matches!(message.update, CalendarUpdate::Change { .. }));
    assert_eq!(message.organizer.as_ref(), Some(&told));
    let updated = invited.sent(&message);
    assert_eq!(next(&updated, &moved_house), None);
    assert_eq!(updated.mailbox.unwrap().organizer, Some(told));
    // An event of an earlier version doesn't say what the address was.
    let mut earlier = invited;
    earlier.mailbox.as_mut().unwrap().certain.as_mut().unwrap().organizer = None;
    assert_eq!(next(&earlier, &moved_house), None);
}

#[test]
fn what_may_be_shown_is_bounded() {
    let mut state = sent(&CalendarState::default(), &review(1, 0));
    state = lost(&state, &review(2, 1000));
    for version in 3..100 {
        state = lost(&state, &review(version, i64::try_from(version).unwrap()));
    }
    let mailbox = state.mailbox.as_ref().unwrap();
    assert_eq!(mailbox.possible.len(), MOST_POSSIBLE);
    assert_eq!(mailbox.possible.last(), Some(&Some(Event::of(&review(99, 99)))));
    assert_eq!(next(&state, &review(100, 0)).unwrap().deadline, Minute::of(start()) + 60 * 1000);
}

/// A calendar behind one address: what it shows, and the sequence of the last message that it took.
#[derive(Clone, Debug, Default)]
struct Calendar {
    shows: Option<Event>,
    sequence: Option<u64>,
}

impl Calendar {
    fn take(&mut self, message: &CalendarMessage) {
        if self.sequence <= Some(message.sequence) {
            self.shows = message.update.shown_after().cloned();
            self.sequence = Some(message.sequence);
        }
    }
}

/// What happens next.
#[derive(Clone, Copy, Debug)]
enum Step {
    MoveTo(i64),
    Join,
    Leave,
    ChangeAddress(usize),
    /// The next message is sent, if there is one.
    Send(Outcome),
}

#[derive(Clone, Copy, Debug)]
enum Outcome {
    Taken,
    Refused,
    TakenUnknown,
    NotTakenUnknown,
    /// SES takes it, and it arrives when everything else is over.
    ArrivesLast,
}

fn step() -> impl Strategy<Value = Step> {
    use Outcome::*;
    let outcome = prop::sample::select(vec![Taken, Refused, TakenUnknown, NotTakenUnknown, ArrivesLast]);
    prop_oneof![
        (0..3i64).prop_map(Step::MoveTo),
        Just(Step::Join),
        Just(Step::Leave),
        (0..2usize).prop_map(Step::ChangeAddress),
        outcome.clone().prop_map(Step::Send),
        outcome.prop_map(Step::Send),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever happened, once messages leave again, every calendar shows what is true, and then there is
    /// nothing more to send. While there is nothing to send, calendars show what is true.
    #[test]
    fn in_the_end_calendars_show_what_is_true(steps in prop::collection::vec(step(), 0..24)) {
        let addresses = [email("bo@example.com"), email("bo@new.example")];
        let mut calendars = [Calendar::default(), Calendar::default()];
        let (mut hours, mut takes_part, mut address, mut version) = (0, true, 0, 1);
        let mut state = CalendarState::default();
        let mut late = Vec::new();
        let bo = user("bo");
        let until_settled = [Step::Send(Outcome::Taken); 3];
        let ends = steps.len();
        for (index, step) in steps.into_iter().chain(until_settled).enumerate() {
            match step {
                Step::MoveTo(to) => hours = to,
                Step::Join => takes_part = true,
                Step::Leave => takes_part = false,
                Step::ChangeAddress(to) => address = to,
                Step::Send(_) => {}
            }
            version += u64::from(matches!(step, Step::MoveTo(_) | Step::Join | Step::Leave));
            let all = review(version, hours);
            let meeting = if takes_part { all } else { without(&bo, &all) };
            let message = state.next_message(&meeting, &bo.id, &addresses[address]);
            if let (Step::Send(outcome), Some(message)) = (step, &message) {
                let claimed = state.sending(message);
                state = match outcome {
                    Outcome::Taken | Outcome::ArrivesLast => state.sent(message),
                    Outcome::Refused => state,
                    Outcome::TakenUnknown | Outcome::NotTakenUnknown => claimed,
                };
                let calendar = addresses.iter().position(|address| *address == message.to).unwrap();
                match outcome {
                    Outcome::Taken | Outcome::TakenUnknown => calendars[calendar].take(message),
                    Outcome::ArrivesLast => late.push((calendar, message.clone())),
                    Outcome::Refused | Outcome::NotTakenUnknown => {}
                }
            }
            let truth = takes_part.then(|| Event::of(&meeting));
            let settled = index + 1 == ends + until_settled.len();
            if settled {
                prop_assert_eq!(&state.next_message(&meeting, &bo.id, &addresses[address]), &None);
                late.drain(..).for_each(|(calendar, message)| calendars[calendar].take(&message));
            }
            if late.is_empty() && state.next_message(&meeting, &bo.id, &addresses[address]).is_none() {
                prop_assert_eq!(&calendars[address].shows, &truth);
                prop_assert_eq!(&calendars[1 - address].shows, &None);
            }
        }
    }
}

/// Nobody who was surely never invited is sent a cancellation.
#[test]
fn a_refused_invitation_is_not_taken_back() {
    let nothing = CalendarState::default();
    let User { id, email, .. } = user("bo");
    let cancelled = Meeting { status: Status::Cancelled, ..review(2, 0) };
    assert!(next(&nothing, &review(1, 0)).is_some());
    assert_eq!(nothing.next_message(&cancelled, &id, &email), None);
}
