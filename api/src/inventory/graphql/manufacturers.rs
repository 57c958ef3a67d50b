//! Manufacturers, as clients see them.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use entity::{
    id::ManufacturerId,
    inventory::{hardware_model, manufacturer},
};
use sea_orm::{ColumnTrait, Condition};

use super::models::{HardwareModel, HardwareModelFilter, HardwareModelOrderField};
use crate::{
    access::{Caller, Permission},
    error::{Error, Result},
    inventory::manufacturers,
    schema::{
        filter::{Filter, IdFilter, Order, StringFilter},
        page::{Connection, Sortable, Window, page, page_cost},
        record::{Noun, Record},
        request::{by_condition, by_id, caller, change},
        scalar::{Id, Moment},
    },
};

/// A maker of hardware, as named on the nameplate.
#[derive(Clone)]
pub struct Manufacturer(Record<manufacturer::Entity>);

impl From<Record<manufacturer::Entity>> for Manufacturer {
    fn from(record: Record<manufacturer::Entity>) -> Self {
        Self(record)
    }
}

impl Noun for Manufacturer {
    type Entity = manufacturer::Entity;
    type Id = ManufacturerId;
    const VIEW: Permission = Permission::ViewInventory;
    const ID: manufacturer::Column = manufacturer::Column::Id;

    fn columns(field: &str) -> &'static [manufacturer::Column] {
        use manufacturer::Column as C;
        match field {
            "version" => &[C::Version],
            "createdAt" => &[C::CreatedAt],
            "updatedAt" => &[C::UpdatedAt],
            "name" => &[C::Name],
            _ => &[],
        }
    }
}

/// A maker of hardware, as named on the nameplate.
#[Object]
impl Manufacturer {
    /// The id of the manufacturer.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<ManufacturerId>(self.0.get(manufacturer::Column::Id)?).into())
    }

    /// Rises with every change; give it as `expectedVersion` to change what you have read.
    async fn version(&self) -> Result<i32> {
        self.0.get(manufacturer::Column::Version)
    }

    /// When the manufacturer was recorded.
    async fn created_at(&self) -> Result<Moment> {
        self.0.get(manufacturer::Column::CreatedAt)
    }

    /// When the record was last changed.
    async fn updated_at(&self) -> Result<Moment> {
        self.0.get(manufacturer::Column::UpdatedAt)
    }

    /// Name; no two manufacturers share one.
    async fn name(&self) -> Result<String> {
        self.0.get(manufacturer::Column::Name)
    }

    /// The models that it makes.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn models(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<HardwareModelFilter>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<HardwareModelOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<HardwareModel>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        let window = Window::new(first, after, last, before);
        let columns = (manufacturer::Column::Id, hardware_model::Column::ManufacturerId);
        self.0.page(ctx, columns, condition, order_by, window).await
    }
}

/// Which manufacturers. All tests have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ManufacturerFilter {
    /// All of these as well.
    pub and: Option<Vec<ManufacturerFilter>>,
    /// At least one of these as well.
    pub or: Option<Vec<ManufacturerFilter>>,
    /// And not this.
    pub not: Option<Box<ManufacturerFilter>>,
    /// By id.
    pub id: Option<IdFilter<ManufacturerId>>,
    /// By name.
    pub name: Option<StringFilter>,
}

impl Filter for ManufacturerFilter {
    fn own(&self, _: &Caller) -> Result<Condition> {
        use manufacturer::Column as C;
        Ok(Condition::all()
            .add_option(self.id.as_ref().map(|test| test.on(C::Id)))
            .add_option(self.name.as_ref().map(|test| test.on(C::Name))))
    }

    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }
}

/// What to order manufacturers by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum ManufacturerOrderField {
    /// By name.
    Name,
    /// By the moment it was recorded.
    CreatedAt,
}

impl Sortable for ManufacturerOrderField {
    type Noun = Manufacturer;

    fn column(self) -> manufacturer::Column {
        match self {
            Self::Name => manufacturer::Column::Name,
            Self::CreatedAt => manufacturer::Column::CreatedAt,
        }
    }
}

/// A manufacturer to register.
#[derive(Clone, Debug, InputObject)]
pub struct NewManufacturer {
    /// Name; no two manufacturers share one.
    pub name: String,
}

/// Queries of manufacturers.
#[derive(Default)]
pub struct ManufacturerQuery;

/// Queries of manufacturers.
#[Object]
impl ManufacturerQuery {
    /// One manufacturer by id or by name.
    async fn manufacturer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Option<Id<ManufacturerId>>,
        #[graphql(desc = "Its name.")] name: Option<String>,
    ) -> Result<Option<Manufacturer>> {
        match (id, name) {
            (Some(id), None) => by_id(ctx, id).await,
            (None, Some(name)) => {
                by_condition(ctx, Condition::all().add(manufacturer::Column::Name.eq(name))).await
            }
            _ => Err(Error::invalid("id", "give either an id or a name")),
        }
    }

    /// The manufacturers.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn manufacturers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<ManufacturerFilter>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<ManufacturerOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Manufacturer>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        page(ctx, condition, order_by, Window::new(first, after, last, before)).await
    }
}

/// Changes of manufacturers.
#[derive(Default)]
pub struct ManufacturerMutation;

/// Changes of manufacturers.
#[Object]
impl ManufacturerMutation {
    /// Registers a manufacturer. Sent again with the same idempotency key it answers with the first one.
    async fn register_manufacturer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be recorded.")] input: NewManufacturer,
        #[graphql(desc = "Sent again with it, this answers as before.")] idempotency_key: Option<String>,
    ) -> Result<Manufacturer> {
        let manufacturer = change(ctx, Permission::EditInventory, async |tx| {
            let register = async || manufacturers::register(tx, input.name.clone()).await;
            tx.once("registerManufacturer", idempotency_key, &input, register).await
        })
        .await?;
        Ok(Record::whole(manufacturer).into())
    }

    /// Gives a manufacturer another name.
    async fn rename_manufacturer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<ManufacturerId>,
        #[graphql(desc = "Its new name.")] name: String,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<Manufacturer> {
        let manufacturer = change(ctx, Permission::EditInventory, async |tx| {
            manufacturers::rename(tx, *id, expected_version, name).await
        })
        .await?;
        Ok(Record::whole(manufacturer).into())
    }
}
