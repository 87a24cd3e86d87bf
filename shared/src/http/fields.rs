//! A request's fields, read one by one so that every bad one is named at once.

use lambda_http::http::header;
use lambda_http::{Body, RequestExt};
use serde_json::{Map, Value};

use super::nested::{Nested, NestedErrors};
use super::{NamedUser, Request, names, read};
use crate::domain::{Channels, MeetingId, Notifications};
use crate::problem::{Code, FieldError, Problem};

/// The field that asks for a dry run.
pub(super) const DRY_RUN: &str = "dry_run";

/// The largest body, in bytes.
pub const MAX_BODY: usize = 64 * 1024;

/// The fields of a body or a query. Read each one, whatever became of those before, and then call
/// [`Fields::finish`]: its problem names all of the bad ones.
///
/// ```
/// use lambda_http::Body;
/// use shared::http::{Fields, Request, read};
///
/// let request = Request::new(Body::from(r#"{ "at": 5, "zoen": "Europe/Berlin" }"#));
/// let mut fields = Fields::of_body(&request).unwrap();
/// let at = fields.required("at", read::time);
/// let zone = fields.required("zone", read::zone);
/// let problem = fields.finish(at.zip(zone)).unwrap_err();
/// assert_eq!(problem.detail(), "Correct these fields: at, zone, zoen.");
/// ```
#[derive(Debug)]
pub struct Fields {
    values: Map<String, Value>,
    from_query: bool,
    known: Vec<&'static str>,
    /// Spellings that are understood and not documented.
    aliases: Vec<&'static str>,
    errors: Vec<FieldError>,
}

/// The body of a request, empty if it has none.
pub(super) fn body_of(request: &Request) -> &[u8] {
    match request.body() {
        Body::Text(text) => text.as_bytes(),
        Body::Binary(bytes) => bytes,
        _ => b"",
    }
}

impl Fields {
    /// The fields of a JSON body.
    ///
    /// # Errors
    /// 413 for a body over [`MAX_BODY`], 400 for one that is not a JSON object. The latter says what the body
    /// is instead, as far as its `Content-Type` tells.
    pub fn of_body(request: &Request) -> Result<Self, Problem> {
        let body = body_of(request);
        if body.len() > MAX_BODY {
            let detail = format!("The body has {} bytes; at most {MAX_BODY} are allowed.", body.len());
            return Err(Problem::new(Code::BodyTooLarge, detail));
        }
        match serde_json::from_slice(body) {
            Ok(Value::Object(values)) => Ok(Self::new(values, false)),
            outcome => Err(malformed(no_object(request, body, outcome.err()))),
        }
    }

    /// The fields of a query string. All of their values are text. A name that is given
    /// more than once is a bad field.
    pub fn of_query(request: &Request) -> Self {
        let mut fields = Self::new(Map::new(), true);
        for (name, value) in request.query_string_parameters().iter() {
            if fields.values.insert(name.to_owned(), Value::from(value)).is_some() {
                fields.fail(name, "is given more than once");
            }
        }
        fields
    }

    fn new(values: Map<String, Value>, from_query: bool) -> Self {
        Self { values, from_query, known: Vec::new(), aliases: Vec::new(), errors: Vec::new() }
    }

    pub(super) fn values(&self) -> &Map<String, Value> {
        &self.values
    }

    /// Whether the fields come from a query string, where every value is text.
    pub fn is_query(&self) -> bool {
        self.from_query
    }

