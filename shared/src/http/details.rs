//! What people write about a meeting, as requests that create or change one have it. A new optional text is
//! named here once for both.

use super::{Fields, Patch, read};
use crate::domain::{Description, Location, Meeting, Title};

/// What a request says about the optional texts of a meeting.
#[derive(Clone, Debug)]
pub struct Details {
    title: Patch<Title>,
    description: Patch<Description>,
    location: Patch<Location>,
}

impl Details {
    /// Reads them. Absent ones stay as they are, null or blank ones go. `None` when one is bad.
    pub fn read(fields: &mut Fields) -> Option<Self> {
        let title = fields.patch("title", read::text_or_blank::<Title>);
        let description = fields.patch("description", read::text_or_blank::<Description>);
        let location = fields.patch("location", read::text_or_blank::<Location>);
        // Each has been read by now, so that every bad one is named.
        Some(Self {
            title: title?.flatten(),
            description: description?.flatten(),
            location: location?.flatten(),
        })
    }

    /// The meeting with the texts that follow from its own.
    pub fn apply(&self, before: Meeting) -> Meeting {
        let Self { title, description, location } = self.clone();
        Meeting {
            title: title.apply(before.title),
            description: description.apply(before.description),
            location: location.apply(before.location),
            ..before
        }
    }
}
