//! Support contracts, as clients see them.

use std::sync::LazyLock;

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use chrono::NaiveDate;
use entity::{
    contracts::{
        support_contract::{self, Column},
        support_coverage,
    },
    id::{ScenarioId, SupportContractId},
    inventory::{asset, vendor},
    money::{Amount, Rate},
};
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, Condition, EntityTrait, Iterable, QueryFilter, QuerySelect, QueryTrait};

use super::{
    colocation_terms::{ContractPlanning, day},
    decisions::ContractCostSchedule,
    monthly_cost::month_cost,
    support_coverages::{SupportCoverage, SupportCoverageFilter, SupportCoverageOrderField},
    words::{BillingFrequency, ContractFinding},
};
use crate::{
    access::{Caller, Permission},
    contracts::{findings, support_contracts, support_costs, terms},
    error::{Error, Result},
    inventory::graphql::{
        assets::AssetFilter,
        vendors::{Vendor, VendorFilter},
    },
    roadmap::graphql::MoneyView,
    schema::{
        explain::Explanation,
        filter::{
            AmountFilter, BooleanFilter, DateFilter, EnumFilter, Filter, IdFilter, Order, StringFilter,
            through,
        },
        page::{Connection, Sortable, Window, page, page_cost},
        record::{Noun, Record},
        request::{by_condition, by_id, caller, priced, read},
        scalar::{Date, Id, Moment, Money, Month, plain},
    },
};

/// A contract that keeps assets supported.
#[derive(Clone)]
pub struct SupportContract(pub(super) Record<support_contract::Entity>);

impl From<Record<support_contract::Entity>> for SupportContract {
    fn from(record: Record<support_contract::Entity>) -> Self {
        Self(record)
    }
}

/// Dates and costs are computed from nearly every term, so they read the whole row.
static WHOLE: LazyLock<Vec<Column>> = LazyLock::new(|| Column::iter().collect());

impl Noun for SupportContract {
    type Entity = support_contract::Entity;
    type Id = SupportContractId;
    const VIEW: Permission = Permission::ViewContracts;
    const ID: Column = Column::Id;

    fn columns(field: &str) -> &'static [Column] {
        match field {
            "version" => &[Column::Version],
            "createdAt" => &[Column::CreatedAt],
            "updatedAt" => &[Column::UpdatedAt],
            "number" => &[Column::Number],
            "vendor" => &[Column::VendorId],
            "level" => &[Column::Level],
            "currency" => &[Column::Currency],
            "startsOn" => &[Column::StartsOn],
            "endsOn" => &[Column::EndsOn],
            "charge" => &[Column::ChargeAmount, Column::Currency],
            "billingFrequency" => &[Column::BillingFrequency],
            "escalationRate" => &[Column::EscalationRate],
            "annualCost" | "costSchedule" | "notice" | "findings" => &WHOLE,
            "renewal" => &[Column::AutoRenew, Column::RenewalTermMonths, Column::RenewalUplift],
            "planning" => &[
                Column::DecisionLeadDays,
                Column::ProposalLeadDays,
                Column::MigrationDays,
                Column::DecommissionBufferDays,
            ],
            "owner" => &[Column::Owner],
            "source" => &[Column::Source],
            _ => &[],
        }
    }
}

/// What happens at the end of a support term.
#[derive(Clone, Debug, SimpleObject)]
pub struct SupportRenewal {
    /// Whether it renews unless notice is given.
    automatic: bool,
    /// Length of each renewal, in months.
    months: Option<i32>,
    /// What a renewal adds to the charge, as a fraction.
    uplift: Option<Decimal>,
}

/// How a support contract is ended, and by when.
pub struct SupportNotice(support_contract::Model);

/// How a support contract is ended, and by when.
#[Object]
impl SupportNotice {
    /// Latest notice before the end of a term, in calendar days.
    async fn days(&self) -> Option<i32> {
        self.0.notice_days
    }

    /// Earliest notice before the end of a term, in calendar days. Null where it is accepted at any time.
    async fn earliest_days(&self) -> Option<i32> {
        self.0.notice_days_maximum
    }

