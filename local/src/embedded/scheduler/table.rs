//! Schedules, groups and dead letters in SQLite.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, OptionalExtension, Row, named_params, params};

use super::{DeadLetter, Invocation};
use crate::database::Database;

/// A group and a name in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ScheduleKey {
    pub(super) group: String,
    pub(super) name: String,
}

/// A schedule to be stored.
#[derive(Clone, Debug)]
pub(super) struct Schedule {
    pub(super) key: ScheduleKey,
    /// When it fires; `None` while disabled.
    pub(super) at: Option<DateTime<Utc>>,
    pub(super) client_token: Option<String>,
    /// The request's body, valid, defaults filled in.
    pub(super) document: String,
}

/// A schedule as it is answered.
#[derive(Clone, Debug)]
pub(super) struct StoredSchedule {
    pub(super) key: ScheduleKey,
    pub(super) document: String,
    pub(super) created: DateTime<Utc>,
    pub(super) modified: DateTime<Utc>,
}

/// A schedule whose time has come.
#[derive(Clone, Debug)]
pub(super) struct DueSchedule {
    /// Rises with each create and update, and is never used again. So it distinguishes a schedule from a
    /// later one of the same name.
    pub(super) generation: i64,
    pub(super) name: String,
    pub(super) at: DateTime<Utc>,
    pub(super) invocation: Invocation,
    pub(super) maximum_retries: u32,
    pub(super) maximum_age: TimeDelta,
    pub(super) delete_after: bool,
}

/// What came of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    Done,
    /// To be created, and there already.
    Exists,
    /// To be updated or deleted, and not there.
    Missing,
    /// Its group isn't there.
    NoGroup,
}

/// The tables; clones share them.
#[derive(Clone, Debug)]
pub(super) struct Table(Database);

/// Every group but this one has to be created.
pub(super) const DEFAULT_GROUP: &str = "default";

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS schedule_groups (name TEXT PRIMARY KEY) STRICT;
    INSERT OR IGNORE INTO schedule_groups VALUES ('default');
    CREATE TABLE IF NOT EXISTS schedules (
        generation INTEGER PRIMARY KEY AUTOINCREMENT,
        group_name TEXT NOT NULL,
        name TEXT NOT NULL,
        at INTEGER, -- milliseconds since the epoch; null while disabled and once fired
        client_token TEXT,
        document TEXT NOT NULL,
        created INTEGER NOT NULL,
        modified INTEGER NOT NULL,
        UNIQUE (group_name, name)
    ) STRICT;
    CREATE INDEX IF NOT EXISTS schedules_at ON schedules (at) WHERE at IS NOT NULL;
    CREATE TABLE IF NOT EXISTS dead_letters (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        target_arn TEXT NOT NULL,
        input TEXT NOT NULL,
        error TEXT NOT NULL,
        attempts INTEGER NOT NULL,
        given_up_at INTEGER NOT NULL
    ) STRICT;";

impl Table {
    pub(super) fn create(database: Database) -> rusqlite::Result<Self> {
        database.with(|connection| connection.execute_batch(TABLES))?;
        Ok(Self(database))
    }

    pub(super) fn create_group(&self, name: &str) -> rusqlite::Result<Written> {
        self.0.with(|connection| {
            let added = connection.execute("INSERT OR IGNORE INTO schedule_groups VALUES (?1)", [name])?;
            Ok(if added == 1 { Written::Done } else { Written::Exists })
        })
    }

    /// Creates; a repetition with the same client token is the same request arriving twice.
    pub(super) fn insert(&self, schedule: &Schedule, now: DateTime<Utc>) -> rusqlite::Result<Written> {
        self.0.with(|connection| {
            if !group_exists(connection, &schedule.key.group)? {
                return Ok(Written::NoGroup);
            }
            if let Some((_, token)) = find(connection, &schedule.key)? {
                let same = token.is_some() && token == schedule.client_token;
                return Ok(if same { Written::Done } else { Written::Exists });
            }
            replace(connection, schedule, now, now)
        })
    }

    pub(super) fn update(&self, schedule: &Schedule, now: DateTime<Utc>) -> rusqlite::Result<Written> {
        self.0.with(|connection| match find(connection, &schedule.key)? {
            Some((stored, _)) => replace(connection, schedule, stored.created, now),
            None => Ok(Written::Missing),
        })
    }

    pub(super) fn delete(&self, key: &ScheduleKey) -> rusqlite::Result<Written> {
        self.0.with(|connection| {
            let sql = "DELETE FROM schedules WHERE group_name = ?1 AND name = ?2";
            let gone = connection.execute(sql, [&key.group, &key.name])?;
            Ok(if gone == 1 { Written::Done } else { Written::Missing })
        })
    }

    pub(super) fn get(&self, key: &ScheduleKey) -> rusqlite::Result<Option<StoredSchedule>> {
        self.0.with(|connection| Ok(find(connection, key)?.map(|(stored, _)| stored)))
    }

