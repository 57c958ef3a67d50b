//! What cost is divided by and among whom, and what is saved: of the standard division, once in any size.

use chrono::NaiveDate;
use entity::{
    finance::{
        allocation_model::{self, AllocationMethod, Level, Names, Node, Nodes, Rule, Rules, Target},
        ledger_code::{self, CodeKind},
        savings_claim,
        savings_initiative::{self, Evidence, Recurrence, SavingsKind, SavingsStage},
        unit_cost_part::{self, CostCategory, Kinds, Metric},
        volume::{self, Measure},
    },
    id::SavingsInitiativeId,
    inventory::hardware_model::HardwareKind,
    money::{Amount, Rate},
};
use forecasting::month::Month;
use rust_decimal::Decimal;
use sea_orm::ActiveValue::Set;

use super::{SOURCE, TODAY, dice::Sequence};
use crate::error::Result;

/// Months with volumes, the last of them the one before today's.
const MONTHS: u32 = 12;
/// What was counted: in the first month, and how much more in each after it.
const MEASURED: [(Measure, i64, i64); 6] = [
    (Measure::Endpoints, 1_745, 5),
    (Measure::UsedTerabytes, 800, 4),
    (Measure::DrawnKilowatts, 512, 1),
    (Measure::VirtualMachines, 2_310, 12),
    (Measure::Seats, 4_200, 0),
    (Measure::Tickets, 3_120, -20),
];

fn rate(whole: i64) -> Result<Rate> {
    Ok(Rate::try_from_decimal(Decimal::from(whole))?)
}

fn amount(whole: i64) -> Result<Amount> {
    Ok(Amount::try_from_decimal(Decimal::from(whole))?)
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or(TODAY)
}

/// The volumes of the company.
pub(super) fn volumes(ids: &mut Sequence, divisions: u32) -> Result<Vec<volume::ActiveModel>> {
    let first = Month::of(TODAY).plus(-i32::try_from(MONTHS).unwrap_or_default());
    let mut rows = Vec::new();
    for (measure, start, step) in MEASURED {
        for (place, month) in (0..).zip(first.range(MONTHS)) {
            let average = (start + step * place) * i64::from(divisions);
            rows.push(volume::ActiveModel {
                id: Set(ids.next()),
                measure: Set(measure),
                site_id: Set(None),
                month: Set(month.first_day()),
                average: Set(Some(rate(average)?)),
                opening: Set(None),
                closing: Set(None),
                source: Set(Some(SOURCE.to_owned())),
                ..Default::default()
            });
        }
    }
    Ok(rows)
}

/// What goes into the cost of a terabyte: its hardware, and a part of support and of space.
pub(super) fn parts(ids: &mut Sequence) -> Vec<unit_cost_part::ActiveModel> {
    let parts = [
        (CostCategory::Depreciation, 1_000, vec![HardwareKind::Storage]),
        (CostCategory::Support, 150, Vec::new()),
        (CostCategory::Colocation, 120, Vec::new()),
    ];
    let rows = parts.into_iter().map(|(category, thousandths, kinds)| unit_cost_part::ActiveModel {
        id: Set(ids.next()),
        metric: Set(Metric::PerTb),
        category: Set(category),
        share: Set(Rate(thousandths * 1_000_000)),
        kinds: Set(Kinds(kinds)),
        ..Default::default()
    });
    rows.collect()
}

/// Who bears what the estate costs.
pub(super) fn allocation(ids: &mut Sequence) -> Result<allocation_model::ActiveModel> {
    use CostCategory as C;
    let node = |name: &str, level, categories: &[C]| Node {
        name: name.to_owned(),
        level,
        categories: categories.to_vec(),
    };
    let nodes = vec![
        node("Facilities", Level::Pool, &[C::Colocation]),
        node("Hardware", Level::Pool, &[C::Depreciation, C::Support, C::Disposal]),
        node("Cloud services", Level::Pool, &[C::Cloud]),
        node("Network", Level::Tower, &[]),
        node("Compute", Level::Tower, &[]),
        node("Storage", Level::Tower, &[]),
        node("Plants", Level::Consumer, &[]),
        node("Sales", Level::Consumer, &[]),
        node("Research", Level::Consumer, &[]),
    ];
    let rules = [
        ("Facilities", "kW", vec![("Network", 10), ("Compute", 65), ("Storage", 25)], None),
        ("Hardware", "book value", vec![("Network", 22), ("Compute", 48), ("Storage", 30)], None),
        ("Cloud services", "tagged cost", vec![("Sales", 61), ("Research", 33)], Some(100)),
        ("Network", "ports", vec![("Compute", 3), ("Storage", 1), ("Plants", 6)], None),
        ("Compute", "virtual machines", vec![("Plants", 980), ("Sales", 870), ("Research", 592)], None),
        ("Storage", "used TB", vec![("Plants", 310), ("Sales", 214), ("Research", 320)], None),
    ];
    let order = rules.iter().map(|(source, ..)| (*source).to_owned()).collect();
    let rules = rules.into_iter().map(|(source, driver, targets, whole)| {
        let targets = targets.into_iter();
        let targets =
            targets.map(|(name, volume)| Ok(Target { name: name.to_owned(), volume: rate(volume)? }));
        Ok(Rule {
            source: source.to_owned(),
            driver: driver.to_owned(),
            targets: targets.collect::<Result<_>>()?,
            whole: whole.map(rate).transpose()?,
        })
    });
    Ok(allocation_model::ActiveModel {
        id: Set(ids.next()),
        name: Set("Showback".to_owned()),
        taxonomy_version: Set("2026".to_owned()),
        effective_from: Set(day(2026, 1, 1)),
        effective_to: Set(None),
        method: Set(AllocationMethod::StepDown),
        step_order: Set(Names(order)),
        nodes: Set(Nodes(nodes)),
        rules: Set(Rules(rules.collect::<Result<_>>()?)),
        ..Default::default()
    })
}

