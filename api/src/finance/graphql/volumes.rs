//! Volumes, as clients see them.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use chrono::NaiveDate;
use entity::{
    finance::volume,
    id::{SiteId, VolumeId},
    inventory::site,
    money::Rate,
};
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, Condition};

use crate::{
    access::{Caller, Permission},
    error::Result,
    finance::volumes::{self, Figures, Known},
    inventory::graphql::sites::{Site, SiteFilter},
    schema::{
        bulk::{self, RowError, each, require_rows},
        filter::{EnumFilter, Filter, IdFilter, MonthFilter, Order, StringFilter, through},
        page::{Connection, Sortable, Window, page, page_cost},
        record::{Noun, Record},
        request::{by_id, caller, change},
        scalar::{Id, Moment, Month, rate},
    },
    store::Tx,
};

/// How much of something there was in a month.
#[derive(Clone)]
pub struct Volume(Record<volume::Entity>);

impl From<Record<volume::Entity>> for Volume {
    fn from(record: Record<volume::Entity>) -> Self {
        Self(record)
    }
}

impl Noun for Volume {
    type Entity = volume::Entity;
    type Id = VolumeId;
    const VIEW: Permission = Permission::ViewFinance;
    const ID: volume::Column = volume::Column::Id;

    fn columns(field: &str) -> &'static [volume::Column] {
        use volume::Column as C;
        match field {
            "version" => &[C::Version],
            "createdAt" => &[C::CreatedAt],
            "updatedAt" => &[C::UpdatedAt],
            "measure" => &[C::Measure],
            "site" => &[C::SiteId],
            "month" => &[C::Month],
            "average" => &[C::Average],
            "opening" => &[C::Opening],
            "closing" => &[C::Closing],
            "source" => &[C::Source],
            _ => &[],
        }
    }
}

/// What a volume counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(name = "VolumeMeasure", remote = "volume::Measure")]
pub enum Measure {
    /// Endpoints under management that were active within 30 days: neither employees nor licences.
    Endpoints,
    /// Terabytes in use, without backups.
    UsedTerabytes,
    /// Terabytes after protection and overhead.
    UsableTerabytes,
    /// Terabytes as bought.
    RawTerabytes,
    /// Kilowatts drawn.
    DrawnKilowatts,
    /// Kilowatts committed by contract. Known from colocation contracts; a volume that was measured goes before.
    CommittedKilowatts,
    /// Servers in service. Known from the inventory; a volume that was measured goes before.
    Servers,
    /// Virtual machines powered on.
    VirtualMachines,
    /// Seats.
    Seats,
    /// Tickets of the service desk in the month.
    Tickets,
    /// Workloads that carry a tag.
    Workloads,
}

/// How much of something there was in a month: what unit costs are divided by.
#[Object]
impl Volume {
    /// The id of the volume.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<VolumeId>(self.0.get(volume::Column::Id)?).into())
    }

    /// Rises with every change; give it as `expectedVersion` to change what you have read.
    async fn version(&self) -> Result<i32> {
        self.0.get(volume::Column::Version)
    }

    /// When the volume was recorded.
    async fn created_at(&self) -> Result<Moment> {
        self.0.get(volume::Column::CreatedAt)
    }

    /// When the record was last changed.
    async fn updated_at(&self) -> Result<Moment> {
        self.0.get(volume::Column::UpdatedAt)
    }

    /// What was counted.
    async fn measure(&self) -> Result<Measure> {
        Ok(self.0.get::<volume::Measure>(volume::Column::Measure)?.into())
    }

    /// Where. Null is the company as a whole.
    async fn site(&self, ctx: &Context<'_>) -> Result<Option<Site>> {
        self.0.one(ctx, volume::Column::SiteId).await
    }

    /// The month.
    async fn month(&self) -> Result<Month> {
        Ok(Month(forecasting::month::Month::of(self.0.get::<NaiveDate>(volume::Column::Month)?)))
    }

    /// The average of the month; of tickets their number in it. Null where both ends are known instead.
    async fn average(&self) -> Result<Option<Decimal>> {
        self.decimal(volume::Column::Average)
    }

    /// How much there was on the first day. Null where the average is known instead.
    async fn opening(&self) -> Result<Option<Decimal>> {
        self.decimal(volume::Column::Opening)
    }

    /// How much there was on the last day. Null where the average is known instead.
    async fn closing(&self) -> Result<Option<Decimal>> {
        self.decimal(volume::Column::Closing)
    }

    /// Where the figure came from, such as a tool or the file of an import.
    async fn source(&self) -> Result<Option<String>> {
        self.0.get(volume::Column::Source)
    }
}

impl Volume {
    fn decimal(&self, column: volume::Column) -> Result<Option<Decimal>> {
        Ok(self.0.get::<Option<Rate>>(column)?.map(Rate::to_decimal))
    }
}

/// Which volumes. All tests have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct VolumeFilter {
    /// All of these as well.
    pub and: Option<Vec<VolumeFilter>>,
    /// At least one of these as well.
    pub or: Option<Vec<VolumeFilter>>,
    /// And not this.
    pub not: Option<Box<VolumeFilter>>,
    /// By id.
    pub id: Option<IdFilter<VolumeId>>,
    /// By what was counted.
    pub measure: Option<EnumFilter<Measure>>,
    /// By site.
    pub site: Option<SiteFilter>,
    /// True: of the company as a whole. False: of a site.
    pub of_company: Option<bool>,
    /// By month.
    pub month: Option<MonthFilter>,
    /// By where the figure came from.
    pub source: Option<StringFilter>,
}

