//! What is wrong with a contract, or worth a look: fields by their paths in the API.

use std::fmt::Display;

use entity::{
    contracts::{colocation_charge, colocation_contract, support_contract},
    id::SiteId,
};
use forecasting::{
    colocation::{BusinessDays, Contract, PueRule, Severity, validate},
    month::term_end,
};
use rust_decimal::Decimal;

use super::terms;
use crate::error::Error;

/// One thing about a contract that should not be so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Path of the field, as in the API: `charges[0].escalator.rate`.
    pub field: String,
    /// Its value; none where it is missing.
    pub value: Option<String>,
    /// The rule that it breaks.
    pub rule: String,
    /// Whether the contract cannot be computed, and so not be written.
    pub is_error: bool,
    /// What it affects each month, in the currency of the contract, where that can be told.
    pub affects: Option<Decimal>,
}

/// How the rules of the computation spell a missing value.
const NONE: &str = "none";

impl Finding {
    /// A value that keeps a contract from being computed.
    pub fn error(field: &str, value: impl Display, rule: &str) -> Self {
        Self {
            field: field.to_owned(),
            value: Some(value.to_string()),
            rule: rule.to_owned(),
            is_error: true,
            affects: None,
        }
    }

    /// A missing value that keeps a contract from being computed.
    #[must_use]
    pub fn missing(field: &str, rule: &str) -> Self {
        Self { field: field.to_owned(), value: None, rule: rule.to_owned(), is_error: true, affects: None }
    }

    /// A value that is kept although it is suspicious.
    pub fn warning(field: &str, value: impl Display, rule: impl Into<String>) -> Self {
        Self {
            field: field.to_owned(),
            value: Some(value.to_string()),
            rule: rule.into(),
            is_error: false,
            affects: None,
        }
    }

    /// A missing value that a contract can do without.
    #[must_use]
    pub fn lacking(field: &str, rule: &str) -> Self {
        Self { field: field.to_owned(), value: None, rule: rule.to_owned(), is_error: false, affects: None }
    }

    /// The same with its field placed under `prefix`.
    #[must_use]
    pub fn under(mut self, prefix: &str) -> Self {
        self.field = format!("{prefix}.{}", self.field);
        self
    }
}

impl From<Finding> for Error {
    fn from(finding: Finding) -> Self {
        let Finding { field, value, rule, .. } = finding;
        let message = match value {
            Some(value) => format!("{value} is refused: {rule}"),
            None => format!("is missing: {rule}"),
        };
        Self::invalid(field, message)
    }
}

/// Everything about a colocation contract, what is wrong before what is suspicious.
#[must_use]
pub fn of_colocation(
    contract: &colocation_contract::Model,
    charges: &[colocation_charge::Model],
) -> Vec<Finding> {
    let mut findings = match terms::colocation(contract, charges) {
        Ok(value) => {
            let mut findings: Vec<_> = validate(&value).into_iter().map(|p| of_problem(&value, p)).collect();
            findings.extend(of_notice(&value));
            findings
        }
        Err(finding) => vec![finding],
    };
    if contract.auto_renew
        && contract.renewal_price_rule == colocation_contract::RenewalPriceRule::FixedUplift
        && contract.renewal_uplift.is_none()
    {
        findings.push(Finding::lacking("renewal.uplift", "not known, so the last price is held"));
    }
    if is_blank(contract.owner.as_deref()) {
        findings.push(Finding::lacking("owner", "nobody answers for the contract"));
    }
    if charges.is_empty() {
        findings.push(Finding::lacking("charges", "a contract without charges costs nothing"));
    }
    findings.sort_by_key(|finding| !finding.is_error);
    findings
}

/// What is suspicious about the sites of a colocation contract. It may be without any while they are assigned anew.
#[must_use]
pub fn of_places(sites: &[SiteId]) -> Option<Finding> {
    let rule = "a contract without sites is for no place, and no site shows what it costs";
    sites.is_empty().then(|| Finding::lacking("sites", rule))
}

