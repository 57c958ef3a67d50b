//! What a report is asked, as text by name: from the address of a page, or from flags.

use std::{str::FromStr, sync::Arc};

use chrono::NaiveDate;
use entity::id::{AllocationModelId, BudgetVersionId, EntityId, FiscalCalendarId};
use forecasting::{money::Currency, month::Month};
use rust_decimal::Decimal;

use super::Kind;
use crate::{
    access::Permission,
    error::{Error, Result},
    finance::{allocation_models, budget_versions, fiscal_calendars},
    scenarios::{Overlay, scenarios},
    schema::scalar::{Id, shown},
    store::Read,
};

/// Something that a report can be asked.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// Its name, as GraphQL has it.
    pub name: &'static str,
    /// Its name as a flag.
    pub flag: &'static str,
    /// What it means, with what is taken when it is left out.
    pub meaning: &'static str,
}

/// The scenario that a report is asked under.
pub(super) const SCENARIO: Parameter = Parameter {
    name: "scenario",
    flag: "scenario",
    meaning: "Scenario that is laid over what is recorded, by name or id; none when left out",
};

/// What was asked.
#[derive(Clone, Debug)]
pub struct Parameters {
    given: Vec<(String, String)>,
    today: NaiveDate,
}

impl Parameters {
    /// What was asked of a report, on a day.
    ///
    /// # Errors
    /// `Invalid` naming what the report is not asked, and what is given twice.
    pub fn new(kind: Kind, given: Vec<(String, String)>, today: NaiveDate) -> Result<Self> {
        for (place, (name, _)) in given.iter().enumerate() {
            if !kind.parameters().iter().any(|known| known.name == name) {
                let known: Vec<_> = kind.parameters().iter().map(|known| known.name).collect();
                let message =
                    format!("is nothing that {} is asked; it is asked {}", kind.name(), known.join(", "));
                return Err(Error::invalid(short(name), message));
            }
            if given.iter().take(place).any(|(other, _)| other == name) {
                return Err(Error::invalid(name, "is given twice: put commas between several values"));
            }
        }
        Ok(Self { given, today })
    }

