//! Bodies that are no JSON object.

use axum::http::Method;

use super::{Row, Scene, request};

fn body(kind: &str, body: &str) -> Row {
    let row = request(Method::POST, "/api/create_user", body).is(400, "malformed_json");
    if kind.is_empty() { row } else { row.header("content-type", kind) }
}

pub(super) fn rows() -> Vec<Row> {
    const FORM: &str = "application/x-www-form-urlencoded";
    const SEND: &str = "Send a JSON object, with the header Content-Type: application/json.";
    let multipart =
        "--x\r\nContent-Disposition: form-data; name=\"email\"\r\n\r\nana@example.com\r\n--x--\r\n";
    vec![
        body(FORM, "email=ana%40example.com&name=Ana").says(&["is a form", FORM, SEND]),
        body("multipart/form-data; boundary=x", multipart).says(&["is a form", "multipart/form-data", SEND]),
        body("", "").says(&["is empty", SEND]),
        body("application/json", "").says(&["is empty", "application/json", SEND]),
        body(FORM, "").says(&["is empty", FORM, SEND]),
        body("text/plain", "hello").says(&["text/plain", SEND]),
        body("application/xml", "<user/>").says(&["application/xml", SEND]),
        body("application/yaml", "email: ana@example.com").says(&["application/yaml", SEND]),
        body("application/json", r#"[{"email":"ana@example.com"}]"#).says(&["JSON, but not an object", SEND]),
        body("application/json", "\"ana@example.com\"").says(&["JSON, but not an object"]),
        body("application/json", "{'email':'ana@example.com'}").says(&["line 1 column 2"]),
        body("application/json", r#"{"email":"ana@example.com",}"#).says(&["trailing comma"]),
        // As curl sends JSON that is pasted with a mistake, and no header.
        body(FORM, r#"{"email":"ana@example.com""#).says(&["can't be read as JSON", "EOF"]),
    ]
}

#[tokio::test]
async fn bodies() {
    Scene::set().await.try_all(rows()).await;
}