    /// Reads a field that must be there. `None` when it is missing or bad.
    pub fn required<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&Value) -> Result<T, String>,
    ) -> Option<T> {
        let given = self.given(name);
        if given.is_none() {
            self.fail(name, "is missing");
        }
        self.read(name, given?, read)
    }

    /// Reads a field that may be absent or null: `Some(None)` then. `None` when it is bad.
    pub fn optional<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&Value) -> Result<T, String>,
    ) -> Option<Option<T>> {
        match self.given(name) {
            None => Some(None),
            Some(value) => self.read(name, value, read).map(Some),
        }
    }

    /// Reads a field of a change: an absent one keeps the value, null removes it. `None` when it is bad.
    pub fn patch<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&Value) -> Result<T, String>,
    ) -> Option<Patch<T>> {
        self.know(name);
        match self.values.get(name).cloned() {
            None => Some(Patch::Keep),
            Some(Value::Null) => Some(Patch::Clear),
            Some(value) => self.read(name, value, read).map(Patch::Set),
        }
    }

    /// Reads a field of a change that has values inside, as [`Fields::patch`]. Every bad one is named with
    /// its path.
    pub(super) fn nested<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&Nested<'_>, &mut NestedErrors) -> Option<T>,
    ) -> Option<Patch<T>> {
        self.know(name);
        match self.values.get(name) {
            None => Some(Patch::Keep),
            Some(Value::Null) => Some(Patch::Clear),
            Some(value) => {
                let mut errors = NestedErrors::default();
                let read = read(&Nested::field(name, value), &mut errors);
                self.errors.extend(errors.into_list());
                read.map(Patch::Set)
            }
        }
    }

    /// Reads a field of a change whose value can't be removed: `Some(None)` when it is
    /// absent. `None` when it is bad.
    pub fn replace<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&Value) -> Result<T, String>,
    ) -> Option<Option<T>> {
        match self.patch(name, read)? {
            Patch::Keep => Some(None),
            Patch::Set(value) => Some(Some(value)),
            Patch::Clear => {
                self.fail(name, "must not be null");
                None
            }
        }
    }

    /// The one of a field's two spellings that the request uses; the first, which is the documented one, when
    /// it uses none. To use both is an error, unless they agree.
    pub fn spelling(&mut self, first: &'static str, second: &'static str) -> &'static str {
        self.know(first);
        self.aliases.push(second);
        match (self.values.get(first), self.values.get(second)) {
            (Some(a), Some(b)) if a != b => {
                self.fail(second, &format!("must not differ from {first}: send only one of the two"));
                first
            }
            (None, Some(_)) => second,
            _ => first,
        }
    }

    /// Reads `dry_run`, whether nothing is to be committed; false where it is absent. `None` when it is bad.
    pub fn dry_run(&mut self) -> Option<bool> {
        Some(self.replace(DRY_RUN, read::flag(false))?.unwrap_or(false))
    }

    /// Reads `user_id` or `email`, and `meeting_id`: the whole body of the calls that add and remove
    /// participants.
    ///
    /// # Errors
    /// 422 with every bad field.
    pub fn user_and_meeting(mut self) -> Result<(NamedUser, MeetingId), Problem> {
        let user = self.user("user_id", "email");
        let meeting_id = self.required("meeting_id", read::text::<MeetingId>);
        self.finish(user.zip(meeting_id))
    }

    /// Records each entry of `notification_interval` whose channel this deployment doesn't
    /// have: it could never be delivered.
    pub fn check_channels(&mut self, notifications: &Notifications, channels: Channels) {
        for (index, entry) in
            notifications.entries().iter().enumerate().filter(|(_, e)| !channels.has(e.channel()))
        {
            let field = format!("notification_interval[{index}].type");
            self.fail(&field, &format!("this deployment has no {} URL", entry.channel().as_str()));
        }
    }

    /// Records that a field is bad.
    pub fn fail(&mut self, field: &str, message: &str) {
        self.errors.push(FieldError { field: field.to_owned(), message: message.to_owned() });
    }

    /// The value made of the fields, if none of them is bad and none is unknown.
    ///
    /// # Errors
    /// 422 with every bad field.
    pub fn finish<T>(mut self, value: Option<T>) -> Result<T, Problem> {
        let is_known = |name: &str| self.known.contains(&name) || self.aliases.contains(&name);
        let unknown: Vec<_> = self.values.keys().filter(|name| !is_known(name)).cloned().collect();
        for name in unknown {
            let message = self.unknown(&name);
            self.fail(&name, &message);
        }
        match value {
            Some(value) if self.errors.is_empty() => Ok(value),
            None if self.errors.is_empty() => Err(Problem::internal("a bad field was not recorded")),
            _ => Err(Problem::invalid(self.errors)),
        }
    }

    fn given(&mut self, name: &'static str) -> Option<Value> {
        self.know(name);
        self.values.get(name).filter(|value| !value.is_null()).cloned()
    }

    /// Notes a field of this call under its documented name.
    fn know(&mut self, name: &'static str) {
        if !self.known.contains(&name) && !self.aliases.contains(&name) {
            self.known.push(name);
        }
    }

    fn read<T>(
        &mut self,
        name: &str,
        value: Value,
        read: impl FnOnce(&Value) -> Result<T, String>,
    ) -> Option<T> {
        // In a query, an unescaped plus arrives as a space.
        let may_lack_plus = self.from_query && value.as_str().is_some_and(|text| text.contains(' '));
        let hint = if may_lack_plus { "; if the space was a +, write it as %2B" } else { "" };
        read(&value).map_err(|message| self.fail(name, &(message + hint))).ok()
    }

    fn unknown(&self, name: &str) -> String {
        match names::meant(name, &self.known) {
            Some(meant) => format!("is not a field of this call; did you mean {meant}?"),
            None => format!("is not a field of this call; its fields are {}", self.known.join(", ")),
        }
    }
}

