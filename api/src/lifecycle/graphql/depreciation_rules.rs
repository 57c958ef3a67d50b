//! Depreciation rules, as clients see them.

use async_graphql::{Context, Enum, ID, InputObject, MaybeUndefined, Object};
use entity::{
    id::DepreciationRuleId,
    lifecycle::depreciation_rule::{self, Kinds},
    money::Rate,
};
use rust_decimal::Decimal;
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition};

use crate::{
    access::{Caller, Permission},
    error::{Error, Result},
    inventory::graphql::models::HardwareKind,
    lifecycle::depreciation_rules,
    schema::{
        filter::{BooleanFilter, EnumFilter, Filter, IdFilter, IntFilter, Order, StringFilter},
        page::{Connection, Sortable, Window, page, page_cost},
        patch::{overlay, patch_required},
        record::{Noun, Record},
        request::{by_condition, by_id, caller, change},
        scalar::{Id, Moment, rate},
    },
};

/// How a purchase becomes cost over the months of its life.
#[derive(Clone)]
pub struct DepreciationRule(Record<depreciation_rule::Entity>);

impl From<Record<depreciation_rule::Entity>> for DepreciationRule {
    fn from(record: Record<depreciation_rule::Entity>) -> Self {
        Self(record)
    }
}

impl Noun for DepreciationRule {
    type Entity = depreciation_rule::Entity;
    type Id = DepreciationRuleId;
    const VIEW: Permission = Permission::ViewLifecycle;
    const ID: depreciation_rule::Column = depreciation_rule::Column::Id;

    fn columns(field: &str) -> &'static [depreciation_rule::Column] {
        use depreciation_rule::Column as C;
        match field {
            "version" => &[C::Version],
            "createdAt" => &[C::CreatedAt],
            "updatedAt" => &[C::UpdatedAt],
            "name" => &[C::Name],
            "book" => &[C::Book],
            "kinds" => &[C::Kinds],
            "method" => &[C::Method],
            "switchToStraightLine" => &[C::SwitchToStraightLine],
            "lifeMonths" => &[C::LifeMonths],
            "salvageRate" => &[C::SalvageRate],
            "convention" => &[C::Convention],
            "rounding" => &[C::Rounding],
            "active" => &[C::Active],
            _ => &[],
        }
    }
}

/// A set of books.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "depreciation_rule::Book")]
pub enum Book {
    /// The company's own accounts.
    Book,
    /// The tax return.
    Tax,
    /// Accounts under the international standards.
    Ifrs,
}

/// How cost is spread over a life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "depreciation_rule::DepreciationMethod")]
pub enum DepreciationMethod {
    /// The same every month.
    StraightLine,
    /// Falling by the years that are left.
    SumOfYearsDigits,
    /// Twice the straight line's rate on the book value, never below salvage.
    DoubleDeclining,
    /// One and a half times the straight line's rate on the book value, never below salvage.
    #[graphql(name = "DECLINING_150")]
    Declining150,
}

/// Which part of the months of entry and exit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "depreciation_rule::Convention")]
pub enum DepreciationConvention {
    /// The month of entry counts whole, the month of exit not at all.
    FullMonth,
    /// From the month after entry, the month of exit included.
    NextMonth,
    /// Half of the month of entry and half of the month of exit.
    MidMonth,
    /// The whole month when in service by the 15th, otherwise from the month after; likewise at exit.
    MidMonthFirst,
    /// From and to the middle of the fiscal quarter.
    MidQuarter,
    /// From and to the middle of the fiscal year.
    HalfYear,
    /// By days in service.
    ActualDays,
}

/// Where the odd cents of a schedule go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "depreciation_rule::ScheduleRounding")]
pub enum ScheduleRounding {
    /// Into each period, so that sums so far are right to the cent.
    Cumulative,
    /// Into the last period.
    LastPeriod,
}

