//! Bookings and pages in a random order, against the table itself. The same with ten thousand listings of a
//! calendar in memory is in `functions/list_meetings`.

use std::collections::{BTreeMap, BTreeSet};

use fastrand::Rng;
use harness::{Person, World};
use serde_json::{Value, json};

use super::{meetings, next, page};
use crate::changes::{cancel, patch};

const LISTINGS: u64 = 12;
const WINDOW: &str = "start_time=2026-12-01T00:00&end_time=2026-12-09T00:00";

/// Ana's and Bo's meetings. Bo organizes half of them, and so may have several at once on Ana's calendar.
struct Story {
    world: World,
    rng: Rng,
    ana: Person,
    organizers: [Person; 3],
    /// Each meeting that is booked.
    booked: BTreeMap<String, Value>,
    /// Those that were on Ana's calendar at the same place since the listing began.
    stays: BTreeSet<String>,
}

impl Story {
    async fn begin() -> Self {
        let world = World::start().await;
        let [ana, bo, cy] = world.people(["ana", "bo", "cy"]).await;
        let organizers = [ana.clone(), bo, cy];
        let (booked, stays) = (BTreeMap::new(), BTreeSet::new());
        Self { world, rng: Rng::with_seed(7), ana, organizers, booked, stays }
    }

    fn times(&mut self) -> (String, String) {
        let (day, hour, lasts) = (self.rng.u8(1..9), self.rng.u8(0..12), self.rng.u8(0..30));
        (format!("2026-12-0{day}T{hour:02}:00"), format!("2026-12-0{day}T{hour:02}:{}", lasts + 30))
    }

    /// Books a meeting, unless its organizer has another one then.
    async fn book(&mut self) {
        let (start, end) = self.times();
        let organizer = self.rng.choice(&self.organizers).unwrap();
        let invited = [&self.ana];
        let (status, meeting) = self.world.try_book(organizer, &start, &end, &invited, json!({})).await;
        if status == 201 {
            self.booked.insert(meeting["meeting_id"].as_str().unwrap().to_owned(), meeting);
        }
    }

    /// Something that others do; they may meet a conflict.
    async fn change(&mut self) {
        let (start, end) = self.times();
        let known: Vec<_> = self.booked.keys().cloned().collect();
        let kind = self.rng.u8(..6);
        let Some(id) = self.rng.choice(known).filter(|_| kind > 1) else {
            return self.book().await;
        };
        let meeting = self.booked[&id].clone();
        let keeps_its_place = match kind {
            2 => patch(&self.world, &meeting, json!({ "start_time": start, "end_time": end })).await.0 != 200,
            3 => {
                patch(&self.world, &meeting, json!({ "title": "other" })).await;
                true
            }
            4 => {
                assert_eq!(cancel(&self.world, &meeting).await.0, 200);
                self.booked.remove(&id);
                false
            }
            _ if meeting["creator_id"] == self.ana.id.as_str() => true,
            _ => {
                self.world.participant("remove", &meeting, &self.ana).await;
                self.booked.remove(&id);
                false
            }
        };
        if !keeps_its_place {
            self.stays.remove(&id);
        }
    }

    async fn changes(&mut self, most: usize) {
        for _ in 0..self.rng.usize(..=most) {
            self.change().await;
        }
    }

    /// A page that is read while others change something.
    async fn page(&mut self, query: &str) -> Value {
        let (world, ana) = (self.world.process.gateway.clone(), self.ana.clone());
        let path = format!("/api/users/{}/meetings?{query}", ana.id);
        let request = axum::http::Request::get(path).body(axum::body::Body::empty()).unwrap();
        let (answer, ()) = tokio::join!(world.call(request), self.changes(2));
        let body = axum::body::to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        serde_json::from_slice(&body).unwrap()
    }
}

#[tokio::test]
async fn whatever_is_booked_a_meeting_that_stays_is_told_once() {
    let mut story = Story::begin().await;
    for _ in 0..20 {
        story.book().await;
    }
    let (mut pages, mut stayed) = (0, 0);
    for _ in 0..LISTINGS {
        story.changes(6).await;
        story.stays = story.booked.keys().cloned().collect();
        let (mut told, mut cursor): (Vec<(String, String)>, _) = (Vec::new(), String::new());
        loop {
            let query = format!("{WINDOW}&time_zone=UTC&limit={}{cursor}", story.rng.u8(1..4));
            let page = story.page(&query).await;
            pages += 1;
            let place = |meeting: &Value| {
                ["start_time", "meeting_id"].map(|name| meeting[name].as_str().unwrap().to_owned()).into()
            };
            told.extend(meetings(&page).iter().map(place));
            let Some(next) = next(&page) else { break };
            cursor = next;
            story.changes(2).await;
        }
        assert!(told.windows(2).all(|pair| pair[0] < pair[1]), "in order, each once: {told:?}");
        for id in &story.stays {
            assert_eq!(told.iter().filter(|(_, other)| other == id).count(), 1, "{id} of {told:?}");
        }
        stayed += story.stays.len();
    }
    // Which meetings change depends on their ids, which are random.
    assert!(pages > 2 * LISTINGS && stayed > LISTINGS as usize, "{pages} pages, {stayed} stayed");
    // Nothing is left out that nobody touches, however it is asked for.
    let whole = page(&story.world, &story.ana, &format!("{WINDOW}&limit=250")).await;
    let ids: BTreeSet<_> = meetings(&whole).iter().map(|one| one["meeting_id"].as_str().unwrap()).collect();
    assert_eq!(ids, story.booked.keys().map(String::as_str).collect());
}
