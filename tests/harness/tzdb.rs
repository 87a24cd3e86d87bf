//! Two tzdb releases in one test. The program has the newer one. chrono-tz has an older one, without the
//! overlay, and the table is made as a program with that one would have written it.

use std::collections::BTreeSet;

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, TimeZone, Utc};
use recompute_meetings::{Recomputed, Recomputer};
use serde_json::{Map, Value, json};
use shared::time::TzdbRelease;

use crate::World;

/// Rules of another release than the program's.
#[derive(Clone, Copy, Debug)]
pub struct OtherRules {
    /// The name of the release.
    pub tzdb: &'static str,
    /// The instant of a local time in a zone.
    pub instant: fn(zone: &str, local: NaiveDateTime) -> DateTime<Utc>,
}

impl OtherRules {
    /// The release of chrono-tz.
    pub const CHRONO_TZ: Self = Self { tzdb: chrono_tz::IANA_TZDB_VERSION, instant: by_chrono_tz };
}

fn by_chrono_tz(zone: &str, local: NaiveDateTime) -> DateTime<Utc> {
    let zone: chrono_tz::Tz = zone.parse().unwrap();
    zone.from_local_datetime(&local).earliest().unwrap().to_utc()
}

impl World {
    /// Makes all meetings that have other instants by other rules, and the pages of the calendars that they
    /// are on, as a program with those rules would have stored them. They may not be planned yet.
    pub async fn store_by(&self, rules: OtherRules) {
        for ((partition, sort), mut meeting) in self.items().await {
            if sort != "MEETING" {
                continue;
            }
            let zone = meeting["zone"].as_str().unwrap().to_owned();
            let before = meeting.clone();
            for (name, local) in [("start", "local_start"), ("end", "local_end")] {
                let local = meeting[local].as_str().unwrap().parse().unwrap();
                meeting[name] = json!((rules.instant)(&zone, local).timestamp_millis());
            }
            if meeting == before {
                continue;
            }
            meeting["tzdb"] = json!(rules.tzdb);
            let id = partition.trim_start_matches("MEETING#");
            for participant in meeting["participants"].as_array().unwrap() {
                self.move_on_pages(id, participant["user_id"].as_str().unwrap(), &meeting).await;
            }
            self.put_item(meeting).await;
        }
    }

    async fn move_on_pages(&self, id: &str, user: &str, meeting: &Value) {
        let partition = format!("USER#{user}");
        let mut entry = None;
        for ((pk, sort), mut page) in self.items().await {
            if pk == partition && sort.starts_with("DAY#") {
                let taken = page["meetings"].as_object_mut().unwrap().remove(id);
                if taken.is_some() {
                    entry = taken;
                    self.put_item(page).await;
                }
            }
        }
        let mut entry = entry.unwrap();
        (entry["start"], entry["end"]) = (meeting["start"].clone(), meeting["end"].clone());
        let items = self.items().await;
        for day in days(meeting) {
            let key = (partition.clone(), format!("DAY#{day}"));
            let empty = json!({ "pk": key.0, "sk": key.1, "version": 1, "meetings": {} });
            let mut page = items.get(&key).cloned().unwrap_or(empty);
            page["meetings"][id] = entry.clone();
            self.put_item(page).await;
        }
    }

    /// Runs recompute_meetings once, at the current time.
    pub async fn recompute(&self) -> Recomputed {
        recompute_meetings::handle(&self.process.recomputer).await.unwrap()
    }

    /// The same by a program that has the tzdb of that name, but the zones of this one.
    pub async fn recompute_as(&self, tzdb: &str) -> Recomputed {
        let recomputer = Recomputer { tzdb: tzdb.parse().unwrap(), ..self.process.recomputer.clone() };
        recompute_meetings::handle(&recomputer).await.unwrap()
    }

    /// Notes that the table follows the rules of that release, and that the walk to those of the program
    /// begins now.
    pub async fn begin_walk(&self) {
        let from = self.clock.now().timestamp().div_euclid(60);
        let program = TzdbRelease::of_program();
        let walk = json!({ "from": from, "moved": 0, "failed": 0 });
        let item = json!({ "pk": "ZONE-RULES", "sk": "ZONE-RULES", "tzdb": program.as_str(), "version": 1, "walk": walk });
        self.put_item(item).await;
    }

    /// Asserts that every confirmed meeting has the same instants in its item and on exactly the pages of its
    /// days, of everyone who takes part.
    pub async fn assert_pages_agree(&self) {
        let items = self.items().await;
        let (mut expected, mut found) = (BTreeSet::new(), BTreeSet::new());
        for ((partition, sort), item) in &items {
            if sort == "MEETING" && item["status"] == "confirmed" {
                for participant in item["participants"].as_array().unwrap() {
                    for day in days(item) {
                        let user = participant["user_id"].as_str().unwrap();
                        expected.insert((
                            format!("USER#{user} DAY#{day}"),
                            partition.trim_start_matches("MEETING#").to_owned(),
                            item["start"].as_i64(),
                            item["end"].as_i64(),
                        ));
                    }
                }
            } else if sort.starts_with("DAY#") {
                let none = Map::new();
                for (id, entry) in item["meetings"].as_object().unwrap_or(&none) {
                    let times = (entry["start"].as_i64(), entry["end"].as_i64());
                    found.insert((format!("{partition} {sort}"), id.clone(), times.0, times.1));
                }
            }
        }
        assert_eq!(found, expected);
    }
}

/// The UTC days of a stored meeting.
fn days(meeting: &Value) -> Vec<NaiveDate> {
    let instant = |name: &str| DateTime::from_timestamp_millis(meeting[name].as_i64().unwrap()).unwrap();
    let last = (instant("end") - chrono::TimeDelta::milliseconds(1)).date_naive();
    let mut days = vec![instant("start").date_naive()];
    while *days.last().unwrap() < last {
        days.push(*days.last().unwrap() + Days::new(1));
    }
    days
}
