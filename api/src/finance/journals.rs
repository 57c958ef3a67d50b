//! What is posted to charge pools out to those who bear them: a journal for each period, with a debit for each credit.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use entity::finance::ledger_code::{self, CodeKind};
use forecasting::{
    ForecastError,
    budget::{ChargedPool, charge_out},
    month::Month,
};
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder};

use super::{
    allocation_models::divide, allocations::Answer, fiscal_calendars, ledger_codes::naming, period_closes,
};
use crate::{
    error::{Error, Result},
    store::Read,
};

/// What a pool is divided as to learn who bears which part of it: large, so that the parts are exact enough.
const WHOLE: Decimal = Decimal::from_parts(1_000_000_000, 0, 0, false, 0);

/// What is posted in a period.
#[derive(Clone, Debug)]
pub struct Journal {
    /// The month; none where amounts are given, which are of no month.
    pub month: Option<Month>,
    /// The fiscal year and the period of it that the month is.
    pub period: Option<(i32, u32)>,
    /// Why nothing is posted to the period any more, where that is so.
    pub closed: Option<String>,
    /// Its lines, a debit and the credit of it one after the other.
    pub lines: Vec<Line>,
    /// What its debits come to, and its credits.
    pub total: Decimal,
}

impl Journal {
    /// Why it cannot be posted as it is to an account; nothing where it can.
    #[must_use]
    pub fn unpostable(&self, account: Option<&str>) -> Option<String> {
        let closed = self.closed.clone();
        let unplaced = self.lines.iter().filter(|line| line.cost_centre.is_err()).count();
        let unplaced = (unplaced > 0).then(|| format!("{unplaced} lines have no cost centre"));
        let unnamed = account.is_none().then(|| "no account is named".to_owned());
        let reasons: Vec<String> = [closed, unplaced, unnamed].into_iter().flatten().collect();
        (!reasons.is_empty()).then(|| reasons.join("; "))
    }
}

/// A line of a journal.
#[derive(Clone, Debug)]
pub struct Line {
    /// Whether it is a debit.
    pub is_debit: bool,
    /// The node that is charged or credited.
    pub node: String,
    /// The node on the other side.
    pub counterpart: String,
    /// Code of the cost centre, or why there is none.
    pub cost_centre: Result<String, String>,
    /// How much; above zero.
    pub amount: Decimal,
    /// What is posted with it.
    pub text: String,
}

/// The journals of an allocation, in the order of their periods. Each balances, each pool gives all of its cost that
/// somebody bears, and everybody is charged what the allocation says.
///
/// # Errors
/// `Invalid` for an account that is not there.
pub async fn of(db: &impl Read, answer: &Answer, account: Option<&str>) -> Result<Vec<Journal>> {
    if let Some(account) = account {
        require_account(db, account).await?;
    }
    let charged = charged(answer)?;
    let names: BTreeSet<&str> =
        charged.keys().flat_map(|(_, pool, receiver)| [pool.as_str(), receiver.as_str()]).collect();
    let centres = centres(db, &names).await?;
    let closed = closed(db, answer).await?;
    let mut journals: BTreeMap<usize, Journal> = BTreeMap::new();
    for ((place, pool, receiver), amount) in charged.iter().filter(|(_, amount)| !amount.is_zero()) {
        let month = answer.spread.months.get(*place).copied();
        let journal = journals.entry(*place).or_insert_with(|| Journal {
            month,
            period: month.and_then(|month| answer.spread.period(month)),
            closed: month
                .and_then(|month| answer.spread.period(month))
                .and_then(|period| closed.get(&period).cloned()),
            lines: Vec::new(),
            total: Decimal::ZERO,
        });
        // What a pool has as a credit is passed on the other way round: no line is below zero.
        let (debited, credited) = if *amount < Decimal::ZERO { (pool, receiver) } else { (receiver, pool) };
        let of_month = month.map(|month| format!(", {month}")).unwrap_or_default();
        let text = format!("{pool} for {receiver}{of_month}, by {}", answer.model.name);
        for (is_debit, node, counterpart) in [(true, debited, credited), (false, credited, debited)] {
            journal.lines.push(Line {
                is_debit,
                node: node.clone(),
                counterpart: counterpart.clone(),
                cost_centre: centre(&centres, node, month),
                amount: amount.abs(),
                text: text.clone(),
            });
        }
        journal.total += amount.abs();
    }
    Ok(journals.into_values().collect())
}

