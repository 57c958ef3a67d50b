//! Changes of versions of budgets, and of the periods that they stand in.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, SimpleObject};
use entity::{
    finance::{
        budget_line::BudgetView,
        budget_version::{self, PlanRates},
        period_close,
    },
    id::{BudgetVersionId, FiscalCalendarId, ScenarioId},
};
use rust_decimal::Decimal;
use sea_orm::ActiveValue::Set;

use super::budget_versions::{BudgetVersion, BudgetVersionKind};
use crate::{
    access::Permission,
    error::{Error, Result},
    finance::{
        budget_versions,
        drafts::{self, Target},
        fiscal_calendars, period_closes,
        places::ADJUSTMENTS,
    },
    roadmap::graphql::{Category, MoneyView},
    scenarios::Overlay,
    schema::{
        patch::{kept, overlay, patch, patch_required},
        record::Record,
        request::{change, read},
        scalar::{Date, Id, currency, rate},
    },
};

/// What one unit of a currency counts as in a budget, all year long.
#[derive(Clone, Debug, InputObject)]
pub struct PlanRateInput {
    /// The ISO 4217 code of the currency.
    pub currency: String,
    /// Units of the currency of the budget for one of it, with at most nine decimals.
    pub rate: Decimal,
}

/// A version of a budget to make, as a draft without lines.
#[derive(Clone, Debug, InputObject)]
pub struct NewBudgetVersion {
    /// Name; no two versions share one.
    pub name: String,
    /// What it is.
    pub kind: BudgetVersionKind,
    /// Of a forecast, how many periods are actual figures and how many expected: 3+9.
    pub label: Option<String>,
    /// The fiscal year, by its label.
    pub fiscal_year: i32,
    /// The calendar that cuts the year into periods; the default one when left out.
    pub fiscal_calendar: Option<Id<FiscalCalendarId>>,
    /// The ISO 4217 code of the currency that it is kept in.
    pub currency: String,
    /// The fixed exchange rates of the year.
    #[graphql(default)]
    pub plan_rates: Vec<PlanRateInput>,
    /// Free text.
    pub notes: Option<String>,
}

/// What of a draft may be changed. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct BudgetVersionChanges {
    /// Name; no two versions share one.
    pub name: MaybeUndefined<String>,
    /// Of a forecast, how many periods are actual figures and how many expected.
    pub label: MaybeUndefined<String>,
    /// All of the fixed exchange rates of the year.
    pub plan_rates: MaybeUndefined<Vec<PlanRateInput>>,
    /// Free text.
    pub notes: MaybeUndefined<String>,
}

/// A copy of a version to make, as a draft with the same lines and rates.
#[derive(Clone, Debug, InputObject)]
pub struct BudgetVersionCopy {
    /// Name of the copy; no two versions share one.
    pub name: String,
    /// What the copy is.
    pub kind: BudgetVersionKind,
    /// Of a forecast, how many periods are actual figures and how many expected.
    pub label: Option<String>,
}

fn rates(given: Vec<PlanRateInput>) -> Result<PlanRates> {
    let rates = given.into_iter().enumerate().map(|(place, given)| {
        Ok(budget_version::PlanRate {
            currency: currency(&given.currency, &format!("planRates[{place}].currency"))?,
            rate: rate(given.rate, &format!("planRates[{place}].rate"))?,
        })
    });
    Ok(PlanRates(rates.collect::<Result<_>>()?))
}

/// Where a category of the roadmap is budgeted.
#[derive(Clone, Debug, InputObject)]
pub struct BudgetDraftTarget {
    /// The category.
    pub category: Category,
    /// Code of the account.
    pub account: String,
    /// Code of the tower, if it is assigned to one.
    pub tower: Option<String>,
}

/// What was drafted from the roadmap.
#[derive(SimpleObject)]
pub struct BudgetDraft {
    /// The version.
    version: BudgetVersion,
    /// How many lines were written.
    written: usize,
    /// How many lines of an earlier draft gave way.
    replaced: u64,
    /// What of the estate is in no line, and why.
    excluded: Vec<BudgetDraftExclusion>,
    /// What the roadmap took for granted; each is a sentence.
    assumptions: Vec<String>,
}

/// Records of the estate that are in no line of a draft for one reason.
#[derive(SimpleObject)]
pub struct BudgetDraftExclusion {
    /// Why.
    reason: String,
    /// How many.
    records: usize,
}

/// A period of a fiscal year, and whether it is closed for postings.
#[derive(SimpleObject)]
pub struct BudgetPeriod {
    /// The label of the fiscal year.
    fiscal_year: i32,
    /// The period, 1 to 12; 13 for the adjustments of the year, which have the days of the last period.
    period: i32,
    /// Whether it is the period of adjustments: postings of the year as a whole, of no month.
    adjustments: bool,
    /// First day.
    first_day: Date,
    /// Last day, included.
    last_day: Date,
    /// The day on which it was closed; null while it is open.
    closed_on: Option<Date>,
    /// Who closed it.
    closed_by: Option<String>,
}

