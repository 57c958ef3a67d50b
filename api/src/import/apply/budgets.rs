//! Ledger codes, budgets, their lines and postings.

use std::collections::{BTreeSet, HashSet};

use entity::finance::{
    actual_posting, budget_line,
    budget_version::{self, PlanRate, PlanRates, VersionStatus},
    chargeback, ledger_code,
};
use entity::id::{BudgetVersionId, ChargebackId, LedgerCodeId};
use sea_orm::{
    ActiveEnum, ActiveModelTrait, ActiveValue, ColumnTrait, Condition, EntityTrait, Iterable, QueryFilter,
    QuerySelect, TryIntoModel,
};

use super::engine::Run;
use super::fill::{Filling, amount, choice, put, put_any, rate};
use super::importable::{Candidate, Importable};
use super::known::{Key, Known, Table, rows_among};
use crate::error::{Error, Result};
use crate::finance::chargeback_postings::chargeback_of;
use crate::finance::places::{Names, Places, require_draft};
use crate::finance::{actual_postings, budget_lines, budget_versions, ledger_codes};
use crate::import::csv::Noun;
use crate::import::records::{ActualPosting, BudgetLine, BudgetPlace, BudgetVersion, LedgerCode};
use crate::import::{Origin, Records};

/// The version that a record names, with what its lines and postings are held against.
pub(super) fn places<'k>(known: &'k Known, name: &String) -> Result<&'k Places> {
    let version = known.budget_versions.named("budget", &Key::from(name))?;
    known.budgets.get(&version.id).ok_or_else(|| Error::internal("a budget that was not read"))
}

/// Reads what the lines and postings of some versions are held against.
pub(super) async fn read_places(
    run: &mut Run<'_>,
    names: impl Iterator<Item = &String>,
) -> Result<BTreeSet<BudgetVersionId>> {
    let named: BTreeSet<Key> = names.map(Key::from).collect();
    let versions: Vec<_> =
        named.iter().filter_map(|key| run.known.budget_versions.get(key)).cloned().collect();
    let ids = versions.iter().map(|version| version.id).collect();
    if !versions.is_empty() {
        let held = budget_version::Column::Id.is_in(versions.iter().map(|version| version.id));
        budget_versions::hold(run.tx, Condition::all().add(held)).await?;
        let found = Places::of_all(run.tx, versions).await?;
        run.known.budgets.extend(found);
    }
    Ok(ids)
}

/// Writes those columns of `given` that say something else than the row.
pub(super) fn merge<A: ActiveModelTrait>(row: &mut A, given: &A) {
    for column in <A::Entity as EntityTrait>::Column::iter() {
        let ActiveValue::Set(value) = given.get(column) else { continue };
        let is_same = matches!(
            row.get(column),
            ActiveValue::Set(known) | ActiveValue::Unchanged(known) if known == value
        );
        if !is_same {
            row.set(column, value);
        }
    }
}

fn needed(value: Option<&String>, column: &str) -> Result<String> {
    value.cloned().ok_or_else(|| Error::invalid(column, "is empty, and a new row needs it"))
}

/// Where a record belongs; of a row that is there, what the file does not say stays.
pub(super) fn names(place: &BudgetPlace, before: Option<Names>) -> Result<Names> {
    let before = before.unwrap_or_default();
    let or = |given: &Option<String>, known: String, column: &str| {
        let known = Some(known).filter(|known| !known.is_empty());
        needed(given.clone().or(known).as_ref(), column)
    };
    Ok(Names {
        cost_centre: or(&place.cost_centre, before.cost_centre, "cost_centre")?,
        account: or(&place.account, before.account, "account")?,
        tower: place.tower.clone().or(before.tower),
        site: place.site.clone().or(before.site),
        period: place.period.unwrap_or(before.period),
    })
}

pub(super) fn code(places: &Places, id: LedgerCodeId) -> String {
    places.directory.code(id).map(|code| code.code.clone()).unwrap_or_default()
}

