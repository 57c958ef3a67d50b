//! Software releases, as clients see them.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use chrono::NaiveDate;
use entity::{id::SoftwareReleaseId, lifecycle::software_release};
use sea_orm::{ColumnTrait, Condition};

use crate::{
    access::{Caller, Permission},
    error::{Error, Result},
    schema::{
        filter::{DateFilter, EnumFilter, Filter, IdFilter, Order, StringFilter},
        page::{Connection, Sortable, Window, page, page_cost},
        record::{Noun, Record},
        request::{by_condition, by_id, caller},
        scalar::{Date, Id, Moment},
    },
};

/// A release line of a software product, with the days its support ends.
#[derive(Clone)]
pub struct SoftwareRelease(Record<software_release::Entity>);

impl From<Record<software_release::Entity>> for SoftwareRelease {
    fn from(record: Record<software_release::Entity>) -> Self {
        Self(record)
    }
}

impl Noun for SoftwareRelease {
    type Entity = software_release::Entity;
    type Id = SoftwareReleaseId;
    const VIEW: Permission = Permission::ViewLifecycle;
    const ID: software_release::Column = software_release::Column::Id;

    fn columns(field: &str) -> &'static [software_release::Column] {
        use software_release::Column as C;
        match field {
            "version" => &[C::Version],
            "createdAt" => &[C::CreatedAt],
            "updatedAt" => &[C::UpdatedAt],
            "product" => &[C::Product],
            "cycle" => &[C::Cycle],
            "label" => &[C::Label],
            "releasedOn" => &[C::ReleasedOn],
            "activeSupport" => &[C::ActiveSupport, C::ActiveSupportEndsOn],
            "endOfLife" => &[C::EndOfLife, C::EndOfLifeOn],
            "discontinued" => &[C::Discontinued, C::DiscontinuedOn],
            "latestVersion" => &[C::LatestVersion],
            "source" => &[C::Source],
            _ => &[],
        }
    }
}

/// What is known of a milestone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "software_release::MilestoneState")]
pub enum MilestoneState {
    /// Its day is known.
    Dated,
    /// It has passed, on a day that is not known.
    Reached,
    /// It has not passed, and no day is set.
    NotAnnounced,
    /// Nothing is known.
    Unknown,
}

/// A milestone of a release line. No date is made up where none is known.
#[derive(Clone, Debug, SimpleObject)]
pub struct ReleaseMilestone {
    /// What is known of it.
    state: MilestoneState,
    /// Its day, where that is known.
    on: Option<Date>,
}

impl SoftwareRelease {
    fn milestone(
        &self,
        state: software_release::Column,
        on: software_release::Column,
    ) -> Result<ReleaseMilestone> {
        let on = self.0.get::<Option<NaiveDate>>(on)?.map(Date);
        Ok(ReleaseMilestone { state: self.0.get::<software_release::MilestoneState>(state)?.into(), on })
    }
}

/// A release line of a software product, with the days its support ends.
#[Object]
impl SoftwareRelease {
    /// The id of the release.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<SoftwareReleaseId>(self.0.get(software_release::Column::Id)?).into())
    }

    /// Rises with every change.
    async fn version(&self) -> Result<i32> {
        self.0.get(software_release::Column::Version)
    }

    /// When the release was recorded.
    async fn created_at(&self) -> Result<Moment> {
        self.0.get(software_release::Column::CreatedAt)
    }

    /// When the record was last changed.
    async fn updated_at(&self) -> Result<Moment> {
        self.0.get(software_release::Column::UpdatedAt)
    }

    /// The product, as the source names it.
    async fn product(&self) -> Result<String> {
        self.0.get(software_release::Column::Product)
    }

    /// The release line; no two of a product share one.
    async fn cycle(&self) -> Result<String> {
        self.0.get(software_release::Column::Cycle)
    }

    /// Name for people.
    async fn label(&self) -> Result<Option<String>> {
        self.0.get(software_release::Column::Label)
    }

    /// Day of release.
    async fn released_on(&self) -> Result<Option<Date>> {
        Ok(self.0.get::<Option<NaiveDate>>(software_release::Column::ReleasedOn)?.map(Date))
    }

    /// The end of bug fixes.
    async fn active_support(&self) -> Result<ReleaseMilestone> {
        use software_release::Column as C;
        self.milestone(C::ActiveSupport, C::ActiveSupportEndsOn)
    }

    /// The end of security fixes.
    async fn end_of_life(&self) -> Result<ReleaseMilestone> {
        use software_release::Column as C;
        self.milestone(C::EndOfLife, C::EndOfLifeOn)
    }

    /// Its withdrawal.
    async fn discontinued(&self) -> Result<ReleaseMilestone> {
        use software_release::Column as C;
        self.milestone(C::Discontinued, C::DiscontinuedOn)
    }

    /// The newest version on the line.
    async fn latest_version(&self) -> Result<Option<String>> {
        self.0.get(software_release::Column::LatestVersion)
    }

    /// Where the record came from, such as the file of an import.
    async fn source(&self) -> Result<Option<String>> {
        self.0.get(software_release::Column::Source)
    }
}

