//! The part of the list that one answer has.

use std::cmp::Reverse;

use shared::domain::{Meeting, Notice, NoticeKind, UserId};
use shared::http::{Fields, MAX_ANSWER, Request, read, view};
use shared::notices::order::{Place, index, place, place_at};
use shared::problem::Problem;

/// The most entries of an answer whose request names no limit. A meeting of 99 people with 50 reminders and
/// an invitation each has 5,049.
pub(crate) const DEFAULT_LIMIT: usize = 6_000;
/// The most entries that a request may ask for.
const MAX_LIMIT: u32 = 250;

/// What an answer has beside its entries.
const FRAME: usize = 8 * 1024;
const _: () = assert!(DEFAULT_LIMIT * view::MAX_NOTICE + FRAME <= MAX_ANSWER);

/// Which part of the list a request asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    limit: usize,
    after: Option<Cursor>,
}

/// The last entry of the page before.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Cursor {
    /// The index of its person among the participants at that time.
    index: usize,
    user_id: UserId,
    kind: NoticeKind,
}

/// The query of a request.
///
/// # Errors
/// 422 with every bad field.
pub(crate) fn parse(request: &Request) -> Result<Page, Problem> {
    let mut fields = Fields::of_query(request);
    let limit = fields.optional("limit", read::number(1, MAX_LIMIT, true));
    let after = fields.optional("cursor", |value| {
        let cursor = value.as_str().and_then(Cursor::read);
        cursor.ok_or_else(|| "must be the next_cursor of an answer".to_owned())
    });
    let limit = limit.map(|limit| limit.map_or(DEFAULT_LIMIT, |limit| limit as usize));
    fields.finish(limit.zip(after).map(|(limit, after)| Page { limit, after }))
}

impl Page {
    /// The entries of this page among all `notices`, in their order, and the cursor of the next page if there
    /// is one.
    pub(crate) fn of(&self, meeting: &Meeting, mut notices: Vec<Notice>) -> (Vec<Notice>, Option<String>) {
        notices.sort_by(|a, b| place(meeting, a).cmp(&place(meeting, b)));
        if let Some(cursor) = &self.after {
            let after = cursor.place(meeting);
            notices.retain(|notice| place(meeting, notice) > after);
        }
        let has_more = notices.len() > self.limit;
        notices.truncate(self.limit);
        let last = notices.last().filter(|_| has_more).map(|last| Cursor {
            index: index(meeting, &last.key.user_id).unwrap_or(usize::MAX),
            user_id: last.key.user_id.clone(),
            kind: last.key.kind,
        });
        (notices, last.map(|cursor| cursor.write()))
    }
}

impl Cursor {
    /// Where the next page begins. If its person has left meanwhile, the one who was next has their index:
    /// then the page begins with that one, so that nobody is left out.
    fn place(&self, meeting: &Meeting) -> Place<'_> {
        match index(meeting, &self.user_id) {
            None if self.index < usize::MAX => {
                let is_invitation = self.kind == NoticeKind::Invitation;
                (is_invitation, self.index, Reverse(Some(u32::MAX)), "", self.kind)
            }
            index => place_at(index.unwrap_or(usize::MAX), &self.user_id, self.kind),
        }
    }

    /// In hexadecimal digits, which no query has to escape.
    fn write(&self) -> String {
        let Self { index, user_id, kind } = self;
        hex::encode(format!("{index}#{user_id}#{kind}"))
    }

    fn read(text: &str) -> Option<Self> {
        let text = String::from_utf8(hex::decode(text).ok()?).ok()?;
        let (index, rest) = text.split_once('#')?;
        let (user_id, kind) = rest.split_once('#')?;
        Some(Self { index: index.parse().ok()?, user_id: user_id.parse().ok()?, kind: kind.parse().ok()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_without_a_limit_has_one_all_the_same() {
        assert_eq!(parse(&Request::default()).unwrap(), Page { limit: DEFAULT_LIMIT, after: None });
    }

    #[test]
    fn a_cursor_is_read_as_it_was_written() {
        for kind in ["email#60", "webhook#0", "invitation"] {
            for index in [0, 98, usize::MAX] {
                let cursor = Cursor { index, user_id: UserId::random(), kind: kind.parse().unwrap() };
                assert_eq!(Cursor::read(&cursor.write()), Some(cursor));
            }
        }
        for bad in ["", "30", "0#a#email#060", "0##email#60", "-1#a#invitation", "0#a"] {
            assert_eq!(Cursor::read(&hex::encode(bad)), None, "{bad}");
        }
    }
}
