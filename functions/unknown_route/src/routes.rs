//! The routes of the API, and which of them a request may have meant.

/// A route, as the document describes it.
struct Route {
    method: &'static str,
    /// With `{name}` for a parameter.
    path: &'static str,
    /// The operation's name.
    name: &'static str,
}

/// All routes, in the order of the document.
const ROUTES: &[Route] = include!(concat!(env!("OUT_DIR"), "/routes.rs"));

/// Requests as other APIs have them, and the route that does the same here. The paths are in the form of
/// [`words`]; `*` is any one word, and an empty method is any.
const HABITS: &[(&str, &str, &str)] = &[
    ("", "", "GET /api/docs"),
    ("", "availability", "GET /api/get_free_slots"),
    ("", "calendar", "GET /api/get_free_slots"),
    ("", "docs.html", "GET /api/docs"),
    ("", "freebusy", "GET /api/get_free_slots"),
    ("", "freeslot", "GET /api/get_free_slots"),
    ("", "openapi", "GET /api/openapi.json"),
    ("", "openapi.yaml", "GET /api/openapi.json"),
    ("", "slot", "GET /api/get_free_slots"),
    ("", "swagger", "GET /api/docs"),
    ("", "swagger.json", "GET /api/openapi.json"),
    ("", "user/*/freeslot", "GET /api/get_free_slots"),
    ("DELETE", "meeting/*/participant", "POST /api/meeting/participant/remove"),
    ("DELETE", "meeting/*/participant/*", "POST /api/meeting/participant/remove"),
    ("DELETE", "meeting/participant", "POST /api/meeting/participant/remove"),
    ("GET", "meeting", "GET /api/users/{user_id}/meetings"),
    ("GET", "user", "GET /api/users/{user_id}"),
    ("GET", "user/*/meeting", "GET /api/users/{user_id}/meetings"),
    ("POST", "meeting", "POST /api/create_meeting"),
    ("POST", "meeting/*", "PATCH /api/meetings/{meeting_id}"),
    ("POST", "meeting/*/cancel", "DELETE /api/meetings/{meeting_id}"),
    ("POST", "meeting/*/participant", "POST /api/meeting/participant/add"),
    ("POST", "meeting/participant", "POST /api/meeting/participant/add"),
    ("POST", "user", "POST /api/create_user"),
    ("POST", "user/*", "PATCH /api/users/{user_id}"),
    ("PUT", "meeting/*", "PATCH /api/meetings/{meeting_id}"),
    ("PUT", "user/*", "PATCH /api/users/{user_id}"),
];

/// Paths that are less like a route's (0 to 1) mean none.
const LIKE: f64 = 0.9;

/// The methods of the routes with that path, as `Allow` names them; none if no route has it.
pub(crate) fn methods(path: &str) -> Vec<&'static str> {
    let given: Vec<_> = path.split('/').collect();
    let has_this_path = |route: &&Route| {
        let wanted: Vec<_> = route.path.split('/').collect();
        wanted.len() == given.len() && wanted.iter().zip(&given).all(|(w, g)| w == g || is_value(w, g))
    };
    // API Gateway prefers the path with the fewest parameters too.
    let Some(best) = ROUTES.iter().filter(has_this_path).min_by_key(|route| route.path.matches('{').count())
    else {
        return Vec::new();
    };
    let mut methods: Vec<_> =
        ROUTES.iter().filter(|route| route.path == best.path).map(|route| route.method).collect();
    if methods.contains(&"GET") {
        methods.push("HEAD");
    }
    methods.push("OPTIONS");
    methods
}

/// The route or routes that a request with this method and path may have meant.
pub(crate) fn meant(method: &str, path: &str) -> Option<String> {
    let given = words(path);
    let habit = HABITS.iter().find(|(of, habit, _)| (of.is_empty() || *of == method) && fits(habit, &given));
    if let Some((.., meant)) = habit {
        return Some((*meant).to_owned());
    }
    // Which methods a known path has is said by `Allow`.
    if !methods(path).is_empty() {
        return None;
    }
    if let Some(route) = ROUTES.iter().find(|route| given == [plain(route.name)]) {
        return Some(format!("{} {}", route.method, route.path));
    }
    let spelled_otherwise = |route: &&Route| {
        let wanted = words(route.path);
        wanted.len() == given.len() && wanted.iter().zip(&given).all(|(w, g)| w == g || is_value(w, g))
    };
    // A parameter says nothing about the route, however long it is.
    let likeness = |route: &Route| {
        let wanted = words(route.path);
        let is_parameter = |at: usize| wanted.get(at).is_some_and(|word| word.starts_with('{'));
        let joined = |words: &[String]| {
            let word = |(at, word)| if is_parameter(at) { "*" } else { word };
            words.iter().map(String::as_str).enumerate().map(word).collect::<Vec<_>>().join("/")
        };
        strsim::jaro_winkler(&joined(&wanted), &joined(&given))
    };
    let same = ROUTES.iter().filter(spelled_otherwise).min_by_key(|route| route.path.matches('{').count());
    let like = || {
        let as_long = ROUTES.iter().filter(|route| words(route.path).len() == given.len());
        let near = as_long.max_by(|a, b| likeness(a).total_cmp(&likeness(b)))?;
        if likeness(near) > LIKE { Some(near) } else { None }
    };
    let path = same.or_else(like)?.path;
    let of_path = || ROUTES.iter().filter(|route| route.path == path);
    let method = if method == "HEAD" { "GET" } else { method };
    let methods = match of_path().find(|route| route.method == method) {
        Some(route) => route.method.to_owned(),
        None => of_path().map(|route| route.method).collect::<Vec<_>>().join(" or "),
    };
    Some(format!("{methods} {path}"))
}

