//! Claims on addresses: which user has an address, and which account signs in with it.

use std::ops::Range;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};

use super::table::{Condition, Found, ItemKey, Key, ReadSet, Store, StoreError, Transaction, key_of, parse};
use crate::domain::{Account, Email, User, UserId};

/// The claim on an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Whose address it is.
    pub user_id: UserId,
    /// Who alone may sign in with it. `None` until somebody has.
    pub account: Option<Account>,
    key: Key,
}

#[derive(Serialize, Deserialize)]
struct ClaimItem {
    #[serde(flatten)]
    key: ItemKey,
    user_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    issuer: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
}

impl Key {
    fn email(key: &str) -> Self {
        Self { pk: format!("EMAIL#{key}"), sk: "EMAIL".to_owned() }
    }

    /// Where the claim on an address is written.
    fn claim(email: &Email) -> Self {
        Self::email(&email.key())
    }

    /// Where earlier versions may have written the claim on an address.
    fn former_claims(email: &Email) -> impl Iterator<Item = Self> {
        email.former_keys().into_iter().map(|key| Self::email(&key))
    }
}

impl ClaimItem {
    fn new(user: &User, account: Option<&Account>) -> Self {
        Self {
            key: (&Key::claim(&user.email)).into(),
            user_id: user.id.to_string(),
            issuer: account.map(|account| account.issuer.clone()),
            subject: account.map(|account| account.subject.clone()),
        }
    }

    fn account(self) -> Option<Account> {
        self.issuer.zip(self.subject).map(|(issuer, subject)| Account { issuer, subject })
    }

    fn claim(self, key: Key) -> Result<Claim, StoreError> {
        Ok(Claim { user_id: parse("user_id", &self.user_id)?, account: self.account(), key })
    }
}

impl ReadSet {
    /// Adds the claim on an address.
    pub fn email(self, email: &Email) -> Self {
        Key::former_claims(email).fold(self.with(Key::claim(email)), Self::with)
    }
}

impl Found {
    /// The claim on an address, if there is one.
    ///
    /// # Errors
    /// When the item can't be read.
    pub fn claim(&self, email: &Email) -> Result<Option<Claim>, StoreError> {
        for key in std::iter::once(Key::claim(email)).chain(Key::former_claims(email)) {
            if let Some(item) = self.item::<ClaimItem>(&key)? {
                return item.claim(key).map(Some);
            }
        }
        Ok(None)
    }

    /// The user whose address this is, if there is one.
    ///
    /// # Errors
    /// When the item can't be read.
    pub fn owner(&self, email: &Email) -> Result<Option<UserId>, StoreError> {
        Ok(self.claim(email)?.map(|claim| claim.user_id))
    }
}

/// The condition of a write on a claim that may be somewhere else, or in two places.
const ABSENT_OR_OWNED: &str = "attribute_not_exists(pk) OR user_id = :owner";

impl Transaction {
    /// Claims the user's address, on the condition that nobody has it yet. Only `account`, if there is one,
    /// may sign in with it.
    ///
    /// # Errors
    /// When it can't be made into an item.
    pub fn claim_email(self, user: &User, account: Option<&Account>) -> Result<Self, StoreError> {
        self.claim_email_after(user, account, None)
    }

    /// The same for a user who [releases](Self::release_email) the address `released` in the same
    /// transaction. Two addresses may have a former key in common, which the transaction may name only once.
    ///
    /// # Errors
    /// When it can't be made into an item.
    pub(super) fn claim_email_after(
        self,
        user: &User,
        account: Option<&Account>,
        released: Option<&Email>,
    ) -> Result<Self, StoreError> {
        let claimed = self.put(&ClaimItem::new(user, account), Condition::Absent)?;
        let released: Vec<_> = released.into_iter().flat_map(Key::former_claims).collect();
        Key::former_claims(&user.email)
            .filter(|key| !released.contains(key))
            .try_fold(claimed, |transaction, key| transaction.check_absent(&key))
    }

    /// Releases the user's address, on the condition that it is theirs.
    ///
    /// # Errors
    /// When it can't be made into an item.
    pub fn release_email(self, user: &User) -> Result<Self, StoreError> {
        let (key, id) = (Key::claim(&user.email), user.id.as_str());
        if user.email.former_keys().is_empty() {
            return self.delete_owned(&key, "user_id = :owner", id);
        }
        let released = self.delete_owned(&key, ABSENT_OR_OWNED, id)?;
        Key::former_claims(&user.email)
            .try_fold(released, |transaction, key| transaction.delete_owned(&key, ABSENT_OR_OWNED, id))
    }

    /// Frees the user's address for another account to sign in with, on the condition that it is theirs.
    ///
    /// # Errors
    /// When it can't be made into an item.
    pub fn unbind_account(self, user: &User) -> Result<Self, StoreError> {
        let unbound = self.put(&ClaimItem::new(user, None), Condition::AbsentOrOwned(user.id.as_str()))?;
        Key::former_claims(&user.email).try_fold(unbound, |transaction, key| {
            transaction.delete_owned(&key, ABSENT_OR_OWNED, user.id.as_str())
        })
    }
}

impl StoreError {
    /// The claim on an address, if the transaction's writes of those numbers, from 0, were [to claim
    /// it](Transaction::claim_email) and one failed because of that claim. Where earlier versions left more
    /// than one, it is one that is bound to an account, if there is one.
    ///
    /// # Errors
    /// When the item can't be read.
    pub(super) fn claim_in_the_way(&self, writes: Range<usize>) -> Result<Option<Claim>, StoreError> {
        let in_the_way = writes.filter_map(|write| self.item_in_the_way(write));
        let claims = in_the_way.map(|item| {
            let claim: ClaimItem = serde_dynamo::from_item(item.clone())?;
            claim.claim(key_of(item)?)
        });
        let claims = claims.collect::<Result<Vec<Claim>, _>>()?;
        Ok(claims.into_iter().max_by_key(|claim| claim.account.is_some()))
    }
}

impl Store {
    /// Notes that only `account` may sign in with the claimed address from now on.
    ///
    /// # Errors
    /// A conflict when the claim is no longer as it was read; otherwise when the store can't be written.
    pub async fn bind_account(&self, claim: &Claim, account: &Account) -> Result<(), StoreError> {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(claim.key.attributes()))
            .update_expression("SET issuer = :issuer, subject = :subject")
            .expression_attribute_values(":issuer", text(&account.issuer))
            .expression_attribute_values(":subject", text(&account.subject))
            .expression_attribute_values(":owner", text(claim.user_id.as_str()));
        let update = match &claim.account {
            None => update.condition_expression("user_id = :owner AND attribute_not_exists(subject)"),
            Some(before) => update
                .condition_expression("user_id = :owner AND issuer = :before_issuer AND subject = :before")
                .expression_attribute_values(":before_issuer", text(&before.issuer))
                .expression_attribute_values(":before", text(&before.subject)),
        };
        update.send().await.map(drop).map_err(StoreError::update)
    }
}
