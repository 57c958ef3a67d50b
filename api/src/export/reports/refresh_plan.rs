//! The refresh plan as a report: every cohort with its days, its quantity and the parts of its cost, by day of order.

use entity::{
    id::SiteId,
    inventory::{hardware_model::HardwareKind, site},
};
use forecasting::{month::Month, refresh::ProjectCost};
use sea_orm::{ActiveEnum, ColumnTrait, EntityTrait, Iterable, QueryFilter};

use super::{HIDDEN, Kind, Parameter, Parameters, SCENARIO, assets, code, under};
use crate::{
    access::Permission,
    error::{Error, Result},
    export::report::{Cell, Column, Report, Row, Sheet},
    lifecycle::{
        plan_masks::Masks,
        refresh_plan::{Filter, Planned, Question, RefreshPlan, Sum, draw},
    },
    roadmap::{proceeds, year_label},
    schema::scalar::{Id, shown},
    store::Read,
};

/// What the refresh plan is asked.
pub(super) const PARAMETERS: &[Parameter] = &[
    Parameter { name: "from", flag: "from", meaning: "First month of orders; that of asOf when left out" },
    Parameter { name: "months", flag: "months", meaning: "Number of months, 1 to 120; 36 when left out" },
    Parameter {
        name: "currency",
        flag: "currency",
        meaning: "Currency, by its code; may be left out when all policies are in one",
    },
    Parameter {
        name: "fiscalCalendar",
        flag: "fiscal-calendar",
        meaning: "Calendar of the years, by name or id; the default one when left out",
    },
    Parameter {
        name: "asOf",
        flag: "as-of",
        meaning: "The day from which the future is seen; today when left out",
    },
    Parameter { name: "sites", flag: "sites", meaning: "At these sites, by code or id; all when left out" },
    Parameter {
        name: "policies",
        flag: "policies",
        meaning: "Under these policies, by id; all when left out",
    },
    Parameter { name: "models", flag: "models", meaning: "Of these models, by id; all when left out" },
    Parameter {
        name: "kinds",
        flag: "kinds",
        meaning: "Of these kinds of hardware, such as SERVER; all when left out",
    },
    SCENARIO,
];

/// The place of what the old units sell for among the columns of money.
const PROCEEDS: usize = 7;

/// The columns before those of money.
const WORDS: [&str; 27] = [
    "row",
    "cohort",
    "label",
    "policy",
    "site",
    "model",
    "successor",
    "refresh_cycle",
    "assets",
    "due_on",
    "binding_rule",
    "date_quality",
    "mandatory",
    "order_by",
    "overdue_days",
    "ordered_on",
    "in_service_on",
    "fiscal_year",
    "commitment_month",
    "cash_month",
    "profit_and_loss_month",
    "new_units",
    "old_units",
    "unit_price",
    "unit_price_currency",
    "list_price_expired",
    "currency",
];

/// The parts of a cost. The first three are single prices.
const PARTS: [&str; 10] = [
    "hardware",
    "freight",
    "installation",
    "capital",
    "prepaid_support",
    "disposal",
    "commitment",
    "proceeds",
    "contingency",
    "total",
];

pub(super) async fn report(db: &impl Read, asked: &Parameters) -> Result<Report> {
    let as_of = asked.as_of()?;
    let months = asked.months()?.unwrap_or(36);
    let question = Question {
        from: asked.month("from")?.unwrap_or(Month::of(as_of)),
        months: u32::try_from(months).unwrap_or_default(),
        currency: asked.currency()?,
        calendar: asked.calendar(db).await?,
        as_of,
        filter: filter(db, asked).await?,
        also: Vec::new(),
        scenario: asked.scenario(db).await?,
    };
    let plan = draw(db, &question).await?;
    let shows_prices = db.caller().may(Permission::ViewPrices);
    let masks = if shows_prices { Masks::default() } else { Masks::of(&plan)? };
    let page = Page { plan: &plan, masks, shows_prices };
    let columns = WORDS.iter().chain(&PARTS).map(|name| Column::Field(name));
    let excluded = plan.excluded.iter().map(|one| format!("{}: {}", assets(one.assets.len()), one.reason));
    let report = Report {
        question: about(asked, &plan),
        columns: columns.collect(),
        sheets: page.sheets()?,
        formulas: vec![
            "due = the earliest day of the policy's rules; order by = due - lead, installation and buffer days"
                .to_owned(),
            "capital = hardware + freight + installation; commitment = capital + prepaid support + disposal; total \
             = commitment - proceeds + contingency"
                .to_owned(),
        ],
        assumptions: plan.assumptions.iter().cloned().collect(),
        excluded: excluded.collect(),
        ..Kind::RefreshPlan.empty(as_of)
    };
    Ok(report.fingerprinted())
}

