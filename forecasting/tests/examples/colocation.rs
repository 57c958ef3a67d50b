//! Contract C1, metered months and the dates of terms.

use std::collections::BTreeMap;

use forecasting::colocation::{
    Abatement, Advance, BusinessDays, CabinetPower, Charge, ChargeKind, Circuit, Contract, CostOfSilence,
    Escalator, EventKind, Feed, Figure, Indices, Metering, MonthReading, Notice, NoticeUnit, OverageBasis,
    Phases, Planning, Proration, PueRule, RampStep, Recognition, Renewal, RenewalPrice, TerminationRule,
    contract_total, cost_of_silence, cpi_step, holdover, month_cost, monthly_rate, overage, power_month,
    renewal_exposure, straight_line_month, termination,
};
use forecasting::money::Currency;
use forecasting::month::{Month, add_months, term_end};
use rust_decimal::Decimal;

use super::{Examples, date, decimal, number};

/// Contract C1: 36 months from 2026-01-15, a ramp of 40, 70 and 100 kW, two free months, six cross-connects.
pub fn contract() -> Contract {
    let ramp = [(0, 40), (3, 70), (6, 100)];
    let space = Charge {
        escalator: Some(Escalator::yearly(number("0.03"))),
        ramp: ramp
            .map(|(month, kilowatts)| RampStep {
                from_contract_month: month,
                quantity: Decimal::from(kilowatts),
            })
            .to_vec(),
        abatements: vec![Abatement { from_contract_month: 0, months: 2, rate: Decimal::ONE }],
        ..Charge::new(ChargeKind::SpaceKw, Decimal::from(165), Decimal::ZERO)
    };
    let cross_connects = Charge {
        escalator: Some(Escalator::yearly(number("0.05"))),
        renewal_uplift: Some(number("0.05")),
        ..Charge::new(ChargeKind::CrossConnect, Decimal::from(300), Decimal::from(6))
    };
    Contract {
        currency: Currency::USD,
        signed: None,
        billing_start: date("2026-01-15"),
        initial_term_months: 36,
        stated_end: None,
        renewal: None,
        notice: None,
        notice_given: None,
        proration: Proration::ActualDaysCalendar,
        recognition: Recognition::default(),
        charges: vec![space, cross_connects],
    }
}

fn line(contract: &Contract, charge: usize, month: Month) -> Decimal {
    let end = contract.end(&BusinessDays::default());
    month_cost(contract, &contract.charges[charge], month, end, &Indices::default()).unwrap().amount
}

pub fn months(examples: &Examples) {
    let contract = contract();
    for month in [
        "2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-07", "2026-08", "2026-12", "2027-01",
        "2027-02", "2028-01", "2028-02", "2029-01",
    ] {
        let at: Month = month.parse().unwrap();
        let found = vec![line(&contract, 0, at), line(&contract, 1, at)];
        assert_eq!(found, examples.decimals(&format!("1.C1.{month}")), "{month}");
    }
    let term = || contract_months(&contract);
    let sum = |charge: usize| term().map(|month| line(&contract, charge, month)).sum::<Decimal>();
    assert_eq!(sum(0), examples.decimal("1.C1.total_space_power"));
    assert_eq!(sum(1), examples.decimal("1.C1.total_xc"));
    for year in [2026, 2027, 2028] {
        let months = term().filter(|month| month.year() == year);
        let total: Decimal = months.map(|month| line(&contract, 0, month) + line(&contract, 1, month)).sum();
        assert_eq!(total, examples.decimal(&format!("1.C1.cal{year}")));
    }
    assert_eq!(contract.initial_end(), examples.date("1.C1.end"));
    let indices = Indices::default();
    assert_eq!(contract_total(&contract, &indices).unwrap().amount, examples.decimal("1.contract_total"));
    let straight = straight_line_month(&contract, &indices).unwrap().amount;
    assert_eq!(straight, examples.decimal("1.C1.straight_line_month"));
    by_contract_month(examples, contract);
}

fn contract_months(contract: &Contract) -> impl Iterator<Item = Month> {
    Month::of(contract.billing_start).range(contract.initial_term_months + 1)
}

