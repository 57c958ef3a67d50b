//! Chargebacks, as clients see them.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use chrono::NaiveDate;
use entity::{
    finance::{
        chargeback::{self, Column, Grounds, Question, RateCard},
        chargeback_line,
    },
    id::{AllocationModelId, BudgetVersionId, ChargebackId},
    money::{Amount, Rate},
};
use rust_decimal::Decimal;
use sea_orm::{Condition, Order as SqlOrder};

use super::{
    allocation_models::AllocationModel, budget_versions::BudgetVersion, chargeback_lines::ChargebackLine,
    ledger_codes::LedgerCode, unit_cost_words::input,
};
use crate::{
    access::{Caller, Permission},
    error::{Error, Result},
    finance::{
        chargeback_postings::{Entry, document},
        chargebacks,
    },
    schema::{
        explain::Explanation,
        filter::{AmountFilter, EnumFilter, Filter, IdFilter, MonthFilter, Order, StringFilter},
        page::{Connection, Sortable, Window, page, page_cost},
        record::{Noun, Record},
        request::{by_id, caller, priced, read},
        scalar::{Date, Id, Moment, Money, Month, plain},
    },
};

/// Lines that a chargeback is thought to have, for the cost of asking for them.
const FEW: i32 = 20;

/// A journal that charges pools out for one month, as it was submitted.
#[derive(Clone)]
pub struct Chargeback(Record<chargeback::Entity>);

impl From<Record<chargeback::Entity>> for Chargeback {
    fn from(record: Record<chargeback::Entity>) -> Self {
        Self(record)
    }
}

impl Noun for Chargeback {
    type Entity = chargeback::Entity;
    type Id = ChargebackId;
    const VIEW: Permission = Permission::ViewFinance;
    const ID: Column = Column::Id;

    fn columns(field: &str) -> &'static [Column] {
        match field {
            "version" => &[Column::Version],
            "submittedAt" => &[Column::CreatedAt],
            "updatedAt" => &[Column::UpdatedAt],
            "model" => &[Column::ModelId],
            "targetVersion" => &[Column::VersionId],
            "account" => &[Column::AccountId],
            "currency" => &[Column::Currency],
            "month" => &[Column::Month],
            "period" => &[Column::Period],
            "status" => &[Column::Status],
            "total" => &[Column::Total, Column::Currency],
            "question" => &[Column::Question],
            "rateCard" => &[Column::RateCard],
            "explain" => &[Column::Grounds, Column::Question],
            "inputsHash" => &[Column::InputsHash],
            "resultHash" => &[Column::ResultHash],
            "submittedBy" => &[Column::SubmittedBy],
            "approvedBy" => &[Column::ApprovedBy],
            "approvedAt" => &[Column::ApprovedAt],
            "rejectedBy" => &[Column::RejectedBy],
            "rejectedAt" => &[Column::RejectedAt],
            "rejectionReason" => &[Column::RejectionReason],
            "postedBy" => &[Column::PostedBy],
            "postedAt" | "document" => &[Column::PostedAt],
            "reversedBy" => &[Column::ReversedBy],
            "reversalVersion" => &[Column::ReversalVersionId],
            "reversalPeriod" => &[Column::ReversalPeriod],
            "reversedAt" | "reversalDocument" => &[Column::ReversedAt],
            _ => &[],
        }
    }
}

/// How far a chargeback has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "chargeback::ChargebackStatus")]
pub enum ChargebackStatus {
    /// It waits for somebody else to approve it.
    Submitted,
    /// It may be posted.
    Approved,
    /// Its lines are among the actual figures.
    Posted,
    /// So are the opposite lines.
    Reversed,
    /// It will not be posted.
    Rejected,
}

/// What was asked of the roadmap.
#[derive(Clone, Debug, SimpleObject)]
pub struct ChargebackQuestion {
    /// First month.
    from: Month,
    /// Number of months.
    months: u32,
    /// The day from which the future was seen.
    as_of: Date,
    /// How much the price indices of contracts were taken to rise a year; null where they stayed.
    assumed_index_rate: Option<Decimal>,
}

