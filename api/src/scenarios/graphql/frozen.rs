//! Frozen scenarios, as clients see them.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::{
    id::{FiscalCalendarId, ScenarioId},
    scenarios::frozen_scenario,
};
use forecasting::{money::Currency, month};
use rust_decimal::Decimal;

use super::scenarios::Scenario;
use crate::{
    access::Permission,
    error::{Error, Result},
    roadmap::{
        Question,
        graphql::{RoadmapDimension, distinct},
    },
    scenarios::{
        Overlay,
        frozen::{self, Asked},
    },
    schema::{
        record::Record,
        request::{change, priced, read},
        scalar::{Date, Id, Moment, Month},
    },
};

/// The roadmap that a scenario is frozen with.
#[derive(Clone, Debug, InputObject)]
pub struct FreezeScenarioInput {
    /// First month.
    pub from: Month,
    /// Number of months, 1 to 120.
    #[graphql(default = 36)]
    pub months: i32,
    /// Currency of the amounts, by its code; may be left out when everything is in one.
    pub currency: Option<String>,
    /// Fiscal calendar; the default one when left out.
    pub fiscal_calendar: Option<Id<FiscalCalendarId>>,
    /// The day from which the future is seen.
    pub as_of: Date,
    /// How much the price indices of contracts are taken to rise a year: 0.03 is 3 %. They stay when left out.
    pub assumed_index_rate: Option<Decimal>,
    /// What lines are kept apart by, besides their category; the site when left out.
    pub group_by: Option<Vec<RoadmapDimension>>,
}

impl FreezeScenarioInput {
    fn question(self) -> Result<Question> {
        let currency = self.currency.map(|code| Currency::from_code(&code)).transpose();
        Ok(Question {
            from: self.from.0,
            months: u32::try_from(self.months).unwrap_or_default(),
            currency: currency.map_err(|cause| Error::invalid("question.currency", cause))?,
            calendar: self.fiscal_calendar.map(|id| id.0),
            as_of: self.as_of.0,
            assumed_index_rate: self.assumed_index_rate,
            dimensions: distinct(self.group_by.unwrap_or_else(|| vec![RoadmapDimension::Site])),
            uncertainty: None,
            scenario: Overlay::none(),
        })
    }
}

/// What came of drawing a frozen scenario again.
#[derive(Clone, Debug, SimpleObject)]
pub struct ScenarioVerification {
    /// Whether the same came out of what was kept, and rows, changes and question are what they were.
    reproduced: bool,
    /// SHA-256 of what came out now.
    result_hash: String,
    /// SHA-256 of the rows that were kept, worked out anew.
    inputs_hash: String,
    /// SHA-256 of what the changes that were kept say, worked out anew.
    changes_hash: String,
    /// SHA-256 of the question that was kept, worked out anew.
    question_hash: String,
    /// What could not be held against a hash, and why: nothing, but for what earlier versions froze.
    unverified: Vec<String>,
    /// Whether what is recorded today differs from the rows that were kept.
    baseline_changed: bool,
    /// SHA-256 of the rows that are recorded today.
    baseline_hash: String,
}

/// A frozen scenario: what it was drawn from, and what came out.
pub struct FrozenScenario {
    kept: frozen_scenario::Model,
    asked: Asked,
}

/// A frozen scenario: what it was drawn from, and what came out.
#[Object]
impl FrozenScenario {
    /// Id of the scenario.
    async fn scenario_id(&self) -> ID {
        Id(self.kept.scenario_id).into()
    }

    /// When it was frozen.
    async fn frozen_at(&self) -> Moment {
        self.kept.created_at
    }

    /// Who froze it.
    async fn frozen_by(&self) -> &str {
        &self.kept.frozen_by
    }

    /// The version of the program that drew it.
    async fn program_version(&self) -> &str {
        &self.kept.program_version
    }

    /// First month.
    async fn from(&self) -> Month {
        Month(month::Month::of(self.asked.from))
    }