/// What each pool charges to each receiver, by the place of the period.
fn charged(answer: &Answer) -> Result<BTreeMap<(usize, String, String), Decimal>> {
    let currency = answer.currency;
    let received = &answer.allocation.received;
    let mut shares: BTreeMap<&str, BTreeMap<Option<String>, Decimal>> = BTreeMap::new();
    let mut pools = Vec::new();
    for (pool, periods) in answer.spread.costs.iter().filter(|(pool, _)| !received.contains_key(pool)) {
        if !shares.contains_key(pool.as_str()) {
            let probe = divide(&answer.model, currency, vec![(pool.clone(), WHOLE)])?;
            let parts = probe.received.into_iter().map(|(name, part)| (Some(name), part));
            shares.insert(pool, parts.chain([(None, probe.unallocated)]).collect());
        }
        pools.push(ChargedPool {
            pool: pool.clone(),
            total: currency.round(periods.iter().sum()),
            periods: periods.clone(),
            shares: shares.get(pool.as_str()).cloned().unwrap_or_default(),
        });
    }
    let mut borne: BTreeMap<Option<String>, Decimal> = received
        .iter()
        .map(|(name, amount)| {
            (Some(name.clone()), *amount - answer.own.get(name).copied().unwrap_or_default())
        })
        .collect();
    borne.insert(None, answer.allocation.unallocated);
    let mut charged: BTreeMap<(usize, String, String), Decimal> = BTreeMap::new();
    for charge in charge_out(currency, &pools, &borne).map_err(refused)? {
        *charged.entry((charge.period, charge.pool, charge.receiver)).or_default() += charge.amount;
    }
    Ok(charged)
}

fn refused(cause: ForecastError) -> Error {
    Error::invalid("amounts", cause)
}

async fn require_account(db: &impl Read, code: &str) -> Result<()> {
    use ledger_code::Column as C;
    let named = Condition::all().add(C::Kind.eq(CodeKind::Account)).add(C::Code.eq(code));
    match ledger_code::Entity::find().filter(named).one(db).await? {
        Some(_) => Ok(()),
        None => Err(Error::invalid("account", format!("there is no account `{code}`"))),
    }
}

/// The periods of the default calendar that are closed, each with the sentence that says so.
async fn closed(db: &impl Read, answer: &Answer) -> Result<BTreeMap<(i32, u32), String>> {
    let years: BTreeSet<i32> = answer
        .spread
        .months
        .iter()
        .filter_map(|month| answer.spread.period(*month))
        .map(|(year, _)| year)
        .collect();
    if years.is_empty() {
        return Ok(BTreeMap::new());
    }
    let Some(calendar) = fiscal_calendars::find_default(db).await? else { return Ok(BTreeMap::new()) };
    let closes = period_closes::of_years(db, calendar.id, years).await?;
    let said = closes.into_iter().map(|close| {
        let message = period_closes::is_closed(&close).into_message();
        ((close.fiscal_year, close.period.unsigned_abs()), message)
    });
    Ok(said.collect())
}

/// The cost centres that nodes are called after, with one statement.
async fn centres(db: &impl Read, names: &BTreeSet<&str>) -> Result<Vec<ledger_code::Model>> {
    use ledger_code::Column as C;
    let called =
        Condition::any().add(C::Code.is_in(names.iter().copied())).add(C::Name.is_in(names.iter().copied()));
    let of_kind = Condition::all().add(C::Kind.eq(CodeKind::CostCentre)).add(called);
    Ok(ledger_code::Entity::find().filter(of_kind).order_by_asc(C::Code).all(db).await?)
}

/// The code of the cost centre that a node is called after, by its code or else by its name.
fn centre(centres: &[ledger_code::Model], node: &str, month: Option<Month>) -> Result<String, String> {
    let by_name: Vec<&ledger_code::Model> = centres.iter().filter(|centre| centre.name == node).collect();
    let found = match (centres.iter().find(|centre| centre.code == node), by_name.as_slice()) {
        (Some(centre), _) => centre,
        (None, [centre]) => *centre,
        (None, []) => return Err(format!("no cost centre has `{node}` as its code or its name")),
        (None, several) => return Err(format!("{} cost centres are called `{node}`", several.len())),
    };
    let Some(month) = month else { return Ok(found.code.clone()) };
    let (first, last): (NaiveDate, NaiveDate) = (month.first_day(), month.last_day());
    if let Some(closed) = found.valid_to_on.filter(|closed| *closed < first) {
        return Err(format!("{} was closed on {closed}", naming(found)));
    }
    if let Some(opened) = found.valid_from_on.filter(|opened| *opened > last) {
        return Err(format!("{} opens on {opened}", naming(found)));
    }
    if let Some(from) = found.superseded_from_on.filter(|from| *from <= first) {
        return Err(format!(
            "{} was superseded on {from}, so the node is called after its successor",
            naming(found)
        ));
    }
    Ok(found.code.clone())
}