/// The cost centres that the pools of the model are relieved at, and those that bear what they give.
pub(super) fn bearers(ids: &mut Sequence) -> Vec<ledger_code::ActiveModel> {
    let centres = [
        ("CC-4400", "Facilities"),
        ("CC-4500", "Hardware"),
        ("CC-4600", "Cloud services"),
        ("CC-5100", "Plants"),
        ("CC-5200", "Sales"),
        ("CC-5300", "Research"),
    ];
    let rows = centres.into_iter().map(|(code, name)| ledger_code::ActiveModel {
        id: Set(ids.next()),
        kind: Set(CodeKind::CostCentre),
        code: Set(code.to_owned()),
        name: Set(name.to_owned()),
        ..Default::default()
    });
    rows.collect()
}

/// What is done to save money, and the lines of the ledger that show the one that is done.
pub(super) fn savings(
    ids: &mut Sequence,
) -> Result<(Vec<savings_initiative::ActiveModel>, Vec<savings_claim::ActiveModel>)> {
    use {SavingsKind as K, SavingsStage as S};
    let initiatives = [
        (
            "S-2026-01",
            "Colocation renegotiated and two managed services merged",
            "renegotiation",
            (K::Hard, S::Realised, day(2026, 5, 1)),
            (3_400_000, 840_000, Some(790_000)),
        ),
        (
            "S-2026-02",
            "Support of retired hardware ended",
            "retirement",
            (K::Hard, S::Approved, day(2027, 1, 1)),
            (410_000, 120_000, None),
        ),
        (
            "S-2027-01",
            "Rise of cloud prices avoided by a commitment",
            "commitment",
            (K::Avoidance, S::Identified, day(2027, 4, 1)),
            (4_100_000, 260_000, None),
        ),
    ];
    let (mut rows, mut claims) = (Vec::new(), Vec::new());
    for (code, name, lever, (kind, stage, starts_on), (baseline, claimed, confirmed)) in initiatives {
        let id: SavingsInitiativeId = ids.next();
        if stage == S::Realised {
            claims.extend((5..=10).map(|month| savings_claim::ActiveModel {
                id: Set(ids.next()),
                initiative_id: Set(id),
                cost_centre: Set("CC-4100".to_owned()),
                account: Set("6120".to_owned()),
                month: Set(day(2026, month, 1)),
                document: Set(String::new()),
                ..Default::default()
            }));
        }
        rows.push(savings_initiative::ActiveModel {
            id: Set(id),
            code: Set(code.to_owned()),
            name: Set(name.to_owned()),
            lever: Set(lever.to_owned()),
            kind: Set(kind),
            stage: Set(stage),
            currency: Set("USD".to_owned()),
            baseline_amount: Set(amount(baseline)?),
            baseline_from: Set(day(2025, 1, 1)),
            baseline_months: Set(12),
            baseline_method: Set("invoices of twelve months".to_owned()),
            baseline_fixed_on: Set(day(2026, 1, 20)),
            starts_on: Set(starts_on),
            ends_on: Set(None),
            recurrence: Set(Recurrence::Recurring),
            claimed_amount: Set(amount(claimed)?),
            confirmed_amount: Set(confirmed.map(amount).transpose()?),
            confirmed_on: Set(confirmed.map(|_| day(2026, 9, 30))),
            confirmed_by: Set(confirmed.map(|_| "Controlling".to_owned())),
            owner: Set(Some("Infrastructure".to_owned())),
            evidence: Set(Evidence(vec![format!("memorandum of {code}")])),
            ..Default::default()
        });
    }
    Ok((rows, claims))
}