/// Everything about a support contract, what is wrong before what is suspicious.
#[must_use]
pub fn of_support(contract: &support_contract::Model) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(terms::support(contract).err());
    for (field, rate) in
        [("escalationRate", contract.escalation_rate), ("renewal.uplift", contract.renewal_uplift)]
    {
        if let Some(rate) = rate.filter(|rate| rate.to_decimal().abs() >= Decimal::ONE) {
            findings.push(Finding::error(field, rate, "a rate is a fraction: 0.03 is 3 %"));
        }
    }
    if let Some(rate) = contract.escalation_rate
        && contract.billing_frequency == support_contract::BillingFrequency::Prepaid
    {
        findings.push(Finding::error("escalationRate", rate, "a prepaid term has one price"));
    }
    let term_days = (contract.ends_on - contract.starts_on).num_days() + 1;
    if let Some(days) = contract.notice_days.filter(|days| i64::from(*days) > term_days) {
        findings.push(Finding::error("noticeDays", days, "notice is not longer than the term"));
    }
    if let Some(given) = contract.notice_given_on.filter(|given| {
        let term = terms::support_term_on(contract, *given);
        terms::support_deadline(contract, term).is_some_and(|deadline| *given > deadline)
    }) {
        let rule = "given after the deadline, so it ends the term after the one in which it was given";
        findings.push(Finding::warning("notice.givenOn", given, rule));
    }
    let months = terms::support_term_months(contract);
    if term_end(contract.starts_on, months) != contract.ends_on {
        let rule = format!("not a term of whole months: counted as {months}");
        findings.push(Finding::warning("endsOn", contract.ends_on, rule));
    }
    if contract.auto_renew && contract.renewal_uplift.is_none() {
        findings.push(Finding::lacking("renewal.uplift", "not known, so the last price is held"));
    }
    if is_blank(contract.owner.as_deref()) {
        findings.push(Finding::lacking("owner", "nobody answers for the contract"));
    }
    findings.sort_by_key(|finding| !finding.is_error);
    findings
}

fn is_blank(text: Option<&str>) -> bool {
    text.is_none_or(|text| text.trim().is_empty())
}

fn of_notice(contract: &Contract) -> Option<Finding> {
    let given = contract.notice_given?;
    let days = BusinessDays::default();
    let term = contract.term(contract.term_number(given))?;
    if contract.notice_deadline(&term, &days).is_some_and(|deadline| given > deadline) {
        let rule = match contract.term(term.number + 1) {
            Some(next) => format!("given after the deadline, so the contract ends on {}", next.end),
            None => "given after the deadline, and no renewal follows".to_owned(),
        };
        return Some(Finding::warning("notice.givenOn", given, rule));
    }
    let opens = contract.notice_window_open(&term, &days).filter(|opens| given < *opens)?;
    let rule = format!("given before the window opens on {opens}, so it may be void");
    Some(Finding::warning("notice.givenOn", given, rule))
}

fn of_problem(contract: &Contract, problem: forecasting::colocation::Problem) -> Finding {
    let (mut rule, is_error) = (problem.rule.to_owned(), problem.severity == Severity::Error);
    if problem.field == "stated_end" && !is_error {
        rule = format!("{rule}, {}", contract.initial_end());
    }
    let value = Some(problem.value).filter(|value| value != NONE);
    Finding { field: path(contract, &problem.field), value, rule, is_error, affects: None }
}

/// The path in the API of a field of the computed value.
fn path(contract: &Contract, field: &str) -> String {
    if let Some((position, rest)) = field.strip_prefix("charges[").and_then(|rest| rest.split_once("].")) {
        let charge = position.parse().ok().and_then(|position: usize| contract.charges.get(position));
        let capped = charge
            .and_then(|charge| charge.metering)
            .is_some_and(|metering| matches!(metering.pue, PueRule::MeasuredCapped(_)));
        return format!("charges[{position}].{}", charge_path(rest, capped));
    }
    match field {
        "initial_term_months" => "term.months".to_owned(),
        "stated_end" => "term.statedEndOn".to_owned(),
        "signed" => "term.signedOn".to_owned(),
        "notice_given" => "notice.givenOn".to_owned(),
        "renewal.term_months" => "renewal.months".to_owned(),
        "renewal.price.rate" => "renewal.uplift".to_owned(),
        other => camel_case(&other.replace("renewal.price.", "renewal.index.")),
    }
}

fn charge_path(field: &str, capped: bool) -> String {
    match field {
        "metering.commitment" => "metering.commitKilowatts".to_owned(),
        "metering.pue" if capped => "metering.powerUsageEffectivenessCap".to_owned(),
        "metering.pue" => "metering.powerUsageEffectivenessContractual".to_owned(),
        "metering.measured_pue" => "metering.powerUsageEffectivenessMeasured".to_owned(),
        "metering.minimum_take" => "metering.minimumTakeRate".to_owned(),
        "peak" => "peakKilowatts".to_owned(),
        "from" => "fromOn".to_owned(),
        "to" => "toOn".to_owned(),
        ramp if ramp.starts_with("ramp[") => camel_case(&ramp.replace(".quantity", ".kilowatts")),
        other => camel_case(&other.replace("escalator.cpi.", "escalator.").replace("].date", "].on")),
    }
}

fn camel_case(snake: &str) -> String {
    let mut words = snake.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |mut name, word| {
        let mut letters = word.chars();
        name.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        name.push_str(letters.as_str());
        name
    })
}
