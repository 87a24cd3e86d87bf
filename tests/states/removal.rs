//! Rows of cancelled reminders that told nobody anything are removed, and a row that is created after that is
//! another one.

use std::slice;

use chrono::{DateTime, TimeDelta};
use harness::World;
use shared::domain::{CalendarState, Closed, Notice, NoticeState, NoticeStatus, Transition, WantedNotice};
use shared::store::Store;
use shared::time::Reason;

use crate::walk::{reminder, status};

const CANCELLED: NoticeStatus = NoticeStatus::Closed(Closed::Cancelled { reason: Reason::OnTime });

/// A new reminder that many minutes before the start.
fn silent(minutes_before: u32) -> Notice {
    let Notice { key, email, start, meeting_version, user_version, .. } = reminder(minutes_before);
    let wanted = WantedNotice { key, email, start, meeting_version, user_version };
    wanted.planned(None, start - i64::from(minutes_before), Reason::OnTime, DateTime::UNIX_EPOCH).to
}

async fn create(store: &Store, notice: &Notice) {
    store.apply(&[Transition { from: None, to: notice.clone() }]).await.unwrap();
}

async fn apply(store: &Store, from: &Notice, to: &Notice) -> bool {
    let transition = Transition { from: Some(from.clone()), to: to.clone() };
    let outcome = store.apply(&[transition]).await;
    assert!(outcome.as_ref().err().is_none_or(|error| error.is_conflict()), "{outcome:?}");
    outcome.is_ok()
}

async fn rows(store: &Store) -> Vec<Notice> {
    let Notice { key, .. } = reminder(60);
    store.notices_of(&key.meeting_id, &key.user_id).await.unwrap()
}

#[tokio::test]
async fn a_cancelled_reminder_is_removed_once_it_has_no_timer() {
    let world = World::start().await;
    let store = &world.process.planner.store;
    let (planned, now) = (silent(60), DateTime::UNIX_EPOCH);
    create(store, &planned).await;
    let cancelled = planned.closed(Closed::Cancelled { reason: Reason::OnTime }, true, now);
    assert!(apply(store, &planned, &cancelled).await);
    assert_eq!(rows(store).await, slice::from_ref(&cancelled), "its timer may still be set");
    assert!(!apply(store, &planned, &cancelled.timer_settled()).await, "a stale writer removes nothing");
    assert!(apply(store, &cancelled, &cancelled.timer_settled()).await);
    assert_eq!(rows(store).await, []);
    assert!(!apply(store, &cancelled, &cancelled.timer_settled()).await, "it is gone");
}

#[tokio::test]
async fn a_reminder_without_a_timer_is_removed_when_it_is_cancelled() {
    let world = World::start().await;
    let store = &world.process.planner.store;
    let planned = silent(60);
    create(store, &planned).await;
    let cancelled = planned.closed(Closed::Cancelled { reason: Reason::OnTime }, false, DateTime::UNIX_EPOCH);
    assert!(apply(store, &planned, &cancelled).await);
    assert_eq!(rows(store).await, []);
}

#[tokio::test]
async fn several_are_removed_together_or_not_at_all() {
    let world = World::start().await;
    let store = &world.process.planner.store;
    let first = silent(60);
    let second = silent(30);
    for notice in [&first, &second] {
        create(store, notice).await;
    }
    let removed = first.closed(Closed::Cancelled { reason: Reason::OnTime }, false, DateTime::UNIX_EPOCH);
    let removal = Transition { from: Some(first.clone()), to: removed };
    let claimed = second.claimed(second.start.start(), None, None);
    let stale = Notice { revision: 7, ..second.clone() };
    let bad = Transition { from: Some(stale), to: claimed.clone() };
    assert!(store.apply(&[removal.clone(), bad]).await.unwrap_err().is_conflict());
    assert_eq!(rows(store).await.len(), 2);
    let good = Transition { from: Some(second), to: claimed.clone() };
    store.apply(&[removal, good]).await.unwrap();
    assert_eq!(rows(store).await, [claimed]);
}

/// Of both rows the revisions begin at 1.
#[tokio::test]
async fn who_read_a_removed_row_does_not_write_the_next_one() {
    let world = World::start().await;
    let store = &world.process.planner.store;
    let removed = silent(60);
    create(store, &removed).await;
    let cancelled = removed.closed(Closed::Cancelled { reason: Reason::OnTime }, false, DateTime::UNIX_EPOCH);
    assert!(apply(store, &removed, &cancelled).await);
    let next = silent(60);
    create(store, &next).await;
    let of_an_earlier_version = Notice { creation: None, ..removed.clone() };
    for stale in [removed, of_an_earlier_version] {
        for status in NoticeState::ALL.iter().map(|state| status(*state, stale.start)) {
            let to = Notice { status, revision: 2, ..stale.clone() };
            assert!(!apply(store, &stale, &to).await, "{to:?}");
        }
        assert_eq!(rows(store).await, slice::from_ref(&next));
    }
    assert!(apply(store, &next, &next.timer_settled()).await);
}

#[tokio::test]
async fn whatever_may_have_told_somebody_is_kept() {
    let world = World::start().await;
    let store = &world.process.planner.store;
    let (silent, now) = (silent(60), DateTime::UNIX_EPOCH + TimeDelta::days(1));
    let told = CalendarState { mailbox: None, last_sequence: Some(1) };
    let claimed = silent.claimed(now, None, None);
    let kept = [
        claimed.clone(),
        claimed.failed("Timeout".to_owned(), silent.start),
        Notice { may_have_told: false, ..claimed.failed("Timeout".to_owned(), silent.start) },
        Notice { may_have_told: false, ..claimed.throttled("Throttled".to_owned(), silent.start) },
        Notice { delivered_at: Some(now), ..silent.clone() },
        Notice { webhook_id: Some("msg_1".to_owned()), ..silent.clone() },
        Notice { calendar: told, ..silent.clone() },
    ];
    for (number, notice) in (1..).zip(kept) {
        let begun = self::silent(number);
        create(store, &begun).await;
        let Notice { key, creation, .. } = begun.clone();
        let closed = Notice { status: CANCELLED, owed_at: None, revision: 2, ..notice };
        let cancelled = Notice { key, creation, ..closed };
        assert!(apply(store, &begun, &cancelled).await);
        assert!(rows(store).await.contains(&cancelled), "{cancelled:?}");
    }
    // No attempt was made, or the attempt was certainly refused.
    assert!(!claimed.released(&silent, now).may_have_told);
    assert!(!claimed.not_sent(&silent).may_have_told);
}
