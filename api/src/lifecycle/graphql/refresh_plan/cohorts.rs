//! A cohort of a refresh plan.

use std::sync::Arc;

use async_graphql::{Context, Object, SimpleObject};
use entity::lifecycle::refresh_policy;
use forecasting::month::Month as MonthOf;
use rust_decimal::Decimal;

use super::{
    book::{Book, Page, Place, Slice},
    costs::RefreshPlanCost,
    deferral::{RefreshDeferral, RefreshWaitingInput},
};
use crate::{
    error::Result,
    inventory::graphql::{
        assets::Asset,
        models::{DateQuality, HardwareModel},
        sites::Site,
    },
    lifecycle::{
        deferrals,
        graphql::{
            consolidation::HostResource,
            refresh_cycles::RefreshCycle,
            refresh_policies::{QuantityRule, RefreshPolicy},
            refreshes::{RefreshRule, known},
        },
        refresh_plan::{Planned, whole},
    },
    roadmap::{proceeds, purchases, year_label},
    schema::{
        explain::{Explanation, ExplanationInput},
        scalar::{Date, Money, Month, plain},
    },
};

/// The months in which a refresh shows in the three views of the roadmap.
#[derive(Clone, Debug, SimpleObject)]
pub struct RefreshMonths {
    /// Commitment: the month of the order.
    commitment: Month,
    /// Cash: the month in which hardware and support are paid.
    cash: Month,
    /// Profit and loss: the month in which the new units enter service and their cost begins to count.
    profit_and_loss: Month,
}

/// How many units are bought, and by which rule.
#[derive(Clone, Debug, SimpleObject)]
pub struct RefreshPlanQuantity {
    /// New units.
    units: u32,
    /// Old units that they replace.
    old_units: u32,
    /// Those of the old units that are leased: they go back to their lessor, and are neither sold nor disposed of.
    leased_units: u32,
    /// The rule of the policy.
    rule: QuantityRule,
    /// Old units for one new unit.
    ratio: Decimal,
    /// Spares as a fraction of the new units.
    spares_rate: Decimal,
    /// The resource whose demand decides, where the policy counts demand in place of its rule.
    binding_resource: Option<HostResource>,
    /// Whether the refresh cycle says how many, whatever the rule.
    planned: bool,
    /// How the number came about, in words.
    formula: String,
}

/// What a unit costs on the day of the order.
#[derive(Clone, Debug, SimpleObject)]
pub struct RefreshUnitPrice {
    /// The price on the day of the order, in the currency of the policy.
    price: Money,
    /// The list price that it comes from.
    base: Money,
    /// The day on which the list price was true.
    base_on: Date,
    /// Whether the price was moved from the day of the list price to that of the order, by the index of the policy.
    moved_by_index: bool,
    /// Whether the list price no longer holds on the day of the order, and was carried on by the index: a new quote is
    /// needed.
    expired: bool,
}

/// A cohort of a refresh plan: assets that are refreshed together.
pub struct RefreshPlanCohort {
    pub(in crate::lifecycle::graphql) page: Arc<Page>,
    pub(in crate::lifecycle::graphql) at: usize,
}

impl RefreshPlanCohort {
    fn book(&self) -> &Book {
        &self.page.book
    }

    fn place(&self) -> Place {
        self.page.place(self.at)
    }

    fn planned(&self) -> &Planned {
        self.book().planned(self.place())
    }

    fn policy_row(&self) -> &refresh_policy::Model {
        &self.book().plan.estate.policies[self.planned().cohort.policy]
    }

    /// The resource whose demand decides how many units are bought.
    fn binding_resource(&self) -> Option<HostResource> {
        let found = self.planned().priced.purchase.quantity.by_demand?;
        let terms = self.policy_row().demand.as_ref()?.resources.get(found.binding)?;
        Some(terms.resource.into())
    }

    fn formula(&self) -> String {
        let quantity = self.planned().priced.purchase.quantity;
        if quantity.is_planned {
            return format!("{} units by the refresh cycle", quantity.units);
        }
        let (ratio, spares) = (quantity.ratio.normalize(), quantity.spares.normalize());
        if let (Some(found), Some(binding)) = (quantity.by_demand, self.binding_resource()) {
            let failover = found.units_with_failover.saturating_sub(found.units);
            return format!(
                "ceil(({} for the demand of {binding:?} + {failover} for failover) x (1 + {spares})) = {}",
                found.units, quantity.units
            );
        }
        format!("ceil(ceil({} / {ratio}) x (1 + {spares})) = {}", quantity.old, quantity.units)
    }

