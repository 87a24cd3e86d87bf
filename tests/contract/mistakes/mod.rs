//! The mistakes that people make in their first hours, each with the answer that helps them on. Every row is
//! a request as somebody would send it, over HTTP through the routes of the deployment.

mod bodies;
mod fields;
mod ids;
mod routes;
mod sign_in;
mod times;
mod zones;

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Method, Request};
use harness::{Person, World, new_meeting, with};
use serde_json::{Value, json};

/// A mistaken request and what its answer must have.
struct Row {
    method: Method,
    path: String,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
    status: u16,
    code: &'static str,
    fields: BTreeSet<&'static str>,
    words: Vec<String>,
}

/// What the rows are about: two people, and a meeting that Ana organizes.
struct Scene {
    world: World,
    ana: Person,
    bo: Person,
    meeting: String,
}

impl Scene {
    async fn set() -> Self {
        let world = World::start().await;
        let [ana, bo] = world.people(["ana", "bo"]).await;
        let meeting = world.book(&ana, "2026-12-05T10:00", "2026-12-05T11:00", &[], json!({})).await;
        let meeting = meeting["meeting_id"].as_str().unwrap().to_owned();
        Self { world, ana, bo, meeting }
    }

    /// A meeting of Ana's in Madrid, with these changes.
    fn meeting_with(&self, changes: Value) -> Row {
        let zone = json!({ "time_zone": "Europe/Madrid" });
        post("/api/create_meeting", with(with(new_meeting(&self.ana.id), zone), changes))
    }

    /// Sends every row, and lists those whose answers are others. None of them may change anything.
    async fn try_all(&self, rows: Vec<Row>) {
        let before = self.world.items().await;
        let mut wrong = Vec::new();
        for row in rows {
            wrong.extend(row.wrong(&self.world).await);
        }
        assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
        assert!(self.world.items().await == before, "nothing of all that was written");
    }
}

fn request(method: Method, path: impl Into<String>, body: impl Into<Vec<u8>>) -> Row {
    Row {
        method,
        path: path.into(),
        headers: Vec::new(),
        body: body.into(),
        status: 422,
        code: "invalid_request",
        fields: BTreeSet::new(),
        words: Vec::new(),
    }
}

fn post(path: &str, body: Value) -> Row {
    request(Method::POST, path, body.to_string())
}

fn patch(path: &str, body: Value) -> Row {
    request(Method::PATCH, path, body.to_string())
}

fn get(path: impl Into<String>) -> Row {
    request(Method::GET, path, "")
}

impl Row {
    fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Another answer than 422 `invalid_request`.
    fn is(mut self, status: u16, code: &'static str) -> Self {
        (self.status, self.code) = (status, code);
        self
    }

    /// The fields that the answer lists, no other.
    fn names(mut self, fields: &[&'static str]) -> Self {
        self.fields = fields.iter().copied().collect();
        self
    }

    /// What the answer says somewhere.
    fn says(mut self, words: &[&str]) -> Self {
        self.words = words.iter().map(|words| (*words).to_owned()).collect();
        self
    }

    /// How the answer differs from the expected one.
    async fn wrong(self, world: &World) -> Option<String> {
        let mut request = Request::builder().method(self.method.clone()).uri(&self.path);
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let answer = world.request(request.body(Body::from(self.body.clone())).unwrap()).await;
        let errors = answer.body["errors"].as_array().cloned().unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let named: BTreeSet<_> = errors.iter().map(|error| text(&error["field"])).collect();
        let said = errors.iter().map(|error| text(&error["message"]));
        let said = [text(&answer.body["detail"])].into_iter().chain(said).collect::<Vec<_>>().join(" | ");
        let unsaid: Vec<_> = self.words.iter().filter(|words| !said.contains(*words)).collect();
        let is_right = (answer.status, text(&answer.body["code"])) == (self.status, self.code.to_owned())
            && named == self.fields.iter().map(|field| (*field).to_owned()).collect()
            && unsaid.is_empty();
        let sent: String = String::from_utf8_lossy(&self.body).chars().take(300).collect();
        let wrong = || {
            format!(
                "{} {} {sent}\n    expected {} {} {:?} {unsaid:?}\n    answered {} {} {named:?} {said}",
                self.method,
                self.path,
                self.status,
                self.code,
                self.fields,
                answer.status,
                answer.body["code"],
            )
        };
        if is_right { None } else { Some(wrong()) }
    }
}

/// There are enough of them to be sure that a kind of mistake isn't forgotten by accident.
#[tokio::test]
async fn the_table_has_at_least_ninety_mistakes() {
    let scene = Scene::set().await;
    let rows = [
        bodies::rows().len(),
        fields::rows(&scene).len(),
        ids::rows(&scene).len(),
        routes::rows(&scene).len(),
        times::rows(&scene).len(),
        zones::rows(&scene).len(),
    ];
    assert!(rows.iter().sum::<usize>() >= 90, "{rows:?}");
}
