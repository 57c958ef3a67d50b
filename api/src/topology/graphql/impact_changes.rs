//! What fails when things fail, told anew whenever it has changed.

use std::time::Duration;

use async_graphql::{Context, ID, Subscription};
use chrono::NaiveDate;
use entity::id::ScenarioId;
use futures_util::{Stream, stream};

use super::{
    impacts::Impact,
    lens::{TopologyInclude, index, options_of},
};
use crate::{
    access::Caller,
    error::{Error, Result},
    schema::{
        live::Live,
        request::caller,
        scalar::{Date, Id},
    },
    topology::{
        asked::VIEW,
        changes::{Changes, Heard, Listener},
        index::Index,
    },
};

/// A day may pass without any change. It is looked for so often.
const DAY_CHECK: Duration = Duration::from_secs(30);

/// How long a subscription waits for a database that is away before it asks again.
const PATIENCE: Duration = Duration::from_secs(1);

/// Subscriptions to what fails.
#[derive(Default)]
pub struct ImpactSubscription;

/// Subscriptions to what fails.
#[Subscription]
impl ImpactSubscription {
    /// What fails when things fail, as `impact` answers it: at once, and anew whenever something was committed that
    /// changes what was asked for. What changes nothing of it sends nothing. Ends with the refusal of `impact` once
    /// that would be refused, such as for a thing that has been retired.
    #[graphql(complexity = "1_000 + child_complexity")]
    async fn impact_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What fails, by ids, as in `impact`; at most 10,000.")] of: Vec<ID>,
        #[graphql(
            desc = "The day on which contracts have to be in force; when left out today, which moves on."
        )]
        as_of: Option<Date>,
        #[graphql(desc = "A scenario, as in `impact`. None when left out.")] scenario: Option<Id<ScenarioId>>,
        #[graphql(desc = "Which edges count; all when left out.")] include: Option<TopologyInclude>,
    ) -> Result<impl Stream<Item = async_graphql::Result<Impact>> + use<>> {
        let caller = caller(ctx)?.clone();
        let index = index(ctx)?.clone();
        index.store().read(&caller, VIEW)?;
        let live = Live::of(ctx)?.clone();
        live.send_only_news();
        // Listens before it looks for the first time, so that nothing between the two is missed.
        let listener = Changes::listener(ctx.data_opt())?;
        let of = of.into_iter().map(|id| id.0).collect();
        let watch = Watch { index, caller, live, listener, of, as_of, scenario, include, day: None };
        Ok(stream::unfold(Some(watch), |watch| async {
            let mut watch = watch?;
            let outcome = watch.next().await;
            let next = outcome.is_ok().then_some(watch);
            Some((outcome.map_err(Into::into), next))
        }))
    }
}

/// A question that is asked again and again.
struct Watch {
    index: Index,
    caller: Caller,
    live: Live,
    listener: Listener,
    of: Vec<String>,
    as_of: Option<Date>,
    scenario: Option<Id<ScenarioId>>,
    include: Option<TopologyInclude>,
    /// The day of the last answer; none before the first.
    day: Option<NaiveDate>,
}

impl Watch {
    /// The first answer at once, every other when something has changed.
    async fn next(&mut self) -> Result<Impact> {
        if self.day.is_none() {
            let live = self.live.clone();
            return live.bounded(self.answer()).await;
        }
        self.changed().await?;
        loop {
            self.listener.catch_up();
            let live = self.live.clone();
            match live.in_turn(self.answer()).await {
                // What is away now is there again later: nobody has to subscribe anew for that.
                Err(Error::Unavailable(_)) => tokio::time::sleep(PATIENCE).await,
                outcome => return outcome,
            }
        }
    }

    /// Waits until something has changed, or the day has.
    async fn changed(&mut self) -> Result<()> {
        loop {
            match tokio::time::timeout(DAY_CHECK, self.listener.next()).await {
                Ok(Ok(Heard::News(_) | Heard::Missed(_))) => return Ok(()),
                Ok(Err(cause)) => return Err(cause),
                Err(_) if self.day != Some(self.today()) => return Ok(()),
                Err(_) => {}
            }
        }
    }

    fn today(&self) -> NaiveDate {
        options_of(&self.live.again(&self.caller), self.as_of, self.include).as_of
    }

    async fn answer(&mut self) -> Result<Impact> {
        let caller = self.live.again(&self.caller);
        let options = options_of(&caller, self.as_of, self.include);
        let view = Box::pin(self.index.view(&caller, VIEW, None)).await?;
        let impact = Impact::of(&view, self.of.clone(), options, self.scenario).await?;
        self.day = Some(options.as_of);
        Ok(impact)
    }
}
