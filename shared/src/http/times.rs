//! Fields that are read in pairs: a start with its end, the two do-not-disturb hours.

use chrono::TimeDelta;

use super::{Fields, read};
use crate::problem::{FieldError, Problem};
use crate::time::{Fold, Interval, ParsedTime, TimeError, Window, Zone};

/// An interval read from `start_time` and `end_time`, and warnings where they could be read in two ways.
pub type ReadInterval = (Interval, Vec<FieldError>);

impl Fields {
    /// Reads `dnd_start_time` and `dnd_end_time`: both, or neither.
    pub fn dnd(&mut self) -> Option<Option<Window>> {
        const START: &str = "dnd_start_time";
        const END: &str = "dnd_end_time";
        let start = self.optional(START, read::wall_time);
        let end = self.optional(END, read::wall_time);
        match (start?, end?) {
            (None, None) => Some(None),
            (Some(start), Some(end)) => match Window::new(start, end) {
                Ok(window) => Some(Some(window)),
                Err(why) => {
                    self.fail(if start == end { END } else { START }, &why.to_string());
                    None
                }
            },
            (None, Some(_)) => {
                self.fail(START, "is missing: send both do-not-disturb hours or neither");
                None
            }
            (Some(_), None) => {
                self.fail(END, "is missing: send both do-not-disturb hours or neither");
                None
            }
        }
    }

    /// Refuses an interval that is reversed or too long in any zone, before anything of it is read. The exact
    /// check follows when the zone is known; see [`resolve`].
    pub fn check_window(&mut self, start: &ParsedTime, end: &ParsedTime, max_days: i64) {
        const MARGIN: i64 = 2;
        match (end.date() - start.date()).num_days() {
            days if days < -MARGIN => self.fail("end_time", "must be after start_time"),
            days if days > max_days + MARGIN => {
                self.fail("end_time", &format!("must be at most {max_days} days after start_time"));
            }
            _ => {}
        }
    }

    /// The interval between two times in the zone that the request named; see [`resolve`].
    pub fn interval(
        &mut self,
        start: &ParsedTime,
        end: &ParsedTime,
        zone: Zone,
        max_days: i64,
    ) -> Option<ReadInterval> {
        match resolve(start, end, zone, true, max_days) {
            Ok(read) => Some(read),
            Err(errors) => {
                errors.iter().for_each(|error| self.fail(&error.field, &error.message));
                None
            }
        }
    }
}

/// The interval between two written times in `zone`, of at most `max_days` days. Where the request itself
/// `named` the zone, an offset must agree with it.
///
/// # Errors
/// Every bad field: a time in a gap, an offset that disagrees, an end not after its
/// start, an interval that is too long.
pub fn resolve(
    start: &ParsedTime,
    end: &ParsedTime,
    zone: Zone,
    named: bool,
    max_days: i64,
) -> Result<ReadInterval, Vec<FieldError>> {
    let (start, end) = match (start.resolve(zone, named), end.resolve(zone, named)) {
        (Ok(start), Ok(end)) => (start, end),
        (start, end) => {
            let error =
                |field, result: Result<_, TimeError>| result.err().map(|why| bad(field, why.to_string()));
            return Err(error("start_time", start).into_iter().chain(error("end_time", end)).collect());
        }
    };
    let warnings = warning("start_time", start.1).into_iter().chain(warning("end_time", end.1)).collect();
    let Some(interval) = Interval::new(start.0, end.0) else {
        return Err(vec![bad("end_time", "must be after start_time".to_owned())]);
    };
    if end.0 - start.0 > TimeDelta::days(max_days) {
        return Err(vec![bad("end_time", format!("must be at most {max_days} days after start_time"))]);
    }
    Ok((interval, warnings))
}

/// The interval of that length which begins at a written time in `zone`. Where the request itself `named` the
/// zone, an offset must agree with it.
///
/// # Errors
/// A start in a gap, or an offset that disagrees.
pub fn resolve_start(
    start: &ParsedTime,
    length: TimeDelta,
    zone: Zone,
    named: bool,
) -> Result<ReadInterval, Vec<FieldError>> {
    let (start, fold) = start.resolve(zone, named).map_err(|why| vec![bad("start_time", why.to_string())])?;
    let interval = Interval::new(start, start + length)
        .ok_or_else(|| vec![bad("end_time", "must be after start_time".to_owned())])?;
    Ok((interval, warning("start_time", fold).into_iter().collect()))
}

fn bad(field: &str, message: String) -> FieldError {
    FieldError { field: field.to_owned(), message }
}

fn warning(field: &str, fold: Option<Fold>) -> Option<FieldError> {
    fold.map(|fold| bad(field, fold.to_string()))
}

impl From<Vec<FieldError>> for Problem {
    fn from(errors: Vec<FieldError>) -> Self {
        Self::invalid(errors)
    }
}
