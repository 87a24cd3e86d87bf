//! Many meetings of many zones, and a process that dies again and again.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use harness::{CallOutcome, OtherRules, Person, World, instant};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use recompute_meetings::Recomputer;
use serde_json::{Value, json};
use shared::time::Zone;

const ZONES: [&str; 6] = [
    "America/Vancouver",
    "Africa/Casablanca",
    "America/Edmonton",
    "America/Winnipeg",
    "Europe/Madrid",
    "UTC",
];

/// A meeting to book.
#[derive(Clone, Debug)]
struct Wish {
    organizer: usize,
    invited: Vec<usize>,
    zone: usize,
    /// The hour of the first day, which may be one of the next days.
    hour: i64,
    minutes: i64,
}

fn wish() -> impl Strategy<Value = Wish> {
    let invited = prop::collection::btree_set(0..PEOPLE.len(), 0..3);
    (0..PEOPLE.len(), invited, 0..ZONES.len(), 0..24 * 30_i64, 1..20_i64).prop_map(
        |(organizer, invited, zone, hour, fifteens)| Wish {
            organizer,
            invited: invited.into_iter().filter(|who| *who != organizer).collect(),
            zone,
            hour,
            minutes: fifteens * 15,
        },
    )
}

/// Name, zone and quiet time.
const PEOPLE: [(&str, &str, &str, &str); 4] = [
    ("ana", "America/Vancouver", "22:00", "07:00"),
    ("bo", "Europe/Madrid", "10:05", "16:00"),
    ("cy", "Africa/Casablanca", "08:00", "12:00"),
    ("dee", "UTC", "23:00", "23:30"),
];

/// After which call the process dies in each run. There are as many runs as numbers, and then some without.
type Deaths = Vec<usize>;

#[test]
fn every_meeting_keeps_its_wall_clock_and_nobody_is_told_twice_or_in_quiet_time() {
    let config = Config { cases: 12, failure_persistence: None, ..Config::default() };
    let wishes = (prop::collection::vec(wish(), 4..14), prop::collection::vec(1..12_usize, 0..6));
    TestRunner::new(config)
        .run(&wishes, |(wishes, deaths)| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(follow(&wishes, &deaths));
            Ok(())
        })
        .unwrap();
}

async fn follow(wishes: &[Wish], deaths: &Deaths) {
    let mut world = World::inviting().await;
    let mut people = Vec::new();
    for (name, zone, from, until) in PEOPLE {
        people.push(world.person_with_dnd(name, zone, from, until).await);
    }
    let asked = book(&world, &people, wishes).await;
    world.store_by(OtherRules::CHRONO_TZ).await;
    let moves: BTreeMap<_, _> = asked.iter().map(|(id, asked)| (id, asked.moves())).collect();
    // Everyone is invited by the older rules.
    world.settle().await;
    world.pass_to(instant("2026-11-03T09:00:00Z")).await;
    let told = world.outbox().len();

    world.begin_walk().await;
    for death in deaths {
        let death = *death;
        world.calls().watch(
            move |call| {
                if call.number == death { CallOutcome::ProcessDies } else { CallOutcome::Pass }
            },
        );
        let recomputer = by_parts(&world);
        let survived = world.calls().survive(recompute_meetings::handle(&recomputer)).await;
        world.calls().clear();
        if survived.is_none() {
            world.restart();
        }
    }
    while recompute_meetings::handle(&by_parts(&world)).await.unwrap().is_pending {}
    world.assert_pages_agree().await;
    let items = world.items().await;
    for (id, asked) in &asked {
        let item = &items[&(format!("MEETING#{id}"), "MEETING".to_owned())];
        assert_eq!(asked.shown(item), (asked.start, asked.end), "{item}");
        assert_eq!(item["version"], if moves[id] { 2 } else { 1 }, "{item}");
    }

    world.settle().await;
    world.pass_to(instant("2026-11-04T09:00:00Z")).await;
    let mails: Vec<_> = world.outbox().into_iter().skip(told).collect();
    for mail in &mails {
        let person = people.iter().position(|person| person.email == mail.to).unwrap();
        let (_, zone, from, until) = PEOPLE[person];
        let shown = zone.parse::<Zone>().unwrap().local(mail.sent_at).format("%H:%M").to_string();
        let rests = if from < until {
            (from..until).contains(&shown.as_str())
        } else {
            shown.as_str() >= from || shown.as_str() < until
        };
        assert!(!rests, "{} was disturbed at {shown}", mail.to);
    }
    for (id, asked) in &asked {
        for email in &asked.people {
            let update = format!("Updated: {},", asked.title);
            let updates =
                mails.iter().filter(|mail| mail.to == *email && mail.subject.starts_with(&update)).count();
            assert_eq!(updates, usize::from(moves[id]), "{email} about {asked:?}");
        }
    }
}

/// What was asked for.
#[derive(Debug)]
struct Asked {
    title: String,
    zone: &'static str,
    start: NaiveDateTime,
    end: NaiveDateTime,
    people: Vec<String>,
}

impl Asked {
    /// Whether the older rules have other instants.
    fn moves(&self) -> bool {
        let older = |local| (OtherRules::CHRONO_TZ.instant)(self.zone, local);
        let program: Zone = self.zone.parse().unwrap();
        [self.start, self.end].iter().any(|local| program.local(older(*local)).naive_local() != *local)
    }

    /// What the clocks show at the stored instants, by the rules of the program.
    fn shown(&self, item: &Value) -> (NaiveDateTime, NaiveDateTime) {
        let zone: Zone = self.zone.parse().unwrap();
        let instant = |name: &str| -> DateTime<Utc> {
            DateTime::from_timestamp_millis(item[name].as_i64().unwrap()).unwrap()
        };
        (zone.local(instant("start")).naive_local(), zone.local(instant("end")).naive_local())
    }
}

/// Books what doesn't clash, by id. The first day is far enough ahead that everyone is told in time.
async fn book(world: &World, people: &[Person], wishes: &[Wish]) -> BTreeMap<String, Asked> {
    let mut asked = BTreeMap::new();
    for (number, wish) in wishes.iter().enumerate() {
        let start = instant("2026-11-06T00:00:00Z").naive_utc() + TimeDelta::hours(wish.hour);
        let end = start + TimeDelta::minutes(wish.minutes);
        let text = |local: NaiveDateTime| local.format("%Y-%m-%dT%H:%M").to_string();
        let (title, zone) = (format!("Meeting {number}"), ZONES[wish.zone]);
        let invited: Vec<_> = wish.invited.iter().map(|who| &people[*who]).collect();
        let organizer = &people[wish.organizer];
        let more = json!({ "title": title, "time_zone": zone, "notification_interval": [] });
        let (status, meeting) = world.try_book(organizer, &text(start), &text(end), &invited, more).await;
        if status != 201 {
            assert_eq!(status, 409, "{meeting}");
            continue;
        }
        let people = invited.iter().chain([&organizer]).map(|person| person.email.clone()).collect();
        asked.insert(super::id(&meeting).to_owned(), Asked { title, zone, start, end, people });
    }
    asked
}

/// A recomputer of which each run does a small part.
fn by_parts(world: &World) -> Recomputer {
    Recomputer { most_items: Some(5), timeout: Duration::ZERO, ..world.process.recomputer.clone() }
}
