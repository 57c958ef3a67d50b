//! What people say about variances, as clients see it.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use entity::{
    finance::{budget_line::BudgetView, variance_explanation},
    id::{BudgetVersionId, VarianceExplanationId},
    money::Amount,
};
use forecasting::budget::Driver;
use rust_decimal::Decimal;

use super::{budget_versions::BudgetVersion, ledger_codes::LedgerCode, line_changes::BudgetPlaceInput};
use crate::{
    access::Permission,
    error::Result,
    finance::variances,
    inventory::graphql::sites::Site,
    roadmap::graphql::MoneyView,
    schema::{
        record::{Noun, Record},
        request::{change, priced},
        scalar::{Id, Moment, amount, plain},
    },
};

/// Why part of an actual figure differs from its plan.
#[derive(Clone)]
pub struct VarianceExplanation(Record<variance_explanation::Entity>);

impl From<Record<variance_explanation::Entity>> for VarianceExplanation {
    fn from(record: Record<variance_explanation::Entity>) -> Self {
        Self(record)
    }
}

impl Noun for VarianceExplanation {
    type Entity = variance_explanation::Entity;
    type Id = VarianceExplanationId;
    const VIEW: Permission = Permission::ViewFinance;
    const ID: variance_explanation::Column = variance_explanation::Column::Id;

    fn columns(field: &str) -> &'static [variance_explanation::Column] {
        use variance_explanation::Column as C;
        match field {
            "version" => &[C::Version],
            "createdAt" => &[C::CreatedAt],
            "plan" | "amount" => &[C::VersionId, C::Amount],
            "actual" => &[C::ActualId],
            "costCentre" => &[C::CostCentreId],
            "account" => &[C::AccountId],
            "tower" => &[C::TowerId],
            "site" => &[C::SiteId],
            "period" => &[C::Period],
            "view" => &[C::View],
            "driver" => &[C::Driver],
            "note" => &[C::Note],
            "author" => &[C::Author],
            _ => &[],
        }
    }
}

/// Why an actual figure differs from its plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "variance_explanation::VarianceDriver")]
pub enum VarianceDriver {
    /// More or less of it was used.
    Volume,
    /// It cost more or less apiece.
    Price,
    /// A currency moved, within a price: what the rates of the versions do is shown without an explanation.
    Fx,
    /// It came earlier or later within the year; must cancel out by its end.
    Timing,
    /// Something was added or left out that the plan was not about.
    Scope,
    /// It happened once and will not again.
    OneOff,
    /// It was planned or posted wrongly.
    Error,
}