    /// Last day on which notice ends the contract with the term that runs on `asOf`, today where left out.
    /// Moved to the Friday before where it falls on a weekend. Null where no notice is agreed.
    async fn deadline(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day from which it is seen.")] as_of: Option<Date>,
    ) -> Result<Option<Date>> {
        let term = terms::support_term_on(&self.0, day(ctx, as_of)?);
        Ok(terms::support_deadline(&self.0, term).map(Date))
    }

    /// Day notice was given.
    async fn given_on(&self) -> Option<Date> {
        self.0.notice_given_on.map(Date)
    }
}

/// What a year costs, and how that came about.
#[derive(Clone, Debug, SimpleObject)]
pub struct AnnualCost {
    /// The cost.
    cost: Money,
    /// How it came about.
    explain: Explanation,
}

/// A contract that keeps assets supported.
#[Object]
impl SupportContract {
    /// The id of the contract.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<SupportContractId>(self.0.get(Column::Id)?).into())
    }

    /// Rises with every change; give it as `expectedVersion` to change what you have read.
    async fn version(&self) -> Result<i32> {
        self.0.get(Column::Version)
    }

    /// When the contract was recorded.
    async fn created_at(&self) -> Result<Moment> {
        self.0.get(Column::CreatedAt)
    }

    /// When the record was last changed.
    async fn updated_at(&self) -> Result<Moment> {
        self.0.get(Column::UpdatedAt)
    }

    /// Contract number; no two contracts share one.
    async fn number(&self) -> Result<String> {
        self.0.get(Column::Number)
    }

    /// Who gives the support.
    async fn vendor(&self, ctx: &Context<'_>) -> Result<Option<Vendor>> {
        self.0.one(ctx, Column::VendorId).await
    }

    /// Service level as the vendor names it.
    async fn level(&self) -> Result<Option<String>> {
        self.0.get(Column::Level)
    }

    /// ISO 4217 code of the charge.
    async fn currency(&self) -> Result<String> {
        self.0.get(Column::Currency)
    }

    /// First day covered.
    async fn starts_on(&self) -> Result<Date> {
        Ok(Date(self.0.get::<NaiveDate>(Column::StartsOn)?))
    }

    /// Last day covered.
    async fn ends_on(&self) -> Result<Date> {
        Ok(Date(self.0.get::<NaiveDate>(Column::EndsOn)?))
    }

    /// Charge per billing period. Null when the caller may not see prices.
    async fn charge(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        priced(ctx, || {
            let currency: String = self.0.get(Column::Currency)?;
            Ok(Some(Money::of(self.0.get::<Amount>(Column::ChargeAmount)?, &currency)))
        })
    }

    /// Whether the charge is hidden from the caller's role.
    async fn charge_hidden(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(!caller(ctx)?.may(Permission::ViewPrices))
    }

    /// How long a billing period is.
    async fn billing_frequency(&self) -> Result<BillingFrequency> {
        Ok(self.0.get::<support_contract::BillingFrequency>(Column::BillingFrequency)?.into())
    }

    /// Rise at each anniversary, as a fraction.
    async fn escalation_rate(&self) -> Result<Option<Decimal>> {
        Ok(self.0.get::<Option<Rate>>(Column::EscalationRate)?.map(Rate::to_decimal))
    }

    /// What the first twelve months cost; of a prepaid term, an even share. Null when the caller may not see
    /// prices.
    async fn annual_cost(&self, ctx: &Context<'_>) -> Result<Option<AnnualCost>> {
        priced(ctx, || {
            let contract = self.0.model()?;
            let (amount, explanation) = support_contracts::annual_cost(&contract)?;
            let cost = Money { amount: plain(amount), currency: contract.currency };
            Ok(Some(AnnualCost { cost, explain: explanation.into() }))
        })
    }

    /// Whether the annual cost is hidden from the caller's role.
    async fn annual_cost_hidden(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(!caller(ctx)?.may(Permission::ViewPrices))
    }

    /// What it costs month by month in one view of money. Needs the right to see prices.
    #[graphql(complexity = "month_cost(months, child_complexity)")]
    async fn cost_schedule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "First month.")] from: Month,
        #[graphql(default = 12, desc = "How many months, at most 600.")] months: i32,
        #[graphql(default_with = "MoneyView::Pnl", desc = "Which event places an amount in a month.")]
        view: MoneyView,
        #[graphql(desc = "The day from which it is seen; today where left out.")] as_of: Option<Date>,
        #[graphql(desc = "The scenario that is laid over what is recorded; none when left out.")]
        scenario: Option<Id<ScenarioId>>,
    ) -> Result<Option<ContractCostSchedule>> {
        let reader = read(ctx, Permission::ViewPrices)?;
        let (contract, as_of) = (self.0.model()?, day(ctx, as_of)?);
        let (overlay, sites) = self.laid(&reader, scenario).await?;
        let span = (from.0, months);
        let schedule = support_costs::schedule(&contract, span, view.into(), as_of, &overlay, &sites)?;
        Ok(Some(ContractCostSchedule::new(schedule, view, &contract.currency)))
    }

    /// What happens at the end of a term.
    async fn renewal(&self) -> Result<SupportRenewal> {
        Ok(SupportRenewal {
            automatic: self.0.get(Column::AutoRenew)?,
            months: self.0.get(Column::RenewalTermMonths)?,
            uplift: self.0.get::<Option<Rate>>(Column::RenewalUplift)?.map(Rate::to_decimal),
        })
    }

    /// How the contract is ended, and by when.
    async fn notice(&self) -> Result<SupportNotice> {
        Ok(SupportNotice(self.0.model()?))
    }

    /// How long the company takes to decide, to ask the market and to move to another vendor.
    async fn planning(&self) -> Result<ContractPlanning> {
        Ok(ContractPlanning {
            decision_lead_days: self.0.get(Column::DecisionLeadDays)?,
            proposal_lead_days: self.0.get(Column::ProposalLeadDays)?,
            migration_days: self.0.get(Column::MigrationDays)?,
            decommission_buffer_days: self.0.get(Column::DecommissionBufferDays)?,
        })
    }

    /// Team or person who answers for it.
    async fn owner(&self) -> Result<Option<String>> {
        self.0.get(Column::Owner)
    }

    /// Where the record came from, such as the file of an import.
    async fn source(&self) -> Result<Option<String>> {
        self.0.get(Column::Source)
    }

    /// What is suspicious about the contract as recorded, worst first. Empty for a sound one.
    async fn findings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day whose prices are affected; today where left out.")] as_of: Option<Date>,
    ) -> Result<Vec<ContractFinding>> {
        let sees_prices = caller(ctx)?.may(Permission::ViewPrices);
        let (contract, as_of) = (self.0.model()?, day(ctx, as_of)?);
        let affects = support_costs::month(&contract, as_of);
        let found = findings::of_support(&contract).into_iter();
        let found = found.map(|finding| findings::Finding { affects, ..finding });
        Ok(found.map(|finding| ContractFinding::new(finding, &contract.currency, sees_prices)).collect())
    }

    /// The assets that it covers, with the days.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn coverage(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<SupportCoverageFilter>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<SupportCoverageOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<SupportCoverage>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        let window = Window::new(first, after, last, before);
        let ends = (Column::Id, support_coverage::Column::ContractId);
        self.0.page(ctx, ends, condition, order_by, window).await
    }
}

