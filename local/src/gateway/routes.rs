//! From method and path to a function.

use axum::http::Method;
use percent_encoding::percent_decode_str;

use crate::template::RouteDefinition;

/// The routes of the HTTP API.
#[derive(Debug)]
pub(super) struct Routes {
    routes: Vec<Route>,
    /// What takes the requests that no other route takes.
    default: Option<RouteDefinition>,
}

#[derive(Debug)]
struct Route {
    definition: RouteDefinition,
    segments: Vec<Segment>,
}

#[derive(Debug)]
enum Segment {
    Literal(String),
    Parameter(String),
}

/// A route that fits a request.
pub(super) struct MatchedRoute<'a> {
    pub(super) function: &'a str,
    /// Empty for the default route.
    method: &'a str,
    pub(super) path: &'a str,
    /// Whether anyone may call it.
    pub(super) is_open: bool,
    /// Names and decoded values.
    pub(super) parameters: Vec<(String, String)>,
}

impl MatchedRoute<'_> {
    /// Its key, as API Gateway has it.
    pub(super) fn key(&self) -> String {
        if self.method.is_empty() { self.path.to_owned() } else { format!("{} {}", self.method, self.path) }
    }
}

impl Routes {
    pub(super) fn new(definitions: &[RouteDefinition]) -> Result<Self, String> {
        let (default, others): (Vec<_>, Vec<_>) = definitions.iter().partition(|route| route.is_default());
        let routes = others.into_iter().map(route).collect::<Result<_, _>>()?;
        Ok(Self { routes, default: default.first().map(|route| (*route).clone()) })
    }

    /// The route of the request, the one with the most literal segments where several fit. The default route
    /// where none fits.
    pub(super) fn find(&self, method: &Method, path: &str) -> Option<MatchedRoute<'_>> {
        let given: Vec<&str> = path.strip_prefix('/').unwrap_or(path).split('/').collect();
        let fitting = self.routes.iter().filter(|route| route.definition.method == method.as_str());
        let fitting = fitting
            .filter_map(|route| Some((&route.definition, parameters(&route.segments, &given)?)))
            .min_by_key(|(_, parameters)| parameters.len());
        let default = || self.default.as_ref().map(|route| (route, Vec::new()));
        let (route, parameters) = fitting.or_else(default)?;
        let RouteDefinition { method, path, function, is_open } = route;
        Some(MatchedRoute { function, method, path, is_open: *is_open, parameters })
    }
}

fn route(definition: &RouteDefinition) -> Result<Route, String> {
    let path = &definition.path;
    let segments =
        path.strip_prefix('/').ok_or_else(|| format!("the path {path} doesn't start with a slash"))?;
    let segments = segments.split('/').map(|segment| match segment.strip_prefix('{') {
        None => Ok(Segment::Literal(segment.to_owned())),
        Some(name) => match name.strip_suffix('}') {
            Some(name) if !name.ends_with('+') => Ok(Segment::Parameter(name.to_owned())),
            _ => Err(format!("{segment} in the path {path} isn't known here")),
        },
    });
    Ok(Route { definition: definition.clone(), segments: segments.collect::<Result<_, _>>()? })
}

/// The parameters if the path fits. An empty segment is no value.
fn parameters(segments: &[Segment], given: &[&str]) -> Option<Vec<(String, String)>> {
    if segments.len() != given.len() {
        return None;
    }
    let mut parameters = Vec::new();
    for (segment, given) in segments.iter().zip(given) {
        let value = percent_decode_str(given).decode_utf8_lossy();
        match segment {
            Segment::Literal(literal) if *literal == value => {}
            Segment::Parameter(name) if !value.is_empty() => {
                parameters.push((name.clone(), value.into_owned()))
            }
            _ => return None,
        }
    }
    Some(parameters)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routes(paths: &[&str]) -> Result<Routes, String> {
        let definition = |path: &&str| RouteDefinition {
            method: if path.starts_with('$') { "".into() } else { "GET".into() },
            path: (*path).into(),
            function: (*path).into(),
            is_open: true,
        };
        Routes::new(&paths.iter().map(definition).collect::<Vec<_>>())
    }

    #[test]
    fn the_most_literal_route_wins_and_parameters_are_decoded() {
        let routes = routes(&["/a/{id}", "/a/b", "/a/{id}/c"]).unwrap();
        let found = |path: &str| routes.find(&Method::GET, path).map(|found| (found.path, found.parameters));
        assert_eq!(found("/a/b"), Some(("/a/b", vec![])));
        assert_eq!(found("/a/x%2Fy%20z"), Some(("/a/{id}", vec![("id".into(), "x/y z".into())])));
        assert_eq!(found("/a/1/c"), Some(("/a/{id}/c", vec![("id".into(), "1".into())])));
        for unknown in ["/", "/a", "/a/", "/a/b/", "/a//c", "/a/1/d", "*"] {
            assert_eq!(found(unknown), None, "{unknown}");
        }
        assert!(routes.find(&Method::POST, "/a/b").is_none());
    }

    #[test]
    fn the_default_route_takes_the_rest() {
        let routes = routes(&["/a/b", "$default"]).unwrap();
        let key = |method: Method, path: &str| routes.find(&method, path).unwrap().key();
        assert_eq!(key(Method::GET, "/a/b"), "GET /a/b");
        for (method, path) in [(Method::POST, "/a/b"), (Method::GET, "/a/b/"), (Method::OPTIONS, "*")] {
            assert_eq!(key(method, path), "$default", "{path}");
        }
    }

    #[test]
    fn a_path_that_would_be_misread_is_refused() {
        for path in ["a", "/{proxy+}", "/{id"] {
            assert!(routes(&[path]).is_err(), "{path}");
        }
    }
}