/// Whether a path has the form of a habit.
fn fits(habit: &str, given: &[String]) -> bool {
    let wanted: Vec<_> = habit.split('/').filter(|word| !word.is_empty()).collect();
    wanted.len() == given.len() && wanted.iter().zip(given).all(|(w, g)| *w == "*" || w == g)
}

/// The words of a path without `/api` and a version, each as [`plain`] has it, and parameters as they are.
fn words(path: &str) -> Vec<String> {
    let is_version = |word: &str| word.strip_prefix('v').is_some_and(|number| number.parse::<u8>().is_ok());
    let mut words: Vec<_> = path.split('/').filter(|word| !word.is_empty()).collect();
    if words.first().is_some_and(|word| word.eq_ignore_ascii_case("api")) {
        words.remove(0);
    }
    if words.first().is_some_and(|word| is_version(word)) {
        words.remove(0);
    }
    let word = |word: &str| if word.starts_with('{') { word.to_owned() } else { plain(word) };
    words.into_iter().map(word).collect()
}

/// `createUser`, `Create-Users` and `create_user` are one word.
fn plain(word: &str) -> String {
    let plain: String =
        word.chars().filter(|c| !matches!(c, '_' | '-')).flat_map(char::to_lowercase).collect();
    plain.strip_suffix('s').map_or(plain.clone(), str::to_owned)
}

fn is_value(wanted: &str, given: &str) -> bool {
    wanted.starts_with('{') && !given.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_the_methods_of_its_routes() {
        assert_eq!(methods("/api/create_user"), ["POST", "OPTIONS"]);
        assert_eq!(methods("/api/meetings/1"), ["GET", "PATCH", "DELETE", "HEAD", "OPTIONS"]);
        assert_eq!(methods("/api/docs/file.js"), ["GET", "HEAD", "OPTIONS"]);
        for unknown in ["", "/api/meetings/", "/API/create_user", "/api/meetings//invite.ics", "/nowhere"] {
            assert_eq!(methods(unknown), [""; 0], "{unknown}");
        }
    }

    #[test]
    fn every_habit_leads_to_a_route_and_can_be_met() {
        for (method, habit, meant) in HABITS {
            let route = meant.split(',').next().unwrap();
            assert!(
                ROUTES.iter().any(|known| route == format!("{} {}", known.method, known.path)),
                "{meant}"
            );
            assert_eq!(
                words(&habit.replace('*', "1")).join("/"),
                habit.replace('*', "1"),
                "{method} {habit}"
            );
        }
    }

    #[test]
    fn near_paths_name_what_was_meant() {
        for (method, path, meant) in [
            ("GET", "/docs", "GET /api/docs"),
            ("GET", "/health", "GET /api/health"),
            ("HEAD", "/api/health/", "GET /api/health"),
            ("POST", "/api/create_user/", "POST /api/create_user"),
            ("POST", "/api/Create_User", "POST /api/create_user"),
            ("POST", "/api/createUser", "POST /api/create_user"),
            ("POST", "/api/v1/create-meeting", "POST /api/create_meeting"),
            ("POST", "/api/create_metting", "POST /api/create_meeting"),
            ("POST", "/api/users", "POST /api/create_user"),
            ("POST", "/api/meetings/", "POST /api/create_meeting"),
            ("GET", "/api/user/1", "GET /api/users/{user_id}"),
            ("GET", "//api//users//1", "GET /api/users/{user_id}"),
            ("DELETE", "/api/meeting/1", "DELETE /api/meetings/{meeting_id}"),
            ("PUT", "/api/meetings/1", "PATCH /api/meetings/{meeting_id}"),
            ("GET", "/api/get_meeting", "GET /api/meetings/{meeting_id}"),
            ("POST", "/api/cancel_meeting", "DELETE /api/meetings/{meeting_id}"),
            ("GET", "/api/meetings/1/reminder", "GET /api/meetings/{meeting_id}/reminders"),
            ("GET", "/api/meetings/1/invite", "GET /api/meetings/{meeting_id}/invite.ics"),
            ("POST", "/api/meetings/1/participants", "POST /api/meeting/participant/add"),
            ("POST", "/api/meeting/participants/add", "POST /api/meeting/participant/add"),
            ("DELETE", "/api/meetings/1/participants/2", "POST /api/meeting/participant/remove"),
            ("GET", "/api/free_slots", "GET /api/get_free_slots"),
            ("DELETE", "/api/user/1", "GET or PATCH /api/users/{user_id}"),
        ] {
            assert_eq!(super::meant(method, path).as_deref(), Some(meant), "{method} {path}");
        }
        for (method, path) in [("GET", "/nowhere"), ("GET", "/favicon.ico"), ("DELETE", "/api/create_user")] {
            assert_eq!(super::meant(method, path), None, "{method} {path}");
        }
    }
}
