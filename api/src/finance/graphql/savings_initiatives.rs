//! Savings initiatives, as clients see them.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use chrono::NaiveDate;
use entity::{
    finance::{
        savings_claim,
        savings_initiative::{self, Column, Evidence},
    },
    id::SavingsInitiativeId,
    money::Amount,
};
use sea_orm::{ColumnTrait, Condition, Order as SqlOrder};

use super::savings_claims::SavingsClaim;
use crate::{
    access::{Caller, Permission},
    error::{Error, Result},
    schema::{
        filter::{AmountFilter, DateFilter, EnumFilter, Filter, IdFilter, Order, StringFilter},
        page::{Connection, Sortable, Window, page, page_cost},
        record::{Noun, Record},
        request::{by_condition, by_id, caller, priced},
        scalar::{Date, Id, Moment, Money, Month},
    },
};

/// Lines that an initiative is thought to claim, for the cost of asking for them.
const FEW: i32 = 20;

/// Something that is done to save money.
#[derive(Clone)]
pub struct SavingsInitiative(Record<savings_initiative::Entity>);

impl From<Record<savings_initiative::Entity>> for SavingsInitiative {
    fn from(record: Record<savings_initiative::Entity>) -> Self {
        Self(record)
    }
}

impl Noun for SavingsInitiative {
    type Entity = savings_initiative::Entity;
    type Id = SavingsInitiativeId;
    const VIEW: Permission = Permission::ViewFinance;
    const ID: Column = Column::Id;

    fn columns(field: &str) -> &'static [Column] {
        match field {
            "version" => &[Column::Version],
            "createdAt" => &[Column::CreatedAt],
            "updatedAt" => &[Column::UpdatedAt],
            "code" => &[Column::Code],
            "name" => &[Column::Name],
            "lever" => &[Column::Lever],
            "kind" => &[Column::Kind],
            "stage" => &[Column::Stage],
            "currency" => &[Column::Currency],
            "baseline" => &[
                Column::BaselineAmount,
                Column::Currency,
                Column::BaselineFrom,
                Column::BaselineMonths,
                Column::BaselineMethod,
                Column::BaselineFixedOn,
            ],
            "startsOn" => &[Column::StartsOn],
            "endsOn" => &[Column::EndsOn],
            "recurrence" => &[Column::Recurrence],
            "claimed" => &[Column::ClaimedAmount, Column::Currency],
            "confirmed" => &[Column::ConfirmedAmount, Column::Currency],
            "confirmedOn" => &[Column::ConfirmedOn],
            "confirmedBy" => &[Column::ConfirmedBy],
            "owner" => &[Column::Owner],
            "evidence" => &[Column::Evidence],
            _ => &[],
        }
    }
}

/// Whether a saving lowers what is spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "savings_initiative::SavingsKind")]
pub enum SavingsKind {
    /// Less is spent than before: the budget can be cut.
    Hard,
    /// Less is spent than would have been: nothing in the ledger goes down.
    Avoidance,
}

/// How far an initiative has come. One stage follows the other; until it is realised it may be lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "savings_initiative::SavingsStage")]
pub enum SavingsStage {
    /// Somebody has the idea.
    Identified,
    /// The amount has been checked; the baseline stays from here on.
    Validated,
    /// It has been decided.
    Approved,
    /// It has been done.
    Implemented,
    /// It shows in the ledger.
    Realised,
    /// It will not come; it claims nothing any more.
    Lost,
}

/// Whether a saving comes again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(name = "SavingsRecurrence", remote = "savings_initiative::Recurrence")]
pub enum Recurrence {
    /// Every month from the first day on.
    Recurring,
    /// Once, on the first day.
    OneOff,
}

/// What was spent before, against which a saving is measured.
#[derive(Clone, Debug, SimpleObject)]
pub struct SavingsBaseline {
    /// What was spent over its months. Null where the role may not see prices.
    amount: Option<Money>,
    /// Its first month.
    from: Month,
    /// The number of its months.
    months: i32,
    /// How it was found.
    method: String,
    /// The day it was fixed.
    fixed_on: Date,
}

