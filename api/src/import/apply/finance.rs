//! Currencies, exchange rates, fiscal calendars and users.

use std::collections::BTreeSet;

use entity::access::user::{self, Role};
use entity::finance::exchange_rate::RateKind;
use entity::finance::fiscal_calendar::{self, Years};
use entity::finance::{currency, exchange_rate, price_index_value};
use sea_orm::Iterable;

use super::describe::spoken;
use super::engine::Run;
use super::fill::{Filling, choice, put, put_any, rate, usual};
use super::importable::{Candidate, Importable};
use super::known::{Key, Known, Table, rows_among};
use crate::access::users;
use crate::error::{Error, Result};
use crate::finance::closed_rates::ClosedRates;
use crate::finance::{currencies, exchange_rates, fiscal_calendars, price_index_values};
use crate::import::csv::Noun;
use crate::import::records::{Currency, ExchangeRate, FiscalCalendar, PriceIndexValue, User};
use crate::import::{Origin, Records};

impl Importable for Currency {
    const NOUN: Noun = Noun::Currency;
    type Entity = currency::Entity;
    type Model = currency::Model;
    type Row = currency::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.currencies
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn key(&self) -> Key {
        Key::from(&self.code)
    }

    fn table(known: &Known) -> &Table<currency::Model> {
        &known.currencies
    }

    fn table_mut(known: &mut Known) -> &mut Table<currency::Model> {
        &mut known.currencies
    }

    async fn load(run: &mut Run<'_>) -> Result<()> {
        let codes = run.records.currencies.iter().map(|record| &record.code);
        let rates = &run.records.exchange_rates;
        let codes = codes.chain(rates.iter().flat_map(|record| [&record.base, &record.quote])).cloned();
        for row in rows_among::<currency::Entity, _>(run.tx, currency::Column::Code, codes).await? {
            run.known.currencies.put(Key::from(&row.code), row);
        }
        Ok(())
    }

    fn fill(
        &self,
        row: &mut currency::ActiveModel,
        before: Option<&currency::Model>,
        _at: &mut Filling<'_>,
    ) -> Result<()> {
        if before.is_none() {
            *row = currencies::of_standard(&self.code)?;
        }
        put(&mut row.name, self.name.clone());
        put(&mut row.minor_units, self.minor_units);
        Ok(())
    }

    fn check(row: Candidate<'_, currency::Model>, _known: &Known) -> Result<()> {
        currencies::check(row.after)
    }
}

impl Importable for ExchangeRate {
    const NOUN: Noun = Noun::ExchangeRate;
    type Entity = exchange_rate::Entity;
    type Model = exchange_rate::Model;
    type Row = exchange_rate::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.exchange_rates
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn key(&self) -> Key {
        Key(vec![self.base.clone(), self.quote.clone(), self.on_date.to_string(), self.kind.clone()])
    }

    fn table(known: &Known) -> &Table<exchange_rate::Model> {
        &known.exchange_rates
    }

    fn table_mut(known: &mut Known) -> &mut Table<exchange_rate::Model> {
        &mut known.exchange_rates
    }

    async fn load(run: &mut Run<'_>) -> Result<()> {
        let days = run.records.exchange_rates.iter().map(|record| record.on_date);
        let rows =
            rows_among::<exchange_rate::Entity, _>(run.tx, exchange_rate::Column::OnDate, days).await?;
        for row in rows {
            let kind = exchange_rates::spoken(row.kind);
            let key = Key(vec![row.base.clone(), row.quote.clone(), row.on_date.to_string(), kind]);
            run.known.exchange_rates.put(key, row);
        }
        if !run.records.exchange_rates.is_empty() {
            run.known.closed_rates = ClosedRates::load(run.tx, RateKind::iter()).await?;
        }
        Ok(())
    }

    fn fill(
        &self,
        row: &mut exchange_rate::ActiveModel,
        _before: Option<&exchange_rate::Model>,
        _at: &mut Filling<'_>,
    ) -> Result<()> {
        put(&mut row.base, Some(self.base.clone()));
        put(&mut row.quote, Some(self.quote.clone()));
        put(&mut row.on_date, Some(self.on_date));
        put(&mut row.kind, choice("kind", Some(&self.kind))?);
        put(&mut row.rate, rate("rate", self.rate)?);
        Ok(())
    }

