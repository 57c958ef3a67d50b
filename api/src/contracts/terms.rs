//! From rows to the values that months, dates and the roadmap are computed from. There is no other conversion.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use entity::contracts::{
    colocation_charge::{self, EscalatorAnchor, EscalatorKind},
    colocation_contract::{self, IndexTerms},
    support_contract::{self, BillingFrequency},
};
use forecasting::{
    ForecastError,
    colocation::{
        Abatement, Advance, Anchor, Billing, BusinessDays, Charge, ChargeKind, Contract, CpiTerms,
        Escalation, Escalator, Metering, Notice, NoticeUnit, OverageBasis, OverageTerms, Proration, PueRule,
        RampStep, Recognition, Renewal, RenewalPrice, Repricings, Term, TerminationRule, TerminationStep,
        Terms,
    },
    money::Currency,
    month::{add_months, months_between},
    roadmap::{PaymentFrequency, SupportContract, SupportRenewal},
};
use rust_decimal::Decimal;
use sea_orm::ActiveEnum;

use super::{findings::Finding, power_units};

type Converted<T> = Result<T, Finding>;

/// Renewals that are looked through for the one that a notice ends.
const MOST_RENEWALS: u32 = 1_200;

/// A colocation contract with its charges, in the order of its price sheet.
///
/// # Errors
/// The field, the value and the rule, where a term is missing without which nothing can be computed.
pub fn colocation(
    contract: &colocation_contract::Model,
    charges: &[colocation_charge::Model],
) -> Result<Contract, Finding> {
    let charges = charges
        .iter()
        .enumerate()
        .map(|(position, row)| charge(row).map_err(|finding| finding.under(&format!("charges[{position}]"))));
    Ok(Contract {
        currency: currency(&contract.currency)?,
        signed: Some(contract.signed_on),
        billing_start: contract.billing_starts_on,
        initial_term_months: count("term.months", contract.initial_term_months)?,
        stated_end: contract.stated_end_on,
        renewal: renewal(contract)?,
        notice: Some(notice(contract)?),
        notice_given: contract.notice_given_on,
        proration: match contract.proration {
            colocation_contract::Proration::ActualDaysCalendar => Proration::ActualDaysCalendar,
            colocation_contract::Proration::ContractMonth => Proration::ContractMonth,
        },
        // A finance lease is depreciated and bears interest, which is not worked out here.
        recognition: match contract.classification {
            colocation_contract::Classification::LeaseOperating => Recognition::StraightLine,
            _ => Recognition::AsInvoiced,
        },
        charges: charges.collect::<Converted<_>>()?,
    })
}

/// The term of a contract that runs on a day: the first before it begins, the last after it has ended.
#[must_use]
pub fn term_on(contract: &Contract, date: NaiveDate) -> Term {
    let last = contract.end(&BusinessDays::default());
    let number = contract.term_number(last.map_or(date, |last| date.min(last)));
    let initial = Term { number: 0, start: contract.billing_start, end: contract.initial_end() };
    contract.term(number).unwrap_or(initial)
}

/// The day of a notice that ends an agreement with the term that runs on a day, or with the one that ends on a day
/// that is named. None where there is no such term.
#[must_use]
pub fn notice_to_end(terms: &Terms, ends_on: Option<NaiveDate>, as_of: NaiveDate) -> Option<NaiveDate> {
    let term = terms.term(terms.term_number(ends_on.unwrap_or(as_of)))?;
    let deadline = terms.notice_deadline(&term, &BusinessDays::default()).unwrap_or(term.end);
    ends_on.is_none_or(|on| on == term.end).then_some(deadline)
}

/// A support contract.
///
/// # Errors
/// As [`colocation`].
pub fn support(contract: &support_contract::Model) -> Result<SupportContract, Finding> {
    let term_months = support_term_months(contract);
    let yearly_price = support_yearly_price(contract, contract.charge_amount.to_decimal());
    let frequency = match contract.billing_frequency {
        BillingFrequency::Monthly => PaymentFrequency::Monthly,
        BillingFrequency::Quarterly => PaymentFrequency::Quarterly,
        BillingFrequency::Yearly => PaymentFrequency::Yearly,
        BillingFrequency::Prepaid => PaymentFrequency::Upfront,
    };
    Ok(SupportContract {
        currency: currency(&contract.currency)?,
        signed: None,
        start: contract.starts_on,
        term_months,
        yearly_price,
        yearly_rise: contract.escalation_rate.unwrap_or_default().to_decimal(),
        frequency,
        renewal: support_renewal(contract)?,
        until: None,
        repriced: Repricings::default(),
    })
}

