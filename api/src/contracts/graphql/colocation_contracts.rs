//! Colocation contracts, as clients see them.

use std::sync::LazyLock;

use async_graphql::{Context, ID, Object};
use entity::{
    contracts::{
        colocation_charge,
        colocation_contract::{self, Column, IndexTerms},
        colocation_contract_site, colocation_deployment,
    },
    id::ColocationContractId,
    inventory::site,
    money::Rate,
};
use rust_decimal::Decimal;
use sea_orm::{Iterable, Order as SqlOrder};

use super::{
    colocation_charges::ColocationCharge,
    colocation_deployments::ColocationDeployment,
    colocation_figures::ColocationFigures,
    colocation_terms::{ContractNotice, ContractPlanning, ContractRenewal, ContractTerm},
    decisions::StoredTerminationRule,
    words::{ContractClassification, Proration},
};
use crate::{
    access::Permission,
    error::Result,
    inventory::graphql::{sites::Site, vendors::Vendor},
    schema::{
        record::{Noun, Record},
        request::priced,
        scalar::{Id, Moment},
    },
};

/// A contract for space, power and connections in someone else's data center.
#[derive(Clone)]
pub struct ColocationContract(pub(super) Record<colocation_contract::Entity>);

impl From<Record<colocation_contract::Entity>> for ColocationContract {
    fn from(record: Record<colocation_contract::Entity>) -> Self {
        Self(record)
    }
}

/// Dates and months are computed from nearly every term, so they read the whole row.
static WHOLE: LazyLock<Vec<Column>> = LazyLock::new(|| Column::iter().collect());

impl Noun for ColocationContract {
    type Entity = colocation_contract::Entity;
    type Id = ColocationContractId;
    const VIEW: Permission = Permission::ViewContracts;
    const ID: Column = Column::Id;

    fn columns(field: &str) -> &'static [Column] {
        match field {
            "version" => &[Column::Version],
            "createdAt" => &[Column::CreatedAt],
            "updatedAt" => &[Column::UpdatedAt],
            "number" => &[Column::Number],
            "vendor" => &[Column::VendorId],
            "masterAgreement" => &[Column::MasterAgreement],
            "currency" => &[Column::Currency],
            "renewal" => &[
                Column::AutoRenew,
                Column::RenewalTermMonths,
                Column::MaximumRenewals,
                Column::RenewalPriceRule,
                Column::RenewalUplift,
                Column::RenewalIndex,
            ],
            "term" | "notice" | "findings" | "monthlyCost" | "costSchedule" | "costOfSilence"
            | "renewals" | "earlyTermination" | "holdover" | "invoiceCheck" | "capacity" | "headroom"
            | "paidUnused" | "powerMonth" | "autoRenewExposure" | "stepDown" => &WHOLE,
            "holdoverMultiplier" => &[Column::HoldoverMultiplier],
            "proration" => &[Column::Proration],
            "disputeWindowDays" => &[Column::DisputeWindowDays],
            "planning" => &[
                Column::DecisionLeadDays,
                Column::ProposalLeadDays,
                Column::MigrationDays,
                Column::DecommissionBufferDays,
            ],
            "classification" => &[Column::Classification],
            "terminationRule" => &[Column::TerminationRule, Column::Currency],
            "owner" => &[Column::Owner],
            "source" => &[Column::Source],
            _ => &[],
        }
    }
}