impl Importable for LedgerCode {
    const NOUN: Noun = Noun::LedgerCode;
    type Entity = ledger_code::Entity;
    type Model = ledger_code::Model;
    type Row = ledger_code::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.ledger_codes
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn key(&self) -> Key {
        Key::of([&self.kind, &self.code])
    }

    fn needs(&self) -> Option<Key> {
        self.superseded_by.as_ref().map(|code| Key::of([&self.kind, code]))
    }

    fn table(known: &Known) -> &Table<ledger_code::Model> {
        &known.ledger_codes
    }

    fn table_mut(known: &mut Known) -> &mut Table<ledger_code::Model> {
        &mut known.ledger_codes
    }

    async fn load(run: &mut Run<'_>) -> Result<()> {
        if run.records.ledger_codes.is_empty() {
            return Ok(());
        }
        // All of them, for a successor may have one of its own: a company has few codes.
        for row in ledger_code::Entity::find().all(run.tx).await? {
            run.known.ledger_codes.put(Key(vec![row.kind.to_value(), row.code.clone()]), row);
        }
        Ok(())
    }

    fn fill(
        &self,
        row: &mut ledger_code::ActiveModel,
        _before: Option<&ledger_code::Model>,
        at: &mut Filling<'_>,
    ) -> Result<()> {
        put(&mut row.kind, choice("kind", Some(&self.kind))?);
        put(&mut row.code, Some(self.code.clone()));
        put(&mut row.name, self.name.clone());
        put_any(&mut row.category, self.category.clone());
        put_any(&mut row.owner, self.owner.clone());
        put_any(&mut row.valid_from_on, self.valid_from_on);
        put_any(&mut row.valid_to_on, self.valid_to_on);
        let successor = self.superseded_by.as_ref().map(|code| Key::of([&self.kind, code]));
        let successor =
            successor.map(|key| at.known.ledger_codes.named("superseded_by", &key)).transpose()?;
        put_any(&mut row.superseded_by_id, successor.map(|successor| successor.id));
        put_any(&mut row.superseded_from_on, self.superseded_from_on);
        Ok(())
    }

    fn check(row: Candidate<'_, ledger_code::Model>, known: &Known) -> Result<()> {
        ledger_codes::check(row.after)?;
        let mut seen = HashSet::from([row.after.id]);
        let mut next = row.after.superseded_by_id;
        while let Some(id) = next {
            if !seen.insert(id) {
                let message = format!("{} would take its own place", ledger_codes::naming(row.after));
                return Err(Error::invalid("superseded_by", message));
            }
            next = known.ledger_codes.with_id(id).and_then(|code| code.superseded_by_id);
        }
        Ok(())
    }

    async fn settle(run: &mut Run<'_>, row: Candidate<'_, ledger_code::Model>) -> Result<()> {
        match row.before {
            Some(before) => ledger_codes::require_charged_open(run.tx, before, row.after).await,
            None => Ok(()),
        }
    }

    fn refers_anew(before: &ledger_code::Model, after: &ledger_code::Model) -> bool {
        before.superseded_by_id != after.superseded_by_id
    }
}

impl Importable for BudgetVersion {
    const NOUN: Noun = Noun::BudgetVersion;
    type Entity = budget_version::Entity;
    type Model = budget_version::Model;
    type Row = budget_version::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.budget_versions
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn key(&self) -> Key {
        Key::from(&self.name)
    }

    fn table(known: &Known) -> &Table<budget_version::Model> {
        &known.budget_versions
    }

    fn table_mut(known: &mut Known) -> &mut Table<budget_version::Model> {
        &mut known.budget_versions
    }