/// How a purchase becomes cost over the months of its life.
#[Object]
impl DepreciationRule {
    /// The id of the rule.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<DepreciationRuleId>(self.0.get(depreciation_rule::Column::Id)?).into())
    }

    /// Rises with every change; give it as `expectedVersion` to change what you have read.
    async fn version(&self) -> Result<i32> {
        self.0.get(depreciation_rule::Column::Version)
    }

    /// When the rule was recorded.
    async fn created_at(&self) -> Result<Moment> {
        self.0.get(depreciation_rule::Column::CreatedAt)
    }

    /// When the record was last changed.
    async fn updated_at(&self) -> Result<Moment> {
        self.0.get(depreciation_rule::Column::UpdatedAt)
    }

    /// Name; no two rules share one.
    async fn name(&self) -> Result<String> {
        self.0.get(depreciation_rule::Column::Name)
    }

    /// The set of books it is for.
    async fn book(&self) -> Result<Book> {
        Ok(self.0.get::<depreciation_rule::Book>(depreciation_rule::Column::Book)?.into())
    }

    /// The kinds of hardware that it is for; empty is any. A rule that names a kind comes before one for any.
    async fn kinds(&self) -> Result<Vec<HardwareKind>> {
        let kinds: Kinds = self.0.get(depreciation_rule::Column::Kinds)?;
        Ok(kinds.0.into_iter().map(HardwareKind::from).collect())
    }

    /// How cost is spread.
    async fn method(&self) -> Result<DepreciationMethod> {
        let method: depreciation_rule::DepreciationMethod = self.0.get(depreciation_rule::Column::Method)?;
        Ok(method.into())
    }

    /// Whether a declining method changes to straight line once that is at least as much.
    async fn switch_to_straight_line(&self) -> Result<bool> {
        self.0.get(depreciation_rule::Column::SwitchToStraightLine)
    }

    /// Life, in months.
    async fn life_months(&self) -> Result<i32> {
        self.0.get(depreciation_rule::Column::LifeMonths)
    }

    /// What is left at the end of the life, as a fraction of cost.
    async fn salvage_rate(&self) -> Result<Decimal> {
        Ok(self.0.get::<Rate>(depreciation_rule::Column::SalvageRate)?.to_decimal())
    }

    /// Which part of the months of entry and exit counts.
    async fn convention(&self) -> Result<DepreciationConvention> {
        Ok(self.0.get::<depreciation_rule::Convention>(depreciation_rule::Column::Convention)?.into())
    }

    /// Where the odd cents go.
    async fn rounding(&self) -> Result<ScheduleRounding> {
        Ok(self.0.get::<depreciation_rule::ScheduleRounding>(depreciation_rule::Column::Rounding)?.into())
    }

    /// Whether it is in use.
    async fn active(&self) -> Result<bool> {
        self.0.get(depreciation_rule::Column::Active)
    }
}

/// Which depreciation rules. All tests have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct DepreciationRuleFilter {
    /// All of these as well.
    pub and: Option<Vec<DepreciationRuleFilter>>,
    /// At least one of these as well.
    pub or: Option<Vec<DepreciationRuleFilter>>,
    /// And not this.
    pub not: Option<Box<DepreciationRuleFilter>>,
    /// By id.
    pub id: Option<IdFilter<DepreciationRuleId>>,
    /// By name.
    pub name: Option<StringFilter>,
    /// By the set of books.
    pub book: Option<EnumFilter<Book>>,
    /// By method.
    pub method: Option<EnumFilter<DepreciationMethod>>,
    /// By life, in months.
    pub life_months: Option<IntFilter>,
    /// By whether it is in use.
    pub active: Option<BooleanFilter>,
}

impl Filter for DepreciationRuleFilter {
    fn own(&self, _: &Caller) -> Result<Condition> {
        use depreciation_rule::Column as C;
        Ok(Condition::all()
            .add_option(self.id.as_ref().map(|test| test.on(C::Id)))
            .add_option(self.name.as_ref().map(|test| test.on(C::Name)))
            .add_option(self.book.as_ref().map(|test| test.on::<depreciation_rule::Book>(C::Book)))
            .add_option(
                self.method.as_ref().map(|test| test.on::<depreciation_rule::DepreciationMethod>(C::Method)),
            )
            .add_option(self.life_months.as_ref().map(|test| test.on(C::LifeMonths)).transpose()?)
            .add_option(self.active.map(|test| test.on(C::Active))))
    }

    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }
}

/// What to order depreciation rules by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum DepreciationRuleOrderField {
    /// By name.
    Name,
    /// By life.
    LifeMonths,
    /// By the moment it was recorded.
    CreatedAt,
}

impl Sortable for DepreciationRuleOrderField {
    type Noun = DepreciationRule;

    fn column(self) -> depreciation_rule::Column {
        match self {
            Self::Name => depreciation_rule::Column::Name,
            Self::LifeMonths => depreciation_rule::Column::LifeMonths,
            Self::CreatedAt => depreciation_rule::Column::CreatedAt,
        }
    }
}

/// A depreciation rule to create.
#[derive(Clone, Debug, InputObject)]
pub struct NewDepreciationRule {
    /// Name; no two rules share one.
    pub name: String,
    /// Life, in months: 60 for five years.
    pub life_months: i32,
    /// What else is known of it.
    #[graphql(default)]
    pub details: DepreciationRuleDetails,
}

/// What may be said of a depreciation rule. Left out: unchanged.
#[derive(Clone, Debug, Default, InputObject)]
pub struct DepreciationRuleDetails {
    /// The set of books it is for. At first: BOOK.
    pub book: MaybeUndefined<Book>,
    /// The kinds of hardware that it is for; empty is any. At first: any.
    pub kinds: MaybeUndefined<Vec<HardwareKind>>,
    /// How cost is spread. At first: STRAIGHT_LINE.
    pub method: MaybeUndefined<DepreciationMethod>,
    /// Whether a declining method changes to straight line once that is at least as much. At first: no.
    pub switch_to_straight_line: MaybeUndefined<bool>,
    /// What is left at the end of the life, as a fraction of cost: 0.1 for 10 %. At first: 0.
    pub salvage_rate: MaybeUndefined<Decimal>,
    /// Which part of the months of entry and exit counts. At first: FULL_MONTH.
    pub convention: MaybeUndefined<DepreciationConvention>,
    /// Where the odd cents go. At first: CUMULATIVE.
    pub rounding: MaybeUndefined<ScheduleRounding>,
    /// Whether it is in use. At first: yes.
    pub active: MaybeUndefined<bool>,
}