    /// A value as it was given. An empty one is as good as none.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        let given = self.given.iter().find(|(known, _)| known == name);
        given.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }

    fn parsed<T: FromStr>(&self, name: &'static str, rule: &str) -> Result<Option<T>> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let refused = |_| Error::invalid(name, format!("{} {rule}", shown(text)));
        text.parse().map(Some).map_err(refused)
    }

    /// The day from which the future is seen; today when left out.
    ///
    /// # Errors
    /// `Invalid` for what is no day.
    pub fn as_of(&self) -> Result<NaiveDate> {
        Ok(self.date("asOf")?.unwrap_or(self.today))
    }

    /// A day.
    ///
    /// # Errors
    /// `Invalid` for what is none.
    pub fn date(&self, name: &'static str) -> Result<Option<NaiveDate>> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| text.len() == 10);
        let refused = || Error::invalid(name, format!("{} is not a date such as 2027-01-31", shown(text)));
        day.map(Some).ok_or_else(refused)
    }

    /// A month.
    ///
    /// # Errors
    /// `Invalid` for what is none.
    pub fn month(&self, name: &'static str) -> Result<Option<Month>> {
        self.parsed(name, "is not a month such as 2027-01")
    }

    /// A number of months.
    ///
    /// # Errors
    /// `Invalid` for what is no whole number.
    pub fn months(&self) -> Result<Option<i32>> {
        self.parsed("months", "is not a whole number of months")
    }

    /// A period of a fiscal year.
    ///
    /// # Errors
    /// `Invalid` for what is no whole number.
    pub fn period(&self, name: &'static str) -> Result<Option<i32>> {
        self.parsed(name, "is not the number of a period such as 6")
    }

    /// An amount.
    ///
    /// # Errors
    /// `Invalid` for what is no number.
    pub fn amount(&self, name: &'static str) -> Result<Option<Decimal>> {
        self.parsed(name, "is not an amount such as 10000.00")
    }

    /// A version of a budget, by its id or its name.
    ///
    /// # Errors
    /// `Invalid` when it is left out, and for a version that is not there.
    pub async fn budget(&self, db: &impl Read, name: &'static str) -> Result<BudgetVersionId> {
        let text = self.text(name).ok_or_else(|| Error::invalid(name, "is needed: name a budget version"))?;
        if let Ok(id) = Id::<BudgetVersionId>::parse(text) {
            return Ok(id.0);
        }
        let found = budget_versions::find_named(db, text).await?;
        let missing = || Error::invalid(name, format!("there is no budget version named {}", shown(text)));
        found.map(|version| version.id).ok_or_else(missing)
    }

    /// An allocation model, by its id or its name.
    ///
    /// # Errors
    /// `Invalid` when it is left out, and for a model that is not there.
    pub async fn allocation_model(&self, db: &impl Read) -> Result<AllocationModelId> {
        let text = self.text("model");
        let text = text.ok_or_else(|| Error::invalid("model", "is needed: name an allocation model"))?;
        if let Ok(id) = Id::<AllocationModelId>::parse(text) {
            return Ok(id.0);
        }
        let found = allocation_models::find_named(db, text).await?;
        let missing =
            || Error::invalid("model", format!("there is no allocation model named {}", shown(text)));
        found.map(|model| model.id).ok_or_else(missing)
    }

    /// A rate.
    ///
    /// # Errors
    /// `Invalid` for what is no number.
    pub fn rate(&self, name: &'static str) -> Result<Option<Decimal>> {
        self.parsed(name, "is not a number such as 0.03, which is 3 %")
    }

    /// A currency.
    ///
    /// # Errors
    /// `Invalid` for what is none.
    pub fn currency(&self) -> Result<Option<Currency>> {
        let code = self.text("currency");
        code.map(Currency::from_code).transpose().map_err(|cause| Error::invalid("currency", cause))
    }

    /// Several values, each once.
    ///
    /// # Errors
    /// `Invalid` for a value that is given twice.
    pub fn list(&self, name: &'static str) -> Result<Vec<&str>> {
        let mut list = Vec::new();
        for value in self.text(name).into_iter().flat_map(|text| text.split(',')).map(str::trim) {
            if value.is_empty() {
                continue;
            }
            if list.contains(&value) {
                return Err(Error::invalid(name, format!("{} is named twice", shown(value))));
            }
            list.push(value);
        }
        Ok(list)
    }

    /// Several words out of those that are known.
    ///
    /// # Errors
    /// `Invalid` for a word that is not known, and for one that is given twice.
    pub fn words<T: Copy + PartialEq>(&self, name: &'static str, known: &[(&str, T)]) -> Result<Vec<T>> {
        let mut values = Vec::new();
        for word in self.list(name)? {
            let is_it = |code: &str| code.eq_ignore_ascii_case(&word.replace('-', "_"));
            let Some((_, value)) = known.iter().find(|(code, _)| is_it(code)) else {
                let codes: Vec<_> = known.iter().map(|(code, _)| *code).collect();
                let message = format!("{} is none of {}", shown(word), codes.join(", "));
                return Err(Error::invalid(name, message));
            };
            if values.contains(value) {
                return Err(Error::invalid(name, format!("{} is named twice", shown(word))));
            }
            values.push(*value);
        }
        Ok(values)
    }

    /// One word out of those that are known.
    ///
    /// # Errors
    /// `Invalid` for a word that is not known, and for several.
    pub fn word<T: Copy + PartialEq>(&self, name: &'static str, known: &[(&str, T)]) -> Result<Option<T>> {
        match self.words(name, known)?.as_slice() {
            [] => Ok(None),
            [one] => Ok(Some(*one)),
            _ => Err(Error::invalid(name, "takes one word")),
        }
    }

    /// Ids of one kind.
    ///
    /// # Errors
    /// `Invalid` for what is no id, or one of another kind.
    pub fn ids<I: EntityId>(&self, name: &'static str) -> Result<Vec<I>> {
        let id =
            |text: &str| Id::<I>::parse(text).map(|id| id.0).map_err(|cause| Error::invalid(name, cause));
        self.list(name)?.into_iter().map(id).collect()
    }

    /// A fiscal calendar, by its id or its name.
    ///
    /// # Errors
    /// `Invalid` for a calendar that is not there.
    pub async fn calendar(&self, db: &impl Read) -> Result<Option<FiscalCalendarId>> {
        let Some(text) = self.text("fiscalCalendar") else { return Ok(None) };
        if let Ok(id) = Id::<FiscalCalendarId>::parse(text) {
            return Ok(Some(id.0));
        }
        match fiscal_calendars::find_named(db, text).await? {
            Some(calendar) => Ok(Some(calendar.id)),
            None => {
                let message = format!("there is no calendar named {}", shown(text));
                Err(Error::invalid("fiscalCalendar", message))
            }
        }
    }

    /// The scenario that is laid over what is recorded, by its id or its name; the baseline when left out.
    ///
    /// # Errors
    /// `Invalid` for a scenario that is not there, `Forbidden` as for its query.
    pub async fn scenario(&self, db: &impl Read) -> Result<Arc<Overlay>> {
        let Some(text) = self.text(SCENARIO.name) else { return Ok(Overlay::none()) };
        if !db.caller().may(Permission::ViewTotals) {
            return Err(Error::Forbidden { permission: Permission::ViewTotals, role: db.caller().role });
        }
        let id = scenarios::find_asked(db, text).await?;
        Overlay::load(db, Some(id)).await
    }
}

/// A name that came from outside, as far as a message repeats it.
fn short(name: &str) -> String {
    name.chars().filter(|letter| !letter.is_control()).take(50).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(given: &[(&str, &str)]) -> Result<Parameters> {
        let given = given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Parameters::new(Kind::Roadmap, given.collect(), NaiveDate::MIN)
    }

    #[test]
    fn what_is_not_known_or_given_twice_is_refused_by_name() {
        let refused = |given: &[(&str, &str)]| of(given).unwrap_err().to_string();
        assert!(refused(&[("form", "2027-01")]).starts_with("form: is nothing that roadmap is asked"));
        assert_eq!(
            refused(&[("view", "CASH"), ("view", "PNL")]),
            "view: is given twice: put commas between several values"
        );
    }

    #[test]
    fn values_are_read_or_refused_by_name() {
        let words = [("SITE", 1), ("COST_CENTRE", 2)];
        let asked =
            of(&[("groupBy", "site, cost-centre"), ("from", "2027-1"), ("months", " "), ("asOf", "x")]);
        let asked = asked.unwrap();
        assert_eq!(asked.words("groupBy", &words).unwrap(), [1, 2]);
        assert_eq!(asked.months().unwrap(), None);
        let message = asked.month("from").unwrap_err().to_string();
        assert_eq!(message, "from: `2027-1` is not a month such as 2027-01");
        assert_eq!(asked.as_of().unwrap_err().to_string(), "asOf: `x` is not a date such as 2027-01-31");
        let message = asked.words("groupBy", &words[..1]).unwrap_err().to_string();
        assert_eq!(message, "groupBy: `cost-centre` is none of SITE");
        let twice = of(&[("groupBy", "site,site")]).unwrap();
        assert_eq!(twice.words("groupBy", &words).unwrap_err().to_string(), "groupBy: `site` is named twice");
    }
}
