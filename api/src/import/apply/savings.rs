//! Savings initiatives, and the lines of the ledger that they claim.

use entity::finance::savings_claim;
use entity::finance::savings_initiative::{self, Evidence, Recurrence, SavingsStage};
use sea_orm::ActiveEnum;

use super::engine::Run;
use super::fill::{Filling, amount, choice, put, put_any, usual};
use super::importable::{Candidate, Importable};
use super::known::{Key, Known, Table, rows_among};
use crate::error::{Error, Result};
use crate::finance::{savings_claims, savings_initiatives};
use crate::import::csv::Noun;
use crate::import::records::{SavingsClaim, SavingsInitiative};
use crate::import::{Origin, Records};
use crate::store::Read;

impl Importable for SavingsInitiative {
    const NOUN: Noun = Noun::SavingsInitiative;
    type Entity = savings_initiative::Entity;
    type Model = savings_initiative::Model;
    type Row = savings_initiative::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.savings_initiatives
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn key(&self) -> Key {
        Key::from(&self.code)
    }

    fn table(known: &Known) -> &Table<savings_initiative::Model> {
        &known.savings_initiatives
    }

    fn table_mut(known: &mut Known) -> &mut Table<savings_initiative::Model> {
        &mut known.savings_initiatives
    }

    async fn load(run: &mut Run<'_>) -> Result<()> {
        let codes = run.records.savings_initiatives.iter().map(|record| &record.code);
        let codes = codes.chain(run.records.savings_claims.iter().filter_map(|it| it.initiative.as_ref()));
        let column = savings_initiative::Column::Code;
        for row in rows_among::<savings_initiative::Entity, _>(run.tx, column, codes.cloned()).await? {
            run.known.savings_initiatives.put(Key::from(&row.code), row);
        }
        Ok(())
    }

    fn fill(
        &self,
        row: &mut savings_initiative::ActiveModel,
        _before: Option<&savings_initiative::Model>,
        _at: &mut Filling<'_>,
    ) -> Result<()> {
        put(&mut row.code, Some(self.code.clone()));
        put(&mut row.name, self.name.clone());
        put(&mut row.lever, self.lever.clone());
        put(&mut row.kind, choice("kind", self.kind.as_ref())?);
        put(&mut row.stage, choice("stage", self.stage.as_ref())?);
        put(&mut row.currency, self.currency.clone());
        put(&mut row.baseline_amount, amount("baseline_amount", self.baseline_amount)?);
        put(&mut row.baseline_from, self.baseline_from);
        put(&mut row.baseline_months, self.baseline_months);
        put(&mut row.baseline_method, self.baseline_method.clone());
        put(&mut row.baseline_fixed_on, self.baseline_fixed_on);
        put(&mut row.starts_on, self.starts_on);
        put_any(&mut row.ends_on, self.ends_on);
        put(&mut row.recurrence, choice("recurrence", self.recurrence.as_ref())?);
        put(&mut row.claimed_amount, amount("claimed_amount", self.claimed_amount)?);
        put_any(&mut row.confirmed_amount, amount("confirmed_amount", self.confirmed_amount)?);
        put_any(&mut row.confirmed_on, self.confirmed_on);
        put_any(&mut row.confirmed_by, self.confirmed_by.clone());
        put_any(&mut row.owner, self.owner.clone());
        put(&mut row.evidence, self.evidence.clone().map(Evidence));
        usual(&mut row.stage, SavingsStage::Identified);
        usual(&mut row.baseline_months, 12);
        usual(&mut row.recurrence, Recurrence::Recurring);
        usual(&mut row.evidence, Evidence::default());
        Ok(())
    }

    /// A new initiative comes at any stage, as it does from another database; one that is there takes one step.
    fn check(row: Candidate<'_, savings_initiative::Model>, _known: &Known) -> Result<()> {
        if let Some(before) = row.before {
            savings_initiatives::check_change(before, row.after)?;
            if before.stage != row.after.stage {
                savings_initiatives::check_stage(before, row.after.stage)?;
            }
        }
        savings_initiatives::check(row.after)
    }

