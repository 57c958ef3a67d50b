//! Scenarios, as clients see them.

use async_graphql::{Context, Enum, ID, InputObject, MaybeUndefined, Object};
use entity::{
    id::ScenarioId,
    scenarios::{
        scenario::{self, Column},
        scenario_change,
    },
};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, Order as SqlOrder};

use super::{changes::ScenarioChange, inputs::ScenarioChangeInput};
use crate::{
    access::{Caller, Permission},
    error::{Error, Result},
    scenarios::{changes, overlay::Named, scenarios, sentences},
    schema::{
        filter::{EnumFilter, Filter, IdFilter, Order, StringFilter},
        page::{Connection, Sortable, Window, page, page_cost},
        patch::{overlay, patch, patch_required},
        record::{Noun, Record},
        request::{by_condition, by_id, caller, change, read},
        scalar::{Id, Moment},
    },
};

/// A named list of changes laid over what is recorded.
#[derive(Clone)]
pub struct Scenario(Record<scenario::Entity>);

impl From<Record<scenario::Entity>> for Scenario {
    fn from(record: Record<scenario::Entity>) -> Self {
        Self(record)
    }
}

impl Noun for Scenario {
    type Entity = scenario::Entity;
    type Id = ScenarioId;
    const VIEW: Permission = Permission::ViewTotals;
    const ID: Column = Column::Id;

    fn columns(field: &str) -> &'static [Column] {
        match field {
            "version" => &[Column::Version],
            "createdAt" => &[Column::CreatedAt],
            "updatedAt" => &[Column::UpdatedAt],
            "name" => &[Column::Name],
            "description" => &[Column::Description],
            "owner" => &[Column::Owner],
            "status" | "findings" => &[Column::Status],
            _ => &[],
        }
    }
}

/// Whether a scenario may still change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "scenario::ScenarioStatus")]
pub enum ScenarioStatus {
    /// Being worked on.
    Draft,
    /// Kept as it was; copy it to go on.
    Frozen,
}

/// The scenario that an answer is for.
#[must_use]
pub fn of(named: &Named) -> Option<Scenario> {
    named.row.clone().map(|row| Record::whole(row).into())
}

/// A named list of changes laid over what is recorded.
#[Object]
impl Scenario {
    /// The id of the scenario.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<ScenarioId>(self.0.get(Column::Id)?).into())
    }

    /// Rises with every change, of its list too; give it as `expectedVersion` to change what you have read.
    async fn version(&self) -> Result<i32> {
        self.0.get(Column::Version)
    }

    /// When it was created.
    async fn created_at(&self) -> Result<Moment> {
        self.0.get(Column::CreatedAt)
    }

    /// When it was last changed.
    async fn updated_at(&self) -> Result<Moment> {
        self.0.get(Column::UpdatedAt)
    }

    /// Name; no two scenarios share one.
    async fn name(&self) -> Result<String> {
        self.0.get(Column::Name)
    }

    /// What it is about.
    async fn description(&self) -> Result<Option<String>> {
        self.0.get(Column::Description)
    }

    /// Team or person who answers for it.
    async fn owner(&self) -> Result<Option<String>> {
        self.0.get(Column::Owner)
    }

    /// Whether it may still change.
    async fn status(&self) -> Result<ScenarioStatus> {
        Ok(self.0.get::<scenario::ScenarioStatus>(Column::Status)?.into())
    }

    /// The changes, in the order in which they are laid over what is recorded; at most 50.
    async fn changes(&self, ctx: &Context<'_>) -> Result<Vec<ScenarioChange>> {
        use scenario_change::Column as Change;
        let order = [(Change::Position, SqlOrder::Asc), (Change::Id, SqlOrder::Asc)];
        self.0.many(ctx, Column::Id, Change::ScenarioId, &order).await
    }

    /// What has to be looked at in the list: changes about what is closed, retired or not active by now, each by its
    /// place from 1 with what became of it. Empty where all of them stand, and of what is frozen, which stays as it was.
    async fn findings(&self, ctx: &Context<'_>) -> Result<Vec<String>> {
        if self.0.get::<scenario::ScenarioStatus>(Column::Status)? == scenario::ScenarioStatus::Frozen {
            return Ok(Vec::new());
        }
        let reader = read(ctx, Self::VIEW)?;
        let load = async || {
            let ids = self.0.column_of_siblings::<uuid::Uuid>(Column::Id)?;
            changes::named(&reader, &ids.into_iter().map(ScenarioId).collect::<Vec<_>>()).await
        };
        let all = self.0.shared("changes with names".to_owned(), load).await?;
        let id: ScenarioId = self.0.get(Column::Id)?;
        let own = all.iter().filter(|change| change.row.scenario_id == id).enumerate();
        let found = own.filter_map(|(place, change)| {
            Some(format!(
                "change {} ({}): {}",
                place + 1,
                sentences::of(change, true),
                sentences::gone(change)?
            ))
        });
        Ok(found.collect())
    }
}

/// A scenario to create.
#[derive(Clone, Debug, InputObject)]
pub struct NewScenario {
    /// Name; no two scenarios share one.
    pub name: String,
    /// What it is about.
    pub description: Option<String>,
    /// Team or person who answers for it.
    pub owner: Option<String>,
    /// What it changes, in order.
    #[graphql(default)]
    pub changes: Vec<NewScenarioChange>,
}

/// A change to begin with.
#[derive(Clone, Debug, InputObject)]
pub struct NewScenarioChange {
    /// What the change says.
    pub change: ScenarioChangeInput,
    /// Why it is in the list.
    pub note: Option<String>,
}

