//! Keeps meetings at their local times when the rules of zones change.
//!
//! A release of Tactful may have a newer tzdb. This function runs every ten minutes and compares it with the
//! one that the table notes ([`ZoneRules`]). If the program's is newer, it walks over all meetings to come,
//! and moves those whose local times have become other instants. See docs/time.md.

mod step;
mod walk;

use std::time::Duration;

use serde::Serialize;
use shared::clock::Clock;
use shared::notices::Run;
use shared::store::{Store, StoreError, ZoneRules};
use shared::time::{Minute, TzdbRelease};

use step::{RETRY_AFTER, Step, next_step};

/// How long a run takes on new work. The rest of the function's 300 seconds suffices for the largest part of
/// the table.
const TIMEOUT: Duration = Duration::from_secs(200);

/// What recomputing works with.
#[derive(Clone, Debug)]
pub struct Recomputer {
    /// The table.
    pub store: Store,
    /// Reads the time.
    pub clock: Clock,
    /// The tzdb of this program.
    pub tzdb: TzdbRelease,
    /// How many items are read at once, if not as many as DynamoDB reads.
    pub most_items: Option<i32>,
    /// How long a run takes on new work.
    pub timeout: Duration,
}

/// The result of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Recomputed {
    /// How many meetings this run moved.
    pub moved: u64,
    /// How many it could not bring to the new rules.
    pub failed: u64,
    /// Whether a walk is still to be done.
    pub is_pending: bool,
}

impl Recomputer {
    /// A recomputer with the tzdb of this program.
    pub fn new(store: Store, clock: Clock) -> Self {
        Self { store, clock, tzdb: TzdbRelease::of_program(), most_items: None, timeout: TIMEOUT }
    }
}

/// Compares the program's tzdb with the table's, and walks on if there is a walk to do.
///
/// # Errors
/// When the store fails. The next run continues from the last part of the table that was completed.
pub async fn handle(recomputer: &Recomputer) -> Result<Recomputed, StoreError> {
    let Recomputer { store, clock, tzdb, .. } = recomputer;
    let now = Minute::of(clock.now());
    let noted = store.zone_rules().await?;
    match next_step(noted.as_ref(), tzdb, now) {
        Step::Nothing => Ok(Recomputed::default()),
        Step::Wait => Ok(Recomputed { is_pending: true, ..Recomputed::default() }),
        Step::Note(rules) => {
            tracing::info!(program = %tzdb, table = %rules.tzdb, "a walk over all meetings to come is due");
            store.note_zone_rules(&rules).await?;
            Ok(Recomputed { is_pending: true, ..Recomputed::default() })
        }
        Step::Walk(rules) => walk_on(recomputer, rules).await,
    }
}

/// Walks on over the table until it is done or the run is over.
async fn walk_on(recomputer: &Recomputer, mut rules: ZoneRules) -> Result<Recomputed, StoreError> {
    let Recomputer { store, clock, .. } = recomputer;
    let run = Run::begin(clock, recomputer.timeout);
    let mut recomputed = Recomputed { is_pending: true, ..Recomputed::default() };
    while recomputed.is_pending
        && let Some(walk) = &mut rules.walk
    {
        let part = store.coming_meetings(clock.now(), walk.position.as_ref(), recomputer.most_items).await?;
        let outcome = walk::recompute(recomputer, part.meetings).await?;
        recomputed.moved += outcome.moved;
        recomputed.failed += outcome.failed;
        walk.moved += outcome.moved;
        walk.failed += outcome.failed;
        walk.position = part.next;
        if walk.position.is_none() {
            tracing::info!(tzdb = %rules.tzdb, moved = walk.moved, failed = walk.failed, "the walk is done");
            rules.walk = step::next_walk(walk, Minute::of(clock.now()) + RETRY_AFTER);
            recomputed.is_pending = false;
        }
        rules.version += 1;
        store.note_zone_rules(&rules).await?;
        if run.is_over() {
            break;
        }
    }
    Ok(Recomputed { is_pending: rules.walk.is_some(), ..recomputed })
}
