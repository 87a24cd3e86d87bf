//! Bad queries are refused with the bad fields.

use harness::World;

use super::ask;
use crate::{bad_fields, message};

#[rustfmt::skip] // One row on each line reads as a table.
const ROWS: &[(&str, &[&str], &str)] = &[
    ("", &["start_time", "end_time"], "is missing"),
    ("start_time=2026-12-01T00:00", &["end_time"], "is missing"),
    ("end_time=2026-12-01T00:00", &["start_time"], "is missing"),
    ("start_time=&end_time=2026-12-02T00:00", &["start_time"], "is no time"),
    ("start_time=2026-12-01&end_time=2026-12-02", &["start_time", "end_time"], "T00:00"),
    ("start_time=1793613600&end_time=2026-12-02T00:00", &["start_time"], "2026-11-02T10:00:00Z"),
    ("start_time=2026-12-01T00:00&end_time=2026-12-01T00:00", &["end_time"], "must be after start_time"),
    ("start_time=2026-12-02T00:00&end_time=2026-12-01T00:00", &["end_time"], "must be after start_time"),
    ("start_time=2026-12-02T00:00&end_time=2025-12-01T00:00", &["end_time"], "must be after start_time"),
    ("start_time=2026-12-01T00:00&end_time=2027-12-02T00:01", &["end_time"], "at most 366 days"),
    ("start_time=2026-12-01T00:00&end_time=2099-12-01T00:00", &["end_time"], "at most 366 days"),
    ("start_time=1972-12-01T00:00&end_time=1973-01-01T00:00", &["start_time"], "out of range"),
    ("start_time=2099-12-31T00:00&end_time=2100-01-01T00:00", &["end_time"], "out of range"),
    ("start_time=2026-12-01T00:00%2B05:00&end_time=2026-12-02T00:00&time_zone=UTC", &["start_time"], "doesn't agree with UTC"),
    ("start_time=2026-03-29T02:30&end_time=2026-03-30T00:00&time_zone=Europe/Madrid", &["start_time"], "doesn't exist"),
    ("DAY&time_zone=Europe/Madird", &["time_zone"], "Europe/Madrid"),
    ("DAY&time_zone=CET2", &["time_zone"], ""),
    ("DAY&time_zone=UTC&timezone=Europe/Madrid", &["timezone"], "must not differ from time_zone"),
    ("DAY&role=owner", &["role"], "must be organizer or participant, not \"owner\""),
    ("DAY&role=Organizer", &["role"], "must be organizer or participant"),
    ("DAY&role=", &["role"], "must be organizer or participant"),
    ("DAY&status=all", &["status"], "must be confirmed or cancelled, not \"all\""),
    ("DAY&status=canceled", &["status"], "must be confirmed or cancelled"),
    ("DAY&role=participant&status=cancelled", &["role"], "kept for their organizer"),
    ("DAY&limit=0", &["limit"], "a whole number from 1 to 250"),
    ("DAY&limit=251", &["limit"], "a whole number from 1 to 250"),
    ("DAY&limit=-1", &["limit"], "a whole number from 1 to 250"),
    ("DAY&limit=1.5", &["limit"], "a whole number from 1 to 250"),
    ("DAY&limit=ten", &["limit"], "a whole number from 1 to 250"),
    ("DAY&limit=", &["limit"], "a whole number from 1 to 250"),
    ("DAY&limit=1&limit=2", &["limit"], "more than once"),
    ("DAY&cursor=", &["cursor"], "must be the next_cursor of an answer"),
    ("DAY&cursor=zz", &["cursor"], "must be the next_cursor of an answer"),
    ("DAY&cursor=30", &["cursor"], "must be the next_cursor of an answer"),
    ("DAY&cursor=61233023", &["cursor"], "must be the next_cursor of an answer"),
    ("DAY&cursor=6123302361", &["cursor"], "is of another query"),
    ("DAY&cursors=6123302361", &["cursors"], "did you mean cursor?"),
    ("DAY&page=2", &["page"], "is not a field of this call"),
    ("DAY&user_id=me", &["user_id"], "is not a field of this call"),
    ("DAY&start=2026-12-01T00:00", &["start"], "did you mean start_time?"),
    ("DAY&dry_run=true", &["dry_run"], ""),
    ("DAY&role=owner&status=all&limit=x&cursor=x", &["role", "status", "limit", "cursor"], ""),
];

#[tokio::test]
async fn every_bad_field_is_named() {
    let world = World::start().await;
    let ana = world.person("ana", "UTC").await;
    let before = world.items().await;
    for (query, fields, words) in ROWS {
        let query = query.replace("DAY", "start_time=2026-12-01T00:00&end_time=2026-12-02T00:00");
        let (status, problem) = ask(&world, &ana.id, &query).await;
        assert_eq!((status, &problem["code"]), (422, &"invalid_request".into()), "{query}: {problem}");
        let mut named = bad_fields(&problem);
        named.sort_unstable();
        let mut expected = fields.to_vec();
        expected.sort_unstable();
        assert_eq!(named, expected, "{query}: {problem}");
        assert!(fields.iter().any(|field| message(&problem, field).contains(words)), "{query}: {problem}");
    }
    assert!(ROWS.len() >= 40 && world.items().await == before);
    // An id that can't be one is no user's.
    for id in ["ana%40example.com", "a%23b", "%20"] {
        let (status, problem) =
            ask(&world, id, "start_time=2026-12-01T00:00&end_time=2026-12-02T00:00").await;
        assert_eq!((status, &problem["code"]), (404, &"user_not_found".into()), "{id}: {problem}");
    }
}
