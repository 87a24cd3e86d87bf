//! The version stands in `Cargo.toml`; whatever else names it says the same.

use super::read;

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Whatever stands as a version of three numbers after the word `version`, in YAML or JSON.
fn named(text: &str) -> Vec<&str> {
    let after = text.split("version").skip(1);
    let values = after.map(|rest| {
        let value = rest.trim_start_matches(['"', ':', ' ']);
        let end = value.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(value.len());
        &value[..end]
    });
    values.filter(|value| value.split('.').filter(|number| !number.is_empty()).count() == 3).collect()
}

/// The releases of a changelog as versions and dates, the newest first; none for a
/// heading that is something else.
fn releases(changelog: &str) -> Vec<Option<(&str, &str)>> {
    let headings = changelog.lines().filter_map(|line| line.strip_prefix("## "));
    headings.skip(1).map(|heading| heading.strip_prefix('[')?.split_once("] - ")).collect()
}

#[test]
fn the_newest_release_in_the_changelog_is_this_version() {
    let changelog = read("CHANGELOG.md");
    let first = changelog.lines().find(|line| line.starts_with("## "));
    assert_eq!(first, Some("## [Unreleased]"));
    let releases: Vec<_> = releases(&changelog).into_iter().map(Option::unwrap).collect();
    assert_eq!(releases[0].0, VERSION);
    let dates: Vec<_> = releases.iter().map(|(_, date)| date.parse::<chrono::NaiveDate>().unwrap()).collect();
    assert!(dates.is_sorted_by(|newer, older| newer >= older), "{dates:?}");
}

#[test]
fn the_contract_names_this_version() {
    for file in ["openapi.yaml", "docs/api.md"] {
        let text = read(file);
        let versions = named(&text);
        assert!(!versions.is_empty(), "{file} names no version");
        assert!(versions.iter().all(|version| *version == VERSION), "{file}: {versions:?}");
    }
}

#[test]
fn versions_and_releases_are_found() {
    let text = "version: 0.2.0\n{\"version\":\"1.20.3\",\"version\": 7, openapi: 3.1.0} version 3.1";
    assert_eq!(named(text), ["0.2.0", "1.20.3"]);
    let changelog = "## [Unreleased]\n\n## [0.2.0] - 2026-11-25\n\n### Added\n\n## 0.1.0\n";
    assert_eq!(releases(changelog), [Some(("0.2.0", "2026-11-25")), None]);
}
