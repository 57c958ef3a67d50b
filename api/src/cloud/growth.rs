//! Growth assumptions: assume, end, withdraw.

use entity::{
    cloud::growth_assumption,
    id::{GrowthAssumptionId, ProviderAccountId, WorkloadId},
    money::Rate,
};
use forecasting::month::Month;
use rust_decimal::Decimal;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::{
    accounts::{self, Target},
    workloads,
};
use crate::{
    error::{Error, Result},
    rules::{draft, edited, expect_version, require_plausible},
    store::{Read, Tx},
};

/// The fastest growth, and the fastest decline, that is not a slip: half in a month.
const FASTEST: Rate = Rate(500_000_000);

/// A growth to assume.
#[derive(Clone, Debug)]
pub struct Assumption {
    /// What grows.
    pub target: Target,
    /// By which fraction each month is above the one before.
    pub monthly_rate: Rate,
    /// The first month that is above the one before.
    pub from: Month,
    /// The last such month; none is without end.
    pub to: Option<Month>,
    /// Why it is believed.
    pub basis: Option<String>,
}

/// One growth assumption.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find(db: &impl Read, id: GrowthAssumptionId) -> Result<growth_assumption::Model> {
    let found = growth_assumption::Entity::find_by_id(id).one(db).await?;
    found.ok_or_else(|| Error::not_found("growth assumption", id))
}

/// Assumes that a workload, or the rest of an account, grows.
///
/// # Errors
/// `NotFound` for an account or a workload that is not there, `Invalid` when a rule of [`check`] is broken or
/// another assumption for the same holds in the same months.
pub async fn assume(tx: &Tx, growth: Assumption) -> Result<growth_assumption::Model> {
    let workload = match growth.target.workload_id {
        Some(id) => Some(workloads::find(tx, id).await?),
        None => None,
    };
    let account_id = growth.target.account(workload.as_ref())?;
    let row = growth_assumption::ActiveModel {
        id: Set(tx.new_id()),
        account_id: Set(account_id),
        workload_id: Set(growth.target.workload_id),
        monthly_rate: Set(growth.monthly_rate),
        from_month: Set(growth.from.first_day()),
        to_month: Set(growth.to.map(Month::first_day)),
        basis: Set(growth.basis),
        ..Default::default()
    };
    let assumption = draft(&row)?;
    check(&assumption)?;
    // Locked, so that two assumptions for the same cannot be made at the same moment.
    accounts::lock(tx, account_id).await?;
    refuse_overlap(tx, &assumption, "fromMonth").await?;
    tx.insert(row).await
}

/// Sets the last month of an assumption; without a month, it holds without end.
///
/// # Errors
/// `Conflict` for a stale version, `Invalid` for a month before its first or in which another assumption holds.
pub async fn end(
    tx: &Tx,
    id: GrowthAssumptionId,
    expected_version: Option<i32>,
    last: Option<Month>,
) -> Result<growth_assumption::Model> {
    let before = find(tx, id).await?;
    expect_version("growth assumption", before.version, expected_version)?;
    accounts::lock(tx, before.account_id).await?;
    let to = last.map(Month::first_day);
    let (row, after) = edited(&before, |row: &mut growth_assumption::ActiveModel| row.to_month = Set(to))?;
    check(&after)?;
    refuse_overlap(tx, &after, "toMonth").await?;
    tx.update(before, |changed| *changed = row).await
}

/// Withdraws an assumption, as if it had never been made.
///
/// # Errors
/// `NotFound` when there is none, `Conflict` for a stale version.
pub async fn withdraw(
    tx: &Tx,
    id: GrowthAssumptionId,
    expected_version: Option<i32>,
) -> Result<growth_assumption::Model> {
    let assumption = find(tx, id).await?;
    expect_version("growth assumption", assumption.version, expected_version)?;
    tx.delete::<_, growth_assumption::ActiveModel>(assumption.clone()).await?;
    Ok(assumption)
}

/// The rules of an assumption by itself, whoever writes it.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn check(assumption: &growth_assumption::Model) -> Result<()> {
    let rate = assumption.monthly_rate;
    if rate > FASTEST || rate < Rate(-FASTEST.0) {
        let percent = rate.to_decimal() / Decimal::ONE_HUNDRED;
        let message = format!(
            "{rate} is not between -0.5 and 0.5 a month; growth is a fraction: {rate} % is {}",
            percent.normalize()
        );
        return Err(Error::invalid("monthlyRate", message));
    }
    require_plausible("fromMonth", Some(assumption.from_month))?;
    require_plausible("toMonth", assumption.to_month)?;
    for (field, month) in [("fromMonth", Some(assumption.from_month)), ("toMonth", assumption.to_month)] {
        if let Some(month) = month.filter(|month| *month != Month::of(*month).first_day()) {
            return Err(Error::invalid(field, format!("{month} is not the first day of a month")));
        }
    }
    match assumption.to_month {
        Some(to) if to < assumption.from_month => {
            let (from, to) = (Month::of(assumption.from_month), Month::of(to));
            Err(Error::invalid("toMonth", format!("{to} lies before the first month {from}")))
        }
        _ => Ok(()),
    }
}

async fn refuse_overlap(tx: &Tx, assumption: &growth_assumption::Model, field: &str) -> Result<()> {
    let others = of(tx, assumption.account_id, assumption.workload_id).await?;
    refuse_overlap_with(assumption, &others, field)
}

/// Refuses an assumption that holds in a month in which another for the same does.
///
/// # Errors
/// `Invalid` naming `field`, with both spans of months.
pub fn refuse_overlap_with<'a>(
    assumption: &growth_assumption::Model,
    others: impl IntoIterator<Item = &'a growth_assumption::Model>,
    field: &str,
) -> Result<()> {
    let overlapping = others.into_iter().find(|other| {
        other.id != assumption.id
            && other.to_month.is_none_or(|to| assumption.from_month <= to)
            && assumption.to_month.is_none_or(|to| other.from_month <= to)
    });
    match overlapping {
        Some(other) => Err(Error::invalid(
            field,
            format!(
                "{} overlaps the assumption of {} a month for {}",
                span(assumption),
                other.monthly_rate,
                span(other)
            ),
        )),
        None => Ok(()),
    }
}

fn span(assumption: &growth_assumption::Model) -> String {
    let from = Month::of(assumption.from_month);
    match assumption.to_month {
        Some(to) => format!("{from} to {}", Month::of(to)),
        None => format!("{from} and after"),
    }
}

async fn of(
    db: &impl Read,
    account: ProviderAccountId,
    workload: Option<WorkloadId>,
) -> Result<Vec<growth_assumption::Model>> {
    use growth_assumption::Column as C;
    let of_workload = match workload {
        Some(workload) => C::WorkloadId.eq(workload),
        None => C::WorkloadId.is_null(),
    };
    let query = growth_assumption::Entity::find().filter(C::AccountId.eq(account)).filter(of_workload);
    Ok(query.order_by_asc(C::FromMonth).all(db).await?)
}
