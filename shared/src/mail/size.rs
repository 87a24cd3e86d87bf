//! Keeps a mail below the size at which Gmail cuts it off, 102 KB of HTML. Who takes part is shortened first,
//! then the description.

use super::content::{MailContent, Person};

/// The most bytes of the text, and of the HTML.
pub(super) const LIMIT: usize = 100_000;

/// So many people are named before anything of the description is left out.
const FEWEST_PEOPLE: usize = 10;

impl<'a> MailContent<'a> {
    /// With as many people and as much of the description as fit.
    pub(super) fn within_limit(mut self) -> Self {
        if self.fits() {
            return self;
        }
        let (all, fewest) = (self.people.len(), FEWEST_PEOPLE.min(self.people.len()));
        self.people_shown = largest(fewest, all, |people| {
            self.people_shown = people;
            self.fits()
        });
        self.description_shown = largest(0, self.description_shown, |characters| {
            self.description_shown = characters;
            self.fits()
        });
        self
    }

    /// The people who are named.
    pub(super) fn people(&self) -> impl Iterator<Item = &Person<'a>> {
        self.people.iter().take(self.people_shown)
    }

    /// How many people are not named.
    pub(super) fn more(&self) -> usize {
        self.people.len().saturating_sub(self.people_shown)
    }

    /// The lines of the description, as far as it is shown.
    pub(super) fn description(&self) -> Vec<&'a str> {
        let mut left = self.description_shown;
        let mut lines = Vec::new();
        for line in &self.description {
            if left == 0 {
                break;
            }
            let end = line.char_indices().nth(left).map_or(line.len(), |(at, _)| at);
            lines.push(&line[..end]);
            left = left.saturating_sub(line.chars().count() + 1);
        }
        lines
    }

    /// Whether the description goes on after what is shown.
    pub(super) fn is_cut(&self) -> bool {
        self.description_shown < characters(&self.description)
    }

    fn fits(&self) -> bool {
        size(&self.text()) <= LIMIT && size(&self.html()) <= LIMIT
    }
}

/// How many characters the lines have, with their ends.
pub(super) fn characters(lines: &[&str]) -> usize {
    lines.iter().map(|line| line.chars().count() + 1).sum()
}

/// The bytes of a text as it is sent, where a line ends with two characters.
pub(super) fn size(text: &str) -> usize {
    text.len() + text.matches('\n').count()
}

/// The largest number from `least` to `most` that fits: `least` if none does. What fits a number fits a
/// smaller one.
fn largest(least: usize, most: usize, mut fits: impl FnMut(usize) -> bool) -> usize {
    let (mut good, mut bad) = (least, most + 1);
    while bad - good > 1 {
        let middle = good.midpoint(bad);
        if fits(middle) { good = middle } else { bad = middle }
    }
    good
}