/// Why part of an actual figure differs from its plan.
#[Object]
impl VarianceExplanation {
    /// The id of the explanation.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<VarianceExplanationId>(self.0.get(variance_explanation::Column::Id)?).into())
    }

    /// Rises with every change.
    async fn version(&self) -> Result<i32> {
        self.0.get(variance_explanation::Column::Version)
    }

    /// When it was recorded.
    async fn created_at(&self) -> Result<Moment> {
        self.0.get(variance_explanation::Column::CreatedAt)
    }

    /// What was planned.
    async fn plan(&self, ctx: &Context<'_>) -> Result<Option<BudgetVersion>> {
        self.0.one(ctx, variance_explanation::Column::VersionId).await
    }

    /// What it is held against.
    async fn actual(&self, ctx: &Context<'_>) -> Result<Option<BudgetVersion>> {
        self.0.one(ctx, variance_explanation::Column::ActualId).await
    }

    /// The cost centre.
    async fn cost_centre(&self, ctx: &Context<'_>) -> Result<Option<LedgerCode>> {
        self.0.one(ctx, variance_explanation::Column::CostCentreId).await
    }

    /// The account.
    async fn account(&self, ctx: &Context<'_>) -> Result<Option<LedgerCode>> {
        self.0.one(ctx, variance_explanation::Column::AccountId).await
    }

    /// The tower; null where it is assigned to none.
    async fn tower(&self, ctx: &Context<'_>) -> Result<Option<LedgerCode>> {
        self.0.one(ctx, variance_explanation::Column::TowerId).await
    }

    /// The site; null where it is of no single one.
    async fn site(&self, ctx: &Context<'_>) -> Result<Option<Site>> {
        self.0.one(ctx, variance_explanation::Column::SiteId).await
    }

    /// The period, 1 to 12.
    async fn period(&self) -> Result<i32> {
        self.0.get(variance_explanation::Column::Period)
    }

    /// The view.
    async fn view(&self) -> Result<MoneyView> {
        Ok(self.0.get::<BudgetView>(variance_explanation::Column::View)?.into())
    }

    /// What it is due to.
    async fn driver(&self) -> Result<VarianceDriver> {
        let driver: variance_explanation::VarianceDriver =
            self.0.get(variance_explanation::Column::Driver)?;
        Ok(driver.into())
    }

    /// How much of the variance, in units of the currency of the plan; positive is favourable. Null when the caller
    /// may not see prices.
    async fn amount(&self, ctx: &Context<'_>) -> Result<Option<Decimal>> {
        priced(ctx, || {
            let amount: Amount = self.0.get(variance_explanation::Column::Amount)?;
            Ok(Some(plain(amount.to_decimal())))
        })
    }

    /// What there is to say.
    async fn note(&self) -> Result<String> {
        self.0.get(variance_explanation::Column::Note)
    }

    /// Who said so.
    async fn author(&self) -> Result<String> {
        self.0.get(variance_explanation::Column::Author)
    }
}

impl From<Driver> for VarianceDriver {
    fn from(driver: Driver) -> Self {
        match driver {
            Driver::Volume => Self::Volume,
            Driver::Price => Self::Price,
            Driver::ForeignExchange => Self::Fx,
            Driver::Timing => Self::Timing,
            Driver::Scope => Self::Scope,
            Driver::OneOff => Self::OneOff,
            Driver::Error => Self::Error,
        }
    }
}

/// Part of a variance to explain.
#[derive(Clone, Debug, InputObject)]
pub struct VarianceExplanationInput {
    /// What was planned.
    pub plan: Id<BudgetVersionId>,
    /// What it is held against.
    pub actual: Id<BudgetVersionId>,
    /// Where the variance is.
    pub place: BudgetPlaceInput,
    /// In which view.
    #[graphql(default_with = "MoneyView::Pnl")]
    pub view: MoneyView,
    /// What it is due to.
    pub driver: VarianceDriver,
    /// How much of it, in units of the currency of the plan; positive is favourable.
    pub amount: Decimal,
    /// What there is to say.
    pub note: String,
}

/// Changes of what people say about variances.
#[derive(Default)]
pub struct VarianceMutation;

/// Changes of what people say about variances.
#[Object]
impl VarianceMutation {
    /// Records why part of a variance came about. The plan may be frozen: what is said about it is no part of it.
    async fn explain_variance(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be recorded.")] input: VarianceExplanationInput,
        #[graphql(desc = "Sent again with it, this answers as before.")] idempotency_key: Option<String>,
    ) -> Result<VarianceExplanation> {
        let row = change(ctx, Permission::EditFinance, async |tx| {
            tx.once("explainVariance", idempotency_key, &input, async || {
                let given = variances::Given {
                    plan: *input.plan,
                    actual: *input.actual,
                    names: input.place.clone().names(),
                    view: input.view.into(),
                    driver: input.driver.into(),
                    amount: amount(input.amount, "amount")?,
                    note: input.note.clone(),
                };
                variances::explain(tx, given).await
            })
            .await
        })
        .await?;
        Ok(Record::whole(row).into())
    }

    /// Takes an explanation back, and answers with what it was.
    async fn withdraw_variance_explanation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<VarianceExplanationId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<VarianceExplanation> {
        let row = change(ctx, Permission::EditFinance, async |tx| {
            variances::withdraw(tx, *id, expected_version).await
        });
        Ok(Record::whole(row.await?).into())
    }
}
