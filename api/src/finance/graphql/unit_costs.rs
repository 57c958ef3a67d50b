//! What one unit costs, as clients see it.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, SimpleObject};
use entity::id::{FiscalCalendarId, ScenarioId, SiteId};
use forecasting::budget::UnitCostGap as Gap;
use rust_decimal::Decimal;

use super::{
    unit_cost_actuals::UnitCostActuals,
    unit_cost_labour::{UnitCostLabour, UnitCostLabourInput},
    unit_cost_parts::{CostCategory, UnitCostBasis, UnitCostMetric},
    unit_cost_words::{
        SHOWN_DECIMALS, TerabyteBasis, UnitCostGap, UnitCostPeriod, UnitCostStatus, VolumeOrigin, input,
        reason, shown,
    },
    volumes::Measure,
};
use crate::{
    access::Permission,
    error::{Error, Result},
    finance::unit_costs::{self, Answer, CountedPart, Divided, Question},
    inventory::{graphql::models::HardwareKind, sites},
    roadmap::{
        graphql::{RoadmapRecord, listed},
        records::{self, Slice},
        year_label,
    },
    scenarios::{
        Overlay,
        graphql::scenarios::{self, Scenario},
    },
    schema::{
        explain::Explanation,
        request::{caller, read},
        rows::Items,
        scalar::{self, Date, Id, Month},
    },
};

/// The unit cost of a month.
#[derive(Clone, Debug, SimpleObject)]
pub struct UnitCostMonth {
    /// The month.
    month: Month,
    /// Whether it has happened.
    status: UnitCostStatus,
    /// What is divided. Null where it is not known or hidden.
    cost: Option<Decimal>,
    /// What it is divided by. Null where it is not known.
    volume: Option<Decimal>,
    /// Where the volume is from. Null where there is none.
    volume_origin: Option<VolumeOrigin>,
    /// The month that the volume was grown from. Null where it was not.
    grown_from: Option<Month>,
    /// The ids of the volumes behind it, for what was measured or grown from that.
    volume_ids: Vec<ID>,
    /// Cost of one unit in the month. Null where there is none, or where it is hidden.
    unit_cost: Option<Decimal>,
    /// Why there is none. Null where there is one.
    gap: Option<UnitCostGap>,
    /// The same in words.
    reason: Option<String>,
}

/// The unit cost of a fiscal year.
#[derive(Clone, Debug, SimpleObject)]
pub struct UnitCostYear {
    /// The fiscal year, by its label.
    fiscal_year: i32,
    /// Its name: `FY27`.
    label: String,
    /// Whether some of its months lie outside of those asked for.
    partial: bool,
    /// The figures.
    #[graphql(flatten)]
    period: UnitCostPeriod,
}

/// A part of the cost by month.
#[derive(Clone, Debug, SimpleObject)]
pub struct UnitCostPartMonth {
    /// The month.
    month: Month,
    /// What counts of the cost, in the currency of the answer.
    amount: Decimal,
}

/// A part of what is divided.
pub struct UnitCostPart {
    answer: Arc<Answer>,
    at: usize,
    is_hidden: bool,
}

impl UnitCostPart {
    fn part(&self) -> Result<&CountedPart> {
        self.answer.parts.get(self.at).ok_or_else(|| Error::internal("a part that is not there"))
    }
}

/// A part of what is divided.
#[Object]
impl UnitCostPart {
    /// What it is for.
    async fn category(&self) -> Result<CostCategory> {
        Ok(self.part()?.part.category.into())
    }

    /// Which fraction of it counts.
    async fn share(&self) -> Result<Decimal> {
        Ok(self.part()?.part.share.to_decimal())
    }

    /// The kinds of hardware that it is of; of any where the list is empty.
    async fn kinds(&self) -> Result<Vec<HardwareKind>> {
        Ok(self.part()?.part.kinds.iter().map(|kind| (*kind).into()).collect())
    }

    /// How many records of the roadmap are behind it.
    async fn record_count(&self) -> Result<usize> {
        Ok(self.part()?.records)
    }

