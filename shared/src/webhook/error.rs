//! How sending a webhook fails, and what the receiver says about when to try again.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};

use crate::sending::{SendError, SendFailure};

impl SendError {
    /// The failure that a status is, with the `Retry-After` of the answer, which came at `now`.
    pub(super) fn from_answer(status: u16, retry_after: Option<&str>, now: DateTime<Utc>) -> Self {
        let is_overloaded = matches!(status, 429 | 503);
        let retry_after =
            if is_overloaded { retry_after.and_then(|text| parse_retry_after(text, now)) } else { None };
        Self { retry_after, ..SendFailure::Status(status).into() }
    }

    /// Whether the receiver wants this message never again: it answered 410 Gone.
    pub fn is_final(&self) -> bool {
        self.failure == SendFailure::Status(410)
    }

    /// Whether it may be tried again within seconds.
    pub(super) fn may_retry_at_once(&self) -> bool {
        !self.failure.is_webhook_throttling() && !self.is_final() && self.retry_after.is_none()
    }
}

/// A wait that is as good as any longer one: no reminder is sent so long after it was due.
const LONGEST_WAIT: i64 = 366 * 24 * 60 * 60;

/// The value of `Retry-After` (RFC 9110, section 10.2.3): seconds from `now`, or a date in one of the three
/// forms that a recipient must accept (section 5.6.7). `None` for anything else.
fn parse_retry_after(text: &str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    const FORMS: [&str; 3] =
        ["%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"];
    let text = text.trim();
    let longest = now + TimeDelta::seconds(LONGEST_WAIT);
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        let seconds = text.parse::<i64>().unwrap_or(LONGEST_WAIT).min(LONGEST_WAIT);
        return Some(now + TimeDelta::seconds(seconds));
    }
    let date = FORMS.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())?;
    Some(date.and_utc().min(longest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixtures::instant;

    fn now() -> DateTime<Utc> {
        instant("1994-11-06T08:49:00Z")
    }

    #[test]
    fn a_retry_after_is_seconds_or_a_date_in_any_of_three_forms() {
        let at = instant("1994-11-06T08:49:37Z");
        for text in [
            "37",
            " 037 ",
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
        ] {
            assert_eq!(parse_retry_after(text, now()), Some(at), "{text}");
        }
        assert_eq!(parse_retry_after("0", now()), Some(now()));
        for text in ["", "-1", "+5", "1.5", "soon", "Mon, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37Z"] {
            assert_eq!(parse_retry_after(text, now()), None, "{text}");
        }
    }

    #[test]
    fn a_retry_after_beyond_all_bounds_is_a_year_away() {
        let year = Some(now() + TimeDelta::seconds(LONGEST_WAIT));
        for text in ["99999999999", "99999999999999999999999999", "Fri, 31 Dec 9999 23:59:59 GMT"] {
            assert_eq!(parse_retry_after(text, now()), year, "{text}");
        }
    }

    #[test]
    fn only_an_overloaded_receiver_sets_the_time_of_the_next_attempt() {
        let error = |status| SendError::from_answer(status, Some("60"), now());
        for status in [429, 503] {
            assert_eq!(error(status).retry_after, Some(now() + TimeDelta::seconds(60)));
            assert!(!error(status).may_retry_at_once() && !error(status).is_final());
        }
        for status in [301, 400, 500, 502] {
            assert_eq!(error(status).retry_after, None);
            assert!(error(status).may_retry_at_once() && !error(status).is_final());
        }
        assert!(error(410).is_final() && !error(410).may_retry_at_once());
        assert!(SendError::from_answer(503, None, now()).may_retry_at_once());
    }
}
