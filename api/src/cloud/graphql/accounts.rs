//! Provider accounts, as clients see them.

use async_graphql::{Context, Enum, ID, InputObject, MaybeUndefined, Object};
use entity::{
    cloud::{cost_record, growth_assumption, provider_account, workload},
    id::{ProviderAccountId, VendorId},
    inventory::vendor,
};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, Order as SqlOrder};

use super::{
    costs::{CostRecord, months, months_cost},
    growth::{FEW, GrowthAssumption},
    workloads::{Workload, WorkloadFilter, WorkloadOrderField},
};
use crate::{
    access::{Caller, Permission},
    cloud::accounts,
    error::{Error, Result},
    inventory::graphql::vendors::{Vendor, VendorFilter},
    schema::{
        filter::{EnumFilter, Filter, IdFilter, Order, StringFilter, through},
        page::{Connection, Sortable, Window, page, page_cost},
        patch::{overlay, patch, patch_required},
        record::{Noun, Record},
        request::{by_condition, by_id, caller, change},
        scalar::{Id, Moment, Month},
    },
};

/// An account, subscription or project with a cloud provider, billed in one currency.
#[derive(Clone)]
pub struct ProviderAccount(Record<provider_account::Entity>);

impl From<Record<provider_account::Entity>> for ProviderAccount {
    fn from(record: Record<provider_account::Entity>) -> Self {
        Self(record)
    }
}

impl Noun for ProviderAccount {
    type Entity = provider_account::Entity;
    type Id = ProviderAccountId;
    const VIEW: Permission = Permission::ViewCloud;
    const ID: provider_account::Column = provider_account::Column::Id;

    fn columns(field: &str) -> &'static [provider_account::Column] {
        use provider_account::Column as C;
        match field {
            "version" => &[C::Version],
            "createdAt" => &[C::CreatedAt],
            "updatedAt" => &[C::UpdatedAt],
            "provider" => &[C::Provider],
            "accountNumber" => &[C::AccountNumber],
            "name" => &[C::Name],
            "currency" => &[C::Currency],
            "vendor" => &[C::VendorId],
            "owner" => &[C::Owner],
            "source" => &[C::Source],
            _ => &[],
        }
    }
}

/// A cloud provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "provider_account::Provider")]
pub enum Provider {
    /// Amazon Web Services.
    Aws,
    /// Microsoft Azure.
    Azure,
    /// Google Cloud.
    Gcp,
    /// Oracle Cloud Infrastructure.
    Oci,
    /// IBM Cloud.
    Ibm,
    /// Any other.
    Other,
}

/// An account, subscription or project with a cloud provider, billed in one currency.
#[Object]
impl ProviderAccount {
    /// The id of the account.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<ProviderAccountId>(self.0.get(provider_account::Column::Id)?).into())
    }

    /// Rises with every change; give it as `expectedVersion` to change what you have read.
    async fn version(&self) -> Result<i32> {
        self.0.get(provider_account::Column::Version)
    }

    /// When the account was recorded.
    async fn created_at(&self) -> Result<Moment> {
        self.0.get(provider_account::Column::CreatedAt)
    }

    /// When the record was last changed.
    async fn updated_at(&self) -> Result<Moment> {
        self.0.get(provider_account::Column::UpdatedAt)
    }

    /// The provider.
    async fn provider(&self) -> Result<Provider> {
        Ok(self.0.get::<provider_account::Provider>(provider_account::Column::Provider)?.into())
    }

    /// The provider's number for it; no two accounts with a provider share one.
    async fn account_number(&self) -> Result<String> {
        self.0.get(provider_account::Column::AccountNumber)
    }

    /// Name for people.
    async fn name(&self) -> Result<String> {
        self.0.get(provider_account::Column::Name)
    }

    /// The ISO 4217 code of the currency that it is billed in.
    async fn currency(&self) -> Result<String> {
        self.0.get(provider_account::Column::Currency)
    }

    /// The vendor that is paid.
    async fn vendor(&self, ctx: &Context<'_>) -> Result<Option<Vendor>> {
        self.0.one(ctx, provider_account::Column::VendorId).await
    }

    /// Team or person who answers for it.
    async fn owner(&self) -> Result<Option<String>> {
        self.0.get(provider_account::Column::Owner)
    }

    /// Where the record came from, such as the file of an import.
    async fn source(&self) -> Result<Option<String>> {
        self.0.get(provider_account::Column::Source)
    }

    /// The workloads that run in it.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn workloads(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<WorkloadFilter>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<WorkloadOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Workload>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        let window = Window::new(first, after, last, before);
        let relation = (provider_account::Column::Id, workload::Column::AccountId);
        self.0.page(ctx, relation, condition, order_by, window).await
    }

    /// The costs that no workload caused, from one month to another, both included; 60 months at most.
    #[graphql(complexity = "months_cost(from, to, child_complexity)")]
    async fn costs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first month.")] from: Month,
        #[graphql(desc = "The last month.")] to: Month,
    ) -> Result<Vec<CostRecord>> {
        let condition = months(from, to)?.add(cost_record::Column::WorkloadId.is_null());
        let relation = (provider_account::Column::Id, cost_record::Column::AccountId);
        self.0.many_where(ctx, relation, condition, &CostRecord::BY_MONTH).await
    }

    /// How it is taken to grow: what holds for a workload, and what holds for the rest, by first month.
    #[graphql(complexity = "page_cost(Some(FEW), None, child_complexity)")]
    async fn growth(&self, ctx: &Context<'_>) -> Result<Vec<GrowthAssumption>> {
        use growth_assumption::Column as C;
        let order = [(C::FromMonth, SqlOrder::Asc), (C::Id, SqlOrder::Asc)];
        self.0.many(ctx, provider_account::Column::Id, C::AccountId, &order).await
    }
}

