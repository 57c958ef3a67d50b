//! How long a colocation contract runs, how it renews and how it is ended, as clients see it.

use async_graphql::{Context, Enum, Object, SimpleObject};
use chrono::NaiveDate;
use entity::contracts::colocation_contract::{self, IndexTerms};
use forecasting::colocation::BusinessDays;
use rust_decimal::Decimal;

use super::words::{NoticeUnit, RenewalPriceRule};
use crate::{
    contracts::{notice_history::Recorded, terms},
    error::Result,
    schema::{
        request::caller,
        scalar::{Date, Moment},
    },
};

/// The initial term of a contract, and when it is over.
pub struct ContractTerm(pub(super) colocation_contract::Model);

/// The initial term of a contract, and when it is over.
#[Object]
impl ContractTerm {
    /// Day of signature.
    async fn signed_on(&self) -> Date {
        Date(self.0.signed_on)
    }

    /// Day the initial term and the billing begin; contract months and anniversaries count from here.
    async fn billing_starts_on(&self) -> Date {
        Date(self.0.billing_starts_on)
    }

    /// Length of the initial term, in months.
    async fn months(&self) -> i32 {
        self.0.initial_term_months
    }

    /// Last day of the initial term: the start of billing plus the months, less a day.
    async fn ends_on(&self) -> Result<Date> {
        Ok(Date(terms::colocation(&self.0, &[])?.initial_end()))
    }

    /// Last day of the initial term as the paper states it. Kept and reported where it differs.
    async fn stated_end_on(&self) -> Option<Date> {
        self.0.stated_end_on.map(Date)
    }

    /// Last day that the contract runs, after notice or its last renewal. Null while it goes on renewing.
    async fn last_day_on(&self) -> Result<Option<Date>> {
        Ok(terms::colocation(&self.0, &[])?.end(&BusinessDays::default()).map(Date))
    }
}

/// What happens at the end of a term.
#[derive(Clone, Debug, SimpleObject)]
pub struct ContractRenewal {
    /// Whether it renews unless notice is given.
    pub(super) automatic: bool,
    /// Length of each renewal, in months.
    pub(super) months: Option<i32>,
    /// How often it renews by itself; null is without end.
    pub(super) maximum: Option<i32>,
    /// How a renewal is priced.
    pub(super) price_rule: RenewalPriceRule,
    /// What a renewal adds to the price, as a fraction. For FIXED_UPLIFT.
    pub(super) uplift: Option<Decimal>,
    /// The price index that a renewal follows. For CPI.
    pub(super) index: Option<RenewalIndex>,
}

/// How a renewal follows a price index.
#[derive(Clone, Debug, SimpleObject)]
pub struct RenewalIndex {
    /// Name of the index.
    series: String,
    /// How many months before the renewal the index is read.
    lag_months: i32,
    /// Least rise, as a fraction.
    floor: Option<Decimal>,
    /// Greatest rise, as a fraction.
    cap: Option<Decimal>,
    /// Whether a falling index leaves the price as it is.
    no_decrease: bool,
}

impl From<IndexTerms> for RenewalIndex {
    fn from(terms: IndexTerms) -> Self {
        let IndexTerms { series, lag_months, floor, cap, no_decrease } = terms;
        Self { series, lag_months, floor, cap, no_decrease }
    }
}

/// How long the company takes to decide, to ask the market and to move out.
#[derive(Clone, Debug, SimpleObject)]
pub struct ContractPlanning {
    /// Days a decision is due before the notice deadline. Null where not known; the calendar then takes 60.
    pub(crate) decision_lead_days: Option<i32>,
    /// Days proposals are asked for before the decision is due.
    pub(crate) proposal_lead_days: Option<i32>,
    /// Days that moving out takes.
    pub(crate) migration_days: Option<i32>,
    /// Days between the last move and the last day.
    pub(crate) decommission_buffer_days: Option<i32>,
}

/// How a contract is ended, and by when.
pub struct ContractNotice(pub(super) colocation_contract::Model);

/// How a contract is ended, and by when.
#[Object]
impl ContractNotice {
    /// Latest notice before the end of a term, in the unit.
    async fn minimum(&self) -> i32 {
        self.0.notice_minimum
    }

    /// Earliest notice before the end of a term, in the unit.
    async fn maximum(&self) -> Option<i32> {
        self.0.notice_maximum
    }

    /// What notice is counted in.
    async fn unit(&self) -> NoticeUnit {
        self.0.notice_unit.into()
    }

    /// How and to whom notice must be given.
    async fn method(&self) -> Option<&str> {
        self.0.notice_method.as_deref()
    }

    /// Last day on which notice ends the contract with the term that runs on `asOf`, today where left out.
    /// Counted back from the last day of the term, and moved to the Friday before where it falls on a weekend.
    async fn deadline(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day from which it is seen.")] as_of: Option<Date>,
    ) -> Result<Option<Date>> {
        let contract = terms::colocation(&self.0, &[])?;
        let term = terms::term_on(&contract, day(ctx, as_of)?);
        Ok(contract.notice_deadline(&term, &BusinessDays::default()).map(Date))
    }

    /// First day on which that notice is accepted; null where it always is.
    async fn window_opens_on(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day from which it is seen.")] as_of: Option<Date>,
    ) -> Result<Option<Date>> {
        let contract = terms::colocation(&self.0, &[])?;
        let term = terms::term_on(&contract, day(ctx, as_of)?);
        Ok(contract.notice_window_open(&term, &BusinessDays::default()).map(Date))
    }

    /// Day notice was given.
    async fn given_on(&self) -> Option<Date> {
        self.0.notice_given_on.map(Date)
    }

    /// Proof that it was.
    async fn evidence(&self) -> Option<&str> {
        self.0.notice_evidence.as_deref()
    }
}

/// What was said of notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "forecasting::colocation::NoticeAction")]
pub enum NoticeAction {
    /// Notice was given.
    Given,
    /// Notice given before was withdrawn.
    Withdrawn,
}

/// Notice that was given or withdrawn.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct NoticeRecord {
    /// The day it was given; of a withdrawal the day it was recorded, or that of the notice given anew.
    on: Date,
    /// Whether it was given or withdrawn.
    action: NoticeAction,
    /// When it was recorded.
    recorded_at: Moment,
}

impl From<Recorded> for NoticeRecord {
    fn from(recorded: Recorded) -> Self {
        let Recorded { entry, at } = recorded;
        Self { on: Date(entry.date), action: entry.action.into(), recorded_at: at }
    }
}

/// The day from which something is seen: the day of the request where none is given.
pub(super) fn day(ctx: &Context<'_>, as_of: Option<Date>) -> Result<NaiveDate> {
    Ok(as_of.map_or(caller(ctx)?.now.date_naive(), |date| date.0))
}