/// What one unit of a driver cost when the chargeback was submitted. Amounts are null where they are hidden.
#[derive(Clone, Debug, SimpleObject)]
pub struct ChargebackRate {
    /// Who gives.
    source: String,
    /// By what it is divided.
    driver: String,
    /// How much of that there was in all.
    volume: Decimal,
    /// What was given over all months asked for.
    amount: Option<Decimal>,
    /// What one unit cost, to four decimals. Null for no units.
    per_unit: Option<Decimal>,
}

/// A journal that charges pools out for one month, as it was submitted.
#[Object]
impl Chargeback {
    /// The id of the chargeback.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<ChargebackId>(self.0.get(Column::Id)?).into())
    }

    /// Rises with every change; give it as `expectedVersion` to change what you have read.
    async fn version(&self) -> Result<i32> {
        self.0.get(Column::Version)
    }

    /// When it was submitted.
    async fn submitted_at(&self) -> Result<Moment> {
        self.0.get(Column::CreatedAt)
    }

    /// When the record was last changed.
    async fn updated_at(&self) -> Result<Moment> {
        self.0.get(Column::UpdatedAt)
    }

    /// The allocation model that it was computed by, as it is now.
    async fn model(&self, ctx: &Context<'_>) -> Result<Option<AllocationModel>> {
        self.0.one(ctx, Column::ModelId).await
    }

    /// The actual figures that it is for.
    async fn target_version(&self, ctx: &Context<'_>) -> Result<Option<BudgetVersion>> {
        self.0.one(ctx, Column::VersionId).await
    }

    /// The account that all lines are posted to.
    async fn account(&self, ctx: &Context<'_>) -> Result<Option<LedgerCode>> {
        self.0.one(ctx, Column::AccountId).await
    }

    /// The ISO 4217 code of its amounts.
    async fn currency(&self) -> Result<String> {
        self.0.get(Column::Currency)
    }

    /// The month.
    async fn month(&self) -> Result<Month> {
        Ok(Month(forecasting::month::Month::of(self.0.get::<NaiveDate>(Column::Month)?)))
    }

    /// The period of the fiscal year of the actual figures that the month is.
    async fn period(&self) -> Result<i32> {
        self.0.get(Column::Period)
    }

    /// How far it has come.
    async fn status(&self) -> Result<ChargebackStatus> {
        Ok(self.0.get::<chargeback::ChargebackStatus>(Column::Status)?.into())
    }

    /// What its debits come to, and its credits. Null where the role may not see prices.
    async fn total(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        priced(ctx, || {
            let currency: String = self.0.get(Column::Currency)?;
            Ok(Some(Money::of(self.0.get::<Amount>(Column::Total)?, &currency)))
        })
    }

    /// Its lines, each debit followed by its credit.
    #[graphql(complexity = "page_cost(Some(FEW), None, child_complexity)")]
    async fn lines(&self, ctx: &Context<'_>) -> Result<Vec<ChargebackLine>> {
        use chargeback_line::Column as C;
        self.0.many(ctx, Column::Id, C::ChargebackId, &[(C::Position, SqlOrder::Asc)]).await
    }

    /// What was asked of the roadmap.
    async fn question(&self) -> Result<ChargebackQuestion> {
        let question: Question = self.0.get(Column::Question)?;
        Ok(ChargebackQuestion {
            from: Month(forecasting::month::Month::of(question.from)),
            months: question.months,
            as_of: Date(question.as_of),
            assumed_index_rate: question.assumed_index_rate.map(|rate| rate.to_decimal().normalize()),
        })
    }

    /// The rate card when it was submitted: what one unit of each driver cost over all months asked for.
    async fn rate_card(&self, ctx: &Context<'_>) -> Result<Vec<ChargebackRate>> {
        let is_shown = caller(ctx)?.may(Permission::ViewPrices);
        let shown = |amount: Amount| is_shown.then(|| plain(amount.to_decimal()));
        let RateCard(rates) = self.0.get(Column::RateCard)?;
        let rates = rates.into_iter().map(|rate| ChargebackRate {
            source: rate.source,
            driver: rate.driver,
            volume: rate.volume.to_decimal().normalize(),
            amount: shown(rate.amount),
            per_unit: rate.per_unit.and_then(shown),
        });
        Ok(rates.collect())
    }

    /// How its amounts came about when it was submitted.
    async fn explain(&self) -> Result<Explanation> {
        let grounds: Grounds = self.0.get(Column::Grounds)?;
        let question: Question = self.0.get(Column::Question)?;
        let from = forecasting::month::Month::of(question.from);
        Ok(Explanation {
            formula: "charge = cost of the pool in the month x what the receiver bears of the pool".into(),
            inputs: vec![
                input("first month", from),
                input("months", question.months),
                input("as of", question.as_of),
                input("rise of price indices a year", question.assumed_index_rate.unwrap_or(Rate::ZERO)),
            ],
            assumptions: grounds.assumptions,
            excluded: grounds.excluded,
            estimated: grounds.estimated,
        })
    }

    /// SHA-256 of the model, the question and the costs that were divided, in hexadecimal digits. Null for those who do
    /// not see prices: few costs could be found out by trying.
    async fn inputs_hash(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        priced(ctx, || self.0.get(Column::InputsHash).map(Some))
    }

    /// SHA-256 of the lines, in hexadecimal digits. Null for those who do not see prices.
    async fn result_hash(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        priced(ctx, || self.0.get(Column::ResultHash).map(Some))
    }

    /// Who submitted it.
    async fn submitted_by(&self) -> Result<String> {
        self.0.get(Column::SubmittedBy)
    }

    /// Who approved it. Null where nobody did.
    async fn approved_by(&self) -> Result<Option<String>> {
        self.0.get(Column::ApprovedBy)
    }

    /// When it was approved. Null where it was not.
    async fn approved_at(&self) -> Result<Option<Moment>> {
        self.moment(Column::ApprovedAt)
    }

    /// Who rejected it. Null where nobody did.
    async fn rejected_by(&self) -> Result<Option<String>> {
        self.0.get(Column::RejectedBy)
    }

    /// When it was rejected. Null where it was not.
    async fn rejected_at(&self) -> Result<Option<Moment>> {
        self.moment(Column::RejectedAt)
    }

    /// Why it was rejected. Null where it was not.
    async fn rejection_reason(&self) -> Result<Option<String>> {
        self.0.get(Column::RejectionReason)
    }

    /// Who posted it. Null where nobody did.
    async fn posted_by(&self) -> Result<Option<String>> {
        self.0.get(Column::PostedBy)
    }

    /// When it was posted. Null where it was not.
    async fn posted_at(&self) -> Result<Option<Moment>> {
        self.moment(Column::PostedAt)
    }

    /// The document that its lines are posted as, of the source CHARGEBACK. Null where they are not.
    async fn document(&self) -> Result<Option<String>> {
        self.named(Column::PostedAt, Entry::Charge)
    }

    /// Who reversed it. Null where nobody did.
    async fn reversed_by(&self) -> Result<Option<String>> {
        self.0.get(Column::ReversedBy)
    }

    /// When it was reversed. Null where it was not.
    async fn reversed_at(&self) -> Result<Option<Moment>> {
        self.moment(Column::ReversedAt)
    }

    /// The actual figures that the opposite lines are posted to. Null where it was not reversed.
    async fn reversal_version(&self, ctx: &Context<'_>) -> Result<Option<BudgetVersion>> {
        self.0.one(ctx, Column::ReversalVersionId).await
    }

    /// The period that the opposite lines are posted to. Null where it was not reversed.
    async fn reversal_period(&self) -> Result<Option<i32>> {
        self.0.get(Column::ReversalPeriod)
    }

    /// The document that the opposite lines are posted as. Null where it was not reversed.
    async fn reversal_document(&self) -> Result<Option<String>> {
        self.named(Column::ReversedAt, Entry::Reversal)
    }
}

