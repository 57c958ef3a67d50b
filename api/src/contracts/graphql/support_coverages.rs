//! The coverage of assets by support contracts, as clients see it.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use chrono::NaiveDate;
use entity::{
    contracts::support_coverage::{self, Column},
    id::SupportCoverageId,
    inventory::asset,
};
use sea_orm::Condition;

use super::support_contracts::SupportContract;
use crate::{
    access::{Caller, Permission},
    error::Result,
    inventory::graphql::assets::{Asset, AssetFilter},
    schema::{
        filter::{DateFilter, Filter, through},
        page::Sortable,
        record::{Noun, Record},
        scalar::{Date, Id, Moment},
    },
};

/// That a support contract covers an asset.
#[derive(Clone)]
pub struct SupportCoverage(Record<support_coverage::Entity>);

impl From<Record<support_coverage::Entity>> for SupportCoverage {
    fn from(record: Record<support_coverage::Entity>) -> Self {
        Self(record)
    }
}

impl Noun for SupportCoverage {
    type Entity = support_coverage::Entity;
    type Id = SupportCoverageId;
    const VIEW: Permission = Permission::ViewContracts;
    const ID: Column = Column::Id;

    fn columns(field: &str) -> &'static [Column] {
        match field {
            "createdAt" => &[Column::CreatedAt],
            "contract" => &[Column::ContractId],
            "asset" => &[Column::AssetId],
            "fromOn" => &[Column::FromOn],
            "toOn" => &[Column::ToOn],
            _ => &[],
        }
    }
}

/// That a support contract covers an asset.
#[Object]
impl SupportCoverage {
    /// The id of the coverage.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<SupportCoverageId>(self.0.get(Column::Id)?).into())
    }

    /// When the coverage was recorded.
    async fn created_at(&self) -> Result<Moment> {
        self.0.get(Column::CreatedAt)
    }

    /// The contract.
    async fn contract(&self, ctx: &Context<'_>) -> Result<Option<SupportContract>> {
        self.0.one(ctx, Column::ContractId).await
    }

    /// The asset.
    async fn asset(&self, ctx: &Context<'_>) -> Result<Option<Asset>> {
        self.0.one(ctx, Column::AssetId).await
    }

    /// First day covered; null is the contract's.
    #[graphql(name = "fromOn")]
    async fn first_day(&self) -> Result<Option<Date>> {
        Ok(self.0.get::<Option<NaiveDate>>(Column::FromOn)?.map(Date))
    }

    /// Last day covered; null is the contract's.
    #[graphql(name = "toOn")]
    async fn last_day(&self) -> Result<Option<Date>> {
        Ok(self.0.get::<Option<NaiveDate>>(Column::ToOn)?.map(Date))
    }
}

/// Which coverage. All tests have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct SupportCoverageFilter {
    /// All of these as well.
    pub and: Option<Vec<SupportCoverageFilter>>,
    /// At least one of these as well.
    pub or: Option<Vec<SupportCoverageFilter>>,
    /// And not this.
    pub not: Option<Box<SupportCoverageFilter>>,
    /// By the asset.
    pub asset: Option<AssetFilter>,
    /// By the first day covered.
    pub from_on: Option<DateFilter>,
    /// By the last day covered.
    pub to_on: Option<DateFilter>,
}

impl Filter for SupportCoverageFilter {
    fn own(&self, caller: &Caller) -> Result<Condition> {
        let asset = match &self.asset {
            Some(asset) => {
                let condition = asset.condition(caller)?;
                Some(through::<asset::Entity>(Column::AssetId, asset::Column::Id, condition))
            }
            None => None,
        };
        Ok(Condition::all()
            .add_option(asset)
            .add_option(self.from_on.as_ref().map(|test| test.on(Column::FromOn)).transpose()?)
            .add_option(self.to_on.as_ref().map(|test| test.on(Column::ToOn)).transpose()?))
    }

    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }
}

/// What to order coverage by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum SupportCoverageOrderField {
    /// By the first day covered.
    FromOn,
    /// By the last day covered.
    ToOn,
    /// By the moment it was recorded.
    CreatedAt,
}

impl Sortable for SupportCoverageOrderField {
    type Noun = SupportCoverage;

    fn column(self) -> Column {
        match self {
            Self::FromOn => Column::FromOn,
            Self::ToOn => Column::ToOn,
            Self::CreatedAt => Column::CreatedAt,
        }
    }
}
