//! Whether racks and sites stay up when one side of their power fails, as clients see it.

use std::sync::Arc;

use async_graphql::{Context, Enum, Object, SimpleObject};
use entity::{
    id::{ScenarioId, SiteId},
    topology::power_feed,
};

use super::{
    lens::{TopologyGraph, WholeGraph, day, overlay, size, skip, view},
    power_feeds::PowerFeed,
};
use crate::{
    access::Permission,
    contracts::graphql::decision_words::PowerFeed as PowerSide,
    error::Result,
    inventory::graphql::{racks::Rack, sites::Site},
    schema::{
        explain::{Explanation, ExplanationInput},
        record::Record,
        request::read,
        rows::Items,
        scalar::{Date, Id},
    },
    topology::power::{self, Carries, Failing, Gap, Question, RackPower, Side, SitePower, Supply},
};

/// Why one side of the power does not carry the draw alone, or why nobody knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum PowerReason {
    /// There is no feed on the side.
    NoFeed,
    /// The feeds of the side carry less than is drawn.
    TooSmall,
    /// The side hangs on a feed that the other side is or hangs on too, so it fails with it.
    SharedFeed,
    /// Both sides come from the same panel, so both fail with it.
    SharedPanel,
    /// A feed further up carries less than all racks below it draw when the other side fails.
    UpstreamTooSmall,
    /// Not known: equipment lacks the draw of its power basis.
    DrawUnknown,
    /// Not known: a feed of the side lacks its capacity.
    CapacityUnknown,
    /// Not known: there are feeds of which nobody said which side they are on.
    SideUnknown,
    /// Not known: no feed above those of the racks is on record at the site.
    SupplyUnknown,
}

/// What one side of the power can do when the other fails.
#[derive(SimpleObject)]
pub struct PowerSideRedundancy {
    /// Which side.
    side: PowerSide,
    /// Its feeds in use, by name.
    feeds: Vec<PowerFeed>,
    /// What its feeds carry together, in watts. Null where one of them lacks it, and where there is none.
    capacity_watts: Option<i64>,
    /// What can be drawn beyond the draw, in watts, before a feed of the side, or one further up that other racks draw
    /// from as well, is full. Below zero where one carries too little. Null where a draw or a capacity is not known.
    spare_watts: Option<i64>,
    /// Feeds further up that carry less than all racks below them draw when the other side fails.
    short_feeds: Vec<PowerFeed>,
    /// Whether it carries all of the draw when the other side fails. Null where nobody knows.
    carries_alone: Option<bool>,
    /// Why it does not, or why nobody knows. Null where it carries all.
    reason: Option<PowerReason>,
}

/// The power of a rack, or of all racks of a site together.
#[derive(SimpleObject)]
pub struct PowerSupply {
    /// What all equipment that is not retired draws, each by its power basis, in watts. Null where a draw is missing.
    draw_watts: Option<i64>,
    /// How many assets lack the draw of their power basis.
    without_draw: i64,
    /// How many feeds have no side. They count for neither.
    without_side: usize,
    /// Feeds that both sides are or hang on.
    shared_feeds: Vec<PowerFeed>,
    /// Panels that both sides come from, in the spelling of side A. Upper and lower case are the same.
    shared_panels: Vec<String>,
    /// Side A: what it can do when B fails.
    a: PowerSideRedundancy,
    /// Side B: what it can do when A fails.
    b: PowerSideRedundancy,
    /// Whether all stays up whichever side fails. Null where nobody knows of one, and the other would carry.
    is_redundant: Option<bool>,
}

/// A rack, and whether it stays up when one side fails.
pub struct RackPowerRedundancy<'a>(pub(super) &'a RackPower);

/// A site, and whether it stays up when one side fails.
pub struct SitePowerRedundancy<'a>(&'a SitePower);

/// Whether racks and sites stay up when one side of their power fails.
pub struct PowerRedundancy {
    sites: Vec<SitePower>,
    as_of: Date,
    graph: WholeGraph,
}

