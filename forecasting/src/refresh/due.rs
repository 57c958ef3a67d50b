//! When a refresh is due and when it must be ordered.

use chrono::{Days, NaiveDate};

use crate::month::add_months;

/// How reliable a date is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DateQuality {
    /// Published by the vendor.
    Published,
    /// Stated in a contract.
    Contract,
    /// Estimated, for example from a rule of the vendor.
    Estimated,
    /// Of unknown origin.
    Unknown,
}

/// A date in the life of a model or an asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Milestone {
    /// The day.
    pub date: NaiveDate,
    /// How reliable it is.
    pub quality: DateQuality,
}

/// The milestones of a hardware model, in the order in which they usually come. "End of sale" and "end of
/// support" are never abbreviated: they share their initials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Milestones {
    /// The vendor announces the end of sale.
    pub end_of_sale_announced: Option<Milestone>,
    /// Last day it can be ordered.
    pub end_of_sale: Option<Milestone>,
    /// Last day it is shipped.
    pub last_ship: Option<Milestone>,
    /// Last day of software maintenance.
    pub end_of_software_maintenance: Option<Milestone>,
    /// Last day of security fixes.
    pub end_of_security_support: Option<Milestone>,
    /// Last day of any support.
    pub last_date_of_support: Option<Milestone>,
}

/// What makes a refresh due. The order decides ties: support first, then warranty, age, risk, lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DueRule {
    /// The last date of support, less a margin.
    Support,
    /// The end of the warranty.
    Warranty,
    /// The age of the asset.
    Age,
    /// The first day its risk score passes a threshold.
    Risk,
    /// The return date of a lease.
    Lease,
}

impl DueRule {
    /// All rules, in the order that decides ties.
    pub const ALL: [Self; 5] = [Self::Support, Self::Warranty, Self::Age, Self::Risk, Self::Lease];
}

/// Which rules a policy enables, with their margins; `None` or `false` disables a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct RefreshPolicy {
    /// Age in months at which a refresh is due.
    pub age_months: Option<u32>,
    /// Months before the last date of support.
    pub support_margin_months: Option<u32>,
    /// Whether the end of the warranty makes a refresh due.
    pub warranty: bool,
    /// Whether the risk score does.
    pub risk: bool,
    /// Whether the return date of a lease does.
    pub lease: bool,
}

/// What is known of the asset whose refresh is in question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct RefreshSubject {
    /// The day it entered service.
    pub in_service: Option<NaiveDate>,
    /// The last date of support of its model.
    pub last_date_of_support: Option<Milestone>,
    /// Last day of the warranty.
    pub warranty_end: Option<NaiveDate>,
    /// First day its risk score passes the threshold.
    pub risk_date: Option<NaiveDate>,
    /// The day a lease returns it; only leased assets have one.
    pub lease_return: Option<NaiveDate>,
}

/// The date one enabled rule gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Candidate {
    /// The rule.
    pub rule: DueRule,
    /// Its date.
    pub date: NaiveDate,
    /// How reliable the date is.
    pub quality: DateQuality,
}

/// When a refresh is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// The earliest date of any enabled rule.
    pub date: NaiveDate,
    /// The rule it comes from; ties go to the rule named first in [`DueRule::ALL`].
    pub binding_rule: DueRule,
    /// How reliable the date is.
    pub quality: DateQuality,
    /// The date of every enabled rule that had its input, in the order of the rules.
    pub candidates: Vec<Candidate>,
    /// Enabled rules without their input: the refresh may be due earlier than `date`.
    pub without_input: Vec<DueRule>,
}

/// A due date, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DueOutcome {
    /// There is one.
    Due(Due),
    /// There is none, for a reason that can be shown to a person.
    NotComputable {
        /// Why, naming the inputs that are absent.
        reason: String,
        /// The enabled rules, none of which had its input.
        without_input: Vec<DueRule>,
    },
}

