//! The form that leaves one person's part of a page.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// The people to choose from.
#[derive(Debug)]
pub(super) struct People {
    options: Vec<Choice>,
}

/// Somebody to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Choice {
    /// What the query says.
    pub(super) value: String,
    /// What people read.
    pub(super) label: String,
    /// Whether the page shows their part.
    pub(super) is_chosen: bool,
}

impl People {
    /// From values and labels in any order, several of the same person among them, and the value that is
    /// chosen already, which may be nobody's.
    pub(super) fn new(people: impl IntoIterator<Item = (String, String)>, chosen: Option<&str>) -> Self {
        let is_chosen = |value: &str| chosen.is_some_and(|chosen| is_same(chosen, value));
        let choice = |(value, label): (String, String)| Choice { is_chosen: is_chosen(&value), value, label };
        let mut options: Vec<_> = people.into_iter().map(choice).collect();
        options.sort_by_cached_key(|choice| (choice.label.to_lowercase(), choice.value.clone()));
        options.dedup_by(|a, b| is_same(&a.value, &b.value));
        if let Some(chosen) = chosen.filter(|_| !options.iter().any(|choice| choice.is_chosen)) {
            options.insert(0, choice((chosen.to_owned(), chosen.to_owned())));
        }
        Self { options }
    }

    /// All of them, in the order of their labels. Of one alone there is nothing to choose.
    pub(super) fn options(&self) -> &[Choice] {
        match self.options.as_slice() {
            [alone] if !alone.is_chosen => &[],
            options => options,
        }
    }
}

/// Whether two values name the same person: addresses differ in case without being different.
pub(super) fn is_same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

/// The query that leaves their part of a page.
pub(super) fn query(person: impl AsRef<str>) -> String {
    format!("?person={}", utf8_percent_encode(person.as_ref(), NON_ALPHANUMERIC))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(people: &[&str], chosen: Option<&str>) -> Vec<(String, bool)> {
        let people = people.iter().map(|person| ((*person).to_owned(), (*person).to_owned()));
        let people = People::new(people, chosen);
        people.options().iter().map(|choice| (choice.value.clone(), choice.is_chosen)).collect()
    }

    #[test]
    fn each_person_is_there_once() {
        let shown = |value: &str, is_chosen| (value.to_owned(), is_chosen);
        let expected = vec![shown("ana@example.com", false), shown("bo@example.com", false)];
        assert_eq!(values(&["bo@example.com", "ana@example.com", "bo@example.com"], None), expected);
        let expected = vec![shown("ana@example.com", true), shown("bo@example.com", false)];
        assert_eq!(values(&["bo@example.com", "ana@example.com"], Some("ANA@example.com")), expected);
        assert_eq!(values(&["ana@example.com"], None), [], "nobody else to choose");
        assert_eq!(values(&["ana@example.com"], Some("ana@example.com")).len(), 1, "a way back to everyone");
        assert_eq!(values(&[], Some("cy@example.com")), [shown("cy@example.com", true)]);
    }

    #[test]
    fn a_query_is_read_as_it_was_meant() {
        assert_eq!(query("a+b&c@example.com"), "?person=a%2Bb%26c%40example%2Ecom");
    }
}
