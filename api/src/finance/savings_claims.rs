//! Lines of the ledger that initiatives claim: each line by one of them at most.

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::{
    finance::{
        savings_claim,
        savings_initiative::{self, SavingsStage},
    },
    id::SavingsInitiativeId,
};
use forecasting::month::Month;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use super::savings_initiatives;
use crate::{
    error::{Error, Result},
    rules::{draft, require_plausible, require_text},
    store::{Read, Tx},
};

/// A line of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LedgerLine {
    /// Its cost centre.
    pub cost_centre: String,
    /// Its account.
    pub account: String,
    /// Its month.
    pub month: Month,
    /// Its document; empty for all of cost centre, account and month.
    pub document: String,
}

impl LedgerLine {
    /// The line that a claim is for.
    #[must_use]
    pub fn of(claim: &savings_claim::Model) -> Self {
        Self {
            cost_centre: claim.cost_centre.clone(),
            account: claim.account.clone(),
            month: Month::of(claim.month),
            document: claim.document.clone(),
        }
    }
}

/// A line in words: `IT-100 / 6100 / 2026-05 / PO-7`.
#[must_use]
pub fn naming(claim: &savings_claim::Model) -> String {
    let month = Month::of(claim.month);
    let whole = format!("{} / {} / {month}", claim.cost_centre, claim.account);
    if claim.document.is_empty() { whole } else { format!("{whole} / {}", claim.document) }
}

/// Whether two claims are of the same money: a claim without a document is of all documents.
#[must_use]
pub fn overlap(one: &savings_claim::Model, other: &savings_claim::Model) -> bool {
    let same =
        one.cost_centre == other.cost_centre && one.account == other.account && one.month == other.month;
    same && (one.document == other.document || one.document.is_empty() || other.document.is_empty())
}

/// Claims lines for an initiative, each by itself: one that is refused leaves the others claimed. In the order given.
///
/// # Errors
/// `NotFound` when there is no such initiative, `Conflict` for a lost one.
pub async fn claim(
    tx: &Tx,
    id: SavingsInitiativeId,
    lines: &[LedgerLine],
) -> Result<Vec<Result<savings_claim::Model>>> {
    let initiative = savings_initiatives::find(tx, id).await?;
    if initiative.stage == SavingsStage::Lost {
        return Err(Error::Conflict(format!("{} is LOST and claims nothing", initiative.code)));
    }
    let mut known = in_months(tx, lines).await?;
    let codes = codes(tx, &known).await?;
    let mut outcomes = Vec::with_capacity(lines.len());
    for line in lines {
        let row = savings_claim::ActiveModel {
            id: Set(tx.new_id()),
            initiative_id: Set(id),
            cost_centre: Set(line.cost_centre.clone()),
            account: Set(line.account.clone()),
            month: Set(line.month.first_day()),
            document: Set(line.document.clone()),
            ..Default::default()
        };
        let new = draft(&row)?;
        let taken = known.iter().find(|claim| overlap(claim, &new));
        let refusal =
            check(&new).err().or_else(|| taken.map(|taken| twice(&initiative, taken, &codes, &new)));
        outcomes.push(match refusal {
            Some(refusal) => Err(refusal),
            None => {
                let claim = tx.insert(row).await?;
                known.push(claim.clone());
                Ok(claim)
            }
        });
    }
    Ok(outcomes)
}

/// Gives lines up that an initiative claims, each by itself. In the order given.
///
/// # Errors
/// `NotFound` when there is no such initiative.
pub async fn release(
    tx: &Tx,
    id: SavingsInitiativeId,
    lines: &[LedgerLine],
) -> Result<Vec<Result<savings_claim::Model>>> {
    savings_initiatives::find(tx, id).await?;
    let own = in_months(tx, lines).await?.into_iter().filter(|claim| claim.initiative_id == id);
    let mut own: HashMap<LedgerLine, savings_claim::Model> =
        own.map(|claim| (LedgerLine::of(&claim), claim)).collect();
    let mut outcomes = Vec::with_capacity(lines.len());
    for line in lines {
        outcomes.push(match own.remove(line) {
            Some(claim) => {
                tx.delete::<_, savings_claim::ActiveModel>(claim.clone()).await?;
                Ok(claim)
            }
            None => {
                let line = format!("{} / {} / {}", line.cost_centre, line.account, line.month);
                Err(Error::not_found("claim of the line", line))
            }
        });
    }
    Ok(outcomes)
}

async fn in_months(db: &impl Read, lines: &[LedgerLine]) -> Result<Vec<savings_claim::Model>> {
    let months: Vec<NaiveDate> = lines.iter().map(|line| line.month.first_day()).collect();
    let claims =
        savings_claim::Entity::find().filter(savings_claim::Column::Month.is_in(months)).all(db).await?;
    Ok(claims)
}

/// The codes of initiatives that claim something.
///
/// # Errors
/// Those of the database.
async fn codes(
    db: &impl Read,
    claims: &[savings_claim::Model],
) -> Result<HashMap<SavingsInitiativeId, String>> {
    let ids = claims.iter().map(|claim| claim.initiative_id);
    let rows =
        savings_initiative::Entity::find().filter(savings_initiative::Column::Id.is_in(ids)).all(db).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.code)).collect())
}

fn twice(
    initiative: &savings_initiative::Model,
    taken: &savings_claim::Model,
    codes: &HashMap<SavingsInitiativeId, String>,
    new: &savings_claim::Model,
) -> Error {
    let code = &initiative.code;
    if taken.initiative_id == initiative.id {
        return Error::Conflict(format!("the initiative {code} claims the line {} already", naming(taken)));
    }
    let other = codes.get(&taken.initiative_id).map_or("another", String::as_str);
    refused(code, other, new)
}

/// The refusal of a line that two initiatives claim.
#[must_use]
pub fn refused(code: &str, other: &str, claim: &savings_claim::Model) -> Error {
    let message = format!(
        "the line {} is claimed by the initiative {other}, so the initiative {code} cannot claim it as well",
        naming(claim)
    );
    Error::Conflict(message)
}

/// The rules of a claim, whoever writes it.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn check(claim: &savings_claim::Model) -> Result<()> {
    require_text("costCentre", &claim.cost_centre, 100)?;
    require_text("account", &claim.account, 100)?;
    require_plausible("month", Some(claim.month))?;
    if claim.month != Month::of(claim.month).first_day() {
        return Err(Error::invalid("month", format!("{} is not the first day of a month", claim.month)));
    }
    if claim.document.is_empty() { Ok(()) } else { require_text("document", &claim.document, 100) }
}
