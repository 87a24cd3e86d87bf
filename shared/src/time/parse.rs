mod example;
#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, SecondsFormat, Utc};

use super::zone::{Resolved, Zone};
pub use example::Example;

/// The first year a request may name: from 1973 on every zone is whole minutes from UTC.
pub const FIRST_YEAR: i32 = 1973;
/// The last year a request may name: chrono-tz knows no daylight saving time after it.
pub const LAST_YEAR: i32 = 2099;

/// A time parsed from a request, not yet an instant: `YYYY-MM-DDTHH:MM[:SS[.fff]]`, optionally with `Z`,
/// `±HH:MM` or `±HHMM`.
///
/// ```
/// use shared::time::{ParsedTime, Zone};
///
/// let madrid: Zone = "Europe/Madrid".parse()?;
/// let time: ParsedTime = "2026-12-01T10:00".parse()?;
/// let (instant, _) = time.resolve(madrid, true)?;
/// assert_eq!(instant.to_rfc3339(), "2026-12-01T09:00:00+00:00");
///
/// // An offset has to agree with a zone that the request names.
/// let time: ParsedTime = "2026-12-01T10:00-05:00".parse()?;
/// assert!(time.resolve(madrid, true).is_err());
/// assert!(time.resolve(madrid, false).is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParsedTime {
    local: NaiveDateTime,
    suffix: Suffix,
}

/// What a parsed time says about its offset from UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Suffix {
    /// No offset: the time is local to the zone of the request.
    None,
    /// `Z`, or `-00:00`, which RFC 3339 section 4.3 gives the same sense: UTC, whatever the local offset.
    /// Also `+00:00`, as which many programs write `Z`.
    Utc,
    /// `±HH:MM` or `±HHMM`, other than zero.
    Offset(FixedOffset),
}

/// Why a text is no time, or a parsed time is no instant. The message is for clients.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// It doesn't follow the grammar.
    #[error("{0:?} is no time; {1}")]
    Malformed(String, Example),
    /// Its date, its time of day or its offset doesn't exist.
    #[error("{0:?} can't be: its {1} doesn't exist; {2}")]
    Impossible(String, &'static str, Example),
    /// Its year is outside [`FIRST_YEAR`]`..=`[`LAST_YEAR`].
    #[error(
        "the year {0} is out of range; use {first} to {last}, for example \"2026-12-01T10:00\"",
        first = FIRST_YEAR,
        last = LAST_YEAR
    )]
    Year(i32),
    /// The zone's clocks skip it, because they go forward.
    #[error(
        "{local} doesn't exist in {zone}, where the clocks go forward over it; {}\
         the nearest times that do are {before} and {after}",
        same.as_ref().map(|same| format!("with the offset given it is {same}; ")).unwrap_or_default()
    )]
    Gap {
        /// The time as written, without offset.
        local: String,
        /// The zone's name.
        zone: &'static str,
        /// The instant that its offset makes it, as the zone's clocks show it, in RFC 3339. `None` without an
        /// offset.
        same: Option<String>,
        /// The last valid minute before the gap, in RFC 3339.
        before: String,
        /// The first valid time after the gap, in RFC 3339.
        after: String,
    },
    /// Its offset isn't the offset that the zone named in the same request has at that time.
    #[error(
        "{local}{offset} doesn't agree with {zone}, whose offset then is {expected}; \
         for the same instant write {same}, for that time on the clocks of {zone} write {local}{expected}"
    )]
    Offset {
        /// The time as written, without offset.
        local: String,
        /// The offset as written.
        offset: FixedOffset,
        /// The zone's name.
        zone: &'static str,
        /// The instant as written, as the zone's clocks show it, in RFC 3339.
        same: String,
        /// The offset that would agree; the first, where two would.
        expected: FixedOffset,
    },
}

/// A warning: the time happens twice, and the first instant was taken. Its text names both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fold {
    local: NaiveDateTime,
    first: DateTime<Utc>,
    second: DateTime<Utc>,
    zone: Zone,
}

impl ParsedTime {
    /// The date as written, at most a day away from the UTC date of the instant.
    pub fn date(&self) -> NaiveDate {
        self.local.date()
    }

