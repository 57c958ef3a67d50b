//! Vendors, as clients see them.

use async_graphql::{Context, Enum, ID, InputObject, MaybeUndefined, Object};
use entity::{
    id::VendorId,
    inventory::{asset, vendor},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition};

use super::assets::{Asset, AssetFilter, AssetOrderField};
use crate::{
    access::{Caller, Permission},
    error::{Error, Result},
    inventory::vendors,
    schema::{
        filter::{Filter, IdFilter, IntFilter, Order, StringFilter},
        page::{Connection, Sortable, Window, page, page_cost},
        patch::{overlay, patch, patch_required},
        record::{Noun, Record},
        request::{by_condition, by_id, caller, change},
        scalar::{Id, Moment},
    },
};

/// A company that things are bought, leased or rented from.
#[derive(Clone)]
pub struct Vendor(Record<vendor::Entity>);

impl From<Record<vendor::Entity>> for Vendor {
    fn from(record: Record<vendor::Entity>) -> Self {
        Self(record)
    }
}

impl Noun for Vendor {
    type Entity = vendor::Entity;
    type Id = VendorId;
    const VIEW: Permission = Permission::ViewInventory;
    const ID: vendor::Column = vendor::Column::Id;

    fn columns(field: &str) -> &'static [vendor::Column] {
        use vendor::Column as C;
        match field {
            "version" => &[C::Version],
            "createdAt" => &[C::CreatedAt],
            "updatedAt" => &[C::UpdatedAt],
            "code" => &[C::Code],
            "name" => &[C::Name],
            "contactEmail" => &[C::ContactEmail],
            "accountNumber" => &[C::AccountNumber],
            "paymentTermsDays" => &[C::PaymentTermsDays],
            "notes" => &[C::Notes],
            _ => &[],
        }
    }
}

/// A company that things are bought, leased or rented from.
#[Object]
impl Vendor {
    /// The id of the vendor.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<VendorId>(self.0.get(vendor::Column::Id)?).into())
    }

    /// Rises with every change; give it as `expectedVersion` to change what you have read.
    async fn version(&self) -> Result<i32> {
        self.0.get(vendor::Column::Version)
    }

    /// When the vendor was recorded.
    async fn created_at(&self) -> Result<Moment> {
        self.0.get(vendor::Column::CreatedAt)
    }

    /// When the record was last changed.
    async fn updated_at(&self) -> Result<Moment> {
        self.0.get(vendor::Column::UpdatedAt)
    }

    /// Short code that people and imports use.
    async fn code(&self) -> Result<String> {
        self.0.get(vendor::Column::Code)
    }

    /// Legal or trade name.
    async fn name(&self) -> Result<String> {
        self.0.get(vendor::Column::Name)
    }

    /// Where orders and notices go.
    async fn contact_email(&self) -> Result<Option<String>> {
        self.0.get(vendor::Column::ContactEmail)
    }

    /// Our account with the vendor.
    async fn account_number(&self) -> Result<Option<String>> {
        self.0.get(vendor::Column::AccountNumber)
    }

    /// Days from invoice to payment.
    async fn payment_terms_days(&self) -> Result<i32> {
        self.0.get(vendor::Column::PaymentTermsDays)
    }

    /// Free text.
    async fn notes(&self) -> Result<Option<String>> {
        self.0.get(vendor::Column::Notes)
    }

    /// The assets that were bought or leased from it.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn assets(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<AssetFilter>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<AssetOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Asset>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        let window = Window::new(first, after, last, before);
        self.0.page(ctx, (vendor::Column::Id, asset::Column::VendorId), condition, order_by, window).await
    }
}

/// Which vendors. All tests have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct VendorFilter {
    /// All of these as well.
    pub and: Option<Vec<VendorFilter>>,
    /// At least one of these as well.
    pub or: Option<Vec<VendorFilter>>,
    /// And not this.
    pub not: Option<Box<VendorFilter>>,
    /// By id.
    pub id: Option<IdFilter<VendorId>>,
    /// By code.
    pub code: Option<StringFilter>,
    /// By name.
    pub name: Option<StringFilter>,
    /// By our account with the vendor.
    pub account_number: Option<StringFilter>,
    /// By the days from invoice to payment.
    pub payment_terms_days: Option<IntFilter>,
}

impl Filter for VendorFilter {
    fn own(&self, _: &Caller) -> Result<Condition> {
        use vendor::Column as C;
        Ok(Condition::all()
            .add_option(self.id.as_ref().map(|test| test.on(C::Id)))
            .add_option(self.code.as_ref().map(|test| test.on(C::Code)))
            .add_option(self.name.as_ref().map(|test| test.on(C::Name)))
            .add_option(self.account_number.as_ref().map(|test| test.on(C::AccountNumber)))
            .add_option(
                self.payment_terms_days.as_ref().map(|test| test.on(C::PaymentTermsDays)).transpose()?,
            ))
    }

    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }
}

