//! How large items can become, in bytes as DynamoDB counts them, and why no write is ever too large for it.
//!
//! Everything in an item is bounded where it enters: texts by their types in `domain::text`, participants by
//! [`MAX_PARTICIPANT_DAYS`], a day's bookings and their titles by `calendar`, the times in an answer by
//! `http::view`, hours by `time::schedule`. `tests/contract/changes/largest.rs` makes the largest item of
//! each kind, and `tests/contract/hours/largest.rs` the largest user, and compares them with these numbers.

use crate::domain::MessageLimit;
use crate::domain::booking::MAX_BOOKING_CHANGES;
use crate::domain::meeting::MAX_PARTICIPANT_DAYS;

/// The largest item
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html>).
pub const ITEM: usize = 400 * 1024;
/// The items of the largest transaction together. Whether a page that is only updated counts as a whole is
/// not documented, so that it does here.
pub const TRANSACTION: usize = 4 * 1024 * 1024;

/// A calendar page. Pages of version 0.2.0 and earlier, with all titles whole, may be larger.
pub const PAGE: usize = 38_000;
/// A meeting.
pub const MEETING: usize = 140_000;
/// What a meeting that changed often keeps of that until it is planned, beyond its creation.
pub const BOOKING_CHANGES: usize = MAX_BOOKING_CHANGES * 200;
/// A user, with as many exceptions as there may be.
pub const USER: usize = 60_000;
/// The record of a request, with its answer.
pub const RECORD: usize = 325_000;
/// The answer in a meeting of version 0.2.0 or earlier. A larger one is left out when the meeting changes.
pub const EARLIER_ANSWER: usize = 200_000;

/// The most that one organizer adds to a recipient's count of a day: the name `of#<id>`, with an id of 128
/// characters, and a number.
pub const COUNT_OF_ORGANIZER: u64 = 150;

const _: () = assert!(MessageLimit::MAX * COUNT_OF_ORGANIZER + 1_000 <= ITEM as u64);
const _: () = assert!(USER <= ITEM);
const _: () = assert!(RECORD <= ITEM);
const _: () = assert!(MEETING + BOOKING_CHANGES + EARLIER_ANSWER <= ITEM);
const _: () =
    assert!(MAX_PARTICIPANT_DAYS * PAGE + MEETING + BOOKING_CHANGES + EARLIER_ANSWER <= TRANSACTION);
const _: () = assert!((MAX_PARTICIPANT_DAYS - 1) * PAGE + MEETING + RECORD <= TRANSACTION);
