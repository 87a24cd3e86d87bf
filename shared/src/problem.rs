//! Errors as clients see them (RFC 9457), and the one table of their codes, statuses and titles.

use std::fmt::Display;

use lambda_http::http::{StatusCode, header};
use lambda_http::{Body, Response};
use serde::Serialize;
use serde_json::{Map, Value, json};
use strum::VariantArray;

use crate::domain::{IdKind, MeetingId, UserId};
use crate::store::{IsConflict, StoreError};

/// What went wrong, as a client sees it. Its cause, where it has one, is only for the log.
///
/// ```
/// use shared::problem::{Code, Problem};
///
/// let problem = Problem::new(Code::MeetingCancelled, "A cancelled meeting can't be changed.");
/// let response = problem.into_response();
/// assert_eq!(response.status(), 409);
/// assert_eq!(response.headers()["content-type"], "application/problem+json");
/// ```
#[derive(Debug)]
pub struct Problem {
    code: Code,
    detail: String,
    errors: Vec<FieldError>,
    extra: Map<String, Value>,
    cause: Option<String>,
    is_conflict: bool,
    /// In how many seconds the same request may succeed, where that is known.
    retry_after: Option<u64>,
}

const BUSY: &str = "Other requests are changing the same data. Nothing was changed. Try again.";

/// A write whose answer was lost may have taken effect.
const UNAVAILABLE: &str =
    "The database did not answer in time. Check whether your change took effect before you try again.";

/// One bad field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// The field's name as the client spelled it.
    pub field: String,
    /// What is wrong with it.
    pub message: String,
}

/// The kinds of problems. Clients rely on their names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, VariantArray)]
#[expect(missing_docs, reason = "the table below says what each means")]
pub enum Code {
    MalformedJson,
    Unauthenticated,
    Forbidden,
    AccountBound,
    InvalidRequest,
    UnknownParticipants,
    UserNotFound,
    MeetingNotFound,
    FeedNotFound,
    RouteNotFound,
    MethodNotAllowed,
    EmailTaken,
    MeetingConflict,
    AlreadyParticipant,
    NotAParticipant,
    OrganizerCannotLeave,
    MeetingCancelled,
    VersionMismatch,
    IdempotencyKeyReused,
    BodyTooLarge,
    QuotaExceeded,
    BusyTryAgain,
    InternalError,
}

impl Code {
    /// Every code.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// The table: name, status and title of every problem.
    const fn row(self) -> (&'static str, StatusCode, &'static str) {
        match self {
            Self::MalformedJson => {
                ("malformed_json", StatusCode::BAD_REQUEST, "The body is not a JSON object")
            }
            Self::Unauthenticated => ("unauthenticated", StatusCode::UNAUTHORIZED, "You are not signed in"),
            Self::Forbidden => ("forbidden", StatusCode::FORBIDDEN, "You are not allowed to do this"),
            Self::AccountBound => {
                ("account_bound", StatusCode::FORBIDDEN, "This address belongs to another account")
            }
            Self::InvalidRequest => {
                ("invalid_request", StatusCode::UNPROCESSABLE_ENTITY, "Some fields are not valid")
            }
            Self::UnknownParticipants => {
                ("unknown_participants", StatusCode::UNPROCESSABLE_ENTITY, "Some participants are not users")
            }
            Self::UserNotFound => ("user_not_found", StatusCode::NOT_FOUND, "There is no such user"),
            Self::MeetingNotFound => ("meeting_not_found", StatusCode::NOT_FOUND, "There is no such meeting"),
            Self::FeedNotFound => ("feed_not_found", StatusCode::NOT_FOUND, "There is no such feed"),
            Self::RouteNotFound => ("route_not_found", StatusCode::NOT_FOUND, "There is no such route"),
            Self::MethodNotAllowed => {
                ("method_not_allowed", StatusCode::METHOD_NOT_ALLOWED, "The route doesn't have this method")
            }
            Self::EmailTaken => {
                ("email_taken", StatusCode::CONFLICT, "This e-mail address is already in use")
            }
            Self::MeetingConflict => {
                ("meeting_conflict", StatusCode::CONFLICT, "The creator has another meeting at that time")
            }
            Self::AlreadyParticipant => {
                ("already_participant", StatusCode::CONFLICT, "The user already takes part")
            }
            Self::NotAParticipant => {
                ("not_a_participant", StatusCode::CONFLICT, "The user doesn't take part")
            }
            Self::OrganizerCannotLeave => {
                ("organizer_cannot_leave", StatusCode::CONFLICT, "The organizer can't leave their meeting")
            }
            Self::MeetingCancelled => ("meeting_cancelled", StatusCode::CONFLICT, "The meeting is cancelled"),
            Self::VersionMismatch => {
                ("version_mismatch", StatusCode::PRECONDITION_FAILED, "Somebody has changed it meanwhile")
            }
            Self::IdempotencyKeyReused => (
                "idempotency_key_reused",
                StatusCode::UNPROCESSABLE_ENTITY,
                "The Idempotency-Key was used for another request",
            ),
            Self::BodyTooLarge => ("body_too_large", StatusCode::PAYLOAD_TOO_LARGE, "The body is too large"),
            Self::QuotaExceeded => ("quota_exceeded", StatusCode::TOO_MANY_REQUESTS, "A quota is exceeded"),
            Self::BusyTryAgain => {
                ("busy_try_again", StatusCode::SERVICE_UNAVAILABLE, "The service is busy; try again")
            }
            Self::InternalError => {
                ("internal_error", StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong on our side")
            }
        }
    }

    /// The stable name.
    pub const fn as_str(self) -> &'static str {
        self.row().0
    }

