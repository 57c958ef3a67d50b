//! Offers of vendors, as clients see them.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use chrono::NaiveDate;
use entity::{
    contracts::{colocation_contract, offer, support_contract},
    id::OfferId,
    inventory::vendor,
    money::Amount,
};
use sea_orm::Condition;

use super::{
    colocation_contracts::ColocationContract,
    colocation_filter::ColocationContractFilter,
    colocation_terms::day,
    support_contracts::{SupportContract, SupportContractFilter},
};
use crate::{
    access::{Caller, Permission},
    error::Result,
    inventory::graphql::vendors::{Vendor, VendorFilter},
    schema::{
        filter::{DateFilter, EnumFilter, Filter, IdFilter, Order, StringFilter, through},
        page::{Connection, Sortable, Window, page, page_cost},
        record::{Noun, Record},
        request::{by_id, caller, priced},
        scalar::{Date, Id, Moment, Money},
    },
};

/// A price that a vendor holds for a while.
#[derive(Clone)]
pub struct Offer(Record<offer::Entity>);

impl From<Record<offer::Entity>> for Offer {
    fn from(record: Record<offer::Entity>) -> Self {
        Self(record)
    }
}

impl Noun for Offer {
    type Entity = offer::Entity;
    type Id = OfferId;
    const VIEW: Permission = Permission::ViewContracts;
    const ID: offer::Column = offer::Column::Id;

    fn columns(field: &str) -> &'static [offer::Column] {
        use offer::Column as C;
        match field {
            "version" => &[C::Version],
            "createdAt" => &[C::CreatedAt],
            "updatedAt" => &[C::UpdatedAt],
            "vendor" => &[C::VendorId],
            "reference" => &[C::Reference],
            "colocationContract" => &[C::ColocationContractId],
            "supportContract" => &[C::SupportContractId],
            "subject" => &[C::Subject],
            "amount" => &[C::Amount, C::Currency],
            "currency" => &[C::Currency],
            "quotedOn" => &[C::QuotedOn],
            "validUntil" => &[C::ValidUntilOn],
            "decidedOn" => &[C::DecidedOn],
            "note" => &[C::Note],
            "source" => &[C::Source],
            "status" => &[C::Status, C::ValidUntilOn],
            _ => &[],
        }
    }
}

/// What became of an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "offer::OfferStatus")]
pub enum OfferStatus {
    /// Not decided yet.
    Open,
    /// Accepted.
    Accepted,
    /// Declined.
    Declined,
}

/// Where an offer stands on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum OfferState {
    /// Not decided, and its price is held.
    Open,
    /// Accepted.
    Accepted,
    /// Declined.
    Declined,
    /// Not decided, and its price is no longer held.
    Expired,
}

impl Offer {
    /// An amount in the currency of the row, for those who may see prices.
    async fn money(&self, ctx: &Context<'_>, column: offer::Column) -> Result<Option<Money>> {
        priced(ctx, || {
            let currency: String = self.0.get(offer::Column::Currency)?;
            Ok(self.0.get::<Option<Amount>>(column)?.map(|amount| Money::of(amount, &currency)))
        })
    }
}

/// A price that a vendor holds for a while.
#[Object]
impl Offer {
    /// The id of the offer.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<OfferId>(self.0.get(offer::Column::Id)?).into())
    }

    /// Rises with every change; give it as `expectedVersion` to change what you have read.
    async fn version(&self) -> Result<i32> {
        self.0.get(offer::Column::Version)
    }

    /// When the offer was recorded.
    async fn created_at(&self) -> Result<Moment> {
        self.0.get(offer::Column::CreatedAt)
    }

    /// When the record was last changed.
    async fn updated_at(&self) -> Result<Moment> {
        self.0.get(offer::Column::UpdatedAt)
    }

    /// Who offers.
    async fn vendor(&self, ctx: &Context<'_>) -> Result<Option<Vendor>> {
        self.0.one(ctx, offer::Column::VendorId).await
    }

    /// The vendor's reference, unique with the vendor.
    async fn reference(&self) -> Result<String> {
        self.0.get(offer::Column::Reference)
    }

    /// The colocation contract it is about, if it is about one.
    async fn colocation_contract(&self, ctx: &Context<'_>) -> Result<Option<ColocationContract>> {
        self.0.one(ctx, offer::Column::ColocationContractId).await
    }

    /// The support contract it is about, if it is about one.
    async fn support_contract(&self, ctx: &Context<'_>) -> Result<Option<SupportContract>> {
        self.0.one(ctx, offer::Column::SupportContractId).await
    }

    /// What is offered.
    async fn subject(&self) -> Result<String> {
        self.0.get(offer::Column::Subject)
    }

    /// The price, in the currency of the offer.
    async fn amount(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        self.money(ctx, offer::Column::Amount).await
    }

    /// ISO 4217 code of the price.
    async fn currency(&self) -> Result<String> {
        self.0.get(offer::Column::Currency)
    }

    /// Day of the offer.
    async fn quoted_on(&self) -> Result<Date> {
        Ok(Date(self.0.get::<NaiveDate>(offer::Column::QuotedOn)?))
    }

    /// Last day the price is held.
    async fn valid_until(&self) -> Result<Date> {
        Ok(Date(self.0.get::<NaiveDate>(offer::Column::ValidUntilOn)?))
    }

    /// Day it was accepted or declined.
    async fn decided_on(&self) -> Result<Option<Date>> {
        Ok(self.0.get::<Option<NaiveDate>>(offer::Column::DecidedOn)?.map(Date))
    }

    /// Anything else worth knowing.
    async fn note(&self) -> Result<Option<String>> {
        self.0.get(offer::Column::Note)
    }

    /// Where the record came from, such as the file of an import.
    async fn source(&self) -> Result<Option<String>> {
        self.0.get(offer::Column::Source)
    }

    /// Whether amounts are hidden from the caller's role.
    async fn amounts_hidden(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(!caller(ctx)?.may(Permission::ViewPrices))
    }

    /// What became of it, as seen on `asOf`, today where left out: an open offer whose price is no longer held has
    /// expired.
    async fn status(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day from which it is seen.")] as_of: Option<Date>,
    ) -> Result<OfferState> {
        let status: offer::OfferStatus = self.0.get(offer::Column::Status)?;
        let until: NaiveDate = self.0.get(offer::Column::ValidUntilOn)?;
        Ok(match status {
            offer::OfferStatus::Accepted => OfferState::Accepted,
            offer::OfferStatus::Declined => OfferState::Declined,
            offer::OfferStatus::Open if until < day(ctx, as_of)? => OfferState::Expired,
            offer::OfferStatus::Open => OfferState::Open,
        })
    }
}

