//! The agendas of stored people have the stored meetings, of every form.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::fixtures::{sort_of, stored, world_with};

/// The ids of all meetings on stored calendar pages of each person, and of those whose items are there too.
async fn assert_listed(items: &[Value]) -> usize {
    let world = world_with(items).await;
    let of_kind = |sort: &'static str| items.iter().filter(move |item| sort_of(item).starts_with(sort));
    let mut listed = 0;
    for user in of_kind("PROFILE") {
        let pages = of_kind("DAY#").filter(|page| page["pk"] == user["pk"]);
        let booked: BTreeSet<_> =
            pages.flat_map(|page| page["meetings"].as_object().unwrap().keys().cloned()).collect();
        let id = user["user_id"].as_str().unwrap();
        let cancelled: BTreeSet<_> = of_kind("MEETING")
            .filter(|meeting| meeting["status"] == "cancelled" && meeting["creator_id"] == id)
            .map(|meeting| meeting["meeting_id"].as_str().unwrap().to_owned())
            .collect();
        for (status, expected) in [("confirmed", booked), ("cancelled", cancelled)] {
            let window = "start_time=2026-10-01T00:00&end_time=2027-09-30T00:00&limit=250";
            let path = format!("/api/users/{id}/meetings?{window}&status={status}");
            let (code, answer) = world.get(&path).await;
            assert_eq!(code, 200, "{answer}");
            let meetings = answer["meetings"].as_array().unwrap();
            for meeting in meetings {
                let path = format!("/api/meetings/{}", meeting["meeting_id"].as_str().unwrap());
                assert_eq!(&world.get(&path).await.1, meeting);
            }
            let ids = meetings.iter().map(|meeting| meeting["meeting_id"].as_str().unwrap().to_owned());
            let ids: BTreeSet<_> = ids.collect();
            assert_eq!(ids, expected, "{status} of {id}");
            listed += meetings.len();
        }
    }
    listed
}

#[tokio::test]
async fn every_stored_meeting_is_listed() {
    let stored = stored().await;
    let counts = [assert_listed(&stored.items).await, assert_listed(&stored.earlier).await];
    assert!(counts[0] >= 10 && counts[1] >= 2, "{counts:?}");
}
