//! What looks wrong in the inventory, as clients see it.

use async_graphql::{Context, Enum, Object};
use chrono::NaiveDate;

use super::assets::{Asset, AssetOrderField};
use crate::{
    access::Permission,
    error::Result,
    inventory::findings::{self, Finding},
    rules::require_plausible,
    schema::{
        filter::Order,
        page::{Connection, Window, page, page_cost},
        request::{caller, read},
        scalar::{Date, Money, plain},
    },
};

/// A rule that assets may break. They are not refused for it, because an estate has to be loaded before it
/// can be put right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Finding")]
pub enum InventoryFindingKind {
    /// Several assets that are still here have the same serial number.
    DuplicateSerial,
    /// The serial number is a word that stands for none, such as `N/A` or `To be filled by O.E.M.`.
    PlaceholderSerial,
    /// It went into service before its model was sold.
    InServiceBeforeRelease,
    /// Its warranty ended before it was bought.
    WarrantyBeforePurchase,
    /// It shares its day of purchase with more than a fifth of all, and with nine others at least: probably
    /// the day of an import.
    DefaultPurchaseDate,
    /// Its service begins in the future.
    FutureService,
    /// It is in service, and nobody knows since when: no age, no depreciation.
    ServiceDateMissing,
    /// It has been disposed of and is still in a rack.
    DisposedInRack,
    /// It is retired and still takes room in a rack.
    RetiredInRack,
    /// It is retired and still draws power by its own measurement.
    RetiredDrawingPower,
    /// It is in use and nobody answers for it.
    OwnerMissing,
    /// It is in use and charged to no cost centre.
    CostCentreMissing,
    /// It is in use and the last date of support of its model is not known.
    SupportDateMissing,
    /// It was bought for nothing. Needs the right to see prices.
    ZeroPrice,
    /// Its model is listed for nothing, so that a refresh would cost nothing. Needs the right to see prices.
    ZeroListPrice,
    /// It cost fifty times as much as its model is listed for, or as another of its model did: cents, perhaps. Needs the
    /// right to see prices.
    PriceInCents,
}

/// A rule, and the assets that break it.
pub struct InventoryFinding {
    finding: Finding,
    today: NaiveDate,
}

/// A rule, and the assets that break it.
#[Object]
impl InventoryFinding {
    /// Which rule.
    async fn kind(&self) -> InventoryFindingKind {
        self.finding.into()
    }

    /// The rule in words.
    async fn rule(&self) -> &'static str {
        self.finding.rule()
    }

    /// How many assets break it.
    async fn count(&self, ctx: &Context<'_>) -> Result<u64> {
        findings::count(&read(ctx, Permission::ViewInventory)?, self.finding, self.today).await
    }

    /// What the assets that break it cost, by currency, as far as that is known. Null when the caller may not see prices.
    async fn amounts(&self, ctx: &Context<'_>) -> Result<Option<Vec<Money>>> {
        if !caller(ctx)?.may(Permission::ViewPrices) {
            return Ok(None);
        }
        let reader = read(ctx, Permission::ViewInventory)?;
        let sums = findings::amounts(&reader, self.finding, self.today).await?;
        Ok(Some(
            sums.into_iter().map(|(currency, amount)| Money { amount: plain(amount), currency }).collect(),
        ))
    }

    /// The assets that break it.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn assets(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<AssetOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Asset>> {
        let window = Window::new(first, after, last, before);
        page(ctx, self.finding.condition(self.today), order_by, window).await
    }
}

/// Queries of what looks wrong.
#[derive(Default)]
pub struct FindingQuery;

/// Queries of what looks wrong.
#[Object]
impl FindingQuery {
    /// What looks wrong in the inventory: the rules of the given kinds, all that the caller may see when none
    /// is given, and the assets that break each. A rule that no asset breaks has the count 0.
    #[graphql(complexity = "kinds.as_ref().map_or(Finding::ALL.len(), Vec::len) * child_complexity + 1")]
    async fn inventory_findings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of these rules only. Left out: of all.")] kinds: Option<Vec<InventoryFindingKind>>,
        #[graphql(desc = "The day on which it is asked; today when left out.")] as_of: Option<Date>,
    ) -> Result<Vec<InventoryFinding>> {
        read(ctx, Permission::ViewInventory)?;
        let caller = caller(ctx)?;
        let today = as_of.map_or_else(|| caller.now.date_naive(), |day| day.0);
        require_plausible("asOf", Some(today))?;
        let may = |finding: &Finding| finding.permission().is_none_or(|permission| caller.may(permission));
        let findings = match kinds {
            None => Finding::ALL.into_iter().filter(may).collect::<Vec<_>>(),
            Some(kinds) => {
                let mut findings = Vec::with_capacity(kinds.len());
                for finding in kinds.into_iter().map(Finding::from) {
                    if let Some(permission) = finding.permission() {
                        read(ctx, permission)?;
                    }
                    if !findings.contains(&finding) {
                        findings.push(finding);
                    }
                }
                findings
            }
        };
        Ok(findings.into_iter().map(|finding| InventoryFinding { finding, today }).collect())
    }
}