    fn check(row: Candidate<'_, exchange_rate::Model>, known: &Known) -> Result<()> {
        exchange_rates::check(row.after)?;
        known.closed_rates.require(row.before, Some(row.after))
    }

    /// The first rate of a currency adds it to the currencies.
    async fn settle(run: &mut Run<'_>, row: Candidate<'_, exchange_rate::Model>) -> Result<()> {
        let Candidate { after, .. } = row;
        for code in [&after.base, &after.quote] {
            let key = Key::from(code);
            if run.known.currencies.get(&key).is_none() {
                let row = currencies::create(run.tx, currencies::of_standard(code)?).await?;
                run.known.currencies.put(key, row);
            }
        }
        Ok(())
    }
}

impl Importable for FiscalCalendar {
    const NOUN: Noun = Noun::FiscalCalendar;
    type Entity = fiscal_calendar::Entity;
    type Model = fiscal_calendar::Model;
    type Row = fiscal_calendar::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.fiscal_calendars
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn key(&self) -> Key {
        Key::from(&self.name)
    }

    fn table(known: &Known) -> &Table<fiscal_calendar::Model> {
        &known.fiscal_calendars
    }

    fn table_mut(known: &mut Known) -> &mut Table<fiscal_calendar::Model> {
        &mut known.fiscal_calendars
    }

    async fn load(run: &mut Run<'_>) -> Result<()> {
        let own = run.records.fiscal_calendars.iter().map(|record| &record.name);
        let closings = run.records.closed_periods.iter();
        let of_budgets = run.records.budget_versions.iter().filter_map(|record| record.calendar.as_ref());
        let of_closings = closings.filter_map(|record| record.fiscal_calendar.as_ref());
        let of_periods = run.records.period_closes.iter().map(|record| &record.calendar);
        let names = own.chain(of_closings).chain(of_budgets).chain(of_periods).cloned();
        let rows =
            rows_among::<fiscal_calendar::Entity, _>(run.tx, fiscal_calendar::Column::Name, names).await?;
        for row in rows {
            run.known.fiscal_calendars.put(Key::from(&row.name), row);
        }
        Ok(())
    }

    fn fill(
        &self,
        row: &mut fiscal_calendar::ActiveModel,
        _before: Option<&fiscal_calendar::Model>,
        _at: &mut Filling<'_>,
    ) -> Result<()> {
        put(&mut row.name, Some(self.name.clone()));
        put(&mut row.start_month, self.start_month);
        put(&mut row.label_by, choice("label_by", self.label_by.as_ref())?);
        put(&mut row.pattern, choice("pattern", self.pattern.as_ref())?);
        put_any(&mut row.anchor_on, self.anchor_on);
        put(&mut row.leap_week_years, self.leap_week_years.clone().map(Years));
        put(&mut row.is_default, self.is_default);
        usual(&mut row.leap_week_years, Years::default());
        usual(&mut row.is_default, false);
        Ok(())
    }

    fn check(row: Candidate<'_, fiscal_calendar::Model>, _known: &Known) -> Result<()> {
        fiscal_calendars::check(row.after)
    }

    /// One calendar is the default: of two in the files, the first.
    async fn settle(run: &mut Run<'_>, row: Candidate<'_, fiscal_calendar::Model>) -> Result<()> {
        let Candidate { before, after, .. } = row;
        if let Some(before) = before {
            fiscal_calendars::refuse_moved(run.tx, before, after).await?;
        }
        if !after.is_default || before.is_some_and(|before| before.is_default) {
            return Ok(());
        }
        let defaults = run.records.fiscal_calendars.iter().filter(|record| record.is_default == Some(true));
        let defaults: BTreeSet<&str> = defaults.map(|record| record.name.as_str()).collect();
        let earlier =
            run.known.fiscal_calendars.rows().find(|other| {
                other.is_default && other.id != after.id && defaults.contains(other.name.as_str())
            });
        if let Some(earlier) = earlier {
            let message = format!("the {} '{}' is the default", spoken(Self::NOUN), earlier.name);
            return Err(Error::invalid("is_default", message));
        }
        fiscal_calendars::give_way(run.tx).await?;
        Self::load(run).await
    }
}