/// Which support contracts. All tests have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct SupportContractFilter {
    /// All of these as well.
    pub and: Option<Vec<SupportContractFilter>>,
    /// At least one of these as well.
    pub or: Option<Vec<SupportContractFilter>>,
    /// And not this.
    pub not: Option<Box<SupportContractFilter>>,
    /// By id.
    pub id: Option<IdFilter<SupportContractId>>,
    /// By number.
    pub number: Option<StringFilter>,
    /// By who gives the support.
    pub vendor: Option<VendorFilter>,
    /// By an asset that it covers.
    pub asset: Option<AssetFilter>,
    /// By service level.
    pub level: Option<StringFilter>,
    /// By currency.
    pub currency: Option<StringFilter>,
    /// By the first day covered.
    pub starts_on: Option<DateFilter>,
    /// By the last day covered.
    pub ends_on: Option<DateFilter>,
    /// By charge per billing period, in units of its currency. Needs the right to see prices.
    pub charge: Option<AmountFilter>,
    /// By the length of the billing period.
    pub billing_frequency: Option<EnumFilter<BillingFrequency>>,
    /// By whether it renews by itself.
    pub renews_automatically: Option<BooleanFilter>,
    /// By the day notice was given.
    pub notice_given_on: Option<DateFilter>,
    /// By owner.
    pub owner: Option<StringFilter>,
}