    /// What went in, with the prices where they are shown.
    fn inputs(&self) -> Vec<ExplanationInput> {
        let one = self.planned();
        let (cohort, bought) = (&one.cohort, &one.priced.purchase);
        let of_holder = if cohort.due.is_of_holder { " of what holds it" } else { "" };
        let mut inputs = vec![
            ("due", format!("{} by {:?}{of_holder}", cohort.due.date, cohort.due.rule)),
            ("last day to order", cohort.order_by.to_string()),
            ("day of the order", cohort.ordered.to_string()),
            ("first day of service", cohort.in_service.to_string()),
            ("quantity", self.formula()),
        ];
        if self.book().shows_prices {
            inputs.push(("list price", format!("{} on {}", bought.listed, bought.listed_on)));
            inputs.push(("unit price on the day of the order", bought.unit.round().to_string()));
        }
        inputs.into_iter().map(|(name, value)| ExplanationInput { name: name.to_owned(), value }).collect()
    }
}

/// A cohort of a refresh plan: assets that are refreshed together, as in the roadmap.
#[Object]
impl RefreshPlanCohort {
    /// Names the cohort: the same in every plan that has it.
    async fn key(&self) -> &str {
        &self.planned().key
    }

    /// What people call it: site, model, and the period in which it falls due or its refresh cycle.
    async fn label(&self) -> &str {
        &self.planned().label
    }

    /// The policy that makes it due.
    async fn policy(&self) -> Option<RefreshPolicy> {
        self.book().policies.get(self.planned().cohort.policy).cloned().map(RefreshPolicy::from)
    }

    /// Where its assets stand.
    async fn site(&self, ctx: &Context<'_>) -> Result<Option<Site>> {
        self.page.site(ctx, self.at).await
    }

    /// The model that its assets are of.
    async fn model(&self) -> Option<HardwareModel> {
        self.book().models.get(&self.planned().cohort.model).cloned().map(HardwareModel::from)
    }

    /// The model that is bought.
    async fn successor(&self) -> Option<HardwareModel> {
        self.book().models.get(&self.planned().priced.purchase.successor).cloned().map(HardwareModel::from)
    }

    /// Whether the same model is bought again because no successor is recorded.
    async fn without_successor(&self) -> bool {
        !self.planned().priced.purchase.is_named
    }

    /// The refresh cycle that it is planned in.
    async fn cycle(&self) -> Option<RefreshCycle> {
        let cycle = self.planned().cohort.cycle?;
        self.book().cycles.get(&cycle).cloned().map(RefreshCycle::from)
    }

    /// How many assets are in it.
    async fn asset_count(&self) -> usize {
        self.planned().cohort.members.len()
    }