fn feeds(rows: &[power_feed::Model]) -> Vec<PowerFeed> {
    Record::all_whole(rows.to_vec()).into_iter().map(Into::into).collect()
}

fn verdict(carries: Carries) -> (Option<bool>, Option<PowerReason>) {
    match carries {
        Carries::Yes => (Some(true), None),
        Carries::No(Failing::NoFeed) => (Some(false), Some(PowerReason::NoFeed)),
        Carries::No(Failing::TooSmall) => (Some(false), Some(PowerReason::TooSmall)),
        Carries::No(Failing::SharedFeed) => (Some(false), Some(PowerReason::SharedFeed)),
        Carries::No(Failing::SharedPanel) => (Some(false), Some(PowerReason::SharedPanel)),
        Carries::No(Failing::UpstreamTooSmall) => (Some(false), Some(PowerReason::UpstreamTooSmall)),
        Carries::Unknown(Gap::Draw) => (None, Some(PowerReason::DrawUnknown)),
        Carries::Unknown(Gap::Capacity) => (None, Some(PowerReason::CapacityUnknown)),
        Carries::Unknown(Gap::Side) => (None, Some(PowerReason::SideUnknown)),
        Carries::Unknown(Gap::Supply) => (None, Some(PowerReason::SupplyUnknown)),
    }
}

impl PowerSideRedundancy {
    fn new(side: &Side) -> Self {
        let (carries_alone, reason) = verdict(side.carries);
        Self {
            side: side.side.into(),
            feeds: feeds(&side.feeds),
            capacity_watts: side.capacity_watts,
            spare_watts: side.spare_watts,
            short_feeds: feeds(&side.short),
            carries_alone,
            reason,
        }
    }
}

impl From<&Supply> for PowerSupply {
    fn from(supply: &Supply) -> Self {
        let [a, b] = &supply.sides;
        let (a, b) = (PowerSideRedundancy::new(a), PowerSideRedundancy::new(b));
        let is_redundant = match (a.carries_alone, b.carries_alone) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        };
        Self {
            draw_watts: supply.draw_watts,
            without_draw: supply.without_draw,
            without_side: supply.without_side,
            shared_feeds: feeds(&supply.shared),
            shared_panels: supply.shared_panels.clone(),
            a,
            b,
            is_redundant,
        }
    }
}

/// A rack, and whether it stays up when one side fails.
#[Object]
impl RackPowerRedundancy<'_> {
    /// The rack.
    async fn rack(&self) -> Rack {
        Record::whole(self.0.rack.clone()).into()
    }

    /// Its power.
    async fn supply(&self) -> PowerSupply {
        (&self.0.supply).into()
    }
}

/// A site, and whether it stays up when one side fails.
#[Object]
impl SitePowerRedundancy<'_> {
    /// The site.
    async fn site(&self) -> Site {
        Record::whole(self.0.site.clone()).into()
    }

    /// What feeds its racks: the feeds that feed no single rack and hang on no other, against what all racks draw.
    async fn supply(&self) -> PowerSupply {
        (&self.0.supply).into()
    }

    /// Its racks in use, by name.
    async fn racks(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 50, desc = "At most so many.")] first: i32,
        #[graphql(default = 0, desc = "Leave out so many at the beginning.")] skip: i32,
    ) -> Result<Items<RackPowerRedundancy<'_>>> {
        let (size, skip) = (size(ctx, "first", first)?, self::skip(skip)?);
        Ok(Items(self.0.racks.iter().skip(skip).take(size).map(RackPowerRedundancy).collect()))
    }

    /// How many racks it has in use.
    async fn rack_count(&self) -> usize {
        self.0.racks.len()
    }
}

/// Whether racks and sites stay up when one side of their power fails.
#[Object]
impl PowerRedundancy {
    /// The day from which it is seen.
    async fn as_of(&self) -> Date {
        self.as_of
    }

