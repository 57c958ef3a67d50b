//! The register of fixed assets against the inventory, as clients see it.

use std::sync::Arc;

use async_graphql::{Context, Enum, Object, SimpleObject};
use forecasting::{
    depreciation::{self, Discrepancy, Mismatch},
    money::Currency,
};
use rust_decimal::Decimal;
use sea_orm::Condition;

use super::book_words::{BookAsset, input};
use crate::{
    access::Permission,
    error::{Error, Result},
    import::{
        CsvOptions, Problems,
        graphql::{CsvDateFormat, ImportProblem},
        register,
    },
    inventory::graphql::assets::AssetFilter,
    lifecycle::registers::{self, Compared},
    rules::require_range,
    schema::{
        explain::Explanation,
        filter::Filter,
        request::{caller, read},
        scalar::{Date, Money, plain},
    },
};

/// The most items that one list of a reconciliation has.
const MOST_LISTED: i32 = 1_000;

/// What does not match between register and inventory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Mismatch")]
pub enum RegisterMismatch {
    /// The register has value in an asset that the inventory has retired: a ghost. Affects its book value.
    RetiredWithValue,
    /// In the register, nowhere in the inventory. Affects its book value.
    OnlyInRegister,
    /// In the inventory and not retired, nowhere in the register. Affects its cost, where that is known.
    OnlyInInventory,
    /// Disposed of by the register, present in the inventory. Affects the cost that was taken out.
    DisposedButPresent,
    /// Two lines of the register stand for the same component of one asset. Affects the cost of all but the first.
    DuplicateInRegister,
    /// Two assets of the inventory carry one key. Affects the known cost of all but the first.
    DuplicateInInventory,
    /// The tag names one asset and the serial another; the tag was believed. Affects the cost of the line.
    ConflictingKeys,
    /// Neither tag nor serial, so that it cannot be matched. Affects the book value of a line, the known cost of an
    /// asset.
    NoKey,
    /// The costs of register and inventory differ. Affects the difference, register less inventory.
    CostDiffers,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "depreciation::Severity")]
pub enum RegisterSeverity {
    /// Worth a look; the line can be computed with.
    Warning,
    /// The line cannot be computed with.
    Error,
}

/// Mismatches of one kind together.
#[derive(Clone, Debug, SimpleObject)]
pub struct RegisterMismatchTotal {
    /// The kind.
    mismatch: RegisterMismatch,
    /// How many there are.
    count: usize,
    /// The sum of their amounts, as far as those are known.
    amount: Money,
    /// How many have no known amount.
    unknown_amounts: usize,
}

/// A line of the register.
#[derive(Clone, Debug, SimpleObject)]
pub struct RegisterLine {
    /// Line of the text, from 1.
    line: u64,
    /// The tag.
    tag: Option<String>,
    /// The serial number.
    serial: Option<String>,
    /// The component that it stands for.
    component: Option<String>,
    /// Capitalised cost.
    cost: Decimal,
    /// Book value, as it is stated.
    book_value: Option<Decimal>,
}

/// One thing that does not match.
#[derive(Clone, Debug, SimpleObject)]
pub struct RegisterDiscrepancy {
    /// What it is.
    mismatch: RegisterMismatch,
    /// The key that both sides were looked up by, in capitals and without signs. Null where there is none.
    key: Option<String>,
    /// The lines of the register concerned.
    lines: Vec<RegisterLine>,
    /// The assets concerned.
    assets: Vec<BookAsset>,
    /// The amount it affects. Null where no cost is known.
    amount: Option<Money>,
}

/// One thing that is wrong with a line of the register by itself.
#[derive(Clone, Debug, SimpleObject)]
pub struct RegisterFinding {
    /// Line of the text, from 1.
    line: u64,
    /// The column.
    column: String,
    /// What stands there.
    value: String,
    /// The rule that it breaks.
    rule: &'static str,
    /// How bad it is.
    severity: RegisterSeverity,
    /// The amount it affects. Null where it cannot be told.
    amount: Option<Money>,
}

