//! Any object by its id: an id says which kind of object it names.

use async_graphql::{Context, ID, Interface, Object};
use entity::id::EntityId;

use super::{
    record::Noun,
    request::by_id,
    scalar::{Id, one},
};
use crate::{
    access::graphql::{tokens::ApiToken, users::User},
    audit::graphql::Change,
    cloud::graphql::{
        accounts::ProviderAccount, costs::CostRecord, growth::GrowthAssumption, workloads::Workload,
    },
    contracts::graphql::{
        colocation_charges::ColocationCharge, colocation_contracts::ColocationContract,
        support_contracts::SupportContract, support_coverages::SupportCoverage,
    },
    error::{Error, Result},
    finance::graphql::{
        currencies::Currency, exchange_rates::ExchangeRate, fiscal_calendars::FiscalCalendar,
    },
    inventory::graphql::{
        assets::Asset, manufacturers::Manufacturer, models::HardwareModel, racks::Rack, sites::Site,
        vendors::Vendor,
    },
    lifecycle::graphql::{
        depreciation_rules::DepreciationRule,
        refresh_cycles::{RefreshCycle, RefreshCycleAsset},
        refresh_policies::RefreshPolicy,
        software_releases::SoftwareRelease,
    },
    scenarios::graphql::{changes::ScenarioChange, scenarios::Scenario},
};

/// Whatever has an id.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Its identity, which never changes."))]
pub enum Node {
    ApiToken(ApiToken),
    Asset(Asset),
    Change(Change),
    ColocationCharge(ColocationCharge),
    ColocationContract(ColocationContract),
    CostRecord(CostRecord),
    Currency(Currency),
    DepreciationRule(DepreciationRule),
    ExchangeRate(ExchangeRate),
    FiscalCalendar(FiscalCalendar),
    GrowthAssumption(GrowthAssumption),
    HardwareModel(HardwareModel),
    Manufacturer(Manufacturer),
    ProviderAccount(ProviderAccount),
    Rack(Rack),
    RefreshCycle(RefreshCycle),
    RefreshCycleAsset(RefreshCycleAsset),
    RefreshPolicy(RefreshPolicy),
    Scenario(Scenario),
    ScenarioChange(ScenarioChange),
    Site(Site),
    SoftwareRelease(SoftwareRelease),
    SupportContract(SupportContract),
    SupportCoverage(SupportCoverage),
    User(User),
    Vendor(Vendor),
    Workload(Workload),
}

/// Any object by its id.
#[derive(Default)]
pub struct NodeQuery;

/// Any object by its id.
#[Object]
impl NodeQuery {
    /// Any object by its id: null when there is none.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "as every object gives it in its field `id`")] id: ID,
    ) -> Result<Option<Node>> {
        let (kind, _) =
            id.rsplit_once('_').ok_or_else(|| Error::invalid("id", format!("`{}` is not an id", *id)))?;
        match kind {
            <ApiToken as Kind>::NAME => find::<ApiToken>(ctx, &id).await,
            <Asset as Kind>::NAME => find::<Asset>(ctx, &id).await,
            <Change as Kind>::NAME => find::<Change>(ctx, &id).await,
            <ColocationCharge as Kind>::NAME => find::<ColocationCharge>(ctx, &id).await,
            <ColocationContract as Kind>::NAME => find::<ColocationContract>(ctx, &id).await,
            <CostRecord as Kind>::NAME => find::<CostRecord>(ctx, &id).await,
            <Currency as Kind>::NAME => find::<Currency>(ctx, &id).await,
            <DepreciationRule as Kind>::NAME => find::<DepreciationRule>(ctx, &id).await,
            <ExchangeRate as Kind>::NAME => find::<ExchangeRate>(ctx, &id).await,
            <FiscalCalendar as Kind>::NAME => find::<FiscalCalendar>(ctx, &id).await,
            <GrowthAssumption as Kind>::NAME => find::<GrowthAssumption>(ctx, &id).await,
            <HardwareModel as Kind>::NAME => find::<HardwareModel>(ctx, &id).await,
            <Manufacturer as Kind>::NAME => find::<Manufacturer>(ctx, &id).await,
            <ProviderAccount as Kind>::NAME => find::<ProviderAccount>(ctx, &id).await,
            <Rack as Kind>::NAME => find::<Rack>(ctx, &id).await,
            <RefreshCycle as Kind>::NAME => find::<RefreshCycle>(ctx, &id).await,
            <RefreshCycleAsset as Kind>::NAME => find::<RefreshCycleAsset>(ctx, &id).await,
            <RefreshPolicy as Kind>::NAME => find::<RefreshPolicy>(ctx, &id).await,
            <Scenario as Kind>::NAME => find::<Scenario>(ctx, &id).await,
            <ScenarioChange as Kind>::NAME => find::<ScenarioChange>(ctx, &id).await,
            <Site as Kind>::NAME => find::<Site>(ctx, &id).await,
            <SoftwareRelease as Kind>::NAME => find::<SoftwareRelease>(ctx, &id).await,
            <SupportContract as Kind>::NAME => find::<SupportContract>(ctx, &id).await,
            <SupportCoverage as Kind>::NAME => find::<SupportCoverage>(ctx, &id).await,
            <User as Kind>::NAME => find::<User>(ctx, &id).await,
            <Vendor as Kind>::NAME => find::<Vendor>(ctx, &id).await,
            <Workload as Kind>::NAME => find::<Workload>(ctx, &id).await,
            _ => {
                let message = format!(
                    "`{}` is the id of {}, not of a site, an asset or what else there is",
                    *id,
                    one(kind)
                );
                Err(Error::invalid("id", message))
            }
        }
    }
}

/// The kind that ids of a noun name.
trait Kind {
    const NAME: &'static str;
}

impl<N: Noun> Kind for N {
    const NAME: &'static str = N::Id::KIND;
}

async fn find<N: Noun + Into<Node>>(ctx: &Context<'_>, id: &str) -> Result<Option<Node>> {
    let id = Id::<N::Id>::parse(id).map_err(|cause| Error::invalid("id", cause))?;
    Ok(by_id::<N>(ctx, id).await?.map(Into::into))
}