impl Filter for SupportContractFilter {
    fn own(&self, caller: &Caller) -> Result<Condition> {
        use Column as C;
        if self.charge.is_some() && !caller.may(Permission::ViewPrices) {
            // An answer would tell the price by halving.
            return Err(Error::Forbidden { permission: Permission::ViewPrices, role: caller.role });
        }
        let vendor = match &self.vendor {
            Some(vendor) => {
                Some(through::<vendor::Entity>(C::VendorId, vendor::Column::Id, vendor.condition(caller)?))
            }
            None => None,
        };
        let asset = match &self.asset {
            Some(asset) => {
                use support_coverage::{Column as Link, Entity};
                let covered =
                    through::<asset::Entity>(Link::AssetId, asset::Column::Id, asset.condition(caller)?);
                let links = Entity::find().select_only().column(Link::ContractId).filter(covered);
                Some(C::Id.in_subquery(links.into_query()))
            }
            None => None,
        };
        Ok(Condition::all()
            .add_option(self.id.as_ref().map(|test| test.on(C::Id)))
            .add_option(self.number.as_ref().map(|test| test.on(C::Number)))
            .add_option(vendor)
            .add_option(asset)
            .add_option(self.level.as_ref().map(|test| test.on(C::Level)))
            .add_option(self.currency.as_ref().map(|test| test.on(C::Currency)))
            .add_option(self.starts_on.as_ref().map(|test| test.on(C::StartsOn)).transpose()?)
            .add_option(self.ends_on.as_ref().map(|test| test.on(C::EndsOn)).transpose()?)
            .add_option(self.charge.as_ref().map(|test| test.on(C::ChargeAmount)).transpose()?)
            .add_option(
                self.billing_frequency
                    .as_ref()
                    .map(|test| test.on::<support_contract::BillingFrequency>(C::BillingFrequency)),
            )
            .add_option(self.renews_automatically.as_ref().map(|test| test.on(C::AutoRenew)))
            .add_option(self.notice_given_on.as_ref().map(|test| test.on(C::NoticeGivenOn)).transpose()?)
            .add_option(self.owner.as_ref().map(|test| test.on(C::Owner))))
    }

    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }
}

/// What to order support contracts by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum SupportContractOrderField {
    /// By number.
    Number,
    /// By the first day covered.
    StartsOn,
    /// By the last day covered.
    EndsOn,
    /// By owner.
    Owner,
    /// By the moment it was recorded.
    CreatedAt,
}

impl Sortable for SupportContractOrderField {
    type Noun = SupportContract;

    fn column(self) -> Column {
        match self {
            Self::Number => Column::Number,
            Self::StartsOn => Column::StartsOn,
            Self::EndsOn => Column::EndsOn,
            Self::Owner => Column::Owner,
            Self::CreatedAt => Column::CreatedAt,
        }
    }
}

/// Queries of support contracts.
#[derive(Default)]
pub struct SupportContractQuery;

/// Queries of support contracts.
#[Object]
impl SupportContractQuery {
    /// One support contract by id or by number.
    async fn support_contract(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Option<Id<SupportContractId>>,
        #[graphql(desc = "Its number.")] number: Option<String>,
    ) -> Result<Option<SupportContract>> {
        match (id, number) {
            (Some(id), None) => by_id(ctx, id).await,
            (None, Some(number)) => by_condition(ctx, Condition::all().add(Column::Number.eq(number))).await,
            _ => Err(Error::invalid("id", "give either an id or a number")),
        }
    }

    /// The support contracts.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn support_contracts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<SupportContractFilter>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<SupportContractOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<SupportContract>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        page(ctx, condition, order_by, Window::new(first, after, last, before)).await
    }
}
