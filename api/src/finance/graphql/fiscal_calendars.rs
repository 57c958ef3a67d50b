//! Fiscal calendars, as clients see them.

use async_graphql::{Context, Enum, ID, InputObject, MaybeUndefined, Object, SimpleObject};
use chrono::NaiveDate;
use entity::{
    finance::fiscal_calendar::{self, Years},
    id::FiscalCalendarId,
};
use forecasting::month::{FiscalCalendar as Calendar, FiscalPeriod as Period};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition};

use crate::{
    access::{Caller, Permission},
    error::{Error, Result},
    finance::fiscal_calendars,
    rules::require_plausible,
    schema::{
        filter::{BooleanFilter, EnumFilter, Filter, IdFilter, IntFilter, Order, StringFilter},
        page::{Connection, Sortable, Window, page, page_cost},
        patch::{overlay, patch, patch_required},
        record::{Noun, Record},
        request::{by_condition, by_id, caller, change},
        scalar::{Date, Id, Moment},
    },
};

/// How a company cuts time into fiscal years and periods.
#[derive(Clone)]
pub struct FiscalCalendar(Record<fiscal_calendar::Entity>);

impl From<Record<fiscal_calendar::Entity>> for FiscalCalendar {
    fn from(record: Record<fiscal_calendar::Entity>) -> Self {
        Self(record)
    }
}

/// What the arithmetic of a calendar reads.
const SHAPE: &[fiscal_calendar::Column] = &[
    fiscal_calendar::Column::StartMonth,
    fiscal_calendar::Column::LabelBy,
    fiscal_calendar::Column::Pattern,
    fiscal_calendar::Column::AnchorOn,
    fiscal_calendar::Column::LeapWeekYears,
];

impl Noun for FiscalCalendar {
    type Entity = fiscal_calendar::Entity;
    type Id = FiscalCalendarId;
    const VIEW: Permission = Permission::ViewFinance;
    const ID: fiscal_calendar::Column = fiscal_calendar::Column::Id;

    fn columns(field: &str) -> &'static [fiscal_calendar::Column] {
        use fiscal_calendar::Column as C;
        match field {
            "version" => &[C::Version],
            "createdAt" => &[C::CreatedAt],
            "updatedAt" => &[C::UpdatedAt],
            "name" => &[C::Name],
            "startMonth" => &[C::StartMonth],
            "labelBy" => &[C::LabelBy],
            "pattern" => &[C::Pattern],
            "anchorOn" => &[C::AnchorOn],
            "leapWeekYears" => &[C::LeapWeekYears],
            "isDefault" => &[C::IsDefault],
            "periods" | "periodOf" => SHAPE,
            _ => &[],
        }
    }
}

/// Which calendar year names a fiscal year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "fiscal_calendar::LabelBy")]
pub enum LabelBy {
    /// The one it starts in.
    StartYear,
    /// The one it ends in.
    EndYear,
}

/// How a fiscal year is cut into its twelve periods.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "fiscal_calendar::CalendarPattern")]
pub enum CalendarPattern {
    /// Calendar months.
    Months,
    /// Quarters of four, four and five weeks.
    W445,
    /// Quarters of four, five and four weeks.
    W454,
    /// Quarters of five, four and four weeks.
    W544,
}

/// One of the twelve periods of a fiscal year.
#[derive(Clone, Debug, SimpleObject)]
pub struct FiscalPeriod {
    /// The label of the fiscal year.
    fiscal_year: i32,
    /// The quarter, 1 to 4.
    quarter: i32,
    /// The period, 1 to 12.
    period: i32,
    /// First day.
    first_day: Date,
    /// Last day, included.
    last_day: Date,
    /// Weeks, in a pattern of weeks; the 53rd week of a year goes to its last period.
    weeks: Option<i32>,
}

impl From<Period> for FiscalPeriod {
    fn from(period: Period) -> Self {
        let whole = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
        Self {
            fiscal_year: period.fiscal_year,
            quarter: whole(period.period.div_ceil(3)),
            period: whole(period.period),
            first_day: Date(period.first_day),
            last_day: Date(period.last_day),
            weeks: period.weeks.map(whole),
        }
    }
}

