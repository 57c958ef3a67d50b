//! What is saved in a fiscal year, as clients see it.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use entity::id::{FiscalCalendarId, ScenarioId};
use forecasting::budget::{self, SavingsAmounts, Standing};
use rust_decimal::Decimal;

use super::{
    savings_initiatives::{SavingsInitiative, SavingsKind, SavingsStage},
    unit_cost_words::input,
    unit_costs::known_currency,
};
use crate::{
    access::Permission,
    error::{Error, Result},
    finance::{
        savings::{self, Answer, Question},
        savings_initiatives::stage_of_row,
    },
    roadmap::year_label,
    scenarios::{
        Overlay,
        graphql::scenarios::{self, Scenario},
    },
    schema::{
        explain::Explanation,
        record::Record,
        request::{caller, read},
        scalar::{Date, Id, MoneyInput, Month, plain},
    },
};

/// Which part of a budget is to be saved, as fractions.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct SavingsTargetInput {
    /// At least: 0.05 is 5 %.
    pub low: Decimal,
    /// At most expected: 0.1 is 10 %.
    pub high: Decimal,
}

/// Where a share of a budget lies against a band.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Standing")]
pub enum SavingsStanding {
    /// Less than the target.
    Below,
    /// Within the band, its ends included.
    Within,
    /// More.
    Above,
}

/// What is odd about an initiative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "budget::SavingsFinding")]
pub enum SavingsFindingRule {
    /// It saves more than was spent before.
    AboveBaseline,
    /// The baseline was fixed after the saving started.
    BaselineFixedAfterStart,
    /// It counts as realised though it has not started.
    RealisedBeforeStart,
    /// Finance confirmed less than is claimed.
    ConfirmedBelowClaim,
    /// Finance confirmed more than is claimed: one of both amounts is wrong.
    ConfirmedAboveClaim,
    /// It counts as realised and no line of the ledger shows it.
    RealisedWithoutLedgerLine,
}

/// Savings added up. Amounts are null where they are hidden.
#[derive(Clone, Debug, SimpleObject)]
pub struct SavingsSum {
    /// Number of initiatives.
    count: u32,
    /// What they save within the fiscal year.
    in_year: Option<Decimal>,
    /// What they save in twelve months, at the level they have at its end. What is saved once has none.
    run_rate: Option<Decimal>,
}

impl SavingsSum {
    fn new(amounts: SavingsAmounts, is_hidden: bool) -> Self {
        let shown = |amount| (!is_hidden).then(|| plain(amount));
        Self { count: amounts.count, in_year: shown(amounts.in_year), run_rate: shown(amounts.run_rate) }
    }
}

/// Initiatives of one stage and kind, as claimed.
#[derive(Clone, Debug, SimpleObject)]
pub struct SavingsPipelineRow {
    /// How far they have come.
    stage: SavingsStage,
    /// Whether they lower what is spent.
    kind: SavingsKind,
    /// The initiatives.
    #[graphql(flatten)]
    sum: SavingsSum,
}

/// What one initiative is in the fiscal year: as claimed, and as confirmed. Amounts are null where they are hidden.
#[derive(SimpleObject)]
pub struct SavingsOfInitiative {
    /// The initiative.
    initiative: SavingsInitiative,
    /// Whether it counts towards the target, unless it is contested: it is hard, realised, and nothing is found that
    /// leaves it unproven.
    counts: bool,
    /// As claimed.
    claimed: SavingsSum,
    /// As confirmed by finance. Null where they have not.
    confirmed: Option<SavingsSum>,
    /// What is odd about it.
    findings: Vec<SavingsFindingRule>,
}

/// What is saved in a fiscal year, against what was to be. Amounts are null where they are hidden.
pub struct Savings {
    answer: Answer,
    question: Question,
    is_hidden: bool,
}

impl Savings {
    fn rate(&self, rate: Option<Decimal>) -> Option<Decimal> {
        rate.filter(|_| !self.is_hidden).map(|rate| rate.round_dp(6).normalize())
    }
}

