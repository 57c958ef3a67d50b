//! Lines of chargebacks, as clients see them.

use async_graphql::{Context, ID, Object};
use entity::{
    finance::chargeback_line::{self, Column, LineSide},
    id::ChargebackLineId,
    money::Amount,
};
use rust_decimal::Decimal;

use super::{journals::JournalSide, ledger_codes::LedgerCode};
use crate::{
    access::Permission,
    error::Result,
    schema::{
        record::{Noun, Record},
        request::priced,
        scalar::{Id, plain},
    },
};

/// A debit or a credit of a chargeback, as it was submitted.
#[derive(Clone)]
pub struct ChargebackLine(Record<chargeback_line::Entity>);

impl From<Record<chargeback_line::Entity>> for ChargebackLine {
    fn from(record: Record<chargeback_line::Entity>) -> Self {
        Self(record)
    }
}

impl Noun for ChargebackLine {
    type Entity = chargeback_line::Entity;
    type Id = ChargebackLineId;
    const VIEW: Permission = Permission::ViewFinance;
    const ID: Column = Column::Id;

    fn columns(field: &str) -> &'static [Column] {
        match field {
            "position" => &[Column::Position],
            "side" => &[Column::Side],
            "node" => &[Column::Node],
            "counterpart" => &[Column::Counterpart],
            "costCentre" => &[Column::CostCentreId],
            "amount" => &[Column::Amount],
            "text" => &[Column::Description],
            _ => &[],
        }
    }
}

/// A debit or a credit of a chargeback, as it was submitted.
#[Object]
impl ChargebackLine {
    /// The id of the line.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<ChargebackLineId>(self.0.get(Column::Id)?).into())
    }

    /// Its place in the chargeback, from 1; it is the line of the document that it is posted as.
    async fn position(&self) -> Result<i32> {
        self.0.get(Column::Position)
    }

    /// Whether it is a debit or a credit.
    async fn side(&self) -> Result<JournalSide> {
        Ok(match self.0.get(Column::Side)? {
            LineSide::Debit => JournalSide::Debit,
            LineSide::Credit => JournalSide::Credit,
        })
    }

    /// The node of the model that is charged or relieved.
    async fn node(&self) -> Result<String> {
        self.0.get(Column::Node)
    }

    /// The node on the other side.
    async fn counterpart(&self) -> Result<String> {
        self.0.get(Column::Counterpart)
    }

    /// The cost centre that is charged or relieved.
    async fn cost_centre(&self, ctx: &Context<'_>) -> Result<Option<LedgerCode>> {
        self.0.one(ctx, Column::CostCentreId).await
    }

    /// How much, in the currency of the chargeback; above zero. Null where the role may not see prices.
    async fn amount(&self, ctx: &Context<'_>) -> Result<Option<Decimal>> {
        priced(ctx, || Ok(Some(plain(self.0.get::<Amount>(Column::Amount)?.to_decimal()))))
    }

    /// What is posted with it.
    async fn text(&self) -> Result<String> {
        self.0.get(Column::Description)
    }
}