    /// Number of months.
    async fn months(&self) -> u32 {
        self.asked.months
    }

    /// The day from which the future was seen.
    async fn as_of(&self) -> Date {
        Date(self.asked.as_of)
    }

    /// How much price indices were taken to rise a year. Null: they stayed.
    async fn assumed_index_rate(&self) -> Option<Decimal> {
        self.asked.assumed_index_rate
    }

    /// SHA-256 of the rows that it was drawn from. Equal wherever the same data is recorded: it depends neither on
    /// the database nor on ids nor on the order of rows.
    async fn inputs_hash(&self) -> &str {
        &self.kept.inputs_hash
    }

    /// SHA-256 of what the changes say, in their order: other changes, another hash, whatever they are drawn from. Equal
    /// wherever the same is said of the same data. Null for what earlier versions froze.
    async fn changes_hash(&self) -> Option<&str> {
        self.kept.changes_hash.as_deref()
    }

    /// SHA-256 of the question: months, currency, calendar, day and what lines are kept apart by. Null for what earlier
    /// versions froze.
    async fn question_hash(&self) -> Option<&str> {
        self.kept.question_hash.as_deref()
    }

    /// How many bytes are kept of the rows, compressed.
    async fn inputs_bytes(&self) -> usize {
        self.kept.inputs.len()
    }

    /// SHA-256 of totals and lines in every view.
    async fn result_hash(&self) -> &str {
        &self.kept.result_hash
    }

    /// Totals and lines in every view, a line of text each: view, category, keys, and the amount of each month. Null
    /// when the caller may not see prices.
    async fn result(&self, ctx: &Context<'_>) -> Result<Option<&str>> {
        priced(ctx, || Ok(Some(self.kept.result.as_str())))
    }

    /// Draws it again from the rows that were kept, and compares; and looks whether what is recorded has changed.
    async fn verify(&self, ctx: &Context<'_>) -> Result<ScenarioVerification> {
        let reader = read(ctx, Permission::ViewTotals)?;
        let verified = frozen::verify(&reader, &self.kept).await?;
        Ok(ScenarioVerification {
            reproduced: verified.reproduced,
            result_hash: verified.result_hash,
            inputs_hash: verified.inputs_hash,
            changes_hash: verified.changes_hash,
            question_hash: verified.question_hash,
            unverified: verified.unverified,
            baseline_changed: verified.baseline_changed,
            baseline_hash: verified.baseline_hash,
        })
    }
}

/// Queries of frozen scenarios.
#[derive(Default)]
pub struct FrozenScenarioQuery;

/// Queries of frozen scenarios.
#[Object]
impl FrozenScenarioQuery {
    /// What was kept of a frozen scenario. Null for a draft, and where there is none.
    #[graphql(complexity = "10_000 + child_complexity")]
    async fn frozen_scenario(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the scenario.")] id: Id<ScenarioId>,
    ) -> Result<Option<FrozenScenario>> {
        let reader = read(ctx, Permission::ViewTotals)?;
        let Some(kept) = frozen::of(&reader, *id).await? else { return Ok(None) };
        Ok(Some(FrozenScenario { asked: frozen::asked(&kept)?, kept }))
    }
}

/// Freezing.
#[derive(Default)]
pub struct FreezeScenarioMutation;

/// Freezing.
#[Object]
impl FreezeScenarioMutation {
    /// Freezes a draft: keeps its changes, the question, the rows that its roadmap is drawn from and what comes out.
    /// From DRAFT to FROZEN, for good; copy it to go on.
    #[graphql(complexity = "10_000 + child_complexity")]
    async fn freeze_scenario(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<ScenarioId>,
        #[graphql(desc = "The roadmap that it is frozen with.")] question: FreezeScenarioInput,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<Scenario> {
        let frozen = change(ctx, Permission::EditScenarios, async |tx| {
            frozen::freeze(tx, *id, expected_version, &question.clone().question()?).await
        });
        Ok(Record::whole(frozen.await?).into())
    }
}