/// What of a scenario may be changed beside its list. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ScenarioDetails {
    /// Name; no two scenarios share one.
    pub name: MaybeUndefined<String>,
    /// What it is about.
    pub description: MaybeUndefined<String>,
    /// Team or person who answers for it.
    pub owner: MaybeUndefined<String>,
}

impl ScenarioDetails {
    fn columns(self) -> Result<scenario::ActiveModel> {
        let mut row = scenario::ActiveModel::default();
        patch_required(&mut row.name, self.name, "name")?;
        patch(&mut row.description, self.description);
        patch(&mut row.owner, self.owner);
        Ok(row)
    }
}

/// Which scenarios. All tests have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ScenarioFilter {
    /// All of these as well.
    pub and: Option<Vec<ScenarioFilter>>,
    /// At least one of these as well.
    pub or: Option<Vec<ScenarioFilter>>,
    /// And not this.
    pub not: Option<Box<ScenarioFilter>>,
    /// By id.
    pub id: Option<IdFilter<ScenarioId>>,
    /// By name.
    pub name: Option<StringFilter>,
    /// By owner.
    pub owner: Option<StringFilter>,
    /// By status.
    pub status: Option<EnumFilter<ScenarioStatus>>,
}

impl Filter for ScenarioFilter {
    fn own(&self, _: &Caller) -> Result<Condition> {
        Ok(Condition::all()
            .add_option(self.id.as_ref().map(|test| test.on(Column::Id)))
            .add_option(self.name.as_ref().map(|test| test.on(Column::Name)))
            .add_option(self.owner.as_ref().map(|test| test.on(Column::Owner)))
            .add_option(self.status.as_ref().map(|test| test.on::<scenario::ScenarioStatus>(Column::Status))))
    }

    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }
}

/// What to order scenarios by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum ScenarioOrderField {
    /// By name.
    Name,
    /// By owner.
    Owner,
    /// By status.
    Status,
    /// By the moment it was created.
    CreatedAt,
}

impl Sortable for ScenarioOrderField {
    type Noun = Scenario;

    fn column(self) -> Column {
        match self {
            Self::Name => Column::Name,
            Self::Owner => Column::Owner,
            Self::Status => Column::Status,
            Self::CreatedAt => Column::CreatedAt,
        }
    }
}

/// Queries of scenarios.
#[derive(Default)]
pub struct ScenarioQuery;

/// Queries of scenarios.
#[Object]
impl ScenarioQuery {
    /// One scenario by id or by name.
    async fn scenario(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Option<Id<ScenarioId>>,
        #[graphql(desc = "Its name.")] name: Option<String>,
    ) -> Result<Option<Scenario>> {
        match (id, name) {
            (Some(id), None) => by_id(ctx, id).await,
            (None, Some(name)) => by_condition(ctx, Condition::all().add(Column::Name.eq(name))).await,
            _ => Err(Error::invalid("id", "give either an id or a name")),
        }
    }

    /// The scenarios.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn scenarios(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<ScenarioFilter>,
        #[graphql(desc = "In which order. Left out: as they were created.")] order_by: Option<
            Vec<Order<ScenarioOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Scenario>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        page(ctx, condition, order_by, Window::new(first, after, last, before)).await
    }
}

fn shown(scenario: scenario::Model) -> Scenario {
    Record::whole(scenario).into()
}

/// Changes of scenarios.
#[derive(Default)]
pub struct ScenarioMutation;

/// Changes of scenarios.
#[Object]
impl ScenarioMutation {
    /// Creates a scenario with the changes that it begins with; without any it is the baseline, until some are added.
    async fn create_scenario(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be created.")] input: NewScenario,
        #[graphql(desc = "Sent again with it, this answers as before.")] idempotency_key: Option<String>,
    ) -> Result<Scenario> {
        let written = change(ctx, Permission::EditScenarios, async |tx| {
            tx.once("createScenario", idempotency_key, &input, async || {
                let row = scenario::ActiveModel {
                    name: Set(input.name.clone()),
                    description: Set(input.description.clone()),
                    owner: Set(input.owner.clone()),
                    ..Default::default()
                };
                let mut created = scenarios::create(tx, row).await?;
                for (place, NewScenarioChange { change, note }) in input.changes.iter().cloned().enumerate() {
                    let at = |error: Error| error.under(&format!("changes[{place}]"));
                    let draft = change.draft(note).map_err(at)?;
                    created = changes::add(tx, created.id, None, draft).await.map_err(at)?;
                }
                Ok(created)
            })
            .await
        });
        Ok(shown(written.await?))
    }

    /// Renames or describes a draft.
    async fn rename_scenario(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<ScenarioId>,
        #[graphql(desc = "What is to change.")] changes: ScenarioDetails,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<Scenario> {
        let written = change(ctx, Permission::EditScenarios, async |tx| {
            let columns = changes.clone().columns()?;
            scenarios::update(tx, *id, expected_version, |row| overlay(row, &columns)).await
        });
        Ok(shown(written.await?))
    }

    /// Copies a scenario with its changes. The copy is a draft, of a frozen scenario too.
    async fn copy_scenario(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the one to copy.")] id: Id<ScenarioId>,
        #[graphql(desc = "Name of the copy.")] name: String,
    ) -> Result<Scenario> {
        let written =
            change(ctx, Permission::EditScenarios, async |tx| scenarios::copy(tx, *id, name.clone()).await);
        Ok(shown(written.await?))
    }

    /// Removes a draft with its changes. What is frozen stays.
    async fn remove_scenario(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<ScenarioId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<Scenario> {
        let removed = change(ctx, Permission::EditScenarios, async |tx| {
            scenarios::remove(tx, *id, expected_version).await
        });
        Ok(shown(removed.await?))
    }
}
