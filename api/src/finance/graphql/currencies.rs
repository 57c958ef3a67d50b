//! Currencies, as clients see them.

use async_graphql::{Context, Enum, ID, InputObject, MaybeUndefined, Object};
use entity::{finance::currency, id::CurrencyId};
use sea_orm::{ColumnTrait, Condition};

use crate::{
    access::{Caller, Permission},
    error::{Error, Result},
    finance::currencies,
    schema::{
        filter::{Filter, IdFilter, IntFilter, Order, StringFilter},
        page::{Connection, Sortable, Window, page, page_cost},
        patch::{overlay, patch_required},
        record::{Noun, Record},
        request::{by_condition, by_id, caller, change},
        scalar::{Id, Moment},
    },
};

/// A currency that the company uses.
#[derive(Clone)]
pub struct Currency(Record<currency::Entity>);

impl From<Record<currency::Entity>> for Currency {
    fn from(record: Record<currency::Entity>) -> Self {
        Self(record)
    }
}

impl Noun for Currency {
    type Entity = currency::Entity;
    type Id = CurrencyId;
    const VIEW: Permission = Permission::ViewFinance;
    const ID: currency::Column = currency::Column::Id;

    fn columns(field: &str) -> &'static [currency::Column] {
        use currency::Column as C;
        match field {
            "version" => &[C::Version],
            "createdAt" => &[C::CreatedAt],
            "updatedAt" => &[C::UpdatedAt],
            "code" => &[C::Code],
            "name" => &[C::Name],
            "minorUnits" => &[C::MinorUnits],
            _ => &[],
        }
    }
}

/// A currency that the company uses.
#[Object]
impl Currency {
    /// The id of the currency.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<CurrencyId>(self.0.get(currency::Column::Id)?).into())
    }

    /// Rises with every change; give it as `expectedVersion` to change what you have read.
    async fn version(&self) -> Result<i32> {
        self.0.get(currency::Column::Version)
    }

    /// When the currency was recorded.
    async fn created_at(&self) -> Result<Moment> {
        self.0.get(currency::Column::CreatedAt)
    }

    /// When the record was last changed.
    async fn updated_at(&self) -> Result<Moment> {
        self.0.get(currency::Column::UpdatedAt)
    }

    /// The ISO 4217 code: `"USD"`.
    async fn code(&self) -> Result<String> {
        self.0.get(currency::Column::Code)
    }

    /// Name for people.
    async fn name(&self) -> Result<String> {
        self.0.get(currency::Column::Name)
    }

    /// Decimals of the smallest coin: 2 for the dollar, 0 for the yen. Amounts that are invoiced or posted are
    /// rounded to it.
    async fn minor_units(&self) -> Result<i32> {
        self.0.get(currency::Column::MinorUnits)
    }
}

/// Which currencies. All tests have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct CurrencyFilter {
    /// All of these as well.
    pub and: Option<Vec<CurrencyFilter>>,
    /// At least one of these as well.
    pub or: Option<Vec<CurrencyFilter>>,
    /// And not this.
    pub not: Option<Box<CurrencyFilter>>,
    /// By id.
    pub id: Option<IdFilter<CurrencyId>>,
    /// By code.
    pub code: Option<StringFilter>,
    /// By name.
    pub name: Option<StringFilter>,
    /// By decimals of the smallest coin.
    pub minor_units: Option<IntFilter>,
}

impl Filter for CurrencyFilter {
    fn own(&self, _: &Caller) -> Result<Condition> {
        use currency::Column as C;
        Ok(Condition::all()
            .add_option(self.id.as_ref().map(|test| test.on(C::Id)))
            .add_option(self.code.as_ref().map(|test| test.on(C::Code)))
            .add_option(self.name.as_ref().map(|test| test.on(C::Name)))
            .add_option(self.minor_units.as_ref().map(|test| test.on(C::MinorUnits)).transpose()?))
    }

    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }
}

/// What to order currencies by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum CurrencyOrderField {
    /// By code.
    Code,
    /// By name.
    Name,
    /// By the moment it was recorded.
    CreatedAt,
}

impl Sortable for CurrencyOrderField {
    type Noun = Currency;

    fn column(self) -> currency::Column {
        match self {
            Self::Code => currency::Column::Code,
            Self::Name => currency::Column::Name,
            Self::CreatedAt => currency::Column::CreatedAt,
        }
    }
}

/// A currency to add. Its decimals are those of ISO 4217.
#[derive(Clone, Debug, InputObject)]
pub struct NewCurrency {
    /// The ISO 4217 code: `"USD"`.
    pub code: String,
    /// What else is known of it.
    #[graphql(default)]
    pub details: CurrencyDetails,
}

/// What may be said of a currency. Left out: unchanged, or for a new one as ISO 4217 has it.
#[derive(Clone, Debug, Default, InputObject)]
pub struct CurrencyDetails {
    /// Name for people.
    pub name: MaybeUndefined<String>,
}

impl CurrencyDetails {
    fn apply(self, row: &mut currency::ActiveModel) -> Result<()> {
        patch_required(&mut row.name, self.name, "name")
    }
}

/// Queries of currencies.
#[derive(Default)]
pub struct CurrencyQuery;

/// Queries of currencies.
#[Object]
impl CurrencyQuery {
    /// One currency by id or by code.
    async fn currency(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Option<Id<CurrencyId>>,
        #[graphql(desc = "Its code.")] code: Option<String>,
    ) -> Result<Option<Currency>> {
        match (id, code) {
            (Some(id), None) => by_id(ctx, id).await,
            (None, Some(code)) => {
                by_condition(ctx, Condition::all().add(currency::Column::Code.eq(code))).await
            }
            _ => Err(Error::invalid("id", "give either an id or a code")),
        }
    }

    /// The currencies that the company uses.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn currencies(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<CurrencyFilter>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<CurrencyOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Currency>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        page(ctx, condition, order_by, Window::new(first, after, last, before)).await
    }
}

/// Changes of currencies.
#[derive(Default)]
pub struct CurrencyMutation;

/// Changes of currencies.
#[Object]
impl CurrencyMutation {
    /// Adds a currency to those that the company uses. The first exchange rate of a currency does so as well.
    async fn create_currency(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be recorded.")] input: NewCurrency,
        #[graphql(desc = "Sent again with it, this answers as before.")] idempotency_key: Option<String>,
    ) -> Result<Currency> {
        let currency = change(ctx, Permission::EditFinance, async |tx| {
            tx.once("createCurrency", idempotency_key, &input, async || {
                let mut row = currencies::of_standard(&input.code)?;
                input.details.clone().apply(&mut row)?;
                currencies::create(tx, row).await
            })
            .await
        })
        .await?;
        Ok(Record::whole(currency).into())
    }

    /// Changes what is said of a currency.
    async fn update_currency(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<CurrencyId>,
        #[graphql(desc = "What is to change.")] changes: CurrencyDetails,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<Currency> {
        let currency = change(ctx, Permission::EditFinance, async |tx| {
            let mut columns = currency::ActiveModel::default();
            changes.apply(&mut columns)?;
            currencies::update(tx, *id, expected_version, |row| overlay(row, &columns)).await
        })
        .await?;
        Ok(Record::whole(currency).into())
    }

    /// Removes a currency that no exchange rate uses, and answers with its id. Amounts in it stay as they are.
    async fn remove_currency(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<CurrencyId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<ID> {
        change(ctx, Permission::EditFinance, async |tx| currencies::remove(tx, *id, expected_version).await)
            .await?;
        Ok(id.into())
    }
}