async fn periods(
    db: &impl crate::store::Read,
    calendar: FiscalCalendarId,
    fiscal_year: i32,
) -> Result<Vec<BudgetPeriod>> {
    fiscal_calendars::require_year(fiscal_year)?;
    let shape = fiscal_calendars::to_forecast(&fiscal_calendars::find(db, calendar).await?);
    let closed: Vec<period_close::Model> = period_closes::of_year(db, calendar, fiscal_year).await?;
    let shape = shape.periods(fiscal_year);
    let last = shape.last().copied();
    let twelve = shape.into_iter().map(|period| (i32::try_from(period.period).unwrap_or_default(), period));
    let adjusted = last.map(|last| (ADJUSTMENTS, last));
    let periods = twelve.chain(adjusted).map(|(number, period)| {
        let close = closed.iter().find(|close| close.period == number);
        BudgetPeriod {
            fiscal_year,
            period: number,
            adjustments: number == ADJUSTMENTS,
            first_day: Date(period.first_day),
            last_day: Date(period.last_day),
            closed_on: close.map(|close| Date(close.closed_on)),
            closed_by: close.map(|close| close.closed_by.clone()),
        }
    });
    Ok(periods.collect())
}

/// Queries of the periods that budgets stand in.
#[derive(Default)]
pub struct BudgetPeriodQuery;

/// Queries of the periods that budgets stand in.
#[Object]
impl BudgetPeriodQuery {
    /// The twelve periods of a fiscal year and that of its adjustments, and which of them are closed for postings.
    #[graphql(complexity = "13 * child_complexity + 1")]
    async fn budget_periods(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The fiscal calendar, by its id.")] fiscal_calendar: Id<FiscalCalendarId>,
        #[graphql(desc = "The fiscal year, by its label.")] fiscal_year: i32,
    ) -> Result<Vec<BudgetPeriod>> {
        periods(&read(ctx, Permission::ViewFinance)?, *fiscal_calendar, fiscal_year).await
    }
}

/// Changes of versions of budgets.
#[derive(Default)]
pub struct BudgetVersionMutation;

/// Changes of versions of budgets.
#[Object]
impl BudgetVersionMutation {
    /// Makes a version of a budget, as a draft without lines.
    async fn create_budget_version(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be recorded.")] input: NewBudgetVersion,
        #[graphql(desc = "Sent again with it, this answers as before.")] idempotency_key: Option<String>,
    ) -> Result<BudgetVersion> {
        let version = change(ctx, Permission::EditFinance, async |tx| {
            tx.once("createBudgetVersion", idempotency_key, &input, async || {
                let calendar = match input.fiscal_calendar {
                    Some(id) => *id,
                    None => match fiscal_calendars::find_default(tx).await? {
                        Some(calendar) => calendar.id,
                        None => {
                            let message = "there is no default calendar, so name one";
                            return Err(Error::invalid("fiscalCalendar", message));
                        }
                    },
                };
                let row = budget_version::ActiveModel {
                    name: Set(input.name.clone()),
                    kind: Set(input.kind.into()),
                    label: Set(input.label.clone()),
                    fiscal_year: Set(input.fiscal_year),
                    calendar_id: Set(calendar),
                    currency: Set(currency(&input.currency, "currency")?),
                    plan_rates: Set(rates(input.plan_rates.clone())?),
                    notes: Set(input.notes.clone()),
                    ..Default::default()
                };
                budget_versions::create(tx, row).await
            })
            .await
        })
        .await?;
        Ok(Record::whole(version).into())
    }

    /// Changes a draft. Its year, its calendar and its currency are what its lines are in, and stay.
    async fn update_budget_version(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<BudgetVersionId>,
        #[graphql(desc = "What is to change.")] changes: BudgetVersionChanges,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<BudgetVersion> {
        let version = change(ctx, Permission::EditFinance, async |tx| {
            let mut columns = budget_version::ActiveModel::default();
            patch_required(&mut columns.name, changes.name, "name")?;
            patch(&mut columns.label, changes.label);
            patch(&mut columns.notes, changes.notes);
            if let Some(given) = kept(changes.plan_rates, "planRates")? {
                columns.plan_rates = Set(rates(given)?);
            }
            budget_versions::update(tx, *id, expected_version, |row| overlay(row, &columns)).await
        })
        .await?;
        Ok(Record::whole(version).into())
    }

