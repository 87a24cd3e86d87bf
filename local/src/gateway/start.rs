//! `GET /` and `GET /local`: what runs here, where to look, and how to try it.

use askama::Template;
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::json;

use super::{OUTBOX, REMINDERS, TOKEN, WEBHOOKS, page};
use crate::about::About;
use crate::deployment::Auth;

const DOCUMENTATION: &str = "/api/docs";
const DOCUMENT: &str = "/api/openapi.json";

#[derive(Template)]
#[template(path = "start.html")]
struct StartPage<'a> {
    about: &'a About,
}

/// Answers with the page where `headers` ask for one, otherwise with the same in short as JSON.
pub(super) fn answer(about: &About, headers: &HeaderMap) -> Response {
    if page::is_wanted(headers) {
        return page::html(&StartPage { about });
    }
    let linked = |path: &str| about.url() + path;
    page::json(json!({
        "version": About::VERSION,
        "api": linked("/api"),
        "documentation": linked(DOCUMENTATION),
        "openapi": linked(DOCUMENT),
        "outbox": linked(OUTBOX),
        "reminders": linked(REMINDERS),
        "webhooks": linked(WEBHOOKS),
        "data_directory": about.absolute_data_dir(),
        "cors_origins": about.cors_origins.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "sign_in": match about.auth {
            Auth::Off => "off",
            Auth::Dev => "dev",
            Auth::Issuer(_) => "jwt",
        },
    }))
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;
    use axum::http::{HeaderValue, header};
    use serde_json::Value;

    use super::*;

    fn about(auth: Auth) -> About {
        let (address, data_dir) = ("127.0.0.1:3000".parse().unwrap(), Some("/data/tactful".into()));
        About { address, data_dir, auth, cors_origins: Vec::new() }
    }

    async fn answered(about: &About, accept: &'static str) -> (Response<()>, String) {
        let accept = (header::ACCEPT, HeaderValue::from_static(accept));
        let (parts, body) = answer(about, &HeaderMap::from_iter([accept])).into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        (Response::from_parts(parts, ()), String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn the_page_shows_what_runs_and_links_to_all_there_is() {
        let about = about(Auth::Off);
        let (response, page) = answered(&about, "text/html").await;
        assert_eq!(response.headers()["content-type"], "text/html; charset=utf-8");
        for path in [DOCUMENTATION, DOCUMENT, OUTBOX, REMINDERS, WEBHOOKS] {
            assert!(page.contains(&format!("href=\"{path}\"")), "{path}: {page}");
        }
        for shown in [About::VERSION, "/data/tactful", "http://127.0.0.1:3000/api", &about.quickstart()] {
            assert!(page.contains(shown), "{shown}: {page}");
        }
        assert!(!page.contains(TOKEN), "nobody has to sign in: {page}");
        assert!(!page.contains("<script"), "{page}");
    }

    #[tokio::test]
    async fn the_lines_to_copy_are_those_of_the_banner() {
        let about = about(Auth::Dev);
        let (_, page) = answered(&about, "text/html").await;
        let unescaped = page.replace("&#60;", "<").replace("&#62;", ">").replace("&#34;", "\"");
        let unescaped = unescaped.replace("&#39;", "'").replace("&#38;", "&");
        assert!(unescaped.contains(&about.by_hand()), "{unescaped}");
        assert!(page.contains(&format!("href=\"{TOKEN}?email=ana@example.com\"")), "{page}");
    }

    #[tokio::test]
    async fn it_says_how_other_pages_may_call_the_api_and_which_may() {
        let mut about = about(Auth::Off);
        let (_, page) = answered(&about, "text/html").await;
        assert!(page.contains("--cors-origin http://localhost:5173"), "{page}");
        about.cors_origins =
            vec!["http://localhost:8080".parse().unwrap(), "https://a.example".parse().unwrap()];
        let (_, page) = answered(&about, "text/html").await;
        let shown = "<code>http://localhost:8080</code>, <code>https://a.example</code>";
        assert!(page.contains(shown) && page.contains("--cors-origin"), "{page}");
        let body: Value = serde_json::from_str(&answered(&about, "*/*").await.1).unwrap();
        assert_eq!(body["cors_origins"], json!(["http://localhost:8080", "https://a.example"]));
    }

    #[tokio::test]
    async fn programs_get_json() {
        for accept in ["*/*", "application/json"] {
            let (response, body) = answered(&about(Auth::Off), accept).await;
            assert_eq!(response.headers()["content-type"], "application/json");
            assert_eq!(response.headers()["vary"], "accept");
            let body: Value = serde_json::from_str(&body).unwrap();
            assert_eq!(body["outbox"], "http://127.0.0.1:3000/local/outbox");
            assert_eq!((&body["data_directory"], &body["sign_in"]), (&"/data/tactful".into(), &"off".into()));
        }
        let in_memory = About { data_dir: None, ..about(Auth::Off) };
        let (_, body) = answered(&in_memory, "*/*").await;
        assert!(body.contains(r#""data_directory":null"#), "{body}");
    }
}