impl Filter for VolumeFilter {
    fn own(&self, caller: &Caller) -> Result<Condition> {
        use volume::Column as C;
        let site = match &self.site {
            Some(test) => Some(through::<site::Entity>(C::SiteId, site::Column::Id, test.condition(caller)?)),
            None => None,
        };
        let whole = |whole| if whole { C::SiteId.is_null() } else { C::SiteId.is_not_null() };
        Ok(Condition::all()
            .add_option(self.id.as_ref().map(|test| test.on(C::Id)))
            .add_option(self.measure.as_ref().map(|test| test.on::<volume::Measure>(C::Measure)))
            .add_option(site)
            .add_option(self.of_company.map(whole))
            .add_option(self.month.as_ref().map(|test| test.on(C::Month)).transpose()?)
            .add_option(self.source.as_ref().map(|test| test.on(C::Source))))
    }

    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }
}

/// What to order volumes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum VolumeOrderField {
    /// By what was counted.
    Measure,
    /// By month.
    Month,
    /// By the moment it was recorded.
    CreatedAt,
}

impl Sortable for VolumeOrderField {
    type Noun = Volume;

    fn column(self) -> volume::Column {
        match self {
            Self::Measure => volume::Column::Measure,
            Self::Month => volume::Column::Month,
            Self::CreatedAt => volume::Column::CreatedAt,
        }
    }
}

/// How much there was in a month. Give the average, or both ends.
#[derive(Clone, Debug, InputObject)]
pub struct VolumeInput {
    /// What was counted.
    pub measure: Measure,
    /// Where. Left out: the company as a whole.
    pub site: Option<Id<SiteId>>,
    /// The month.
    pub month: Month,
    /// The average of the month; of tickets their number in it.
    pub average: Option<Decimal>,
    /// How much there was on the first day.
    pub opening: Option<Decimal>,
    /// How much there was on the last day.
    pub closing: Option<Decimal>,
    /// Where the figure came from, such as the name of a tool.
    pub source: Option<String>,
}

impl VolumeInput {
    fn figures(self) -> Result<Figures> {
        let volume = |value: Option<Decimal>, field| value.map(|value| rate(value, field)).transpose();
        Ok(Figures {
            measure: self.measure.into(),
            site_id: self.site.map(|id| id.0),
            month: self.month.0,
            average: volume(self.average, "average")?,
            opening: volume(self.opening, "opening")?,
            closing: volume(self.closing, "closing")?,
            source: self.source,
        })
    }
}

async fn record(tx: &Tx, (figures, known): (Result<Figures>, Arc<Known>)) -> Result<volume::Model> {
    volumes::record(tx, figures?, &known).await
}

/// What became of one volume.
#[derive(SimpleObject)]
pub struct RecordedVolume {
    /// The place of the row in the input, from 0.
    index: i32,
    /// The volume as it is recorded now.
    volume: Option<Volume>,
    /// Why it was refused.
    error: Option<RowError>,
}

/// Queries of volumes.
#[derive(Default)]
pub struct VolumeQuery;

/// Queries of volumes.
#[Object]
impl VolumeQuery {
    /// One volume by its id.
    async fn volume(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<VolumeId>,
    ) -> Result<Option<Volume>> {
        by_id(ctx, id).await
    }

    /// The volumes.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn volumes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<VolumeFilter>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<VolumeOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Volume>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        page(ctx, condition, order_by, Window::new(first, after, last, before)).await
    }
}

/// Changes of volumes.
#[derive(Default)]
pub struct VolumeMutation;

/// Changes of volumes.
#[Object]
impl VolumeMutation {
    /// Records how much of something there was in a month. A volume of the same measure, site and month is
    /// replaced; the same again changes nothing.
    async fn record_volume(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be recorded.")] input: VolumeInput,
    ) -> Result<Volume> {
        let recorded = change(ctx, Permission::EditFinance, async |tx| {
            let figures = input.figures()?;
            let known = Known::of(tx, std::slice::from_ref(&figures)).await?;
            volumes::record(tx, figures, &known).await
        });
        Ok(Record::whole(recorded.await?).into())
    }

    /// Records volumes of many sites and months, each by itself: what is refused undoes only its own row.
    async fn record_volumes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rows, at most 1,000, each by itself.")] inputs: Vec<VolumeInput>,
    ) -> Result<Vec<RecordedVolume>> {
        let outcomes = change(ctx, Permission::EditFinance, async |tx| {
            require_rows("inputs", inputs.len())?;
            let rows: Vec<Result<Figures>> = inputs.into_iter().map(VolumeInput::figures).collect();
            let readable: Vec<Figures> = rows.iter().filter_map(|row| row.as_ref().ok().cloned()).collect();
            let known = Arc::new(Known::of(tx, &readable).await?);
            let rows = rows.into_iter().map(|row| (row, Arc::clone(&known))).collect();
            each(tx, rows, record).await
        })
        .await?;
        let rows = bulk::rows::<Volume>(outcomes).into_iter().map(bulk::Row::parts);
        Ok(rows.map(|(index, volume, error)| RecordedVolume { index, volume, error }).collect())
    }

    /// Removes a volume, such as one of the wrong month, and answers with its id.
    async fn remove_volume(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<VolumeId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<ID> {
        change(ctx, Permission::EditFinance, async |tx| volumes::remove(tx, *id, expected_version).await)
            .await?;
        Ok(id.into())
    }
}