    async fn load(run: &mut Run<'_>) -> Result<()> {
        let records = run.records;
        let names = records.budget_versions.iter().map(|record| &record.name);
        let names = names.chain(records.budget_lines.iter().map(|record| &record.budget));
        let names = names.chain(records.actual_postings.iter().map(|record| &record.budget));
        let explained = records.variance_explanations.iter();
        let names = names.chain(explained.flat_map(|record| [&record.budget, &record.against])).cloned();
        let column = budget_version::Column::Name;
        for row in rows_among::<budget_version::Entity, _>(run.tx, column, names).await? {
            run.known.budget_versions.put(Key::from(&row.name), row);
        }
        Ok(())
    }

    fn fill(
        &self,
        row: &mut budget_version::ActiveModel,
        before: Option<&budget_version::Model>,
        at: &mut Filling<'_>,
    ) -> Result<()> {
        put(&mut row.name, Some(self.name.clone()));
        put(&mut row.kind, choice("kind", self.kind.as_ref())?);
        put_any(&mut row.label, self.label.clone());
        put(&mut row.fiscal_year, self.fiscal_year);
        let calendar = at.known.fiscal_calendars.named_if_any("calendar", self.calendar.as_ref())?;
        put(&mut row.calendar_id, calendar.map(|calendar| calendar.id));
        put(&mut row.currency, self.currency.clone());
        let rates = self.plan_rates.iter().flatten().map(|given| {
            let rate = rate("plan_rates", Some(given.rate))?.unwrap_or_default();
            Ok(PlanRate { currency: given.currency.clone(), rate })
        });
        let rates = PlanRates(rates.collect::<Result<_>>()?);
        if self.plan_rates.is_some() || before.is_none() {
            put(&mut row.plan_rates, Some(rates));
        }
        put_any(&mut row.notes, self.notes.clone());
        if before.is_none() {
            row.status = ActiveValue::Set(VersionStatus::Draft);
        }
        Ok(())
    }

    fn check(row: Candidate<'_, budget_version::Model>, _known: &Known) -> Result<()> {
        if let Some(before) = row.before {
            require_draft(before)?;
            let kept = [
                ("kind", before.kind == row.after.kind),
                ("fiscal_year", before.fiscal_year == row.after.fiscal_year),
                ("calendar", before.calendar_id == row.after.calendar_id),
                ("currency", before.currency == row.after.currency),
            ];
            if let Some((column, _)) = kept.into_iter().find(|(_, is_kept)| !is_kept) {
                let message =
                    format!("is what the lines of {} are in, and stays; make another version", before.name);
                return Err(Error::invalid(column, message));
            }
        }
        budget_versions::check(row.after)
    }

    async fn settle(run: &mut Run<'_>, row: Candidate<'_, budget_version::Model>) -> Result<()> {
        match row.before {
            Some(before) => budget_versions::require_rates(run.tx, before, row.after).await,
            None => Ok(()),
        }
    }
}

impl Importable for BudgetLine {
    const NOUN: Noun = Noun::BudgetLine;
    type Entity = budget_line::Entity;
    type Model = budget_line::Model;
    type Row = budget_line::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.budget_lines
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn key(&self) -> Key {
        let BudgetPlace { cost_centre, account, tower, site, period } = &self.place;
        let given = |text: &Option<String>| text.clone().unwrap_or_default();
        Key(vec![
            self.budget.clone(),
            given(cost_centre),
            given(account),
            given(tower),
            given(site),
            period.unwrap_or_default().to_string(),
            self.view.clone(),
            self.currency.clone(),
            self.item.clone(),
        ])
    }

    fn table(known: &Known) -> &Table<budget_line::Model> {
        &known.budget_lines
    }

    fn table_mut(known: &mut Known) -> &mut Table<budget_line::Model> {
        &mut known.budget_lines
    }

