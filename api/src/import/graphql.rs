//! Imports in GraphQL: files in a multipart request, or text for clients without.

use std::io::Read;

use async_graphql::{Context, Enum, InputObject, Object, SimpleObject, Upload};

use super::apply::{self, Mode, Options, Outcome, Report};
use super::cell::DateFormat;
use super::csv::Noun;
use super::{CsvOptions, Format, Problem, Severity, Source, parse, rights};
use crate::error::{Error, Result};
use crate::schema::request::{caller, store};

/// A kind of file that can be imported.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
pub enum ImportFormat {
    /// The tables of a NetBox database as CSV, one file each and named for the table, or its `dumpdata` JSON.
    Netbox,
    /// The table of the device type library, or its JSON of power and dimensions.
    DeviceTypes,
    /// The table of releases of endoflife.
    Endoflife,
    /// Our own CSV, one noun in each file.
    Csv,
}

/// What an import or an export is about.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "Noun")]
pub enum ImportNoun {
    /// Currencies.
    Currency,
    /// Exchange rates.
    ExchangeRate,
    /// Fiscal calendars.
    FiscalCalendar,
    /// Users.
    User,
    /// Vendors.
    Vendor,
    /// Manufacturers.
    Manufacturer,
    /// Sites.
    Site,
    /// Racks.
    Rack,
    /// Hardware models.
    HardwareModel,
    /// Assets.
    Asset,
    /// Colocation contracts, without their charges.
    ColocationContract,
    /// Charges of colocation contracts.
    ColocationCharge,
    /// Support contracts.
    SupportContract,
    /// Which assets support contracts cover.
    SupportCoverage,
    /// Depreciation rules.
    DepreciationRule,
    /// Refresh policies.
    RefreshPolicy,
    /// Refresh cycles.
    RefreshCycle,
    /// Software releases.
    SoftwareRelease,
    /// Entries of assets in the books.
    BookEntry,
    /// What happened to assets in the books.
    BookEvent,
    /// Up to which months the books are closed.
    ClosedPeriod,
    /// Provider accounts.
    ProviderAccount,
    /// Workloads.
    Workload,
    /// Monthly costs.
    CostRecord,
    /// Growth assumptions.
    GrowthAssumption,
    /// Volumes that unit costs are divided by.
    Volume,
    /// What goes into unit costs.
    UnitCostPart,
    /// Allocation models.
    AllocationModel,
    /// Savings initiatives.
    SavingsInitiative,
    /// Lines of the ledger that savings initiatives claim.
    SavingsClaim,
    /// Cost centres, accounts and towers.
    LedgerCode,
    /// Versions of budgets, without their lines.
    BudgetVersion,
    /// Lines of budgets.
    BudgetLine,
    /// Postings of actual figures.
    ActualPosting,
    /// Periods of fiscal years that are closed for postings.
    PeriodClose,
    /// What people said about variances.
    VarianceExplanation,
    /// Published values of price indices.
    PriceIndexValue,
    /// Deployments under colocation contracts.
    ColocationDeployment,
    /// Power circuits under colocation contracts.
    ColocationCircuit,
    /// Readings of power.
    ColocationReading,
    /// Invoices, without their lines.
    Invoice,
    /// Lines of invoices; those of an invoice that is new record it too.
    InvoiceLine,
    /// Offers of vendors.
    Offer,
    /// Commitments to cloud providers.
    CloudCommitment,
    /// Scenarios, without their changes.
    Scenario,
    /// Changes of scenarios.
    ScenarioChange,
    /// Services.
    Service,
    /// Power feeds.
    PowerFeed,
    /// Redundancy groups, without their members.
    RedundancyGroup,
    /// What depends on what.
    Dependency,
    /// How soon items have to be up again.
    RecoveryObjective,
    /// Copies of data.
    BackupRecord,
    /// Tests of recovery, with what they were about.
    RecoveryDrill,
    /// What recovers together, to one point in time.
    ConsistencyGroup,
    /// Pools of capacity, without what they are made of.
    CapacityPool,
    /// What pools of capacity are made of.
    CapacityPoolMember,
    /// What was used of pools at instants.
    CapacityObservation,
    /// What is held of pools.
    CapacityReservation,
    /// Days on which the demand of pools steps.
    CapacityEvent,
    /// What is bought for pools of capacity.
    CapacityPurchaseRule,
    /// Places that are held in racks for pieces of equipment to come.
    CapacityPlacement,
    /// What a rack holds for a placement.
    CapacityPlacementRack,
}

/// What happens to the good rows when others are refused.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "Mode")]
pub enum ImportMode {
    /// They are written.
    Partial,
    /// Nothing is written.
    AllOrNothing,
}

/// How bad a problem is.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "Severity")]
pub enum ImportSeverity {
    /// Worth knowing.
    Note,
    /// Taken, but probably wrong or incomplete.
    Warning,
    /// Not taken.
    Error,
}