fn kind(kind: budget::SavingsKind) -> SavingsKind {
    match kind {
        budget::SavingsKind::Hard => SavingsKind::Hard,
        budget::SavingsKind::Avoidance => SavingsKind::Avoidance,
    }
}

/// What is saved in a fiscal year, against what was to be.
#[Object]
impl Savings {
    /// The fiscal year, by its label.
    async fn fiscal_year(&self) -> i32 {
        self.question.fiscal_year
    }

    /// Its name: `FY27`.
    async fn label(&self) -> String {
        year_label(self.question.fiscal_year)
    }

    /// Its first month.
    async fn from(&self) -> Month {
        Month(self.answer.first_month)
    }

    /// Name of the fiscal calendar.
    async fn fiscal_calendar(&self) -> &str {
        &self.answer.calendar_name
    }

    /// The day from which it is seen.
    async fn as_of(&self) -> Date {
        Date(self.question.as_of)
    }

    /// The scenario that is laid over what is recorded. Null for the baseline.
    async fn scenario(&self) -> Option<Scenario> {
        self.question.scenario.scenario().and_then(scenarios::of)
    }

    /// The currency of all amounts.
    async fn currency(&self) -> &'static str {
        self.question.currency.code()
    }

    /// The budget that a part of is to be saved.
    async fn budget(&self) -> Decimal {
        plain(self.question.budget)
    }

    /// The lower end of the target.
    async fn target_low(&self) -> Decimal {
        plain(self.answer.summary.target.0)
    }

    /// The upper end of the target.
    async fn target_high(&self) -> Decimal {
        plain(self.answer.summary.target.1)
    }

    /// What counts towards the target, as claimed: hard, realised, proven, and on no line of the ledger that another
    /// one claims.
    async fn claimed(&self) -> SavingsSum {
        SavingsSum::new(self.answer.summary.claimed, self.is_hidden)
    }

    /// The same initiatives as far as finance has confirmed them.
    async fn confirmed(&self) -> SavingsSum {
        SavingsSum::new(self.answer.summary.confirmed, self.is_hidden)
    }

    /// Hard and realised, but on a line of the ledger that another claims too.
    async fn contested(&self) -> SavingsSum {
        SavingsSum::new(self.answer.summary.contested, self.is_hidden)
    }

    /// Hard and realised, but not proven: it has not started, no line of the ledger shows it, or it is more than was
    /// spent before. Counts once that is put right.
    async fn unproven(&self) -> SavingsSum {
        SavingsSum::new(self.answer.summary.unproven, self.is_hidden)
    }

    /// The run rate that counts as claimed, as a fraction of the budget. Null without a budget, or where it is
    /// hidden.
    async fn claimed_rate(&self) -> Option<Decimal> {
        self.rate(self.answer.summary.claimed_share)
    }

    /// The run rate that counts as confirmed, as a fraction of the budget. Null likewise.
    async fn confirmed_rate(&self) -> Option<Decimal> {
        self.rate(self.answer.summary.confirmed_share)
    }

    /// Where the claimed rate lies against the target. Null without a budget, or where it is hidden.
    async fn standing(&self) -> Option<SavingsStanding> {
        self.answer.summary.standing.filter(|_| !self.is_hidden).map(Into::into)
    }

    /// All initiatives by stage and kind, as claimed.
    async fn pipeline(&self) -> Vec<SavingsPipelineRow> {
        let rows = self.answer.summary.pipeline.iter().map(|((stage, of), amounts)| SavingsPipelineRow {
            stage: stage_of_row(*stage).into(),
            kind: kind(*of),
            sum: SavingsSum::new(*amounts, self.is_hidden),
        });
        rows.collect()
    }

    /// The initiatives one by one, by code: as claimed beside as confirmed.
    #[graphql(complexity = "50 * child_complexity")]
    async fn initiatives(&self, ctx: &Context<'_>) -> Result<Vec<SavingsOfInitiative>> {
        let hides_single = !caller(ctx)?.may(Permission::ViewPrices);
        let told = self.answer.rows.iter().filter_map(|(code, row)| {
            let (claimed, confirmed) = self.answer.amounts.get(code)?;
            Some((code, row, *claimed, *confirmed))
        });
        let told: Vec<_> = told.collect();
        let records = Record::all_whole(told.iter().map(|(_, row, _, _)| (*row).clone()).collect());
        let initiatives = told.into_iter().zip(records).map(|((code, row, claimed, confirmed), record)| {
            use entity::finance::savings_initiative as of_row;
            let of_code = self.answer.summary.findings.iter().filter(|(of, _)| of == code);
            let of_code: Vec<_> = of_code.map(|(_, finding)| *finding).collect();
            let is_realised =
                row.kind == of_row::SavingsKind::Hard && row.stage == of_row::SavingsStage::Realised;
            SavingsOfInitiative {
                counts: is_realised && !of_code.iter().any(|finding| finding.lacks_proof()),
                initiative: record.into(),
                claimed: SavingsSum::new(claimed, hides_single),
                confirmed: confirmed.map(|confirmed| SavingsSum::new(confirmed, hides_single)),
                findings: of_code.into_iter().map(Into::into).collect(),
            }
        });
        Ok(initiatives.collect())
    }

    /// Whether sums are hidden from the caller's role: one of them is of a single initiative, whose amounts the role
    /// may not see.
    async fn amounts_hidden(&self) -> bool {
        self.is_hidden
    }

    /// How the figures came about.
    async fn explain(&self) -> Explanation {
        let (first, last) = self.answer.days;
        let mut assumptions = vec![
            "Only what is hard, realised and proven counts towards the target, at its run rate on the last day of \
             the year. What is saved once has none: it is in the year, and not in the rate."
                .to_owned(),
            "Stages are those of today; the day from which it is seen decides what is odd.".to_owned(),
        ];
        if self.answer.is_converted {
            assumptions
                .push(format!("Amounts of other currencies are converted by the plan rate of {first}."));
        }
        Explanation {
            formula: "in the year = annualised x months in which it saves / 12; rate = run rate / budget"
                .into(),
            inputs: vec![
                input("initiatives", self.answer.amounts.len()),
                input("budget", plain(self.question.budget)),
                input("first day", first),
                input("last day", last),
                input("target from", self.answer.band.low),
                input("target to", self.answer.band.high),
            ],
            assumptions,
            excluded: self.answer.excluded.clone(),
            estimated: false,
        }
    }
}