    /// How many postings are behind it, in closed months.
    async fn posting_count(&self) -> Result<usize> {
        Ok(self.part()?.postings)
    }

    /// The records behind it.
    async fn records(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 20, desc = "at most so many, up to 1,000")] first: i32,
        #[graphql(default = 0, desc = "so many that come before are left out")] skip: i32,
    ) -> Result<Vec<RoadmapRecord>> {
        let reader = read(ctx, Permission::ViewTotals)?;
        let slice = Slice::new(first, skip)?;
        listed(records::list(&reader, &self.answer.plan, &self.part()?.sources, slice).await)
    }

    /// What counts of it, month by month. Null where it is hidden.
    async fn months(&self) -> Result<Option<Items<UnitCostPartMonth>>> {
        if self.is_hidden {
            return Ok(None);
        }
        let months = self.answer.plan.roadmap.window().iter().zip(&self.part()?.amounts);
        let months = months.map(|(month, amount)| UnitCostPartMonth {
            month: Month(month),
            amount: self.answer.plan.shown(*amount),
        });
        Ok(Some(Items(months.collect())))
    }

    /// All months together. Null where it is hidden.
    async fn total(&self) -> Result<Option<Decimal>> {
        let total: Decimal = self.part()?.amounts.iter().sum();
        Ok((!self.is_hidden).then(|| self.answer.plan.shown(total)))
    }

    /// How the cost came about.
    async fn explain(&self) -> Result<Explanation> {
        let part = self.part()?;
        Ok(Explanation {
            formula: part.formulas.iter().copied().collect::<Vec<_>>().join("; "),
            inputs: vec![
                input("records", part.records),
                input("postings", part.postings),
                input("share that counts", part.part.share.to_decimal()),
            ],
            assumptions: part.assumptions.iter().cloned().collect(),
            excluded: Vec::new(),
            estimated: part.is_estimated,
        })
    }
}

/// Unit costs by one denominator.
pub struct UnitCostSeries {
    answer: Arc<Answer>,
    at: usize,
    is_hidden: bool,
}

impl UnitCostSeries {
    fn divided(&self) -> Result<&Divided> {
        self.answer.divided.get(self.at).ok_or_else(|| Error::internal("a series that is not there"))
    }
}

/// Unit costs by one denominator.
#[Object]
impl UnitCostSeries {
    /// What is counted.
    async fn measure(&self) -> Result<Measure> {
        Ok(self.divided()?.measure.into())
    }

    /// The same in words.
    async fn denominator(&self) -> Result<&'static str> {
        Ok(self.divided()?.series.denominator.describe())
    }

    /// Month by month.
    async fn months(&self) -> Result<Items<UnitCostMonth>> {
        let divided = self.divided()?;
        let months = divided.series.points.iter().map(|point| {
            let volume = divided.volumes.months.get(&point.month);
            let gap = point.unit_cost.gap();
            let why = divided.volumes.gaps.get(&point.month).filter(|_| gap == Some(&Gap::VolumeMissing));
            UnitCostMonth {
                month: Month(point.month),
                status: point.status.into(),
                cost: point.cost.filter(|_| !self.is_hidden).map(|cost| self.answer.plan.shown(cost)),
                volume: point.volume.map(|volume| volume.round_dp(SHOWN_DECIMALS).normalize()),
                volume_origin: volume.map(|volume| volume.origin.into()),
                grown_from: volume.and_then(|volume| volume.grown_from).map(Month),
                volume_ids: volume
                    .map(|volume| volume.rows.iter().map(|id| Id(*id).into()).collect())
                    .unwrap_or_default(),
                unit_cost: shown(&point.unit_cost).filter(|_| !self.is_hidden),
                gap: gap.map(Into::into),
                reason: gap.map(|gap| why.cloned().unwrap_or_else(|| reason(gap))),
            }
        });
        Ok(Items(months.collect()))
    }

    /// By fiscal year.
    async fn years(&self) -> Result<Vec<UnitCostYear>> {
        let years = self.divided()?.years.iter().map(|(fiscal_year, partial, period)| UnitCostYear {
            fiscal_year: *fiscal_year,
            label: year_label(*fiscal_year),
            partial: *partial,
            period: UnitCostPeriod::new(period, self.is_hidden),
        });
        Ok(years.collect())
    }

    /// All months together.
    async fn whole(&self) -> Result<UnitCostPeriod> {
        Ok(UnitCostPeriod::new(&self.divided()?.whole, self.is_hidden))
    }

    /// How the figures came about.
    async fn explain(&self) -> Result<Explanation> {
        let divided = self.divided()?;
        let mut explanation = Explanation::from(divided.series.explain());
        explanation.assumptions.extend(divided.volumes.assumptions.iter().cloned());
        explanation.estimated |= self.answer.parts.iter().any(|part| part.is_estimated);
        Ok(explanation.without(divided.volumes.excluded.iter().cloned()))
    }
}

