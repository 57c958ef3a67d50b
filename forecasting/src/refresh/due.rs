//! When a refresh is due and when it must be ordered.

use chrono::{Days, NaiveDate};

use super::risk::RiskDate;
use crate::month::{Month, add_months};

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

/// What makes a refresh due. The order decides ties: support first, then warranty, age, risk, capacity, lease.
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
    /// The last day to order more for a pool of capacity that it is part of.
    Capacity,
    /// The return date of a lease.
    Lease,
}

impl DueRule {
    /// All rules, in the order that decides ties.
    pub const ALL: [Self; 6] =
        [Self::Support, Self::Warranty, Self::Age, Self::Risk, Self::Capacity, Self::Lease];
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
    /// Whether a pool of capacity that runs out does.
    pub capacity: bool,
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
    /// When its risk score reaches the threshold; see [`risk_date`](super::risk_date). `None` if the score is
    /// unknown.
    pub risk_date: Option<RiskDate>,
    /// By when more is needed of the pools of capacity that it is part of. `None` if that is unknown.
    pub capacity: Option<CapacityNeed>,
    /// The day a lease returns it; only leased assets have one.
    pub lease_return: Option<NaiveDate>,
}

/// What the pools of capacity that an asset is part of ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CapacityNeed {
    /// One runs out, and this is the last day to order more of it: see
    /// [`order_by`](crate::capacity::order::order_by) of the P90 of demand.
    OrderBy(NaiveDate),
    /// None runs out up to this month, the last that was looked at.
    NotWithin(Month),
    /// It is part of none.
    NoPool,
}

impl CapacityNeed {
    /// What two pools ask for together: the earlier day; that neither runs out is said up to the earlier month.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::OrderBy(one), Self::OrderBy(two)) => Self::OrderBy(one.min(two)),
            (Self::NotWithin(one), Self::NotWithin(two)) => Self::NotWithin(one.min(two)),
            (found @ Self::OrderBy(_), _)
            | (_, found @ Self::OrderBy(_))
            | (found @ Self::NotWithin(_), Self::NoPool)
            | (Self::NoPool, found) => found,
        }
    }
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
/// are not leased owe the lease rule nothing, a risk score that is known to stay below its threshold owes the risk rule
/// nothing, and so do assets that are part of no pool, or of pools that last, the capacity rule.
pub fn due(policy: &RefreshPolicy, subject: &RefreshSubject) -> DueOutcome {
    let mut candidates = Vec::new();
    let mut without_input = Vec::new();
    let mut not_met = Vec::new();
    for rule in DueRule::ALL {
        match date_of(rule, policy, subject) {
            Found::Disabled => {}
            Found::Date(milestone) => {
                candidates.push(Candidate { rule, date: milestone.date, quality: milestone.quality });
            }
            Found::Never(why) => not_met.push(why),
            Found::WithoutInput => without_input.push(rule),
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
        None => DueOutcome::NotComputable { reason: reason(&not_met, &without_input), without_input },
    }
}

/// When a part of something larger, as a blade is of its chassis, is due: with the larger thing on its day, by its rule,
/// unless it is due before. `whole` is that day, where the larger thing is replaced. Answers too whether the part goes
/// with it.
pub fn with_whole(own: DueOutcome, whole: Option<Candidate>) -> (DueOutcome, bool) {
    let Some(whole) = whole else { return (own, false) };
    match own {
        DueOutcome::Due(own) if own.date <= whole.date => (DueOutcome::Due(own), false),
        DueOutcome::Due(own) => {
            let (date, quality) = (whole.date, whole.quality);
            (DueOutcome::Due(Due { date, binding_rule: whole.rule, quality, ..own }), true)
        }
        DueOutcome::NotComputable { without_input, .. } => {
            let due = Due {
                date: whole.date,
                binding_rule: whole.rule,
                quality: whole.quality,
                candidates: Vec::new(),
                without_input,
            };
            (DueOutcome::Due(due), true)
        }
    }
}

/// What a rule has to say.
enum Found {
    Disabled,
    Date(Milestone),
    /// Everything is known and the rule makes nothing due, for a reason.
    Never(String),
    WithoutInput,
}

fn date_of(rule: DueRule, policy: &RefreshPolicy, subject: &RefreshSubject) -> Found {
    let enabled = match rule {
        DueRule::Support => policy.support_margin_months.is_some(),
        DueRule::Warranty => policy.warranty,
        DueRule::Age => policy.age_months.is_some(),
        DueRule::Risk => policy.risk,
        DueRule::Capacity => policy.capacity,
        DueRule::Lease => policy.lease,
    };
    if !enabled {
        return Found::Disabled;
    }
    let months = |months: Option<u32>| signed(months.unwrap_or(0));
    let recorded =
        |date: Option<NaiveDate>, quality: DateQuality| date.map(|date| Milestone { date, quality });
    let date = match rule {
        DueRule::Support => subject.last_date_of_support.map(|milestone| Milestone {
            date: add_months(milestone.date, -months(policy.support_margin_months)),
            quality: milestone.quality,
        }),
        DueRule::Warranty => recorded(subject.warranty_end, DateQuality::Contract),
        DueRule::Age => {
            let date = subject.in_service.map(|date| add_months(date, months(policy.age_months)));
            recorded(date, DateQuality::Contract)
        }
        DueRule::Risk => match subject.risk_date {
            Some(RiskDate::NotReached { until }) => {
                return Found::Never(format!("the risk score stays below its threshold up to {until}"));
            }
            Some(RiskDate::Reached(date)) => recorded(Some(date), DateQuality::Estimated),
            None => None,
        },
        DueRule::Capacity => match subject.capacity {
            Some(CapacityNeed::OrderBy(date)) => recorded(Some(date), DateQuality::Estimated),
            Some(CapacityNeed::NotWithin(last)) => {
                return Found::Never(format!("the capacity pools it is part of do not run out up to {last}"));
            }
            Some(CapacityNeed::NoPool) => {
                return Found::Never("it is part of no capacity pool".to_owned());
            }
            None => None,
        },
        DueRule::Lease if subject.lease_return.is_none() => {
            let why = "the policy refreshes leased assets only and this one is not leased";
            return Found::Never(why.to_owned());
        }
        DueRule::Lease => recorded(subject.lease_return, DateQuality::Contract),
    };
    date.map_or(Found::WithoutInput, Found::Date)
}

fn signed(months: u32) -> i32 {
    i32::try_from(months).unwrap_or(i32::MAX)
}

fn reason(not_met: &[String], without_input: &[DueRule]) -> String {
    let inputs: Vec<_> = without_input
        .iter()
        .map(|rule| match rule {
            DueRule::Support => "last date of support",
            DueRule::Warranty => "end of warranty",
            DueRule::Age => "in-service date",
            DueRule::Risk => "risk score",
            DueRule::Capacity => "forecast of its capacity pools",
            DueRule::Lease => "return date of the lease",
        })
        .collect();
    if !inputs.is_empty() {
        return format!("no input for any enabled rule: {}", inputs.join(", "));
    }
    if not_met.is_empty() {
        return "the policy enables no rule".to_owned();
    }
    not_met.join("; ")
}

/// Whether an exit makes a refresh needless: the asset leaves no later than `tolerance_months` after it falls due.
pub fn left_before_due(due: NaiveDate, exit: NaiveDate, tolerance_months: u32) -> bool {
    exit <= add_months(due, signed(tolerance_months))
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
