//! Which colocation contracts, and in which order; and their queries.

use async_graphql::{Context, Enum, InputObject, Object};
use entity::{
    contracts::{colocation_contract, colocation_contract_site},
    id::ColocationContractId,
    inventory::{site, vendor},
};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

use super::{colocation_contracts::ColocationContract, words::ContractClassification};
use crate::{
    access::Caller,
    error::{Error, Result},
    inventory::graphql::{sites::SiteFilter, vendors::VendorFilter},
    schema::{
        filter::{
            BooleanFilter, DateFilter, EnumFilter, Filter, IdFilter, IntFilter, Order, StringFilter, through,
        },
        page::{Connection, Sortable, Window, page, page_cost},
        request::{by_condition, by_id, caller},
        scalar::Id,
    },
};

/// Which colocation contracts. All tests have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ColocationContractFilter {
    /// All of these as well.
    pub and: Option<Vec<ColocationContractFilter>>,
    /// At least one of these as well.
    pub or: Option<Vec<ColocationContractFilter>>,
    /// And not this.
    pub not: Option<Box<ColocationContractFilter>>,
    /// By id.
    pub id: Option<IdFilter<ColocationContractId>>,
    /// By number.
    pub number: Option<StringFilter>,
    /// By provider.
    pub vendor: Option<VendorFilter>,
    /// By a site that it is for.
    pub site: Option<SiteFilter>,
    /// By the agreement it hangs under.
    pub master_agreement: Option<StringFilter>,
    /// By currency.
    pub currency: Option<StringFilter>,
    /// By day of signature.
    pub signed_on: Option<DateFilter>,
    /// By the day billing begins.
    pub billing_starts_on: Option<DateFilter>,
    /// By length of the initial term, in months.
    pub term_months: Option<IntFilter>,
    /// By the last day of the initial term as stated.
    pub stated_end_on: Option<DateFilter>,
    /// By whether it renews by itself.
    pub renews_automatically: Option<BooleanFilter>,
    /// By the day notice was given.
    pub notice_given_on: Option<DateFilter>,
    /// By what it is in the books.
    pub classification: Option<EnumFilter<ContractClassification>>,
    /// By owner.
    pub owner: Option<StringFilter>,
}

impl Filter for ColocationContractFilter {
    fn own(&self, caller: &Caller) -> Result<Condition> {
        use colocation_contract::Column as C;
        let vendor = match &self.vendor {
            Some(vendor) => {
                Some(through::<vendor::Entity>(C::VendorId, vendor::Column::Id, vendor.condition(caller)?))
            }
            None => None,
        };
        let site = match &self.site {
            Some(site) => {
                use colocation_contract_site::{Column as Link, Entity};
                let at = through::<site::Entity>(Link::SiteId, site::Column::Id, site.condition(caller)?);
                let links = Entity::find().select_only().column(Link::ContractId).filter(at);
                Some(C::Id.in_subquery(links.into_query()))
            }
            None => None,
        };
        Ok(Condition::all()
            .add_option(self.id.as_ref().map(|test| test.on(C::Id)))
            .add_option(self.number.as_ref().map(|test| test.on(C::Number)))
            .add_option(vendor)
            .add_option(site)
            .add_option(self.master_agreement.as_ref().map(|test| test.on(C::MasterAgreement)))
            .add_option(self.currency.as_ref().map(|test| test.on(C::Currency)))
            .add_option(self.signed_on.as_ref().map(|test| test.on(C::SignedOn)).transpose()?)
            .add_option(self.billing_starts_on.as_ref().map(|test| test.on(C::BillingStartsOn)).transpose()?)
            .add_option(self.term_months.as_ref().map(|test| test.on(C::InitialTermMonths)).transpose()?)
            .add_option(self.stated_end_on.as_ref().map(|test| test.on(C::StatedEndOn)).transpose()?)
            .add_option(self.renews_automatically.as_ref().map(|test| test.on(C::AutoRenew)))
            .add_option(self.notice_given_on.as_ref().map(|test| test.on(C::NoticeGivenOn)).transpose()?)
            .add_option(
                self.classification
                    .as_ref()
                    .map(|test| test.on::<colocation_contract::Classification>(C::Classification)),
            )
            .add_option(self.owner.as_ref().map(|test| test.on(C::Owner))))
    }

    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }
}

/// What to order colocation contracts by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum ColocationContractOrderField {
    /// By number.
    Number,
    /// By day of signature.
    SignedOn,
    /// By the day billing begins.
    BillingStartsOn,
    /// By the last day of the initial term as stated.
    StatedEndOn,
    /// By owner.
    Owner,
    /// By the moment it was recorded.
    CreatedAt,
}

impl Sortable for ColocationContractOrderField {
    type Noun = ColocationContract;

    fn column(self) -> colocation_contract::Column {
        match self {
            Self::Number => colocation_contract::Column::Number,
            Self::SignedOn => colocation_contract::Column::SignedOn,
            Self::BillingStartsOn => colocation_contract::Column::BillingStartsOn,
            Self::StatedEndOn => colocation_contract::Column::StatedEndOn,
            Self::Owner => colocation_contract::Column::Owner,
            Self::CreatedAt => colocation_contract::Column::CreatedAt,
        }
    }
}

/// Queries of colocation contracts.
#[derive(Default)]
pub struct ColocationContractQuery;

/// Queries of colocation contracts.
#[Object]
impl ColocationContractQuery {
    /// One colocation contract by id or by number.
    async fn colocation_contract(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Option<Id<ColocationContractId>>,
        #[graphql(desc = "Its number.")] number: Option<String>,
    ) -> Result<Option<ColocationContract>> {
        match (id, number) {
            (Some(id), None) => by_id(ctx, id).await,
            (None, Some(number)) => {
                by_condition(ctx, Condition::all().add(colocation_contract::Column::Number.eq(number))).await
            }
            _ => Err(Error::invalid("id", "give either an id or a number")),
        }
    }

    /// The colocation contracts.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn colocation_contracts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<ColocationContractFilter>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<ColocationContractOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<ColocationContract>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        page(ctx, condition, order_by, Window::new(first, after, last, before)).await
    }
}
