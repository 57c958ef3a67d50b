//! Ledger codes, as clients see them.

use async_graphql::{Context, Enum, ID, InputObject, MaybeUndefined, Object};
use chrono::NaiveDate;
use entity::{finance::ledger_code, id::LedgerCodeId};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition};

use crate::{
    access::{Caller, Permission},
    error::{Error, Result},
    finance::ledger_codes,
    schema::{
        filter::{DateFilter, EnumFilter, Filter, IdFilter, Order, StringFilter},
        page::{Connection, Sortable, Window, page, page_cost},
        patch::{overlay, patch, patch_required},
        record::{Noun, Record},
        request::{by_condition, by_id, caller, change},
        scalar::{Date, Id, Moment},
    },
};

/// What amounts of a budget are charged to: a cost centre, an account of the ledger, or a tower of the taxonomy.
#[derive(Clone)]
pub struct LedgerCode(Record<ledger_code::Entity>);

impl From<Record<ledger_code::Entity>> for LedgerCode {
    fn from(record: Record<ledger_code::Entity>) -> Self {
        Self(record)
    }
}

impl Noun for LedgerCode {
    type Entity = ledger_code::Entity;
    type Id = LedgerCodeId;
    const VIEW: Permission = Permission::ViewFinance;
    const ID: ledger_code::Column = ledger_code::Column::Id;

    fn columns(field: &str) -> &'static [ledger_code::Column] {
        use ledger_code::Column as C;
        match field {
            "version" => &[C::Version],
            "createdAt" => &[C::CreatedAt],
            "updatedAt" => &[C::UpdatedAt],
            "kind" => &[C::Kind],
            "code" => &[C::Code],
            "name" => &[C::Name],
            "category" => &[C::Category],
            "owner" => &[C::Owner],
            "validFromOn" => &[C::ValidFromOn],
            "validToOn" => &[C::ValidToOn],
            "supersededBy" => &[C::SupersededById],
            "supersededFromOn" => &[C::SupersededFromOn],
            _ => &[],
        }
    }
}

/// What a ledger code stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "ledger_code::CodeKind")]
pub enum LedgerCodeKind {
    /// Who is charged.
    CostCentre,
    /// What it is in the ledger.
    Account,
    /// What it is technically, such as compute or network.
    Tower,
}

/// What amounts of a budget are charged to: a cost centre, an account of the ledger, or a tower of the taxonomy.
#[Object]
impl LedgerCode {
    /// The id of the code.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<LedgerCodeId>(self.0.get(ledger_code::Column::Id)?).into())
    }

    /// Rises with every change; give it as `expectedVersion` to change what you have read.
    async fn version(&self) -> Result<i32> {
        self.0.get(ledger_code::Column::Version)
    }

    /// When the code was recorded.
    async fn created_at(&self) -> Result<Moment> {
        self.0.get(ledger_code::Column::CreatedAt)
    }

    /// When the record was last changed.
    async fn updated_at(&self) -> Result<Moment> {
        self.0.get(ledger_code::Column::UpdatedAt)
    }

    /// What it stands for.
    async fn kind(&self) -> Result<LedgerCodeKind> {
        Ok(self.0.get::<ledger_code::CodeKind>(ledger_code::Column::Kind)?.into())
    }

    /// The code; no two of a kind are the same.
    async fn code(&self) -> Result<String> {
        self.0.get(ledger_code::Column::Code)
    }

    /// Name for people.
    async fn name(&self) -> Result<String> {
        self.0.get(ledger_code::Column::Name)
    }

    /// Where it stands in the taxonomy that the company uses, in its own words.
    async fn category(&self) -> Result<Option<String>> {
        self.0.get(ledger_code::Column::Category)
    }

    /// Team or person who answers for it.
    async fn owner(&self) -> Result<Option<String>> {
        self.0.get(ledger_code::Column::Owner)
    }

    /// First day that it may be charged for.
    async fn valid_from_on(&self) -> Result<Option<Date>> {
        Ok(self.0.get::<Option<NaiveDate>>(ledger_code::Column::ValidFromOn)?.map(Date))
    }

    /// Last day that it may be charged for.
    async fn valid_to_on(&self) -> Result<Option<Date>> {
        Ok(self.0.get::<Option<NaiveDate>>(ledger_code::Column::ValidToOn)?.map(Date))
    }

    /// What took its place in a reorganisation.
    async fn superseded_by(&self, ctx: &Context<'_>) -> Result<Option<LedgerCode>> {
        self.0.one(ctx, ledger_code::Column::SupersededById).await
    }

    /// The day from which it did.
    async fn superseded_from_on(&self) -> Result<Option<Date>> {
        Ok(self.0.get::<Option<NaiveDate>>(ledger_code::Column::SupersededFromOn)?.map(Date))
    }
}

