//! Flows of assets: the depreciation of those in service and the refresh of those that are due.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::flows::{Category, Flows, MoneyView, Window};
use crate::depreciation::{Basis, Depreciation, DepreciationRule, Disposal, Ledger};
use crate::error::{ForecastError, Result};
use crate::explain::Explanation;
use crate::money::{Currency, Money, bounded, proportion, times};
use crate::month::{FiscalCalendar, Month};
use crate::refresh::ProjectCost;

/// A planned refresh: some units bought together for others that leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefreshCohort {
    /// What it costs, part by part.
    pub cost: ProjectCost,
    /// The day of the order.
    pub ordered: NaiveDate,
    /// The day the hardware and its support are paid.
    pub paid: NaiveDate,
    /// The day the new units enter service; prepaid support counts from that month, which counts whole.
    pub in_service: NaiveDate,
    /// The day the old units leave, and their disposal is paid and their proceeds are received.
    pub disposed: NaiveDate,
    /// What the old units still stand for in the books on that day, if no vintage writes it off.
    pub old_book_value: Decimal,
    /// Months the prepaid support covers; of no meaning where there is none.
    pub support_months: u32,
    /// How the new units are depreciated.
    pub rule: DepreciationRule,
    /// What the new units are expected to be worth at the end of their life.
    pub salvage: Decimal,
    /// Whether the contingency is spent on hardware. If not, it is reported beside the views.
    pub contingency_spent: bool,
}

impl RefreshCohort {
    /// What the refresh contributes. Commitment has the whole order, without the proceeds, on the day of the
    /// order; cash has it when paid, and the disposal less proceeds when the old units leave; profit and loss
    /// has depreciation, a share of the prepaid support per month, and the disposal with what is left of the
    /// old units in the books.
    ///
    /// # Errors
    ///
    /// As [`Depreciation::new`]; [`ForecastError::Invalid`] for prepaid support over no months.
    pub fn flows(&self, window: Window, calendar: &FiscalCalendar) -> Result<Flows> {
        let cost = &self.cost;
        let mut flows = Flows::new(window, cost.currency);
        let ordered = Month::of(self.ordered);
        let capital = if self.contingency_spent {
            cost.capital() + cost.contingency
        } else {
            flows.reserve(ordered, cost.contingency)?;
            cost.capital()
        };
        let left = Month::of(self.disposed);
        let disposal = cost.disposal - cost.residual;
        for (view, category, month, amount) in [
            (MoneyView::Commitment, Category::RefreshCapital, ordered, capital),
            (MoneyView::Commitment, Category::Support, ordered, cost.support),
            (MoneyView::Commitment, Category::Disposal, ordered, cost.disposal),
            (MoneyView::Cash, Category::RefreshCapital, Month::of(self.paid), capital),
            (MoneyView::Cash, Category::Support, Month::of(self.paid), cost.support),
            (MoneyView::Cash, Category::Disposal, left, disposal),
            (
                MoneyView::Pnl,
                Category::Disposal,
                left,
                disposal + bounded(self.old_book_value, "book value")?,
            ),
        ] {
            flows.post(view, category, month, amount)?;
        }
        self.amortise(&mut flows)?;
        let basis = Basis {
            cost: Money::new(capital, cost.currency),
            salvage: self.salvage,
            in_service: self.in_service,
            disposed: None,
        };
        post_charges(&mut flows, &Depreciation::new(&self.rule, &basis, calendar)?)?;
        self.explain(&mut flows);
        Ok(flows)
    }

    /// An even share of the prepaid support per month; every sum from the first month is exact, rounded once.
    fn amortise(&self, flows: &mut Flows) -> Result<()> {
        if self.cost.support.is_zero() {
            return Ok(());
        }
        if self.support_months == 0 {
            let rule = "prepaid support covers at least a month";
            return Err(ForecastError::invalid("support_months", &self.support_months, rule));
        }
        let first = Month::of(self.in_service);
        let whole = i64::from(self.support_months);
        let upto = |month: Month| {
            let passed = (i64::from(month.since(first)) + 1).clamp(0, whole);
            let share = proportion(self.cost.support, Decimal::from(passed), Decimal::from(whole));
            self.cost.currency.round(share)
        };
        let mut before = upto(flows.window().from().plus(-1));
        for month in flows.window().iter() {
            let after = upto(month);
            flows.post(MoneyView::Pnl, Category::Support, month, after - before)?;
            before = after;
        }
        Ok(())
    }