/// What to order vendors by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum VendorOrderField {
    /// By code.
    Code,
    /// By name.
    Name,
    /// By the days from invoice to payment.
    PaymentTermsDays,
    /// By the moment it was recorded.
    CreatedAt,
}

impl Sortable for VendorOrderField {
    type Noun = Vendor;

    fn column(self) -> vendor::Column {
        match self {
            Self::Code => vendor::Column::Code,
            Self::Name => vendor::Column::Name,
            Self::PaymentTermsDays => vendor::Column::PaymentTermsDays,
            Self::CreatedAt => vendor::Column::CreatedAt,
        }
    }
}

/// A vendor to register.
#[derive(Clone, Debug, InputObject)]
pub struct NewVendor {
    /// Short code that people and imports use; no two vendors share one.
    pub code: String,
    /// Legal or trade name.
    pub name: String,
    /// What else is known of it.
    #[graphql(default)]
    pub details: VendorDetails,
}

/// What may be known of a vendor. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct VendorDetails {
    /// Where orders and notices go.
    pub contact_email: MaybeUndefined<String>,
    /// Our account with the vendor.
    pub account_number: MaybeUndefined<String>,
    /// Days from invoice to payment; 30 unless said otherwise.
    pub payment_terms_days: MaybeUndefined<i32>,
    /// Free text.
    pub notes: MaybeUndefined<String>,
}

/// What of a vendor may be changed. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct VendorChanges {
    /// Legal or trade name.
    pub name: MaybeUndefined<String>,
    /// What else is known of it.
    #[graphql(flatten)]
    pub details: VendorDetails,
}

impl VendorDetails {
    fn apply(self, row: &mut vendor::ActiveModel) -> Result<()> {
        patch(&mut row.contact_email, self.contact_email);
        patch(&mut row.account_number, self.account_number);
        patch_required(&mut row.payment_terms_days, self.payment_terms_days, "paymentTermsDays")?;
        patch(&mut row.notes, self.notes);
        Ok(())
    }
}

impl VendorChanges {
    fn apply(self, row: &mut vendor::ActiveModel) -> Result<()> {
        patch_required(&mut row.name, self.name, "name")?;
        self.details.apply(row)
    }
}

impl TryFrom<NewVendor> for vendor::ActiveModel {
    type Error = Error;

    fn try_from(new: NewVendor) -> Result<Self> {
        let mut row = Self { code: Set(new.code), ..Default::default() };
        new.details.apply(&mut row)?;
        row.name = Set(new.name);
        Ok(row)
    }
}

/// Queries of vendors.
#[derive(Default)]
pub struct VendorQuery;

/// Queries of vendors.
#[Object]
impl VendorQuery {
    /// One vendor by id or by code.
    async fn vendor(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Option<Id<VendorId>>,
        #[graphql(desc = "Its code.")] code: Option<String>,
    ) -> Result<Option<Vendor>> {
        match (id, code) {
            (Some(id), None) => by_id(ctx, id).await,
            (None, Some(code)) => {
                by_condition(ctx, Condition::all().add(vendor::Column::Code.eq(code))).await
            }
            _ => Err(Error::invalid("id", "give either an id or a code")),
        }
    }

    /// The vendors.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn vendors(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<VendorFilter>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<VendorOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Vendor>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        page(ctx, condition, order_by, Window::new(first, after, last, before)).await
    }
}

/// Changes of vendors.
#[derive(Default)]
pub struct VendorMutation;

/// Changes of vendors.
#[Object]
impl VendorMutation {
    /// Registers a vendor. Sent again with the same idempotency key it answers with the first vendor.
    async fn register_vendor(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be recorded.")] input: NewVendor,
        #[graphql(desc = "Sent again with it, this answers as before.")] idempotency_key: Option<String>,
    ) -> Result<Vendor> {
        let vendor = change(ctx, Permission::EditInventory, async |tx| {
            let register = async || vendors::register(tx, input.clone().try_into()?).await;
            tx.once("registerVendor", idempotency_key, &input, register).await
        })
        .await?;
        Ok(Record::whole(vendor).into())
    }

    /// Changes what is known of a vendor.
    async fn update_vendor(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<VendorId>,
        #[graphql(desc = "What is to change.")] changes: VendorChanges,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<Vendor> {
        let vendor = change(ctx, Permission::EditInventory, async |tx| {
            let mut columns = vendor::ActiveModel::default();
            changes.apply(&mut columns)?;
            vendors::update(tx, *id, expected_version, |row| overlay(row, &columns)).await
        })
        .await?;
        Ok(Record::whole(vendor).into())
    }
}
