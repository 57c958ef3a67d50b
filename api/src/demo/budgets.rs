//! What the company planned, what it spent, and why the two differ: two plans, a forecast and the postings of nine
//! months. A price rose, more seats were filled than planned, the euro got dearer, a cage was moved once, one bill is
//! there twice, and October is not posted yet.

use chrono::{Datelike, NaiveDate};
use entity::{
    finance::{
        actual_posting::{self, PostingKind},
        budget_line::{self, BudgetView},
        budget_version::{self, PlanRate, PlanRates, VersionKind, VersionStatus},
        exchange_rate::{self, RateKind},
        fiscal_calendar,
        ledger_code::{self, CodeKind},
        period_close,
        variance_explanation::{self, VarianceDriver},
    },
    id::{BudgetVersionId, FiscalCalendarId},
    money::{Amount, Rate},
};
use forecasting::month::Month;
use rust_decimal::Decimal;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use super::{SOURCE, TODAY, dice::Sequence};
use crate::{
    error::{Error, Result},
    finance::{
        actual_postings::{self, Document},
        budget_lines, budget_versions,
        places::{Names, Places},
        variances,
    },
    store::Tx,
};

/// The fiscal year that is running.
const YEAR: i32 = 2026;
/// Its last closed period: one more is over, and nothing is posted in it.
const CLOSED: i32 = 9;

const CODES: [(CodeKind, &str, &str); 21] = [
    (CodeKind::CostCentre, "CC-4100", "Infrastructure"),
    (CodeKind::CostCentre, "CC-4200", "Workplace"),
    (CodeKind::CostCentre, "CC-4300", "Cloud platform"),
    // Those that assets carry.
    (CodeKind::CostCentre, "4110", "Servers"),
    (CodeKind::CostCentre, "4120", "Storage"),
    (CodeKind::CostCentre, "4130", "Networks"),
    (CodeKind::CostCentre, "4140", "Racks and power"),
    (CodeKind::CostCentre, "4210", "Endpoints"),
    (CodeKind::Account, "0400", "Hardware that is capitalised"),
    (CodeKind::Account, "6110", "Power and space that are rented"),
    (CodeKind::Account, "6120", "Managed services"),
    (CodeKind::Account, "6200", "Cloud"),
    (CodeKind::Account, "6300", "Support of hardware"),
    (CodeKind::Account, "6400", "Depreciation"),
    (CodeKind::Account, "6500", "Workplace licences"),
    (CodeKind::Account, "6900", "Charged out to those who bear it"),
    (CodeKind::Tower, "facilities", "Facilities"),
    (CodeKind::Tower, "compute", "Compute"),
    (CodeKind::Tower, "storage", "Storage"),
    (CodeKind::Tower, "cloud", "Cloud services"),
    (CodeKind::Tower, "workplace", "Workplace"),
];

/// Something that is paid for every month: place, currency, and what a month of it costs in whole units and cents.
#[derive(Clone, Copy)]
struct Item {
    centre: &'static str,
    account: &'static str,
    tower: &'static str,
    site: Option<&'static str>,
    name: &'static str,
    supplier: &'static str,
    currency: &'static str,
    cost: Cost,
}

/// What a month costs.
#[derive(Clone, Copy)]
enum Cost {
    /// An amount, in cents.
    Flat(i64),
    /// A number of units at a price in cents.
    Priced(i64, i64),
}