/// What one unit costs, month by month: cost in profit and loss over volumes.
pub struct UnitCost {
    answer: Arc<Answer>,
    question: Question,
    is_hidden: bool,
}

/// What one unit costs, month by month: cost in profit and loss over volumes.
#[Object]
impl UnitCost {
    /// The unit.
    async fn metric(&self) -> UnitCostMetric {
        self.question.metric.into()
    }

    /// First month.
    async fn from(&self) -> Month {
        Month(self.question.from)
    }

    /// Number of months.
    async fn months(&self) -> u32 {
        self.question.months
    }

    /// The code of the site. Null where it is about the company as a whole.
    async fn site_code(&self) -> Option<&str> {
        self.question.site.as_ref().map(|site| site.code.as_str())
    }

    /// The scenario that is laid over what is recorded. Null for the baseline.
    async fn scenario(&self) -> Option<Scenario> {
        self.question.scenario.scenario().and_then(scenarios::of)
    }

    /// The currency of all amounts.
    async fn currency(&self) -> &'static str {
        self.answer.plan.roadmap.currency().code()
    }

    /// The day from which the future is seen.
    async fn as_of(&self) -> Date {
        Date(self.question.as_of)
    }

    /// Name of the fiscal calendar of years.
    async fn fiscal_calendar(&self) -> &str {
        &self.answer.plan.calendar_name
    }

    /// Which cost goes into it.
    async fn basis(&self) -> UnitCostBasis {
        (&self.answer.basis).into()
    }

    /// What is divided, part by part.
    async fn parts(&self) -> Vec<UnitCostPart> {
        let parts = 0..self.answer.parts.len();
        parts
            .map(|at| UnitCostPart { answer: Arc::clone(&self.answer), at, is_hidden: self.is_hidden })
            .collect()
    }

    /// The labour that is divided beside the parts. Null where none was asked for; `explain` says so.
    async fn labour(&self) -> Option<UnitCostLabour> {
        UnitCostLabour::of(&self.answer, &self.question, self.is_hidden)
    }

    /// The unit costs, one series for each denominator: two for kilowatts.
    async fn series(&self) -> Vec<UnitCostSeries> {
        let series = 0..self.answer.divided.len();
        series
            .map(|at| UnitCostSeries { answer: Arc::clone(&self.answer), at, is_hidden: self.is_hidden })
            .collect()
    }

    /// Whether amounts are hidden from the caller's role: they are of a single record or posting, whose price the role may
    /// not see, or leave out just one of their kind, which would tell it.
    async fn amounts_hidden(&self) -> bool {
        self.is_hidden
    }

    /// How the cost came about, and what it does not have.
    async fn explain(&self) -> Explanation {
        let records: usize = self.answer.parts.iter().map(|part| part.records).sum();
        let roadmap = &self.answer.plan.roadmap;
        Explanation {
            formula: match self.answer.labour {
                Some(_) => {
                    "sum over the parts and labour of cost in profit and loss x share, each rounded once"
                }
                None => "sum over the parts of cost in profit and loss x share, each rounded once",
            }
            .into(),
            inputs: vec![
                input("parts", self.answer.parts.len()),
                input("records", records),
                input("closed months with postings", self.answer.posted.months.len()),
            ],
            assumptions: roadmap
                .assumptions()
                .iter()
                .chain(&self.answer.posted.assumptions)
                .chain(self.answer.labour.iter().flat_map(|labour| &labour.assumptions))
                .cloned()
                .collect(),
            excluded: self.answer.excluded.iter().cloned().collect(),
            estimated: self.answer.parts.iter().any(|part| part.is_estimated),
        }
    }
}

