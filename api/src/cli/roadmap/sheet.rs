//! The roadmap as rows and columns, whatever they are printed as.

use std::collections::BTreeMap;

use comfy_table::{Cell, CellAlignment, Table, presets};
use forecasting::roadmap::{MoneyView, Subject};
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use crate::{
    export::csv,
    roadmap::{
        Plan,
        periods::{Grain, Period, folded, periods},
        words::{category_word, dimension_column, subject_words, view_code, view_words},
    },
};

/// Names of records that a remark gives as examples.
const NAMED: usize = 5;

/// Rows and columns of text and amounts.
pub(super) struct Sheet {
    view: MoneyView,
    periods: Vec<Period>,
    rows: Vec<Row>,
    totals: Vec<Decimal>,
}

struct Row {
    category: &'static str,
    /// What the line is kept apart by, in the order of the plan; nothing where a source has no such property.
    keys: Vec<Option<String>>,
    amounts: Vec<Decimal>,
}

/// Records that are left out for one reason.
struct LeftOut<'a> {
    subject: Subject,
    reason: &'a str,
    count: usize,
    names: Vec<&'a str>,
}

impl Sheet {
    pub(super) fn of(plan: &Plan, view: MoneyView, columns: Grain) -> Self {
        let rows = plan.roadmap.lines(view).map(|(category, key, line)| Row {
            category: category_word(category),
            keys: key.iter().map(|value| value.as_deref().map(str::to_owned)).collect(),
            amounts: folded(plan, &line.amounts(), columns),
        });
        let rows = rows.collect();
        let totals = folded(plan, &plan.roadmap.months(view), columns);
        Self { view, periods: periods(plan, columns), rows, totals }
    }

    /// The table of a board paper: what it is about, the rows, and what to know of them.
    pub(super) fn table(&self, plan: &Plan) -> String {
        let window = plan.roadmap.window();
        let title = format!(
            "Infrastructure roadmap {} to {}, {}, {}, {}, as of {}",
            window.from(),
            window.last(),
            view_words(self.view),
            plan.roadmap.currency(),
            plan.calendar_name,
            plan.as_of
        );
        let mut table = Table::new();
        table.load_style(presets::ASCII_MARKDOWN);
        let right = |text: String| Cell::new(text).set_alignment(CellAlignment::Right);
        let texts = std::iter::once("category".to_owned())
            .chain(plan.dimensions.iter().map(|one| dimension_column(*one).replace('_', " ")));
        let periods = self.periods.iter().map(|period| right(period.heading()));
        table.set_header(texts.map(Cell::new).chain(periods).chain([right("total".into())]));
        for row in &self.rows {
            let keys = row.keys.iter().map(|key| Cell::new(key.as_deref().unwrap_or("(none)")));
            let total = row.total();
            let amounts = row.amounts.iter().chain([&total]).map(|amount| right(grouped(*amount)));
            table.add_row(
                std::iter::once(Cell::new(row.category)).chain(keys).chain(amounts.collect::<Vec<_>>()),
            );
        }
        let blanks = plan.dimensions.iter().map(|_| Cell::new(""));
        let total = self.totals.iter().sum();
        let totals = self.totals.iter().chain([&total]).map(|amount| right(grouped(*amount)));
        table.add_row(std::iter::once(Cell::new("total")).chain(blanks).chain(totals.collect::<Vec<_>>()));
        let lines = [title, table.to_string()].into_iter().chain(self.remarks(plan));
        lines.map(|line| format!("{line}\n")).collect()
    }

    /// What to know before trusting the figures: what is covered, what is left out and why, what is assumed.
    pub(super) fn remarks(&self, plan: &Plan) -> Vec<String> {
        let mut remarks = Vec::new();
        for (subject, coverage) in plan.roadmap.coverage() {
            let share = coverage.count_ratio().unwrap_or_default() * Decimal::ONE_HUNDRED;
            let (covered, total) = (coverage.covered_count, coverage.total_count);
            let words = subject_words(*subject, 2);
            remarks.push(format!("{words}: {covered} of {total} with all inputs ({} %)", share.round_dp(1)));
        }
        remarks.extend(omissions(plan));
        for assumption in plan.roadmap.assumptions() {
            remarks.push(format!("assumed: {assumption}"));
        }
        remarks
    }