fn by_contract_month(examples: &Examples, contract: Contract) {
    let contract = Contract { proration: Proration::ContractMonth, ..contract };
    let total: Decimal =
        contract_months(&contract).map(|month| line(&contract, 0, month) + line(&contract, 1, month)).sum();
    assert_eq!(total, examples.decimal("1.contract_total"));
    let at = |number: i32| {
        let month = Month::of(contract.billing_start).plus(number);
        line(&contract, 0, month) + line(&contract, 1, month)
    };
    assert_eq!(at(18), examples.decimal("1.etf.month18_rate"));
    assert_eq!(at(24), examples.decimal("1.etf.month24_rate"));
    let remaining: Decimal = (18..36).map(at).sum();
    assert_eq!(remaining, examples.decimal("1.etf.remaining"));
    let renewal =
        Renewal { term_months: 12, maximum: None, price: RenewalPrice::FixedUplift(number("0.03")) };
    let renewing = Contract { renewal: Some(renewal), ..contract };
    let exposure = renewal_exposure(&renewing, 1, &Indices::default()).unwrap().unwrap();
    assert_eq!(exposure.amount, examples.decimal("1.autorenew.exposure12"));
    let days = BusinessDays::default();
    let silence = cost_of_silence(&renewing, date("2028-06-01"), &Indices::default(), &days).unwrap();
    let CostOfSilence::Renews(silence) = silence else { panic!("{silence:?}") };
    assert_eq!(silence.cost.amount, examples.decimal("1.autorenew.exposure12"));
}

fn circuit(feed: Feed, voltage: i64, amps: i64, phases: Phases, derate: &str) -> Circuit {
    Circuit {
        name: format!("{voltage} V {amps} A {feed:?}"),
        cabinet: "C01".to_owned(),
        feed: Some(feed),
        voltage: Decimal::from(voltage),
        amps: Decimal::from(amps),
        phases,
        derate: number(derate),
    }
}

pub fn power(examples: &Examples) {
    let usable = |voltage, amps, phases, derate| {
        circuit(Feed::A, voltage, amps, phases, derate).usable_kva().unwrap().round_dp(3)
    };
    assert_eq!(usable(208, 30, Phases::One, "0.8"), examples.decimal("1.power.1ph_208_30_80_kVA"));
    assert_eq!(usable(208, 30, Phases::Three, "0.8"), examples.decimal("1.power.3ph_208_30_80_kVA"));
    assert_eq!(usable(415, 32, Phases::Three, "1"), examples.decimal("1.power.3ph_415_32_100_kVA"));
    let pair = [Feed::A, Feed::B].map(|feed| circuit(feed, 208, 30, Phases::One, "0.8"));
    let cabinet = CabinetPower::of(&pair).unwrap().remove(0);
    assert_eq!(cabinet.protected.value(), Some(examples.decimal("1.power.AB_protected_kVA")));
    assert_eq!(cabinet.usable, examples.decimal("1.power.AB_naive_sum_kVA"));
    let amps = Figure::Known(examples.decimal("1.power.AB_max_amps_per_feed"));
    assert_eq!(pair.map(|circuit| cabinet.steady_amps(&circuit).unwrap()), [amps; 2]);
}

pub fn ends(examples: &Examples) {
    let (indices, days) = (Indices::default(), BusinessDays::default());
    let contract = contract();
    let rate = |day| monthly_rate(&contract, date(day), &indices, &days).unwrap().0;
    assert_eq!(rate("2027-07-15"), examples.decimal("1.etf.month18_rate"));
    assert_eq!(rate("2028-01-15"), examples.decimal("1.etf.month24_rate"));
    let rule = TerminationRule::RemainingCharges {
        share: number("0.75"),
        advances: vec![Advance { amount: Decimal::from(24_000), from: None, months: None }],
        fixed: Decimal::ZERO,
    };
    let last_day = date("2027-07-14");
    let ended = termination(&contract, &rule, last_day, last_day, &indices, &days).unwrap();
    assert_eq!(ended.remaining, examples.decimal("1.etf.remaining"));
    assert_eq!(ended.fee, examples.decimal("1.etf.75pct_plus_nrc"));

    let overstay = examples.value("8.overstay");
    let flat = Contract {
        billing_start: date("2024-03-01"),
        charges: vec![Charge::new(ChargeKind::SpaceCage, Decimal::from(31_000), Decimal::ONE)],
        ..contract
    };
    // The last move is on 15 April, and 30 days are left for taking down.
    let stayed = holdover(&flat, number("1.5"), date("2027-05-15"), &indices, &days).unwrap().unwrap();
    assert_eq!(Decimal::from(stayed.days), decimal(&overstay["days"]));
    assert_eq!(stayed.cost, decimal(&overstay["cost"]));
}