    async fn load(run: &mut Run<'_>) -> Result<()> {
        let records = run.records;
        let ids = read_places(run, records.budget_lines.iter().map(|record| &record.budget)).await?;
        let column = budget_line::Column::VersionId;
        for row in rows_among::<budget_line::Entity, _>(run.tx, column, ids).await? {
            let Some(places) = run.known.budgets.get(&row.version_id) else { continue };
            let site = row.site_id.and_then(|id| places.directory.site(id));
            let key = Key(vec![
                places.version.name.clone(),
                code(places, row.cost_centre_id),
                code(places, row.account_id),
                row.tower_id.map(|id| code(places, id)).unwrap_or_default(),
                site.unwrap_or_default().to_owned(),
                row.period.to_string(),
                row.view.to_value(),
                row.currency.clone(),
                row.item.clone(),
            ]);
            run.known.budget_lines.put(key, row);
        }
        Ok(())
    }

    fn fill(
        &self,
        row: &mut budget_line::ActiveModel,
        before: Option<&budget_line::Model>,
        at: &mut Filling<'_>,
    ) -> Result<()> {
        let places = places(at.known, &self.budget)?;
        let quantity = rate("quantity", self.quantity)?;
        let unit_price = amount("unit_price", self.unit_price)?;
        let says_both = quantity.is_some() && unit_price.is_some();
        let kept = before.map(|before| before.amount).filter(|_| !says_both);
        let view = choice("view", Some(&self.view))?;
        let given = budget_lines::Given {
            names: names(&self.place, None)?,
            view: view.ok_or_else(|| Error::internal("a line without a view"))?,
            currency: self.currency.clone(),
            item: self.item.clone(),
            amount: amount("amount", self.amount)?.or(kept),
            quantity: quantity.or(before.and_then(|before| before.quantity)),
            unit_price: unit_price.or(before.and_then(|before| before.unit_price)),
            description: self.description.clone().or(before.and_then(|before| before.description.clone())),
            source: self.source.clone().or(before.and_then(|before| before.source.clone())),
        };
        merge(row, &budget_lines::row(given, places)?);
        Ok(())
    }

    fn check(row: Candidate<'_, budget_line::Model>, known: &Known) -> Result<()> {
        let places = known.budgets.get(&row.after.version_id);
        budget_lines::check(row.after, places.ok_or_else(|| Error::internal("a budget that was not read"))?)
    }
}

impl Importable for ActualPosting {
    const NOUN: Noun = Noun::ActualPosting;
    type Entity = actual_posting::Entity;
    type Model = actual_posting::Model;
    type Row = actual_posting::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.actual_postings
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn key(&self) -> Key {
        Key::of([&self.budget, &self.source, &self.document, &self.document_line])
    }

    fn table(known: &Known) -> &Table<actual_posting::Model> {
        &known.actual_postings
    }

    fn table_mut(known: &mut Known) -> &mut Table<actual_posting::Model> {
        &mut known.actual_postings
    }

    async fn load(run: &mut Run<'_>) -> Result<()> {
        let records = run.records;
        let ids = read_places(run, records.actual_postings.iter().map(|record| &record.budget)).await?;
        run.known.today = Some(crate::store::Read::caller(run.tx).now.date_naive());
        let named = records.actual_postings.iter().filter_map(|record| chargeback_of(&record.document));
        let named: BTreeSet<ChargebackId> = named.collect();
        if !named.is_empty() {
            let here = chargeback::Entity::find().select_only().column(chargeback::Column::Id);
            let here: Vec<ChargebackId> =
                here.filter(chargeback::Column::Id.is_in(named)).into_tuple().all(run.tx).await?;
            run.known.chargebacks = here.into_iter().collect();
        }
        let documents = records.actual_postings.iter().map(|record| record.document.clone());
        let column = actual_posting::Column::Document;
        for row in rows_among::<actual_posting::Entity, _>(run.tx, column, documents).await? {
            let Some(places) =
                run.known.budgets.get(&row.version_id).filter(|_| ids.contains(&row.version_id))
            else {
                continue;
            };
            let key = Key::of([&places.version.name, &row.source, &row.document, &row.document_line]);
            run.known.actual_postings.put(key, row);
        }
        Ok(())
    }