/// What a change does to one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Patch<T> {
    /// Nothing: it stays as it is.
    Keep,
    /// It goes.
    Clear,
    /// It becomes this.
    Set(T),
}

impl<T> Patch<T> {
    /// The value after the change; `before` is the one before it.
    pub fn apply(self, before: Option<T>) -> Option<T> {
        match self {
            Self::Keep => before,
            Self::Clear => None,
            Self::Set(value) => Some(value),
        }
    }
}

impl<T> Patch<Option<T>> {
    /// Blank text, which is read as none, removes the value as null does.
    pub fn flatten(self) -> Patch<T> {
        match self {
            Self::Keep => Patch::Keep,
            Self::Clear | Self::Set(None) => Patch::Clear,
            Self::Set(Some(value)) => Patch::Set(value),
        }
    }
}

fn malformed(detail: String) -> Problem {
    Problem::new(Code::MalformedJson, detail)
}

/// What a body is that is no JSON object, and what to send instead.
fn no_object(request: &Request, body: &[u8], why: Option<serde_json::Error>) -> String {
    const SEND: &str = "Send a JSON object, with the header Content-Type: application/json.";
    let given = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = given.and_then(|kind| kind.split(';').next()).unwrap_or_default().trim().to_ascii_lowercase();
    let Some(why) = why else { return format!("The body is JSON, but not an object. {SEND}") };
    if body.trim_ascii().is_empty() {
        return match kind.as_str() {
            "" => format!("The body is empty. {SEND}"),
            kind => format!("The body is empty, although its Content-Type is {kind}. {SEND}"),
        };
    }
    // Programs such as curl call JSON a form as well, so what the body is decides.
    let is_form = kind == "application/x-www-form-urlencoded" || kind.starts_with("multipart/");
    let looks_like_json = body.trim_ascii_start().starts_with(b"{");
    if is_form && !looks_like_json {
        return format!("The body is a form: its Content-Type is {kind}. {SEND}");
    }
    let is_json = kind.is_empty() || is_form || kind == "application/json" || kind.ends_with("+json");
    match is_json {
        true => format!("The body can't be read as JSON: {why}. {SEND}"),
        false => format!("The body can't be read as JSON, and its Content-Type is {kind}. {SEND}"),
    }
}