pub fn dates(examples: &Examples) {
    assert_eq!(add_months(date("2028-01-31"), 1), examples.date("1.date.jan31_plus_1m"));
    assert_eq!(term_end(date("2024-02-29"), 12), examples.date("1.date.start_2024_02_29_12m_end"));
    let notice = Notice {
        minimum: 90,
        maximum: Some(180),
        unit: NoticeUnit::CalendarDays,
        previous_business_day: true,
    };
    let renewal = Renewal { term_months: 12, maximum: None, price: RenewalPrice::ThenCurrent };
    let contract = Contract {
        billing_start: date("2024-03-01"),
        notice: Some(notice),
        renewal: Some(renewal),
        charges: Vec::new(),
        ..contract()
    };
    let days = BusinessDays::default();
    let term = contract.term(0).unwrap();
    assert_eq!(term.end, examples.date("1.term.end"));
    let deadline = contract.notice_deadline(&term, &days).unwrap();
    assert_eq!(deadline, examples.date("1.notice.90d"));
    assert_eq!(contract.notice_window_open(&term, &days), Some(examples.date("1.notice.window_open_180d")));
    let planning = Planning { decision_lead_days: Some(60), ..Planning::default() };
    let events = contract.events(&planning, &days, date("2026-01-01"), date("2028-12-31"));
    let first = |kind| events.iter().find(|event| event.kind == kind).unwrap().date;
    assert_eq!(first(EventKind::WindowOpen), examples.date("1.notice.window_open_180d"));
    assert_eq!(first(EventKind::DecisionDue), examples.date("1.notice.internal_decision_minus60d"));
    assert_eq!(first(EventKind::NoticeDeadline), examples.date("1.notice.90d"));
    assert_eq!(first(EventKind::TermEnd), examples.date("1.term.end"));
    assert_eq!(contract.term(1).unwrap().end, examples.date("1.renewal.term12_end"));
}

pub fn meters(examples: &Examples) {
    let pue = PueRule::MeasuredCapped(number("1.35")).billed(Some(number("1.42"))).unwrap();
    assert_eq!(pue, examples.decimal("1.pue"));
    let month = |pue, minimum_take| {
        let commitment = Decimal::from(100);
        let metering = Metering { pue, measured_pue: Some(number("1.42")), minimum_take, commitment };
        let energy = Charge {
            metering: Some(metering),
            ..Charge::new(ChargeKind::PowerMetered, number("0.085"), Decimal::ZERO)
        };
        let space = Charge::new(ChargeKind::SpaceKw, Decimal::from(110), commitment);
        let sold = Contract { billing_start: date("2026-01-01"), charges: vec![space, energy], ..contract() };
        let reading = MonthReading {
            month: "2026-01".parse().unwrap(),
            hours: Decimal::from(744),
            energy: Decimal::from(62 * 744),
            average: Decimal::from(62),
            peak: Figure::Known(Decimal::from(62)),
        };
        let terms = BTreeMap::new();
        power_month(&sold, reading.into(), &terms, &Indices::default(), &BusinessDays::default()).unwrap()
    };
    let cap = PueRule::MeasuredCapped(number("1.35"));
    let capped = month(cap, None);
    let uncapped = month(PueRule::Measured, None);
    let taken = month(cap, Some(number("0.70")));
    assert_eq!(capped.energy[0].billed_energy, examples.decimal("1.meter.kwh"));
    assert_eq!(capped.energy[0].pue, pue);
    assert_eq!(capped.energy[0].cost, examples.decimal("1.meter.energy_capped"));
    assert_eq!(uncapped.energy[0].cost, examples.decimal("1.meter.energy_uncapped"));
    assert_eq!(capped.total, examples.decimal("1.meter.total"));
    assert_eq!(taken.energy[0].billed_energy, examples.decimal("1.meter.min_take_70pct_kwh"));
    assert_eq!(taken.energy[0].cost, examples.decimal("1.meter.energy_min_take"));
    assert_eq!(capped.per_drawn_kw, Some(examples.decimal("1.meter.eff_per_kw_drawn")));
    assert_eq!(capped.per_committed_kw, Some(examples.decimal("1.meter.eff_per_kw_committed")));

    let excess = |basis| {
        let [commitment, peak, price] = [100, 112, 165].map(Decimal::from);
        overage(commitment, number("0.05"), peak, price, number("1.5"), basis).unwrap()
    };
    assert_eq!(excess(OverageBasis::AboveBuffer), examples.decimal("1.overage"));
    assert_eq!(excess(OverageBasis::AboveCommitment), examples.decimal("1.overage_all_above_commit"));

    let step = |current: i64| {
        let (floor, cap) = (Some(number("0.02")), Some(number("0.05")));
        cpi_step(Decimal::from(300), Decimal::from(current), floor, cap).unwrap()
    };
    for current in [309, 318, 303, 297] {
        assert_eq!(step(current), examples.decimal(&format!("1.cpi.300_{current}")));
    }
    assert_eq!(Decimal::from(10_000) * (Decimal::ONE + step(309)), examples.decimal("1.cpi.10000_309"));
}