    fn fill(
        &self,
        row: &mut actual_posting::ActiveModel,
        before: Option<&actual_posting::Model>,
        at: &mut Filling<'_>,
    ) -> Result<()> {
        let places = places(at.known, &self.budget)?;
        merge(row, &actual_postings::row(self.given(before, places)?, places)?);
        let Some(before) = before else {
            put(&mut row.recorded_on, at.known.today);
            return Ok(());
        };
        let after: actual_posting::Model = row.clone().try_into_model()?;
        if actual_postings::says_the_same(before, &after) {
            return Ok(());
        }
        if !self.correction {
            return Err(actual_postings::differs(before, &after));
        }
        put(&mut row.recorded_on, at.known.today);
        Ok(())
    }

    fn check(row: Candidate<'_, actual_posting::Model>, known: &Known) -> Result<()> {
        let places = known.budgets.get(&row.after.version_id);
        let places = places.ok_or_else(|| Error::internal("a budget that was not read"))?;
        // What is posted by a chargeback of this database is posted once it was approved here, and not by a file.
        let document = actual_postings::Document::of(row.after);
        let is_ours = || chargeback_of(&document.number).is_some_and(|id| known.chargebacks.contains(&id));
        if row.before.is_none() && document.is_of_chargeback() && is_ours() {
            let message =
                format!("{document} is of a chargeback of this database, which posts it once approved");
            return Err(Error::invalid("document", message));
        }
        actual_postings::check(row.before, row.after, places)
    }
}

impl ActualPosting {
    /// What the file says, and what it says nothing about as it is.
    fn given(
        &self,
        before: Option<&actual_posting::Model>,
        places: &Places,
    ) -> Result<actual_postings::Given> {
        let known = before.map(|before| Names {
            cost_centre: code(places, before.cost_centre_id),
            account: code(places, before.account_id),
            tower: before.tower_id.map(|id| code(places, id)),
            site: before.site_id.and_then(|id| places.directory.site(id)).map(str::to_owned),
            period: before.period,
        });
        let quantity = rate("quantity", self.quantity)?;
        let unit_price = amount("unit_price", self.unit_price)?;
        let says_both = quantity.is_some() && unit_price.is_some();
        let kept = before.map(|before| before.amount).filter(|_| !says_both);
        // A correction that states an amount states all of it: without a quantity it has none any more.
        let is_whole = self.correction && self.amount.is_some() && quantity.is_none() && unit_price.is_none();
        let priced = before.filter(|_| !is_whole);
        let currency = self.currency.clone().or(before.map(|before| before.currency.clone()));
        let kind = choice("kind", self.kind.as_ref())?.or(before.map(|before| before.kind));
        let view = choice("view", self.view.as_ref())?.or(before.map(|before| before.view));
        Ok(actual_postings::Given {
            document: actual_postings::Document {
                source: self.source.clone(),
                number: self.document.clone(),
                line: self.document_line.clone(),
            },
            kind: kind.unwrap_or(actual_posting::PostingKind::Invoice),
            posted_on: self.posted_on.or(before.and_then(|before| before.posted_on)),
            names: names(&self.place, known)?,
            view: view.unwrap_or(budget_line::BudgetView::Pnl),
            currency: needed(currency.as_ref(), "currency")?,
            amount: amount("amount", self.amount)?.or(kept),
            quantity: quantity.or(priced.and_then(|before| before.quantity)),
            unit_price: unit_price.or(priced.and_then(|before| before.unit_price)),
            supplier: self.supplier.clone().or(before.and_then(|before| before.supplier.clone())),
            description: self.description.clone().or(before.and_then(|before| before.description.clone())),
            one_off: self.one_off.or(before.map(|before| before.one_off)).unwrap_or(false),
        })
    }
}