    /// A line for each row and one for the total, each of which says what it is about, so that lines can be taken
    /// out and put together with others.
    pub(super) fn csv(&self, plan: &Plan) -> String {
        let about = [
            plan.as_of.to_string(),
            view_code(self.view).to_owned(),
            plan.roadmap.currency().code().to_owned(),
            plan.calendar_name.clone(),
        ];
        let line = |category: &str, keys: Vec<String>, amounts: &[Decimal]| {
            let total = plan.shown(amounts.iter().sum());
            let amounts = amounts.iter().chain([&total]).map(ToString::to_string);
            let cells = about.iter().cloned().chain([category.to_owned()]).chain(keys);
            cells.chain(amounts.collect::<Vec<_>>()).collect::<Vec<_>>()
        };
        let names = ["as_of", "view", "currency", "fiscal_calendar", "category"].map(str::to_owned);
        let keys = plan.dimensions.iter().map(|dimension| dimension_column(*dimension).to_owned());
        let periods = self.periods.iter().map(Period::heading);
        let header: Vec<_> =
            names.into_iter().chain(keys).chain(periods).chain(["total".to_owned()]).collect();
        let rows = self.rows.iter().map(|row| {
            let keys = row.keys.iter().map(|key| key.clone().unwrap_or_default()).collect();
            line(row.category, keys, &row.amounts)
        });
        let total = line("total", vec![String::new(); plan.dimensions.len()], &self.totals);
        csv::table(header, rows.chain([total]))
    }

    pub(super) fn json(&self, plan: &Plan) -> Value {
        let amounts = |amounts: &[Decimal]| -> Map<String, Value> {
            let pairs = self.periods.iter().zip(amounts);
            pairs.map(|(period, amount)| (period.name.clone(), amount.to_string().into())).collect()
        };
        let line = |row: &Row| {
            let names = plan.dimensions.iter().map(|dimension| dimension_column(*dimension).to_owned());
            let keys: Map<String, Value> =
                names.zip(&row.keys).map(|(name, key)| (name, json!(key))).collect();
            json!({
                "category": row.category,
                "keys": keys,
                "amounts": amounts(&row.amounts),
                "total": plan.shown(row.total()).to_string(),
            })
        };
        let partial =
            self.periods.iter().filter_map(|period| Some((period.name.clone(), period.months?.into())));
        let coverage = plan.roadmap.coverage().iter().map(|(subject, coverage)| {
            json!({
                "subject": subject_words(*subject, 2),
                "covered": coverage.covered_count,
                "total": coverage.total_count,
            })
        });
        let left_out = left_out(plan).into_iter().map(|left_out| {
            json!({
                "subject": subject_words(left_out.subject, 2),
                "reason": left_out.reason,
                "count": left_out.count,
                "examples": left_out.names,
            })
        });
        let window = plan.roadmap.window();
        json!({
            "from": window.from().to_string(),
            "months": window.months(),
            "asOf": plan.as_of.to_string(),
            "view": view_code(self.view),
            "currency": plan.roadmap.currency().code(),
            "fiscalCalendar": plan.calendar_name,
            "lines": self.rows.iter().map(line).collect::<Vec<_>>(),
            "totals": amounts(&self.totals),
            "total": plan.shown(self.totals.iter().sum()).to_string(),
            "monthsOfPartialPeriods": partial.collect::<Map<String, Value>>(),
            "coverage": coverage.collect::<Vec<_>>(),
            "leftOut": left_out.collect::<Vec<_>>(),
            "assumptions": plan.roadmap.assumptions(),
        })
    }
}

impl Row {
    fn total(&self) -> Decimal {
        self.amounts.iter().sum()
    }
}

impl LeftOut<'_> {
    fn remark(&self) -> String {
        let words = subject_words(self.subject, self.count);
        let names = match (self.names.as_slice(), self.count - self.names.len()) {
            ([], _) => String::new(),
            (names, 0) => format!(" ({})", names.join(", ")),
            (names, more) => format!(" ({} and {more} more)", names.join(", ")),
        };
        format!("left out: {} {words}{names}: {}", self.count, self.reason)
    }
}

/// What is left out and why, in sentences.
pub(super) fn omissions(plan: &Plan) -> Vec<String> {
    left_out(plan).iter().map(LeftOut::remark).collect()
}

/// What is left out, wholly or for one purpose, by reason; what concerns most records first.
fn left_out(plan: &Plan) -> Vec<LeftOut<'_>> {
    let mut reasons: BTreeMap<(Subject, &str), LeftOut<'_>> = BTreeMap::new();
    for exclusion in plan.roadmap.exclusions() {
        let (subject, reason) = (exclusion.subject, exclusion.reason.as_str());
        let left_out = reasons.entry((subject, reason)).or_insert_with(|| LeftOut {
            subject,
            reason,
            count: 0,
            names: Vec::new(),
        });
        left_out.count += 1;
        if let Some(name) = plan.names.get(&exclusion.record).filter(|_| left_out.names.len() < NAMED) {
            left_out.names.push(name);
        }
    }
    let mut reasons: Vec<_> = reasons.into_values().collect();
    reasons.sort_by_key(|left_out| std::cmp::Reverse(left_out.count));
    reasons
}

/// An amount as people read it: without decimals, thousands apart.
pub(super) fn grouped(amount: Decimal) -> String {
    let whole = amount.round_dp_with_strategy(0, rust_decimal::RoundingStrategy::MidpointAwayFromZero);
    let digits = whole.abs().to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if whole.is_sign_negative() && !whole.is_zero() { format!("-{text}") } else { text }
}
