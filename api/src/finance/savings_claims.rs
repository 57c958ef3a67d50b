//! Lines of the ledger that initiatives claim: each line by one of them at most, whatever a reorganisation calls it.

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::{
    finance::{
        ledger_code::{self, CodeKind},
        savings_claim,
        savings_initiative::{self, SavingsStage},
    },
    id::{LedgerCodeId, SavingsInitiativeId},
};
use forecasting::month::Month;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use super::{ledger_codes::spoken, savings_initiatives};
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

/// The ledger's cost centres and accounts, each with what took its place in the end.
#[derive(Clone, Debug, Default)]
pub struct Codes(HashMap<(CodeKind, String), String>);

impl Codes {
    /// Reads all codes with one statement; a company has few.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn read(db: &impl Read) -> Result<Self> {
        let rows = ledger_code::Entity::find().all(db).await?;
        Ok(Self::of(rows.iter()))
    }

    /// Those of rows, among which the successors of each are.
    #[must_use]
    pub fn of<'r>(rows: impl Iterator<Item = &'r ledger_code::Model>) -> Self {
        let rows: HashMap<LedgerCodeId, &ledger_code::Model> = rows.map(|row| (row.id, row)).collect();
        let last = |row: &ledger_code::Model| {
            let mut last = row.code.clone();
            let mut next = row.superseded_by_id;
            // No chain is longer than there are codes.
            for _ in 0..rows.len() {
                let Some(successor) = next.and_then(|id| rows.get(&id)) else { break };
                last.clone_from(&successor.code);
                next = successor.superseded_by_id;
            }
            last
        };
        Self(rows.values().map(|row| ((row.kind, row.code.clone()), last(row))).collect())
    }

    /// Refuses a claim on a cost centre or an account that the ledger does not have.
    ///
    /// # Errors
    /// `Invalid` for `costCentre` or `account`, with what is close to it.
    pub fn require(&self, claim: &savings_claim::Model) -> Result<()> {
        let of = [
            ("costCentre", CodeKind::CostCentre, &claim.cost_centre),
            ("account", CodeKind::Account, &claim.account),
        ];
        for (field, kind, code) in of {
            if self.0.contains_key(&(kind, code.clone())) {
                continue;
            }
            let is_close = |known: &&(CodeKind, String)| {
                known.0 == kind && known.1.trim().to_lowercase() == code.trim().to_lowercase()
            };
            let close = self.0.keys().filter(is_close).map(|(_, known)| known).min();
            let close = close.map(|known| format!(", but {known} is")).unwrap_or_default();
            let message = format!("`{code}` is no {} of the ledger{close}", spoken(kind));
            return Err(Error::invalid(field, message));
        }
        Ok(())
    }

    /// What a code stands for: what took its place in the end, or the code itself.
    fn last<'c>(&'c self, kind: CodeKind, code: &'c str) -> &'c str {
        let code = code.trim();
        self.0.get(&(kind, code.to_owned())).map_or(code, String::as_str)
    }

    /// The line of a claim as text, by what took the place of its cost centre and its account: claims of one line have
    /// one.
    #[must_use]
    pub fn line(&self, claim: &savings_claim::Model) -> [String; 4] {
        [
            self.last(CodeKind::CostCentre, &claim.cost_centre).to_owned(),
            self.last(CodeKind::Account, &claim.account).to_owned(),
            claim.month.to_string(),
            claim.document.trim().to_owned(),
        ]
    }

    /// Whether two claims are of the same money: a claim without a document is of all documents, and a code is what
    /// took its place.
    #[must_use]
    pub fn overlap(&self, one: &savings_claim::Model, other: &savings_claim::Model) -> bool {
        if one.month != other.month {
            return false;
        }
        let ([one_centre, one_account, _, one_document], [centre, account, _, document]) =
            (self.line(one), self.line(other));
        let same = one_centre == centre && one_account == account;
        same && (one_document == document || one_document.is_empty() || document.is_empty())
    }
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
    let claimants = claimants(tx, &known).await?;
    let codes = Codes::read(tx).await?;
    let mut outcomes = Vec::with_capacity(lines.len());
    for line in lines {
        let row = savings_claim::ActiveModel {
            id: Set(tx.new_id()),
            initiative_id: Set(id),
            cost_centre: Set(line.cost_centre.trim().to_owned()),
            account: Set(line.account.trim().to_owned()),
            month: Set(line.month.first_day()),
            document: Set(line.document.trim().to_owned()),
            ..Default::default()
        };
        let new = draft(&row)?;
        let taken = known.iter().find(|claim| codes.overlap(claim, &new));
        let refusal = check(&new).and_then(|()| codes.require(&new)).err();
        let refusal = refusal.or_else(|| taken.map(|taken| twice(&initiative, taken, &claimants, &new)));
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
        // As it was recorded, or trimmed as it is since.
        let trimmed = LedgerLine {
            cost_centre: line.cost_centre.trim().to_owned(),
            account: line.account.trim().to_owned(),
            document: line.document.trim().to_owned(),
            month: line.month,
        };
        outcomes.push(match own.remove(line).or_else(|| own.remove(&trimmed)) {
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
async fn claimants(
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
    claimants: &HashMap<SavingsInitiativeId, String>,
    new: &savings_claim::Model,
) -> Error {
    let code = &initiative.code;
    if taken.initiative_id == initiative.id {
        return Error::Conflict(format!("the initiative {code} claims the line {} already", naming(taken)));
    }
    let other = claimants.get(&taken.initiative_id).map_or("another", String::as_str);
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
