//! Every transition is tried in the store. Only those that `NoticeState::permits` are stored.

use chrono::TimeDelta;
use harness::World;
use shared::domain::{
    CalendarState, Channel, Notice, NoticeKey, NoticeKind, NoticeState, NoticeStatus, Transition,
};
use shared::store::Store;
use shared::time::{Minute, Reason};

/// A reminder in its first revision.
pub(crate) fn reminder(minutes_before: u32) -> Notice {
    let start = Minute::from_epoch(29_800_000);
    Notice {
        key: NoticeKey {
            meeting_id: "m".parse().unwrap(),
            user_id: "u".parse().unwrap(),
            kind: NoticeKind::Reminder { channel: Channel::Email, minutes_before },
        },
        email: "ana@example.com".parse().unwrap(),
        start,
        calendar: CalendarState::default(),
        meeting_version: 1,
        user_version: 1,
        status: status(NoticeState::Planned, start - i64::from(minutes_before)),
        attempts: 0,
        failure: None,
        delivered_at: None,
        delivered_for: None,
        webhook_id: None,
        // So that a cancelled one is kept.
        may_have_told: true,
        owed_at: None,
        revision: 1,
        creation: None,
    }
}

pub(crate) fn status(state: NoticeState, at: Minute) -> NoticeStatus {
    NoticeStatus::from_parts(state, Some(at), Reason::OnTime, None).unwrap()
}

/// The reminder's next revision in the state `to`.
fn moved_to(reminder: &Notice, to: NoticeState) -> Notice {
    let status = status(to, reminder.start);
    Notice { status, owed_at: None, revision: reminder.revision + 1, ..reminder.clone() }
}

/// Stores a new reminder and moves it to `state`. From `planned` every state is one transition away.
async fn put(store: &Store, minutes_before: u32, state: NoticeState) -> Notice {
    let planned = reminder(minutes_before);
    store.apply(&[Transition { from: None, to: planned.clone() }]).await.unwrap();
    if state == NoticeState::Planned {
        return planned;
    }
    let there = moved_to(&planned, state);
    store.apply(&[Transition { from: Some(planned), to: there.clone() }]).await.unwrap();
    there
}

async fn stored(store: &Store, reminder: &Notice) -> Notice {
    let all = store.notices_of(&reminder.key.meeting_id, &reminder.key.user_id).await.unwrap();
    all.into_iter().find(|stored| stored.key == reminder.key).unwrap()
}

/// The next revision in the state `to`, for the same start or for one an hour later.
fn next(reminder: &Notice, to: NoticeState, same_start: bool) -> Notice {
    let start = if same_start { reminder.start } else { reminder.start + 60 };
    Notice { start, ..moved_to(reminder, to) }
}

/// Every pair of states, for the same start and for another one, with numbers.
fn pairs() -> impl Iterator<Item = (u32, NoticeState, NoticeState, bool)> {
    let pair =
        |from| NoticeState::ALL.iter().copied().flat_map(move |to| [(from, to, true), (from, to, false)]);
    let pairs = NoticeState::ALL.iter().copied().flat_map(pair);
    pairs.zip(0..).map(|((from, to, same_start), number)| (number, from, to, same_start))
}

#[tokio::test]
async fn only_permitted_transitions_are_stored() {
    let world = World::start().await;
    let store = &world.process.planner.store;
    for (number, from, to, same_start) in pairs() {
        let before = put(store, number, from).await;
        let after = next(&before, to, same_start);
        let outcome = store.apply(&[Transition { from: Some(before.clone()), to: after.clone() }]).await;
        // A claim or a removed timer does not change the state.
        let permitted = from.permits(to, same_start) || (from == to && same_start);
        let what = format!("{from:?} to {to:?}, same start: {same_start}");
        assert_eq!(outcome.is_ok(), permitted, "{what}");
        assert_eq!(stored(store, &before).await, if permitted { after } else { before }, "{what}");
        assert!(outcome.is_ok() || outcome.is_err_and(|error| error.is_conflict()), "{what}");
    }
}

#[tokio::test]
async fn a_transition_from_the_wrong_state_is_refused() {
    let world = World::start().await;
    let store = &world.process.planner.store;
    for (number, state, to, _) in pairs().filter(|(_, from, to, same)| *same && !from.permits(*to, true)) {
        if state == to {
            continue;
        }
        let there = put(store, number, state).await;
        // It claims the state `planned`, from which every state is permitted.
        let claimed = Notice { status: status(NoticeState::Planned, there.start), ..there.clone() };
        let step = Transition { from: Some(claimed), to: next(&there, to, true) };
        assert!(store.apply(&[step]).await.unwrap_err().is_conflict(), "{state:?} to {to:?}");
        assert_eq!(stored(store, &there).await, there);
    }
}

#[tokio::test]
async fn a_stale_revision_never_writes() {
    let world = World::start().await;
    let store = &world.process.planner.store;
    for (number, from, to, same_start) in pairs() {
        let there = put(store, number, from).await;
        for read in [there.revision - 1, there.revision + 1] {
            let read = Notice { revision: read, ..there.clone() };
            let step = Transition { from: Some(read.clone()), to: next(&read, to, same_start) };
            let error = store.apply(&[step]).await.unwrap_err();
            assert!(error.is_conflict(), "{from:?} to {to:?}: {error}");
        }
        let created_twice = store.apply(&[Transition { from: None, to: reminder(number) }]).await;
        assert!(created_twice.unwrap_err().is_conflict());
        assert_eq!(stored(store, &there).await, there);
    }
}

#[tokio::test]
async fn a_reminder_begins_planned_or_suppressed() {
    let world = World::start().await;
    let store = &world.process.planner.store;
    for (state, number) in NoticeState::ALL.iter().copied().zip(0..) {
        let to = Notice { status: status(state, reminder(number).start), ..reminder(number) };
        let outcome = store.apply(&[Transition { from: None, to: to.clone() }]).await;
        assert_eq!(outcome.is_ok(), state.may_begin(), "{state:?}");
        let there = store.notices_of(&to.key.meeting_id, &to.key.user_id).await.unwrap();
        assert_eq!(there.contains(&to), state.may_begin(), "{state:?}");
    }
}

#[tokio::test]
async fn transitions_of_one_call_are_stored_together_or_not_at_all() {
    let world = World::start().await;
    let store = &world.process.planner.store;
    let open = put(store, 1, NoticeState::Scheduled).await;
    let over = put(store, 2, NoticeState::Delivered).await;
    let claim =
        |reminder: &Notice| reminder.claimed(reminder.start.start() + TimeDelta::minutes(1), None, None);
    let good = Transition { from: Some(open.clone()), to: claim(&open) };
    let forbidden = Transition { from: Some(over.clone()), to: next(&over, NoticeState::Scheduled, true) };
    let stale = Transition {
        from: Some(Notice { revision: 1, ..over.clone() }),
        to: Notice { revision: 2, ..over.clone() },
    };
    for bad in [forbidden, stale] {
        let outcome = store.apply(&[good.clone(), bad]).await;
        assert!(outcome.unwrap_err().is_conflict());
        assert_eq!((stored(store, &open).await, stored(store, &over).await), (open.clone(), over.clone()));
    }
    let both =
        [good.clone(), Transition { from: Some(over.clone()), to: next(&over, NoticeState::Planned, false) }];
    store.apply(&both).await.unwrap();
    assert_eq!((stored(store, &open).await, stored(store, &over).await), (good.to, both[1].to.clone()));
}