    /// The HTTP status.
    pub const fn status(self) -> StatusCode {
        self.row().1
    }
}

impl Problem {
    /// A problem of that kind, with a sentence on this case.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self {
            code,
            detail,
            errors: Vec::new(),
            extra: Map::new(),
            cause: None,
            is_conflict: false,
            retry_after: (code == Code::BusyTryAgain).then_some(1),
        }
    }

    /// A request with bad fields, all of them.
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        let mut fields: Vec<_> = Vec::new();
        for error in &errors {
            if !fields.contains(&error.field.as_str()) {
                fields.push(error.field.as_str());
            }
        }
        let detail = format!("Correct these fields: {}.", fields.join(", "));
        Self { errors, ..Self::new(Code::InvalidRequest, detail) }
    }

    /// A request with one bad field.
    pub fn bad_field(field: &str, message: impl Display) -> Self {
        Self::invalid(vec![FieldError { field: field.to_owned(), message: message.to_string() }])
    }

    /// A fault of the service. The cause goes to the log, never to a client.
    pub fn internal(cause: impl Into<String>) -> Self {
        let detail = "Your request did not cause this. The same request may work later.";
        Self { cause: Some(cause.into()), ..Self::new(Code::InternalError, detail) }
    }

    /// A 404 of a user. What its id looks like says what it may be instead.
    pub fn no_user(id: &UserId) -> Self {
        let hint = match id.kind() {
            Some(IdKind::Meeting) => "It looks like a meeting's id.",
            _ => "A user's id is the user_id that create_user answered.",
        };
        Self::new(Code::UserNotFound, format!("No user has this id. {hint}"))
    }

    /// A 404 of a user who is looked up by an address.
    pub fn no_user_of_address() -> Self {
        Self::new(Code::UserNotFound, "No user has this address.")
    }

    /// A 404 of a meeting. What its id looks like says what it may be instead.
    pub fn no_meeting(id: &MeetingId) -> Self {
        let hint = match id.kind() {
            Some(IdKind::User) => "It looks like a user's id.",
            _ => "A meeting's id is the meeting_id that create_meeting answered.",
        };
        Self::new(Code::MeetingNotFound, format!("No meeting has this id. {hint}"))
    }

    /// Adds a member of its own (RFC 9457, section 3.2).
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Serialize) -> Self {
        self.extra.insert(name.to_owned(), json!(value));
        self
    }

    /// Says in how many seconds the same request may succeed.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// Adds the fields that caused it.
    #[must_use]
    pub fn with_errors(mut self, errors: Vec<FieldError>) -> Self {
        self.errors = errors;
        self
    }

    /// The kind of problem.
    pub fn code(&self) -> Code {
        self.code
    }

    /// The sentence on this case.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// What caused it, for the log.
    pub fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }

    /// The answer that a client gets.
    pub fn into_response(self) -> Response<Body> {
        let (code, status, title) = self.code.row();
        let body = Members {
            r#type: format!("urn:problem:{code}"),
            title,
            status: status.as_u16(),
            detail: self.detail,
            code,
            errors: self.errors,
            extra: self.extra,
        };
        let body = serde_json::to_string(&body).unwrap_or_default();
        let mut response = Response::new(Body::Text(body));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, header::HeaderValue::from(seconds));
        }
        // RFC 6750, section 3.
        if self.code == Code::Unauthenticated {
            headers.insert(header::WWW_AUTHENTICATE, header::HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// The members of the body, in an order that is easy to read.
#[derive(Serialize)]
struct Members {
    r#type: String,
    title: &'static str,
    status: u16,
    detail: String,
    code: &'static str,
    errors: Vec<FieldError>,
    #[serde(flatten)]
    extra: Map<String, Value>,
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        if error.is_conflict() || error.is_unavailable() {
            let is_conflict = error.is_conflict();
            let detail = if is_conflict { BUSY } else { UNAVAILABLE };
            Self { cause: Some(error.to_string()), is_conflict, ..Self::new(Code::BusyTryAgain, detail) }
        } else {
            Self::internal(error.to_string())
        }
    }
}

impl IsConflict for Problem {
    fn is_conflict(&self) -> bool {
        self.is_conflict
    }
}