    /// What is realised is held to the day of the import; what is lost claims nothing any more.
    async fn settle(run: &mut Run<'_>, row: Candidate<'_, savings_initiative::Model>) -> Result<()> {
        savings_initiatives::check_proof(row.before, row.after, run.tx.caller().now.date_naive())?;
        match row.before {
            Some(before) if row.after.stage == SavingsStage::Lost && before.stage != SavingsStage::Lost => {
                savings_initiatives::release_all(run.tx, before.id).await
            }
            _ => Ok(()),
        }
    }
}

fn key(claim: &savings_claim::Model) -> Key {
    Key(vec![
        claim.cost_centre.clone(),
        claim.account.clone(),
        claim.month.to_string(),
        claim.document.clone(),
    ])
}

impl Importable for SavingsClaim {
    const NOUN: Noun = Noun::SavingsClaim;
    type Entity = savings_claim::Entity;
    type Model = savings_claim::Model;
    type Row = savings_claim::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.savings_claims
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn key(&self) -> Key {
        let document = self.document.clone().unwrap_or_default();
        Key(vec![self.cost_centre.clone(), self.account.clone(), self.month.to_string(), document])
    }

    fn table(known: &Known) -> &Table<savings_claim::Model> {
        &known.savings_claims
    }

    fn table_mut(known: &mut Known) -> &mut Table<savings_claim::Model> {
        &mut known.savings_claims
    }

    async fn load(run: &mut Run<'_>) -> Result<()> {
        let months = run.records.savings_claims.iter().map(|record| record.month);
        let claims =
            rows_among::<savings_claim::Entity, _>(run.tx, savings_claim::Column::Month, months).await?;
        let claimants = claims.iter().map(|claim| claim.initiative_id.0);
        let column = savings_initiative::Column::Id;
        for row in rows_among::<savings_initiative::Entity, _>(run.tx, column, claimants).await? {
            run.known.savings_initiatives.put(Key::from(&row.code), row);
        }
        for row in claims {
            run.known.savings_claims.put(key(&row), row);
        }
        if !run.records.savings_claims.is_empty() {
            // With those of the same files, which were written before.
            run.known.claimed_codes = savings_claims::Codes::read(run.tx).await?;
        }
        Ok(())
    }

    fn fill(
        &self,
        row: &mut savings_claim::ActiveModel,
        _before: Option<&savings_claim::Model>,
        at: &mut Filling<'_>,
    ) -> Result<()> {
        let initiative = at.known.savings_initiatives.named_if_any("initiative", self.initiative.as_ref())?;
        put(&mut row.initiative_id, initiative.map(|initiative| initiative.id));
        put(&mut row.cost_centre, Some(self.cost_centre.clone()));
        put(&mut row.account, Some(self.account.clone()));
        put(&mut row.month, Some(self.month));
        put(&mut row.document, Some(self.document.clone().unwrap_or_default()));
        Ok(())
    }

    fn check(row: Candidate<'_, savings_claim::Model>, known: &Known) -> Result<()> {
        let after = row.after;
        savings_claims::check(after)?;
        let code = |claim: &savings_claim::Model| {
            let initiative = known.savings_initiatives.with_id(claim.initiative_id);
            initiative.map_or_else(String::new, |initiative| initiative.code.clone())
        };
        let claimant = known.savings_initiatives.with_id(after.initiative_id);
        if let Some(lost) = claimant.filter(|claimant| claimant.stage == SavingsStage::Lost) {
            let message = format!("{} is {} and claims nothing", lost.code, lost.stage.to_value());
            return Err(Error::invalid("initiative", message));
        }
        let gives_way = row.before.filter(|before| before.initiative_id != after.initiative_id);
        let codes = &known.claimed_codes;
        if row.before.is_none() {
            // What was claimed before its codes had to be of the ledger stays as it is.
            codes.require(after)?;
        }
        let mut others = known.savings_claims.rows().filter(|other| other.id != after.id);
        let taken = gives_way.or_else(|| others.find(|other| codes.overlap(other, after)));
        match taken {
            Some(taken) => Err(savings_claims::refused(&code(after), &code(taken), after)),
            None => Ok(()),
        }
    }
}