/// Which offers. All tests have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct OfferFilter {
    /// All of these as well.
    pub and: Option<Vec<OfferFilter>>,
    /// At least one of these as well.
    pub or: Option<Vec<OfferFilter>>,
    /// And not this.
    pub not: Option<Box<OfferFilter>>,
    /// By id.
    pub id: Option<IdFilter<OfferId>>,
    /// By vendor.
    pub vendor: Option<VendorFilter>,
    /// By the vendor's reference.
    pub reference: Option<StringFilter>,
    /// By the colocation contract it is about.
    pub colocation_contract: Option<ColocationContractFilter>,
    /// By the support contract it is about.
    pub support_contract: Option<SupportContractFilter>,
    /// By what is offered.
    pub subject: Option<StringFilter>,
    /// By currency.
    pub currency: Option<StringFilter>,
    /// By day of the offer.
    pub quoted_on: Option<DateFilter>,
    /// By last day the price is held.
    pub valid_until: Option<DateFilter>,
    /// By what became of it; OPEN has expired offers too.
    pub status: Option<EnumFilter<OfferStatus>>,
    /// By day it was accepted or declined.
    pub decided_on: Option<DateFilter>,
}

impl Filter for OfferFilter {
    fn own(&self, caller: &Caller) -> Result<Condition> {
        use offer::Column as C;
        let vendor = match &self.vendor {
            Some(test) => {
                Some(through::<vendor::Entity>(C::VendorId, vendor::Column::Id, test.condition(caller)?))
            }
            None => None,
        };
        let colocation_contract = match &self.colocation_contract {
            Some(test) => Some(through::<colocation_contract::Entity>(
                C::ColocationContractId,
                colocation_contract::Column::Id,
                test.condition(caller)?,
            )),
            None => None,
        };
        let support_contract = match &self.support_contract {
            Some(test) => Some(through::<support_contract::Entity>(
                C::SupportContractId,
                support_contract::Column::Id,
                test.condition(caller)?,
            )),
            None => None,
        };
        Ok(Condition::all()
            .add_option(self.id.as_ref().map(|test| test.on(C::Id)))
            .add_option(vendor)
            .add_option(self.reference.as_ref().map(|test| test.on(C::Reference)))
            .add_option(colocation_contract)
            .add_option(support_contract)
            .add_option(self.subject.as_ref().map(|test| test.on(C::Subject)))
            .add_option(self.currency.as_ref().map(|test| test.on(C::Currency)))
            .add_option(self.quoted_on.as_ref().map(|test| test.on(C::QuotedOn)).transpose()?)
            .add_option(self.valid_until.as_ref().map(|test| test.on(C::ValidUntilOn)).transpose()?)
            .add_option(self.status.as_ref().map(|test| test.on::<offer::OfferStatus>(C::Status)))
            .add_option(self.decided_on.as_ref().map(|test| test.on(C::DecidedOn)).transpose()?))
    }

    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }
}

/// What to order offers by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum OfferOrderField {
    /// By the vendor's reference.
    Reference,
    /// By day of the offer.
    QuotedOn,
    /// By last day the price is held.
    ValidUntil,
    /// By the moment it was recorded.
    CreatedAt,
}

impl Sortable for OfferOrderField {
    type Noun = Offer;

    fn column(self) -> offer::Column {
        match self {
            Self::Reference => offer::Column::Reference,
            Self::QuotedOn => offer::Column::QuotedOn,
            Self::ValidUntil => offer::Column::ValidUntilOn,
            Self::CreatedAt => offer::Column::CreatedAt,
        }
    }
}

/// Queries of offers.
#[derive(Default)]
pub struct OfferQuery;

/// Queries of offers.
#[Object]
impl OfferQuery {
    /// One offer by its id.
    async fn offer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<OfferId>,
    ) -> Result<Option<Offer>> {
        by_id(ctx, id).await
    }

    /// The offers.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn offers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<OfferFilter>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<OfferOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Offer>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        page(ctx, condition, order_by, Window::new(first, after, last, before)).await
    }
}