fn about(asked: &Parameters, plan: &RefreshPlan) -> Vec<(&'static str, Cell)> {
    let mut about = vec![
        ("from", Cell::Month(plan.window.from())),
        ("to", Cell::Month(plan.window.last())),
        ("months", Cell::count(plan.window.months())),
        ("currency", Cell::text(plan.currency.code())),
        ("fiscalCalendar", Cell::text(&plan.calendar_name)),
    ];
    for name in ["sites", "policies", "models", "kinds"] {
        about.push((name, Cell::text(asked.text(name).unwrap_or("all"))));
    }
    about.extend(under(&plan.scenario));
    let (covered, total) = (plan.coverage.covered_count, plan.coverage.total_count);
    about.push(("coverage", Cell::text(format!("{covered} of {total} assets with all inputs"))));
    about.push(("assetsOrderedLater", Cell::count(plan.later)));
    about
}

async fn filter(db: &impl Read, asked: &Parameters) -> Result<Filter> {
    let words = asked.list("sites")?;
    let (mut sites, mut codes): (Vec<SiteId>, Vec<&str>) = (Vec::new(), Vec::new());
    for word in words {
        match Id::<SiteId>::parse(word) {
            Ok(id) => sites.push(id.0),
            Err(_) => codes.push(word),
        }
    }
    if !codes.is_empty() {
        let named = site::Entity::find().filter(site::Column::Code.is_in(codes.iter().copied()));
        let found = named.all(db).await?;
        if let Some(code) = codes.iter().find(|code| !found.iter().any(|site| site.code == **code)) {
            return Err(Error::invalid("sites", format!("there is no site with the code {}", shown(code))));
        }
        sites.extend(found.into_iter().map(|site| site.id));
    }
    Ok(Filter {
        sites: named(sites),
        policies: named(asked.ids("policies")?),
        models: named(asked.ids("models")?),
        kinds: named(kinds(asked)?),
    })
}

/// A list that names nothing was left out: a parameter has no empty list.
fn named<T>(list: Vec<T>) -> Option<Vec<T>> {
    Some(list).filter(|list| !list.is_empty())
}

/// The kinds of hardware that are asked for.
pub(super) fn kinds(asked: &Parameters) -> Result<Vec<HardwareKind>> {
    let codes: Vec<(String, HardwareKind)> =
        HardwareKind::iter().map(|kind| (kind.to_value(), kind)).collect();
    let known: Vec<(&str, HardwareKind)> = codes.iter().map(|(code, kind)| (code.as_str(), *kind)).collect();
    asked.words("kinds", &known)
}

/// A plan on its way to its sheets.
struct Page<'a> {
    plan: &'a RefreshPlan,
    masks: Masks,
    shows_prices: bool,
}

