//! The files beside the tests: read, written anew on demand, and put into a world.

use std::fs;
use std::path::{Path, PathBuf};

use harness::{World, instant};
use serde_json::Value;
use tokio::sync::OnceCell;

use crate::answers;
use crate::story::{STOPPED_AT, Story};

/// What is checked in.
pub(crate) struct Stored {
    /// Everything in the table at [`STOPPED_AT`].
    pub(crate) items: Vec<Value>,
    /// Every timer that was set then: its `input`, and `at` which instant it fires.
    pub(crate) timers: Vec<Value>,
    /// Items of earlier forms.
    pub(crate) earlier: Vec<Value>,
    /// What is answered about `items`, see [`answers`].
    pub(crate) answers: Vec<Value>,
    /// What was created under idempotency keys, see [`Story::created`].
    pub(crate) created: Vec<Value>,
    /// What was created under idempotency keys in earlier forms, each as in `created`.
    pub(crate) earlier_created: Vec<Value>,
    /// What is answered about `earlier`.
    pub(crate) earlier_answers: Vec<Value>,
}

/// Whether a sort key is one of a kind of item.
type Fits = fn(&str) -> bool;

/// The file of each kind of item, and what the sort keys of that kind look like.
const FILES: [(&str, Fits); 11] = [
    ("users", |sort| sort == "PROFILE"),
    ("emails", |sort| sort == "EMAIL"),
    // One of the secret that `answers` knows: its digest is computed by hand.
    ("feeds", |sort| sort == "FEED"),
    ("calendars", |sort| sort.starts_with("DAY#")),
    ("quotas", |sort| sort.starts_with("QUOTA#")),
    ("messages", |sort| sort.starts_with("MESSAGES#")),
    ("requests", |sort| sort == "REQUEST"),
    ("meetings", |sort| sort == "MEETING"),
    ("reminders", |sort| sort.starts_with("REMINDER#") && !sort.ends_with("#invitation")),
    ("invitations", |sort| sort.starts_with("REMINDER#") && sort.ends_with("#invitation")),
    ("zone_rules", |sort| sort == "ZONE-RULES"),
];

/// What is checked in. With `WRITE_STORED` in the environment it is written first.
pub(crate) async fn stored() -> &'static Stored {
    static STORED: OnceCell<Stored> = OnceCell::const_new();
    let read = async || {
        if std::env::var_os("WRITE_STORED").is_some() {
            write().await;
        }
        Stored::read()
    };
    STORED.get_or_init(read).await
}

/// A world in which those items are stored, at [`STOPPED_AT`]. Nothing of it is planned or sent by itself: no
/// timer is set, and the stream doesn't know of the items.
pub(crate) async fn world_with(items: &[Value]) -> World {
    let world = World::inviting().await;
    world.clock.set(instant(STOPPED_AT));
    for item in items {
        world.put_item(item.clone()).await;
    }
    world.lose_stream().await;
    world
}

impl Stored {
    fn read() -> Self {
        let items = FILES.iter().flat_map(|(name, _)| list(&read(&format!("items/{name}.json")))).collect();
        let earlier = list(&read("items/earlier.json"));
        let created = earlier.iter().filter(|form| form["created"].is_object());
        let expected = read("expected.json");
        Self {
            items,
            timers: list(&read("items/timers.json")),
            earlier_created: created.map(|form| form["created"].clone()).collect(),
            earlier: earlier.into_iter().map(|form| form["item"].clone()).collect(),
            answers: list(&expected["answers"]),
            created: list(&expected["created"]),
            earlier_answers: list(&expected["earlier_answers"]),
        }
    }
}

async fn write() {
    let story = Story::play().await;
    let items: Vec<_> = story.world.items().await.into_values().collect();
    let of_no_file: Vec<_> =
        items.iter().filter(|item| FILES.iter().all(|(_, fits)| !fits(sort_of(item)))).collect();
    assert!(of_no_file.is_empty(), "these items have no file: {of_no_file:?}");
    for (name, fits) in FILES {
        let items = items.iter().filter(|item| fits(sort_of(item)));
        save(&format!("items/{name}.json"), &lines(items));
    }
    save("items/timers.json", &lines(&timers_of(&story.world).await));

    let earlier: Vec<_> =
        list(&read("items/earlier.json")).into_iter().map(|form| form["item"].clone()).collect();
    let lists = [
        ("answers", answers::of(&story.world, &answers::requests(&items)).await),
        ("created", story.created),
        ("earlier_answers", answers::of(&world_with(&earlier).await, &answers::requests(&earlier)).await),
    ];
    let lists = lists.map(|(name, list)| format!("\"{name}\": {}", lines(&list)));
    save("expected.json", &format!("{{\n{}\n}}", lists.join(",\n")));
}

/// Every timer that is set, in the order of time.
pub(crate) async fn timers_of(world: &World) -> Vec<Value> {
    let timer = |(input, at): (Value, String)| {
        let at = at.strip_prefix("at(").and_then(|at| at.strip_suffix(')')).unwrap();
        serde_json::json!({ "at": format!("{at}Z"), "input": input })
    };
    let mut timers: Vec<_> = world.timers().await.into_iter().map(timer).collect();
    timers.sort_by_key(Value::to_string);
    timers
}

/// The sort key of an item.
pub(crate) fn sort_of(item: &Value) -> &str {
    item["sk"].as_str().unwrap()
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().unwrap().clone()
}

/// A list with one element on each line.
fn lines<'a>(values: impl IntoIterator<Item = &'a Value>) -> String {
    let lines: Vec<_> = values.into_iter().map(Value::to_string).collect();
    format!("[\n{}\n]", lines.join(",\n"))
}

fn read(name: &str) -> Value {
    let text = fs::read_to_string(place(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn save(name: &str, text: &str) {
    fs::write(place(name), format!("{text}\n")).unwrap();
}

fn place(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("stored").join(name)
}