    /// The assets that are in it.
    async fn assets(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 20, desc = "At most so many, up to 1,000.")] first: i32,
        #[graphql(default = 0, desc = "So many that come before are left out.")] skip: i32,
    ) -> Result<Vec<Asset>> {
        self.page.assets(ctx, self.at, Slice::new(first, skip)?).await
    }

    /// The earliest day on which one of its assets falls due.
    async fn due_on(&self) -> Date {
        Date(self.planned().cohort.due.date)
    }

    /// The rule that decides that day.
    async fn binding_rule(&self) -> RefreshRule {
        self.planned().cohort.due.rule.into()
    }

    /// How many of its assets go with the asset that holds them, as blades with their chassis: it is replaced before they
    /// would fall due, and its day and its rule are theirs.
    async fn with_parent_count(&self) -> u32 {
        self.planned().cohort.held
    }

    /// How well that day is known.
    async fn date_quality(&self) -> DateQuality {
        known(self.planned().cohort.due.quality)
    }

    /// Whether it has to happen by its day: vendor or lessor decide it, or an asset of tier 0 is in it.
    async fn mandatory(&self) -> bool {
        self.planned().mandatory.is_some()
    }

    /// Why it has to happen. Null where it may wait.
    async fn mandatory_reason(&self) -> Option<&str> {
        self.planned().mandatory
    }

    /// The last day to order, so that the new units are in service when due.
    async fn order_by(&self) -> Date {
        Date(self.planned().cohort.order_by)
    }

    /// Whether the last day to order has passed without an order, which is then planned for `asOf`.
    async fn overdue(&self) -> bool {
        self.planned().cohort.is_overdue
    }

    /// Days by which the last day to order has passed. Null where it has not.
    async fn overdue_days(&self) -> Option<i64> {
        let cohort = &self.planned().cohort;
        cohort.is_overdue.then(|| (self.book().plan.as_of - cohort.order_by).num_days())
    }

    /// The day of the order: as planned in the cycle, or the last day to order, or `asOf` where that has passed.
    async fn ordered_on(&self) -> Date {
        Date(self.planned().cohort.ordered)
    }

    /// First day of service of the new units.
    async fn in_service_on(&self) -> Date {
        Date(self.planned().cohort.in_service)
    }

    /// The fiscal year of the order: `FY27`.
    async fn fiscal_year(&self) -> String {
        year_label(self.planned().fiscal_year)
    }

    /// Where it shows in the roadmap.
    async fn months(&self) -> RefreshMonths {
        let refresh = &self.planned().priced.refresh;
        RefreshMonths {
            commitment: Month(MonthOf::of(refresh.ordered)),
            cash: Month(MonthOf::of(refresh.paid)),
            profit_and_loss: Month(MonthOf::of(refresh.in_service)),
        }
    }

    /// How many units are bought, and why so many.
    async fn quantity(&self) -> RefreshPlanQuantity {
        let quantity = self.planned().priced.purchase.quantity;
        RefreshPlanQuantity {
            units: quantity.units,
            old_units: quantity.old,
            leased_units: quantity.leased,
            rule: self.policy_row().quantity_rule.into(),
            ratio: quantity.ratio.normalize(),
            spares_rate: quantity.spares.normalize(),
            binding_resource: self.binding_resource(),
            planned: quantity.is_planned,
            formula: self.formula(),
        }
    }

    /// What a unit costs on the day of the order. Null when the caller may not see prices.
    async fn unit_price(&self) -> Option<RefreshUnitPrice> {
        if !self.book().shows_prices {
            return None;
        }
        let bought = &self.planned().priced.purchase;
        let money = |money: forecasting::money::Money| Money {
            amount: plain(money.round().amount),
            currency: money.currency.code().to_owned(),
        };
        Some(RefreshUnitPrice {
            price: money(bought.unit),
            base: money(bought.listed),
            base_on: Date(bought.listed_on),
            moved_by_index: bought.listed_on != self.planned().cohort.ordered,
            expired: bought.is_expired,
        })
    }

    /// What it costs, in the currency of the plan. Null where it is hidden.
    async fn cost(&self) -> Option<RefreshPlanCost> {
        let book = self.book();
        let one = self.planned();
        let unsold = one.priced.purchase.unsold();
        (!book.hides(self.place())).then(|| RefreshPlanCost::new(&one.cost, unsold, book.shows_prices))
    }

    /// Whether the cost is hidden from the caller's role: it is of a single asset, or would tell such a cost by what
    /// it lacks to the sum of the year.
    async fn cost_hidden(&self) -> bool {
        self.book().hides(self.place())
    }

    /// How its days and its cost came about.
    async fn explain(&self) -> Explanation {
        let one = self.planned();
        let bought = &one.priced.purchase;
        let mut assumptions = Vec::new();
        if let Some(model) = &one.priced.without_successor {
            assumptions.push(format!("{model} replaces itself, for no successor is recorded"));
        }
        if let Some(model) = &one.priced.expired_price {
            assumptions.push(format!("the list price of {model} has expired and is carried on by the index"));
        }
        if let Some(policy) = &one.priced.replaced_again {
            assumptions
                .push(format!("not replaced a second time within these months, though {policy} would"));
        }
        if one.cohort.is_overdue {
            assumptions.push("ordered at once, for the last day to order has passed".to_owned());
        }
        assumptions.extend(purchases::of_leased(one.cohort.leased));
        assumptions.extend(purchases::of_held(one.cohort.held as usize));
        assumptions.extend(purchases::of_apart(one.cohort.apart as usize));
        assumptions.extend(proceeds::assumed(self.policy_row()));
        if bought.listed.currency != bought.unit.currency || bought.unit.currency != one.cost.currency {
            assumptions.push("currencies are converted at plan rates of the time of the order".to_owned());
        }
        Explanation {
            formula: "order by = due - lead, installation and buffer days; unit price = list price x index; capital \
                      = units x unit price + freight and tax + installation; total = capital + support + disposal - \
                      residual + contingency"
                .to_owned(),
            inputs: self.inputs(),
            assumptions,
            excluded: proceeds::unknown(bought.unsold()).into_iter().collect(),
            estimated: bought.listed_on != one.cohort.ordered,
        }
    }

    /// What it costs to order it so many months later. Null where its cost is hidden.
    async fn deferral(
        &self,
        #[graphql(desc = "Months by which the order is later, 1 to 120.")] months: i32,
        #[graphql(desc = "What is taken for granted of the time between. Left out: the defaults.")]
        waiting: Option<RefreshWaitingInput>,
        #[graphql(
            desc = "What an old unit sells for at the later day, in the currency of the plan. Left out: what it does now, or by the residual curve of its policy at its age then."
        )]
        residual_per_unit_later: Option<Decimal>,
    ) -> Result<Option<RefreshDeferral>> {
        let book = self.book();
        let waiting = waiting.unwrap_or_default().to_terms();
        let one = self.planned();
        let months = whole("months", months, 1)?;
        let found = deferrals::defer(&book.plan, one, months, &waiting, residual_per_unit_later)?;
        if book.hides(self.place()) {
            return Ok(None);
        }
        Ok(Some(RefreshDeferral::new(found, book.plan.currency, book.shows_prices)))
    }
}
