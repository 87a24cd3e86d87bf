//! `openapi.yaml` is complete: it has every route and every problem, each with an example, and nothing that
//! doesn't occur. Each request of a test with a `World` checks that the response is as documented.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test binary; clippy's own exemption stops at its helpers"
)]

mod differences;
mod document;
mod problems;

use std::collections::BTreeSet;

use harness::document::{Content, Operation};

const PROBLEM: &str = "application/problem+json";

/// The codes that the problem of an answer may carry.
fn codes(content: &Content) -> BTreeSet<&str> {
    let codes = content.written["properties"]["code"]["enum"].as_array();
    codes
        .unwrap_or_else(|| panic!("{} names no codes", content.written))
        .iter()
        .map(|code| code.as_str().unwrap())
        .collect()
}

/// The problems of an operation, by status.
fn problems(operation: &Operation) -> impl Iterator<Item = (u16, &Content)> {
    let problems = operation.answers.iter().filter(|(status, _)| **status >= 400);
    problems.map(|(status, answer)| {
        let content = answer.bodies.get(PROBLEM);
        (*status, content.unwrap_or_else(|| panic!("{} {status} is no problem", operation.id)))
    })
}