impl Page<'_> {
    fn sheets(&self) -> Result<Vec<Sheet>> {
        let plan = self.plan;
        let mut rows = self.cohorts(&plan.cohorts, false);
        for (year, sum) in plan.years()? {
            rows.push(self.sum("fiscal year", Some(year), &sum, self.masks.hides_year(year)));
        }
        let total = plan.sum(&plan.cohorts)?;
        rows.push(self.sum("total", None, &total, self.masks.hides_total(false)));
        let mut sheets = vec![Sheet { name: "Refresh plan", rows }];
        if !plan.earlier.is_empty() {
            let mut rows = self.cohorts(&plan.earlier, true);
            let total = plan.sum(&plan.earlier)?;
            rows.push(self.sum("total of earlier", None, &total, self.masks.hides_total(true)));
            sheets.push(Sheet { name: "Ordered earlier", rows });
        }
        Ok(sheets)
    }

    fn cohorts(&self, cohorts: &[Planned], is_earlier: bool) -> Vec<Row> {
        let row = |(at, one): (usize, &Planned)| {
            let mut cells = self.words(one, is_earlier);
            cells.extend(
                self.parts((&one.cost, one.priced.purchase.unsold()), self.masks.hides(is_earlier, at)),
            );
            Row::line(cells)
        };
        cohorts.iter().enumerate().map(row).collect()
    }

    fn words(&self, one: &Planned, is_earlier: bool) -> Vec<Cell> {
        let (cohort, bought, estate) = (&one.cohort, &one.priced.purchase, &self.plan.estate);
        let model = |id| Cell::any(estate.models.get(&id), |model| Cell::text(&model.name));
        let cycle = cohort.cycle.and_then(|id| estate.cycles.get(&id));
        let overdue = cohort.is_overdue.then(|| (self.plan.as_of - cohort.order_by).num_days());
        let (price, price_currency) = if self.shows_prices {
            let price = bought.unit.round();
            (Cell::money(price.amount, price.currency), Cell::text(price.currency.code()))
        } else {
            (Cell::Blank(HIDDEN.into()), Cell::none())
        };
        vec![
            Cell::text(if is_earlier { "earlier cohort" } else { "cohort" }),
            Cell::text(&one.key),
            Cell::text(&one.label),
            Cell::any(estate.policies.get(cohort.policy), |policy| Cell::text(&policy.name)),
            Cell::any(estate.sites.get(&cohort.site), |site| Cell::text(&*site.code)),
            model(cohort.model),
            model(bought.successor),
            Cell::any(cycle, |cycle| Cell::text(&cycle.name)),
            Cell::count(cohort.members.len()),
            Cell::Date(cohort.due.date),
            Cell::text(code(&format!("{:?}", cohort.due.rule))),
            Cell::text(code(&format!("{:?}", cohort.due.quality))),
            Cell::any(one.mandatory, Cell::text),
            Cell::Date(cohort.order_by),
            Cell::any(overdue, Cell::Whole),
            Cell::Date(cohort.ordered),
            Cell::Date(cohort.in_service),
            Cell::text(year_label(one.fiscal_year)),
            Cell::Month(Month::of(one.priced.refresh.ordered)),
            Cell::Month(Month::of(one.priced.refresh.paid)),
            Cell::Month(Month::of(one.priced.refresh.in_service)),
            Cell::count(bought.quantity.units),
            Cell::count(bought.quantity.old),
            price,
            price_currency,
            Cell::Flag(bought.is_expired),
            Cell::text(one.cost.currency.code()),
        ]
    }

    fn sum(&self, row: &str, year: Option<i32>, sum: &Sum, is_hidden: bool) -> Row {
        let mut cells = vec![Cell::none(); WORDS.len()];
        let mut set = |name: &str, cell: Cell| {
            if let Some(place) = WORDS.iter().position(|word| *word == name).and_then(|at| cells.get_mut(at))
            {
                *place = cell;
            }
        };
        set("row", Cell::text(row));
        set("assets", Cell::count(sum.assets));
        set("fiscal_year", Cell::any(year, |year| Cell::text(year_label(year))));
        set("currency", Cell::text(sum.cost.currency.code()));
        cells.extend(self.parts((&sum.cost, sum.unsold), is_hidden));
        Row::total(cells)
    }

    fn parts(&self, (cost, unsold): (&ProjectCost, usize), is_hidden: bool) -> Vec<Cell> {
        let parts = [
            (cost.hardware, true),
            (cost.freight_tax, true),
            (cost.install, true),
            (cost.capital(), false),
            (cost.support, false),
            (cost.disposal, false),
            (cost.commitment(), false),
            (cost.residual, false),
            (cost.contingency, false),
            (cost.total(), false),
        ];
        let cell = |(amount, is_single): (_, bool)| {
            if is_hidden || is_single && !self.shows_prices {
                return Cell::Blank(HIDDEN.into());
            }
            Cell::money(amount, cost.currency)
        };
        let mut cells: Vec<Cell> = parts.into_iter().map(cell).collect();
        // What nobody knows is not nothing.
        let is_nothing = cost.residual.is_zero() && !is_hidden;
        if let Some(reason) = proceeds::unknown(unsold).filter(|_| is_nothing)
            && let Some(cell) = cells.get_mut(PROCEEDS)
        {
            *cell = Cell::Blank(reason.into());
        }
        cells
    }
}
