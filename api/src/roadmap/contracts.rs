//! Contracts: read whole, with what they are divided by.

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::{
    contracts::{
        colocation_charge, colocation_contract, colocation_contract_site, support_contract, support_coverage,
    },
    id::{ColocationContractId, SiteId, SupportContractId},
    inventory::asset,
};
use forecasting::colocation::BusinessDays;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect, RelationTrait,
};

use serde::{Deserialize, Serialize};

use crate::{
    contracts::{costs, terms},
    error::Result,
    finance::price_index_values::PublishedIndices,
    store::Read,
};

/// A colocation contract.
#[derive(Clone, Serialize, Deserialize)]
pub struct Colocation {
    /// The contract.
    pub contract: colocation_contract::Model,
    /// What it charges, in the order of its price sheet.
    pub charges: Vec<colocation_charge::Model>,
    /// The sites that it is for.
    pub sites: Vec<SiteId>,
}

impl Colocation {
    /// The sites that it is for, and those of its charges.
    pub fn all_sites(&self) -> impl Iterator<Item = SiteId> {
        self.sites.iter().copied().chain(self.charges.iter().filter_map(|charge| charge.site_id))
    }

    /// The site of a charge: its own, or the contract's where that has just one.
    fn site_of(&self, charge: &colocation_charge::Model) -> Option<SiteId> {
        match (charge.site_id, self.sites.as_slice()) {
            (Some(site), _) => Some(site),
            (None, [only]) => Some(*only),
            _ => None,
        }
    }

    /// The charges by site; none is the site of charges that several sites share.
    #[must_use]
    pub fn by_site(&self) -> Vec<(Option<SiteId>, Vec<colocation_charge::Model>)> {
        let mut parts: Vec<(Option<SiteId>, Vec<colocation_charge::Model>)> = Vec::new();
        for charge in &self.charges {
            let site = self.site_of(charge);
            match parts.iter_mut().find(|(known, _)| *known == site) {
                Some((_, charges)) => charges.push(charge.clone()),
                None => parts.push((site, vec![charge.clone()])),
            }
        }
        parts
    }
}

/// A support contract.
#[derive(Clone, Serialize, Deserialize)]
pub struct Support {
    /// The contract.
    pub contract: support_contract::Model,
    /// How many of the assets that it covers stand at each site.
    pub sites: Vec<(SiteId, i64)>,
}

/// Every contract.
#[derive(Clone, Serialize, Deserialize)]
pub struct Contracts {
    /// Colocation contracts, by number.
    pub colocation: Vec<Colocation>,
    /// Support contracts, by number.
    pub support: Vec<Support>,
    /// What was published of the price indices that colocation contracts follow.
    pub published: PublishedIndices,
}

impl Contracts {
    /// Reads all contracts with six statements, with price indices as they were known on a day.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn read(db: &impl Read, as_of: NaiveDate) -> Result<Self> {
        let colocation = colocation(db).await?;
        let series =
            colocation.iter().flat_map(|it| costs::series(&it.contract, &it.charges).collect::<Vec<_>>());
        let published = PublishedIndices::read(db, series, as_of).await?;
        Ok(Self { colocation, support: support(db).await?, published })
    }

    /// Those of colocation alone, for those who need nothing else, with three statements.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn of_colocation(db: &impl Read) -> Result<Self> {
        Ok(Self {
            colocation: colocation(db).await?,
            support: Vec::new(),
            published: PublishedIndices::default(),
        })
    }

    /// Sites whose every colocation contract ends by notice that was given, with the day after which nothing
    /// is rented there.
    #[must_use]
    pub fn ends_by_notice(&self) -> HashMap<SiteId, NaiveDate> {
        let mut ends: HashMap<SiteId, Option<NaiveDate>> = HashMap::new();
        for colocation in &self.colocation {
            let end = colocation.contract.notice_given_on.and_then(|_| {
                let value = terms::colocation(&colocation.contract, &colocation.charges).ok()?;
                value.end(&BusinessDays::default())
            });
            for site in &colocation.sites {
                let known = ends.entry(*site).or_insert(end);
                *known = known.zip(end).map(|(one, other)| one.max(other));
            }
        }
        ends.into_iter().filter_map(|(site, end)| Some((site, end?))).collect()
    }
}

async fn colocation(db: &impl Read) -> Result<Vec<Colocation>> {
    let contracts =
        colocation_contract::Entity::find().order_by_asc(colocation_contract::Column::Number).all(db).await?;
    let mut charges: HashMap<ColocationContractId, Vec<_>> = HashMap::new();
    let sheet = colocation_charge::Entity::find()
        .order_by_asc(colocation_charge::Column::Position)
        .order_by_asc(colocation_charge::Column::Id)
        .all(db)
        .await?;
    for charge in sheet {
        charges.entry(charge.contract_id).or_default().push(charge);
    }
    let mut sites: HashMap<ColocationContractId, Vec<SiteId>> = HashMap::new();
    let links = colocation_contract_site::Entity::find()
        .order_by_asc(colocation_contract_site::Column::SiteId)
        .all(db)
        .await?;
    for link in links {
        sites.entry(link.contract_id).or_default().push(link.site_id);
    }
    let contracts = contracts.into_iter().map(|contract| Colocation {
        charges: charges.remove(&contract.id).unwrap_or_default(),
        sites: sites.remove(&contract.id).unwrap_or_default(),
        contract,
    });
    Ok(contracts.collect())
}

async fn support(db: &impl Read) -> Result<Vec<Support>> {
    let contracts =
        support_contract::Entity::find().order_by_asc(support_contract::Column::Number).all(db).await?;
    let mut sites = covered(db, None).await?;
    let contracts = contracts.into_iter().map(|contract| {
        let sites = sites.remove(&contract.id).unwrap_or_default();
        Support { contract, sites }
    });
    Ok(contracts.collect())
}

/// How many of the assets that support contracts cover stand at each site: of all contracts, or of some.
///
/// # Errors
/// Those of the database.
pub async fn covered(
    db: &impl Read,
    of: Option<Vec<SupportContractId>>,
) -> Result<HashMap<SupportContractId, Vec<(SiteId, i64)>>> {
    let meant = of.map(|ids| support_coverage::Column::ContractId.is_in(ids));
    let counts: Vec<(SupportContractId, SiteId, i64)> = support_coverage::Entity::find()
        .filter(Condition::all().add_option(meant))
        .select_only()
        .column(support_coverage::Column::ContractId)
        .column(asset::Column::SiteId)
        .column_as(support_coverage::Column::Id.count(), "assets")
        .join(JoinType::InnerJoin, support_coverage::Relation::Asset.def())
        .group_by(support_coverage::Column::ContractId)
        .group_by(asset::Column::SiteId)
        .order_by_asc(asset::Column::SiteId)
        .into_tuple()
        .all(db)
        .await?;
    let mut sites: HashMap<SupportContractId, Vec<(SiteId, i64)>> = HashMap::new();
    for (contract, site, count) in counts {
        sites.entry(contract).or_default().push((site, count));
    }
    Ok(sites)
}