impl FiscalCalendar {
    fn shape(&self) -> Result<Calendar> {
        use fiscal_calendar::Column as C;
        Ok(fiscal_calendars::shape(
            self.0.get(C::StartMonth)?,
            self.0.get(C::LabelBy)?,
            self.0.get(C::Pattern)?,
            self.0.get(C::AnchorOn)?,
            &self.0.get(C::LeapWeekYears)?,
        ))
    }
}

/// How a company cuts time into fiscal years and periods.
#[Object]
impl FiscalCalendar {
    /// The id of the calendar.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<FiscalCalendarId>(self.0.get(fiscal_calendar::Column::Id)?).into())
    }

    /// Rises with every change; give it as `expectedVersion` to change what you have read.
    async fn version(&self) -> Result<i32> {
        self.0.get(fiscal_calendar::Column::Version)
    }

    /// When the calendar was recorded.
    async fn created_at(&self) -> Result<Moment> {
        self.0.get(fiscal_calendar::Column::CreatedAt)
    }

    /// When the record was last changed.
    async fn updated_at(&self) -> Result<Moment> {
        self.0.get(fiscal_calendar::Column::UpdatedAt)
    }

    /// Name; no two calendars share one.
    async fn name(&self) -> Result<String> {
        self.0.get(fiscal_calendar::Column::Name)
    }

    /// The calendar month that the fiscal year starts in, 1 to 12; in a pattern of weeks, near its first day.
    async fn start_month(&self) -> Result<i32> {
        self.0.get(fiscal_calendar::Column::StartMonth)
    }

    /// Which calendar year names a fiscal year.
    async fn label_by(&self) -> Result<LabelBy> {
        Ok(self.0.get::<fiscal_calendar::LabelBy>(fiscal_calendar::Column::LabelBy)?.into())
    }

    /// How a fiscal year is cut into periods.
    async fn pattern(&self) -> Result<CalendarPattern> {
        Ok(self.0.get::<fiscal_calendar::CalendarPattern>(fiscal_calendar::Column::Pattern)?.into())
    }

    /// In a pattern of weeks, the first day of some fiscal year, from which all others are counted.
    async fn anchor_on(&self) -> Result<Option<Date>> {
        Ok(self.0.get::<Option<NaiveDate>>(fiscal_calendar::Column::AnchorOn)?.map(Date))
    }

    /// In a pattern of weeks, the fiscal years that have 53 weeks.
    async fn leap_week_years(&self) -> Result<Vec<i32>> {
        Ok(self.0.get::<Years>(fiscal_calendar::Column::LeapWeekYears)?.0)
    }

    /// Whether it is used when no calendar is named.
    async fn is_default(&self) -> Result<bool> {
        self.0.get(fiscal_calendar::Column::IsDefault)
    }

    /// The twelve periods of a fiscal year.
    #[graphql(complexity = "12 * child_complexity + 1")]
    async fn periods(
        &self,
        #[graphql(desc = "The fiscal year, by its label.")] fiscal_year: i32,
    ) -> Result<Vec<FiscalPeriod>> {
        fiscal_calendars::require_year(fiscal_year)?;
        Ok(self.shape()?.periods(fiscal_year).into_iter().map(FiscalPeriod::from).collect())
    }

    /// The period that a day lies in.
    async fn period_of(&self, #[graphql(desc = "The day.")] date: Date) -> Result<FiscalPeriod> {
        require_plausible("date", Some(date.0))?;
        let shape = self.shape()?;
        let (year, period) = shape.period_of(date.0);
        let found = shape.periods(year).into_iter().find(|candidate| candidate.period == period);
        found.map(FiscalPeriod::from).ok_or_else(|| Error::internal(format!("{date:?} lies in no period")))
    }
}