const fn item(
    (centre, account, tower): (&'static str, &'static str, &'static str),
    site: Option<&'static str>,
    (name, supplier, currency): (&'static str, &'static str, &'static str),
    cost: Cost,
) -> Item {
    Item { centre, account, tower, site, name, supplier, currency, cost }
}

/// The running cost, some 12.8 million dollars a year.
const ITEMS: [Item; 10] = [
    item(
        ("CC-4100", "6110", "facilities"),
        Some("ASH-CO1"),
        ("Committed power in Ashburn", "Granite Peak", "USD"),
        Cost::Priced(320, 18_240),
    ),
    item(
        ("CC-4100", "6110", "facilities"),
        Some("FRA-CO1"),
        ("Committed power in Frankfurt", "Rheinkabel", "EUR"),
        Cost::Priced(180, 17_220),
    ),
    item(
        ("CC-4100", "6110", "facilities"),
        Some("DFW-CO1"),
        ("Committed power in Dallas", "Lone Star Halls", "USD"),
        Cost::Priced(150, 16_800),
    ),
    item(
        ("CC-4100", "6120", "compute"),
        None,
        ("Managed services", "Bluewater", "USD"),
        Cost::Flat(9_200_000),
    ),
    item(
        ("CC-4100", "6300", "compute"),
        None,
        ("Support contracts", "Several makers", "USD"),
        Cost::Flat(16_600_000),
    ),
    item(
        ("CC-4100", "6400", "compute"),
        None,
        ("Servers written off", "Ledger", "USD"),
        Cost::Flat(14_800_000),
    ),
    item(
        ("CC-4100", "6400", "storage"),
        None,
        ("Storage written off", "Ledger", "USD"),
        Cost::Flat(5_400_000),
    ),
    item(
        ("CC-4200", "6400", "workplace"),
        None,
        ("Endpoints written off", "Ledger", "USD"),
        Cost::Flat(9_600_000),
    ),
    item(
        ("CC-4200", "6500", "workplace"),
        None,
        ("Seats", "Northwind Software", "USD"),
        Cost::Priced(4_200, 1_450),
    ),
    item(("CC-4300", "6200", "cloud"), None, ("Cloud", "Several providers", "USD"), Cost::Flat(33_000_000)),
];

/// Capital by period: what, and how much was planned and paid, in whole dollars.
const CAPITAL: [(i32, &str, &str, i64, i64); 4] = [
    (3, "CC-4200", "Laptops, first half", 700_000, 689_300),
    (5, "CC-4100", "Servers in Ashburn", 1_400_000, 1_438_700),
    (9, "CC-4100", "Storage in Frankfurt", 1_100_000, 1_092_000),
    (11, "CC-4200", "Laptops, second half", 800_000, 0),
];

/// Dollars for a euro, on average over each month that is over, in thousandths.
const EUROS: [i64; 10] = [1104, 1109, 1121, 1136, 1142, 1150, 1163, 1158, 1171, 1168];

/// What a month of an item came to, beside what was planned.
fn actual(item: &Item, period: i32) -> Cost {
    match (item.name, item.cost) {
        // The uplift was agreed above what was planned.
        ("Committed power in Ashburn", Cost::Priced(quantity, _)) if period >= 4 => {
            Cost::Priced(quantity, 19_390)
        }
        // A plant was staffed earlier.
        ("Seats", Cost::Priced(_, price)) if period >= 6 => Cost::Priced(4_415, price),
        // Billed a month early, and less in the next.
        ("Support contracts", Cost::Flat(cents)) if period == 3 => Cost::Flat(cents + 2_400_000),
        ("Support contracts", Cost::Flat(cents)) if period == 4 => Cost::Flat(cents - 2_400_000),
        ("Cloud", Cost::Flat(cents)) => Cost::Flat(cents + i64::from(period - 4) * 140_000),
        (_, cost) => cost,
    }
}

/// A cost that is so many thousandths of another.
fn scaled(cost: Cost, thousandths: i64) -> Cost {
    match cost {
        Cost::Flat(cents) => Cost::Flat(cents / 1_000 * thousandths),
        Cost::Priced(quantity, price) => Cost::Priced(quantity, price * thousandths / 1_000),
    }
}

type Figures = (Option<Amount>, Option<Rate>, Option<Amount>);

fn figures(cost: Cost) -> Result<Figures> {
    let cents = |cents: i64| Ok::<_, Error>(Amount::try_from_decimal(Decimal::new(cents, 2))?);
    match cost {
        Cost::Flat(amount) => Ok((Some(cents(amount)?), None, None)),
        Cost::Priced(quantity, price) => {
            Ok((None, Some(Rate::try_from_decimal(Decimal::from(quantity))?), Some(cents(price)?)))
        }
    }
}

fn names(item: &Item, period: i32) -> Names {
    Names {
        cost_centre: item.centre.to_owned(),
        account: item.account.to_owned(),
        tower: Some(item.tower.to_owned()),
        site: item.site.map(str::to_owned),
        period,
    }
}

/// Writes it all, and returns how many rows that are.
pub(super) async fn write(tx: &Tx, ids: &mut Sequence) -> Result<u64> {
    let by_default = fiscal_calendar::Column::IsDefault.eq(true);
    let calendar = fiscal_calendar::Entity::find().filter(by_default).one(tx).await?;
    let calendar = calendar.ok_or_else(|| Error::internal("no fiscal calendar"))?.id;
    let mut rows = tx.insert_many(codes(ids), SOURCE).await?;
    rows += tx.insert_many(averages(ids), SOURCE).await?;
    let versions = [
        ("Plan 2026", VersionKind::Plan, None, YEAR, 1_100),
        ("Forecast 2026", VersionKind::Forecast, Some("9+3"), YEAR, 1_160),
        ("Actual 2026", VersionKind::Actual, None, YEAR, 1_100),
        ("Plan 2027", VersionKind::Plan, None, YEAR + 1, 1_120),
    ];
    let versions: Vec<budget_version::ActiveModel> =
        versions.into_iter().map(|version| self::version(ids, calendar, version)).collect();
    let by_place: Vec<BudgetVersionId> =
        versions.iter().filter_map(|row| row.id.try_as_ref().copied()).collect();
    rows += tx.insert_many(versions, SOURCE).await?;
    let mut places = Vec::new();
    for id in by_place {
        places.push(Places::of(tx, id).await?);
    }
    let [plan, forecast, posted, next] =
        <[Places; 4]>::try_from(places).map_err(|_| Error::internal("four versions"))?;
    let mut lines = planned(ids, &plan, 1_000)?;
    lines.extend(expected(ids, &forecast)?);
    lines.extend(planned(ids, &next, 1_030)?);
    rows += tx.insert_many(lines, SOURCE).await?;
    rows += tx.insert_many(postings(ids, &posted)?, SOURCE).await?;
    rows += tx.insert_many(closes(ids, calendar), SOURCE).await?;
    rows += tx.insert_many(explanations(ids, &plan, &posted)?, SOURCE).await?;
    for version in [&plan, &next] {
        let approved = Some("Steering committee".to_owned());
        budget_versions::freeze(tx, version.version.id, None, approved).await?;
    }
    Ok(rows)
}

fn codes(ids: &mut Sequence) -> Vec<ledger_code::ActiveModel> {
    let rows = CODES.iter().map(|(kind, code, name)| ledger_code::ActiveModel {
        id: Set(ids.next()),
        kind: Set(*kind),
        code: Set((*code).to_owned()),
        name: Set((*name).to_owned()),
        ..Default::default()
    });
    rows.collect()
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or(TODAY)
}

fn month(period: i32) -> Month {
    Month::of(day(YEAR, period.clamp(1, 12).unsigned_abs(), 1))
}

fn averages(ids: &mut Sequence) -> Vec<exchange_rate::ActiveModel> {
    let rows = (1..).zip(EUROS).map(|(period, thousandths)| exchange_rate::ActiveModel {
        id: Set(ids.next()),
        base: Set("EUR".to_owned()),
        quote: Set("USD".to_owned()),
        on_date: Set(month(period).first_day()),
        kind: Set(RateKind::Average),
        rate: Set(Rate(thousandths * 1_000_000)),
        ..Default::default()
    });
    rows.collect()
}

fn version(
    ids: &mut Sequence,
    calendar: FiscalCalendarId,
    (name, kind, label, fiscal_year, euro): (&str, VersionKind, Option<&str>, i32, i64),
) -> budget_version::ActiveModel {
    let rate = PlanRate { currency: "EUR".to_owned(), rate: Rate(euro * 1_000_000) };
    budget_version::ActiveModel {
        id: Set(ids.next()),
        name: Set(name.to_owned()),
        kind: Set(kind),
        label: Set(label.map(str::to_owned)),
        fiscal_year: Set(fiscal_year),
        calendar_id: Set(calendar),
        currency: Set("USD".to_owned()),
        plan_rates: Set(PlanRates(vec![rate])),
        status: Set(VersionStatus::Draft),
        ..Default::default()
    }
}

fn line(
    ids: &mut Sequence,
    places: &Places,
    (item, period, view): (&Item, i32, BudgetView),
    cost: Cost,
) -> Result<budget_line::ActiveModel> {
    let (amount, quantity, unit_price) = figures(cost)?;
    let given = budget_lines::Given {
        names: names(item, period),
        view,
        currency: item.currency.to_owned(),
        item: item.name.to_owned(),
        amount,
        quantity,
        unit_price,
        description: None,
        source: Some(SOURCE.to_owned()),
    };
    let mut row = budget_lines::row(given, places)?;
    row.id = Set(ids.next());
    Ok(row)
}

fn capital(centre: &'static str, name: &'static str) -> Item {
    let tower = if centre == "CC-4200" { "workplace" } else { "compute" };
    item((centre, "0400", tower), None, (name, "Several makers", "USD"), Cost::Flat(0))
}

/// A year as it was planned: so many thousandths of the running one.
fn planned(ids: &mut Sequence, places: &Places, thousandths: i64) -> Result<Vec<budget_line::ActiveModel>> {
    let mut lines = Vec::new();
    for period in 1..=12 {
        for item in &ITEMS {
            lines.push(line(ids, places, (item, period, BudgetView::Pnl), scaled(item.cost, thousandths))?);
        }
    }
    for (period, centre, name, dollars, _) in CAPITAL {
        let cost = scaled(Cost::Flat(dollars * 100), thousandths);
        lines.push(line(ids, places, (&capital(centre, name), period, BudgetView::Cash), cost)?);
    }
    Ok(lines)
}

/// Nine months as they came about and three as they are expected.
fn expected(ids: &mut Sequence, places: &Places) -> Result<Vec<budget_line::ActiveModel>> {
    let mut lines = Vec::new();
    for period in 1..=12 {
        for item in &ITEMS {
            lines.push(line(ids, places, (item, period, BudgetView::Pnl), actual(item, period))?);
        }
    }
    for (period, centre, name, dollars, paid) in CAPITAL {
        let cost = Cost::Flat(if period > CLOSED { dollars } else { paid } * 100);
        lines.push(line(ids, places, (&capital(centre, name), period, BudgetView::Cash), cost)?);
    }
    Ok(lines)
}

/// A document that was posted.
struct Paper {
    source: &'static str,
    number: String,
    kind: PostingKind,
    view: BudgetView,
    period: i32,
    cost: Cost,
    note: Option<&'static str>,
    one_off: bool,
}

fn posting(
    ids: &mut Sequence,
    places: &Places,
    item: &Item,
    paper: Paper,
) -> Result<actual_posting::ActiveModel> {
    let (amount, quantity, unit_price) = figures(paper.cost)?;
    let posted_on = month(paper.period).last_day();
    let given = actual_postings::Given {
        document: Document { source: paper.source.to_owned(), number: paper.number, line: "1".to_owned() },
        kind: paper.kind,
        posted_on: Some(posted_on),
        names: names(item, paper.period),
        view: paper.view,
        currency: item.currency.to_owned(),
        amount,
        quantity,
        unit_price,
        supplier: Some(item.supplier.to_owned()),
        description: Some(paper.note.unwrap_or(item.name).to_owned()),
        one_off: paper.one_off,
    };
    let mut row = actual_postings::row(given, places)?;
    row.id = Set(ids.next());
    row.recorded_on = Set(posted_on);
    Ok(row)
}

fn postings(ids: &mut Sequence, places: &Places) -> Result<Vec<actual_posting::ActiveModel>> {
    let mut rows = Vec::new();
    let paper = |number: String, period: i32, cost: Cost| Paper {
        source: "ERP",
        number,
        kind: PostingKind::Invoice,
        view: BudgetView::Pnl,
        period,
        cost,
        note: None,
        one_off: false,
    };
    for period in 1..=CLOSED {
        for (place, item) in (1..).zip(&ITEMS) {
            let kind = if item.account == "6400" { PostingKind::Journal } else { PostingKind::Invoice };
            let number = format!("{YEAR}-{period:02}-{place:02}");
            rows.push(posting(
                ids,
                places,
                item,
                Paper { kind, ..paper(number, period, actual(item, period)) },
            )?);
        }
    }
    let [.., cloud] = &ITEMS;
    for (source, number) in [("ERP", "CL-88120"), ("FOCUS", "2026-08-0451")] {
        let bill = Paper { source, ..paper(number.to_owned(), 8, Cost::Flat(1_248_000)) };
        rows.push(posting(ids, places, cloud, Paper { note: Some("Cloud marketplace"), ..bill })?);
    }
    let moved = paper("2026-05-90".to_owned(), 5, Cost::Flat(4_800_000));
    let moved = Paper { note: Some("Moving a cage in Ashburn"), one_off: true, ..moved };
    rows.push(posting(ids, places, &ITEMS[3], moved)?);
    for (period, centre, name, dollars, paid) in CAPITAL {
        let item = capital(centre, name);
        let order =
            paper(format!("PO-{YEAR}-{period:02}"), (period - 2).min(CLOSED), Cost::Flat(dollars * 100));
        let order = Paper { kind: PostingKind::Order, view: BudgetView::Commitment, ..order };
        rows.push(posting(ids, places, &item, order)?);
        if period <= CLOSED {
            let bill = paper(format!("{YEAR}-{period:02}-80"), period, Cost::Flat(paid * 100));
            rows.push(posting(ids, places, &item, Paper { view: BudgetView::Cash, ..bill })?);
        }
    }
    Ok(rows)
}

fn closes(ids: &mut Sequence, calendar: FiscalCalendarId) -> Vec<period_close::ActiveModel> {
    let rows = (1..=CLOSED).map(|period| {
        let after = month(period).plus(1).first_day();
        period_close::ActiveModel {
            id: Set(ids.next()),
            calendar_id: Set(calendar),
            fiscal_year: Set(YEAR),
            period: Set(period),
            closed_on: Set(day(after.year(), after.month(), 6)),
            closed_by: Set("Controlling".to_owned()),
            ..Default::default()
        }
    });
    rows.collect()
}

fn explanations(
    ids: &mut Sequence,
    plan: &Places,
    actual: &Places,
) -> Result<Vec<variance_explanation::ActiveModel>> {
    use VarianceDriver as D;
    let mut said: Vec<(usize, i32, D, i64, &str)> = (4..=CLOSED)
        .map(|period| (0, period, D::Price, -368_000, "the uplift was agreed above what was planned"))
        .collect();
    said.extend((6..=8).map(|period| (8, period, D::Volume, -311_750, "a plant was staffed earlier")));
    said.extend([
        (3, 5, D::OneOff, -4_800_000, "a cage was moved, once"),
        (4, 3, D::Timing, -2_400_000, "billed a month early"),
        (4, 4, D::Timing, 2_400_000, "billed a month early"),
    ]);
    let rows = said.into_iter().map(|(place, period, driver, cents, note)| {
        let item = ITEMS.get(place).ok_or_else(|| Error::internal("an item that is none"))?;
        let given = variances::Given {
            plan: plan.version.id,
            actual: actual.version.id,
            names: names(item, period),
            view: BudgetView::Pnl,
            driver,
            amount: Amount::try_from_decimal(Decimal::new(cents, 2))?,
            note: note.to_owned(),
        };
        let mut row = variances::row(given, plan, &actual.version)?;
        row.id = Set(ids.next());
        row.author = Set("Controlling".to_owned());
        Ok(row)
    });
    rows.collect()
}