/// The register of fixed assets against the inventory, both ways.
pub struct RegisterReconciliation {
    compared: Arc<Compared>,
    problems: Problems,
    currency: Currency,
    as_of: Date,
}

impl RegisterReconciliation {
    fn money(&self, amount: Decimal) -> Money {
        Money { amount: plain(amount), currency: self.currency.code().to_owned() }
    }

    fn discrepancy(&self, found: &Discrepancy<usize, usize>) -> RegisterDiscrepancy {
        let lines = found.register.iter().filter_map(|at| self.compared.lines.get(*at));
        let assets = found.inventory.iter().filter_map(|at| self.compared.assets.get(*at));
        RegisterDiscrepancy {
            mismatch: found.mismatch.into(),
            key: found.key.clone(),
            lines: lines
                .map(|line| RegisterLine {
                    line: line.number,
                    tag: line.tag.clone(),
                    serial: line.serial.clone(),
                    component: line.component.clone(),
                    cost: plain(line.cost),
                    book_value: line.book_value.map(plain),
                })
                .collect(),
            assets: assets.map(|asset| BookAsset::new(asset.id, asset.tag.clone())).collect(),
            amount: found.amount.map(|amount| self.money(amount)),
        }
    }
}

/// A part of a list, refused where it is larger than a list may be.
fn part(first: i32, skip: i32) -> Result<(usize, usize)> {
    require_range("first", first, 0, MOST_LISTED)?;
    require_range("skip", skip, 0, i32::MAX)?;
    Ok((usize::try_from(first).unwrap_or_default(), usize::try_from(skip).unwrap_or_default()))
}

/// The register of fixed assets against the inventory, both ways.
#[Object]
impl RegisterReconciliation {
    /// The day as of which lines were looked at.
    async fn as_of(&self) -> Date {
        self.as_of
    }

    /// Lines of the register that could be read.
    async fn line_count(&self) -> usize {
        self.compared.lines.len()
    }

    /// Assets of the inventory that they were compared with.
    async fn asset_count(&self) -> usize {
        self.compared.assets.len()
    }

    /// Lines whose asset was found.
    async fn matched_count(&self) -> usize {
        self.compared.reconciliation.matched.len()
    }

    /// How much does not match, by kind.
    async fn totals(&self) -> Vec<RegisterMismatchTotal> {
        let totals = self.compared.reconciliation.totals.iter();
        let totals = totals.map(|(mismatch, total)| RegisterMismatchTotal {
            mismatch: (*mismatch).into(),
            count: total.count,
            amount: self.money(total.amount),
            unknown_amounts: total.unknown,
        });
        totals.collect()
    }

    /// Everything that does not match, by kind and key.
    async fn discrepancies(
        &self,
        #[graphql(desc = "of this kind only")] mismatch: Option<RegisterMismatch>,
        #[graphql(default = 100, desc = "at most so many, up to 1,000")] first: i32,
        #[graphql(default = 0, desc = "so many that come before are left out")] skip: i32,
    ) -> Result<Vec<RegisterDiscrepancy>> {
        let (first, skip) = part(first, skip)?;
        let wanted = mismatch.map(Mismatch::from);
        let found = self.compared.reconciliation.discrepancies.iter();
        let found = found.filter(|one| wanted.is_none_or(|wanted| wanted == one.mismatch));
        Ok(found.skip(skip).take(first).map(|one| self.discrepancy(one)).collect())
    }