/// Tests for a milestone of a release line. All have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ReleaseMilestoneFilter {
    /// By what is known of it.
    pub state: Option<EnumFilter<MilestoneState>>,
    /// By its day.
    pub on: Option<DateFilter>,
}

impl ReleaseMilestoneFilter {
    fn test(&self, state: software_release::Column, on: software_release::Column) -> Result<Condition> {
        Ok(Condition::all()
            .add_option(self.state.as_ref().map(|test| test.on::<software_release::MilestoneState>(state)))
            .add_option(self.on.as_ref().map(|test| test.on(on)).transpose()?))
    }
}

/// Which software releases. All tests have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct SoftwareReleaseFilter {
    /// All of these as well.
    pub and: Option<Vec<SoftwareReleaseFilter>>,
    /// At least one of these as well.
    pub or: Option<Vec<SoftwareReleaseFilter>>,
    /// And not this.
    pub not: Option<Box<SoftwareReleaseFilter>>,
    /// By id.
    pub id: Option<IdFilter<SoftwareReleaseId>>,
    /// By product.
    pub product: Option<StringFilter>,
    /// By release line.
    pub cycle: Option<StringFilter>,
    /// By day of release.
    pub released_on: Option<DateFilter>,
    /// By the end of bug fixes.
    pub active_support: Option<ReleaseMilestoneFilter>,
    /// By the end of security fixes.
    pub end_of_life: Option<ReleaseMilestoneFilter>,
    /// By withdrawal.
    pub discontinued: Option<ReleaseMilestoneFilter>,
}

impl Filter for SoftwareReleaseFilter {
    fn own(&self, _: &Caller) -> Result<Condition> {
        use software_release::Column as C;
        let milestones = [
            (&self.active_support, C::ActiveSupport, C::ActiveSupportEndsOn),
            (&self.end_of_life, C::EndOfLife, C::EndOfLifeOn),
            (&self.discontinued, C::Discontinued, C::DiscontinuedOn),
        ];
        let mut all = Condition::all()
            .add_option(self.id.as_ref().map(|test| test.on(C::Id)))
            .add_option(self.product.as_ref().map(|test| test.on(C::Product)))
            .add_option(self.cycle.as_ref().map(|test| test.on(C::Cycle)))
            .add_option(self.released_on.as_ref().map(|test| test.on(C::ReleasedOn)).transpose()?);
        for (milestone, state, on) in milestones {
            all = all.add_option(milestone.as_ref().map(|test| test.test(state, on)).transpose()?);
        }
        Ok(all)
    }

    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }
}

/// What to order software releases by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum SoftwareReleaseOrderField {
    /// By product.
    Product,
    /// By release line.
    Cycle,
    /// By day of release.
    ReleasedOn,
    /// By the end of bug fixes.
    ActiveSupportEndsOn,
    /// By the end of security fixes.
    EndOfLifeOn,
    /// By the moment it was recorded.
    CreatedAt,
}

impl Sortable for SoftwareReleaseOrderField {
    type Noun = SoftwareRelease;

    fn column(self) -> software_release::Column {
        match self {
            Self::Product => software_release::Column::Product,
            Self::Cycle => software_release::Column::Cycle,
            Self::ReleasedOn => software_release::Column::ReleasedOn,
            Self::ActiveSupportEndsOn => software_release::Column::ActiveSupportEndsOn,
            Self::EndOfLifeOn => software_release::Column::EndOfLifeOn,
            Self::CreatedAt => software_release::Column::CreatedAt,
        }
    }
}

/// Queries of software releases.
#[derive(Default)]
pub struct SoftwareReleaseQuery;

/// Queries of software releases.
#[Object]
impl SoftwareReleaseQuery {
    /// One release line by id, or by its product and cycle.
    async fn software_release(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Option<Id<SoftwareReleaseId>>,
        #[graphql(desc = "The product, with `cycle`.")] product: Option<String>,
        #[graphql(desc = "The cycle, with `product`.")] cycle: Option<String>,
    ) -> Result<Option<SoftwareRelease>> {
        use software_release::Column as C;
        match (id, product, cycle) {
            (Some(id), None, None) => by_id(ctx, id).await,
            (None, Some(product), Some(cycle)) => {
                by_condition(ctx, Condition::all().add(C::Product.eq(product)).add(C::Cycle.eq(cycle))).await
            }
            _ => Err(Error::invalid("id", "give either an id or a product and a cycle")),
        }
    }

    /// The release lines of software products.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn software_releases(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<SoftwareReleaseFilter>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<SoftwareReleaseOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<SoftwareRelease>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        page(ctx, condition, order_by, Window::new(first, after, last, before)).await
    }
}