/// What came of a row.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "Outcome")]
pub enum ImportOutcome {
    /// It is new.
    Created,
    /// It says something else than before.
    Updated,
    /// It was as the file says already.
    Unchanged,
    /// It was left out.
    Refused,
}

/// The order of the parts of a date that is not written as 2027-01-31.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "DateFormat")]
pub enum CsvDateFormat {
    /// 31.1.2027
    DayMonthYear,
    /// 1/31/2027
    MonthDayYear,
    /// 2027/1/31
    YearMonthDay,
}

/// What cannot be told from a CSV file.
#[derive(Debug, Default, InputObject)]
pub struct CsvOptionsInput {
    /// What the files are about; told from the name or the header of each when not given.
    noun: Option<ImportNoun>,
    /// Between cells: `,` `;` `|` or a tab; told from the header when not given.
    delimiter: Option<String>,
    /// Whether `1,234` is less than two; refused when not given.
    decimal_comma: Option<bool>,
    /// How dates are written that are not ISO 8601; those are refused when not given.
    date_format: Option<CsvDateFormat>,
}

impl CsvOptionsInput {
    fn options(&self) -> Result<CsvOptions> {
        let mut delimiter = None;
        if let Some(text) = &self.delimiter {
            let mut letters = text.chars();
            delimiter = letters.next().filter(|_| letters.next().is_none());
            if delimiter.is_none() {
                return Err(Error::invalid("csv.delimiter", format!("`{text}` is not one character")));
            }
        }
        let date_format = self.date_format.map(DateFormat::from);
        Ok(CsvOptions { delimiter, decimal_comma: self.decimal_comma, date_format })
    }
}

/// How many rows of a noun had which outcome.
#[derive(SimpleObject)]
pub struct ImportCounts {
    /// The noun.
    noun: ImportNoun,
    /// New rows.
    created: usize,
    /// Rows that say something else than before.
    updated: usize,
    /// Rows that are as the files say already.
    unchanged: usize,
    /// Rows that were left out.
    refused: usize,
}

/// One thing that is wrong with a file, and where.
#[derive(SimpleObject)]
pub struct ImportProblem {
    /// Name of the file.
    file: String,
    /// Line in the file, from 1; null for the file as a whole.
    row: Option<u64>,
    /// The column.
    column: Option<String>,
    /// What stands there, shortened.
    value: Option<String>,
    /// The rule that is broken.
    message: String,
    /// How bad it is.
    severity: ImportSeverity,
}

/// A value that changed, in the spelling of our own CSV.
#[derive(SimpleObject)]
pub struct ImportFieldChange {
    /// The column of our own CSV.
    column: String,
    /// What was there; empty where nothing was, and for prices that you may not see.
    before: String,
    /// What is there now.
    after: String,
}

/// A row that was created or changed.
#[derive(SimpleObject)]
pub struct ImportChange {
    /// The noun.
    noun: ImportNoun,
    /// The natural key.
    key: String,
    /// Whether it is new.
    outcome: ImportOutcome,
    /// Name of the file.
    file: String,
    /// Line in the file, from 1.
    row: u64,
    /// What a row that was there says now instead.
    fields: Vec<ImportFieldChange>,
}

/// What came of an import.
pub struct ImportReport(Report);

/// What came of an import.
#[Object]
impl ImportReport {
    /// Whether it was only tried.
    async fn dry_run(&self) -> bool {
        self.0.dry_run
    }

    /// Whether anything lasts: not after a trial, nor when one refused row was to stop all.
    async fn written(&self) -> bool {
        self.0.written
    }

    /// Outcomes by noun, of the nouns that the files have.
    async fn nouns(&self) -> Vec<ImportCounts> {
        let counts = self.0.nouns.iter().map(|counts| ImportCounts {
            noun: counts.noun.into(),
            created: counts.created,
            updated: counts.updated,
            unchanged: counts.unchanged,
            refused: counts.refused,
        });
        counts.collect()
    }

    /// Lines and files that could not be read at all.
    async fn unreadable(&self) -> usize {
        self.0.unreadable
    }

    /// How many problems of a severity there are.
    async fn problem_count(
        &self,
        #[graphql(desc = "of this severity only")] severity: Option<ImportSeverity>,
    ) -> usize {
        let of = |severity: Severity| self.0.problems.count(severity);
        match severity {
            Some(severity) => of(severity.into()),
            None => of(Severity::Note) + of(Severity::Warning) + of(Severity::Error),
        }
    }

    /// What is wrong, in the order of the files and their lines. At most 10,000 of each severity are kept.
    async fn problems(
        &self,
        #[graphql(desc = "at most so many", default = 100)] first: usize,
        #[graphql(desc = "of this severity only")] severity: Option<ImportSeverity>,
    ) -> Vec<ImportProblem> {
        let severity = severity.map(Severity::from);
        let problems = self.0.problems.iter();
        let problems =
            problems.filter(|problem| severity.is_none_or(|severity| severity == problem.severity));
        let problems = problems.take(first).map(ImportProblem::from);
        problems.collect()
    }

