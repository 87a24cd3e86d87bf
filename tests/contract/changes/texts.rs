//! The optional texts of a meeting. Those are the texts of `MeetingPatch` in the document that may be null:
//! so a new one is tested without a change here.

use harness::document::Document;
use harness::{World, new_meeting, with};
use serde_json::{Map, Value, json};

use super::{bare, patch};

/// Their names, each with a text that fits: the first example of its schema.
fn texts() -> Map<String, Value> {
    let schemas = &Document::served().root["components"]["schemas"];
    let fields = schemas["MeetingPatch"]["properties"].as_object().unwrap().iter();
    let texts = fields.filter_map(|(name, field)| {
        let schema = &schemas[field["$ref"].as_str()?.rsplit('/').next()?];
        let text = schema["examples"].get(0).cloned().unwrap_or(json!("One\nTwo"));
        (schema["type"] == json!(["string", "null"])).then(|| (name.clone(), text))
    });
    texts.collect()
}

/// How a meeting without any of them is answered.
pub(crate) fn none() -> Value {
    texts().into_iter().map(|(name, _)| (name, Value::Null)).collect::<Map<_, _>>().into()
}

#[tokio::test]
async fn every_optional_text_is_stored_changed_and_removed() {
    let texts = texts();
    assert!(["title", "description", "location"].iter().all(|name| texts.contains_key(*name)), "{texts:?}");
    let world = World::start().await;
    let ana = world.person("ana", "UTC").await;
    let body = with(new_meeting(&ana.id), texts.clone().into());
    let (status, created) = world.post("/api/create_meeting", body).await;
    assert_eq!(status, 201, "{created}");
    let mut expected = with(bare(created.clone()), texts.clone().into());
    let path = format!("/api/meetings/{}", created["meeting_id"].as_str().unwrap());
    assert_eq!(world.get(&path).await, (200, expected.clone()));

    for (name, text) in &texts {
        for (sent, stored) in
            [(json!(null), json!(null)), (text.clone(), text.clone()), (json!(" "), json!(null))]
        {
            let (status, answer) = patch(&world, &created, json!({ name: sent })).await;
            assert_eq!(status, 200, "{name}: {answer}");
            let version = expected["version"].as_u64().unwrap() + 1;
            expected = with(expected, json!({ name: stored, "version": version }));
            assert_eq!(bare(answer), expected, "{name}: {sent}");
            assert_eq!(world.get(&path).await, (200, expected.clone()), "{name}: {sent}");
        }
    }
    assert_eq!(with(expected.clone(), none()), expected);
}
