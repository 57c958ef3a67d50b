//! What is bought for pools of capacity.

use entity::capacity::capacity_purchase_rule::{self, DemandQuantile};
use entity::lifecycle::refresh_policy::{PriceIndex, YearRate};
use entity::money::{Amount, Rate};

use super::capacity::{ids, pool};
use super::engine::Run;
use super::fill::{Filling, amount, choice, put, put_any, rate, usual};
use super::importable::{Candidate, Importable};
use super::known::{Key, Known, Table, rows_among};
use crate::capacity::purchase_rules;
use crate::error::{Error, Result};
use crate::import::csv::Noun;
use crate::import::records::CapacityPurchaseRule;
use crate::import::{Origin, Records};

/// Days from invoice to payment, unless a file says otherwise.
const USUAL_TERMS: i32 = 30;

/// Months of demand that an order covers, unless a file says otherwise.
const USUAL_COVER: i32 = 12;

impl Importable for CapacityPurchaseRule {
    const NOUN: Noun = Noun::CapacityPurchaseRule;
    type Entity = capacity_purchase_rule::Entity;
    type Model = capacity_purchase_rule::Model;
    type Row = capacity_purchase_rule::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.capacity_purchase_rules
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn key(&self) -> Key {
        Key::from(&self.pool)
    }

    fn table(known: &Known) -> &Table<capacity_purchase_rule::Model> {
        &known.capacity_purchase_rules
    }

    fn table_mut(known: &mut Known) -> &mut Table<capacity_purchase_rule::Model> {
        &mut known.capacity_purchase_rules
    }

    async fn load(run: &mut Run<'_>) -> Result<()> {
        let pools = ids(&run.known, run.records.capacity_purchase_rules.iter().map(|record| &record.pool));
        let column = capacity_purchase_rule::Column::PoolId;
        for row in rows_among::<capacity_purchase_rule::Entity, _>(run.tx, column, pools).await? {
            if let Some(pool) = run.known.capacity_pools.with_id(row.pool_id) {
                let key = Key::from(&pool.name);
                run.known.capacity_purchase_rules.put(key, row);
            }
        }
        Ok(())
    }

    fn fill(
        &self,
        row: &mut capacity_purchase_rule::ActiveModel,
        _before: Option<&capacity_purchase_rule::Model>,
        at: &mut Filling<'_>,
    ) -> Result<()> {
        put(&mut row.pool_id, Some(pool(at.known, &self.pool)?.id));
        put(&mut row.item, self.item.clone());
        put(&mut row.hardware_kind, choice("hardware_kind", self.hardware_kind.as_ref())?);
        put(&mut row.quantity, amount("quantity", self.quantity)?);
        put(&mut row.lot, self.lot);
        put(&mut row.cover_months, self.cover_months);
        put(&mut row.demand, choice("demand", self.demand.as_ref())?);
        put(&mut row.price_amount, amount("price_amount", self.price_amount)?);
        put(&mut row.currency, self.currency.clone());
        put(&mut row.price_on, self.priced_on);
        put_any(&mut row.price_valid_until_on, self.price_valid_until);
        let index = self.price_index.as_ref().map(|years| {
            PriceIndex(years.iter().map(|it| YearRate { year: it.year, rate: it.rate }).collect())
        });
        put(&mut row.price_index, index);
        put(&mut row.freight_rate, rate("freight_rate", self.freight_rate)?);
        put(&mut row.install_amount, amount("install_per_piece", self.install_per_piece)?);
        put(&mut row.support_rate, rate("support_rate", self.support_rate)?);
        put(&mut row.support_months, self.support_months);
        put(&mut row.contingency_rate, rate("contingency_rate", self.contingency_rate)?);
        put(&mut row.payment_terms_days, self.payment_terms_days);
        let rule = self.depreciation_rule.as_ref();
        let rule = at.known.depreciation_rules.named_if_any("depreciation_rule", rule)?;
        put_any(&mut row.depreciation_rule_id, rule.map(|rule| rule.id));
        put_any(&mut row.life_months, self.life_months);
        let vendor = at.known.vendors.named_if_any("vendor", self.vendor.as_ref())?;
        put_any(&mut row.vendor_id, vendor.map(|vendor| vendor.id));
        put_any(&mut row.note, self.note.clone());
        put_any(&mut row.source, self.source.clone());
        usual(&mut row.lot, 1);
        usual(&mut row.cover_months, USUAL_COVER);
        usual(&mut row.demand, DemandQuantile::P90);
        usual(&mut row.price_index, PriceIndex::default());
        usual(&mut row.freight_rate, Rate::ZERO);
        usual(&mut row.install_amount, Amount::ZERO);
        usual(&mut row.support_rate, Rate::ZERO);
        usual(&mut row.support_months, 0);
        usual(&mut row.contingency_rate, Rate::ZERO);
        usual(&mut row.payment_terms_days, USUAL_TERMS);
        Ok(())
    }

    /// What is bought for a pool that is retired stays on record, and so in files.
    fn check(row: Candidate<'_, capacity_purchase_rule::Model>, known: &Known) -> Result<()> {
        purchase_rules::check(row.after)?;
        let was = row.before.and_then(|before| before.depreciation_rule_id);
        let rule = row.after.depreciation_rule_id.filter(|rule| was != Some(*rule));
        match rule.and_then(|rule| known.depreciation_rules.with_id(rule)).filter(|rule| !rule.active) {
            Some(rule) => {
                let message = format!("the depreciation rule {} is not in use", rule.name);
                Err(Error::invalid("depreciation_rule", message))
            }
            None => Ok(()),
        }
    }
}
