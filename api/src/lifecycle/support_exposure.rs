//! How much of the estate passes its last date of support, quarter by quarter, if nothing is replaced.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use chrono::NaiveDate;
use entity::{
    finance::exchange_rate::RateKind,
    id::{FiscalCalendarId, HardwareModelId, SiteId},
    inventory::{
        asset::{self, AssetStatus},
        hardware_model::{self, HardwareKind},
    },
    money::Amount,
};
use forecasting::{
    money::Currency,
    month::{FiscalCalendar, Month},
    refresh::{Exposure, SupportedAssets, exposure_by_quarter, grouped},
};
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect};

use crate::{
    error::{Error, Result},
    finance::rates::Rates,
    roadmap::plan,
    rules::{require_plausible, require_range},
    scenarios::Overlay,
    store::Read,
};

/// The most quarters of one answer: ten years.
const MOST_QUARTERS: u32 = 40;

/// The tiers that the business cannot do without for long.
const CRITICAL: [i32; 2] = [0, 1];

/// What is asked.
#[derive(Clone, Debug)]
pub struct Question {
    /// A month of the first quarter.
    pub from: Month,
    /// Number of quarters.
    pub quarters: u32,
    /// Currency of the values; may be left out when everything was bought in one.
    pub currency: Option<Currency>,
    /// Fiscal calendar of the quarters; the default one when left out.
    pub calendar: Option<FiscalCalendarId>,
    /// The day whose rates count.
    pub as_of: NaiveDate,
    /// At these sites; at all when left out, at none when empty.
    pub sites: Option<Vec<SiteId>>,
    /// Of these models; of all when left out, of none when empty.
    pub models: Option<Vec<HardwareModelId>>,
    /// Of these kinds of hardware; of all when left out, of none when empty.
    pub kinds: Option<Vec<HardwareKind>>,
    /// What is laid over the rates that are read.
    pub scenario: Arc<Overlay>,
}

/// The answer.
pub struct SupportExposure {
    /// The currency of the values.
    pub currency: Currency,
    /// Name of the calendar of the quarters.
    pub calendar_name: String,
    /// The quarters in order.
    pub quarters: Vec<Quarter>,
    /// What is said of the figures.
    pub assumptions: Vec<String>,
}

/// The exposure on the last day of a quarter.
pub struct Quarter {
    /// The fiscal year, by its label.
    pub fiscal_year: i32,
    /// The quarter of it, 1 to 4.
    pub quarter: u32,
    /// Of all assets in use.
    pub all: Exposure,
    /// Of those of tier 0 and 1.
    pub critical: Exposure,
}

/// Assets in use that agree in all that matters.
struct Alike {
    model: HardwareModelId,
    tier: Option<i32>,
    price: Option<(Amount, String)>,
    /// The day on which a scenario leaves their site.
    gone_on: Option<NaiveDate>,
    count: u32,
}

/// Works out the exposure.
///
/// # Errors
/// `Invalid` when the question cannot be answered: too many quarters, several currencies and none named, a currency
/// without a rate; `NotFound` for a calendar that is not there.
pub async fn expose(db: &impl Read, question: &Question) -> Result<SupportExposure> {
    require_range("quarters", question.quarters, 1, MOST_QUARTERS)?;
    require_plausible("from", Some(question.from.first_day()))?;
    require_plausible("asOf", Some(question.as_of))?;
    let (calendar, calendar_name) = plan::calendar(db, question.calendar).await?;
    let models = models(db).await?;
    let alike = read(db, question, &models).await?;
    let bought: BTreeSet<String> =
        alike.iter().filter_map(|one| Some(one.price.as_ref()?.1.clone())).collect();
    let currency = plan::choose_currency(question.currency, &bought)?;
    let own = [currency.code().to_owned()];
    let all = bought.iter().cloned().chain(own).chain(question.scenario.currencies()).collect();
    let rates = Rates::load(db, &all, RateKind::Plan, (question.as_of, question.as_of)).await?;
    let rates = question.scenario.rates(&rates).into_owned();
    if !bought.is_empty() && !bought.contains(currency.code()) {
        plan::require_reachable(currency, &bought, &rates, question.as_of)?;
    }
    let basis = Basis { models, currency, rates, as_of: question.as_of };
    let (everything, critical) = (basis.groups(alike.iter())?, {
        let is_critical = |one: &&Alike| one.tier.is_some_and(|tier| CRITICAL.contains(&tier));
        basis.groups(alike.iter().filter(is_critical))?
    });
    let exposed = |assets: &[SupportedAssets], calendar: &FiscalCalendar| {
        exposure_by_quarter(assets, currency, calendar, question.from, question.quarters)
            .map_err(|cause| Error::invalid("quarters", cause))
    };
    let quarters = exposed(&everything, &calendar)?.into_iter().zip(exposed(&critical, &calendar)?);
    let quarters = quarters.map(|(((fiscal_year, quarter), all), (_, critical))| Quarter {
        fiscal_year,
        quarter,
        all,
        critical,
    });
    Ok(SupportExposure {
        currency,
        calendar_name,
        quarters: quarters.collect(),
        assumptions: basis
            .assumed(&bought)
            .into_iter()
            .chain(of_exits(&question.scenario))
            .chain(question.scenario.assumptions())
            .collect(),
    })
}

