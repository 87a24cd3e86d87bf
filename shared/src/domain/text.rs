//! Text that people write: bounded, and free of characters that would break a mail header or a terminal.

use std::fmt;

use url::Url;

/// A person's name.
pub type Name = Line<200>;
/// A meeting's title.
pub type Title = Line<200>;
/// Where a meeting takes place: a room, an address or a link.
pub type Location = Line<500>;
/// What a meeting is about.
pub type Description = Prose<5000>;

/// One line of text of at most `MAX` characters, not blank, without control characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line<const MAX: usize>(String);

/// Text over several lines, of at most `MAX` characters, not blank, without control characters but line breaks and tabs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prose<const MAX: usize>(String);

impl<const MAX: usize> Line<MAX> {
    /// Reads a line; surrounding white space is dropped. The error says what is wrong in words for the client.
    pub fn parse(text: &str) -> Result<Self, String> {
        checked(text, MAX, |c| !breaks_a_line(c)).map(Self)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Location {
    /// Where it leads, if it is a link that is safe to follow. Only the web may be one: `javascript:`, `data:` and whatever
    /// a client makes of an unknown scheme stay text.
    pub fn link(&self) -> Option<Url> {
        Url::parse(&self.0).ok().filter(|url| matches!(url.scheme(), "http" | "https"))
    }
}

impl<const MAX: usize> Prose<MAX> {
    /// Reads prose; surrounding white space is dropped. The error says what is wrong in words for the client.
    pub fn parse(text: &str) -> Result<Self, String> {
        checked(text, MAX, |c| !breaks_a_line(c) || matches!(c, '\n' | '\r' | '\t')).map(Self)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Description {
    /// Its lines, whatever ended them: `\r\n`, `\n` or, as on old computers, `\r`.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.0.split('\n').flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'))
    }
}

impl<const MAX: usize> fmt::Display for Line<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<const MAX: usize> fmt::Display for Prose<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The Unicode line and paragraph separators end a line just as a control character does.
fn breaks_a_line(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

fn checked(text: &str, max: usize, allowed: impl Fn(char) -> bool) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("must not be blank".to_owned());
    }
    let length = text.chars().count();
    if length > max {
        return Err(format!("must be at most {max} characters, not {length}"));
    }
    match text.chars().find(|c| !allowed(*c)) {
        Some(c) => Err(format!("must not contain the control character U+{:04X}", u32::from(c))),
        None => Ok(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_trimmed_bounded_and_clean() {
        assert_eq!(Name::parse("  Ana María ").unwrap().as_str(), "Ana María");
        assert!(Name::parse(" \t ").is_err());
        assert!(Name::parse(&"x".repeat(200)).is_ok());
        assert!(Name::parse(&"x".repeat(201)).unwrap_err().contains("200"));
        assert!(Name::parse("a\r\nBcc: x@y").unwrap_err().contains("U+000D"));
        assert!(Name::parse("a\u{2028}b").is_err());
    }

    #[test]
    fn prose_keeps_its_line_breaks() {
        assert_eq!(Description::parse("one\n\ttwo").unwrap().as_str(), "one\n\ttwo");
        assert!(Description::parse("bell\u{7}").is_err());
        let prose = Description::parse("one\r\n\rtwo\nthree").unwrap();
        assert_eq!(prose.lines().collect::<Vec<_>>(), ["one", "", "two", "three"]);
    }

    #[test]
    fn only_the_web_is_a_link() {
        let link = |text: &str| Location::parse(text).unwrap().link().map(String::from);
        assert_eq!(link("https://meet.example.com/a b").as_deref(), Some("https://meet.example.com/a%20b"));
        for text in [
            "Room 5",
            "javascript:alert(1)",
            "data:text/html,x",
            "tel:112",
            "https:",
            "see https://x.example",
        ] {
            assert_eq!(link(text), None, "{text}");
        }
    }
}
