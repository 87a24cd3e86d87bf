//! How a request names a user: by their id, by their address or as `me`.

use lambda_http::RequestExt;

use super::{Fields, Request, path_id, read};
use crate::access::{Actor, Caller};
use crate::api::Api;
use crate::domain::{Email, UserId};
use crate::problem::{Code, Problem};
use crate::store::{Found, ReadSet, StoreError};

/// The id that stands for the user who is signed in.
const ME: &str = "me";

/// A user as a request names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedUser {
    /// The field that names them.
    pub field: &'static str,
    /// Its value.
    pub by: By,
}

/// What a user is named by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// Their id.
    Id(UserId),
    /// Their address, in any spelling that counts as the same.
    Email(Email),
}

impl NamedUser {
    /// `read_set`, and the item that says whether there is such a user.
    #[must_use]
    pub fn with_keys(&self, read_set: ReadSet) -> ReadSet {
        match &self.by {
            By::Id(id) => read_set.user(id),
            By::Email(email) => read_set.email(email),
        }
    }

    /// The user's id, if there is such a user among what was read [`NamedUser::with_keys`].
    ///
    /// # Errors
    /// When an item can't be read.
    pub fn id(&self, found: &Found) -> Result<Option<UserId>, StoreError> {
        match &self.by {
            By::Id(id) => Ok(found.user(id)?.map(|user| user.id)),
            By::Email(email) => found.owner(email),
        }
    }
}

impl NamedUser {
    /// The 404 where there is no such user.
    pub fn not_found(&self) -> Problem {
        match &self.by {
            By::Id(id) => Problem::no_user(id),
            By::Email(_) => Problem::no_user_of_address(),
        }
    }
}

impl Fields {
    /// Reads a user who is named by one of two fields: `id`, or `email`. `None` when both are missing, both
    /// are there, or the one is bad.
    pub fn user(&mut self, id: &'static str, email: &'static str) -> Option<NamedUser> {
        let by_id = self.optional(id, read::text::<UserId>);
        let by_email = self.optional(email, read::text::<Email>);
        match (by_id?, by_email?) {
            (Some(user_id), None) => Some(NamedUser { field: id, by: By::Id(user_id) }),
            (None, Some(address)) => Some(NamedUser { field: email, by: By::Email(address) }),
            (None, None) => {
                self.fail(id, &format!("is missing; {email} may take its place"));
                None
            }
            (Some(_), Some(_)) => {
                self.fail(email, &format!("must not be sent with {id}: send only one of the two"));
                None
            }
        }
    }
}

impl Api {
    /// The `user_id` of a path that may have `me` in its place, which stands for the caller's own. That takes
    /// a read of its own.
    ///
    /// # Errors
    /// 404 `user_not_found` when it can't be an id, and for `me` where the caller is no user.
    pub async fn user_of_path(&self, caller: &Caller, request: &Request) -> Result<UserId, Problem> {
        match request.path_parameters().first("user_id") {
            Some(ME) => self.own_id(caller).await,
            _ => path_id::<UserId>(request, "user_id", Code::UserNotFound),
        }
    }

    async fn own_id(&self, caller: &Caller) -> Result<UserId, Problem> {
        let found = self.store.read(caller.with_own_keys(ReadSet::new())).await?;
        let nobody = |detail| Problem::new(Code::UserNotFound, detail);
        match caller.actor(&found)? {
            Actor::Person(Some(id)) => Ok(id),
            Actor::Person(None) => Err(nobody("No user has your address yet: create one with create_user.")),
            Actor::Unrestricted => Err(nobody(
                "You may act for anyone and are nobody in particular: look users up by their address.",
            )),
        }
    }
}
