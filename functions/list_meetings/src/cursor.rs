//! Where the next page of an agenda begins, as clients send it back.

use std::fmt;
use std::str::FromStr;

use chrono::DateTime;
use shared::domain::AgendaPlace;

/// The place of the last meeting of a page, and the query that it is a page of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// A digest of the query.
    pub query: String,
    /// The place.
    pub after: AgendaPlace,
}

/// A text that is no cursor. The message is for clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be the next_cursor of an answer")]
pub struct NoCursor;

/// In hexadecimal digits, which no query has to escape.
impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { query, after } = self;
        let text = format!("{query}#{}#{}", after.start.timestamp_millis(), after.meeting_id);
        f.write_str(&hex::encode(text))
    }
}

/// Reads what is written above and nothing else, so that a cursor has one spelling.
impl FromStr for Cursor {
    type Err = NoCursor;

    fn from_str(text: &str) -> Result<Self, NoCursor> {
        let cursor = read(text).ok_or(NoCursor)?;
        if cursor.to_string() == text { Ok(cursor) } else { Err(NoCursor) }
    }
}

fn read(text: &str) -> Option<Cursor> {
    let text = String::from_utf8(hex::decode(text).ok()?).ok()?;
    let mut parts = text.splitn(3, '#');
    let (query, start, id) = (parts.next()?, parts.next()?, parts.next()?);
    let start = DateTime::from_timestamp_millis(start.parse().ok()?)?;
    let after = AgendaPlace { start, meeting_id: id.parse().ok()? };
    Some(Cursor { query: query.to_owned(), after })
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::domain::MeetingId;

    #[test]
    fn a_cursor_is_read_as_it_was_written() {
        for millis in [0, -1, 1_796_119_200_000, 4_102_444_799_999] {
            let start = DateTime::from_timestamp_millis(millis).unwrap();
            let after = AgendaPlace { start, meeting_id: MeetingId::random() };
            let cursor = Cursor { query: "0123".to_owned(), after };
            assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }
    }

    #[test]
    fn nothing_else_is_read() {
        let written = hex::encode("0123#1796119200000#j");
        assert!(written.parse::<Cursor>().is_ok());
        for bad in
            ["", "0123", "0123#5", "0123##a", "0123#x#a", "0123#5#", "0123#5#a#b", "0123#+5#a", "0123#05#a"]
        {
            assert_eq!(hex::encode(bad).parse::<Cursor>(), Err(NoCursor), "{bad}");
        }
        assert_eq!(hex::encode(format!("0123#{}#a", i64::MAX)).parse::<Cursor>(), Err(NoCursor));
        for bad in [&written[1..], "0g", "é", &hex::encode([0xff, 0xfe])] {
            assert_eq!(bad.parse::<Cursor>(), Err(NoCursor), "{bad}");
        }
        assert_eq!(written.to_uppercase().parse::<Cursor>(), Err(NoCursor));
    }
}