/// Something that is done to save money.
#[Object]
impl SavingsInitiative {
    /// The id of the initiative.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<SavingsInitiativeId>(self.0.get(Column::Id)?).into())
    }

    /// Rises with every change; give it as `expectedVersion` to change what you have read.
    async fn version(&self) -> Result<i32> {
        self.0.get(Column::Version)
    }

    /// When the initiative was recorded.
    async fn created_at(&self) -> Result<Moment> {
        self.0.get(Column::CreatedAt)
    }

    /// When the record was last changed.
    async fn updated_at(&self) -> Result<Moment> {
        self.0.get(Column::UpdatedAt)
    }

    /// What people call it; no two initiatives share one.
    async fn code(&self) -> Result<String> {
        self.0.get(Column::Code)
    }

    /// What it is, in a sentence.
    async fn name(&self) -> Result<String> {
        self.0.get(Column::Name)
    }

    /// What is done: renegotiation, consolidation, retirement.
    async fn lever(&self) -> Result<String> {
        self.0.get(Column::Lever)
    }

    /// Whether it lowers what is spent.
    async fn kind(&self) -> Result<SavingsKind> {
        Ok(self.0.get::<savings_initiative::SavingsKind>(Column::Kind)?.into())
    }

    /// How far it has come.
    async fn stage(&self) -> Result<SavingsStage> {
        Ok(self.0.get::<savings_initiative::SavingsStage>(Column::Stage)?.into())
    }

    /// The ISO 4217 code of its amounts.
    async fn currency(&self) -> Result<String> {
        self.0.get(Column::Currency)
    }

    /// What was spent before.
    async fn baseline(&self, ctx: &Context<'_>) -> Result<SavingsBaseline> {
        let from = self.0.get::<NaiveDate>(Column::BaselineFrom)?;
        Ok(SavingsBaseline {
            amount: self.money(ctx, Column::BaselineAmount)?,
            from: Month(forecasting::month::Month::of(from)),
            months: self.0.get(Column::BaselineMonths)?,
            method: self.0.get(Column::BaselineMethod)?,
            fixed_on: Date(self.0.get::<NaiveDate>(Column::BaselineFixedOn)?),
        })
    }

    /// First day on which it saves.
    async fn starts_on(&self) -> Result<Date> {
        Ok(Date(self.0.get::<NaiveDate>(Column::StartsOn)?))
    }

    /// Last day on which it saves. Null is without end.
    async fn ends_on(&self) -> Result<Option<Date>> {
        Ok(self.0.get::<Option<NaiveDate>>(Column::EndsOn)?.map(Date))
    }

    /// Whether it comes again.
    async fn recurrence(&self) -> Result<Recurrence> {
        Ok(self.0.get::<savings_initiative::Recurrence>(Column::Recurrence)?.into())
    }

    /// What it saves in twelve months, or once, as claimed by those who do it. Null where the role may not see
    /// prices.
    async fn claimed(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        self.money(ctx, Column::ClaimedAmount)
    }

    /// The same as confirmed by finance. Null where they have not, or where the role may not see prices.
    async fn confirmed(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        self.money(ctx, Column::ConfirmedAmount)
    }

    /// The day it was confirmed. Null where it was not.
    async fn confirmed_on(&self) -> Result<Option<Date>> {
        Ok(self.0.get::<Option<NaiveDate>>(Column::ConfirmedOn)?.map(Date))
    }

    /// Who confirmed it. Null where nobody did.
    async fn confirmed_by(&self) -> Result<Option<String>> {
        self.0.get(Column::ConfirmedBy)
    }

    /// Team or person who answers for it.
    async fn owner(&self) -> Result<Option<String>> {
        self.0.get(Column::Owner)
    }

    /// What shows that it is so: documents, links.
    async fn evidence(&self) -> Result<Vec<String>> {
        Ok(self.0.get::<Evidence>(Column::Evidence)?.0)
    }

    /// The lines of the ledger in which it shows, by month.
    #[graphql(complexity = "page_cost(Some(FEW), None, child_complexity)")]
    async fn claims(&self, ctx: &Context<'_>) -> Result<Vec<SavingsClaim>> {
        use savings_claim::Column as C;
        let order = [(C::Month, SqlOrder::Asc), (C::Id, SqlOrder::Asc)];
        self.0.many(ctx, Column::Id, C::InitiativeId, &order).await
    }
}

