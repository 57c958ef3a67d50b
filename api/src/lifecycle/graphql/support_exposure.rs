//! How much of the estate passes its last date of support, as clients see it.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::id::{FiscalCalendarId, HardwareModelId, ScenarioId, SiteId};
use forecasting::{
    money::Currency,
    refresh::{Exposure, Extent},
};
use rust_decimal::Decimal;

use crate::{
    access::Permission,
    error::{Error, Result},
    inventory::graphql::models::HardwareKind,
    lifecycle::support_exposure::{self, Question, expose, shown},
    roadmap::year_label,
    scenarios::{
        Overlay,
        graphql::scenarios::{self, Scenario},
    },
    schema::{
        explain::{Explanation, ExplanationInput},
        request::{caller, read},
        scalar::{Date, Id, Month},
    },
};

/// Which assets. All lists that are given have to name them, so that an empty list holds none.
#[derive(Clone, Debug, Default, InputObject)]
pub struct SupportExposureFilter {
    /// At these sites.
    sites: Option<Vec<Id<SiteId>>>,
    /// Of these models.
    models: Option<Vec<Id<HardwareModelId>>>,
    /// Of these kinds of hardware.
    kinds: Option<Vec<HardwareKind>>,
}

/// A number of assets and what was paid for them.
#[derive(Clone, Debug, SimpleObject)]
pub struct SupportExtent {
    /// Assets.
    count: u64,
    /// What was paid for those of which that is known. Null when the caller may not see prices: single assets would
    /// tell theirs from quarter to quarter.
    value: Option<Decimal>,
}

/// How much of some assets is past its last date of support on a day.
#[derive(Clone, Debug, SimpleObject)]
pub struct SupportExposureShare {
    /// Assets whose last date of support is that day or earlier.
    exposed: SupportExtent,
    /// Assets whose last date of support nobody knows; they are not among the exposed and may be.
    unknown: SupportExtent,
    /// All assets in use, the others among them.
    in_use: SupportExtent,
    /// Exposed assets as a share of all in use, 0 to 1. Null without assets.
    count_ratio: Option<Decimal>,
    /// Exposed value as a share of the value in use, 0 to 1. Null without value, or when the caller may not see prices.
    value_ratio: Option<Decimal>,
    /// Assets of unknown value, which the values lack.
    without_value: u64,
    /// What the figures leave out, in words.
    excluded: Vec<String>,
}

impl SupportExposureShare {
    fn new(exposure: &Exposure, shows_prices: bool) -> Self {
        let extent = |extent: Extent| SupportExtent {
            count: extent.count,
            value: shows_prices.then(|| {
                let mut value = exposure.currency.round(extent.value);
                value.rescale(exposure.currency.minor_units());
                value
            }),
        };
        Self {
            exposed: extent(exposure.exposed),
            unknown: extent(exposure.unknown),
            in_use: extent(exposure.in_use),
            count_ratio: shown(exposure.share_by_count()),
            value_ratio: shown(exposure.share_by_value().filter(|_| shows_prices)),
            without_value: exposure.without_value,
            excluded: support_exposure::left_out(exposure),
        }
    }
}

/// The exposure on the last day of a fiscal quarter.
#[derive(Clone, Debug, SimpleObject)]
pub struct SupportExposureQuarter {
    /// The fiscal year, by its label.
    fiscal_year: i32,
    /// The quarter of it, 1 to 4.
    quarter: u32,
    /// Its name: `FY27 Q1`.
    label: String,
    /// The last day of the quarter.
    on: Date,
    /// Of all assets in use.
    all: SupportExposureShare,
    /// Of those of tier 0 and 1.
    critical: SupportExposureShare,
}