/// Queries of savings.
#[derive(Default)]
pub struct SavingsQuery;

/// Queries of savings.
#[Object]
impl SavingsQuery {
    /// What is saved in a fiscal year, against a part of a budget that was to be: claimed and confirmed side by side.
    #[graphql(complexity = "2_000 + child_complexity")]
    async fn savings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The fiscal year, by its label.")] fiscal_year: i32,
        #[graphql(desc = "The budget that a part of is to be saved; its currency is that of the answer.")]
        budget: MoneyInput,
        #[graphql(desc = "The part that is to be saved; 5 to 10 % when left out.")] target: Option<
            SavingsTargetInput,
        >,
        #[graphql(desc = "Fiscal calendar; the default one when left out.")] fiscal_calendar: Option<ID>,
        #[graphql(desc = "The day from which it is seen.")] as_of: Date,
        #[graphql(desc = "The scenario whose plan rates convert the amounts; none when left out.")]
        scenario: Option<Id<ScenarioId>>,
    ) -> Result<Savings> {
        let reader = read(ctx, Permission::ViewTotals)?;
        let calendar = fiscal_calendar.map(|id| Id::<FiscalCalendarId>::parse(&id)).transpose();
        let question = Question {
            fiscal_year,
            budget: budget.amount,
            currency: known_currency(&budget.currency, "budget.currency")?,
            target: target.map(|target| (target.low, target.high)),
            calendar: calendar.map_err(|message| Error::invalid("fiscalCalendar", message))?.map(|id| *id),
            as_of: as_of.0,
            scenario: Overlay::load(&reader, scenario.map(|id| id.0)).await?,
        };
        let answer = savings::answer(&reader, &question).await?;
        let is_hidden = !caller(ctx)?.may(Permission::ViewPrices) && answer.tells_a_price();
        Ok(Savings { answer, question, is_hidden })
    }
}