/// When the refresh of an asset is due under a policy: the earliest date of the enabled rules.
///
/// A rule without its input gives no date and is listed; absent input is never read as "not due". Assets that
/// are not leased owe the lease rule nothing.
pub fn due(policy: &RefreshPolicy, subject: &RefreshSubject) -> DueOutcome {
    let mut candidates = Vec::new();
    let mut without_input = Vec::new();
    let mut enabled = false;
    for rule in DueRule::ALL {
        let Some(found) = date_of(rule, policy, subject) else { continue };
        enabled = true;
        match found {
            Some(milestone) => {
                candidates.push(Candidate { rule, date: milestone.date, quality: milestone.quality });
            }
            None if rule == DueRule::Lease => {}
            None => without_input.push(rule),
        }
    }
    // min_by_key keeps the first of equals, which is the rule that wins the tie.
    match candidates.iter().min_by_key(|candidate| candidate.date).copied() {
        Some(first) => DueOutcome::Due(Due {
            date: first.date,
            binding_rule: first.rule,
            quality: first.quality,
            candidates,
            without_input,
        }),
        None => DueOutcome::NotComputable { reason: reason(enabled, &without_input), without_input },
    }
}

/// `None` if the rule is disabled, `Some(None)` if its input is absent.
fn date_of(rule: DueRule, policy: &RefreshPolicy, subject: &RefreshSubject) -> Option<Option<Milestone>> {
    let recorded =
        |date: Option<NaiveDate>, quality: DateQuality| date.map(|date| Milestone { date, quality });
    match rule {
        DueRule::Support => policy.support_margin_months.map(|margin| {
            subject.last_date_of_support.map(|milestone| Milestone {
                date: add_months(milestone.date, -signed(margin)),
                quality: milestone.quality,
            })
        }),
        DueRule::Warranty => policy.warranty.then(|| recorded(subject.warranty_end, DateQuality::Contract)),
        DueRule::Age => policy.age_months.map(|age| {
            let date = subject.in_service.map(|date| add_months(date, signed(age)));
            recorded(date, DateQuality::Contract)
        }),
        DueRule::Risk => policy.risk.then(|| recorded(subject.risk_date, DateQuality::Estimated)),
        DueRule::Lease => policy.lease.then(|| recorded(subject.lease_return, DateQuality::Contract)),
    }
}

fn signed(months: u32) -> i32 {
    i32::try_from(months).unwrap_or(i32::MAX)
}

fn reason(enabled: bool, without_input: &[DueRule]) -> String {
    if !enabled {
        return "the policy enables no rule".to_owned();
    }
    let inputs: Vec<_> = without_input
        .iter()
        .map(|rule| match rule {
            DueRule::Support => "last date of support",
            DueRule::Warranty => "end of warranty",
            DueRule::Age => "in-service date",
            DueRule::Risk => "risk score",
            DueRule::Lease => "return date of the lease",
        })
        .collect();
    if inputs.is_empty() {
        return "the policy refreshes leased assets only and this one is not leased".to_owned();
    }
    format!("no input for any enabled rule: {}", inputs.join(", "))
}

/// Days a refresh takes before it is in service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct LeadTimes {
    /// From order to delivery.
    pub lead_days: u32,
    /// From delivery to service.
    pub install_days: u32,
    /// To spare.
    pub buffer_days: u32,
}

impl LeadTimes {
    /// The last day to order what must be in service on the due date.
    pub fn order_by(&self, due: NaiveDate) -> NaiveDate {
        let days = u64::from(self.lead_days) + u64::from(self.install_days) + u64::from(self.buffer_days);
        due.checked_sub_days(Days::new(days)).unwrap_or(NaiveDate::MIN)
    }

    /// The day an order is paid: delivered after the lead time, invoiced then, paid by the terms of payment.
    pub fn cash_date(&self, ordered: NaiveDate, payment_terms_days: u32) -> NaiveDate {
        let days = u64::from(self.lead_days) + u64::from(payment_terms_days);
        ordered.checked_add_days(Days::new(days)).unwrap_or(NaiveDate::MAX)
    }
}
