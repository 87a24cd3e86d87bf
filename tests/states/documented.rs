//! The table in ARCHITECTURE.md matches [`NoticeState::permits`].

use std::path::Path;

use shared::domain::NoticeState;

/// What one cell of the table allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Allowed {
    same_start: bool,
    other_start: bool,
}

/// The rows of the table: their states, a cell for each next state, and one for the removal of the row. The
/// row for new reminders has no state.
fn table() -> Vec<(Vec<NoticeState>, Vec<String>)> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ARCHITECTURE.md");
    let text = std::fs::read_to_string(file).unwrap();
    let lines = text.lines().skip_while(|line| !line.starts_with("| from \\ to |"));
    let rows = lines.skip(2).take_while(|line| line.starts_with('|'));
    let row = |line: &str| {
        let cells: Vec<_> = line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
        let named = |state: &NoticeState| cells[0].contains(&format!("`{}`", state.as_str()));
        (NoticeState::ALL.iter().copied().filter(named).collect(), cells[1..].to_vec())
    };
    rows.map(row).collect()
}

fn allowed(cell: &str) -> Allowed {
    Allowed {
        same_start: !cell.is_empty() && cell != "only for another start",
        other_start: !cell.is_empty(),
    }
}

#[test]
fn the_documented_table_matches_the_code() {
    let mut reported = Vec::new();
    for (states, cells) in table() {
        assert_eq!(cells.len(), NoticeState::ALL.len() + 1);
        let removed = cells.last().is_some_and(|cell| !cell.is_empty());
        assert_eq!(removed, states == [NoticeState::Cancelled], "whether {states:?} may be removed");
        for (to, cell) in NoticeState::ALL.iter().copied().zip(&cells) {
            if states.is_empty() {
                assert_eq!(!cell.is_empty(), to.may_begin(), "from nothing to {to:?}");
            }
            for from in &states {
                let permitted =
                    Allowed { same_start: from.permits(to, true), other_start: from.permits(to, false) };
                assert_eq!(allowed(cell), permitted, "from {from:?} to {to:?}: {cell:?}");
            }
        }
        reported.extend(states);
    }
    reported.sort();
    assert_eq!(reported, NoticeState::ALL, "each state has its row");
}
