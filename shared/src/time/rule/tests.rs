use proptest::prelude::*;

use super::super::oracle::{Current, places, wall, windows};
use super::*;

/// The rule of docs/time.md by definition: a search minute by minute, on wall clocks that jiff reads.
fn search(
    start: Minute,
    minutes_before: u32,
    earliest: Minute,
    dnd: Option<Dnd>,
    zone: &Current,
) -> Decision {
    let quiet = |minute: &Minute| dnd.is_some_and(|dnd| dnd.contains(zone.minute_of_day(*minute)));
    let minutes = |from: Minute, to: Minute| (from.epoch()..=to.epoch()).map(Minute::from_epoch);
    let answer = |remind_at, reason| Decision { remind_at, reason };

    let last = if minutes_before == 0 { start } else { start - 1 };
    if earliest > last {
        return answer(None, Reason::MeetingStarted);
    }
    let on_time = start - i64::from(minutes_before);
    let p = on_time.max(earliest);
    // From the last open minute at most four minutes back, within its open stretch and not before `earliest`.
    let before = |a: Minute| minutes(earliest.max(a - 4), a).rev().take_while(|m| !quiet(m)).last().unwrap();
    if !quiet(&p) {
        let a = minutes(p, p + 3).find(|minute| quiet(&(*minute + 1)));
        if let Some(earlier) = a.map(before).filter(|earlier| *earlier < p) {
            return answer(Some(earlier), Reason::BeforeDnd);
        }
        return answer(Some(p), if p == on_time { Reason::OnTime } else { Reason::Immediate });
    }
    let e = minutes(p + 1, last).find(|minute| !quiet(minute));
    if e.is_some_and(|e| e <= start - 5) {
        return answer(e, Reason::AfterDnd);
    }
    if let Some(a) = minutes(earliest, p - 1).rev().find(|minute| !quiet(minute)) {
        return answer(Some(before(a)), Reason::BeforeDnd);
    }
    match e {
        Some(e) => answer(Some(e), Reason::AfterDndShort),
        None => answer(None, Reason::DndUntilStart),
    }
}

fn lead_times() -> impl Strategy<Value = u32> {
    prop_oneof![1 => 0_u32..3, 3 => 0_u32..120, 3 => 0_u32..3000, 1 => 0_u32..=40_320]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12_000))]

    #[test]
    fn the_rule_agrees_with_a_minute_by_minute_search(
        (zone, start) in places(),
        minutes_before in lead_times(),
        slack in prop_oneof![3 => -3_i64..200, 2 => 0_i64..5000, 1 => Just(50_000)],
        from_start in any::<bool>(),
        dnd in prop_oneof![1 => Just(None), 15 => windows().prop_map(Some)],
    ) {
        // Timers can be set from shortly before the meeting, or from around the minute that was asked for.
        let earliest = if from_start { start } else { start - i64::from(minutes_before) } - slack;
        let jumped = remind(start, minutes_before, earliest, dnd, zone.ours());
        prop_assert_eq!(jumped, search(start, minutes_before, earliest, dnd, zone), "in {}", zone.name);
    }
}

/// One night around each change of every zone, by a window over the hours at which clocks change.
#[test]
fn the_rule_agrees_with_a_minute_by_minute_search_at_every_clock_change() {
    for zone in Current::all() {
        let ours = zone.ours();
        for (nth, change) in zone.changes().enumerate() {
            let change = Minute::from_epoch(change / 60);
            let shown = zone.minute_of_day(change);
            // The window ends where the clocks arrive, begins there, or holds it, by turns.
            let (begins, ends) = [(1320, 0), (0, 90), (1410, 30)][nth % 3];
            let dnd = Dnd::new(wall((shown + begins) % 1440), wall((shown + ends) % 1440)).unwrap();
            for (after, minutes_before) in [(1, 60), (31, 30), (61, 61), (130, 120), (700, 1440)] {
                let (start, earliest) = (change + after, change - 100 + after);
                let jumped = remind(start, minutes_before, earliest, Some(dnd), ours);
                assert_eq!(
                    jumped,
                    search(start, minutes_before, earliest, Some(dnd), zone),
                    "{change:?} in {ours}"
                );
            }
        }
    }
}

fn minute(text: &str) -> Minute {
    Minute::of(text.parse().unwrap())
}