    /// The instant that it stands for. Without an offset it is local to `zone`. `named` says that the request
    /// itself named that zone; an explicit offset must then agree with it. `Z` and `+00:00` always agree.
    ///
    /// Of a time that happens twice the first instant is taken, with a [`Fold`] as the warning, unless the
    /// offset says which one is meant.
    ///
    /// # Errors
    /// [`TimeError::Gap`] or [`TimeError::Offset`].
    pub fn resolve(&self, zone: Zone, named: bool) -> Result<(DateTime<Utc>, Option<Fold>), TimeError> {
        let local = self.local;
        match self.suffix {
            Suffix::Utc => Ok((local.and_utc(), None)),
            Suffix::Offset(offset) if !named => Ok((at_offset(local, offset), None)),
            Suffix::Offset(offset) => match zone.resolve(local) {
                Resolved::Gap { before, after } => {
                    Err(gap(local, zone, Some(at_offset(local, offset)), before, after))
                }
                Resolved::Unique(instant) | Resolved::Fold { first: instant, .. } => {
                    let chosen = at_offset(local, offset);
                    let expected = zone.offset_at(instant);
                    let agrees = zone.offset_at(chosen) == offset;
                    let disagrees = || TimeError::Offset {
                        local: without_offset(local),
                        offset,
                        zone: zone.name(),
                        same: format(chosen, zone),
                        expected,
                    };
                    if agrees { Ok((chosen, None)) } else { Err(disagrees()) }
                }
            },
            Suffix::None => match zone.resolve(local) {
                Resolved::Unique(instant) => Ok((instant, None)),
                Resolved::Fold { first, second } => Ok((first, Some(Fold { local, first, second, zone }))),
                Resolved::Gap { before, after } => Err(gap(local, zone, None, before, after)),
            },
        }
    }
}

/// Reads `YYYY-MM-DD`, then `T` or one space, then `HH:MM[:SS[.fff]]`, then optionally `Z`, `±HH:MM` or
/// `±HHMM`. `T` and `Z` may be in lower case, as RFC 3339 section 5.6 has it.
///
/// One to nine digits of fraction are read, and milliseconds kept. Leap seconds (`:60`) are refused: UTC as
/// computers count it has none. The errors are [`TimeError::Malformed`], [`TimeError::Impossible`] and
/// [`TimeError::Year`].
impl FromStr for ParsedTime {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<ParsedTime, TimeError> {
        read(text).map_err(|flaw| match flaw {
            Flaw::Malformed => TimeError::Malformed(shown(text), Example::of(text)),
            Flaw::Impossible(what) => TimeError::Impossible(shown(text), what, Example::of(text)),
            Flaw::Year(year) => TimeError::Year(year),
        })
    }
}

/// A [`TimeError`] of a text, without what it tells a client.
enum Flaw {
    Malformed,
    Impossible(&'static str),
    Year(i32),
}

fn read(text: &str) -> Result<ParsedTime, Flaw> {
    let impossible = Flaw::Impossible;
    let fields = DateTimeFields::read(text.as_bytes()).ok_or(Flaw::Malformed)?;
    let date = NaiveDate::from_ymd_opt(fields.year, fields.month, fields.day);
    let date = date.ok_or_else(|| impossible("date"))?;
    let local = date.and_hms_milli_opt(fields.hour, fields.minute, fields.second, fields.milli);
    let local = local.ok_or_else(|| impossible("time of day"))?;
    let suffix = match fields.offset {
        None => Suffix::None,
        Some(ParsedOffset::Z | ParsedOffset::Numeric { hours: 0, minutes: 0, .. }) => Suffix::Utc,
        Some(ParsedOffset::Numeric { east, hours, minutes }) => {
            let seconds = (hours <= 23 && minutes <= 59).then_some((hours * 60 + minutes) * 60);
            let signed = seconds.map(|seconds| if east { seconds } else { -seconds });
            Suffix::Offset(signed.and_then(FixedOffset::east_opt).ok_or_else(|| impossible("offset"))?)
        }
    };
    if !(FIRST_YEAR..=LAST_YEAR).contains(&local.year()) {
        return Err(Flaw::Year(local.year()));
    }
    Ok(ParsedTime { local, suffix })
}

/// An instant that comes from no request. Its year is not checked.
impl From<DateTime<Utc>> for ParsedTime {
    fn from(instant: DateTime<Utc>) -> Self {
        Self { local: instant.naive_utc(), suffix: Suffix::Utc }
    }
}

impl fmt::Display for Fold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (local, zone) = (without_offset(self.local), self.zone);
        let (first, second) = (format(self.first, zone), format(self.second, zone));
        write!(
            f,
            "{local} happens twice in {zone}; the first, {first}, was taken; for the second write {second}"
        )
    }
}