/// What a support contract costs a year at a charge per billing period; of a prepaid term, an even share.
#[must_use]
pub fn support_yearly_price(contract: &support_contract::Model, charge: Decimal) -> Decimal {
    match contract.billing_frequency {
        BillingFrequency::Monthly => charge * Decimal::from(12),
        BillingFrequency::Quarterly => charge * Decimal::from(4),
        BillingFrequency::Yearly => charge,
        BillingFrequency::Prepaid => {
            charge * Decimal::from(12) / Decimal::from(support_term_months(contract))
        }
    }
}

/// How long a support contract runs, by the dates that are stated. Notice that was given is kept beside the
/// renewals, so that it is known for a notice.
///
/// # Errors
/// As [`colocation`].
pub fn support_terms(contract: &support_contract::Model) -> Result<Terms, Finding> {
    let value = support(&support_contract::Model { notice_given_on: None, ..contract.clone() })?;
    let terms = value.terms(support_notice(contract), contract.notice_given_on);
    if terms.initial_end() == contract.ends_on {
        return Ok(terms);
    }
    // A last part of a month counts whole in the price; the dates are those that are stated.
    let after = contract.ends_on.succ_opt().unwrap_or(contract.ends_on);
    let months = i32::try_from(terms.initial_months).unwrap_or(i32::MAX);
    Ok(Terms { start: add_months(after, months.saturating_neg()), ..terms })
}

/// Months of a support term; a part of a month counts whole.
#[must_use]
pub fn support_term_months(contract: &support_contract::Model) -> u32 {
    let after = contract.ends_on.succ_opt().unwrap_or(contract.ends_on);
    let whole = months_between(contract.starts_on, after).max(0);
    let has_rest = add_months(contract.starts_on, whole) < after;
    (whole.unsigned_abs() + u32::from(has_rest)).max(1)
}

/// Last day on which notice ends a support contract with a term; the term is 0 or the number of a renewal.
/// None where no notice is agreed.
#[must_use]
pub fn support_deadline(contract: &support_contract::Model, renewals: u32) -> Option<NaiveDate> {
    let notice = support_notice(contract)?;
    Some(notice.deadline(support_end(contract, renewals), &BusinessDays::default()))
}

fn support_notice(contract: &support_contract::Model) -> Option<Notice> {
    Some(Notice {
        minimum: u32::try_from(contract.notice_days?).ok()?,
        maximum: contract.notice_days_maximum.and_then(|days| u32::try_from(days).ok()),
        unit: NoticeUnit::CalendarDays,
        previous_business_day: true,
    })
}

/// Last day of a support term.
fn support_end(contract: &support_contract::Model, renewals: u32) -> NaiveDate {
    let renewal = contract.renewal_term_months.unwrap_or_default().max(0);
    let months = renewal.saturating_mul(i32::try_from(renewals).unwrap_or(i32::MAX));
    let after = contract.ends_on.succ_opt().unwrap_or(contract.ends_on);
    let end = add_months(after, months);
    end.pred_opt().unwrap_or(end)
}

/// The number of the support term that runs on a day.
#[must_use]
pub fn support_term_on(contract: &support_contract::Model, date: NaiveDate) -> u32 {
    let renews = contract.auto_renew && contract.renewal_term_months.is_some_and(|months| months > 0);
    let mut renewals = 0;
    while renews && renewals < MOST_RENEWALS && support_end(contract, renewals) < date {
        renewals += 1;
    }
    renewals
}

fn support_renewal(contract: &support_contract::Model) -> Converted<Option<SupportRenewal>> {
    if !contract.auto_renew {
        return Ok(None);
    }
    let rule = "a contract that renews by itself states for how many months";
    let months = contract.renewal_term_months.ok_or_else(|| Finding::missing("renewal.months", rule))?;
    let maximum = contract.notice_given_on.map(|given| {
        let mut renewals = support_term_on(contract, given);
        while renewals < MOST_RENEWALS
            && support_deadline(contract, renewals).is_some_and(|deadline| given > deadline)
        {
            // Too late for the term in which it was given: it ends the first that it is early enough for.
            renewals += 1;
        }
        renewals
    });
    if maximum == Some(0) {
        return Ok(None);
    }
    let term_months = count("renewal.months", months)?;
    let uplift = contract.renewal_uplift.unwrap_or_default().to_decimal();
    Ok(Some(SupportRenewal { term_months, uplift, maximum }))
}

