//! Closed periods of budgets, and what people said about variances.

use entity::finance::{
    period_close,
    variance_explanation::{self, VarianceDriver},
};
use sea_orm::{ActiveEnum, Condition};

use super::budgets::{code, merge, names, places, read_places};
use super::engine::Run;
use super::fill::{Filling, amount, choice, put};
use super::importable::{Candidate, Importable};
use super::known::{Key, Known, Table, rows_among};
use crate::error::{Error, Result};
use crate::finance::{budget_versions, period_closes, variances};
use crate::import::csv::Noun;
use crate::import::records::{BudgetPlace, PeriodClose, VarianceExplanation};
use crate::import::{Origin, Records};
use crate::store::Read;

/// Who imports, and on which day.
fn note_importer(run: &mut Run<'_>) {
    let caller = run.tx.caller();
    run.known.today = Some(caller.now.date_naive());
    run.known.importer = Some(caller.name.clone());
}

impl Importable for PeriodClose {
    const NOUN: Noun = Noun::PeriodClose;
    type Entity = period_close::Entity;
    type Model = period_close::Model;
    type Row = period_close::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.period_closes
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn key(&self) -> Key {
        Key(vec![self.calendar.clone(), self.fiscal_year.to_string(), self.period.to_string()])
    }

    fn needs(&self) -> Option<Key> {
        let before = Self { period: self.period - 1, ..self.clone() };
        (before.period > 0).then(|| before.key())
    }

    fn table(known: &Known) -> &Table<period_close::Model> {
        &known.period_closes
    }

    fn table_mut(known: &mut Known) -> &mut Table<period_close::Model> {
        &mut known.period_closes
    }

    async fn load(run: &mut Run<'_>) -> Result<()> {
        let named = run.records.period_closes.iter().map(|record| Key::from(&record.calendar));
        let calendars: Vec<_> =
            named.filter_map(|key| run.known.fiscal_calendars.get(&key)).cloned().collect();
        if calendars.is_empty() {
            return Ok(());
        }
        note_importer(run);
        let ids: Vec<_> = calendars.iter().map(|calendar| calendar.id).collect();
        let of_them = entity::finance::budget_version::Column::CalendarId;
        let held = sea_orm::ColumnTrait::is_in(&of_them, ids.iter().copied());
        budget_versions::hold(run.tx, Condition::all().add(held)).await?;
        let column = period_close::Column::CalendarId;
        for row in rows_among::<period_close::Entity, _>(run.tx, column, ids).await? {
            let calendar = calendars.iter().find(|calendar| calendar.id == row.calendar_id);
            let Some(calendar) = calendar else { continue };
            let key = Key(vec![calendar.name.clone(), row.fiscal_year.to_string(), row.period.to_string()]);
            run.known.period_closes.put(key, row);
        }
        Ok(())
    }

    fn fill(
        &self,
        row: &mut period_close::ActiveModel,
        before: Option<&period_close::Model>,
        at: &mut Filling<'_>,
    ) -> Result<()> {
        let calendar = at.known.fiscal_calendars.named("calendar", &Key::from(&self.calendar))?;
        put(&mut row.calendar_id, Some(calendar.id));
        put(&mut row.fiscal_year, Some(self.fiscal_year));
        put(&mut row.period, Some(self.period));
        let is_new = before.is_none();
        put(&mut row.closed_on, self.closed_on.or(at.known.today.filter(|_| is_new)));
        put(&mut row.closed_by, self.closed_by.clone().or(at.known.importer.clone().filter(|_| is_new)));
        Ok(())
    }

    fn check(row: Candidate<'_, period_close::Model>, known: &Known) -> Result<()> {
        let after = row.after;
        if let Some(before) = row.before {
            return Err(period_closes::is_closed(before));
        }
        let calendar = known.fiscal_calendars.with_id(after.calendar_id);
        let calendar = calendar.ok_or_else(|| Error::internal("a calendar that was not read"))?;
        let of_year = known
            .period_closes
            .rows()
            .filter(|close| close.calendar_id == after.calendar_id && close.fiscal_year == after.fiscal_year);
        let closed: Vec<_> = of_year.cloned().collect();
        let today = known.today.ok_or_else(|| Error::internal("an import without a day"))?;
        period_closes::check(after, &closed, calendar, today)
    }
}