/// Which ledger codes. All tests have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct LedgerCodeFilter {
    /// All of these as well.
    pub and: Option<Vec<LedgerCodeFilter>>,
    /// At least one of these as well.
    pub or: Option<Vec<LedgerCodeFilter>>,
    /// And not this.
    pub not: Option<Box<LedgerCodeFilter>>,
    /// By id.
    pub id: Option<IdFilter<LedgerCodeId>>,
    /// By what it stands for.
    pub kind: Option<EnumFilter<LedgerCodeKind>>,
    /// By code.
    pub code: Option<StringFilter>,
    /// By name.
    pub name: Option<StringFilter>,
    /// By its place in the taxonomy.
    pub category: Option<StringFilter>,
    /// By owner.
    pub owner: Option<StringFilter>,
    /// By the last day that it may be charged for.
    pub valid_to_on: Option<DateFilter>,
    /// By the day from which another took its place.
    pub superseded_from_on: Option<DateFilter>,
}

impl Filter for LedgerCodeFilter {
    fn own(&self, _: &Caller) -> Result<Condition> {
        use ledger_code::Column as C;
        Ok(Condition::all()
            .add_option(self.id.as_ref().map(|test| test.on(C::Id)))
            .add_option(self.kind.as_ref().map(|test| test.on::<ledger_code::CodeKind>(C::Kind)))
            .add_option(self.code.as_ref().map(|test| test.on(C::Code)))
            .add_option(self.name.as_ref().map(|test| test.on(C::Name)))
            .add_option(self.category.as_ref().map(|test| test.on(C::Category)))
            .add_option(self.owner.as_ref().map(|test| test.on(C::Owner)))
            .add_option(self.valid_to_on.as_ref().map(|test| test.on(C::ValidToOn)).transpose()?)
            .add_option(
                self.superseded_from_on.as_ref().map(|test| test.on(C::SupersededFromOn)).transpose()?,
            ))
    }

    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }
}

/// What to order ledger codes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum LedgerCodeOrderField {
    /// By code.
    Code,
    /// By name.
    Name,
    /// By what they stand for.
    Kind,
    /// By the moment it was recorded.
    CreatedAt,
}

impl Sortable for LedgerCodeOrderField {
    type Noun = LedgerCode;

    fn column(self) -> ledger_code::Column {
        match self {
            Self::Code => ledger_code::Column::Code,
            Self::Name => ledger_code::Column::Name,
            Self::Kind => ledger_code::Column::Kind,
            Self::CreatedAt => ledger_code::Column::CreatedAt,
        }
    }
}

/// A ledger code to make.
#[derive(Clone, Debug, InputObject)]
pub struct NewLedgerCode {
    /// What it stands for.
    pub kind: LedgerCodeKind,
    /// The code; no two of a kind are the same.
    pub code: String,
    /// Name for people.
    pub name: String,
    /// What else is known of it.
    #[graphql(default)]
    pub details: LedgerCodeDetails,
}

/// What may be said of a ledger code. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct LedgerCodeDetails {
    /// Where it stands in the taxonomy that the company uses, in its own words.
    pub category: MaybeUndefined<String>,
    /// Team or person who answers for it.
    pub owner: MaybeUndefined<String>,
    /// First day that it may be charged for.
    pub valid_from_on: MaybeUndefined<Date>,
    /// Last day that it may be charged for.
    pub valid_to_on: MaybeUndefined<Date>,
}

/// What of a ledger code may be changed. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct LedgerCodeChanges {
    /// Name for people.
    pub name: MaybeUndefined<String>,
    /// What else is known of it.
    #[graphql(flatten)]
    pub details: LedgerCodeDetails,
}