fn currency(code: &str) -> Converted<Currency> {
    let rule = "not a currency of ISO 4217 with a minor unit";
    Currency::from_code(code).map_err(|_| Finding::error("currency", code, rule))
}

fn count(field: &str, value: i32) -> Converted<u32> {
    u32::try_from(value).map_err(|_| Finding::error(field, value, "not negative"))
}

fn renewal(contract: &colocation_contract::Model) -> Converted<Option<Renewal>> {
    if !contract.auto_renew {
        return Ok(None);
    }
    let rule = "a contract that renews by itself states for how many months";
    let months = contract.renewal_term_months.ok_or_else(|| Finding::missing("renewal.months", rule))?;
    let maximum = contract.maximum_renewals.map(|most| count("renewal.maximum", most)).transpose()?;
    let price = match contract.renewal_price_rule {
        colocation_contract::RenewalPriceRule::FixedUplift => {
            RenewalPrice::FixedUplift(contract.renewal_uplift.unwrap_or_default().to_decimal())
        }
        colocation_contract::RenewalPriceRule::Cpi => {
            let rule = "a renewal priced by an index names the index";
            let index = contract.renewal_index.as_ref();
            RenewalPrice::Cpi(index_terms(index.ok_or_else(|| Finding::missing("renewal.index", rule))?)?)
        }
        colocation_contract::RenewalPriceRule::ThenCurrent => RenewalPrice::ThenCurrent,
        colocation_contract::RenewalPriceRule::Market => RenewalPrice::Market,
    };
    Ok(Some(Renewal { term_months: count("renewal.months", months)?, maximum, price }))
}

fn index_terms(index: &IndexTerms) -> Converted<CpiTerms> {
    if index.series.trim().is_empty() {
        return Err(Finding::missing("renewal.index.series", "a renewal priced by an index names the index"));
    }
    Ok(CpiTerms {
        series: index.series.clone(),
        lag_months: count("renewal.index.lagMonths", index.lag_months)?,
        floor: index.floor,
        cap: index.cap,
        no_decrease: index.no_decrease,
    })
}

fn notice(contract: &colocation_contract::Model) -> Converted<Notice> {
    Ok(Notice {
        minimum: count("notice.minimum", contract.notice_minimum)?,
        maximum: contract.notice_maximum.map(|most| count("notice.maximum", most)).transpose()?,
        unit: match contract.notice_unit {
            colocation_contract::NoticeUnit::CalendarDays => NoticeUnit::CalendarDays,
            colocation_contract::NoticeUnit::BusinessDays => NoticeUnit::BusinessDays,
            colocation_contract::NoticeUnit::Months => NoticeUnit::Months,
        },
        // A notice that arrives on a Sunday is argued about; one that arrived on the Friday before is not.
        previous_business_day: true,
    })
}

fn charge(row: &colocation_charge::Model) -> Converted<Charge> {
    let kind = kind(row.kind);
    if row.metering.is_some() && kind != ChargeKind::PowerMetered {
        return Err(Finding::error(
            "metering",
            row.kind.to_value(),
            "only POWER_METERED is billed by a meter",
        ));
    }
    let factor = power_units::power_factor(row)?;
    let metering = row.metering.as_ref();
    let average = metering.and_then(|metering| metering.average_kilowatts);
    let of_space = factor.filter(|_| kind == ChargeKind::SpaceKw);
    Ok(Charge {
        kind,
        unit_price: row.unit_price_amount.to_decimal(),
        quantity: average.unwrap_or_else(|| row.quantity.to_decimal()),
        from: row.from_on,
        to: row.to_on,
        billing: match row.billing {
            colocation_charge::Billing::Advance => Billing::Advance,
            colocation_charge::Billing::Arrears => Billing::Arrears,
        },
        escalator: match &row.escalator {
            Some(terms) => escalator(terms).map_err(|finding| finding.under("escalator"))?,
            None => None,
        },
        ramp: row.ramp.0.iter().enumerate().map(ramp_step).collect::<Converted<_>>()?,
        peak: row.peak_kilowatts.map(|peak| power_units::stated(peak.to_decimal(), of_space)),
        power_factor: of_space,
        abatements: row.abatements.0.iter().enumerate().map(abatement).collect::<Converted<_>>()?,
        metering: metering
            .map(|terms| meter(terms, factor))
            .transpose()
            .map_err(|finding| finding.under("metering"))?,
        renewal_uplift: row.renewal_uplift.map(entity::money::Rate::to_decimal),
        repriced: Repricings::default(),
    })
}

