use super::*;
use crate::store::sizes;
use crate::store::table::{Item, size_of};

fn booking(role: Role, title: &str) -> Booking {
    let start = DateTime::from_timestamp(4_000_000_000, 0).unwrap();
    let interval = Interval::new(start, start + chrono::TimeDelta::hours(1)).unwrap();
    let reminders = if role == Role::Organizer { 99_999 } else { 0 };
    Booking { meeting_id: MeetingId::random(), title: title.parse().ok(), role, interval, reminders }
}

fn size(day: &DayItem) -> usize {
    size_of(&serde_dynamo::to_item::<_, Item>(day).unwrap())
}

/// Whoever fills a page, with titles of whatever length in whatever order, it stays small.
#[test]
fn a_full_page_is_within_its_bound() {
    let long = "𝒜".repeat(200);
    let key = Key::day(&UserId::random(), LAST_DAY);
    let of =
        |meetings| DayItem { key: (&key).into(), version: u64::MAX, meetings, expires_at: Some(i64::MAX) };
    let empty = size(&of(BTreeMap::new()));
    // An entry adds the same whatever else is there. The sum is compared with the whole page in the end, as
    // making the page for each title takes long.
    let added = |name: &str, booking: &Booking, page: usize| {
        let meetings = BTreeMap::from([(name.to_owned(), DayEntry::new(booking, page))]);
        size(&of(meetings)) - empty
    };
    for whole in 0..50 {
        let mut page = empty;
        let mut meetings = BTreeMap::new();
        for number in 0..MAX_BOOKINGS {
            let role = if number < MAX_INVITATIONS { Role::Participant } else { Role::Organizer };
            let name = format!("{number:032}");
            // Titles may be changed later.
            let mut former = 0;
            for title in [if number < whole { "x" } else { &long }, &long] {
                let booking = booking(role, title);
                let entry = added(&name, &booking, page);
                meetings.insert(name.clone(), DayEntry::new(&booking, page));
                page = page - former + entry;
                former = entry;
            }
        }
        let whole_page = size(&of(meetings));
        assert_eq!(page, whole_page);
        assert!(page <= sizes::PAGE, "{whole}: {page}");
    }
}

#[test]
fn a_title_is_cut_between_characters_and_only_on_a_crowded_page() {
    let shown = |title: &str, size| DayEntry::new(&booking(Role::Participant, title), size).title.unwrap();
    let title = "Quarterly review of everything";
    assert_eq!(shown(title, WHOLE_TITLES - title.len()), title);
    assert_eq!(shown(title, WHOLE_TITLES), "Quarterly review of e…");
    assert_eq!(shown("Quarterly review of all!", WHOLE_TITLES), "Quarterly review of all!");
    assert_eq!(shown(&"𝒜".repeat(7), WHOLE_TITLES), format!("{}…", "𝒜".repeat(5)));
}