/// Which provider accounts. All tests have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ProviderAccountFilter {
    /// All of these as well.
    pub and: Option<Vec<ProviderAccountFilter>>,
    /// At least one of these as well.
    pub or: Option<Vec<ProviderAccountFilter>>,
    /// And not this.
    pub not: Option<Box<ProviderAccountFilter>>,
    /// By id.
    pub id: Option<IdFilter<ProviderAccountId>>,
    /// By provider.
    pub provider: Option<EnumFilter<Provider>>,
    /// By the provider's number.
    pub account_number: Option<StringFilter>,
    /// By name.
    pub name: Option<StringFilter>,
    /// By currency.
    pub currency: Option<StringFilter>,
    /// By the vendor that is paid.
    pub vendor: Option<VendorFilter>,
    /// By owner.
    pub owner: Option<StringFilter>,
}

impl Filter for ProviderAccountFilter {
    fn own(&self, caller: &Caller) -> Result<Condition> {
        use provider_account::Column as C;
        let vendor = match &self.vendor {
            Some(test) => {
                Some(through::<vendor::Entity>(C::VendorId, vendor::Column::Id, test.condition(caller)?))
            }
            None => None,
        };
        Ok(Condition::all()
            .add_option(self.id.as_ref().map(|test| test.on(C::Id)))
            .add_option(self.provider.as_ref().map(|test| test.on::<provider_account::Provider>(C::Provider)))
            .add_option(self.account_number.as_ref().map(|test| test.on(C::AccountNumber)))
            .add_option(self.name.as_ref().map(|test| test.on(C::Name)))
            .add_option(self.currency.as_ref().map(|test| test.on(C::Currency)))
            .add_option(vendor)
            .add_option(self.owner.as_ref().map(|test| test.on(C::Owner))))
    }

    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }
}

/// What to order provider accounts by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum ProviderAccountOrderField {
    /// By provider.
    Provider,
    /// By the provider's number.
    AccountNumber,
    /// By name.
    Name,
    /// By owner.
    Owner,
    /// By the moment it was recorded.
    CreatedAt,
}

impl Sortable for ProviderAccountOrderField {
    type Noun = ProviderAccount;

    fn column(self) -> provider_account::Column {
        use provider_account::Column as C;
        match self {
            Self::Provider => C::Provider,
            Self::AccountNumber => C::AccountNumber,
            Self::Name => C::Name,
            Self::Owner => C::Owner,
            Self::CreatedAt => C::CreatedAt,
        }
    }
}

/// A provider account to open.
#[derive(Clone, Debug, InputObject)]
pub struct NewProviderAccount {
    /// The provider.
    pub provider: Provider,
    /// The provider's number for it; no two accounts with a provider share one.
    pub account_number: String,
    /// Name for people.
    pub name: String,
    /// The ISO 4217 code of the currency that it is billed in.
    pub currency: String,
    /// What else is known of it.
    #[graphql(default)]
    pub details: ProviderAccountDetails,
}

