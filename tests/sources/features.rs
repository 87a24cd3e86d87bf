//! Every package's tests are built with the same dependencies as the tests of the whole workspace, so that
//! `cargo test -p shared` after `cargo test` compiles none of them again.

use std::collections::BTreeSet;
use std::process::Command;

use crate::root;

/// `yaml` is part of a build script, which would be built with whatever its tests asked for; it has few
/// dependencies. `workspace-hack` has nothing to test.
const EXCEPTIONS: [&str; 2] = ["workspace-hack", "yaml"];

#[test]
fn each_package_asks_for_the_features_that_the_workspace_has() {
    let whole = dependencies(&["--workspace"]);
    let mut missing = Vec::new();
    for package in packages().iter().filter(|package| !EXCEPTIONS.contains(&package.as_str())) {
        let alone = dependencies(&["--package", package]);
        missing.extend(alone.difference(&whole).map(|dependency| format!("{package}: {dependency}")));
    }
    assert!(
        missing.is_empty(),
        "built alone, these packages have dependencies with other features than in the whole workspace; add \
         the missing ones to shared/workspace-hack/Cargo.toml:\n{}",
        missing.join("\n")
    );
}

fn packages() -> Vec<String> {
    let own = cargo(&["tree", "--workspace", "--depth", "0", "--prefix", "none", "--format", "{p}"]);
    let names = own.lines().filter_map(|line| line.split(' ').next()).filter(|name| !name.is_empty());
    names.map(str::to_owned).collect()
}

/// Name, version and features of everything that the tests of the selected packages are built with, each with
/// what asks for it: a procedural macro may be built with other features of a package than a program.
fn dependencies(selected: &[&str]) -> BTreeSet<String> {
    let arguments = ["tree", "--edges", "normal,build,dev", "--prefix", "depth", "--format", "{p} [{f}]"];
    let tree = cargo(&[&arguments, selected].concat());
    let mut path = Vec::new();
    let mut found = BTreeSet::new();
    for line in tree.lines().filter(|line| !line.is_empty()) {
        // What was shown before ends with a mark.
        let name =
            line.trim_end_matches(" (*)").trim_start_matches(|character: char| character.is_ascii_digit());
        let depth = line.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap();
        path.truncate(depth);
        if let Some(parent) = path.last() {
            found.insert(format!("{parent} -> {name}"));
        }
        path.push(name);
    }
    found
}

fn cargo(arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO"));
    let command = command.args(arguments).args(["--offline", "--locked"]).current_dir(root());
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