/// How much of the estate passes its last date of support, quarter by quarter.
#[derive(Clone, SimpleObject)]
pub struct SupportExposure {
    /// The currency of the values.
    currency: String,
    /// Name of the fiscal calendar of the quarters.
    fiscal_calendar: String,
    /// The day whose rates count.
    as_of: Date,
    /// The scenario that is laid over what is recorded. Null for the baseline.
    scenario: Option<Scenario>,
    /// The quarters in order.
    quarters: Vec<SupportExposureQuarter>,
    /// How the figures came about.
    explain: Explanation,
}

/// Queries of the exposure to ends of support.
#[derive(Default)]
pub struct SupportExposureQuery;

/// Queries of the exposure to ends of support.
#[Object]
impl SupportExposureQuery {
    /// How much of the estate passes its last date of support, quarter by quarter, if nothing is replaced.
    #[graphql(complexity = "1_000 + child_complexity")]
    async fn support_exposure(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A month of the first quarter.")] from: Month,
        #[graphql(default = 12, desc = "Number of quarters, 1 to 40.")] quarters: i32,
        #[graphql(
            desc = "Currency of the values, by its code; may be left out when everything was bought in one."
        )]
        currency: Option<String>,
        #[graphql(desc = "Fiscal calendar of the quarters; the default one when left out.")]
        fiscal_calendar: Option<ID>,
        #[graphql(desc = "The day whose rates count.")] as_of: Date,
        #[graphql(desc = "Which assets. Left out: all.")] filter: Option<SupportExposureFilter>,
        #[graphql(desc = "The scenario that is laid over what is recorded; none when left out.")]
        scenario: Option<Id<ScenarioId>>,
    ) -> Result<SupportExposure> {
        let reader = read(ctx, Permission::ViewLifecycle)?;
        let shows_prices = caller(ctx)?.may(Permission::ViewPrices);
        let currency = currency.map(|code| Currency::from_code(&code)).transpose();
        let calendar = fiscal_calendar.map(|id| Id::<FiscalCalendarId>::parse(&id)).transpose();
        let filter = filter.unwrap_or_default();
        let question = Question {
            from: from.0,
            quarters: u32::try_from(quarters).unwrap_or_default(),
            currency: currency.map_err(|cause| Error::invalid("currency", cause))?,
            calendar: calendar.map_err(|message| Error::invalid("fiscalCalendar", message))?.map(|id| *id),
            as_of: as_of.0,
            sites: filter.sites.map(|ids| ids.into_iter().map(|id| id.0).collect()),
            models: filter.models.map(|ids| ids.into_iter().map(|id| id.0).collect()),
            kinds: filter.kinds.map(|kinds| kinds.into_iter().map(Into::into).collect()),
            scenario: Overlay::load(&reader, scenario.map(|id| id.0)).await?,
        };
        let found = expose(&reader, &question).await?;
        let quarters = found.quarters.iter().map(|one| SupportExposureQuarter {
            fiscal_year: one.fiscal_year,
            quarter: one.quarter,
            label: format!("{} Q{}", year_label(one.fiscal_year), one.quarter),
            on: Date(one.all.date),
            all: SupportExposureShare::new(&one.all, shows_prices),
            critical: SupportExposureShare::new(&one.critical, shows_prices),
        });
        let first = found.quarters.first().map(|one| &one.all);
        let in_use = first.map_or(0, |exposure| exposure.in_use.count);
        Ok(SupportExposure {
            currency: found.currency.code().to_owned(),
            fiscal_calendar: found.calendar_name,
            as_of,
            scenario: question.scenario.scenario().and_then(scenarios::of),
            quarters: quarters.collect(),
            explain: Explanation {
                formula: "exposed on the last day of a quarter = assets in use with a last date of support on that \
                          day or earlier; ratio = exposed / in use"
                    .to_owned(),
                inputs: vec![ExplanationInput { name: "assets in use".to_owned(), value: in_use.to_string() }],
                assumptions: found.assumptions,
                excluded: first.map(support_exposure::left_out).unwrap_or_default(),
                estimated: false,
            },
        })
    }
}
