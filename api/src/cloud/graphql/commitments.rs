//! Commitments to cloud providers, as clients see them.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use chrono::NaiveDate;
use entity::{
    cloud::{cloud_commitment, provider_account},
    id::CloudCommitmentId,
    money::Amount,
};
use sea_orm::Condition;

use super::accounts::{ProviderAccount, ProviderAccountFilter};
use crate::{
    access::{Caller, Permission},
    contracts::graphql::colocation_terms::ContractPlanning,
    error::Result,
    schema::{
        filter::{BooleanFilter, DateFilter, EnumFilter, Filter, IdFilter, Order, StringFilter, through},
        page::{Connection, Sortable, Window, page, page_cost},
        record::{Noun, Record},
        request::{by_id, caller, priced},
        scalar::{Date, Id, Moment, Money},
    },
};

/// A promise to a cloud provider to use or to spend so much over a term, for a lower price.
#[derive(Clone)]
pub struct CloudCommitment(Record<cloud_commitment::Entity>);

impl From<Record<cloud_commitment::Entity>> for CloudCommitment {
    fn from(record: Record<cloud_commitment::Entity>) -> Self {
        Self(record)
    }
}

impl Noun for CloudCommitment {
    type Entity = cloud_commitment::Entity;
    type Id = CloudCommitmentId;
    const VIEW: Permission = Permission::ViewCloud;
    const ID: cloud_commitment::Column = cloud_commitment::Column::Id;

    fn columns(field: &str) -> &'static [cloud_commitment::Column] {
        use cloud_commitment::Column as C;
        match field {
            "version" => &[C::Version],
            "createdAt" => &[C::CreatedAt],
            "updatedAt" => &[C::UpdatedAt],
            "account" => &[C::AccountId],
            "reference" => &[C::Reference],
            "kind" => &[C::Kind],
            "description" => &[C::Description],
            "startsOn" => &[C::StartsOn],
            "endsOn" => &[C::EndsOn],
            "currency" => &[C::Currency],
            "hourly" => &[C::HourlyAmount, C::Currency],
            "total" => &[C::TotalAmount, C::Currency],
            "autoRenews" => &[C::AutoRenews],
            "renewalMonths" => &[C::RenewalMonths],
            "noticeDays" => &[C::NoticeDays],
            "noticeDaysMaximum" => &[C::NoticeDaysMaximum],
            "planning" => {
                &[C::DecisionLeadDays, C::ProposalLeadDays, C::MigrationDays, C::DecommissionBufferDays]
            }
            "noticeGivenOn" => &[C::NoticeGivenOn],
            "owner" => &[C::Owner],
            "source" => &[C::Source],
            _ => &[],
        }
    }
}

/// What kind of commitment it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "cloud_commitment::CommitmentKind")]
pub enum CommitmentKind {
    /// Instances of one kind, reserved.
    ReservedInstance,
    /// So much spent an hour, on whatever it covers.
    SavingsPlan,
    /// So much of a resource used, for a discount.
    CommittedUse,
    /// So much spent over the term, for prices of its own.
    EnterpriseAgreement,
}

impl CloudCommitment {
    /// An amount in the currency of the row, for those who may see prices.
    async fn money(&self, ctx: &Context<'_>, column: cloud_commitment::Column) -> Result<Option<Money>> {
        priced(ctx, || {
            let currency: String = self.0.get(cloud_commitment::Column::Currency)?;
            Ok(self.0.get::<Option<Amount>>(column)?.map(|amount| Money::of(amount, &currency)))
        })
    }
}