    /// Freezes a version as it was approved: from then on neither it nor its lines change.
    async fn freeze_budget_version(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<BudgetVersionId>,
        #[graphql(desc = "Who approved it; the caller when left out.")] approved_by: Option<String>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<BudgetVersion> {
        let version = change(ctx, Permission::EditFinance, async |tx| {
            budget_versions::freeze(tx, *id, expected_version, approved_by).await
        })
        .await?;
        Ok(Record::whole(version).into())
    }

    /// Makes a draft with the lines and the rates of a version, frozen or not.
    async fn copy_budget_version(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The version to copy, by its id.")] id: Id<BudgetVersionId>,
        #[graphql(desc = "What the copy is.")] input: BudgetVersionCopy,
        #[graphql(desc = "Sent again with it, this answers as before.")] idempotency_key: Option<String>,
    ) -> Result<BudgetVersion> {
        let version = change(ctx, Permission::EditFinance, async |tx| {
            tx.once("copyBudgetVersion", idempotency_key, &(*id, &input), async || {
                let copy = budget_versions::Copy {
                    name: input.name.clone(),
                    kind: input.kind.into(),
                    label: input.label.clone(),
                };
                budget_versions::copy(tx, *id, copy).await
            })
            .await
        })
        .await?;
        Ok(Record::whole(version).into())
    }

    /// Removes a draft with its lines and postings, and answers with its id.
    async fn remove_budget_version(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<BudgetVersionId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<ID> {
        change(ctx, Permission::EditFinance, async |tx| {
            budget_versions::remove(tx, *id, expected_version).await
        })
        .await?;
        Ok(id.into())
    }

    /// Writes the roadmap of its fiscal year into a draft, line by line, in place of what was drafted before. Lines
    /// that people set stay. Needs the right to see sums as well.
    async fn draft_budget_from_roadmap(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The draft, by its id.")] version: Id<BudgetVersionId>,
        #[graphql(desc = "The views that are taken over; profit and loss when left out.")] views: Option<
            Vec<MoneyView>,
        >,
        #[graphql(
            default,
            desc = "Where categories are budgeted; one that is not named goes to the account of its own name."
        )]
        targets: Vec<BudgetDraftTarget>,
        #[graphql(desc = "Code of the cost centre of what the roadmap knows none for.")] cost_centre: Option<
            String,
        >,
        #[graphql(desc = "How much price indices of contracts are taken to rise a year: 0.03 is 3 %.")]
        assumed_index_rate: Option<Decimal>,
        #[graphql(desc = "The day from which the future is seen.")] as_of: Date,
        #[graphql(desc = "The scenario that is laid over what is recorded; none when left out.")]
        scenario: Option<Id<ScenarioId>>,
    ) -> Result<BudgetDraft> {
        let reader = read(ctx, Permission::ViewTotals)?;
        read(ctx, Permission::EditFinance)?;
        let mut distinct: Vec<BudgetView> = Vec::new();
        for view in views.unwrap_or_else(|| vec![MoneyView::Pnl]) {
            let view = view.into();
            if !distinct.contains(&view) {
                distinct.push(view);
            }
        }
        let targets = targets.into_iter().map(|target| Target {
            category: target.category.into(),
            account: target.account,
            tower: target.tower,
        });
        let question = drafts::Question {
            version: *version,
            views: distinct,
            targets: targets.collect(),
            cost_centre,
            assumed_index_rate,
            scenario: Overlay::load(&reader, scenario.map(|id| id.0)).await?,
            as_of: as_of.0,
        };
        let plan = drafts::draw(&reader, &question).await?;
        let drafted =
            change(ctx, Permission::EditFinance, async |tx| drafts::write(tx, &question, &plan).await)
                .await?;
        let excluded = drafted.excluded.into_iter();
        Ok(BudgetDraft {
            version: Record::whole(drafted.version).into(),
            written: drafted.written,
            replaced: drafted.replaced,
            excluded: excluded.map(|(reason, records)| BudgetDraftExclusion { reason, records }).collect(),
            assumptions: drafted.assumptions,
        })
    }

    /// Closes a period for postings. Periods are closed in order, once they are over, and stay closed: what comes
    /// later goes to a period that is open.
    async fn close_budget_period(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The fiscal calendar, by its id.")] fiscal_calendar: Id<FiscalCalendarId>,
        #[graphql(desc = "The fiscal year, by its label.")] fiscal_year: i32,
        #[graphql(desc = "The period, 1 to 12, or 13 for the adjustments of the year.")] period: i32,
    ) -> Result<BudgetPeriod> {
        change(ctx, Permission::EditFinance, async |tx| {
            let close = period_closes::close(tx, *fiscal_calendar, fiscal_year, period).await?;
            let found = periods(tx, *fiscal_calendar, fiscal_year).await?;
            let found = found.into_iter().find(|found| found.period == close.period);
            found.ok_or_else(|| Error::internal(format!("a calendar without period {period}")))
        })
        .await
    }
}
