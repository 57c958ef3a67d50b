//! Pools of capacity, what was used of them on every day of two years, and what is to come: one has to be ordered for
//! by a day that has passed, one in time, one outlives its site, two last.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use entity::{capacity::capacity_pool, id::SiteId, inventory::site};
use forecasting::month::Month;
use rust_decimal::Decimal;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, TryIntoModel};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{SOURCE, TODAY, data, dice::Dice};
use crate::{
    capacity::{
        events, members,
        observations::{self, Given},
        pools, purchase_rules, reservations,
    },
    error::Result,
    store::{Read, Tx},
    topology::items::Thing,
};

/// Days that were observed, up to the last of the month before today's.
const DAYS: u64 = 730;

/// A pool, and what is known of it.
#[derive(Debug, Deserialize)]
struct Pool {
    site: Option<String>,
    /// Whether the site is what it is made of.
    member: bool,
    terms: Value,
    #[serde(rename = "use")]
    usage: Usage,
    event: Option<Value>,
    reservation: Option<Value>,
    purchase: Option<Value>,
}

/// What is used, in thousandths of the unit.
#[derive(Clone, Copy, Debug, Deserialize)]
struct Usage {
    /// On the first day.
    first: i64,
    /// How much more in thirty days.
    monthly: i64,
    /// How much more in December than in June, halved.
    season: i64,
    /// How far a day is from that at most.
    noise: i32,
}

/// Writes the pools, and returns how many rows that are.
pub(super) async fn write(tx: &Tx, seed: u64) -> Result<u64> {
    let read: Vec<Pool> = data::value(include_str!("data/capacity.json"))?;
    let mut rows = 0;
    for (place, pool) in (0_u64..).zip(read) {
        let site = match &pool.site {
            Some(code) => site_of(tx, code).await?,
            None => None,
        };
        let made = pools::create(tx, row(&pool.terms, ("site_id", json!(site)))?).await?;
        rows += 1;
        if let Some(site) = site.filter(|_| pool.member) {
            members::set(tx, made.id, None, &[Thing::Site(site)]).await?;
            rows += 1;
        }
        let given = pool.usage.days(&mut Dice::of(seed, 900 + place));
        observations::record(tx, made.id, made.unit, &given, "observations").await?;
        rows += 2 * DAYS;
        rows += pool.plans(tx, &made).await?;
    }
    Ok(rows)
}

async fn site_of(db: &impl Read, code: &str) -> Result<Option<SiteId>> {
    let found = site::Entity::find().filter(site::Column::Code.eq(code)).one(db).await?;
    Ok(found.map(|site| site.id))
}

impl Pool {
    /// What is to come, and what is bought.
    async fn plans(&self, tx: &Tx, pool: &capacity_pool::Model) -> Result<u64> {
        let mut rows = 0;
        let own = ("pool_id", json!(pool.id));
        if let Some(event) = &self.event {
            events::record(tx, row(event, own.clone())?).await?;
            rows += 1;
        }
        if let Some(reservation) = &self.reservation {
            reservations::record(tx, row(reservation, own.clone())?).await?;
            rows += 1;
        }
        if let Some(purchase) = &self.purchase {
            purchase_rules::set(tx, pool.id, None, row(purchase, own)?).await?;
            rows += 1;
        }
        Ok(rows)
    }
}

/// A row from its table. Whoever records it gives it its id.
fn row<A>(terms: &Value, own: (&'static str, Value)) -> Result<A>
where
    A: ActiveModelTrait + TryIntoModel<<A::Entity as EntityTrait>::Model>,
    <A::Entity as EntityTrait>::Model: IntoActiveModel<A> + Serialize + DeserializeOwned,
{
    data::row(terms, [("id", json!(Uuid::nil())), ("version", json!(1)), ("source", json!(SOURCE)), own])
}

impl Usage {
    /// A value for every day.
    fn days(self, dice: &mut Dice) -> Vec<Given> {
        let first = last_observed() - Days::new(DAYS - 1);
        let mut value = |day: u64| {
            let passed = i64::try_from(day).unwrap_or_default();
            // A triangle from June to December and back stands for the year.
            let of_year = (passed + 152) % 365;
            let season = self.season * (182 - 2 * (of_year - 182).abs()) / 182;
            let noise = i64::from(dice.between(-self.noise, self.noise));
            Decimal::new(self.first + self.monthly * passed / 30 + season + noise, 3)
        };
        (0..DAYS).map(|day| Given { at: morning(first + Days::new(day)), value: value(day) }).collect()
    }
}

/// The last day of the month before today's.
fn last_observed() -> NaiveDate {
    Month::of(TODAY).first_day() - Days::new(1)
}

fn morning(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}
