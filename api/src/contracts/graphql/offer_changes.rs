//! Changes of offers.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object};
use entity::{
    contracts::offer,
    id::{ColocationContractId, OfferId, SupportContractId, VendorId},
};
use rust_decimal::Decimal;
use sea_orm::ActiveValue::Set;

use super::offers::Offer;
use crate::{
    access::Permission,
    contracts::offers,
    error::{Error, Result},
    schema::{
        patch::{kept, patch, patch_required, patch_with},
        record::Record,
        request::change,
        scalar::{Date, Id, amount, currency},
    },
};

/// An offer to record.
#[derive(Clone, Debug, InputObject)]
pub struct NewOffer {
    /// Who offers.
    pub vendor: Id<VendorId>,
    /// The vendor's reference, unique with the vendor.
    pub reference: String,
    /// The colocation contract it is about, if it is about one.
    pub colocation_contract: Option<Id<ColocationContractId>>,
    /// The support contract it is about, if it is about one.
    pub support_contract: Option<Id<SupportContractId>>,
    /// What is offered.
    pub subject: String,
    /// The price, in the currency of the offer.
    pub amount: Decimal,
    /// ISO 4217 code of the price.
    pub currency: String,
    /// Day of the offer.
    pub quoted_on: Date,
    /// Last day the price is held.
    pub valid_until: Date,
    /// Anything else worth knowing.
    pub note: Option<String>,
    /// Where the record came from, such as the file of an import.
    pub source: Option<String>,
}

impl TryFrom<NewOffer> for offer::ActiveModel {
    type Error = Error;

    fn try_from(new: NewOffer) -> Result<Self> {
        Ok(Self {
            vendor_id: Set(*new.vendor),
            reference: Set(new.reference),
            colocation_contract_id: Set(new.colocation_contract.map(|id| *id)),
            support_contract_id: Set(new.support_contract.map(|id| *id)),
            subject: Set(new.subject),
            amount: Set(amount(new.amount, "amount")?),
            currency: Set(currency(&new.currency, "currency")?),
            quoted_on: Set(new.quoted_on.0),
            valid_until_on: Set(new.valid_until.0),
            note: Set(new.note),
            source: Set(new.source),
            status: Set(offer::OfferStatus::Open),
            ..Default::default()
        })
    }
}

/// What of an offer may be changed. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct OfferChanges {
    /// Who offers.
    pub vendor: MaybeUndefined<Id<VendorId>>,
    /// The vendor's reference, unique with the vendor.
    pub reference: MaybeUndefined<String>,
    /// The colocation contract it is about, if it is about one.
    pub colocation_contract: MaybeUndefined<Id<ColocationContractId>>,
    /// The support contract it is about, if it is about one.
    pub support_contract: MaybeUndefined<Id<SupportContractId>>,
    /// What is offered.
    pub subject: MaybeUndefined<String>,
    /// The price, in the currency of the offer.
    pub amount: MaybeUndefined<Decimal>,
    /// ISO 4217 code of the price.
    pub currency: MaybeUndefined<String>,
    /// Day of the offer.
    pub quoted_on: MaybeUndefined<Date>,
    /// Last day the price is held.
    pub valid_until: MaybeUndefined<Date>,
    /// Anything else worth knowing.
    pub note: MaybeUndefined<String>,
    /// Where the record came from, such as the file of an import.
    pub source: MaybeUndefined<String>,
}

impl OfferChanges {
    fn apply(self, row: &mut offer::ActiveModel) -> Result<()> {
        patch_required(&mut row.vendor_id, self.vendor.map_value(|id| *id), "vendor")?;
        patch_required(&mut row.reference, self.reference, "reference")?;
        patch_with(&mut row.colocation_contract_id, self.colocation_contract, |id| Ok(*id))?;
        patch_with(&mut row.support_contract_id, self.support_contract, |id| Ok(*id))?;
        patch_required(&mut row.subject, self.subject, "subject")?;
        if let Some(value) = kept(self.amount, "amount")? {
            row.amount = Set(amount(value, "amount")?);
        }
        if let Some(code) = kept(self.currency, "currency")? {
            row.currency = Set(currency(&code, "currency")?);
        }
        patch_required(&mut row.quoted_on, self.quoted_on, "quotedOn")?;
        patch_required(&mut row.valid_until_on, self.valid_until, "validUntil")?;
        patch(&mut row.note, self.note);
        patch(&mut row.source, self.source);
        Ok(())
    }
}

/// Changes of offers.
#[derive(Default)]
pub struct OfferMutation;

/// Changes of offers.
#[Object]
impl OfferMutation {
    /// Records a price that a vendor holds for a while.
    async fn record_offer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be recorded.")] input: NewOffer,
        #[graphql(desc = "Sent again with it, this answers as before.")] idempotency_key: Option<String>,
    ) -> Result<Offer> {
        let recorded = change(ctx, Permission::EditContracts, async |tx| {
            tx.once("recordOffer", idempotency_key, &input, async || {
                offers::record(tx, input.clone().try_into()?).await
            })
            .await
        })
        .await?;
        Ok(Record::whole(recorded).into())
    }

    /// Changes an offer that is open.
    async fn update_offer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<OfferId>,
        #[graphql(desc = "What is to change.")] changes: OfferChanges,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<Offer> {
        let changed = change(ctx, Permission::EditContracts, async |tx| {
            offers::update(tx, *id, expected_version, |row| changes.apply(row)).await
        })
        .await?;
        Ok(Record::whole(changed).into())
    }

    /// Accepts an offer while its price is held.
    async fn accept_offer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<OfferId>,
        #[graphql(desc = "The day it was accepted; today where left out.")] on: Option<Date>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<Offer> {
        let on = on.map(|date| date.0);
        let offer = change(ctx, Permission::EditContracts, async |tx| {
            offers::decide(tx, *id, expected_version, on, offer::OfferStatus::Accepted).await
        })
        .await?;
        Ok(Record::whole(offer).into())
    }

    /// Declines an offer.
    async fn decline_offer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<OfferId>,
        #[graphql(desc = "The day it was declined; today where left out.")] on: Option<Date>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<Offer> {
        let on = on.map(|date| date.0);
        let offer = change(ctx, Permission::EditContracts, async |tx| {
            offers::decide(tx, *id, expected_version, on, offer::OfferStatus::Declined).await
        })
        .await?;
        Ok(Record::whole(offer).into())
    }

    /// Removes an offer that was recorded by mistake, and answers with its id.
    async fn remove_offer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<OfferId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<ID> {
        change(ctx, Permission::EditContracts, async |tx| offers::remove(tx, *id, expected_version).await)
            .await?;
        Ok(id.into())
    }
}