    /// Formulas and assumptions only: the inputs are the fields of this cohort, and cohorts are many.
    fn explain(&self, flows: &mut Flows) {
        let mut capital = Explanation::new("hardware + freight and tax + installation");
        if !self.contingency_spent && !self.cost.contingency.is_zero() {
            capital = capital.assume("contingency is planned and not spent");
        }
        flows.explain(Category::RefreshCapital, capital);
        for (category, formula) in [
            (Category::Depreciation, "capitalised cost less salvage over the life, by month"),
            (Category::Support, "prepaid support / months covered"),
            (Category::Disposal, "disposal - proceeds + book value of the old units (profit and loss only)"),
        ] {
            flows.explain(category, Explanation::new(formula));
        }
    }
}

/// What assets in service contribute: their depreciation, in profit and loss only, and, where the basis has a
/// disposal date, the disposal in that month. Without `disposal` they leave without proceeds or cost, and what
/// is left in the books is written off.
///
/// # Errors
///
/// [`ForecastError::OutOfRange`] if an amount does not fit.
pub fn vintage_flows(
    depreciation: &Depreciation,
    disposal: Option<Disposal>,
    window: Window,
) -> Result<Flows> {
    if let Some(sale) = disposal {
        bounded(sale.proceeds, "proceeds")?;
        bounded(sale.cost_of_sale, "cost of sale")?;
    }
    let basis = depreciation.basis();
    let mut flows = Flows::new(window, basis.cost.currency);
    post_charges(&mut flows, depreciation)?;
    let sale = disposal.unwrap_or(Disposal { proceeds: Decimal::ZERO, cost_of_sale: Decimal::ZERO });
    if let (Some(date), Some(result)) = (basis.disposed, depreciation.dispose(sale)) {
        let month = Month::of(date);
        flows.post(MoneyView::Cash, Category::Disposal, month, sale.cost_of_sale - sale.proceeds)?;
        flows.post(MoneyView::Commitment, Category::Disposal, month, sale.cost_of_sale)?;
        flows.post(MoneyView::Pnl, Category::Disposal, month, -result.gain)?;
        let explanation = Explanation::new("cost of sale - proceeds + book value (profit and loss only)");
        flows.explain(Category::Disposal, explanation);
    }
    let explanation = Explanation::new("cost less salvage over the life, by month");
    flows.explain(Category::Depreciation, explanation);
    Ok(flows)
}

/// What assets that the books have something on record about contribute between two months: `count` of them that are
/// alike, each with all its parts in the books. Depreciation, impairment losses and disposals are those that are posted,
/// rounded for each by itself; what a sale brings and costs is paid and committed in the month in which it happened.
///
/// # Errors
///
/// [`ForecastError::OutOfRange`] if an amount does not fit.
pub fn ledger_flows(
    ledgers: &[Ledger],
    count: u64,
    currency: Currency,
    window: Window,
    (from, to): (Month, Month),
) -> Result<Flows> {
    let mut flows = Flows::new(window, currency);
    let count = Decimal::from(count);
    for ledger in ledgers {
        let charges = window.iter().zip(ledger.charges(window.from(), window.months()));
        let pnl = charges.map(|(month, charge)| (Category::Depreciation, month, charge));
        let impairments = ledger.impairments().map(|(month, loss)| (Category::Impairment, month, loss));
        let losses = ledger.disposals().iter().map(|one| (Category::Disposal, one.month, -one.gain));
        let pnl = pnl.chain(impairments).chain(losses);
        for (category, month, amount) in pnl.filter(|(_, month, _)| (from..=to).contains(month)) {
            flows.post(MoneyView::Pnl, category, month, times(amount, count, "amount")?)?;
        }
        for disposal in ledger.disposals() {
            let month = Month::of(disposal.date);
            if (from..=to).contains(&month) {
                let cost =
                    times(bounded(disposal.sale.cost_of_sale, "cost of sale")?, count, "cost of sale")?;
                let proceeds = times(bounded(disposal.sale.proceeds, "proceeds")?, count, "proceeds")?;
                flows.post(MoneyView::Cash, Category::Disposal, month, cost - proceeds)?;
                flows.post(MoneyView::Commitment, Category::Disposal, month, cost)?;
            }
        }
    }
    for (category, formula) in [
        (Category::Depreciation, "what the books charge, by month"),
        (Category::Impairment, "what the books lose by impairments, by month"),
        (Category::Disposal, "cost of sale - proceeds + book value (profit and loss only)"),
    ] {
        flows.explain(category, Explanation::new(formula));
    }
    Ok(flows)
}

fn post_charges(flows: &mut Flows, depreciation: &Depreciation) -> Result<()> {
    let window = flows.window();
    for (month, charge) in window.iter().zip(depreciation.charges(window.from(), window.months())) {
        flows.post(MoneyView::Pnl, Category::Depreciation, month, charge)?;
    }
    Ok(())
}