    /// The sites, by code.
    async fn sites(&self) -> Items<SitePowerRedundancy<'_>> {
        Items(self.sites.iter().map(SitePowerRedundancy).collect())
    }

    /// How many racks there are.
    async fn racks(&self) -> usize {
        self.sites.iter().map(|site| site.racks.len()).sum()
    }

    /// How many of them stay up whichever side fails.
    async fn redundant_racks(&self) -> usize {
        self.count(|carries| matches!(carries, [Carries::Yes, Carries::Yes]))
    }

    /// How many do not.
    async fn exposed_racks(&self) -> usize {
        self.count(|carries| carries.iter().any(|carries| matches!(carries, Carries::No(_))))
    }

    /// The graph of that day.
    async fn graph(&self) -> Result<TopologyGraph> {
        self.graph.shown().await
    }

    /// How it came about.
    async fn explain(&self) -> Explanation {
        let racks: usize = self.sites.iter().map(|site| site.racks.len()).sum();
        Explanation {
            formula: "a side carries alone if the draw is at most what its feeds carry together, if each feed that \
                      they hang on carries what all racks below it draw when the other side fails, and if they \
                      share no feed and no panel with the other side"
                .to_owned(),
            inputs: vec![ExplanationInput { name: "racks in use".to_owned(), value: racks.to_string() }],
            assumptions: vec![
                "everything has two power supplies, one on each side".to_owned(),
                "the capacity of a feed is what it may carry for long".to_owned(),
                "planned equipment that has a place in a rack draws its power already".to_owned(),
                "a rack with several feeds on a side draws from each by what it carries".to_owned(),
                "feeds of one site that name the same panel fail with it".to_owned(),
            ],
            excluded: vec![
                "racks that are planned or retired, and feeds that are not in use".to_owned(),
                "equipment that was retired by the day, and what came into service after it".to_owned(),
                "feeds whose circuit was handed back by the day, or whose contract is not in force on it, and \
                 what hangs on them"
                    .to_owned(),
                "equipment in no rack".to_owned(),
                "sites and feeds that the scenario has taken away by the day, or that are down because of that"
                    .to_owned(),
            ],
            estimated: false,
        }
    }
}

impl PowerRedundancy {
    fn count(&self, test: impl Fn([Carries; 2]) -> bool) -> usize {
        let racks = self.sites.iter().flat_map(|site| &site.racks);
        racks.filter(|rack| test(rack.supply.sides.each_ref().map(|side| side.carries))).count()
    }
}

/// Queries of power.
#[derive(Default)]
pub struct PowerQuery;

/// Queries of power.
#[Object]
impl PowerQuery {
    /// Whether every rack and site stays up when side A or side B of its power fails: the draw of all that stands there
    /// against what the other side carries.
    #[graphql(complexity = "200 + 20 * child_complexity")]
    async fn power_redundancy(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of this site only. Left out: of all that are in use.")] site: Option<Id<SiteId>>,
        #[graphql(desc = "The day on which equipment and feeds have to be there; today when left out.")]
        as_of: Option<Date>,
        #[graphql(
            desc = "A scenario: sites that it has taken away by that day are left out, with those that are down \
                    because of that, and so are such feeds. None when left out."
        )]
        scenario: Option<Id<ScenarioId>>,
        #[graphql(
            desc = "Wait until the graph has come to this revision, two seconds at most; then refuse. Changes return \
                    it as `extensions.graphRevision`."
        )]
        min_revision: Option<i64>,
    ) -> Result<PowerRedundancy> {
        read(ctx, Permission::ViewInventory)?;
        let view = view(ctx, min_revision).await?;
        let as_of = day(ctx, as_of)?;
        let scenario = overlay(&view, scenario).await?;
        let gone = Arc::new(view.gone(as_of, &scenario).await?);
        let only = site.map(|site| [site.0]);
        let question = Question { only: only.as_ref().map(<[_; 1]>::as_slice), as_of, gone: &gone };
        let sites = Box::pin(power::redundancy(&view.reader, &view.state.recorded, &question)).await?;
        let graph = WholeGraph::of(&view, as_of).without(&gone);
        Ok(PowerRedundancy { sites, as_of: Date(as_of), graph })
    }
}