    /// In order of group and name, those after `after`; in one group or, without one, in all.
    pub(super) fn list(
        &self,
        group: Option<&str>,
        prefix: &str,
        after: &ScheduleKey,
        limit: usize,
    ) -> rusqlite::Result<Vec<StoredSchedule>> {
        self.0.with(|connection| {
            let sql = "SELECT group_name, name, document, created, modified, client_token FROM schedules
                WHERE (:group IS NULL OR group_name = :group) AND substr(name, 1, length(:prefix)) = :prefix
                AND (group_name, name) > (:after_group, :after_name) ORDER BY group_name, name LIMIT :limit";
            let mut statement = connection.prepare_cached(sql)?;
            let rows = statement.query_map(
                named_params! { ":group": group, ":prefix": prefix, ":after_group": after.group,
                ":after_name": after.name, ":limit": i64::try_from(limit).unwrap_or(i64::MAX) },
                |row| Ok(stored(row)?.0),
            )?;
            rows.collect()
        })
    }

    pub(super) fn due(&self, now: DateTime<Utc>) -> rusqlite::Result<Vec<DueSchedule>> {
        self.0.with(|connection| {
            let sql = "SELECT generation, name, at,
                    document ->> '$.Target.Arn', coalesce(document ->> '$.Target.Input', '{}'),
                    document ->> '$.Target.RetryPolicy.MaximumRetryAttempts',
                    document ->> '$.Target.RetryPolicy.MaximumEventAgeInSeconds',
                    document ->> '$.ActionAfterCompletion' = 'DELETE'
                FROM schedules WHERE at <= ?1 ORDER BY at, generation";
            let mut statement = connection.prepare_cached(sql)?;
            let rows = statement.query_map([now.timestamp_millis()], |row| {
                Ok(DueSchedule {
                    generation: row.get(0)?,
                    name: row.get(1)?,
                    at: instant(row.get(2)?),
                    invocation: Invocation { target_arn: row.get(3)?, input: row.get(4)? },
                    maximum_retries: row.get(5)?,
                    maximum_age: TimeDelta::seconds(row.get(6)?),
                    delete_after: row.get(7)?,
                })
            })?;
            rows.collect()
        })
    }

    /// Ends what was fired, unless it has been set anew meanwhile, and keeps the dead letter if there is one.
    pub(super) fn complete(
        &self,
        due: &DueSchedule,
        dead_letter: Option<&DeadLetter>,
    ) -> rusqlite::Result<()> {
        self.0.with(|connection| {
            let transaction = connection.transaction()?;
            if let Some(dead_letter) = dead_letter {
                let DeadLetter { invocation, error, attempts, given_up_at } = dead_letter;
                transaction.execute(
                    "INSERT INTO dead_letters (target_arn, input, error, attempts, given_up_at)
                        VALUES (?1, ?2, ?3, ?4, ?5)",
                    params![
                        invocation.target_arn,
                        invocation.input,
                        error,
                        attempts,
                        given_up_at.timestamp_millis()
                    ],
                )?;
            }
            let sql = if due.delete_after {
                "DELETE FROM schedules WHERE generation = ?1"
            } else {
                "UPDATE schedules SET at = NULL WHERE generation = ?1"
            };
            transaction.execute(sql, [due.generation])?;
            transaction.commit()
        })
    }

    pub(super) fn dead_letters(&self) -> rusqlite::Result<Vec<DeadLetter>> {
        self.0.with(|connection| {
            let sql = "SELECT target_arn, input, error, attempts, given_up_at FROM dead_letters ORDER BY id";
            let mut statement = connection.prepare_cached(sql)?;
            let rows = statement.query_map([], |row| {
                Ok(DeadLetter {
                    invocation: Invocation { target_arn: row.get(0)?, input: row.get(1)? },
                    error: row.get(2)?,
                    attempts: row.get(3)?,
                    given_up_at: instant(row.get(4)?),
                })
            })?;
            rows.collect()
        })
    }
}

fn group_exists(connection: &Connection, group: &str) -> rusqlite::Result<bool> {
    connection.prepare_cached("SELECT 1 FROM schedule_groups WHERE name = ?1")?.exists([group])
}

/// Takes the place of a schedule of that name under a new generation.
fn replace(
    connection: &Connection,
    schedule: &Schedule,
    created: DateTime<Utc>,
    now: DateTime<Utc>,
) -> rusqlite::Result<Written> {
    let sql =
        "INSERT OR REPLACE INTO schedules (group_name, name, at, client_token, document, created, modified)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let Schedule { key, at, client_token, document } = schedule;
    connection.prepare_cached(sql)?.execute(params![
        key.group,
        key.name,
        at.map(|at| at.timestamp_millis()),
        client_token,
        document,
        created.timestamp_millis(),
        now.timestamp_millis()
    ])?;
    Ok(Written::Done)
}

fn find(
    connection: &Connection,
    key: &ScheduleKey,
) -> rusqlite::Result<Option<(StoredSchedule, Option<String>)>> {
    let sql = "SELECT group_name, name, document, created, modified, client_token FROM schedules
        WHERE group_name = ?1 AND name = ?2";
    connection.prepare_cached(sql)?.query_row([&key.group, &key.name], stored).optional()
}

fn stored(row: &Row<'_>) -> rusqlite::Result<(StoredSchedule, Option<String>)> {
    let key = ScheduleKey { group: row.get(0)?, name: row.get(1)? };
    let (document, created, modified) = (row.get(2)?, instant(row.get(3)?), instant(row.get(4)?));
    Ok((StoredSchedule { key, document, created, modified }, row.get(5)?))
}

fn instant(millis: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(millis).unwrap_or_default()
}