impl SavingsInitiative {
    fn money(&self, ctx: &Context<'_>, column: Column) -> Result<Option<Money>> {
        priced(ctx, || {
            let amount = self.0.get::<Option<Amount>>(column)?;
            let currency: String = self.0.get(Column::Currency)?;
            Ok(amount.map(|amount| Money::of(amount, &currency)))
        })
    }
}

/// Which savings initiatives. All tests have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct SavingsInitiativeFilter {
    /// All of these as well.
    pub and: Option<Vec<SavingsInitiativeFilter>>,
    /// At least one of these as well.
    pub or: Option<Vec<SavingsInitiativeFilter>>,
    /// And not this.
    pub not: Option<Box<SavingsInitiativeFilter>>,
    /// By id.
    pub id: Option<IdFilter<SavingsInitiativeId>>,
    /// By code.
    pub code: Option<StringFilter>,
    /// By what is done.
    pub lever: Option<StringFilter>,
    /// By whether it lowers what is spent.
    pub kind: Option<EnumFilter<SavingsKind>>,
    /// By how far it has come.
    pub stage: Option<EnumFilter<SavingsStage>>,
    /// By the first day on which it saves.
    pub starts_on: Option<DateFilter>,
    /// By what it is claimed to save, in units of its currency. Needs the right to see prices.
    pub claimed: Option<AmountFilter>,
    /// By owner.
    pub owner: Option<StringFilter>,
}

impl Filter for SavingsInitiativeFilter {
    fn own(&self, caller: &Caller) -> Result<Condition> {
        use Column as C;
        if self.claimed.is_some() && !caller.may(Permission::ViewPrices) {
            // An answer would tell the price by halving.
            return Err(Error::Forbidden { permission: Permission::ViewPrices, role: caller.role });
        }
        let kind = self.kind.as_ref().map(|test| test.on::<savings_initiative::SavingsKind>(C::Kind));
        let stage = self.stage.as_ref().map(|test| test.on::<savings_initiative::SavingsStage>(C::Stage));
        Ok(Condition::all()
            .add_option(self.id.as_ref().map(|test| test.on(C::Id)))
            .add_option(self.code.as_ref().map(|test| test.on(C::Code)))
            .add_option(self.lever.as_ref().map(|test| test.on(C::Lever)))
            .add_option(kind)
            .add_option(stage)
            .add_option(self.starts_on.as_ref().map(|test| test.on(C::StartsOn)).transpose()?)
            .add_option(self.claimed.as_ref().map(|test| test.on(C::ClaimedAmount)).transpose()?)
            .add_option(self.owner.as_ref().map(|test| test.on(C::Owner))))
    }

    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }
}

/// What to order savings initiatives by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum SavingsInitiativeOrderField {
    /// By code.
    Code,
    /// By the first day on which it saves.
    StartsOn,
    /// By what it is claimed to save. Needs the right to see prices.
    Claimed,
    /// By owner.
    Owner,
    /// By the moment it was recorded.
    CreatedAt,
}

impl Sortable for SavingsInitiativeOrderField {
    type Noun = SavingsInitiative;

    fn column(self) -> Column {
        match self {
            Self::Code => Column::Code,
            Self::StartsOn => Column::StartsOn,
            Self::Claimed => Column::ClaimedAmount,
            Self::Owner => Column::Owner,
            Self::CreatedAt => Column::CreatedAt,
        }
    }

    fn permission(self) -> Option<Permission> {
        (self == Self::Claimed).then_some(Permission::ViewPrices)
    }
}

/// Queries of savings initiatives.
#[derive(Default)]
pub struct SavingsInitiativeQuery;

/// Queries of savings initiatives.
#[Object]
impl SavingsInitiativeQuery {
    /// One savings initiative by id or by code.
    async fn savings_initiative(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Option<Id<SavingsInitiativeId>>,
        #[graphql(desc = "Its code.")] code: Option<String>,
    ) -> Result<Option<SavingsInitiative>> {
        match (id, code) {
            (Some(id), None) => by_id(ctx, id).await,
            (None, Some(code)) => by_condition(ctx, Condition::all().add(Column::Code.eq(code))).await,
            _ => Err(Error::invalid("id", "give either an id or a code")),
        }
    }

    /// The savings initiatives.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn savings_initiatives(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<SavingsInitiativeFilter>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<SavingsInitiativeOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<SavingsInitiative>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        page(ctx, condition, order_by, Window::new(first, after, last, before)).await
    }
}
