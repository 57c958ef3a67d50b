//! What is done to dependencies, redundancy groups and services, told as it is done.

use std::{
    collections::{HashSet, VecDeque},
    sync::Arc,
};

use async_graphql::{Context, Enum, ID, Object, Subscription};
use entity::{audit::change::ChangeAction, id::RedundancyGroupId};
use futures_util::{Stream, stream};

use super::{
    dependencies::{DependencyKind, Hardness},
    things::ConfigurationItem,
};
use crate::{
    access::Caller,
    error::{Error, Result},
    schema::{
        live::Live,
        request::{caller, read},
        scalar::{Id, Moment},
    },
    topology::{
        asked::{self, VIEW},
        changes::{Changes, Heard, Listener},
        happenings::{self, Happening, Named},
        items::{Thing, labels},
    },
};

/// What something was done to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "happenings::Subject")]
pub enum DependencyChangeSubject {
    /// A dependency.
    Dependency,
    /// A redundancy group.
    RedundancyGroup,
    /// A service.
    Service,
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum DependencyChangeAction {
    /// It was recorded.
    Created,
    /// It was changed.
    Updated,
    /// It was removed.
    Deleted,
    /// Many were recorded or removed at once, and are told as one: read again what depends on what.
    Many,
}

/// That a dependency, a redundancy group or a service was recorded, changed or removed.
pub struct DependencyChange {
    happening: Arc<Happening>,
    caller: Caller,
}

/// That a dependency, a redundancy group or a service was recorded, changed or removed.
#[Object]
impl DependencyChange {
    /// What it was done to.
    async fn subject(&self) -> DependencyChangeSubject {
        self.happening.subject.into()
    }

    /// What was done.
    async fn action(&self) -> DependencyChangeAction {
        match self.happening.action {
            ChangeAction::Insert => DependencyChangeAction::Created,
            ChangeAction::Update => DependencyChangeAction::Updated,
            ChangeAction::Delete => DependencyChangeAction::Deleted,
            ChangeAction::Bulk => DependencyChangeAction::Many,
        }
    }

    /// When it was done.
    async fn at(&self) -> Moment {
        self.happening.at
    }

    /// The id of the dependency, group or service. Null for many at once.
    async fn subject_id(&self) -> Option<ID> {
        self.happening.row_id().map(ID)
    }

    /// How many, where it was many at once; null otherwise.
    async fn count(&self) -> Option<u64> {
        self.happening.rows
    }

    /// What needs: the one end of a dependency, or the owner of a group. Null for roles that may not see it.
    async fn from(&self) -> Option<ConfigurationItem> {
        self.item(self.happening.from.as_ref())
    }

    /// What is needed: the other end of a dependency. Null for roles that may not see it.
    async fn to(&self) -> Option<ConfigurationItem> {
        self.item(self.happening.to.as_ref())
    }

    /// The service, where it was done to one.
    async fn service(&self) -> Option<ConfigurationItem> {
        self.item(self.happening.service.as_ref())
    }

    /// In what way the one needs the other, where it was done to a dependency.
    async fn kind(&self) -> Option<DependencyKind> {
        self.happening.kind.map(Into::into)
    }

    /// What becomes of the one without the other, where it was done to a dependency.
    async fn hardness(&self) -> Option<Hardness> {
        self.happening.hardness.map(Into::into)
    }

    /// The redundancy group that the dependency has become a member of; null where it has not.
    async fn joined_group(&self) -> Option<ID> {
        self.happening.joined.map(|id| Id::<RedundancyGroupId>(id).into())
    }

    /// The redundancy group that the dependency is no longer a member of; null where it was in none, or still is.
    async fn left_group(&self) -> Option<ID> {
        self.happening.left.map(|id| Id::<RedundancyGroupId>(id).into())
    }

    /// The columns whose values were changed, as the change log names them.
    async fn changed_fields(&self) -> &[String] {
        &self.happening.changed
    }
}

impl DependencyChange {
    fn item(&self, named: Option<&Named>) -> Option<ConfigurationItem> {
        let (thing, label) = named.filter(|(thing, _)| thing.is_shown_to(&self.caller))?;
        Some(ConfigurationItem::new(*thing, label))
    }
}

/// Subscriptions to what depends on what.
#[derive(Default)]
pub struct DependencySubscription;

/// Subscriptions to what depends on what.
#[Subscription]
impl DependencySubscription {
    /// Every dependency, redundancy group or service that is recorded, changed or removed from now on, each once, as
    /// soon as it is committed, whoever does it.
    async fn dependency_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Only changes that have one of these at an end: services, assets, workloads, racks, power feeds, \
                    sites, vendors, contracts or cloud accounts, at most 10,000. Many at once are always told. \
                    Everything when left out."
        )]
        of: Option<Vec<ID>>,
    ) -> Result<impl Stream<Item = async_graphql::Result<DependencyChange>> + use<>> {
        let reader = read(ctx, VIEW)?;
        let asker = caller(ctx)?.clone();
        // Refuses requests whose answers nobody could follow.
        Live::of(ctx)?;
        let listener = Changes::listener(ctx.data_opt())?;
        let wanted = match of {
            Some(of) => Some(known(&reader, &of).await?),
            None => None,
        };
        let feed = Feed { listener, wanted, caller: asker, waiting: VecDeque::new() };
        Ok(stream::unfold(Some(feed), |feed| async {
            let mut feed = feed?;
            let outcome = feed.next().await;
            let next = outcome.is_ok().then_some(feed);
            Some((outcome.map_err(Into::into), next))
        }))
    }
}

/// The things that ids name, all of them there and for the caller to see.
async fn known(reader: &impl crate::store::Read, of: &[ID]) -> Result<HashSet<Thing>> {
    asked::require_roots("of", of.len())?;
    let things = of.iter().map(|id| asked::named("of", id)).collect::<Result<Vec<_>>>()?;
    let labels = labels(reader, &things).await?;
    let is_known = |thing: &Thing| thing.is_shown_to(reader.caller()) && labels.contains_key(thing);
    match things.iter().zip(of).find(|(thing, _)| !is_known(thing)) {
        Some((_, id)) => Err(Error::not_found("configuration item", id.as_str())),
        None => Ok(things.into_iter().collect()),
    }
}

/// What was done and is to be told.
struct Feed {
    listener: Listener,
    /// The ends of which one is asked for; nothing for all.
    wanted: Option<HashSet<Thing>>,
    caller: Caller,
    waiting: VecDeque<Arc<Happening>>,
}

impl Feed {
    async fn next(&mut self) -> Result<DependencyChange> {
        loop {
            if let Some(happening) = self.waiting.pop_front() {
                return Ok(DependencyChange { happening, caller: self.caller.clone() });
            }
            match self.listener.next().await? {
                Heard::News(news) => {
                    let told = news.iter().filter(|happening| self.wants(happening));
                    self.waiting = told.cloned().collect();
                }
                Heard::Missed(missed) => {
                    let message = format!(
                        "changes came faster than they were taken, and {missed} times some were missed: subscribe \
                         again and read what depends on what"
                    );
                    return Err(Error::LimitExceeded(message));
                }
            }
        }
    }

    fn wants(&self, happening: &Happening) -> bool {
        let Some(wanted) = &self.wanted else { return true };
        happening.action == ChangeAction::Bulk || happening.things().any(|thing| wanted.contains(&thing))
    }
}