impl Importable for VarianceExplanation {
    const NOUN: Noun = Noun::VarianceExplanation;
    type Entity = variance_explanation::Entity;
    type Model = variance_explanation::Model;
    type Row = variance_explanation::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.variance_explanations
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn key(&self) -> Key {
        let BudgetPlace { cost_centre, account, tower, site, period } = &self.place;
        let given = |text: &Option<String>| text.clone().unwrap_or_default();
        Key(vec![
            self.budget.clone(),
            self.against.clone(),
            given(cost_centre),
            given(account),
            given(tower),
            given(site),
            period.unwrap_or_default().to_string(),
            self.view.clone(),
            self.driver.clone(),
            self.note.clone(),
        ])
    }

    fn table(known: &Known) -> &Table<variance_explanation::Model> {
        &known.variance_explanations
    }

    fn table_mut(known: &mut Known) -> &mut Table<variance_explanation::Model> {
        &mut known.variance_explanations
    }

    async fn load(run: &mut Run<'_>) -> Result<()> {
        let records = run.records;
        if records.variance_explanations.is_empty() {
            return Ok(());
        }
        note_importer(run);
        let budgets = records.variance_explanations.iter().map(|record| &record.budget);
        let ids = read_places(run, budgets).await?;
        let column = variance_explanation::Column::VersionId;
        for row in rows_among::<variance_explanation::Entity, _>(run.tx, column, ids).await? {
            let Some(places) = run.known.budgets.get(&row.version_id) else { continue };
            let Some(against) = run.known.budget_versions.with_id(row.actual_id) else { continue };
            let site = row.site_id.and_then(|id| places.directory.site(id));
            let key = Key(vec![
                places.version.name.clone(),
                against.name.clone(),
                code(places, row.cost_centre_id),
                code(places, row.account_id),
                row.tower_id.map(|id| code(places, id)).unwrap_or_default(),
                site.unwrap_or_default().to_owned(),
                row.period.to_string(),
                row.view.to_value(),
                row.driver.to_value(),
                row.note.clone(),
            ]);
            run.known.variance_explanations.put(key, row);
        }
        Ok(())
    }

    fn fill(
        &self,
        row: &mut variance_explanation::ActiveModel,
        before: Option<&variance_explanation::Model>,
        at: &mut Filling<'_>,
    ) -> Result<()> {
        let places = places(at.known, &self.budget)?;
        let against = at.known.budget_versions.named("against", &Key::from(&self.against))?;
        let driver: Option<VarianceDriver> = choice("driver", Some(&self.driver))?;
        let view = choice("view", Some(&self.view))?;
        let kept = before.map(|before| before.amount);
        let given = variances::Given {
            plan: places.version.id,
            actual: against.id,
            names: names(&self.place, None)?,
            view: view.ok_or_else(|| Error::internal("an explanation without a view"))?,
            driver: driver.ok_or_else(|| Error::internal("an explanation without a driver"))?,
            amount: amount("amount", self.amount)?
                .or(kept)
                .ok_or_else(|| Error::invalid("amount", "is empty, and a new row needs it"))?,
            note: self.note.clone(),
        };
        merge(row, &variances::row(given, places, against)?);
        let is_new = before.is_none();
        put(&mut row.author, self.author.clone().or(at.known.importer.clone().filter(|_| is_new)));
        Ok(())
    }

    fn check(row: Candidate<'_, variance_explanation::Model>, _known: &Known) -> Result<()> {
        variances::check(row.after)
    }

    async fn settle(run: &mut Run<'_>, row: Candidate<'_, variance_explanation::Model>) -> Result<()> {
        // What was said stays when what it was said of is gone.
        if row.before.is_some() {
            return Ok(());
        }
        let places = run.known.budgets.get(&row.after.version_id);
        let places = places.ok_or_else(|| Error::internal("a budget that was not read"))?;
        let actual = run.known.budget_versions.with_id(row.after.actual_id);
        let actual = actual.ok_or_else(|| Error::internal("actual figures that were not read"))?;
        crate::finance::places::require_amounts(run.tx, row.after, places, actual).await
    }
}
