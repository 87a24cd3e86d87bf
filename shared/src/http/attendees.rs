//! `attendees` of a search for meeting times: who may take part, and whom the meeting needs.

use super::nested::{Nested, NestedErrors, Object};
use super::{By, Fields, Patch, read};
use crate::domain::{Email, UserId};

/// Somebody who may take part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attendee {
    /// Their id or their address.
    pub by: By,
    /// Whether the meeting needs them.
    pub is_required: bool,
}

impl Fields {
    /// Reads `attendees`, at most so many. `None` when something in it is bad.
    pub fn attendees(&mut self, most: usize) -> Option<Vec<Attendee>> {
        let patch = self.nested("attendees", |nested, errors| {
            let entries = nested.entries(errors, r#"[{"email": "bo@example.com", "type": "required"}]"#)?;
            if entries.len() > most {
                nested.fail(errors, format!("must have at most {most} entries, not {}", entries.len()));
                return None;
            }
            Nested::each(&entries, errors, attendee)
        })?;
        match patch {
            Patch::Set(attendees) => Some(attendees),
            Patch::Keep | Patch::Clear => {
                self.fail("attendees", "is missing");
                None
            }
        }
    }
}

fn attendee(nested: &Nested<'_>, errors: &mut NestedErrors) -> Option<Attendee> {
    let example = r#"{"email": "bo@example.com", "type": "required"}"#;
    let object = nested.object(errors, &["email", "user_id", "type"], example)?;
    let by = by(&object, errors);
    let kind = object.patch(errors, "type", |kind, errors| {
        kind.read(errors, |value| match value.as_str() {
            Some("required") => Ok(true),
            Some("optional") => Ok(false),
            _ => Err("must be \"required\" or \"optional\"".to_owned()),
        })
    });
    Some(Attendee { by: by?, is_required: kind?.apply(Some(true)).unwrap_or(true) })
}

/// The one of `email` and `user_id` that is there.
fn by(object: &Object<'_>, errors: &mut NestedErrors) -> Option<By> {
    let email = object.patch(errors, "email", |email, errors| email.read(errors, read::text::<Email>))?;
    let id = object.patch(errors, "user_id", |id, errors| id.read(errors, read::text::<UserId>))?;
    match (email.apply(None), id.apply(None)) {
        (Some(email), None) => Some(By::Email(email)),
        (None, Some(id)) => Some(By::Id(id)),
        (None, None) => {
            errors.fail(object.path("email"), "is missing; user_id may take its place");
            None
        }
        (Some(_), Some(_)) => {
            errors.fail(object.path("email"), "must not be sent with user_id: send only one of the two");
            None
        }
    }
}