impl Chargeback {
    fn moment(&self, column: Column) -> Result<Option<Moment>> {
        self.0.get(column)
    }

    fn named(&self, at: Column, entry: Entry) -> Result<Option<String>> {
        let id: ChargebackId = self.0.get(Column::Id)?;
        Ok(self.moment(at)?.map(|_| document(id, entry)))
    }
}

/// What comes out when a chargeback is computed again from what is recorded now.
#[derive(Clone, Debug, SimpleObject)]
pub struct ChargebackCheck {
    /// Whether other lines would come out.
    stale: bool,
    /// SHA-256 of the model, the question and the costs as they are now. Null for those who do not see prices.
    inputs_hash: Option<String>,
    /// SHA-256 of the lines that would come out. Null where nothing would be charged in the month, and for those who do
    /// not see prices.
    result_hash: Option<String>,
}

/// Which chargebacks. All tests have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ChargebackFilter {
    /// All of these as well.
    pub and: Option<Vec<ChargebackFilter>>,
    /// At least one of these as well.
    pub or: Option<Vec<ChargebackFilter>>,
    /// And not this.
    pub not: Option<Box<ChargebackFilter>>,
    /// By id.
    pub id: Option<IdFilter<ChargebackId>>,
    /// By how far it has come.
    pub status: Option<EnumFilter<ChargebackStatus>>,
    /// By month.
    pub month: Option<MonthFilter>,
    /// By the allocation model.
    pub model: Option<IdFilter<AllocationModelId>>,
    /// By the actual figures that it is for.
    pub target_version: Option<IdFilter<BudgetVersionId>>,
    /// By currency.
    pub currency: Option<StringFilter>,
    /// By who submitted it.
    pub submitted_by: Option<StringFilter>,
    /// By what its debits come to, in units of its currency. Needs the right to see prices.
    pub total: Option<AmountFilter>,
}