/// A promise to a cloud provider to use or to spend so much over a term, for a lower price.
#[Object]
impl CloudCommitment {
    /// The id of the cloud commitment.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<CloudCommitmentId>(self.0.get(cloud_commitment::Column::Id)?).into())
    }

    /// Rises with every change; give it as `expectedVersion` to change what you have read.
    async fn version(&self) -> Result<i32> {
        self.0.get(cloud_commitment::Column::Version)
    }

    /// When the cloud commitment was recorded.
    async fn created_at(&self) -> Result<Moment> {
        self.0.get(cloud_commitment::Column::CreatedAt)
    }

    /// When the record was last changed.
    async fn updated_at(&self) -> Result<Moment> {
        self.0.get(cloud_commitment::Column::UpdatedAt)
    }

    /// The account it was made in.
    async fn account(&self, ctx: &Context<'_>) -> Result<Option<ProviderAccount>> {
        self.0.one(ctx, cloud_commitment::Column::AccountId).await
    }

    /// The provider's reference, unique within the account.
    async fn reference(&self) -> Result<String> {
        self.0.get(cloud_commitment::Column::Reference)
    }

    /// What kind of commitment it is.
    async fn kind(&self) -> Result<CommitmentKind> {
        Ok(self.0.get::<cloud_commitment::CommitmentKind>(cloud_commitment::Column::Kind)?.into())
    }

    /// What it covers.
    async fn description(&self) -> Result<Option<String>> {
        self.0.get(cloud_commitment::Column::Description)
    }

    /// First day.
    async fn starts_on(&self) -> Result<Date> {
        Ok(Date(self.0.get::<NaiveDate>(cloud_commitment::Column::StartsOn)?))
    }

    /// Last day.
    async fn ends_on(&self) -> Result<Date> {
        Ok(Date(self.0.get::<NaiveDate>(cloud_commitment::Column::EndsOn)?))
    }

    /// ISO 4217 code of what is committed.
    async fn currency(&self) -> Result<String> {
        self.0.get(cloud_commitment::Column::Currency)
    }

    /// What is committed for each hour. Give this or the total.
    async fn hourly(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        self.money(ctx, cloud_commitment::Column::HourlyAmount).await
    }

    /// What is committed over the term. Give this or the hourly amount.
    async fn total(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        self.money(ctx, cloud_commitment::Column::TotalAmount).await
    }

    /// Whether it renews unless notice is given.
    async fn auto_renews(&self) -> Result<bool> {
        self.0.get(cloud_commitment::Column::AutoRenews)
    }

    /// Length of each renewal, in months. Null: as long as the term.
    async fn renewal_months(&self) -> Result<Option<i32>> {
        self.0.get(cloud_commitment::Column::RenewalMonths)
    }

    /// Latest notice before the end of a term, in calendar days. Null: the last day itself.
    async fn notice_days(&self) -> Result<Option<i32>> {
        self.0.get(cloud_commitment::Column::NoticeDays)
    }

    /// Earliest notice before the end of a term, in calendar days. Null: any day.
    async fn notice_days_maximum(&self) -> Result<Option<i32>> {
        self.0.get(cloud_commitment::Column::NoticeDaysMaximum)
    }

    /// How long the company takes to decide, to ask for proposals and to move what is covered.
    async fn planning(&self) -> Result<ContractPlanning> {
        use cloud_commitment::Column as C;
        Ok(ContractPlanning {
            decision_lead_days: self.0.get(C::DecisionLeadDays)?,
            proposal_lead_days: self.0.get(C::ProposalLeadDays)?,
            migration_days: self.0.get(C::MigrationDays)?,
            decommission_buffer_days: self.0.get(C::DecommissionBufferDays)?,
        })
    }

    /// Day notice was given.
    async fn notice_given_on(&self) -> Result<Option<Date>> {
        Ok(self.0.get::<Option<NaiveDate>>(cloud_commitment::Column::NoticeGivenOn)?.map(Date))
    }

    /// Team or person who answers for it.
    async fn owner(&self) -> Result<Option<String>> {
        self.0.get(cloud_commitment::Column::Owner)
    }

    /// Where the record came from, such as the file of an import.
    async fn source(&self) -> Result<Option<String>> {
        self.0.get(cloud_commitment::Column::Source)
    }

    /// Whether amounts are hidden from the caller's role.
    async fn amounts_hidden(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(!caller(ctx)?.may(Permission::ViewPrices))
    }
}