#[test]
fn each_reason_has_its_case() {
    let madrid = "Europe/Madrid".parse::<Zone>().unwrap();
    let night = Dnd::new(wall(22 * 60), wall(7 * 60)).unwrap();
    let always = Dnd::new(wall(0), wall(1440)).unwrap();
    let nearly_always = Dnd::new(wall(9 * 60 + 3), wall(9 * 60)).unwrap();
    // Meeting, minutes before and the earliest timer, all on 2026-12-01 in Madrid; then the minute sent, and
    // why.
    for (start, minutes_before, earliest, dnd, sent, reason) in [
        ("10:00", 60, "08:00", Some(night), Some("09:00"), Reason::OnTime),
        ("10:00", 60, "09:30", Some(night), Some("09:30"), Reason::Immediate),
        ("10:00", 0, "09:30", Some(night), Some("10:00"), Reason::OnTime),
        ("07:30", 60, "03:00", Some(night), Some("07:00"), Reason::AfterDnd),
        ("07:05", 60, "03:00", Some(night), Some("07:00"), Reason::AfterDnd),
        ("07:04", 60, "03:00", Some(night), Some("07:00"), Reason::AfterDndShort),
        ("23:30", 60, "12:00", Some(night), Some("21:55"), Reason::BeforeDnd),
        ("23:30", 60, "21:57", Some(night), Some("21:57"), Reason::BeforeDnd),
        ("23:30", 60, "21:59", Some(night), Some("21:59"), Reason::BeforeDnd),
        ("23:00", 60, "21:59", Some(night), Some("21:59"), Reason::BeforeDnd),
        // Outside the window, but less than five minutes before it.
        ("22:59", 60, "12:00", Some(night), Some("21:55"), Reason::BeforeDnd),
        ("22:59", 60, "21:57", Some(night), Some("21:57"), Reason::BeforeDnd),
        ("22:59", 60, "21:59", Some(night), Some("21:59"), Reason::OnTime),
        ("22:56", 60, "12:00", Some(night), Some("21:55"), Reason::BeforeDnd),
        ("22:55", 60, "12:00", Some(night), Some("21:55"), Reason::OnTime),
        ("22:54", 60, "12:00", Some(night), Some("21:54"), Reason::OnTime),
        ("22:54", 60, "21:57", Some(night), Some("21:57"), Reason::Immediate),
        ("21:58", 0, "12:00", Some(night), Some("21:55"), Reason::BeforeDnd),
        // A stretch of three minutes outside the window.
        ("10:00", 59, "08:00", Some(nearly_always), Some("09:00"), Reason::BeforeDnd),
        ("10:00", 57, "09:01", Some(nearly_always), Some("09:01"), Reason::BeforeDnd),
        ("23:30", 60, "22:00", Some(night), None, Reason::DndUntilStart),
        ("07:00", 60, "03:00", Some(night), None, Reason::DndUntilStart),
        ("10:00", 60, "03:00", Some(always), None, Reason::DndUntilStart),
        ("10:00", 60, "10:00", None, None, Reason::MeetingStarted),
        ("10:00", 0, "10:00", None, Some("10:00"), Reason::OnTime),
        ("10:00", 0, "10:01", None, None, Reason::MeetingStarted),
    ] {
        let on_the_day = |time: &str| minute(&format!("2026-12-01T{time}:00+01:00"));
        let decision = remind(on_the_day(start), minutes_before, on_the_day(earliest), dnd, madrid);
        assert_eq!(
            decision,
            Decision { remind_at: sent.map(on_the_day), reason },
            "{start} {minutes_before}"
        );
    }
}

#[test]
fn a_reminder_that_would_come_in_the_night_is_sent_five_minutes_before_it() {
    let night = Dnd::new(wall(22 * 60), wall(7 * 60)).unwrap();
    let start = minute("2026-12-02T07:03:00Z");
    let decision = remind(start, 60, start - 1000, Some(night), Zone::UTC);
    let expected = Decision { remind_at: Some(minute("2026-12-01T21:55:00Z")), reason: Reason::BeforeDnd };
    assert_eq!(decision, expected);
}

#[test]
fn a_skipped_hour_may_leave_no_minute_outside_the_window() {
    // In Madrid 02:00 to 03:00 doesn't happen on 2026-03-29; whoever is free only then is never free that
    // night.
    let madrid = "Europe/Madrid".parse::<Zone>().unwrap();
    let dnd = Dnd::new(wall(180), wall(120)).unwrap();
    let (start, earliest) = (minute("2026-03-29T08:00:00Z"), minute("2026-03-28T12:00:00Z"));
    let decision = remind(start, 600, earliest, Some(dnd), madrid);
    assert_eq!(decision, Decision { remind_at: None, reason: Reason::DndUntilStart });
    let day_later = remind(start + 1440, 600, earliest, Some(dnd), madrid);
    assert_eq!(day_later.remind_at, Some(minute("2026-03-30T00:00:00Z")));
}

#[test]
fn a_skipped_day_adds_no_dnd_time() {
    // Apia went from 2011-12-29 straight to 2011-12-31; at midnight its night was two hours old and went on.
    let apia = "Pacific/Apia".parse::<Zone>().unwrap();
    let night = Dnd::new(wall(22 * 60), wall(7 * 60)).unwrap();
    let start = minute("2011-12-31T08:00:00+14:00");
    let decision = remind(start, 120, start - 3000, Some(night), apia);
    assert_eq!(decision.remind_at, Some(minute("2011-12-31T07:00:00+14:00")));
    assert_eq!(decision.reason, Reason::AfterDnd);
}

#[test]
fn reasons_have_the_names_of_the_api() {
    for (reason, name) in [
        (Reason::OnTime, "on_time"),
        (Reason::Immediate, "immediate"),
        (Reason::AfterDnd, "after_dnd"),
        (Reason::BeforeDnd, "before_dnd"),
        (Reason::AfterDndShort, "after_dnd_short"),
        (Reason::DndUntilStart, "dnd_until_start"),
        (Reason::MeetingStarted, "meeting_started"),
        (Reason::RecipientLimit, "recipient_limit"),
    ] {
        assert_eq!(reason.as_str(), name);
        assert_eq!(name.parse(), Ok(reason));
    }
    assert!("On time".parse::<Reason>().is_err());
}