fn ramp_step((index, step): (usize, &colocation_charge::RampStep)) -> Converted<RampStep> {
    let field = format!("ramp[{index}].fromContractMonth");
    Ok(RampStep { from_contract_month: count(&field, step.from_contract_month)?, quantity: step.kilowatts })
}

fn abatement((index, abatement): (usize, &colocation_charge::Abatement)) -> Converted<Abatement> {
    let field = |name: &str| format!("abatements[{index}].{name}");
    Ok(Abatement {
        from_contract_month: count(&field("fromContractMonth"), abatement.from_contract_month)?,
        months: count(&field("months"), abatement.months)?,
        rate: abatement.rate,
    })
}

pub(crate) fn kind(kind: colocation_charge::ChargeKind) -> ChargeKind {
    match kind {
        colocation_charge::ChargeKind::SpaceKw => ChargeKind::SpaceKw,
        colocation_charge::ChargeKind::SpaceCabinet => ChargeKind::SpaceCabinet,
        colocation_charge::ChargeKind::SpaceCage => ChargeKind::SpaceCage,
        colocation_charge::ChargeKind::PowerCircuit => ChargeKind::PowerCircuit,
        colocation_charge::ChargeKind::PowerMetered => ChargeKind::PowerMetered,
        colocation_charge::ChargeKind::CrossConnect => ChargeKind::CrossConnect,
        colocation_charge::ChargeKind::Bandwidth => ChargeKind::Bandwidth,
        colocation_charge::ChargeKind::RemoteHands => ChargeKind::RemoteHands,
        colocation_charge::ChargeKind::Tax => ChargeKind::Tax,
        colocation_charge::ChargeKind::NonRecurring => ChargeKind::NonRecurring,
        colocation_charge::ChargeKind::Credit => ChargeKind::Credit,
    }
}

fn escalator(terms: &colocation_charge::Escalator) -> Converted<Option<Escalator>> {
    let escalation = match terms.kind {
        EscalatorKind::None => return Ok(None),
        EscalatorKind::Fixed => {
            let rule = "a FIXED escalator has a rate";
            Escalation::Fixed(terms.rate.ok_or_else(|| Finding::missing("rate", rule))?)
        }
        EscalatorKind::Cpi => {
            let rule = "a CPI escalator names the index that it follows";
            let series = terms.series.clone().filter(|series| !series.trim().is_empty());
            Escalation::Cpi(CpiTerms {
                series: series.ok_or_else(|| Finding::missing("series", rule))?,
                lag_months: count("lagMonths", terms.lag_months.unwrap_or_default())?,
                floor: terms.floor,
                cap: terms.cap,
                no_decrease: terms.no_decrease.unwrap_or_default(),
            })
        }
        EscalatorKind::Table => {
            let rule = "a TABLE escalator has a table";
            let steps = terms.table.as_ref().filter(|steps| !steps.is_empty());
            let steps = steps.ok_or_else(|| Finding::missing("table", rule))?;
            Escalation::Table(steps.iter().map(|step| (step.on, step.rate)).collect())
        }
    };
    refuse_foreign(terms)?;
    let anchor = match (terms.anchor, terms.first_on) {
        (EscalatorAnchor::Explicit, Some(first)) => Anchor::Explicit(first),
        (EscalatorAnchor::Explicit, None) => {
            return Err(Finding::missing("firstOn", "the anchor EXPLICIT needs the day of the first rise"));
        }
        (_, Some(first)) => {
            return Err(Finding::error("firstOn", first, "only the anchor EXPLICIT has a day of its own"));
        }
        (EscalatorAnchor::Anniversary, None) => Anchor::Anniversary,
        (EscalatorAnchor::CalendarJanuary, None) => Anchor::CalendarJanuary,
    };
    let every_months = count("everyMonths", terms.every_months)?;
    Ok(Some(Escalator { escalation, anchor, every_months, compounding: terms.compounding }))
}

