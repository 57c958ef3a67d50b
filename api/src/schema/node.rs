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
    capacity::graphql::{
        events::CapacityEvent, held_placements::CapacityPlacement, pools::CapacityPool,
        published::PublishedCapacityForecast, purchase_rules::CapacityPurchaseRule,
        reservations::CapacityReservation,
    },
    cloud::graphql::{
        accounts::ProviderAccount, commitments::CloudCommitment, costs::CostRecord, growth::GrowthAssumption,
        workloads::Workload,
    },
    contracts::graphql::{
        colocation_charges::ColocationCharge, colocation_circuits::ColocationCircuit,
        colocation_contracts::ColocationContract, colocation_deployments::ColocationDeployment,
        colocation_readings::ColocationReading, invoice_lines::InvoiceLine, invoices::Invoice, offers::Offer,
        support_contracts::SupportContract, support_coverages::SupportCoverage,
    },
    error::{Error, Result},
    finance::graphql::{
        actual_postings::ActualPosting, allocation_models::AllocationModel, budget_lines::BudgetLine,
        budget_versions::BudgetVersion, chargeback_lines::ChargebackLine, chargebacks::Chargeback,
        currencies::Currency, exchange_rates::ExchangeRate, fiscal_calendars::FiscalCalendar,
        ledger_codes::LedgerCode, price_index_values::PriceIndexValue, savings_claims::SavingsClaim,
        savings_initiatives::SavingsInitiative, variance_explanations::VarianceExplanation, volumes::Volume,
    },
    inventory::graphql::{
        assets::Asset, manufacturers::Manufacturer, models::HardwareModel, racks::Rack, sites::Site,
        vendors::Vendor,
    },
    lifecycle::graphql::{
        book_entries::BookEntry,
        book_events::BookEvent,
        closed_periods::ClosedPeriod,
        depreciation_rules::DepreciationRule,
        refresh_cycles::{RefreshCycle, RefreshCycleAsset},
        refresh_policies::RefreshPolicy,
        software_releases::SoftwareRelease,
    },
    recovery::graphql::{
        backups::BackupRecord, consistency_groups::ConsistencyGroup, drills::RecoveryDrill,
        objectives::RecoveryObjective,
    },
    scenarios::graphql::{changes::ScenarioChange, scenarios::Scenario},
    topology::graphql::{
        dependencies::Dependency, power_feeds::PowerFeed, redundancy_groups::RedundancyGroup,
        services::Service,
    },
};