    /// What is wrong with single lines: more depreciated than they cost, depreciated before service, a life in
    /// years, retired with value left.
    async fn findings(
        &self,
        #[graphql(default = 100, desc = "at most so many, up to 1,000")] first: i32,
        #[graphql(default = 0, desc = "so many that come before are left out")] skip: i32,
    ) -> Result<Vec<RegisterFinding>> {
        let (first, skip) = part(first, skip)?;
        let findings = self.compared.findings.iter().skip(skip).take(first);
        let findings = findings.filter_map(|(at, finding)| {
            Some(RegisterFinding {
                line: self.compared.lines.get(*at)?.number,
                column: match finding.field {
                    "acquired" | "in_service" | "retired" => format!("{}_on", finding.field),
                    other => other.to_owned(),
                },
                value: finding.value.clone(),
                rule: finding.rule,
                severity: finding.severity.into(),
                amount: finding.amount.map(|amount| self.money(amount)),
            })
        });
        Ok(findings.collect())
    }

    /// How many findings there are.
    async fn finding_count(&self) -> usize {
        self.compared.findings.len()
    }

    /// Lines of the text that could not be read, and what was passed over.
    async fn problems(
        &self,
        #[graphql(default = 100, desc = "at most so many, up to 1,000")] first: i32,
    ) -> Result<Vec<ImportProblem>> {
        let (first, _) = part(first, 0)?;
        Ok(self.problems.iter().take(first).map(ImportProblem::from).collect())
    }

    /// How the figures came about.
    async fn explain(&self) -> Explanation {
        let foreign = self.compared.foreign;
        let mut explain = Explanation {
            formula: "lines and assets are matched by tag, and by serial where no tag matches".into(),
            inputs: vec![
                input("lines", self.compared.lines.len()),
                input("assets", self.compared.assets.len()),
                input("as of", self.as_of.0),
            ],
            assumptions: vec![
                format!("All amounts of the register are in {}.", self.currency.code()),
                "Tags and serials are compared without signs and capitals, numbers without leading zeros."
                    .into(),
                "Where a line states no book value, it is cost less depreciation less impairment.".into(),
                "What is planned or on order is not in the inventory yet.".into(),
            ],
            ..Explanation::default()
        };
        if foreign > 0 {
            explain.excluded.push(format!("{foreign} assets: cost not compared, bought in another currency"));
        }
        explain
    }
}

/// Queries of registers.
#[derive(Default)]
pub struct RegisterQuery;

/// Queries of registers.
#[Object]
impl RegisterQuery {
    /// Does the register of fixed assets match what is in the racks? Compares its lines with the inventory, both
    /// ways; nothing is kept. Needs the right to see prices.
    #[graphql(complexity = "2_000 + child_complexity")]
    async fn register_reconciliation(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The register as CSV with a header. Read are the columns tag, serial, component, quantity, cost (needed), book_value, accumulated, impairment, salvage, life_months, acquired_on, in_service_on, depreciable_from, retired_on and disposed."
        )]
        csv: String,
        #[graphql(desc = "The currency of all its amounts, by its code.")] currency: String,
        #[graphql(desc = "The day as of which lines are looked at.")] as_of: Date,
        #[graphql(desc = "Which assets it is compared with. Left out: all.")] filter: Option<AssetFilter>,
        #[graphql(desc = "Whether `1,234` is less than two; refused when not given.")] decimal_comma: Option<
            bool,
        >,
        #[graphql(desc = "How dates are written that are not ISO 8601; those are refused when not given.")]
        date_format: Option<CsvDateFormat>,
    ) -> Result<RegisterReconciliation> {
        let reader = read(ctx, Permission::ViewPrices)?;
        let currency = Currency::from_code(&currency).map_err(|cause| Error::invalid("currency", cause))?;
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        let options = CsvOptions { delimiter: None, decimal_comma, date_format: date_format.map(Into::into) };
        let (lines, problems) = tokio::task::block_in_place(|| register::read(&csv, &options));
        let condition = Condition::all().add(condition);
        let compared = registers::compare(&reader, condition, lines, currency.code(), as_of.0).await?;
        Ok(RegisterReconciliation { compared: Arc::new(compared), problems, currency, as_of })
    }
}
