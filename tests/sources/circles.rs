//! The modules of `shared` import each other in one direction: no module needs itself by way of another.

use std::collections::{BTreeMap, BTreeSet};

use super::{Source, assert_none, source, sources};

const SHARED: &str = "shared/src/";

/// The top-level module that a file belongs to; `None` for `lib.rs`, for tests, and for files elsewhere.
fn module(source: &Source) -> Option<&str> {
    let path = source.path.strip_prefix(SHARED)?.strip_suffix(".rs")?;
    let mut parts = path.split('/');
    let module = parts.next()?;
    let is_test = path.split('/').any(|part| part == "tests" || part == "fixtures");
    (module != "lib" && !is_test).then_some(module)
}

/// The top-level modules that a file names, but for its unit tests.
fn imports(source: &Source) -> BTreeSet<&str> {
    let code = source.text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines
        .flat_map(|line| line.split("crate::").skip(1))
        .filter_map(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next())
        .collect()
}

/// Which module imports which.
fn graph(sources: &[Source]) -> BTreeMap<&str, BTreeSet<&str>> {
    let modules: BTreeSet<_> = sources.iter().filter_map(module).collect();
    let mut graph = BTreeMap::<_, BTreeSet<_>>::new();
    for source in sources {
        let Some(from) = module(source) else { continue };
        let to = imports(source).into_iter().filter(|to| *to != from && modules.contains(to));
        graph.entry(from).or_default().extend(to);
    }
    graph
}

/// The modules that can be reached from themselves.
fn circular(graph: &BTreeMap<&str, BTreeSet<&str>>) -> Vec<String> {
    let reaches_itself = |from: &&&str| {
        let (mut seen, mut open) = (BTreeSet::new(), vec![**from]);
        while let Some(next) = open.pop() {
            for to in graph.get(next).into_iter().flatten() {
                if seen.insert(*to) {
                    open.push(to);
                }
            }
        }
        seen.contains(**from)
    };
    graph.keys().filter(reaches_itself).map(|module| (*module).to_owned()).collect()
}

#[test]
fn no_module_of_shared_needs_itself_by_way_of_another() {
    let sources = sources();
    let graph = graph(&sources);
    for (from, to) in [("http", "problem"), ("notices", "store"), ("calendar", "domain")] {
        assert!(graph[from].contains(to), "the search didn't find that {from} imports {to}");
    }
    assert_none(&circular(&graph), "These modules import each other in a circle:");
}

#[test]
fn circles_are_found() {
    let sources = [
        source("shared/src/a.rs", "use crate::b::B;\n"),
        source("shared/src/b/mod.rs", "use crate::c::{self, C};\n// crate::d\n"),
        source("shared/src/c.rs", "fn f() -> crate::a::A {}\n"),
        source("shared/src/d.rs", "use crate::a::A;\n#[cfg(test)]\nmod tests {\n    use crate::e::E;\n}\n"),
        source("shared/src/e.rs", "use crate::d::D;\n"),
        source("shared/src/e/tests.rs", "use crate::d::D;\nuse crate::e::E;\n"),
    ];
    assert_eq!(circular(&graph(&sources)), ["a", "b", "c"]);
}