/// Which fiscal calendars. All tests have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct FiscalCalendarFilter {
    /// All of these as well.
    pub and: Option<Vec<FiscalCalendarFilter>>,
    /// At least one of these as well.
    pub or: Option<Vec<FiscalCalendarFilter>>,
    /// And not this.
    pub not: Option<Box<FiscalCalendarFilter>>,
    /// By id.
    pub id: Option<IdFilter<FiscalCalendarId>>,
    /// By name.
    pub name: Option<StringFilter>,
    /// By the calendar month that the year starts in.
    pub start_month: Option<IntFilter>,
    /// By pattern.
    pub pattern: Option<EnumFilter<CalendarPattern>>,
    /// By whether it is the default.
    pub is_default: Option<BooleanFilter>,
}

impl Filter for FiscalCalendarFilter {
    fn own(&self, _: &Caller) -> Result<Condition> {
        use fiscal_calendar::Column as C;
        Ok(Condition::all()
            .add_option(self.id.as_ref().map(|test| test.on(C::Id)))
            .add_option(self.name.as_ref().map(|test| test.on(C::Name)))
            .add_option(self.start_month.as_ref().map(|test| test.on(C::StartMonth)).transpose()?)
            .add_option(
                self.pattern.as_ref().map(|test| test.on::<fiscal_calendar::CalendarPattern>(C::Pattern)),
            )
            .add_option(self.is_default.map(|test| test.on(C::IsDefault))))
    }

    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }
}

/// What to order fiscal calendars by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum FiscalCalendarOrderField {
    /// By name.
    Name,
    /// By the calendar month that the year starts in.
    StartMonth,
    /// By the moment it was recorded.
    CreatedAt,
}

impl Sortable for FiscalCalendarOrderField {
    type Noun = FiscalCalendar;

    fn column(self) -> fiscal_calendar::Column {
        match self {
            Self::Name => fiscal_calendar::Column::Name,
            Self::StartMonth => fiscal_calendar::Column::StartMonth,
            Self::CreatedAt => fiscal_calendar::Column::CreatedAt,
        }
    }
}

/// A fiscal calendar to define. Without details its years are calendar years.
#[derive(Clone, Debug, InputObject)]
pub struct NewFiscalCalendar {
    /// Name; no two calendars share one.
    pub name: String,
    /// Whether it is used when no calendar is named. The default of before gives way.
    #[graphql(default)]
    pub is_default: bool,
    /// What else is known of it.
    #[graphql(default)]
    pub details: FiscalCalendarDetails,
}

/// What may be said of a fiscal calendar. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct FiscalCalendarDetails {
    /// The calendar month that the fiscal year starts in, 1 to 12. At first: 1.
    pub start_month: MaybeUndefined<i32>,
    /// Which calendar year names a fiscal year. At first: the one it ends in.
    pub label_by: MaybeUndefined<LabelBy>,
    /// How a fiscal year is cut into periods. At first: calendar months.
    pub pattern: MaybeUndefined<CalendarPattern>,
    /// For a pattern of weeks: the first day of some fiscal year, within 20 days of the first of its start month.
    pub anchor_on: MaybeUndefined<Date>,
    /// For a pattern of weeks: the fiscal years that have 53 weeks, in order.
    pub leap_week_years: MaybeUndefined<Vec<i32>>,
}

/// What of a fiscal calendar may be changed. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct FiscalCalendarChanges {
    /// Name; no two calendars share one.
    pub name: MaybeUndefined<String>,
    /// What else is known of it.
    #[graphql(flatten)]
    pub details: FiscalCalendarDetails,
}

impl FiscalCalendarDetails {
    fn apply(self, row: &mut fiscal_calendar::ActiveModel) -> Result<()> {
        patch_required(&mut row.start_month, self.start_month, "startMonth")?;
        patch_required(&mut row.label_by, self.label_by, "labelBy")?;
        patch_required(&mut row.pattern, self.pattern, "pattern")?;
        patch(&mut row.anchor_on, self.anchor_on);
        patch_required(&mut row.leap_week_years, self.leap_week_years.map_value(Years), "leapWeekYears")?;
        Ok(())
    }
}