/// Which cloud commitments. All tests have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct CloudCommitmentFilter {
    /// All of these as well.
    pub and: Option<Vec<CloudCommitmentFilter>>,
    /// At least one of these as well.
    pub or: Option<Vec<CloudCommitmentFilter>>,
    /// And not this.
    pub not: Option<Box<CloudCommitmentFilter>>,
    /// By id.
    pub id: Option<IdFilter<CloudCommitmentId>>,
    /// By account.
    pub account: Option<ProviderAccountFilter>,
    /// By the provider's reference.
    pub reference: Option<StringFilter>,
    /// By kind.
    pub kind: Option<EnumFilter<CommitmentKind>>,
    /// By first day.
    pub starts_on: Option<DateFilter>,
    /// By last day.
    pub ends_on: Option<DateFilter>,
    /// By currency.
    pub currency: Option<StringFilter>,
    /// By whether it renews unless notice is given.
    pub auto_renews: Option<BooleanFilter>,
    /// By day notice was given.
    pub notice_given_on: Option<DateFilter>,
    /// By team or person who answers for it.
    pub owner: Option<StringFilter>,
}

impl Filter for CloudCommitmentFilter {
    fn own(&self, caller: &Caller) -> Result<Condition> {
        use cloud_commitment::Column as C;
        let account = match &self.account {
            Some(test) => Some(through::<provider_account::Entity>(
                C::AccountId,
                provider_account::Column::Id,
                test.condition(caller)?,
            )),
            None => None,
        };
        Ok(Condition::all()
            .add_option(self.id.as_ref().map(|test| test.on(C::Id)))
            .add_option(account)
            .add_option(self.reference.as_ref().map(|test| test.on(C::Reference)))
            .add_option(self.kind.as_ref().map(|test| test.on::<cloud_commitment::CommitmentKind>(C::Kind)))
            .add_option(self.starts_on.as_ref().map(|test| test.on(C::StartsOn)).transpose()?)
            .add_option(self.ends_on.as_ref().map(|test| test.on(C::EndsOn)).transpose()?)
            .add_option(self.currency.as_ref().map(|test| test.on(C::Currency)))
            .add_option(self.auto_renews.as_ref().map(|test| test.on(C::AutoRenews)))
            .add_option(self.notice_given_on.as_ref().map(|test| test.on(C::NoticeGivenOn)).transpose()?)
            .add_option(self.owner.as_ref().map(|test| test.on(C::Owner))))
    }

    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }
}

/// What to order cloud commitments by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum CloudCommitmentOrderField {
    /// By the provider's reference.
    Reference,
    /// By kind.
    Kind,
    /// By first day.
    StartsOn,
    /// By last day.
    EndsOn,
    /// By team or person who answers for it.
    Owner,
    /// By the moment it was recorded.
    CreatedAt,
}

impl Sortable for CloudCommitmentOrderField {
    type Noun = CloudCommitment;

    fn column(self) -> cloud_commitment::Column {
        match self {
            Self::Reference => cloud_commitment::Column::Reference,
            Self::Kind => cloud_commitment::Column::Kind,
            Self::StartsOn => cloud_commitment::Column::StartsOn,
            Self::EndsOn => cloud_commitment::Column::EndsOn,
            Self::Owner => cloud_commitment::Column::Owner,
            Self::CreatedAt => cloud_commitment::Column::CreatedAt,
        }
    }
}

/// Queries of cloud commitments.
#[derive(Default)]
pub struct CloudCommitmentQuery;

/// Queries of cloud commitments.
#[Object]
impl CloudCommitmentQuery {
    /// One cloud commitment by its id.
    async fn cloud_commitment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<CloudCommitmentId>,
    ) -> Result<Option<CloudCommitment>> {
        by_id(ctx, id).await
    }

    /// The cloud commitments.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn cloud_commitments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<CloudCommitmentFilter>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<CloudCommitmentOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<CloudCommitment>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        page(ctx, condition, order_by, Window::new(first, after, last, before)).await
    }
}