/// Whatever has an id.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Its identity, which never changes."))]
pub enum Node {
    ActualPosting(ActualPosting),
    AllocationModel(AllocationModel),
    ApiToken(ApiToken),
    Asset(Asset),
    BackupRecord(BackupRecord),
    BookEntry(BookEntry),
    BookEvent(BookEvent),
    BudgetLine(BudgetLine),
    BudgetVersion(BudgetVersion),
    CapacityEvent(CapacityEvent),
    CapacityPlacement(CapacityPlacement),
    CapacityPool(CapacityPool),
    CapacityPurchaseRule(CapacityPurchaseRule),
    CapacityReservation(CapacityReservation),
    Change(Change),
    Chargeback(Chargeback),
    ChargebackLine(ChargebackLine),
    ClosedPeriod(ClosedPeriod),
    CloudCommitment(CloudCommitment),
    ColocationCharge(ColocationCharge),
    ColocationCircuit(ColocationCircuit),
    ColocationContract(ColocationContract),
    ColocationDeployment(ColocationDeployment),
    ColocationReading(ColocationReading),
    ConsistencyGroup(ConsistencyGroup),
    CostRecord(CostRecord),
    Currency(Currency),
    Dependency(Dependency),
    DepreciationRule(DepreciationRule),
    ExchangeRate(ExchangeRate),
    FiscalCalendar(FiscalCalendar),
    GrowthAssumption(GrowthAssumption),
    HardwareModel(HardwareModel),
    Invoice(Invoice),
    InvoiceLine(InvoiceLine),
    LedgerCode(LedgerCode),
    Manufacturer(Manufacturer),
    Offer(Offer),
    PowerFeed(PowerFeed),
    PriceIndexValue(PriceIndexValue),
    ProviderAccount(ProviderAccount),
    PublishedCapacityForecast(PublishedCapacityForecast),
    Rack(Rack),
    RedundancyGroup(RedundancyGroup),
    RecoveryDrill(RecoveryDrill),
    RecoveryObjective(RecoveryObjective),
    RefreshCycle(RefreshCycle),
    RefreshCycleAsset(RefreshCycleAsset),
    RefreshPolicy(RefreshPolicy),
    SavingsClaim(SavingsClaim),
    SavingsInitiative(SavingsInitiative),
    Scenario(Scenario),
    ScenarioChange(ScenarioChange),
    Service(Service),
    Site(Site),
    SoftwareRelease(SoftwareRelease),
    SupportContract(SupportContract),
    SupportCoverage(SupportCoverage),
    User(User),
    VarianceExplanation(VarianceExplanation),
    Vendor(Vendor),
    Volume(Volume),
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
            <ActualPosting as Kind>::NAME => find::<ActualPosting>(ctx, &id).await,
            <AllocationModel as Kind>::NAME => find::<AllocationModel>(ctx, &id).await,
            <ApiToken as Kind>::NAME => find::<ApiToken>(ctx, &id).await,
            <Asset as Kind>::NAME => find::<Asset>(ctx, &id).await,
            <BackupRecord as Kind>::NAME => find::<BackupRecord>(ctx, &id).await,
            <BookEntry as Kind>::NAME => find::<BookEntry>(ctx, &id).await,
            <BookEvent as Kind>::NAME => find::<BookEvent>(ctx, &id).await,
            <BudgetLine as Kind>::NAME => find::<BudgetLine>(ctx, &id).await,
            <BudgetVersion as Kind>::NAME => find::<BudgetVersion>(ctx, &id).await,
            <CapacityEvent as Kind>::NAME => find::<CapacityEvent>(ctx, &id).await,
            <CapacityPlacement as Kind>::NAME => find::<CapacityPlacement>(ctx, &id).await,
            <CapacityPool as Kind>::NAME => find::<CapacityPool>(ctx, &id).await,
            <CapacityPurchaseRule as Kind>::NAME => find::<CapacityPurchaseRule>(ctx, &id).await,
            <CapacityReservation as Kind>::NAME => find::<CapacityReservation>(ctx, &id).await,
            <Change as Kind>::NAME => find::<Change>(ctx, &id).await,
            <Chargeback as Kind>::NAME => find::<Chargeback>(ctx, &id).await,
            <ChargebackLine as Kind>::NAME => find::<ChargebackLine>(ctx, &id).await,
            <ClosedPeriod as Kind>::NAME => find::<ClosedPeriod>(ctx, &id).await,
            <CloudCommitment as Kind>::NAME => find::<CloudCommitment>(ctx, &id).await,
            <ColocationCharge as Kind>::NAME => find::<ColocationCharge>(ctx, &id).await,
            <ColocationCircuit as Kind>::NAME => find::<ColocationCircuit>(ctx, &id).await,
            <ColocationContract as Kind>::NAME => find::<ColocationContract>(ctx, &id).await,
            <ColocationDeployment as Kind>::NAME => find::<ColocationDeployment>(ctx, &id).await,
            <ColocationReading as Kind>::NAME => find::<ColocationReading>(ctx, &id).await,
            <ConsistencyGroup as Kind>::NAME => find::<ConsistencyGroup>(ctx, &id).await,
            <CostRecord as Kind>::NAME => find::<CostRecord>(ctx, &id).await,
            <Currency as Kind>::NAME => find::<Currency>(ctx, &id).await,
            <Dependency as Kind>::NAME => find::<Dependency>(ctx, &id).await,
            <DepreciationRule as Kind>::NAME => find::<DepreciationRule>(ctx, &id).await,
            <ExchangeRate as Kind>::NAME => find::<ExchangeRate>(ctx, &id).await,
            <FiscalCalendar as Kind>::NAME => find::<FiscalCalendar>(ctx, &id).await,
            <GrowthAssumption as Kind>::NAME => find::<GrowthAssumption>(ctx, &id).await,
            <HardwareModel as Kind>::NAME => find::<HardwareModel>(ctx, &id).await,
            <Invoice as Kind>::NAME => find::<Invoice>(ctx, &id).await,
            <InvoiceLine as Kind>::NAME => find::<InvoiceLine>(ctx, &id).await,
            <LedgerCode as Kind>::NAME => find::<LedgerCode>(ctx, &id).await,
            <Manufacturer as Kind>::NAME => find::<Manufacturer>(ctx, &id).await,
            <Offer as Kind>::NAME => find::<Offer>(ctx, &id).await,
            <PowerFeed as Kind>::NAME => find::<PowerFeed>(ctx, &id).await,
            <PriceIndexValue as Kind>::NAME => find::<PriceIndexValue>(ctx, &id).await,
            <ProviderAccount as Kind>::NAME => find::<ProviderAccount>(ctx, &id).await,
            <PublishedCapacityForecast as Kind>::NAME => find::<PublishedCapacityForecast>(ctx, &id).await,
            <Rack as Kind>::NAME => find::<Rack>(ctx, &id).await,
            <RedundancyGroup as Kind>::NAME => find::<RedundancyGroup>(ctx, &id).await,
            <RecoveryDrill as Kind>::NAME => find::<RecoveryDrill>(ctx, &id).await,
            <RecoveryObjective as Kind>::NAME => find::<RecoveryObjective>(ctx, &id).await,
            <RefreshCycle as Kind>::NAME => find::<RefreshCycle>(ctx, &id).await,
            <RefreshCycleAsset as Kind>::NAME => find::<RefreshCycleAsset>(ctx, &id).await,
            <RefreshPolicy as Kind>::NAME => find::<RefreshPolicy>(ctx, &id).await,
            <SavingsClaim as Kind>::NAME => find::<SavingsClaim>(ctx, &id).await,
            <SavingsInitiative as Kind>::NAME => find::<SavingsInitiative>(ctx, &id).await,
            <Scenario as Kind>::NAME => find::<Scenario>(ctx, &id).await,
            <ScenarioChange as Kind>::NAME => find::<ScenarioChange>(ctx, &id).await,
            <Service as Kind>::NAME => find::<Service>(ctx, &id).await,
            <Site as Kind>::NAME => find::<Site>(ctx, &id).await,
            <SoftwareRelease as Kind>::NAME => find::<SoftwareRelease>(ctx, &id).await,
            <SupportContract as Kind>::NAME => find::<SupportContract>(ctx, &id).await,
            <SupportCoverage as Kind>::NAME => find::<SupportCoverage>(ctx, &id).await,
            <User as Kind>::NAME => find::<User>(ctx, &id).await,
            <VarianceExplanation as Kind>::NAME => find::<VarianceExplanation>(ctx, &id).await,
            <Vendor as Kind>::NAME => find::<Vendor>(ctx, &id).await,
            <Volume as Kind>::NAME => find::<Volume>(ctx, &id).await,
            <Workload as Kind>::NAME => find::<Workload>(ctx, &id).await,
            _ => Err(of_nothing(&id, kind)),
        }
    }
}

/// Why an id of another kind is refused.
fn of_nothing(id: &ID, kind: &str) -> Error {
    let kind = one(kind);
    let message = format!("`{}` is the id of {kind}, not of a site, an asset or what else there is", **id);
    Error::invalid("id", message)
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
