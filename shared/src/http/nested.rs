//! What is inside of a field: objects and arrays, read so that every bad value is named with its path, such
//! as `do_not_disturb.weekly[1].start`.

use serde_json::{Map, Value};

use super::{Patch, names, read};
use crate::problem::FieldError;

/// At most so many errors are collected in one field. The first ones are what a client needs, and the body
/// has room for thousands.
const MAX_ERRORS: usize = 50;

/// A value inside of a field, or the field itself.
#[derive(Clone, Debug)]
pub(super) struct Nested<'a> {
    path: String,
    value: &'a Value,
}

/// What is wrong inside of a field.
#[derive(Debug, Default)]
pub(super) struct NestedErrors(Vec<FieldError>);

impl NestedErrors {
    /// Records that the value at this path is bad.
    pub(super) fn fail(&mut self, path: String, message: impl ToString) {
        if self.0.len() < MAX_ERRORS {
            self.0.push(FieldError { field: path, message: message.to_string() });
        }
    }

    pub(super) fn into_list(self) -> Vec<FieldError> {
        self.0
    }
}

impl<'a> Nested<'a> {
    /// A field.
    pub(super) fn field(name: &str, value: &'a Value) -> Self {
        Self { path: name.to_owned(), value }
    }

    /// Records that the value is bad.
    pub(super) fn fail(&self, errors: &mut NestedErrors, message: impl ToString) {
        errors.fail(self.path.clone(), message);
    }

    /// Reads it as one value.
    pub(super) fn read<T>(
        &self,
        errors: &mut NestedErrors,
        read: impl FnOnce(&Value) -> Result<T, String>,
    ) -> Option<T> {
        read(self.value).map_err(|message| self.fail(errors, message)).ok()
    }

    /// Reads it as an object with these members and no others. `example` shows clients one.
    pub(super) fn object(
        &self,
        errors: &mut NestedErrors,
        members: &[&'static str],
        example: &str,
    ) -> Option<Object<'a>> {
        let Value::Object(values) = self.value else {
            self.fail(errors, format!("must be an object such as {example}, not {}", read::kind(self.value)));
            return None;
        };
        for name in values.keys().filter(|name| !members.contains(&name.as_str())) {
            let message = match names::meant(name, members) {
                Some(meant) => format!("is not a member of {}; did you mean {meant}?", self.path),
                None => format!("is not a member of {}; its members are {}", self.path, members.join(", ")),
            };
            errors.fail(format!("{}.{name}", self.path), message);
        }
        Some(Object { path: self.path.clone(), values })
    }

    /// Reads it as an array with these entries. `example` shows clients one.
    pub(super) fn entries(&self, errors: &mut NestedErrors, example: &str) -> Option<Vec<Nested<'a>>> {
        let Value::Array(values) = self.value else {
            self.fail(errors, format!("must be an array such as {example}, not {}", read::kind(self.value)));
            return None;
        };
        let entry =
            |(index, value): (usize, &'a Value)| Self { path: format!("{}[{index}]", self.path), value };
        Some(values.iter().enumerate().map(entry).collect())
    }

    /// Reads each entry of an array, also those after a bad one.
    pub(super) fn each<T>(
        entries: &[Self],
        errors: &mut NestedErrors,
        mut read: impl FnMut(&Self, &mut NestedErrors) -> Option<T>,
    ) -> Option<Vec<T>> {
        let values: Vec<_> = entries.iter().map(|entry| read(entry, errors)).collect();
        values.into_iter().collect()
    }
}

/// An object inside of a field.
pub(super) struct Object<'a> {
    path: String,
    values: &'a Map<String, Value>,
}

impl<'a> Object<'a> {
    /// The path of a member.
    pub(super) fn path(&self, name: &str) -> String {
        format!("{}.{name}", self.path)
    }

    /// A member that must be there, and not be null.
    pub(super) fn required(&self, errors: &mut NestedErrors, name: &str) -> Option<Nested<'a>> {
        let value = self.values.get(name).filter(|value| !value.is_null());
        if value.is_none() {
            errors.fail(self.path(name), "is missing");
        }
        Some(Nested { path: self.path(name), value: value? })
    }

    /// Reads a member that may be absent or null. `None` when it is bad.
    pub(super) fn patch<T>(
        &self,
        errors: &mut NestedErrors,
        name: &str,
        read: impl FnOnce(&Nested<'a>, &mut NestedErrors) -> Option<T>,
    ) -> Option<Patch<T>> {
        match self.values.get(name) {
            None => Some(Patch::Keep),
            Some(Value::Null) => Some(Patch::Clear),
            Some(value) => read(&Nested { path: self.path(name), value }, errors).map(Patch::Set),
        }
    }
}