/// What the exits of a scenario do to exposure.
fn of_exits(scenario: &Overlay) -> Option<String> {
    let sentence = "assets at a site that the scenario leaves are in use until the day on which it is empty";
    scenario.leaves_a_site().then(|| sentence.to_owned())
}

/// Site, model, tier, price and its currency, and how many assets agree in these.
type Row = (SiteId, HardwareModelId, Option<i32>, Option<Amount>, Option<String>, i64);

type Models = HashMap<HardwareModelId, (HardwareKind, Option<NaiveDate>)>;

async fn models(db: &impl Read) -> Result<Models> {
    use hardware_model::Column as C;
    let rows: Vec<(HardwareModelId, HardwareKind, Option<NaiveDate>)> = hardware_model::Entity::find()
        .select_only()
        .columns([C::Id, C::Kind, C::LastDateOfSupportOn])
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|(id, kind, last)| (id, (kind, last))).collect())
}

/// The assets in use that are asked for, counted by the database.
async fn read(db: &impl Read, question: &Question, models: &Models) -> Result<Vec<Alike>> {
    use asset::Column as C;
    let mut wanted =
        Condition::all().add(C::Status.is_in([AssetStatus::InService, AssetStatus::Maintenance]));
    if let Some(sites) = &question.sites {
        wanted = wanted.add(C::SiteId.is_in(sites.iter().copied()));
    }
    if let Some(models) = &question.models {
        wanted = wanted.add(C::ModelId.is_in(models.iter().copied()));
    }
    let rows: Vec<Row> = asset::Entity::find()
        .select_only()
        .columns([C::SiteId, C::ModelId, C::Tier, C::PurchaseAmount, C::PurchaseCurrency])
        .column_as(C::Id.count(), "count")
        .filter(wanted)
        .group_by(C::SiteId)
        .group_by(C::ModelId)
        .group_by(C::Tier)
        .group_by(C::PurchaseAmount)
        .group_by(C::PurchaseCurrency)
        .into_tuple()
        .all(db)
        .await?;
    let is_kind = |model: &HardwareModelId| {
        let is_one =
            |kinds: &Vec<HardwareKind>| models.get(model).is_some_and(|(kind, _)| kinds.contains(kind));
        question.kinds.as_ref().is_none_or(is_one)
    };
    let alike = rows.into_iter().filter(|(_, model, ..)| is_kind(model)).map(
        |(site, model, tier, amount, code, count)| {
            let count = u32::try_from(count).unwrap_or(u32::MAX);
            let gone_on = question.scenario.left_on(std::iter::once(site));
            Alike { model, tier, price: amount.zip(code), gone_on, count }
        },
    );
    Ok(alike.collect())
}

/// What assets are valued and dated by.
struct Basis {
    models: Models,
    currency: Currency,
    rates: Rates,
    as_of: NaiveDate,
}

impl Basis {
    fn groups<'a>(&self, alike: impl Iterator<Item = &'a Alike>) -> Result<Vec<SupportedAssets>> {
        let groups: Result<Vec<_>, _> = alike.map(|one| self.supported(one)).collect();
        groups.and_then(grouped).map_err(Error::internal)
    }

    fn supported(&self, one: &Alike) -> Result<SupportedAssets, forecasting::ForecastError> {
        let price = one.price.as_ref().and_then(|(amount, code)| {
            let conversion = self.rates.conversion(code, self.currency.code(), self.as_of).ok()?;
            conversion.apply(amount.to_decimal())
        });
        let last = self.models.get(&one.model).and_then(|(_, last)| *last);
        Ok(SupportedAssets::alike(one.count, price, last)?.gone(one.gone_on))
    }

    fn assumed(&self, bought: &BTreeSet<String>) -> Vec<String> {
        let own = self.currency.code();
        let mut said = vec![
            "assets in use now, of which none is replaced".to_owned(),
            "an asset is worth what was paid for it".to_owned(),
        ];
        for code in bought.iter().filter(|code| *code != own) {
            said.push(match self.rates.conversion(code, own, self.as_of) {
                Ok(_) => format!("{code} is converted at the plan rate of {}", self.as_of),
                Err(missing) => format!("assets bought in {code} have no value: {missing}"),
            });
        }
        said
    }
}

/// What one exposure leaves out, in words.
#[must_use]
pub fn left_out(exposure: &Exposure) -> Vec<String> {
    let parts = [
        (exposure.unknown.count, "assets whose last date of support nobody knows: they may be exposed too"),
        (exposure.without_value, "assets of unknown value: they count, and weigh nothing"),
    ];
    parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect()
}

/// A share as it is shown, to four decimals.
#[must_use]
pub fn shown(share: Option<Decimal>) -> Option<Decimal> {
    share.map(|share| share.round_dp(4))
}