/// What of a depreciation rule may be changed. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct DepreciationRuleChanges {
    /// Name; no two rules share one.
    pub name: MaybeUndefined<String>,
    /// Life, in months: 60 for five years.
    pub life_months: MaybeUndefined<i32>,
    /// What else is known of it.
    #[graphql(flatten)]
    pub details: DepreciationRuleDetails,
}

impl DepreciationRuleDetails {
    fn apply(self, row: &mut depreciation_rule::ActiveModel) -> Result<()> {
        patch_required(&mut row.book, self.book, "book")?;
        let kinds = self.kinds.map_value(|kinds| Kinds(kinds.into_iter().map(Into::into).collect()));
        patch_required(&mut row.kinds, kinds, "kinds")?;
        patch_required(&mut row.method, self.method, "method")?;
        patch_required(
            &mut row.switch_to_straight_line,
            self.switch_to_straight_line,
            "switchToStraightLine",
        )?;
        let salvage = self.salvage_rate.map_value(|value| rate(value, "salvageRate")).transpose()?;
        patch_required(&mut row.salvage_rate, salvage, "salvageRate")?;
        patch_required(&mut row.convention, self.convention, "convention")?;
        patch_required(&mut row.rounding, self.rounding, "rounding")?;
        patch_required(&mut row.active, self.active, "active")?;
        Ok(())
    }
}

impl DepreciationRuleChanges {
    fn apply(self, row: &mut depreciation_rule::ActiveModel) -> Result<()> {
        patch_required(&mut row.name, self.name, "name")?;
        patch_required(&mut row.life_months, self.life_months, "lifeMonths")?;
        self.details.apply(row)
    }
}

impl TryFrom<NewDepreciationRule> for depreciation_rule::ActiveModel {
    type Error = Error;

    fn try_from(new: NewDepreciationRule) -> Result<Self> {
        let mut row = Self {
            book: Set(depreciation_rule::Book::Book),
            kinds: Set(Kinds::default()),
            method: Set(depreciation_rule::DepreciationMethod::StraightLine),
            switch_to_straight_line: Set(false),
            salvage_rate: Set(Rate::ZERO),
            convention: Set(depreciation_rule::Convention::FullMonth),
            rounding: Set(depreciation_rule::ScheduleRounding::Cumulative),
            active: Set(true),
            ..Default::default()
        };
        new.details.apply(&mut row)?;
        row.name = Set(new.name);
        row.life_months = Set(new.life_months);
        Ok(row)
    }
}

/// Queries of depreciation rules.
#[derive(Default)]
pub struct DepreciationRuleQuery;

/// Queries of depreciation rules.
#[Object]
impl DepreciationRuleQuery {
    /// One depreciation rule by id or by name.
    async fn depreciation_rule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Option<Id<DepreciationRuleId>>,
        #[graphql(desc = "Its name.")] name: Option<String>,
    ) -> Result<Option<DepreciationRule>> {
        match (id, name) {
            (Some(id), None) => by_id(ctx, id).await,
            (None, Some(name)) => {
                by_condition(ctx, Condition::all().add(depreciation_rule::Column::Name.eq(name))).await
            }
            _ => Err(Error::invalid("id", "give either an id or a name")),
        }
    }

    /// The depreciation rules.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn depreciation_rules(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<DepreciationRuleFilter>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<DepreciationRuleOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<DepreciationRule>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        page(ctx, condition, order_by, Window::new(first, after, last, before)).await
    }
}

/// Changes of depreciation rules.
#[derive(Default)]
pub struct DepreciationRuleMutation;

/// Changes of depreciation rules.
#[Object]
impl DepreciationRuleMutation {
    /// Creates a depreciation rule.
    async fn create_depreciation_rule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be recorded.")] input: NewDepreciationRule,
        #[graphql(desc = "Sent again with it, this answers as before.")] idempotency_key: Option<String>,
    ) -> Result<DepreciationRule> {
        let rule = change(ctx, Permission::EditFinance, async |tx| {
            tx.once("createDepreciationRule", idempotency_key, &input, async || {
                depreciation_rules::create(tx, input.clone().try_into()?).await
            })
            .await
        })
        .await?;
        Ok(Record::whole(rule).into())
    }

    /// Changes a depreciation rule.
    async fn update_depreciation_rule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<DepreciationRuleId>,
        #[graphql(desc = "What is to change.")] changes: DepreciationRuleChanges,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<DepreciationRule> {
        let rule = change(ctx, Permission::EditFinance, async |tx| {
            let mut columns = depreciation_rule::ActiveModel::default();
            changes.apply(&mut columns)?;
            depreciation_rules::update(tx, *id, expected_version, |row| overlay(row, &columns)).await
        })
        .await?;
        Ok(Record::whole(rule).into())
    }
}
