//! Journals that charge pools out, as clients see them.

use async_graphql::{Enum, SimpleObject};
use rust_decimal::Decimal;

use crate::{
    finance::journals::{Journal, Line},
    schema::scalar::{Month, plain},
};

/// On which side of a journal a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum JournalSide {
    /// It is charged.
    Debit,
    /// It is relieved.
    Credit,
}

/// A line of a journal.
#[derive(Clone, Debug, SimpleObject)]
pub struct AllocationJournalLine {
    /// Whether it is a debit or a credit.
    side: JournalSide,
    /// The node of the model that is charged or relieved.
    node: String,
    /// The node on the other side.
    counterpart: String,
    /// Code of the cost centre that the node is called after, by its code or its name. Null where there is none that may
    /// be charged then; `reason` says why.
    cost_centre: Option<String>,
    /// Code of the account that was asked for.
    account: Option<String>,
    /// Why there is no cost centre.
    reason: Option<String>,
    /// How much; above zero. Null where it is hidden.
    amount: Option<Decimal>,
    /// What is posted with it.
    text: String,
}

/// What is posted in one period to charge pools out: every debit has its credit.
#[derive(Clone, Debug, SimpleObject)]
pub struct AllocationJournal {
    /// The month. Null where amounts are given, which are of no month.
    month: Option<Month>,
    /// The fiscal year of the default calendar that the month is in. Null without a month.
    fiscal_year: Option<i32>,
    /// The period of that year. Null without a month.
    period: Option<u32>,
    /// What its debits come to, and its credits. Null where it is hidden.
    total: Option<Decimal>,
    /// Whether it can be submitted and posted as it is: its period is open, and each line has a cost centre and an
    /// account. `submitChargeback` keeps it for approval.
    postable: bool,
    /// Why it cannot be posted as it is. Null where it can.
    reason: Option<String>,
    /// Its lines, each debit followed by its credit.
    lines: Vec<AllocationJournalLine>,
}

impl AllocationJournal {
    pub(super) fn new(journal: Journal, account: Option<&str>, is_hidden: bool) -> Self {
        let shown = |amount| (!is_hidden).then(|| plain(amount));
        let reason = journal.unpostable(account);
        let lines = journal.lines.into_iter().map(|line| {
            let Line { is_debit, node, counterpart, cost_centre, amount, text } = line;
            AllocationJournalLine {
                side: if is_debit { JournalSide::Debit } else { JournalSide::Credit },
                node,
                counterpart,
                reason: cost_centre.as_ref().err().cloned(),
                cost_centre: cost_centre.ok(),
                account: account.map(str::to_owned),
                amount: shown(amount),
                text,
            }
        });
        Self {
            month: journal.month.map(Month),
            fiscal_year: journal.period.map(|(year, _)| year),
            period: journal.period.map(|(_, period)| period),
            total: shown(journal.total),
            postable: reason.is_none(),
            reason,
            lines: lines.collect(),
        }
    }
}