/// `instant` as the clocks of `zone` show it, in RFC 3339 with a numeric offset (`+00:00` for UTC), with
/// seconds, and with milliseconds where they aren't zero.
pub fn format(instant: DateTime<Utc>, zone: Zone) -> String {
    let precision = match instant.timestamp_subsec_millis() {
        0 => SecondsFormat::Secs,
        _ => SecondsFormat::Millis,
    };
    zone.local(instant).to_rfc3339_opts(precision, false)
}

fn gap(
    local: NaiveDateTime,
    zone: Zone,
    same: Option<DateTime<Utc>>,
    before: DateTime<Utc>,
    after: DateTime<Utc>,
) -> TimeError {
    let shown = |instant| format(instant, zone);
    let (same, before, after) = (same.map(shown), shown(before), shown(after));
    TimeError::Gap { local: without_offset(local), zone: zone.name(), same, before, after }
}

fn at_offset(local: NaiveDateTime, offset: FixedOffset) -> DateTime<Utc> {
    (local - offset).and_utc()
}

fn without_offset(local: NaiveDateTime) -> String {
    local.format("%Y-%m-%dT%H:%M:%S%.f").to_string()
}

/// `text` for a message: at most its first 40 characters.
fn shown(text: &str) -> String {
    text.chars().take(40).collect()
}

/// The numbers in the text, not yet checked: the 99th of a month is still possible.
struct DateTimeFields {
    year: i32,
    month: u32,
    day: u32,
    hour: u32,
    minute: u32,
    second: u32,
    milli: u32,
    offset: Option<ParsedOffset>,
}

/// An offset, not yet checked.
enum ParsedOffset {
    Z,
    Numeric { east: bool, hours: i32, minutes: i32 },
}

impl DateTimeFields {
    fn read(text: &[u8]) -> Option<DateTimeFields> {
        let mut rest = text;
        let year = number(&mut rest, 4)?;
        let month = after(&mut rest, b"-")?;
        let day = after(&mut rest, b"-")?;
        let hour = after(&mut rest, b"Tt ")?;
        let minute = after(&mut rest, b":")?;
        let second = if rest.first() == Some(&b':') { Some(after(&mut rest, b":")?) } else { None };
        let milli = if second.is_some() && rest.first() == Some(&b'.') { fraction(&mut rest)? } else { 0 };
        let offset = match rest {
            [] => None,
            [b'Z' | b'z'] => Some(ParsedOffset::Z),
            _ => {
                let east = rest.first() == Some(&b'+');
                let hours = i32::try_from(after(&mut rest, b"+-")?).ok()?;
                let has_colon = rest.first() == Some(&b':');
                let minutes = if has_colon { after(&mut rest, b":")? } else { number(&mut rest, 2)? };
                let minutes = i32::try_from(minutes).ok()?;
                rest.is_empty().then_some(Some(ParsedOffset::Numeric { east, hours, minutes }))?
            }
        };
        let year = i32::try_from(year).ok()?;
        Some(DateTimeFields { year, month, day, hour, minute, second: second.unwrap_or(0), milli, offset })
    }
}

/// Takes exactly `count` digits off the front.
fn number(rest: &mut &[u8], count: usize) -> Option<u32> {
    let (digits, tail) = rest.split_at_checked(count)?;
    *rest = tail;
    digits.iter().try_fold(0, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + u32::from(byte - b'0')))
}

/// Takes one of `separators`, then two digits.
fn after(rest: &mut &[u8], separators: &[u8]) -> Option<u32> {
    let (separator, tail) = rest.split_first()?;
    *rest = tail;
    if separators.contains(separator) { number(rest, 2) } else { None }
}

/// Takes a point and one to nine digits, as whole milliseconds.
fn fraction(rest: &mut &[u8]) -> Option<u32> {
    let digits = rest.iter().skip(1).take_while(|byte| byte.is_ascii_digit()).count();
    let (fraction, tail) = rest.split_at_checked(digits + 1)?;
    *rest = tail;
    let mut millis = [b'0'; 3];
    for (milli, digit) in millis.iter_mut().zip(fraction.get(1..)?) {
        *milli = *digit;
    }
    (1..=9).contains(&digits).then(|| number(&mut millis.as_slice(), 3))?
}