/// A contract for space, power and connections in someone else's data center.
#[Object]
impl ColocationContract {
    /// The id of the contract.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<ColocationContractId>(self.0.get(Column::Id)?).into())
    }

    /// Rises with every change; give it as `expectedVersion` to change what you have read.
    async fn version(&self) -> Result<i32> {
        self.0.get(Column::Version)
    }

    /// When the contract was recorded.
    async fn created_at(&self) -> Result<Moment> {
        self.0.get(Column::CreatedAt)
    }

    /// When the record was last changed.
    async fn updated_at(&self) -> Result<Moment> {
        self.0.get(Column::UpdatedAt)
    }

    /// Contract number; no two contracts share one.
    async fn number(&self) -> Result<String> {
        self.0.get(Column::Number)
    }

    /// The provider.
    async fn vendor(&self, ctx: &Context<'_>) -> Result<Option<Vendor>> {
        self.0.one(ctx, Column::VendorId).await
    }

    /// The agreement it hangs under. Its dates do not count; the contract has its own.
    async fn master_agreement(&self) -> Result<Option<String>> {
        self.0.get(Column::MasterAgreement)
    }

    /// ISO 4217 code of every price in it.
    async fn currency(&self) -> Result<String> {
        self.0.get(Column::Currency)
    }

    /// The initial term, and when the contract is over.
    async fn term(&self) -> Result<ContractTerm> {
        Ok(ContractTerm(self.0.model()?))
    }

    /// What happens at the end of a term.
    async fn renewal(&self) -> Result<ContractRenewal> {
        let rule: colocation_contract::RenewalPriceRule = self.0.get(Column::RenewalPriceRule)?;
        Ok(ContractRenewal {
            automatic: self.0.get(Column::AutoRenew)?,
            months: self.0.get(Column::RenewalTermMonths)?,
            maximum: self.0.get(Column::MaximumRenewals)?,
            price_rule: rule.into(),
            uplift: self.0.get::<Option<Rate>>(Column::RenewalUplift)?.map(Rate::to_decimal),
            index: self.0.get::<Option<IndexTerms>>(Column::RenewalIndex)?.map(Into::into),
        })
    }

    /// How the contract is ended, and by when.
    async fn notice(&self) -> Result<ContractNotice> {
        Ok(ContractNotice(self.0.model()?))
    }

    /// Price after the end without renewal, as a multiple of the last.
    async fn holdover_multiplier(&self) -> Result<Option<Decimal>> {
        Ok(self.0.get::<Option<Rate>>(Column::HoldoverMultiplier)?.map(Rate::to_decimal))
    }

    /// How part of a month is billed.
    async fn proration(&self) -> Result<Proration> {
        Ok(self.0.get::<colocation_contract::Proration>(Column::Proration)?.into())
    }

    /// Days in which an invoice may be disputed.
    async fn dispute_window_days(&self) -> Result<Option<i32>> {
        self.0.get(Column::DisputeWindowDays)
    }

    /// How long the company takes to decide, to ask the market and to move out.
    async fn planning(&self) -> Result<ContractPlanning> {
        Ok(ContractPlanning {
            decision_lead_days: self.0.get(Column::DecisionLeadDays)?,
            proposal_lead_days: self.0.get(Column::ProposalLeadDays)?,
            migration_days: self.0.get(Column::MigrationDays)?,
            decommission_buffer_days: self.0.get(Column::DecommissionBufferDays)?,
        })
    }

    /// What it is in the books.
    async fn classification(&self) -> Result<ContractClassification> {
        Ok(self.0.get::<colocation_contract::Classification>(Column::Classification)?.into())
    }

    /// What leaving early costs, as the contract has it. Null where not known, and when the caller may not see prices.
    async fn termination_rule(&self, ctx: &Context<'_>) -> Result<Option<StoredTerminationRule>> {
        priced(ctx, || {
            let currency: String = self.0.get(Column::Currency)?;
            let rule: Option<colocation_contract::TerminationRule> = self.0.get(Column::TerminationRule)?;
            Ok(rule.map(|rule| StoredTerminationRule::new(rule, &currency)))
        })
    }

    /// Team or person who answers for it.
    async fn owner(&self) -> Result<Option<String>> {
        self.0.get(Column::Owner)
    }

    /// Where the record came from, such as the file of an import.
    async fn source(&self) -> Result<Option<String>> {
        self.0.get(Column::Source)
    }

    /// The sites it is for, by code.
    async fn sites(&self, ctx: &Context<'_>) -> Result<Option<Vec<Site>>> {
        use colocation_contract_site::{Column as Link, Entity};
        let order = [(site::Column::Code, SqlOrder::Asc)];
        let ends = (Link::ContractId, Link::SiteId);
        self.0.linked::<Site, Entity>(ctx, Column::Id, ends, &order).await.map(Some)
    }

    /// The price sheet, in order.
    async fn charges(&self, ctx: &Context<'_>) -> Result<Vec<ColocationCharge>> {
        use colocation_charge::Column as Charge;
        let order = [(Charge::Position, SqlOrder::Asc), (Charge::Id, SqlOrder::Asc)];
        self.0.many(ctx, Column::Id, Charge::ContractId, &order).await
    }

    /// The deployments of power circuits under the contract, by name.
    async fn deployments(&self, ctx: &Context<'_>) -> Result<Vec<ColocationDeployment>> {
        use colocation_deployment::Column as Deployment;
        let order = [(Deployment::Name, SqlOrder::Asc)];
        self.0.many(ctx, Column::Id, Deployment::ContractId, &order).await
    }

    /// What is worked out from all of it.
    #[graphql(flatten)]
    async fn figures(&self) -> ColocationFigures {
        ColocationFigures(self.clone())
    }
}