/// Terms of another kind of escalator would be ignored in silence.
fn refuse_foreign(terms: &colocation_charge::Escalator) -> Converted<()> {
    let is = |kind: EscalatorKind| terms.kind == kind;
    let foreign = [
        ("rate", terms.rate.is_some() && !is(EscalatorKind::Fixed), "only a FIXED escalator has a rate"),
        (
            "series",
            terms.series.is_some() && !is(EscalatorKind::Cpi),
            "only a CPI escalator follows an index",
        ),
        ("floor", terms.floor.is_some() && !is(EscalatorKind::Cpi), "only a CPI escalator has a floor"),
        ("cap", terms.cap.is_some() && !is(EscalatorKind::Cpi), "only a CPI escalator has a cap"),
        ("table", terms.table.is_some() && !is(EscalatorKind::Table), "only a TABLE escalator has a table"),
    ];
    match foreign.into_iter().find(|(_, is_foreign, _)| *is_foreign) {
        Some((field, _, rule)) => Err(Finding::error(field, "given", rule)),
        None => Ok(()),
    }
}

fn meter(terms: &colocation_charge::Metering, factor: Option<Decimal>) -> Converted<Metering> {
    let pue = match (terms.power_usage_effectiveness_contractual, terms.power_usage_effectiveness_cap) {
        (Some(_), Some(cap)) => {
            let rule = "a contractual power usage effectiveness has no cap";
            return Err(Finding::error("powerUsageEffectivenessCap", cap, rule));
        }
        (Some(contractual), None) => PueRule::Contractual(contractual),
        (None, Some(cap)) => PueRule::MeasuredCapped(cap),
        (None, None) => PueRule::Measured,
    };
    let commitment = power_units::metered(terms, factor)?;
    if terms.minimum_take_rate.is_some() && commitment.is_none() {
        let rule = "a minimum take is a share of the commitment";
        return Err(Finding::missing("commitKilowatts", rule));
    }
    Ok(Metering {
        pue,
        measured_pue: terms.power_usage_effectiveness_measured,
        minimum_take: terms.minimum_take_rate,
        commitment: commitment.unwrap_or_default(),
    })
}

/// What overage of a charge costs.
#[must_use]
pub fn overage(terms: &colocation_charge::Overage) -> OverageTerms {
    OverageTerms {
        buffer: terms.buffer_rate,
        multiplier: terms.multiplier,
        basis: match terms.basis {
            colocation_charge::OverageBasis::AboveBuffer => OverageBasis::AboveBuffer,
            colocation_charge::OverageBasis::AboveCommitment => OverageBasis::AboveCommitment,
        },
    }
}

/// What overage costs of the charges of a price sheet that have terms of it, by their places.
#[must_use]
pub fn overages(charges: &[colocation_charge::Model]) -> BTreeMap<usize, OverageTerms> {
    let of_charge = |(place, charge): (usize, &colocation_charge::Model)| {
        Some((place, overage(charge.overage.as_ref()?)))
    };
    charges.iter().enumerate().filter_map(of_charge).collect()
}

/// What leaving a contract early costs, by the rule that is stored.
///
/// # Errors
/// The field, the value and the rule, where none or more than one kind of rule is stored, or one that cannot be
/// applied.
pub fn termination_rule(rule: &colocation_contract::TerminationRule) -> Result<TerminationRule, Finding> {
    let found = match (rule.share, rule.table.is_empty(), rule.fixed) {
        (Some(share), true, fixed) => {
            let advances = rule.advances.iter().enumerate().map(|(place, advance)| {
                let months = count(&format!("terminationRule.advances[{place}].months"), advance.months)?;
                Ok(Advance { amount: advance.amount, from: Some(advance.from_on), months: Some(months) })
            });
            let advances = advances.collect::<Converted<_>>()?;
            TerminationRule::RemainingCharges { share, advances, fixed: fixed.unwrap_or_default() }
        }
        (None, false, None) => {
            let steps = rule.table.iter().enumerate().map(|(place, step)| {
                let field = format!("terminationRule.table[{place}].fromContractMonth");
                let from_contract_month = count(&field, step.from_contract_month)?;
                Ok(TerminationStep { from_contract_month, fee: step.fee })
            });
            TerminationRule::DecliningTable(steps.collect::<Converted<_>>()?)
        }
        (None, true, Some(fixed)) => TerminationRule::Fixed(fixed),
        _ => {
            let rule = "it is a share with advances and a fixed fee, or a table, or a fixed fee alone";
            return Err(Finding::error("terminationRule", "given", rule));
        }
    };
    match found.check() {
        Ok(()) => Ok(found),
        Err(ForecastError::Invalid { field, value, rule }) => {
            Err(Finding::error(&format!("terminationRule.{}", field.replace(' ', "")), value, rule))
        }
        Err(other) => Err(Finding::error("terminationRule", "given", &other.to_string())),
    }
}