    /// The rows that were created or changed. At most 10,000 are kept.
    async fn changes(
        &self,
        #[graphql(desc = "at most so many", default = 100)] first: usize,
        #[graphql(desc = "of this outcome only")] outcome: Option<ImportOutcome>,
    ) -> Vec<ImportChange> {
        let outcome = outcome.map(Outcome::from);
        let changes = self.0.changes.iter();
        let changes = changes.filter(|change| outcome.is_none_or(|outcome| outcome == change.outcome));
        let changes = changes.take(first).map(|change| ImportChange {
            noun: change.noun.into(),
            key: change.key.clone(),
            outcome: change.outcome.into(),
            file: change.file.to_string(),
            row: change.row,
            fields: change
                .fields
                .iter()
                .map(|field| ImportFieldChange {
                    column: field.column.clone(),
                    before: field.before.clone(),
                    after: field.after.clone(),
                })
                .collect(),
        });
        changes.collect()
    }
}

impl From<&Problem> for ImportProblem {
    fn from(problem: &Problem) -> Self {
        Self {
            file: problem.file.to_string(),
            row: problem.row,
            column: problem.column.clone(),
            value: problem.value.clone(),
            message: problem.message.clone(),
            severity: problem.severity.into(),
        }
    }
}

/// Imports.
#[derive(Default)]
pub struct ImportMutation;

/// Imports.
#[Object]
impl ImportMutation {
    /// Imports files that come with the request (multipart/form-data). Needs the permission to edit every area
    /// that the files are about. Importing the same files again changes nothing.
    async fn import_files(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "what the files are")] format: ImportFormat,
        #[graphql(desc = "the files")] files: Vec<Upload>,
        #[graphql(desc = "reports what would happen, and changes nothing", default)] dry_run: bool,
        #[graphql(desc = "what happens to the good rows when others are refused")] mode: Option<ImportMode>,
        #[graphql(desc = "what cannot be told from CSV files", default)] csv: CsvOptionsInput,
    ) -> Result<ImportReport> {
        require_some_edit(ctx)?;
        let mut sources = Vec::with_capacity(files.len());
        for file in files {
            let file = file.value(ctx).map_err(Error::internal)?;
            let name = file.filename.clone();
            let mut bytes = Vec::new();
            file.into_read().read_to_end(&mut bytes).map_err(Error::internal)?;
            sources.push(Source { name, bytes });
        }
        import(ctx, format, sources, dry_run, mode, &csv).await
    }

    /// Imports one file given as text.
    async fn import_text(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "what the text is")] format: ImportFormat,
        #[graphql(desc = "name of the file, which problems are reported with")] name: String,
        #[graphql(desc = "content of the file")] text: String,
        #[graphql(desc = "reports what would happen, and changes nothing", default)] dry_run: bool,
        #[graphql(desc = "what happens to the good rows when others are refused")] mode: Option<ImportMode>,
        #[graphql(desc = "what cannot be told from CSV files", default)] csv: CsvOptionsInput,
    ) -> Result<ImportReport> {
        require_some_edit(ctx)?;
        import(ctx, format, vec![Source { name, bytes: text.into_bytes() }], dry_run, mode, &csv).await
    }
}

/// Reading a file costs, so it is not done for those who may change nothing.
fn require_some_edit(ctx: &Context<'_>) -> Result<()> {
    let caller = caller(ctx)?;
    if rights::EDITS.iter().any(|permission| caller.may(*permission)) {
        return Ok(());
    }
    Err(Error::Forbidden { permission: rights::EDITS[0], role: caller.role })
}

async fn import(
    ctx: &Context<'_>,
    format: ImportFormat,
    sources: Vec<Source>,
    dry_run: bool,
    mode: Option<ImportMode>,
    csv: &CsvOptionsInput,
) -> Result<ImportReport> {
    let format = match format {
        ImportFormat::Netbox => Format::Netbox,
        ImportFormat::DeviceTypes => Format::DeviceTypes,
        ImportFormat::Endoflife => Format::Endoflife,
        ImportFormat::Csv => Format::Csv(csv.noun.map(Noun::from)),
    };
    let options = csv.options()?;
    // Reading takes the processor for as long as a file is large: not on a thread that answers others.
    let parsed = tokio::task::spawn_blocking(move || parse(format, &sources, &options));
    let parsed = parsed.await.map_err(Error::internal)?;
    let options = Options { dry_run, mode: mode.map(Mode::from).unwrap_or_default(), ..Options::default() };
    Ok(ImportReport(apply::apply(store(ctx)?, caller(ctx)?, parsed, options).await?))
}