impl FiscalCalendarChanges {
    fn apply(self, row: &mut fiscal_calendar::ActiveModel) -> Result<()> {
        patch_required(&mut row.name, self.name, "name")?;
        self.details.apply(row)
    }
}

impl TryFrom<NewFiscalCalendar> for fiscal_calendar::ActiveModel {
    type Error = Error;

    fn try_from(new: NewFiscalCalendar) -> Result<Self> {
        let mut row = Self {
            start_month: Set(1),
            label_by: Set(fiscal_calendar::LabelBy::EndYear),
            pattern: Set(fiscal_calendar::CalendarPattern::Months),
            leap_week_years: Set(Years::default()),
            is_default: Set(new.is_default),
            ..Default::default()
        };
        new.details.apply(&mut row)?;
        row.name = Set(new.name);
        Ok(row)
    }
}

/// Queries of fiscal calendars.
#[derive(Default)]
pub struct FiscalCalendarQuery;

/// Queries of fiscal calendars.
#[Object]
impl FiscalCalendarQuery {
    /// One fiscal calendar by id or by name; with neither, the default one.
    async fn fiscal_calendar(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Option<Id<FiscalCalendarId>>,
        #[graphql(desc = "Its name. Without it and an id: the default calendar.")] name: Option<String>,
    ) -> Result<Option<FiscalCalendar>> {
        use fiscal_calendar::Column as C;
        match (id, name) {
            (Some(id), None) => by_id(ctx, id).await,
            (None, Some(name)) => by_condition(ctx, Condition::all().add(C::Name.eq(name))).await,
            (None, None) => by_condition(ctx, Condition::all().add(C::IsDefault.eq(true))).await,
            (Some(_), Some(_)) => Err(Error::invalid("id", "give an id, a name or neither")),
        }
    }

    /// The fiscal calendars.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn fiscal_calendars(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<FiscalCalendarFilter>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<FiscalCalendarOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<FiscalCalendar>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        page(ctx, condition, order_by, Window::new(first, after, last, before)).await
    }
}

/// Changes of fiscal calendars.
#[derive(Default)]
pub struct FiscalCalendarMutation;

/// Changes of fiscal calendars.
#[Object]
impl FiscalCalendarMutation {
    /// Defines a fiscal calendar.
    async fn create_fiscal_calendar(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be recorded.")] input: NewFiscalCalendar,
        #[graphql(desc = "Sent again with it, this answers as before.")] idempotency_key: Option<String>,
    ) -> Result<FiscalCalendar> {
        let calendar = change(ctx, Permission::EditFinance, async |tx| {
            tx.once("createFiscalCalendar", idempotency_key, &input, async || {
                fiscal_calendars::create(tx, input.clone().try_into()?).await
            })
            .await
        })
        .await?;
        Ok(Record::whole(calendar).into())
    }

    /// Changes a fiscal calendar.
    async fn update_fiscal_calendar(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<FiscalCalendarId>,
        #[graphql(desc = "What is to change.")] changes: FiscalCalendarChanges,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<FiscalCalendar> {
        let calendar = change(ctx, Permission::EditFinance, async |tx| {
            let mut columns = fiscal_calendar::ActiveModel::default();
            changes.apply(&mut columns)?;
            fiscal_calendars::update(tx, *id, expected_version, |row| overlay(row, &columns)).await
        })
        .await?;
        Ok(Record::whole(calendar).into())
    }

    /// Makes a calendar the one that is used when none is named. The default of before gives way.
    async fn make_fiscal_calendar_default(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<FiscalCalendarId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<FiscalCalendar> {
        let calendar = change(ctx, Permission::EditFinance, async |tx| {
            fiscal_calendars::make_default(tx, *id, expected_version).await
        })
        .await?;
        Ok(Record::whole(calendar).into())
    }

    /// Removes a fiscal calendar, and answers with its id.
    async fn remove_fiscal_calendar(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<FiscalCalendarId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<ID> {
        change(ctx, Permission::EditFinance, async |tx| {
            fiscal_calendars::remove(tx, *id, expected_version).await
        })
        .await?;
        Ok(id.into())
    }
}