impl Importable for User {
    const NOUN: Noun = Noun::User;
    type Entity = user::Entity;
    type Model = user::Model;
    type Row = user::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.users
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn key(&self) -> Key {
        Key::from(&self.email)
    }

    fn table(known: &Known) -> &Table<user::Model> {
        &known.users
    }

    fn table_mut(known: &mut Known) -> &mut Table<user::Model> {
        &mut known.users
    }

    async fn load(run: &mut Run<'_>) -> Result<()> {
        let addresses = run.records.users.iter().map(|record| record.email.clone());
        for row in rows_among::<user::Entity, _>(run.tx, user::Column::Email, addresses).await? {
            run.known.users.put(Key::from(&row.email), row);
        }
        Ok(())
    }

    fn fill(
        &self,
        row: &mut user::ActiveModel,
        _before: Option<&user::Model>,
        _at: &mut Filling<'_>,
    ) -> Result<()> {
        put(&mut row.email, Some(self.email.clone()));
        put(&mut row.name, self.name.clone());
        put(&mut row.role, choice::<Role>("role", self.role.as_ref())?);
        put(&mut row.active, self.active);
        usual(&mut row.active, true);
        Ok(())
    }

    fn check(row: Candidate<'_, user::Model>, _known: &Known) -> Result<()> {
        users::check(row.after)
    }

    /// Roles change and users go by the same rules as one by one.
    async fn write(run: &mut Run<'_>, before: user::Model, row: user::ActiveModel) -> Result<user::Model> {
        // Three changes that go together or not at all.
        run.tx
            .attempt(async |tx| {
                let (id, mut user) = (before.id, before);
                if *row.name.as_ref() != user.name {
                    user = users::rename(tx, id, None, row.name.as_ref().clone()).await?;
                }
                if *row.role.as_ref() != user.role {
                    user = users::change_role(tx, id, None, *row.role.as_ref()).await?;
                }
                match (*row.active.as_ref(), user.active) {
                    (true, false) => users::reactivate(tx, id, None).await,
                    (false, true) => users::deactivate(tx, id, None).await,
                    _ => Ok(user),
                }
            })
            .await
    }
}

impl Importable for PriceIndexValue {
    const NOUN: Noun = Noun::PriceIndexValue;
    type Entity = price_index_value::Entity;
    type Model = price_index_value::Model;
    type Row = price_index_value::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.price_index_values
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn key(&self) -> Key {
        Key(vec![self.series.clone(), self.month.to_string()])
    }

    fn table(known: &Known) -> &Table<price_index_value::Model> {
        &known.price_index_values
    }

    fn table_mut(known: &mut Known) -> &mut Table<price_index_value::Model> {
        &mut known.price_index_values
    }

    async fn load(run: &mut Run<'_>) -> Result<()> {
        let series = run.records.price_index_values.iter().map(|record| record.series.clone());
        let column = price_index_value::Column::Series;
        for row in rows_among::<price_index_value::Entity, _>(run.tx, column, series).await? {
            let key = Key(vec![row.series.clone(), row.month.to_string()]);
            run.known.price_index_values.put(key, row);
        }
        Ok(())
    }

    fn fill(
        &self,
        row: &mut price_index_value::ActiveModel,
        _before: Option<&price_index_value::Model>,
        _at: &mut Filling<'_>,
    ) -> Result<()> {
        put(&mut row.series, Some(self.series.clone()));
        put(&mut row.month, Some(self.month));
        put(&mut row.value, rate("value", self.value)?);
        put_any(&mut row.published_on, self.published_on);
        put_any(&mut row.source, self.source.clone());
        Ok(())
    }

    fn check(row: Candidate<'_, price_index_value::Model>, _known: &Known) -> Result<()> {
        price_index_values::check(row.after)
    }
}