/// Queries of unit costs.
#[derive(Default)]
pub struct UnitCostQuery;

/// Queries of unit costs.
#[Object]
impl UnitCostQuery {
    /// What one unit costs, month by month and by fiscal year: cost in profit and loss over the average volume.
    /// Closed months cost what was posted, where `actuals` says in which versions; other months that are over cost what
    /// was due. Months to come take the last known volume, grown by an assumption.
    #[graphql(complexity = "5_000 + child_complexity")]
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn unit_cost(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The unit.")] metric: UnitCostMetric,
        #[graphql(desc = "First month.")] from: Month,
        #[graphql(default = 36, desc = "Number of months, 1 to 120.")] months: i32,
        #[graphql(desc = "The site, by its id; the company as a whole when left out.")] site: Option<
            Id<SiteId>,
        >,
        #[graphql(default_with = "TerabyteBasis::Used", desc = "Which terabytes, where the unit is one.")]
        terabytes: TerabyteBasis,
        #[graphql(desc = "Currency of the answer, by its code; may be left out when everything is in one.")]
        currency: Option<String>,
        #[graphql(desc = "Fiscal calendar of years; the default one when left out.")] fiscal_calendar: Option<
            ID,
        >,
        #[graphql(desc = "The day from which the future is seen.")] as_of: Date,
        #[graphql(
            desc = "By which fraction volumes are taken to grow each month after `asOf`: 0.01 is 1 %. They stay when left out."
        )]
        monthly_growth: Option<Decimal>,
        #[graphql(
            desc = "How much the price indices of contracts are taken to rise a year: 0.03 is 3 %. They stay when left out."
        )]
        assumed_index_rate: Option<Decimal>,
        #[graphql(desc = "The scenario that is laid over what is recorded; none when left out.")]
        scenario: Option<Id<ScenarioId>>,
        #[graphql(
            desc = "Which postings take the place of what was due in closed months; none when left out. No scenario changes them."
        )]
        actuals: Option<UnitCostActuals>,
        #[graphql(
            desc = "Which amounts of budgets are labour, which the roadmap does not have; none when left out. Needs the right to see finance. No scenario changes them."
        )]
        labour: Option<UnitCostLabourInput>,
    ) -> Result<UnitCost> {
        let reader = read(ctx, Permission::ViewTotals)?;
        if labour.is_some() {
            read(ctx, Permission::ViewFinance)?;
        }
        let site = match site {
            Some(id) => Some(sites::find(&reader, *id).await?),
            None => None,
        };
        let calendar = fiscal_calendar.map(|id| Id::<FiscalCalendarId>::parse(&id)).transpose();
        let question = Question {
            metric: metric.into(),
            terabytes: terabytes.into(),
            from: from.0,
            months: u32::try_from(months).unwrap_or_default(),
            site,
            currency: currency.map(|code| known_currency(&code, "currency")).transpose()?,
            calendar: calendar.map_err(|message| Error::invalid("fiscalCalendar", message))?.map(|id| *id),
            as_of: as_of.0,
            monthly_growth,
            assumed_index_rate,
            scenario: Overlay::load(&reader, scenario.map(|id| id.0)).await?,
            actuals: actuals.map(Into::into),
            labour: labour.map(Into::into),
        };
        let answer = unit_costs::answer(&reader, &question).await?;
        let is_hidden = !caller(ctx)?.may(Permission::ViewPrices) && answer.tells_a_price();
        Ok(UnitCost { answer: Arc::new(answer), question, is_hidden })
    }
}

/// A currency that amounts can be rounded in.
pub(super) fn known_currency(code: &str, field: &str) -> Result<forecasting::money::Currency> {
    let code = scalar::currency(code, field)?;
    forecasting::money::Currency::from_code(&code).map_err(|cause| Error::invalid(field, cause))
}