impl LedgerCodeDetails {
    fn apply(self, row: &mut ledger_code::ActiveModel) {
        patch(&mut row.category, self.category);
        patch(&mut row.owner, self.owner);
        patch(&mut row.valid_from_on, self.valid_from_on);
        patch(&mut row.valid_to_on, self.valid_to_on);
    }
}

/// Queries of ledger codes.
#[derive(Default)]
pub struct LedgerCodeQuery;

/// Queries of ledger codes.
#[Object]
impl LedgerCodeQuery {
    /// One ledger code by id, or by kind and code.
    async fn ledger_code(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Option<Id<LedgerCodeId>>,
        #[graphql(desc = "What it stands for, together with the code.")] kind: Option<LedgerCodeKind>,
        #[graphql(desc = "The code, together with what it stands for.")] code: Option<String>,
    ) -> Result<Option<LedgerCode>> {
        use ledger_code::Column as C;
        match (id, kind, code) {
            (Some(id), None, None) => by_id(ctx, id).await,
            (None, Some(kind), Some(code)) => {
                let kind: ledger_code::CodeKind = kind.into();
                by_condition(ctx, Condition::all().add(C::Kind.eq(kind)).add(C::Code.eq(code))).await
            }
            _ => Err(Error::invalid("id", "give either an id, or a kind and a code")),
        }
    }

    /// The ledger codes.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn ledger_codes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<LedgerCodeFilter>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<LedgerCodeOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<LedgerCode>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        page(ctx, condition, order_by, Window::new(first, after, last, before)).await
    }
}

/// Changes of ledger codes.
#[derive(Default)]
pub struct LedgerCodeMutation;

/// Changes of ledger codes.
#[Object]
impl LedgerCodeMutation {
    /// Makes a ledger code.
    async fn create_ledger_code(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be recorded.")] input: NewLedgerCode,
        #[graphql(desc = "Sent again with it, this answers as before.")] idempotency_key: Option<String>,
    ) -> Result<LedgerCode> {
        let code = change(ctx, Permission::EditFinance, async |tx| {
            tx.once("createLedgerCode", idempotency_key, &input, async || {
                let mut row = ledger_code::ActiveModel::default();
                input.details.clone().apply(&mut row);
                row.kind = Set(input.kind.into());
                row.code = Set(input.code.clone());
                row.name = Set(input.name.clone());
                ledger_codes::create(tx, row).await
            })
            .await
        })
        .await?;
        Ok(Record::whole(code).into())
    }

    /// Changes a ledger code.
    async fn update_ledger_code(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<LedgerCodeId>,
        #[graphql(desc = "What is to change.")] changes: LedgerCodeChanges,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<LedgerCode> {
        let code = change(ctx, Permission::EditFinance, async |tx| {
            let mut columns = ledger_code::ActiveModel::default();
            patch_required(&mut columns.name, changes.name, "name")?;
            changes.details.apply(&mut columns);
            ledger_codes::update(tx, *id, expected_version, |row| overlay(row, &columns)).await
        })
        .await?;
        Ok(Record::whole(code).into())
    }

    /// Records that another code takes the place of one from a day on, so that plans made before a reorganisation
    /// can be held against what was posted after it. Without `by` and `from`, takes that back.
    async fn supersede_ledger_code(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<LedgerCodeId>,
        #[graphql(desc = "What takes its place, of the same kind.")] by: Option<Id<LedgerCodeId>>,
        #[graphql(desc = "From which day on.")] from: Option<Date>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<LedgerCode> {
        let code = change(ctx, Permission::EditFinance, async |tx| {
            let successor = match (by, from) {
                (Some(by), Some(from)) => Some((*by, from.0)),
                (None, None) => None,
                (Some(_), None) => return Err(Error::invalid("from", "is needed with `by`")),
                (None, Some(_)) => return Err(Error::invalid("by", "is needed with `from`")),
            };
            ledger_codes::supersede(tx, *id, expected_version, successor).await
        })
        .await?;
        Ok(Record::whole(code).into())
    }

    /// Removes a ledger code that nothing is charged to, and answers with its id.
    async fn remove_ledger_code(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<LedgerCodeId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<ID> {
        change(ctx, Permission::EditFinance, async |tx| {
            ledger_codes::remove(tx, *id, expected_version).await
        })
        .await?;
        Ok(id.into())
    }
}