/// What may be known of a provider account. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ProviderAccountDetails {
    /// The vendor that is paid.
    pub vendor: MaybeUndefined<Id<VendorId>>,
    /// Team or person who answers for it.
    pub owner: MaybeUndefined<String>,
}

/// What of a provider account may be changed. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ProviderAccountChanges {
    /// Name for people.
    pub name: MaybeUndefined<String>,
    /// The ISO 4217 code of the currency that it is billed in. It stays once costs are recorded.
    pub currency: MaybeUndefined<String>,
    /// What else is known of it.
    #[graphql(flatten)]
    pub details: ProviderAccountDetails,
}

impl ProviderAccountDetails {
    fn apply(self, row: &mut provider_account::ActiveModel) -> Result<()> {
        patch(&mut row.vendor_id, self.vendor.map_value(|id| id.0));
        patch(&mut row.owner, self.owner);
        Ok(())
    }
}

impl ProviderAccountChanges {
    fn apply(self, row: &mut provider_account::ActiveModel) -> Result<()> {
        patch_required(&mut row.name, self.name, "name")?;
        patch_required(&mut row.currency, self.currency, "currency")?;
        self.details.apply(row)
    }
}

impl TryFrom<NewProviderAccount> for provider_account::ActiveModel {
    type Error = Error;

    fn try_from(new: NewProviderAccount) -> Result<Self> {
        let mut row = Self {
            provider: Set(new.provider.into()),
            account_number: Set(new.account_number),
            ..Default::default()
        };
        new.details.apply(&mut row)?;
        row.name = Set(new.name);
        row.currency = Set(new.currency);
        Ok(row)
    }
}

/// Queries of provider accounts.
#[derive(Default)]
pub struct AccountQuery;

/// Queries of provider accounts.
#[Object]
impl AccountQuery {
    /// One provider account by id, or by provider and number.
    async fn provider_account(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Option<Id<ProviderAccountId>>,
        #[graphql(desc = "The provider, with `accountNumber`.")] provider: Option<Provider>,
        #[graphql(desc = "The provider's number for it, with `provider`.")] account_number: Option<String>,
    ) -> Result<Option<ProviderAccount>> {
        use provider_account::Column as C;
        match (id, provider, account_number) {
            (Some(id), None, None) => by_id(ctx, id).await,
            (None, Some(provider), Some(number)) => {
                let provider = C::Provider.eq(provider_account::Provider::from(provider));
                by_condition(ctx, Condition::all().add(provider).add(C::AccountNumber.eq(number))).await
            }
            _ => Err(Error::invalid("id", "give either an id, or a provider and an account number")),
        }
    }

    /// The provider accounts.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn provider_accounts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<ProviderAccountFilter>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<ProviderAccountOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<ProviderAccount>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        page(ctx, condition, order_by, Window::new(first, after, last, before)).await
    }
}

/// Changes of provider accounts.
#[derive(Default)]
pub struct AccountMutation;

/// Changes of provider accounts.
#[Object]
impl AccountMutation {
    /// Opens a provider account. Sent again with the same idempotency key it answers with the first account.
    async fn open_provider_account(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be recorded.")] input: NewProviderAccount,
        #[graphql(desc = "Sent again with it, this answers as before.")] idempotency_key: Option<String>,
    ) -> Result<ProviderAccount> {
        let account = change(ctx, Permission::EditCloud, async |tx| {
            tx.once("openProviderAccount", idempotency_key, &input, async || {
                accounts::open(tx, input.clone().try_into()?).await
            })
            .await
        });
        Ok(Record::whole(account.await?).into())
    }

    /// Changes what is known of a provider account.
    async fn update_provider_account(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<ProviderAccountId>,
        #[graphql(desc = "What is to change.")] changes: ProviderAccountChanges,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<ProviderAccount> {
        let account = change(ctx, Permission::EditCloud, async |tx| {
            let mut columns = provider_account::ActiveModel::default();
            changes.apply(&mut columns)?;
            accounts::update(tx, *id, expected_version, |row| overlay(row, &columns)).await
        });
        Ok(Record::whole(account.await?).into())
    }
}