impl Filter for ChargebackFilter {
    fn own(&self, caller: &Caller) -> Result<Condition> {
        use Column as C;
        if self.total.is_some() && !caller.may(Permission::ViewPrices) {
            // An answer would tell the amount by halving.
            return Err(Error::Forbidden { permission: Permission::ViewPrices, role: caller.role });
        }
        let status = self.status.as_ref().map(|test| test.on::<chargeback::ChargebackStatus>(C::Status));
        Ok(Condition::all()
            .add_option(self.id.as_ref().map(|test| test.on(C::Id)))
            .add_option(status)
            .add_option(self.month.as_ref().map(|test| test.on(C::Month)).transpose()?)
            .add_option(self.model.as_ref().map(|test| test.on(C::ModelId)))
            .add_option(self.target_version.as_ref().map(|test| test.on(C::VersionId)))
            .add_option(self.currency.as_ref().map(|test| test.on(C::Currency)))
            .add_option(self.submitted_by.as_ref().map(|test| test.on(C::SubmittedBy)))
            .add_option(self.total.as_ref().map(|test| test.on(C::Total)).transpose()?))
    }

    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }
}

/// What to order chargebacks by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum ChargebackOrderField {
    /// By month.
    Month,
    /// By how far it has come, by its word.
    Status,
    /// By what its debits come to. Needs the right to see prices.
    Total,
    /// By the moment it was submitted.
    SubmittedAt,
}

impl Sortable for ChargebackOrderField {
    type Noun = Chargeback;

    fn column(self) -> Column {
        match self {
            Self::Month => Column::Month,
            Self::Status => Column::Status,
            Self::Total => Column::Total,
            Self::SubmittedAt => Column::CreatedAt,
        }
    }

    fn permission(self) -> Option<Permission> {
        (self == Self::Total).then_some(Permission::ViewPrices)
    }
}

/// Queries of chargebacks.
#[derive(Default)]
pub struct ChargebackQuery;

/// Queries of chargebacks.
#[Object]
impl ChargebackQuery {
    /// One chargeback.
    async fn chargeback(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<ChargebackId>,
    ) -> Result<Option<Chargeback>> {
        by_id(ctx, id).await
    }

    /// The chargebacks.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn chargebacks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<ChargebackFilter>,
        #[graphql(desc = "In which order. Left out: as they were submitted.")] order_by: Option<
            Vec<Order<ChargebackOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Chargeback>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        page(ctx, condition, order_by, Window::new(first, after, last, before)).await
    }

    /// Computes a chargeback again from what is recorded now, and says whether it would be another. Nothing is changed:
    /// what was submitted stays as it was computed.
    #[graphql(complexity = "5_000 + child_complexity")]
    async fn chargeback_check(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<ChargebackId>,
    ) -> Result<ChargebackCheck> {
        let reader = read(ctx, Permission::ViewFinance)?;
        let checked = chargebacks::recompute(&reader, *id).await?;
        Ok(ChargebackCheck {
            stale: checked.is_stale,
            inputs_hash: priced(ctx, || Ok(Some(checked.inputs_hash)))?,
            result_hash: priced(ctx, || Ok(checked.result_hash))?,
        })
    }
}
